"""A verdict (đánh giá): one indicator of the province or of a unit beside its target, every number of it a figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal

import pandas as pd

from ..statistics import verdicts
from ..statistics.assessment import COLUMNS
from ..statistics.definitions import definitions
from ..statistics.rows import Row
from ..statistics.scorecard.definitions import in_force, scorecards
from ..statistics.targets import COMPARISONS, criteria
from ..statistics.verdicts import LIGHTS, Light
from ..vocabulary import numbers
from ..vocabulary.periods import Period
from . import count_words
from .figures import Figure, Key, Phrase

if TYPE_CHECKING:
    from .report import Report

Counted = Literal["met", "not_met", "near", "far", "no_data", "of"]
ENTERED: Final = "entered"  # the variant of what is not counted from dossiers
LEVEL_TITLES: Final = {"department": "Cấp tỉnh", "district": "Cấp huyện", "commune": "Cấp xã"}
DOSSIERS: Final = {
    "online_rate": "hồ sơ trực tuyến",
    "online_payment_rate": "hồ sơ thanh toán trực tuyến",
    "on_time_rate": "hồ sơ giải quyết đúng hạn",
}
_OTHER: Final = "hồ sơ đạt yêu cầu"  # of what has no name for its dossiers
APPENDICES: Final = ("I", "II", "III", "IV", "V")
_TALLIED: Final[dict[Counted, str]] = {
    "met": "số đơn vị đạt", "not_met": "số đơn vị chưa đạt", "no_data": "số đơn vị chưa có số liệu",
    "near": "số đơn vị gần đạt", "far": "số đơn vị chưa đạt, còn xa chỉ tiêu",
    "of": "số đơn vị được giao chỉ tiêu",
}  # fmt: skip


@dataclass(frozen=True)
class Verdict:
    """An assessed row with its value as a figure; `units` are the assessed rows of the units, read when asked for.

    `given` is the deadline the report was given in place of the target's own, as 2023-12-25.
    """

    report: Report
    row: Row
    value: Figure
    given: str = ""
    known: pd.DataFrame | None = field(
        default=None, repr=False, compare=False
    )  # the units' rows, if read already

    @property
    def kind(self) -> str:
        """met, not_met, no_data or no_target."""
        return verdicts.verdict(self.row)

    @property
    def light(self) -> Light:
        """met, near, far, no_data or no_target."""
        return verdicts.light(self.row)

    @property
    def lit(self) -> Figure:
        """The same with its shape, as a figure that is looked up anew: "▲ Gần đạt"."""
        figure = self._figure("light", "Đánh giá", None)
        return replace(figure, measure="grade", text=LIGHTS[self.light])

    @property
    def title(self) -> str:
        """The indicator inside a sentence: "tỷ lệ hồ sơ trực tuyến trên hồ sơ giải quyết"."""
        return self.value.title[:1].lower() + self.value.title[1:]

    @property
    def name(self) -> str:
        """The unit's name, of a commune with that of its district; a dash for the province."""
        name, above = (self.row.get(part) for part in ("name", "above"))
        return (
            "–"
            if name is None
            else f"{name} ({above.removeprefix('UBND ')})"
            if isinstance(above, str)
            else str(name)
        )

    @property
    def legal_basis(self) -> str:
        """The act that sets the target; empty without one."""
        return str(self._told("legal_basis") or "")

    @property
    def head(self) -> str:
        """The office that answers for it; a dash where no rule names one."""
        return str(self._told("head") or "–")

    @property
    def deadline(self) -> str:
        """The day by which it must be reached, "25/12/2023"; empty without one."""
        day = self._told("deadline")
        return numbers.date(day) if day else ""

    @property
    def deadline_passed(self) -> bool:
        """Whether no working day is left."""
        return bool(self.deadline) and not self._told("working_days_left")

    @property
    def fewer(self) -> bool:
        """Whether the target is a ceiling."""
        return str(self._told("comparison")) == "at_most"

    @property
    def growing(self) -> bool:
        """Whether only further dossiers can mend it (statistics.verdicts.GROWING)."""
        return str(self.row["indicator"]) in verdicts.GROWING and not self.fewer

    @property
    def dossiers(self) -> str:
        """What the dossiers that are lacking are called: "hồ sơ trực tuyến"."""
        name, variant = str(self.row["indicator"]), self.row["variant"]
        if name in DOSSIERS or variant == ENTERED:
            return DOSSIERS.get(name, _OTHER)
        words = definitions().on(self.report.period.end).indicator(name, variant)
        title = count_words.title(words.numerator)
        return _OTHER if title == count_words.UNNAMED else title[:1].lower() + title[1:]

    @property
    def target(self) -> Figure:
        """The number set, as its source writes it."""
        figure = self._figure("target", "Chỉ tiêu giao", self._told("target"))
        return replace(
            figure, measure=self.value.measure, decimals=2, trim=True, source=self.legal_basis, source_kind="published"
        )  # fmt: skip

    @property
    def aim(self) -> Phrase:
        """The target in words: "trên 50%", "từ 55% trở lên", "đạt 100%"."""
        target = self.target
        if self._told("comparison") == "at_least" and target.measure == "rate" and target.value == 1:
            return Phrase((target,))
        after = " trở lên" if self._told("comparison") == "at_least" else ""
        before = next((word for name, word in COMPARISONS.items() if name == self._told("comparison")), "")
        return Phrase((f"{before} ", target, after) if after else (f"{before} ", target))

    @property
    def gap(self) -> Figure:
        """How far the value is from its target, in points for a rate; without a sign."""
        gap, scale = self._told("gap_rate"), 100 if self.value.measure == "rate" else 1
        told = None if gap is None else abs(gap) * scale
        figure = self._figure("gap", "Chênh lệch so với chỉ tiêu", told, scale=scale, absolute=True)
        return replace(figure, measure="points" if scale == 100 else self.value.measure, trim=False)

    @property
    def lacking(self) -> Figure:
        """The dossiers lacking: further ones where the past cannot be changed, else of those there are."""
        name = "lacking_growing" if self.growing else "lacking"
        key = {"growing": True} if self.growing else {}
        return self._figure("lacking", "Số hồ sơ còn thiếu để đạt chỉ tiêu", self._told(name), **key)

    @property
    def working_days(self) -> Figure:
        """The working days left to the deadline from where the figures stand."""
        return self._figure(
            "working_days", "Số ngày làm việc còn lại", self._told("working_days_left"), **self._given
        )

    @property
    def per_working_day(self) -> Figure:
        """How many of the lacking dossiers each working day left has to bring."""
        name = "per_working_day_growing" if self.growing else "per_working_day"
        key = ({"growing": True} if self.growing else {}) | self._given
        return self._figure("per_working_day", "Số hồ sơ mỗi ngày làm việc", self._told(name), **key)

    @property
    def rank(self) -> Figure:
        """The place among the units of its level; missing where it stands alone or has too few dossiers."""
        figure = self._figure("place", "Xếp thứ", self._told("rank"), part="value")
        return replace(figure, measure="rank", denominator=self._told("of"))

    @cached_property
    def units(self) -> pd.DataFrame:
        """The assessed rows of all units, each with its name."""
        name = str(self.row["indicator"])
        read = self.report.assessed("unit", name, deadline=self.given) if self.known is None else self.known
        rows: pd.DataFrame = read[read["indicator"] == name]
        known = self.report.data.units.set_index("unit")
        names, parents = rows["unit"].map(known["name"]), rows["unit"].map(known["parent"])
        return rows.assign(name=names, above=parents.map(known["name"]))

    @cached_property
    def levels(self) -> tuple[Tally, ...]:
        """How the units of each level stand, of the levels that have a target."""
        counts = verdicts.tally(self.units, self.row["indicator"], self.row["variant"])
        return tuple(Tally(self, row["level"], _plain(row)) for _, row in counts.iterrows())

    def below(self, level: str) -> list[Verdict]:
        """The units of a level that did not meet their target, those first that lack most."""
        rows = verdicts.below(self.units, self.row["indicator"], self.row["variant"])
        own = [self.of(_plain(row)) for _, row in rows[rows["level"] == level].iterrows()]
        return sorted(own, key=lambda one: -(one.lacking.value or 0))

    def of(self, row: Row) -> Verdict:
        """The same target on the row of a unit."""
        return replace(self, row=row, value=_value(self.report, row))

    def unmeasured(self, level: str) -> list[str]:
        """The names of the units of a level whose target nobody can judge, for lack of data."""
        rows = self.units
        of = (rows["indicator"] == self.row["indicator"]) & (rows["variant"] == self.row["variant"])
        of &= (rows["level"] == level) & rows["target"].notna() & rows["met"].isna()
        return list(rows.loc[of, "name"])

    @property
    def behind(self) -> tuple[Tally, ...]:
        """The levels with units that did not meet their target, in order: one appendix each."""
        return tuple(level for level in self.levels if level.not_met.value)

    @property
    def all_units_met(self) -> bool:
        """Whether every unit that has a target and data met it."""
        return bool(self.levels) and not self.behind and any(level.met.value for level in self.levels)

    @property
    def appendices(self) -> str:
        """ "Phụ lục I, II, III": the appendices that list units; empty when none does."""
        names = ", ".join(APPENDICES[: len(self.behind)])
        return f"Phụ lục {names}" if names else ""

    @property
    def next_appendix(self) -> str:
        """The number of the appendix after those."""
        return APPENDICES[len(self.behind)] if self.behind else ""

    @property
    def key(self) -> Key:
        """Of what figure the verdict is."""
        names = ("indicator", "variant", "province", "level", "unit", "period")
        return {name: self._told(name) for name in names}

    @property
    def _given(self) -> dict[str, str]:
        return {"deadline": self.given} if self.given else {}

    def _told(self, name: str) -> Any:
        return None if pd.isna(self.row[name]) else self.row[name]

    def _figure(self, kind: str, title: str, value: Any, **key: Any) -> Figure:
        """A count that follows from the value and its target; others say what they are."""
        return replace(
            self.value, key=self.key | {"kind": kind} | key, title=f"{title}: {self.title}", measure="count",
            value=None if value is None else float(value), numerator=None, denominator=None, source_kind="derived",
            year_ago=None, measured_in="", legal_basis=self.legal_basis or self.value.legal_basis,
        )  # fmt: skip


