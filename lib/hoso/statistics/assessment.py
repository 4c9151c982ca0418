"""The assessment (đánh giá): each result beside its target, its own past, and the others of its level.

`assess` adds to a results table what a leader asks: was the target met, what is lacking, who answers for it and how much
a working day has to bring to the deadline, how it moved, and which place it takes. Everything is compared exactly, on
fractions; a rate of 1/2 is not above 50%.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any, Final, Literal

import pandas as pd

from ..vocabulary import calendar
from ..vocabulary.errors import InputError
from ..vocabulary.periods import Period
from .counting import By
from .data import Data
from .definitions import definitions
from .heads import HeadKey
from .ranks import RANKED_FROM, rank
from .results import COLUMNS as RESULTS
from .results import results
from .rows import KEY, Past, Row, exact, fraction, key, records
from .targets import Target, resolve

Standing = Literal["provisional", "closed"]
Held = dict[str, list[Target]]  # the targets of a day by indicator
COLUMNS: Final = (
    *RESULTS, "target", "target_id", "comparison", "direction", "gap_rate", "met", "lacking", "lacking_growing",
    "deadline", "working_days_left", "per_working_day", "per_working_day_growing", "head", "legal_basis", "standing",
    "previous", "previous_change", "year_ago", "year_ago_change", "rank", "of", "ranked",
)  # fmt: skip
# Targets are set for units, never for parts of their dossiers.
_PARTS: Final = ("field", "procedure", "channel")


@dataclass(frozen=True)
class Clock:
    """How far the figures of a period reach, and from which day the working days to a deadline count.

    Closed (chốt) when the data reach the period's last working day and were taken after its end, provisional (tạm thời)
    until then. The days count after `today`, or after the day the figures stand at: then a report made again later tells
    the same. `taken_on` is the day of the last import.
    """

    period: Period
    data_date: date
    today: date | None = None
    taken_on: date | None = None

    @cached_property
    def standing(self) -> Standing:
        """Whether the figures are final."""
        reached = self.data_date >= calendar.last_working_day(self.period.end)
        seen = min((day for day in (self.today, self.taken_on) if day), default=None)
        ended = seen is None or self.period.is_closed(seen)
        return "closed" if reached and ended else "provisional"

    def days_left(self, deadline: date) -> int | None:
        """The working days still to come up to and with the deadline; None when it has passed."""
        start = self.today or min(self.data_date, self.period.end)
        return calendar.working_days_between(start, deadline) if start <= deadline else None


def assess(
    table: pd.DataFrame,
    targets: Sequence[Target],
    period: Period,
    data_date: date,
    previous: pd.DataFrame | None = None,
    year_ago: pd.DataFrame | None = None,
    heads: Mapping[HeadKey, str] | None = None,
    today: date | None = None,
) -> pd.DataFrame:
    """A results table (statistics.results.COLUMNS, of one period) with the assessment of each row (COLUMNS).

    A target without a row in the table gets one without numbers: what nobody measured is told as "chưa có số liệu".
    Where nothing can be said a float column holds NaN and any other None. `gap_rate` is value − target and the changes
    are differences of values: of rates in [0, 1] (× 100 = điểm phần trăm), of counts in their own unit.

    `heads` (statistics.heads.titles) are those of the one province the table is of.

    `lacking` counts the dossiers lacking with the denominator as it is: so many of these dossiers fall short. That is
    what can be proved from the figures, it has an answer at 100%, and results entered or synced later do close it.
    `lacking_growing` has each further dossier also in the denominator: what has to come in, where the past cannot be
    changed (a dossier handed in on paper stays so); at 100% it is None. Each has its own number per working day.
    """
    return _at(Clock(period, data_date, today), table, targets, previous, year_ago, heads)


def _at(
    clock: Clock,
    table: pd.DataFrame,
    targets: Sequence[Target],
    previous: pd.DataFrame | None,
    year_ago: pd.DataFrame | None,
    heads: Mapping[HeadKey, str] | None,
    entities: Sequence[tuple[Any, ...]] = (),
) -> pd.DataFrame:
    period = clock.period
    held: Held = {}
    for target in targets:
        if target.holds_on(period.end):
            held.setdefault(target.indicator, []).append(target)
    rows = records(table)
    rows += _unmeasured(rows, held, period, entities)
    pasts = {"previous": Past.of(previous, period), "year_ago": Past.of(year_ago, period)}
    assessed = [_assessed(row, held, clock, pasts, heads or {}) for row in rows]
    _rank(assessed)
    frame = pd.DataFrame(assessed, columns=list(COLUMNS), dtype="object")
    floats = ["value", "target", "gap_rate", *(name for past in pasts for name in (past, f"{past}_change"))]
    return frame.astype(dict.fromkeys(floats, "float64")).astype({"ranked": "bool"})


def assessed(
    data: Data,
    targets: Sequence[Target],
    period: Period,
    by: By = "unit",
    heads: Mapping[HeadKey, str] | None = None,
    today: date | None = None,
    entered: pd.DataFrame | None = None,
    indicators: Collection[str] | None = None,
) -> pd.DataFrame:
    """The assessment of a period straight from a province's data, beside the period before and the year before.

    `entered`: the entered counts (statistics.entered) that measure what dossiers do not tell. `indicators`: of these only.
    """
    chosen = [t for t in targets if indicators is None or t.indicator in indicators]
    place = (data.province.slug, data.province.era)
    _check_units({t.unit for t in targets if t.unit and (t.province, t.era) == place}, data, "targets.csv")
    previous, year_ago = (
        _counted(data, earlier, by, indicators) if comparable(data, earlier) else None
        for earlier in (period.previous(), period.year_ago())
    )
    table = _counted(data, period, by, indicators)
    if entered is not None:
        told = entered_results(entered, data, period, by)
        told = told if indicators is None else told[told["indicator"].isin(indicators)]
        table = pd.concat([table, told], ignore_index=True) if len(table) else told
    clock = Clock(period, data.last_day, today, data.taken_on)
    return _at(clock, table, chosen, previous, year_ago, heads, _entities(data, by))


def _counted(data: Data, period: Period, by: By, indicators: Collection[str] | None) -> pd.DataFrame:
    """The results of those indicators that are counted from dossiers; empty where none of them is."""
    known = definitions()
    names = {*known.counts, *(i.id for i in known.indicators)}
    if indicators is None or names & set(indicators):
        return results(data, period, by, indicators)
    return pd.DataFrame(columns=list(RESULTS))


def _entities(data: Data, by: By) -> list[tuple[Any, ...]]:
    """Whom targets are set for, as rows are keyed (rows.KEY): the province, or each of its units."""
    place, parts = data.province.slug, (None,) * len(_PARTS)
    if by == "province":
        return [(place, None, None, *parts)]
    units = data.units if by == "unit" else data.units.head(0)
    return [(place, unit, level, *parts) for unit, level in zip(units["unit"], units["level"], strict=True)]


def entered_results(entered: pd.DataFrame, data: Data, period: Period, by: By) -> pd.DataFrame:
    """The entered counts of a period as rows of the results table: of the province, or of its units.

    The indicator is the scorecard's criterion, the variant "entered".
    """
    place = data.province
    rows = entered[
        entered["province"].eq(place.slug) & entered["era"].eq(place.era) & entered["period"].eq(period.id)
    ]
    _check_units(set(rows["unit"]) - {""}, data, "entered_counts.csv")
    rows = rows[rows["unit"].ne("") if by == "unit" else rows["unit"].eq("") & (by == "province")]
    level = rows["unit"].map(data.units.set_index("unit")["level"])
    found = rows.assign(
        indicator=rows["criterion"],
        variant="entered",
        unit=rows["unit"].replace("", None),
        level=level.astype("object"),
        value=rows["numerator"] / rows["denominator"].where(rows["denominator"] > 0),
    )
    return found.reindex(columns=list(RESULTS))


def _check_units(named: set[str], data: Data, where: str) -> None:
    """InputError for a unit that the province does not have: of the 34 provinces only their data tell which there are."""
    if unknown := sorted(named - set(data.units["unit"])):
        raise InputError(
            f"không có đơn vị {', '.join(unknown)} tại {data.province.title}",
            where=where,
            expected="mã đơn vị trong danh mục hoặc đã có hồ sơ",
        )


def comparable(data: Data, before: Period) -> bool:
    """Whether the data begin early enough for an earlier period to be whole: by its first working day."""
    return calendar.add_working_days(before.start, 0) >= data.first_day


def _unmeasured(
    rows: Sequence[Row], held: Held, period: Period, others: Sequence[tuple[Any, ...]]
) -> list[dict[str, Any]]:
    """A row without numbers for each target that holds for a unit (or level, or province) of the table and has none.

    `others` are those of whom the table may have no row at all: nothing of what was asked is counted from dossiers.
    """
    keys = [key(row) for row in rows]
    measured = {*keys, *((name, None, *entity) for name, _, *entity in keys)}
    entities = dict.fromkeys([*(tuple(entity) for _, _, *entity in keys), *others])
    asked = dict.fromkeys((t.indicator, t.variant) for found in held.values() for t in found)
    blank = dict.fromkeys(RESULTS) | {"period": period.id}
    missing = [
        blank | dict(zip(KEY, (*what, *entity), strict=True))
        for what in asked
        for entity in entities
        if (*what, *entity) not in measured
    ]
    return [row for row in missing if _target(held, row, period)]


def _target(held: Held, row: Row, period: Period) -> Target | None:
    if any(row[part] is not None for part in _PARTS):
        return None
    name, variant, province, unit, level, *_ = key(row)
    return resolve(held.get(name, ()), period.end, province, level or "province", unit, name, variant)


def _assessed(
    row: Row,
    held: Held,
    clock: Clock,
    pasts: Mapping[str, Past],
    heads: Mapping[HeadKey, str],
) -> dict[str, Any]:
    target = _target(held, row, clock.period)
    value = exact(row)
    told = dict(row) | {"value": _float(value), "standing": clock.standing, "exact": value}
    told |= {"direction": _direction(row["indicator"], told["variant"], target)}
    told |= {"head": _head(target, heads, told)}
    for name, past in pasts.items():
        before = past.values.get(key(row))
        told |= {name: _float(before), f"{name}_change": _float(_difference(value, before))}
    return told | (_against(target, value, told, clock) if target else {})


def _against(target: Target, value: Fraction | None, row: Row, clock: Clock) -> dict[str, Any]:
    """What a target says of a value, known or not."""
    left = clock.days_left(target.deadline) if target.deadline else None
    lacking, growing = _lacking(target, value, row)
    return {
        "target": float(target.value), "target_id": target.id, "comparison": target.comparison,
        "gap_rate": _float(_difference(value, target.value)), "met": None if value is None else target.met(value),
        "lacking": lacking, "lacking_growing": growing, "deadline": target.deadline, "working_days_left": left,
        "per_working_day": _per_day(lacking, left), "per_working_day_growing": _per_day(growing, left),
        "legal_basis": target.legal_basis,
    }  # fmt: skip


def _lacking(target: Target, value: Fraction | None, row: Row) -> tuple[int | None, int | None]:
    """Dossiers lacking, held and growing; None for values that are no fraction of dossiers."""
    top, bottom = (fraction(row[name]) for name in ("numerator", "denominator"))
    if value is None or top is None or value != (top if bottom is None else top / bottom):
        return None, None
    if top.denominator != 1 or (bottom is not None and bottom.denominator != 1):
        return None, None
    parts = int(top), None if bottom is None else int(bottom)
    return target.lacking(*parts), target.lacking_growing(*parts)


def _per_day(lacking: int | None, days: int | None) -> int | None:
    """How many a working day has to bring, rounded up; None when nothing is known or no working day is left."""
    if lacking == 0:
        return 0
    return -(-lacking // days) if lacking and days else None


def _direction(indicator: str, variant: str | None, target: Target | None) -> str | None:
    """Whether more is better (up) or less (down): by its target, else as defined; None for a count that tells neither."""
    if target is not None:
        return "down" if target.comparison == "at_most" else "up"
    known = definitions()
    if variant is None:
        return known.counts[indicator].direction if indicator in known.counts else None
    if indicator in known.published:
        published = known.published[indicator]
        return published.direction or {"rank": "down", "grade": None}.get(published.measure, "up")
    return next((i.direction for i in known.indicators if (i.id, i.variant) == (indicator, variant)), "up")


def _head(target: Target | None, heads: Mapping[HeadKey, str], row: Row) -> str | None:
    named = target.head if target else None
    return named or heads.get((row["level"] or "province", row["unit"]))


def _difference(a: Fraction | None, b: Fraction | None) -> Fraction | None:
    return None if a is None or b is None else a - b


def _float(value: Fraction | None) -> float | None:
    return None if value is None else float(value)


def _rank(rows: list[dict[str, Any]]) -> None:
    """Gives each row its rank among those of its level and indicator, in place; in a unit, the parts among themselves.

    A rate on few dossiers, a count without a direction, and a row that stands alone are shown and not ranked.
    """
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in rows:
        nested = tuple(row[part] for part in _PARTS) if row["unit"] else ()
        group = (row["indicator"], row["variant"], row["level"] or "province", row["period"], *nested)
        groups.setdefault(group, []).append(row)
    for members in groups.values():
        values = [row["exact"] if len(members) > 1 and _rankable(row) else None for row in members]
        ranks = rank(values, descending=members[0]["direction"] != "down")
        of = sum(place is not None for place in ranks)
        for row, place in zip(members, ranks, strict=True):
            row |= {"rank": place, "of": of or None, "ranked": place is not None}


def _rankable(row: Row) -> bool:
    few = row["denominator"] is not None and row["variant"] is not None and row["denominator"] < RANKED_FROM
    return row["direction"] is not None and not few
