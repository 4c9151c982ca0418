"""Office hours and the end of a time limit: drawn tables, and an oracle that walks minute by minute."""

import math
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoso.vocabulary.working_time import (
    LIMIT_KINDS,
    OfficeHours,
    deadline,
    opening,
    postponed,
    working_minutes_between,
)
from tests.vocabulary.announced import works


def at(text: str) -> datetime:
    return datetime.strptime(text, "%d/%m/%Y %H:%M:%S" if text.count(":") == 2 else "%d/%m/%Y %H:%M")


OPENINGS = """
    received          | counts from       | why
    13/09/2024 16:59  | 13/09/2024 16:59  | Friday, the office is open
    13/09/2024 17:00  | 13/09/2024 17:00  | the last minute
    13/09/2024 17:01  | 16/09/2024 07:00  | after hours on a Friday
    14/09/2024 09:00  | 16/09/2024 07:00  | a Saturday
    13/09/2024 11:45  | 13/09/2024 13:30  | the lunch break
    13/09/2024 06:10  | 13/09/2024 07:00  | before hours
    24/01/2025 17:30  | 03/02/2025 07:00  | the evening before Tết 2025 (25/1–2/2)
    26/04/2025 10:00  | 26/04/2025 10:00  | a Saturday worked for 2/5/2025
    31/12/2025 17:20  | 05/01/2026 07:00  | 2/1/2026 is off, worked for on 10/1
"""


def rows(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()[1:]]


@pytest.mark.parametrize("row", rows(OPENINGS), ids=" ".join)
def test_what_comes_outside_office_hours_counts_from_the_next_opening(row: list[str]) -> None:
    """After the lunch break, next morning, or after the holidays."""
    assert opening(at(row[0])) == at(row[1])


ENDS = """
    received          | limit            | waiting | due
    13/09/2024 16:59  | 1 working_day    | 0       | 16/09/2024 23:59:59
    13/09/2024 17:01  | 1 working_day    | 0       | 17/09/2024 23:59:59
    14/09/2024 09:00  | 1 working_day    | 0       | 17/09/2024 23:59:59
    13/09/2024 11:45  | 3 working_day    | 0       | 18/09/2024 23:59:59
    24/01/2025 10:00  | 1 working_day    | 0       | 03/02/2025 23:59:59
    24/04/2025 10:00  | 2 working_day    | 0       | 26/04/2025 23:59:59
    29/04/2025 10:00  | 1 working_day    | 0       | 05/05/2025 23:59:59
    13/09/2024 08:00  | 0.5 working_day  | 0       | 13/09/2024 14:00
    13/09/2024 16:00  | 0.5 working_day  | 0       | 16/09/2024 10:00
    13/09/2024 08:00  | 1.5 working_day  | 0       | 17/09/2024 11:00
    13/09/2024 11:45  | 2 working_hour   | 0       | 13/09/2024 15:30
    13/09/2024 07:00  | 8 working_hour   | 0       | 13/09/2024 17:00
    13/09/2024 08:10  | 8 working_hour   | 0       | 16/09/2024 08:10
    24/01/2025 16:00  | 4 working_hour   | 0       | 03/02/2025 10:00
    13/09/2024 08:00  | 7 day            | 0       | 20/09/2024 23:59:59
    13/09/2024 08:00  | 1 day            | 0       | 16/09/2024 23:59:59
    20/01/2025 08:00  | 7 day            | 0       | 03/02/2025 23:59:59
    13/09/2024 15:00  | 0 same_day       | 0       | 13/09/2024 23:59:59
    13/09/2024 15:01  | 0 same_day       | 0       | 16/09/2024 23:59:59
    13/09/2024 17:30  | 0 same_day       | 0       | 16/09/2024 23:59:59
    14/09/2024 16:00  | 0 same_day       | 0       | 16/09/2024 23:59:59
    13/09/2024 08:00  | 3 working_day    | 960     | 20/09/2024 23:59:59
    13/09/2024 08:00  | 3 working_day    | 240     | 19/09/2024 11:00
    13/09/2024 08:00  | 7 day            | 480     | 23/09/2024 23:59:59
    13/09/2024 08:10  | 8 working_hour   | 480     | 17/09/2024 08:10
    13/09/2024 07:00  | 8 working_hour   | 60      | 16/09/2024 08:00
"""


@pytest.mark.parametrize("row", rows(ENDS), ids=" | ".join)
def test_when_a_limit_ends(row: list[str]) -> None:
    """Days leave out the day of receipt and end with their last day; hours run to the minute; waiting moves the end."""
    limit, kind = row[1].split()
    assert deadline(at(row[0]), float(limit), kind, int(row[2])) == at(row[3])


WORKED = """
    from              | to                | minutes
    13/09/2024 08:00  | 13/09/2024 09:30  | 90
    13/09/2024 11:00  | 13/09/2024 14:00  | 60
    13/09/2024 16:30  | 16/09/2024 07:15  | 45
    24/01/2025 16:00  | 03/02/2025 08:00  | 120
    25/04/2025 16:00  | 05/05/2025 08:00  | 1560
    13/09/2024 20:00  | 13/09/2024 22:00  | 0
    16/09/2024 08:00  | 13/09/2024 08:00  | 0
    13/09/2024 00:00  | 17/09/2024 00:00  | 960
"""