@dataclass(frozen=True)
class Tally:
    """How many units of a level met their target."""

    verdict: Verdict
    level: str
    row: Row

    @property
    def title(self) -> str:
        """ "Cấp tỉnh"."""
        return LEVEL_TITLES[self.level]

    @property
    def units(self) -> str:
        """What the units of the level are called here: "sở, ban, ngành"."""
        return self.verdict.report.called(self.level)

    @property
    def met(self) -> Figure:
        return self._figure("met")

    @property
    def not_met(self) -> Figure:
        return self._figure("not_met")

    @property
    def near(self) -> Figure:
        return self._figure("near")

    @property
    def far(self) -> Figure:
        return self._figure("far")

    @property
    def no_data(self) -> Figure:
        return self._figure("no_data")

    @property
    def of(self) -> Figure:
        return self._figure("of")

    @property
    def verdict_of_one(self) -> Counted:
        """What the only unit of the level comes to: the first of its counts that is not zero."""
        names: tuple[Counted, ...] = ("met", "not_met", "no_data")
        return next(name for name in names if self.row[name])

    def _figure(self, name: Counted) -> Figure:
        whole = self.verdict
        key = whole.key | {"kind": "tally", "level": self.level, "unit": None, "verdict": name}
        return replace(
            whole.value, key=key, title=f"{self.title}, {_TALLIED[name]}: {whole.title}", measure="count",
            value=float(self.row[name]), numerator=None, denominator=None, source_kind="derived", year_ago=None,
            measured_in="", legal_basis=whole.legal_basis or whole.value.legal_basis,
        )  # fmt: skip


