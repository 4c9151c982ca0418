"""Results by time (theo thời gian): the days, weeks, months or quarters of a period, one results table.

Flows are those of each part; stocks (carried over, pending, overdue) are as at each part's own end, so the parts' flows
add up to the period's and its pending is the last part's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, timedelta
from typing import Final, Literal, get_args

import pandas as pd

from ..vocabulary.errors import UsageError
from ..vocabulary.periods import Period
from .counting import Grouping
from .data import Data
from .results import tidy, wides

Step = Literal["day", "week", "month", "quarter"]
_DAY: Final = timedelta(days=1)


def by_time(
    data: Data,
    period: Period,
    step: Step = "month",
    by: Grouping = "province",
    indicators: Collection[str] | None = None,
) -> pd.DataFrame:
    """The results of each part of a period in turn; the column `period` holds the parts' ids.

    Naming a few `indicators` makes a line by day quick: medians and procedures are counted from the facts, part by part.
    """
    parts = split(period, step)
    wanted = wides(data, parts, by, indicators)
    counts = [table.assign(period=part.id) for table, part in zip(wanted, parts, strict=True)]
    table = tidy(pd.concat(counts, ignore_index=True), data, period, by, indicators)
    order = {part.id: n for n, part in enumerate(parts)}
    return table.sort_values("period", key=lambda ids: ids.map(order), kind="stable", ignore_index=True)


def split(period: Period, step: Step) -> list[Period]:
    """The parts of a period, cut to fit at both ends; months and quarters under the period's own rule.

    Weeks run from Monday to Sunday. Raises UsageError for another step.
    """
    if step not in get_args(Step):
        raise UsageError(f"không có bước thời gian {step}", expected=", ".join(get_args(Step)))
    if step == "month":
        return period.months()
    if step == "quarter":
        return _quarters(period)
    return list(_cut(period, step))


def _cut(period: Period, step: Step) -> Iterator[Period]:
    """The days or weeks of a period."""
    first = period.start
    while first <= period.end:
        last = min(first + _DAY * (6 - first.weekday() if step == "week" else 0), period.end)
        yield _window(first, last)
        first = last + _DAY


def _window(start: date, end: date) -> Period:
    return Period.parse(f"{start}..{end}")


def _quarters(period: Period) -> list[Period]:
    """Months in threes, by the quarter of the year their last day lies in; whole ones have the quarter's own id."""
    groups: dict[tuple[int, int], list[Period]] = {}
    for month in period.months():
        groups.setdefault((month.end.year, (month.end.month - 1) // 3 + 1), []).append(month)
    return [_joined(months, *key) for key, months in groups.items()]


def _joined(months: list[Period], year: int, quarter: int) -> Period:
    rule = "@calendar" if months[0].rule == "calendar" else ""
    whole = Period.parse(f"{year}-Q{quarter}{rule}")
    start, end = months[0].start, months[-1].end
    named = months[0].rule != "explicit" and (whole.start, whole.end) == (start, end)
    return whole if named else _window(start, end)
