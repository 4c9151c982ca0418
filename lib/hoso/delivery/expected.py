"""The roster with what is not there (danh mục báo cáo): published and failed reports, those missing, those not due yet.

What to expect is what was made before: a report of a place for a month is expected of the next months too (site.missing).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from ..records.store import Store
from ..vocabulary import numbers
from ..vocabulary.errors import HosoError, NoDataError
from ..vocabulary.periods import Period
from ..vocabulary.places import find_province
from .site import STATES, roster
from .site.missing import Missing, missing

_AHEAD: Final = timedelta(days=366)  # the next period of any kind ends within it


@dataclass(frozen=True)
class Line:
    """A line of the roster. `state`: one of the site's states, or missing, no_data, not_due."""

    report: str
    province: str
    period: str
    unit: str
    state: str
    words: str
    details: tuple[str, ...] = ()


def lines(reports: Path, store: Store | None, today: date) -> list[Line]:
    """Every report under the folder, then what is missing, for lack of data or not, then what is due next."""
    entries = roster(reports)
    there = [
        Line(e.notebook, e.province, e.period, e.unit, e.state, STATES[e.state], e.details) for e in entries
    ]
    reached = _reached(store)
    lacking = [
        _lacking(one, period, units, reached)
        for one in missing(entries, today)
        for period, units in sorted(one.periods, key=lambda item: item[0].end)
    ]
    return [*there, *lacking, *_next(missing(entries, today + _AHEAD), today)]


def _lacking(one: Missing, period: Period, units: int, reached: dict[str, date]) -> Line:
    """A report that should be there; where the place's dossiers end before the period, data are missing first."""
    last = reached.get(_id(one.province, period))
    without = last is not None and last < period.start.replace(day=1)
    words = "Chưa có dữ liệu của kỳ" if without else "Còn thiếu"
    state = "no_data" if without else "missing"
    return Line(one.name, one.province, period.id, _units(units), state, words)


def _next(later: list[Missing], today: date) -> Iterator[Line]:
    """Of each report that is made period by period, the first whose period has not ended."""
    for one in later:
        ahead = [(period, units) for period, units in one.periods if not period.is_closed(today)]
        if ahead:
            period, units = min(ahead, key=lambda item: item[0].end)
            words = f"Chưa đến hạn, lập sau ngày {numbers.date(period.end)}"
            yield Line(one.name, one.province, period.id, _units(units), "not_due", words)


def _units(count: int) -> str:
    return f"{numbers.number(count)} đơn vị" if count else ""


def _reached(store: Store | None) -> dict[str, date]:
    """The last month that dossiers were received in, by province."""
    if store is None or not store.exists("facts"):
        return {}
    return {province: max(months) for province, months in store.months("facts").items() if months}


def _id(slug: str, period: Period) -> str:
    try:
        return find_province(slug, period.era, period.end).id
    except HosoError:
        return ""


def opened(folder: Path) -> Store | None:
    """The store; None where there is none yet."""
    try:
        return Store.open(folder)
    except NoDataError:
        return None
