"""Targets (chỉ tiêu giao): dated, sourced rows of data/reference/targets.csv, and which of them holds for a figure.

A target is for the whole country, a province, some levels or one unit. The most specific one holds: a unit's own before
its level's, before the province's, before the country's; among equals the one that came into force last. The comparison
is the source's: "đạt trên 50%" (above) is not met by exactly 50%, "đạt từ 50%" (at_least) is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import combinations
from math import ceil, floor
from pathlib import Path
from typing import Final, Literal

from ..vocabulary.numbers import date as print_date
from ..vocabulary.places import Era, era_on
from .definitions import definitions
from .scorecard.definitions import scorecards
from .sheets import Line, Sheet, remembered

Comparison = Literal["at_least", "above", "at_most"]
COMPARISONS: Final[dict[Comparison, str]] = {"at_least": "từ", "above": "trên", "at_most": "không quá"}
NEAR: Final = Fraction(1, 10)
"""Gần đạt: short of the target by at most a tenth of it. Of a target of 100% that is from 90% on, where the scorecard of
QĐ 766/QĐ-TTg begins its best grade (Xuất sắc, from 90 of 100 points); no act sets another measure."""
FILE: Final = "targets.csv"
COLUMNS: Final = (
    "id", "era", "province", "level", "unit", "indicator", "variant", "value", "comparison", "valid_from", "valid_to",
    "deadline", "head", "legal_source", "legal_date", "note",
)  # fmt: skip


@dataclass(frozen=True)
class Target:
    """One target: for whom (None or empty means all), of what, the value to reach, and its ground.

    `value` is exact: a rate in [0, 1] or a count. `valid_from` to `valid_to` are the days whose figures it measures, the
    deadline (thời hạn) is when it must be reached. `head` names the responsible office where the source names another
    than the unit's own head.
    """

    id: str
    era: Era
    province: str | None
    levels: tuple[str, ...]
    unit: str | None
    indicator: str
    variant: str | None
    value: Fraction
    comparison: Comparison
    valid_from: date
    valid_to: date | None
    deadline: date | None
    head: str | None
    legal_source: str
    legal_date: date | None
    note: str

    @property
    def legal_basis(self) -> str:
        """The act as an office cites it: "Quyết định số 17/QĐ-UBQGCĐS ngày 04/4/2023"."""
        return self.legal_source + (f" ngày {print_date(self.legal_date)}" if self.legal_date else "")

    def holds_on(self, day: date) -> bool:
        """Whether figures that stand at that day are measured by it."""
        return self.era == era_on(day) and self.valid_from <= day <= (self.valid_to or date.max)

    def covers(self, province: str, level: str, unit: str | None) -> bool:
        """Whether it is for this province (slug), level or unit."""
        return (
            self.province in (None, province)
            and (not self.levels or level in self.levels)
            and self.unit in (None, unit)
        )

    def measures(self, indicator: str, variant: str | None) -> bool:
        """Whether it is for this indicator; without a variant of its own, for each way of counting."""
        return self.indicator == indicator and self.variant in (None, variant)

    @property
    def precision(self) -> tuple[bool, bool, bool, bool]:
        """How narrowly it says for whom and of what: unit, level, province, variant."""
        return self.unit is not None, bool(self.levels), self.province is not None, self.variant is not None

    def met(self, value: Fraction) -> bool:
        """Whether an exact value reaches it."""
        if self.comparison == "at_most":
            return value <= self.value
        return value > self.value if self.comparison == "above" else value >= self.value

    def near(self, value: Fraction) -> bool:
        """Whether an exact value does not reach it and is short of it by at most NEAR of it."""
        return not self.met(value) and abs(value - self.value) <= self.value * NEAR

    def lacking(self, numerator: int, denominator: int | None) -> int | None:
        """The least number of dossiers still lacking (còn thiếu), the denominator held as it is; 0 when met.

        For `at_most` it is how many are too many. None when no number of them would do: above 100%, or below zero. A
        count has no denominator.
        """
        whole = Fraction(1 if denominator is None else denominator)
        if self.comparison == "at_most":
            return max(0, numerator - floor(self.value * whole))
        least = floor(self.value * whole) + 1 if self.comparison == "above" else ceil(self.value * whole)
        reachable = denominator is None or least <= denominator
        return max(0, least - numerator) if reachable else None

    def lacking_growing(self, numerator: int, denominator: int | None) -> int | None:
        """The same where each further dossier also adds to the denominator: so many more online ones and no other.

        For `at_most`: so many more that are not of the kind. None when even no end of them would do, as with 100%.
        """
        if denominator is None or self.lacking(numerator, denominator) == 0:
            return self.lacking(numerator, denominator)
        if self.comparison == "at_most":
            return ceil(numerator / self.value) - denominator if self.value else None
        if self.value >= 1:
            return None
        short = (self.value * denominator - numerator) / (1 - self.value)
        return floor(short) + 1 if self.comparison == "above" else ceil(short)


def resolve(
    targets: Iterable[Target],
    day: date,
    province: str,
    level: str,
    unit: str | None,
    indicator: str,
    variant: str | None,
) -> Target | None:
    """The target that holds for a figure of that day: the most specific, then the latest; None when none was set."""
    found = [
        t
        for t in targets
        if t.measures(indicator, variant) and t.holds_on(day) and t.covers(province, level, unit)
    ]
    return max(found, key=lambda t: (t.precision, t.valid_from), default=None)


def criteria() -> dict[str, str]:
    """What targets can be set for beside the indicators: the scorecards' criteria, id and title, newest title last.

    They are measured from entered counts (statistics.entered), variant "entered".
    """
    return {criterion.id: criterion.title for card in scorecards() for criterion in card.criteria}


@remembered
def read(path: Path) -> tuple[Target, ...]:
    """The targets of a file with the columns COLUMNS.

    InputError tells all faults at once: an unknown column, indicator, variant, level or unit, a rate outside [0, 1], a
    missing source, one id twice, two targets that hold for one figure and neither before the other.
    """
    sheet = Sheet(path, COLUMNS)
    found = [target for line in sheet.lines() if (target := _target(sheet, line))]
    sheet.faults += _twice(found)
    sheet.close()
    return tuple(found)


def _target(sheet: Sheet, line: Line) -> Target | None:
    before = len(sheet.faults)
    sheet.required(line, "id", "indicator", "value", "comparison", "valid_from", "legal_source")
    province = sheet.province(line)
    value = sheet.number(line, "value")
    days = {name: sheet.day(line, name) for name in ("valid_from", "valid_to", "deadline", "legal_date")}
    sheet.days_in_order(days["valid_from"], days["valid_to"])
    levels, unit = sheet.levels(line), sheet.unit(line, province)
    sheet.known(line, "comparison", COMPARISONS)
    _check_indicator(sheet, line, value)
    if len(sheet.faults) > before or value is None or days["valid_from"] is None:
        return None
    return Target(
        line["id"], "63" if line["era"] == "63" else "34", line["province"] or None, levels, unit,
        line["indicator"], line["variant"] or None, value,
        next(c for c in COMPARISONS if c == line["comparison"]),
        days["valid_from"], days["valid_to"], days["deadline"], line["head"] or None,
        line["legal_source"], days["legal_date"], line["note"],
    )  # fmt: skip


def _check_indicator(sheet: Sheet, line: Line, value: Fraction | None) -> None:
    name, known, asked = line["indicator"], definitions(), criteria()
    variants = [i.variant for i in known.indicators if i.id == name]
    variants += ["published"] if name in known.published else ["entered"] if name in asked else []
    if not variants and name not in known.counts:
        names = sorted({i.id for i in known.indicators} | {*known.counts, *known.published, *asked})
        sheet.fault(f"không có chỉ tiêu {name}; chỉ có: {', '.join(names)}")
        return
    if line["variant"] and line["variant"] not in variants:
        sheet.fault(
            f"{name} không có cách tính {line['variant']}; chỉ có: {', '.join(variants) or 'để trống'}"
        )
    measures: set[str] = {i.measure for i in known.indicators if i.id == name}
    if name in known.published:
        measures.add(known.published[name].measure)
    rate = name not in known.counts and measures <= {"rate"}
    if value is not None and (value < 0 or (rate and value > 1)):
        sheet.fault(f"{name}: {line['value']} phải {'từ 0 đến 1' if rate else 'từ 0 trở lên'}")


def _twice(targets: Sequence[Target]) -> list[str]:
    """Ids used twice, and pairs for one figure of which neither goes before the other."""
    ids = Counter(target.id for target in targets)
    faults = [f"chỉ tiêu {name} ghi {times} lần" for name, times in ids.items() if times > 1]
    groups: dict[tuple[object, ...], list[Target]] = {}
    for t in targets:
        key = (t.era, t.province, t.unit, t.indicator, t.variant, t.valid_from, bool(t.levels))
        groups.setdefault(key, []).append(t)
    pairs = [pair for group in groups.values() for pair in combinations(group, 2)]
    return faults + [
        f"{a.id} và {b.id} giao cùng một chỉ tiêu từ cùng một ngày"
        for a, b in pairs
        if not a.levels or set(a.levels) & set(b.levels)
    ]
