"""Working time (giờ làm việc): office hours, and the moment a time limit ends.

The readable truth; records/office_clock.py does the same for whole columns. Times are naive local time, whole seconds.

What decides, where the catalogue's words leave it open (Bộ luật Dân sự 2015, Điều 147–148; domain of the one-stop rules):
a limit in days leaves out the day of receipt and ends at the end of its last day, on the next working day where that day
is a day off; a limit in hours runs inside office hours, from the minute of receipt to the minute; what is received outside
office hours counts as received when the office opens next.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Literal, get_args

from hoso.vocabulary.calendar import add_working_days, is_working_day, working_days_between

LimitKind = Literal["working_day", "day", "working_hour", "same_day"]
LIMIT_KINDS: Final[tuple[LimitKind, ...]] = get_args(LimitKind)
END_OF_DAY: Final = time(23, 59, 59)


@dataclass(frozen=True)
class OfficeHours:
    """When offices are open (giờ hành chính): sessions of a working day in order, both ends inside.

    `same_day_until`: a same-day procedure received later is due on the next working day (NĐ 23/2015/NĐ-CP, Điều 7).
    """

    sessions: tuple[tuple[time, time], ...] = ((time(7), time(11, 30)), (time(13, 30), time(17)))
    same_day_until: time = time(15)

    @property
    def day(self) -> int:
        """Seconds of work in a day."""
        return sum(end - start for start, end in self.spans)

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """The sessions in seconds since midnight."""
        return tuple((seconds(start), seconds(end)) for start, end in self.sessions)

    def worked(self, at: time) -> int:
        """Seconds of work from the opening to a time of day."""
        return sum(min(max(seconds(at) - start, 0), end - start) for start, end in self.spans)

    def after(self, worked: int) -> time:
        """The time of day when so many seconds are worked: 11:30, not 13:30, after a full morning."""
        for start, end in self.spans:
            if worked <= end - start:
                return _time(start + worked)
            worked -= end - start
        raise ValueError("more work than a day holds")

    def is_open(self, at: time) -> bool:
        """Whether the office is open at that time of a working day."""
        return any(start <= seconds(at) <= end for start, end in self.spans)


OFFICE: Final = OfficeHours()


def seconds(at: time) -> int:
    """Seconds since midnight."""
    return at.hour * 3600 + at.minute * 60 + at.second


def opening(moment: datetime, hours: OfficeHours = OFFICE) -> datetime:
    """The moment itself in office hours, else the next opening: after the lunch break, or on the next working day."""
    if is_working_day(moment):
        starts = (start for start, end in hours.sessions if moment.time() <= end)
        if (start := next(starts, None)) is not None:
            return datetime.combine(moment, max(start, moment.time()))
    return datetime.combine(add_working_days(moment, 1), hours.sessions[0][0])


def deadline(
    received: datetime, limit: float, kind: LimitKind, waiting: int = 0, hours: OfficeHours = OFFICE
) -> datetime:
    """When a dossier falls due (hạn giải quyết): its limit from the receipt, then moved by the office minutes it waited.

    `limit` is above 0 and in units of its kind (same_day has none). A part of a working day beyond the whole ones is
    counted in office hours, half a day alone from the receipt itself.
    """
    return postponed(_limit_end(opening(received, hours), limit, kind, hours), 60 * waiting, hours)


def _limit_end(start: datetime, limit: float, kind: LimitKind, hours: OfficeHours) -> datetime:
    if kind == "same_day":
        too_late = hours.worked(start.time()) > hours.worked(hours.same_day_until)
        return _end(add_working_days(start, int(too_late)))
    if kind == "day":
        return _end(add_working_days(start + timedelta(math.ceil(limit)), 0))
    if kind == "working_hour":
        return _worked_off(start, round(limit * 3600), hours)
    part, whole = math.modf(limit)
    last = _end(add_working_days(start, int(whole))) if whole else start
    return _worked_off(last, round(part * hours.day), hours) if part else last


def postponed(moment: datetime, work: int, hours: OfficeHours = OFFICE) -> datetime:
    """The moment so many seconds of work later: whole days keep the time of day, the rest is worked off from there."""
    days, rest = divmod(work, hours.day)
    later = datetime.combine(add_working_days(moment, days), moment.time()) if days else moment
    return _worked_off(later, rest, hours) if rest else later


def _worked_off(moment: datetime, work: int, hours: OfficeHours) -> datetime:
    start = opening(moment, hours)
    days, worked = divmod(hours.worked(start.time()) + work, hours.day)
    if worked == 0:
        days, worked = days - 1, hours.day  # the close of a day, not the opening of the next
    return datetime.combine(add_working_days(start, days), hours.after(worked))


def working_minutes_between(first: datetime, last: datetime, hours: OfficeHours = OFFICE) -> int:
    """Whole office minutes from one moment to a later one; 0 when it is not later."""
    days = working_days_between(first.date() - timedelta(1), last.date() - timedelta(1))
    work = days * hours.day + _worked(last, hours) - _worked(first, hours)
    return max(0, work) // 60


def _worked(moment: datetime, hours: OfficeHours) -> int:
    return hours.worked(moment.time()) if is_working_day(moment) else 0


def _end(day: date) -> datetime:
    return datetime.combine(day, END_OF_DAY)


def _time(since_midnight: int) -> time:
    return (datetime.min + timedelta(seconds=since_midnight)).time()
