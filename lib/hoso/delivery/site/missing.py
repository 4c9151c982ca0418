"""Reports that are missing (báo cáo còn thiếu): made for a period before, and not for a later one that has ended.

What ended longer than `RECENT` ago is no longer asked for: one report of 2010 does not make two hundred missing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from ...vocabulary.periods import Period
from ...vocabulary.places import Era
from . import names
from .entries import Entry, parsed
from .found import known

RECENT: Final = timedelta(days=731)
"""Two years, as the site says."""
_NAMED: Final = re.compile(r"([0-9]{4})(?:-(0[1-9]|1[0-2]|Q[1-4]|6M|9M))?(@calendar)?")


@dataclass(frozen=True)
class Missing:
    """A report of a place that later periods lack, newest first; of units, how many of them in each."""

    province: str
    name: str  # as the report's folder is called
    kind: str
    periods: tuple[
        tuple[Period, int], ...
    ]  # the period, and how many units lack it: 0 for the place's own report

    @property
    def count(self) -> int:
        return sum(max(units, 1) for _, units in self.periods)

    @property
    def command(self) -> str:
        """What makes the newest of them; of units, all of that period."""
        period, units = self.periods[0]
        return names.command(self.name, self.province, period.id, " --every-unit" if units else "")

    def in_era(self, era: Era) -> int:
        """How many are missing of periods of one era."""
        return sum(max(units, 1) for period, units in self.periods if period.era == era)


def missing(entries: Iterable[Entry], today: date) -> list[Missing]:
    """What should be there on a day and is not, by place and report; a failed report is listed itself, not here."""
    lacking: dict[tuple[str, str, str], dict[Period, int]] = defaultdict(lambda: defaultdict(int))
    for own in _series(entries):
        for period in _lacking(own, today):
            lacking[own[0].province, own[0].notebook, own[0].kind][period] += bool(own[0].unit)
    return [
        Missing(place, name, kind, tuple(sorted(periods.items(), key=lambda item: item[0].end, reverse=True)))
        for (place, name, kind), periods in lacking.items()
    ]


def _series(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """The reports that are one report for one period after the other: of one place, name, unit and kind of period."""
    found: dict[tuple[str, ...], list[Entry]] = defaultdict(list)
    for entry in entries:
        kind = _kind_of_period(entry.period)
        if kind is not None and entry.expected:
            found[entry.province, entry.notebook, entry.unit, kind].append(entry)
    return (series for series in found.values() if any(entry.state != "failed" for entry in series))


def _kind_of_period(period: str) -> str | None:
    """ "month", "quarter", "9M@calendar", …; None for explicit dates, which nothing follows."""
    named = _NAMED.fullmatch(period)
    if named is None:
        return None
    part = named[2] or "year"
    part = "month" if part.isdecimal() else "quarter" if part.startswith("Q") else part
    return f"{part}{named[3] or ''}"


def _lacking(series: list[Entry], today: date) -> Iterator[Period]:
    made = {entry.period for entry in series}
    first = min((entry for entry in series if entry.state != "failed"), key=lambda entry: entry.when.end)
    period = _after(first.when)
    while period.is_closed(today) and _has_place(first, period):
        recent = period.end >= today - RECENT
        if recent and period.id not in made and not period.crosses_eras:
            yield period
        period = _after(period)


def _after(period: Period) -> Period:
    """The next period of the same kind."""
    named = _NAMED.fullmatch(period.id)
    assert named is not None
    year, part, rule = int(named[1]), named[2], named[3] or ""
    if part is None or part.endswith("M"):
        return parsed(f"{year + 1}{f'-{part}' if part else ''}{rule}")
    if part in ("12", "Q4"):
        return parsed(f"{year + 1}-{'01' if part == '12' else 'Q1'}{rule}")
    return parsed(f"{year}-{f'Q{int(part[1]) + 1}' if part[0] == 'Q' else f'{int(part) + 1:02d}'}{rule}")


def _has_place(entry: Entry, period: Period) -> bool:
    """Whether the place is still there in a later period; units are not expected beyond 1/7/2025, whose ids are others."""
    if entry.unit and period.era != entry.when.era:
        return False
    return known(entry.province, period.id) is not None
