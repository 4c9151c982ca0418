"""What an analyst chooses and what comes of it, without any widget: provinces, periods, indicators, tables and charts.

Reports opened once are kept, and of a report only what is shown is counted, so that another choice is there in a moment.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

import pandas as pd

from ...records.store import Store
from ...statistics.definitions import Indicator
from ...vocabulary.errors import NoDataError, UsageError
from ...vocabulary.periods import Period
from ...vocabulary.places import names_of
from ...vocabulary.text import sort_key
from ...vocabulary.workbook import Workbook
from .. import charts
from ..display import Display
from ..figures import Figure
from ..report import Report, open_report
from .grid import Grid, number

LEVELS: Final = {"department": "Cấp tỉnh", "district": "Cấp huyện", "commune": "Cấp xã"}
_PARTS: Final = (
    "", "-9M", "-6M", *(f"-Q{n}" for n in range(1, 5)), *(f"-{month:02d}" for month in range(1, 13)),
)  # fmt: skip


@dataclass(frozen=True)
class Choice:
    """A province, a period, a level, and an indicator with its variant; a count has none."""

    province: str
    period: str
    level: str
    indicator: str = "on_time_rate"
    variant: str | None = "06a"


@dataclass
class Model:
    """The store as an analyst looks through it."""

    notebook: str = "explore"
    _reports: dict[tuple[str, str], Report] = field(default_factory=dict, repr=False)

    @cached_property
    def provinces(self) -> dict[str, str]:
        """The provinces with dossiers: slug to name, by alphabet. NoDataError when nothing was imported."""
        store = Store.open(Workbook.find().store)
        imports = store.frame("imports")
        ids = sorted(set(imports.filter(imports["kind"] == "dossiers")["province_id"]))
        if not ids:
            raise NoDataError("chưa có hồ sơ nào", where=str(store.root), remedy="chạy: hoso lab")
        places = [names_of(own)[-1] for own in ids]
        return {place.slug: place.title for place in sorted(places, key=lambda place: sort_key(place.name))}

    def report(self, province: str, period: str) -> Report:
        """The report of a province and period, opened once."""
        if (province, period) not in self._reports:
            self._reports[province, period] = open_report(self.notebook, province, period)
        return self._reports[province, period]

    def periods(self, province: str, near: str) -> dict[str, str]:
        """The periods that the province's data touch: id to label, the latest year first; `near` is always one."""
        data = self.report(province, near).data
        years = range(data.last_day.year, data.first_day.year - 1, -1)
        found = {near: Period.parse(near).label}
        for name in (f"{year}{part}" for year in years for part in _PARTS):
            period = Period.parse(name)
            if period.start <= data.last_day and period.end >= data.first_day and _of_one_era(period):
                found.setdefault(name, period.label)
        return found

    def levels(self, report: Report) -> dict[str, str]:
        """The levels that have units in the province."""
        there = set(report.data.units["level"])
        return {level: title for level, title in LEVELS.items() if level in there}

    def indicators(self, report: Report) -> dict[str, str]:
        """Rates, then counts: id to title."""
        known = report.definitions.on(report.period.end)
        rates = {entry.id: entry.title for entry in reversed(known.indicators)}
        return dict(reversed(rates.items())) | {words.id: words.title for words in known.counts.values()}

    def variants(self, report: Report, indicator: str) -> dict[str, str]:
        """The ways an indicator is counted: variant to title; none of a count."""
        return {entry.variant: entry.title for entry in self._entries(report, indicator)}

    def _entries(self, report: Report, indicator: str) -> Iterator[Indicator]:
        known = report.definitions.on(report.period.end)
        return (entry for entry in known.indicators if entry.id == indicator)

    def figures(self, choice: Choice) -> list[tuple[pd.Series[Any], Figure]]:
        """The chosen indicator of every unit of the level, lowest first, each row of results with its figure."""
        report = self.report(choice.province, choice.period)
        rows = self._results(choice, "unit")
        rows = rows[rows["level"] == choice.level].merge(
            report.data.units[["unit", "name", "parent"]], on="unit", how="left"
        )
        ordered = rows.sort_values(
            ["value", "denominator", "name"], ascending=[True, False, True], kind="stable"
        )
        return [(row, report.figure(row)) for _, row in ordered.iterrows()]

    def whole(self, choice: Choice) -> Figure:
        """The same of the whole province."""
        report = self.report(choice.province, choice.period)
        return report.figure(self._results(choice, "province").iloc[0])

    def _results(self, choice: Choice, by: Any) -> pd.DataFrame:
        table = self.report(choice.province, choice.period).results(by, of=(choice.indicator,))
        variant = table["variant"]
        wanted = variant.isna() if choice.variant is None else variant == choice.variant
        return table[(table["indicator"] == choice.indicator) & wanted]

    def grid(self, choice: Choice) -> Grid:
        """The units with their fraction and value."""
        report = self.report(choice.province, choice.period)
        names = dict(zip(report.data.units["unit"], report.data.units["name"], strict=True))
        rows = [
            [(row["name"], row["name"]), _text(names.get(row["parent"])), *_cells(figure)]
            for row, figure in self.figures(choice)
        ]
        whole = self.whole(choice)
        titles = ["Đơn vị", "Đơn vị cấp trên"] + (
            ["Giá trị"] if choice.variant is None else ["Tử số", "Mẫu số", "Giá trị"]
        )
        caption = (
            f"{whole.title}, {LEVELS[choice.level].lower()}, {report.period.label}; toàn tỉnh {whole.printed}"
        )
        return Grid(caption, titles, rows)

    def chart(self, choice: Choice) -> Display:
        """The units as bars; of a count the flow of the province's months would say little, so nothing."""
        shown = [
            row
            for row, figure in self.figures(choice)
            if figure.measure == "rate" and figure.value is not None
        ]
        if not shown:
            return Display([])
        report, whole = self.report(choice.province, choice.period), self.whole(choice)
        rows = pd.DataFrame(shown).head(CHARTED).reset_index(drop=True)
        return charts.ranked(report, "explore-ranked", f"{whole.title}, {report.period.label}", rows, whole)

    def trend(self, choice: Choice) -> Display:
        """The province's months beside those of the year before; of a rate only."""
        report = self.report(choice.province, choice.period)
        if choice.variant is None or self.whole(choice).measure != "rate":
            return Display([])
        caption = f"{self.whole(choice).title} theo tháng"
        return charts.trend(report, "explore-trend", caption, choice.indicator, choice.variant)

    def comparison(self, choice: Choice, other: str) -> Grid:
        """The units in two periods: value of each and the change, in points for a rate; falls first."""
        before = {row["unit"]: figure for row, figure in self.figures(replace(choice, period=other))}
        rows = [
            [
                (row["name"], row["name"]),
                number(figure),
                _known(before.get(row["unit"])),
                _change(figure, before.get(row["unit"])),
            ]
            for row, figure in self.figures(choice)
        ]
        labels = [Period.parse(name).label for name in (choice.period, other)]
        unit = "điểm phần trăm" if self.whole(choice).measure == "rate" else "số lượng"
        rows.sort(key=lambda row: (row[3][1] is None, row[3][1]))
        caption = f"{self.whole(choice).title}: {labels[0]} so với {labels[1]}"
        return Grid(caption, ["Đơn vị", labels[0], labels[1], f"Thay đổi ({unit})"], rows)


CHARTED: Final = 60  # bars: the lowest; the table has them all


def _cells(figure: Figure) -> list[Any]:
    value = number(figure)
    return (
        [value] if figure.key.get("variant") is None else [number(figure.top), number(figure.bottom), value]
    )


def _change(now: Figure, before: Figure | None) -> Any:
    if before is None or now.value is None or before.value is None:
        return "–", None
    scale = 100 if now.measure == "rate" else 1
    change = replace(
        now, key={"kind": "difference", "a": now.key, "b": before.key}, measure="points" if scale == 100 else now.measure,
        value=(now.value - before.value) * scale, numerator=None, denominator=None,
    )  # fmt: skip
    sign = "+" if (change.value or 0) > 0 else ""
    return f"{sign}{change.printed}", change.value


def _known(figure: Figure | None) -> Any:
    return ("–", None) if figure is None else number(figure)


def _text(text: Any) -> Any:
    return ("–", None) if not isinstance(text, str) else (text, text)


def _of_one_era(period: Period) -> bool:
    try:
        period.within_one_era()
    except UsageError:
        return False
    return True