def judged(report: Report, indicator: str, deadline: str = "") -> Verdict:
    """An indicator, or a criterion whose counts are entered, of the province beside its target.

    Counted as the target says, else in its first variant. UsageError for a name nobody knows.
    """
    return judged_by(
        report, indicator, report.assessed("province", indicator, deadline=deadline), deadline=deadline
    )


def judged_by(
    report: Report, indicator: str, rows: pd.DataFrame, units: pd.DataFrame | None = None, deadline: str = ""
) -> Verdict:
    """The same on assessed rows of the province, and of its units, that were read for several indicators at once."""
    rows = rows[rows["indicator"] == indicator]
    if indicator in criteria():
        row = _plain(rows.iloc[0]) if len(rows) else _blank(report, indicator)
        return Verdict(report, row, _value(report, row), deadline, units)
    report.definitions.indicator(indicator)
    asked = [t.variant for t in report.held_targets if t.indicator == indicator and t.variant is not None]
    variants = [*asked, *(i.variant for i in report.definitions.indicators if i.id == indicator)]
    row = chosen(rows, variants)
    return Verdict(report, row, report.rate(indicator, row["variant"]), deadline, units)


def _blank(report: Report, criterion: str) -> Row:
    """The row of a criterion that is set for units and of which the province has no number of its own."""
    known = {
        "indicator": criterion,
        "variant": ENTERED,
        "province": report.place.slug,
        "period": report.period.id,
    }
    return dict.fromkeys(COLUMNS) | known


