"""A report in a notebook: one province, one period, and the figures, tables and texts made from them.

`open_report` is what a notebook's second cell calls. It refuses a province or period that does not exist before anything
is computed, reads the store at one version, and never reads the private table of dossier ids.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, partial
from typing import Any, Protocol

import pandas as pd

from ..records.store import Store
from ..statistics import cells, entered, heads, published, rows, targets
from ..statistics.assessment import assessed, comparable
from ..statistics.counting import By, Grouping
from ..statistics.data import Data, dossiers
from ..statistics.definitions import Definitions, definitions
from ..statistics.identities import HELD, broken
from ..statistics.results import results
from ..statistics.snapshots import named_units
from ..vocabulary import numbers
from ..vocabulary.errors import NoDataError, UsageError
from ..vocabulary.periods import Period
from ..vocabulary.places import Province, Unit, find_province
from ..vocabulary.workbook import Workbook
from . import laggards, letterhead, readings, wording
from .display import Display
from .dossiers import opened
from .figures import Figure, Phrase, Registry
from .narrative import Note
from .verdicts import Verdict, judged


def open_report(notebook: str, province: str, period: str, unit: str = "", **options: str) -> Report:
    """The report `notebook` (review, …) of a province (slug or code) and a period id, on the workbook's store.

    `unit` makes it the report of one unit; `options` are the notebook's further parameters (indicator, deadline), as the
    command line takes them; one left blank takes its default and is no part of the report. Raises UsageError for an unknown
    province, period or unit. Without dossiers a scorecard may stand on counts that others gave; what counts dossiers raises
    NoDataError then (`Report.data`).
    """
    workbook = Workbook.find()
    chosen = Period.parse(period).within_one_era()
    place = find_province(province, chosen.era, chosen.end)
    store = Store.open(workbook.store)
    own = known_unit(store, place, unit) if unit else None
    given = {name: value for name, value in options.items() if value}
    return Report(notebook, workbook, place, chosen, dossiers(store, place), own, given)


def known_unit(store: Store, place: Province, unit: str) -> Unit:
    """A unit of the province by its id. UsageError with the nearest ids when there is none."""
    units = named_units(store, place)
    found = units[units["unit"] == unit]
    if not len(found):
        near = difflib.get_close_matches(unit, list(units["unit"]), 3, 0.3)
        raise UsageError(
            f"{place.title} không có đơn vị {unit}",
            expected=", ".join(near) or "mã đơn vị có trong dữ liệu của tỉnh",
            remedy="xem: hoso figures --province … --period … --level commune",
        )
    row = found.iloc[0]
    parent = None if pd.isna(row["parent"]) else str(row["parent"])
    return Unit(unit, str(row["name"]), row["level"], parent, place.id)


class Standing(Protocol):
    """What a scorecard tells of itself to the report that shows it."""

    @property
    def last_day(self) -> date: ...
    @property
    def synthetic(self) -> bool: ...


@dataclass
class Report(wording.Words):
    """The session behind one notebook."""

    notebook: str
    workbook: Workbook
    place: Province
    period: Period
    dossiers: Data | None
    unit: Unit | None = None  # whose report it is; None: the whole province's
    options: Mapping[str, str] = field(default_factory=dict)
    scored: Standing | None = (
        None  # what the report stands on where it shows a scorecard (presentation.scores)
    )
    registry: Registry = field(default_factory=Registry)
    _results: dict[tuple[str, Grouping, tuple[str, ...] | None], pd.DataFrame] = field(
        default_factory=dict, repr=False
    )
    _rows: dict[tuple[Any, ...], dict[tuple[Any, Any], rows.Row]] = field(default_factory=dict, repr=False)

    @property
    def data(self) -> Data:
        """The province's dossiers; NoDataError when none was imported."""
        return self.dossiers or Data(Store.open(self.workbook.store), self.place)

    @cached_property
    def definitions(self) -> Definitions:
        """The definitions of all indicators."""
        return definitions()

    @property
    def last_day(self) -> date:
        """How far the data reach: the last day a dossier was received or closed, or the day a snapshot was taken."""
        if self.dossiers is None and self.scored is not None:
            return self.scored.last_day
        return self.data.last_day

    @property
    def synthetic(self) -> bool:
        """Whether any dossier or count behind the report is synthetic; then every page says so."""
        return bool((self.dossiers and self.dossiers.synthetic) or (self.scored and self.scored.synthetic))

    @cached_property
    def broken(self) -> list[str]:
        """The identities of form II.06a that do not hold; there are none without dossiers."""
        if self.dossiers is None:
            return []
        return self.dossiers.kept(
            ("broken", self.period.id), lambda: broken(self.results("level", of=HELD), self.period)
        )

    def covers(self, period: Period | None = None) -> bool:
        """Whether the dossiers reach into the period, or another one: outside them nothing is known, not even a zero."""
        asked = period or self.period
        return asked.end >= self.data.first_day and asked.start <= self.data.last_day

    @property
    def span(self) -> Period:
        """From the first day of the dossiers to the last."""
        return Period.parse(f"{self.data.first_day}..{self.data.last_day}")

    def results(
        self, by: Grouping = "province", period: Period | None = None, of: tuple[str, ...] | None = None
    ) -> pd.DataFrame:
        """The results table (statistics.results) of the period, or of another one; of some indicators only where asked."""
        chosen = period or self.period
        key = (chosen.id, by, of)
        if key not in self._results:
            self._results[key] = results(self.data, chosen, by, of)
        return self._results[key]

    def rate(
        self, name: str, variant: str | None = None, *, unit: str | None = None, period: Period | None = None
    ) -> Figure:
        """A rate of the province or of one unit, with the same period of the year before behind it."""
        indicator = self.definitions.indicator(name, variant)
        figure = self._figure(indicator.id, indicator.variant, unit, period or self.period)
        return self._with_year_ago(figure, indicator.id, indicator.variant, unit, period or self.period)

    def count(self, name: str, *, unit: str | None = None, period: Period | None = None) -> Figure:
        """A count of the province or of one unit, with the same period of the year before behind it."""
        self.definitions.count(name)
        figure = self._figure(name, None, unit, period or self.period)
        return self._with_year_ago(figure, name, None, unit, period or self.period)

    def _with_year_ago(
        self, figure: Figure, name: str, variant: str | None, unit: str | None, period: Period
    ) -> Figure:
        before = period.year_ago()
        if not comparable(self.data, before):
            return figure
        earlier = self._figure(name, variant, unit, before)
        return replace(figure, year_ago=earlier, year_ago_label=f"cùng kỳ năm {before.end.year}")

    def previous(self, figure: Figure) -> tuple[str, Figure] | None:
        """The period before, with its name, where the data reach back that far and it is not last year's anyway."""
        key = figure.key
        period = Period.parse(key["period"])
        earlier = period.previous()
        if earlier == period.year_ago() or not comparable(self.data, earlier):
            return None
        return wording.before(period), self._figure(key["indicator"], key["variant"], key["unit"], earlier)

    @property
    def compares(self) -> bool:
        """Whether the data reach back to the period before or to the same period of the year before."""
        return any(comparable(self.data, p) for p in (self.period.previous(), self.period.year_ago()))

    @property
    def uncompared(self) -> str:
        """The sentence that says what there is no comparison with; empty where there is all."""
        lacking = {"kỳ trước": self.period.previous(), "cùng kỳ năm trước": self.period.year_ago()}
        names = [name for name, period in lacking.items() if not comparable(self.data, period)]
        if self.period.previous() == self.period.year_ago():
            names = names[1:]
        return f"Chưa có số liệu {' và '.join(names)} để so sánh." if names else ""

    def _figure(self, name: str, variant: str | None, unit: str | None, period: Period) -> Figure:
        if not self.covers(period):
            return readings.unknown(name, variant, self.place, period)
        only = (
            (name,) if unit is None or period != self.period else None
        )  # of a unit one is rarely asked alone
        by: By = "unit" if unit else "province"
        return self.figure(self.row(by, name, variant, unit, period, only), period)

    def row(
        self,
        by: By,
        name: str,
        variant: str | None,
        group: str | None = None,
        period: Period | None = None,
        of: tuple[str, ...] | None = None,
    ) -> rows.Row:
        """The row of a count or indicator in the results of the period, or of another one: of one unit, level, or of all.

        UsageError for a unit that the province does not have.
        """
        chosen = period or self.period
        key = (chosen.id, by, of, group)
        if key not in self._rows:
            self._rows[key] = rows.by_name(self._group(by, chosen, of, group), group)
        if (name, variant) not in self._rows[key]:
            raise UsageError(
                f"không có đơn vị {group}", expected="một mã đơn vị của tỉnh, xem report.data.units"
            )
        return self._rows[key][name, variant]

    def _group(
        self, by: By, period: Period, of: tuple[str, ...] | None, group: str | None
    ) -> Sequence[rows.Row]:
        """The rows of one unit or level, or of the province; of a few indicators those of all units are packed at once."""
        if of is not None and by != "unit":
            found = cells.rows_of(self.data, period, by, of)
            return found if group is None else [row for row in found if row[by] == group]
        if of is None:
            table = self.results(by, period)
            return rows.records(table if group is None else table[table[by] == group])
        kept = self.data.kept(
            ("rows", period.id, by, of), lambda: rows.packed(rows.records(self.results(by, period, of)), by)
        )
        return rows.opened(kept.get(group))

    def figure(self, row: rows.Row | pd.Series[Any], period: Period | None = None) -> Figure:
        """A row of the results table as a figure."""
        return readings.counted(row, period or self.period, self.source_text, partial(opened, self.data))

    def assessed(self, by: By, *indicators: str, deadline: str = "") -> pd.DataFrame:
        """The assessment (statistics.assessment) of the period, of some indicators: beside target, past and rank.

        `deadline` (2023-12-25) takes the place of the targets' own. NoDataError for a period before or after all data.
        """
        if not self.covers():
            raise NoDataError(
                f"chưa có dữ liệu hồ sơ của {self.place.title} {self.period.window}",
                expected=f"kỳ từ ngày {numbers.date(self.data.first_day)} đến ngày {numbers.date(self.data.last_day)}",
            )
        folder = self.workbook.reference
        given = _day(deadline)
        moved = [replace(target, deadline=given or target.deadline) for target in self.held_targets]
        titles = heads.titles(heads.read(folder / heads.FILE), self.place, self.data.units, self.period.end)
        counts = entered.read(folder / entered.FILE)
        return assessed(self.data, moved, self.period, by, titles, entered=counts, indicators=indicators)

    @cached_property
    def held_targets(self) -> list[targets.Target]:
        """The targets that measure the period in this province."""
        read = targets.read(self.workbook.reference / targets.FILE)
        return [t for t in read if t.holds_on(self.period.end) and t.province in (None, self.place.slug)]

    def verdict(self, indicator: str, *, deadline: str = "") -> Verdict:
        """An indicator of the province beside its target, counted as the target says, else in its first variant."""
        return judged(self, indicator, deadline)

    @cached_property
    def goals(self) -> list[Verdict]:
        """What has a target of the whole province, each beside it; none where the data do not reach."""
        asked = dict.fromkeys(target.indicator for target in self.held_targets)
        found = [self.verdict(indicator) for indicator in asked] if self.covers() else []
        return [verdict for verdict in found if verdict.kind != "no_target"]

    def target(self, indicator: str, variant: str | None = None) -> Figure | None:
        """The target of the whole province for an indicator counted that way, for a chart; None without one."""
        wanted = self.definitions.indicator(indicator, variant)
        found = [
            g.target
            for g in self.goals
            if (g.row["indicator"], g.row["variant"]) == (wanted.id, wanted.variant)
        ]
        return found[0] if found else None

    @cached_property
    def source_text(self) -> str:
        """Where figures from the facts come from, for their explanation."""
        files = len(self.data.imports)
        mark = " (dữ liệu mô phỏng)" if self.data.synthetic else ""
        return f"Hồ sơ kết xuất từ hệ thống một cửa{mark}, {files} lần nạp, phiên bản dữ liệu {self.data.version}"

    @cached_property
    def _published(self) -> pd.DataFrame:
        read = published.read(self.workbook.reference / "published.csv")
        return published.of(read, self.place, self.period)

    def published(self, name: str) -> Figure:
        """A figure others published for this province and period; a dash with its reason when there is none."""
        return readings.entered(self._published, name, self.place, self.period)

    def units(
        self,
        indicator: str,
        variant: str | None = None,
        levels: tuple[str, ...] = ("department", "district", "commune"),
    ) -> pd.DataFrame:
        """One indicator of every unit: unit, name, level, numerator, denominator, value (null without dossiers)."""
        chosen = self.definitions.indicator(indicator, variant)
        table = self.results("unit", of=(chosen.id,))
        own = table[(table["variant"] == chosen.variant) & table["level"].isin(levels)]
        named = own.merge(self.data.units[["unit", "name"]], on="unit", how="left")
        return named.reset_index(drop=True)

    def lowest(
        self,
        indicator: str,
        variant: str | None = None,
        count: int = 10,
        levels: tuple[str, ...] | None = None,
    ) -> pd.DataFrame:
        """The units with the lowest rate, lowest first; units with fewer than 10 dossiers are not ranked.

        Of the departments and the level just below the province, where no `levels` are named.
        """
        units = self.units(indicator, variant, levels or wording.upper_levels(self.place))
        return laggards.ordered(units).head(count)

    def behind(self, indicator: str, variant: str | None = None, count: int = 12) -> pd.DataFrame:
        """The lowest units for a chart; none where no two units can be told apart."""
        return laggards.comparable(self.lowest(indicator, variant, len(self.data.units))).head(count)

    def laggards(self, indicator: str, variant: str | None = None, count: int = 5) -> list[Phrase]:
        """The lowest units below the province's own rate, as phrases: "Sở A (81,2%)"; "Sở B, Sở C (cùng 83,0%)"."""
        whole = self.rate(indicator, variant).value
        low = self.lowest(indicator, variant, len(self.data.units))
        low = low[low["value"] < (whole if whole is not None else 0)]
        return laggards.named(low, count, self.figure)

    def note(self, name: str) -> Note:
        """What people wrote for this province and period: data/reference/notes/<province>/<period>/<name>.md.

        When missing, a visible placeholder asks for it in the draft.
        """
        file = self.workbook.reference / "notes" / self.place.slug / self.period.id / f"{name}.md"
        if file.is_file():
            return Note(file.read_text("utf-8").strip(), file.name)
        where = f"{self.place.slug}/{self.period.id}/{name}.md"
        return Note(f"**[Đơn vị soạn thảo bổ sung nội dung này tại tệp {where}]**", "")

    def guidance(self, indicator: str) -> Note:
        """What a dispatch asks for an indicator: data/reference/guidance-indicators/<indicator>.md, else default.md."""
        folder = self.workbook.reference / "guidance-indicators"
        for file in (folder / f"{indicator}.md", folder / "default.md"):
            if file.is_file():
                return Note(file.read_text("utf-8").strip(), file.name)
        return Note(f"**[Đơn vị soạn thảo bổ sung yêu cầu tại tệp guidance-indicators/{indicator}.md]**", "")

    def open(self, subject: str, kind: str = "BÁO CÁO", symbol: str = "BC") -> Display:
        """The document's head (NĐ 30/2020/NĐ-CP Đ8): bodies, number and date left open, subject; and the notices."""
        return letterhead.head(self, subject, kind, symbol)

    def open_letter(self, subject: str, addressees: list[str], symbol: str = "TTHCC") -> Display:
        """The head of a công văn (NĐ 30/2020/NĐ-CP, Phụ lục I): no name of its kind, "V/v …" under the number, Kính gửi."""
        return letterhead.letter(self, subject, addressees, symbol)

    @property
    def provisional(self) -> str | None:
        """The words every page carries while the period has not ended, or its data do not reach its end."""
        return letterhead.provisional(self)

    def appendix(self, number: str, title: str, landscape: bool = False) -> Display:
        """Starts an appendix; what is shown next belongs to it."""
        return letterhead.appendix(number, title, landscape)

    def close(self, recipients: list[str], signer: list[str]) -> Display:
        """Nơi nhận and the signature block, left empty: the workbook never signs."""
        return letterhead.closing(recipients, signer)


def _day(text: str) -> date | None:
    """A day of a parameter, None when it is blank."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise UsageError(f"không hiểu ngày “{text}”", expected="năm-tháng-ngày, ví dụ 2023-12-25") from error
