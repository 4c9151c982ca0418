"""Measures (giải pháp, chính sách): what a province did for an indicator and from which day, dated rows of measures.csv.

Of a dated measure the indicator is set side by side in two windows of the same length, right before its first day and from
it on. That is a comparison and no proof of a cause: other things happened in the same days.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Final, Literal

from ..vocabulary.periods import Period
from ..vocabulary.places import LAST_DAY_OF_63, Province
from .definitions import definitions
from .sheets import Line, Sheet, remembered

FILE: Final = "measures.csv"
COLUMNS: Final = (
    "id", "era", "province", "title", "starts_on", "indicators", "quantity", "measured_in", "as_of", "source", "note",
)  # fmt: skip
LEAST_DAYS: Final = 7
"""A whole week on each side: with fewer days the two would not hold the same days of the week."""
MOST_DAYS: Final = 182
"""Half a year (26 weeks): farther from the day a measure began, other causes weigh more than the measure."""
Side = Literal["earlier", "before", "after"]
Reason = Literal["not_dated", "not_begun", "no_past", "too_new"]
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Measure:
    """One measure: what it is, from which day (None: its source names none), for which indicators, how much of what.

    `title` may hold "{quantity}", where the number stands in the sentence; `quantity` is in the words of `measured_in`, and
    of "%" in hundredths. `as_of` is the day of the source.
    """

    id: str
    era: str
    province: str
    title: str
    starts_on: date | None
    indicators: tuple[str, ...]
    quantity: Fraction | None
    measured_in: str
    as_of: date
    source: str
    note: str

    @property
    def value(self) -> Fraction | None:
        """The quantity as figures keep it: 50% is 1/2."""
        return self.quantity / 100 if self.quantity is not None and self.measured_in == "%" else self.quantity

    def known_by(self, day: date) -> bool:
        """Whether a report up to that day can tell of it: it had begun; of one without a day, in the year of its source."""
        return self.starts_on <= day if self.starts_on else self.as_of.year <= day.year


@remembered
def read(path: Path) -> tuple[Measure, ...]:
    """The measures of a file with the columns COLUMNS; InputError tells all faults at once."""
    sheet = Sheet(path, COLUMNS)
    found = [measure for line in sheet.lines() if (measure := _measure(sheet, line))]
    ids = [measure.id for measure in found]
    sheet.faults += [f"giải pháp {name} ghi hai lần" for name in sorted({i for i in ids if ids.count(i) > 1})]
    sheet.close()
    return tuple(found)


def _measure(sheet: Sheet, line: Line) -> Measure | None:
    before = len(sheet.faults)
    sheet.required(line, "id", "province", "title", "indicators", "as_of", "source")
    sheet.province(line)
    starts, as_of, quantity = (
        sheet.day(line, "starts_on"),
        sheet.day(line, "as_of"),
        sheet.number(line, "quantity"),
    )
    known = {i.id for i in definitions().indicators}
    names = tuple(line["indicators"].split())
    for name in names:
        if name not in known:
            sheet.fault(f"không có chỉ tiêu {name}; chỉ có: {', '.join(sorted(known))}")
    _check_quantity(sheet, line, quantity)
    if len(sheet.faults) > before or as_of is None:
        return None
    return Measure(
        line["id"], line["era"], line["province"], line["title"], starts, names, quantity, line["measured_in"], as_of,
        line["source"], line["note"],
    )  # fmt: skip


def _check_quantity(sheet: Sheet, line: Line, quantity: Fraction | None) -> None:
    if bool(line["quantity"]) != bool(line["measured_in"]):
        sheet.fault("quantity và measured_in phải cùng có hoặc cùng để trống")
    if "{quantity}" in line["title"] and not line["quantity"]:
        sheet.fault("title có {quantity} mà không có quantity")
    if quantity is not None and quantity < 0:
        sheet.fault(f"quantity {line['quantity']} phải từ 0 trở lên")


def of(
    measures: Sequence[Measure], province: Province, indicator: str, period: Period
) -> tuple[Measure, ...]:
    """The measures of a province for an indicator that a report of the period can tell of, the dated first, by their day."""
    found = [
        m
        for m in measures
        if (m.province, m.era) == (province.slug, province.era)
        and indicator in m.indicators
        and m.known_by(period.end)
    ]
    return tuple(sorted(found, key=lambda m: (m.starts_on is None, m.starts_on or m.as_of)))


@dataclass(frozen=True)
class Windows:
    """The same number of days right before a measure's first day and from it on; `earlier`, where data reach so far back,
    as many days before those: how the indicator moved without the measure.
    """

    before: Period
    after: Period
    earlier: Period | None

    @property
    def days(self) -> int:
        return self.after.days


def windows(measure: Measure, period: Period, first_day: date, last_day: date) -> Windows | Reason:
    """The windows of a measure in a report of a period, on data from `first_day` to `last_day`; or why there are none."""
    if measure.starts_on is None:
        return "not_dated"
    begin, first, last = measure.starts_on, _first(period, first_day), min(period.end, last_day)
    past, since = (begin - first).days, (last - begin).days + 1
    if since < 1:
        return "not_begun"
    if past < LEAST_DAYS:
        return "no_past"
    if since < LEAST_DAYS:
        return "too_new"
    days = min(past, since, MOST_DAYS) * _DAY
    earlier = _window(begin - 2 * days, begin - days - _DAY) if begin - 2 * days >= first else None
    return Windows(_window(begin - days, begin - _DAY), _window(begin, begin + days - _DAY), earlier)


def _first(period: Period, first_day: date) -> date:
    """The first day with data of the period's era: over 1/7/2025 the units are not the same."""
    return max(first_day, LAST_DAY_OF_63 + _DAY) if period.era == "34" else first_day


def _window(start: date, end: date) -> Period:
    return Period.parse(f"{start}..{end}")
