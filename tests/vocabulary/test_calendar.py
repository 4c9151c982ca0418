from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoso.vocabulary.calendar import add_working_days, is_forecast, is_working_day, working_days_between
from tests.vocabulary.announced import days, works

DAYS = """
    day          works   why
    2024-09-16   yes     a Monday
    2024-09-14   no      a Saturday
    2024-09-02   no      National day
    2024-02-14   no      Tết, fifth day
    2024-02-15   yes     the day after Tết
    2024-04-29   no      exchanged for 4/5/2024
    2024-05-04   yes     a Saturday worked for 29/4/2024
    2025-05-02   no      exchanged for 26/4/2025
    2025-04-26   yes     a Saturday worked for 2/5/2025
    2026-01-02   no      exchanged for 10/1/2026, VPCP 12729
    2026-01-10   yes     a Saturday worked for 2/1/2026
    2026-08-31   no      exchanged for 22/8/2026
    2022-05-03   no      in place of 1/5/2022, a Sunday
"""


@pytest.mark.parametrize("row", DAYS.strip().splitlines()[1:])
def test_offices_work_on_the_days_the_government_decided(row):
    """Weekends, holidays, days in lieu and exchanged Saturdays."""
    day, works, *_ = row.split()
    assert is_working_day(date.fromisoformat(day)) == (works == "yes")


@pytest.mark.parametrize("year", range(2022, 2027))
def test_every_day_of_a_decided_year_is_as_announced(year):
    """Day by day, the calendar is the one announced for offices with a five-day week."""
    every = days(date(year, 1, 1), date(year, 12, 31))
    assert [day for day in every if is_working_day(day)] == [day for day in every if works(day)]


def test_the_forecast_of_2027_is_the_shorter_of_the_two_proposals():
    """Tết 4/2–10/2/2027 (proposed, not decided); 24/11 is a day off by law from 2026 on."""
    tet = [day for day in days(date(2027, 2, 1), date(2027, 2, 12)) if not is_working_day(day)]
    assert tet == days(date(2027, 2, 4), date(2027, 2, 10))
    assert not is_working_day(date(2027, 11, 24))
    assert is_working_day(date(2025, 11, 24))


LIMITS = """
    received     working days   due
    2024-09-09   5              2024-09-16
    2024-09-13   1              2024-09-16
    2024-08-30   1              2024-09-04
    2024-02-07   3              2024-02-19
    2025-12-31   2              2026-01-06
    2024-09-14   0              2024-09-16
    2024-09-16   0              2024-09-16
    2024-09-16   -1             2024-09-13
"""


@pytest.mark.parametrize("row", LIMITS.strip().splitlines()[1:])
def test_a_time_limit_counts_from_the_next_working_day(row):
    """The day of receipt does not count, and nothing falls due on a day off."""
    received, days, due = row.split()
    assert add_working_days(date.fromisoformat(received), int(days)) == date.fromisoformat(due)


YEARS = st.dates(date(2022, 1, 1), date(2026, 12, 31))


@given(YEARS, st.integers(1, 40))
def test_counting_back_gives_what_was_added(day, n):
    """Between and add are each other's inverse."""
    due = add_working_days(day, n)
    assert is_working_day(due)
    assert working_days_between(day, due) == n


@given(YEARS, st.integers(0, 60), st.integers(0, 60))
def test_spans_of_working_days_add_up(day, first, second):
    """From a to c is from a to b and from b to c; backwards is the negative."""
    middle, last = day + timedelta(first), day + timedelta(first + second)
    whole = working_days_between(day, last)
    assert whole == working_days_between(day, middle) + working_days_between(middle, last)
    assert working_days_between(last, day) == -whole


def test_years_nobody_has_decided_on_are_known_as_forecasts():
    """The calendar of 2027 is the library's; a report says so."""
    assert (is_forecast(date(2026, 12, 31)), is_forecast(date(2027, 1, 1))) == (False, True)


def test_a_workbooks_own_decisions_go_first(tmp_path, monkeypatch):
    """A swap decided later is one more row in holidays.csv."""
    reference = tmp_path / "data" / "reference"
    reference.mkdir(parents=True)
    (reference / "holidays.csv").write_text(
        "date,works,name,source\n2027-02-03,0,Nghỉ hoán đổi,thử\n", encoding="utf-8"
    )
    monkeypatch.setenv("HOSO_ROOT", str(tmp_path))
    assert not is_working_day(date(2027, 2, 3))


def test_a_time_of_day_does_not_move_the_count():
    """A timestamp counts as its day, decided days included."""
    received, due = datetime(2025, 12, 31, 16, 30), datetime(2026, 1, 6, 8, 0)
    assert not is_working_day(datetime(2026, 1, 2, 9, 0))
    assert add_working_days(received, 2) == due.date()
    assert working_days_between(received, due) == 2