@pytest.mark.parametrize("row", rows(WORKED), ids=" | ".join)
def test_office_minutes_between_two_moments(row: list[str]) -> None:
    """Nights, lunch breaks, weekends and Tết do not count; the exchanged Saturday 26/4/2025 does."""
    assert working_minutes_between(at(row[0]), at(row[1])) == int(row[2])


def test_other_office_hours_are_a_value() -> None:
    """An office that opens at 8:00 and closes at 17:00, an hour's break between."""
    hours = OfficeHours(((time(8), time(12)), (time(13), time(17))), same_day_until=time(14))
    assert opening(at("13/09/2024 07:30"), hours) == at("13/09/2024 08:00")
    assert deadline(at("13/09/2024 11:00"), 2, "working_hour", hours=hours) == at("13/09/2024 14:00")
    assert deadline(at("13/09/2024 14:30"), 0, "same_day", hours=hours) == at("16/09/2024 23:59:59")


# The oracle: minutes and days one by one, from the announced calendars.


def open_minute(moment: datetime) -> bool:
    """Whether the minute that begins at this moment is worked."""
    minute = moment.hour * 60 + moment.minute
    return works(moment.date()) and (420 <= minute < 690 or 810 <= minute < 1020)


def walked_opening(moment: datetime) -> datetime:
    closes = works(moment.date()) and moment.time() in (time(11, 30), time(17))
    while not (open_minute(moment) or closes):
        moment, closes = moment + timedelta(minutes=1), False
    return moment


def walked(moment: datetime, minutes: int) -> datetime:
    while minutes:
        minutes -= open_minute(moment)
        moment += timedelta(minutes=1)
    return moment


def end(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59))


def working_day_after(day: date, n: int) -> date:
    while n:
        day += timedelta(1)
        n -= works(day)
    return day


def walked_deadline(received: datetime, limit: float, kind: str) -> datetime:
    start = walked_opening(received)
    if kind == "same_day":
        return end(working_day_after(start.date(), 1 if start.time() > time(15) else 0))
    if kind == "working_hour":
        return walked(start, round(limit * 60))
    if kind == "day":
        last = start.date() + timedelta(math.ceil(limit))
        return end(last if works(last) else working_day_after(last, 1))
    whole, part = int(limit), limit % 1
    last = end(working_day_after(start.date(), whole)) if whole else start
    if not part:
        return last
    return walked(
        walked_opening(last.replace(second=0) + timedelta(minutes=1)) if whole else start, round(part * 480)
    )


MOMENTS = st.datetimes(datetime(2022, 1, 1), datetime(2026, 6, 30)).map(
    lambda m: m.replace(second=0, microsecond=0)
)
LIMITS = st.integers(1, 60).map(lambda quarters: quarters / 4)


@settings(deadline=None)  # the oracle walks thousands of minutes
@given(MOMENTS, LIMITS, st.sampled_from(LIMIT_KINDS))
def test_an_oracle_that_walks_the_minutes_agrees(received: datetime, limit: float, kind: str) -> None:
    """Stepping minute by minute and day by day through the announced calendars gives the same end."""
    assert deadline(received, limit, kind) == walked_deadline(received, limit, kind)


@settings(deadline=None)  # the oracle walks thousands of minutes
@given(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=25)))
def test_an_oracle_that_counts_the_minutes_agrees(first: datetime, span: timedelta) -> None:
    """Each open minute counted one by one."""
    count = sum(open_minute(first + timedelta(minutes=n)) for n in range(int(span.total_seconds()) // 60))
    assert working_minutes_between(first, first + timedelta(minutes=int(span.total_seconds()) // 60)) == count


@settings(deadline=None)  # the first year of a calendar is looked up once
@given(MOMENTS, st.integers(0, 5000))
def test_time_added_is_time_counted(moment: datetime, minutes: int) -> None:
    """So many office minutes later, so many office minutes have passed."""
    start = opening(moment)
    assert working_minutes_between(start, postponed(start, 60 * minutes)) == minutes


@settings(deadline=None)
@given(MOMENTS, LIMITS, st.sampled_from(LIMIT_KINDS), st.integers(0, 3000), st.integers(0, 3000))
def test_waiting_longer_is_never_due_earlier(
    received: datetime, limit: float, kind: str, less: int, more: int
) -> None:
    """The deadline rises with the waiting, and never lies before the receipt or on a day off."""
    first = deadline(received, limit, kind, less)
    assert received < first <= deadline(received, limit, kind, less + more)
    assert works(first.date())


@settings(deadline=None)
@given(MOMENTS, LIMITS, LIMITS)
def test_a_longer_limit_of_working_days_is_never_due_earlier(
    received: datetime, one: float, other: float
) -> None:
    """Half days fit between the whole ones."""
    shorter, longer = sorted((one, other))
    assert deadline(received, shorter, "working_day") <= deadline(received, longer, "working_day")