def _value(report: Report, row: Row) -> Figure:
    """The value of an assessed row: counted from dossiers, or entered."""
    if row["variant"] != ENTERED:
        return report.figure(pd.Series(row))
    return _entered(row, report.period)


def _entered(row: Row, period: Period) -> Figure:
    """Entered counts as a figure; without them a dash that says nobody entered any."""
    card = in_force(period.end)
    known = (*card.criteria, *(c for other in reversed(scorecards()) for c in other.criteria))
    words = next(c for c in known if c.id == row["indicator"])
    names = ("indicator", "variant", "province", "unit", "level", "period")
    key = {"kind": ENTERED, "part": "value"} | {
        name: None if pd.isna(row[name]) else row[name] for name in names
    }
    parts: list[float | None] = [
        None if pd.isna(row[name]) else float(row[name]) for name in ("numerator", "denominator", "value")
    ]
    return Figure(
        key, words.title, "rate", parts[2], parts[0], parts[1],
        definition=f"{words.numerator[:1].upper()}{words.numerator[1:]} trên {words.denominator}; số liệu nhập.",
        legal_basis=card.legal_basis, period_text=f"{period.label}, {period.window}", source_kind="published",
        source="Chưa nhập số liệu" if pd.isna(row["source"]) else str(row["source"]),
    )  # fmt: skip


def chosen(rows: pd.DataFrame, variants: Sequence[str]) -> Row:
    """Of an indicator's assessed rows, one a variant, the one the target is set for, else the first variant's.

    A target for every way of counting is judged by the first.
    """
    ordered = rows.assign(
        place=[variants.index(v) if v in variants else len(variants) for v in rows["variant"]]
    )
    ordered = ordered.assign(without=ordered["target"].isna())
    return _plain(ordered.sort_values(["without", "place"], kind="stable").iloc[0])


def _plain(row: pd.Series[Any]) -> Row:
    return {str(name): value for name, value in row.items()}
