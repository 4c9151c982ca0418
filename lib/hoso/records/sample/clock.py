"""Working days and office hours, for many dossiers at once.

Times are int64 seconds since 1970 of the local clock; days are int64 days since 1970.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hoso.vocabulary.calendar import is_working_day

Ints = NDArray[np.int64]

EPOCH: Final = date(1970, 1, 1)
DAY: Final = 86_400
OFFICE_MINUTES: Final = 480  # 7:00–11:30 and 13:30–17:00
_MORNING: Final = 270


def day_number(day: date) -> int:
    """Days since 1970."""
    return (day - EPOCH).days


def clock_seconds(minute: Ints) -> Ints:
    """Seconds of the day at so many office minutes after opening."""
    return 60 * np.where(minute < _MORNING, 420 + minute, 810 + minute - _MORNING)


@dataclass(frozen=True)
class WorkingDays:
    """The working days (ngày làm việc) of some years, by rank: `days[i]` is the i-th."""

    days: Ints

    @classmethod
    def between(cls, start: date, end: date) -> WorkingDays:
        """All working days from one day to another, both inside."""
        every = (start + timedelta(n) for n in range((end - start).days + 1))
        return cls(np.array([day_number(d) for d in every if is_working_day(d)], dtype=np.int64))

    def rank(self, day: Ints) -> Ints:
        """The rank of a working day; of another day, that of the next working day."""
        return np.searchsorted(self.days, day).astype(np.int64)

    def ranks_within(self, start: date, end: date) -> Ints:
        """The ranks of the working days from one day to another, both inside."""
        first, last = np.searchsorted(self.days, [day_number(start), day_number(end) + 1])
        return np.arange(first, last, dtype=np.int64)
