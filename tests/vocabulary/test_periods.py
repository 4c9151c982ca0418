from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoso.vocabulary.errors import UsageError
from hoso.vocabulary.periods import MOST_TO_CATCH_UP, Period, resolve

WINDOWS = """
    id                      start       end         label                                        previous                year_ago
    2024-09                 2024-08-15  2024-09-14  tháng 9 năm 2024                             2024-08                 2023-09
    2024-01                 2023-12-15  2024-01-14  tháng 01 năm 2024                            2023-12                 2023-01
    2024-02@calendar        2024-02-01  2024-02-29  tháng 02 năm 2024                            2024-01@calendar        2023-02@calendar
    2024-12@calendar        2024-12-01  2024-12-31  tháng 12 năm 2024                            2024-11@calendar        2023-12@calendar
    2024-Q1                 2023-12-15  2024-03-14  quý I năm 2024                               2023-Q4                 2023-Q1
    2024-Q3                 2024-06-15  2024-09-14  quý III năm 2024                             2024-Q2                 2023-Q3
    2024-Q4@calendar        2024-10-01  2024-12-31  quý IV năm 2024                              2024-Q3@calendar        2023-Q4@calendar
    2024-6M                 2023-12-15  2024-06-14  6 tháng đầu năm 2024                         2023-6M                 2023-6M
    2024-9M                 2023-12-15  2024-09-14  9 tháng đầu năm 2024                         2023-9M                 2023-9M
    2024-9M@calendar        2024-01-01  2024-09-30  9 tháng đầu năm 2024                         2023-9M@calendar        2023-9M@calendar
    2024                    2023-12-15  2024-12-14  năm 2024                                     2023                    2023
    2022@calendar           2022-01-01  2022-12-31  năm 2022                                     2021@calendar           2021@calendar
    2023-01-01..2023-11-15  2023-01-01  2023-11-15  từ ngày 01/01/2023 đến ngày 15/11/2023       2022-02-16..2022-12-31  2022-01-01..2022-11-15
    2024-02-29..2024-02-29  2024-02-29  2024-02-29  từ ngày 29/02/2024 đến ngày 29/02/2024       2024-02-28..2024-02-28  2023-02-28..2023-02-28
"""


def _rows():
    for line in WINDOWS.strip().splitlines()[1:]:
        name, start, end, *label, previous, year_ago = line.split()
        yield name, start, end, " ".join(label), previous, year_ago


@pytest.mark.parametrize("row", _rows())
def test_every_form_has_its_window_label_and_neighbours(row):
    """The window of NĐ 09/2019/NĐ-CP, of the calendar or as given; and what it is compared with."""
    name, *window_and_label, previous, year_ago = row
    period = Period.parse(name)
    assert period.id == name
    assert [str(period.start), str(period.end), period.label] == window_and_label
    assert (period.previous().id, period.year_ago().id) == (previous, year_ago)


REFUSED = [
    "9T2024", "2024-13", "2024-00", "2024-Q5", "2024-Q0", "2024-3M", "2024-9", "24-09", "2024-9M@lunar",
    "2024-9m", " 2024", "2024\n", "", "２０２４",
    "2023-01-01..2023-02-30", "2023-01-01", "2023-1-1..2023-2-1",
    "2023-01-01..2023-11-15@calendar", "2023-11-15..2023-01-01", "../2024", "2024-09-14..", "3024",
]  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_anything_else_is_refused(name):
    """A period is one of the forms or nothing: it names a folder and a report."""
    with pytest.raises(UsageError):
        Period.parse(name)


def test_the_refusal_names_the_forms():
    """The line shows what could have been meant."""
    with pytest.raises(UsageError) as caught:
        Period.parse("9T2024")
    for form in ("2024-09", "2024-Q3", "2024-6M", "2024-9M", "@calendar", "2023-01-01..2023-11-15"):
        assert form in str(caught.value)


NAMED = st.builds(
    lambda year, part, rule: f"{year}{part}{rule}",
    st.integers(2001, 2098),
    st.sampled_from(
        ["", "-6M", "-9M", *(f"-Q{q}" for q in range(1, 5)), *(f"-{m:02d}" for m in range(1, 13))]
    ),
    st.sampled_from(["", "@calendar"]),
)
EXPLICIT = st.tuples(
    st.dates(date(2001, 1, 1), date(2098, 12, 31)), st.dates(date(2001, 1, 1), date(2098, 12, 31))
).map(lambda days: f"{min(days)}..{max(days)}")


@given(NAMED | EXPLICIT)
def test_the_months_of_a_period_fill_it_without_a_gap(name):
    """A chart by month adds up to the figure of the period."""
    period = Period.parse(name)
    months = period.months()
    assert (months[0].start, months[-1].end) == (period.start, period.end)
    assert sum(month.days for month in months) == period.days
    assert {month.rule for month in months} == {period.rule}
    assert all(Period.parse(month.id) == month for month in months)


@given(NAMED.filter(lambda name: "M" not in name and len(name.removesuffix("@calendar")) > 4) | EXPLICIT)
def test_the_previous_period_ends_the_day_before(name):
    """Months, quarters and explicit dates are compared with what lies just before them."""
    period = Period.parse(name)
    assert (period.start - period.previous().end).days == 1


def test_window_and_rule_are_told_in_words():
    """The note under a table says the window and the act that set it."""
    period = Period.parse("2024-9M")
    assert period.window == "từ ngày 15/12/2023 đến ngày 14/9/2024"
    assert "09/2019/NĐ-CP" in period.rule_text
    assert "dương lịch" in Period.parse("2024@calendar").rule_text
    assert str(period) == "9 tháng đầu năm 2024"


def test_a_period_is_closed_the_day_after_its_last_day():
    """On the last day dossiers are still coming in."""
    period = Period.parse("2024-9M")
    assert [period.is_closed(date(2024, 9, d)) for d in (13, 14, 15)] == [False, False, True]


@pytest.mark.parametrize(
    ("name", "era", "crosses"),
    [
        ("2025-06", "63", False),
        ("2025-06@calendar", "63", False),
        ("2025-07", "34", True),
        ("2025-07@calendar", "34", False),
        ("2025", "34", True),
        ("2024-9M", "63", False),
        ("2026-09", "34", False),
    ],
)
def test_the_era_is_that_of_the_last_day(name, era, crosses):
    """The state of dossiers is taken at the end; a window over 30/6/2025 is known for it."""
    period = Period.parse(name)
    assert (period.era, period.crosses_eras) == (era, crosses)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("2025", ["2024-12-15..2025-06-30", "2025-07-01..2025-12-14"]),
        ("2025@calendar", ["2025-01-01..2025-06-30", "2025-07-01..2025-12-31"]),
        ("2025-9M", ["2024-12-15..2025-06-30", "2025-07-01..2025-09-14"]),
        ("2025-07", ["2025-06-15..2025-06-30", "2025-07-01..2025-07-14"]),
        ("2025-06-30..2025-07-01", ["2025-06-30..2025-06-30", "2025-07-01..2025-07-01"]),
        ("2025-06-30..2025-06-30", ["2025-06-30..2025-06-30"]),
        ("2025-6M", ["2025-6M"]),
        ("2025-Q3@calendar", ["2025-Q3@calendar"]),
    ],
)
def test_a_period_over_the_border_has_a_part_in_each_era(name, parts):
    """Full-year 2025 is a part of the 63 and a part of the 34; any other period is its own only part."""
    period = Period.parse(name)
    assert [part.id for part in period.parts_by_era()] == parts
    assert all(not part.crosses_eras for part in period.parts_by_era())


@given(NAMED | EXPLICIT)
def test_the_parts_by_era_fill_the_period(name):
    """No day is lost at the border or counted twice."""
    period = Period.parse(name)
    parts = period.parts_by_era()
    assert (parts[0].start, parts[-1].end) == (period.start, period.end)
    assert sum(part.days for part in parts) == period.days
    assert len({part.era for part in parts}) == len(parts)


@pytest.mark.parametrize(
    ("text", "today", "ids"),
    [
        ("last-month", "2024-09-14", "2024-08"),  # the 14th itself still counts
        ("last-month", "2024-09-15", "2024-09"),
        ("last-month", "2024-10-14", "2024-09"),
        ("last-month", "2025-01-14", "2024-12"),
        ("last-month", "2024-12-15", "2024-12"),
        ("last-month@calendar", "2024-09-30", "2024-08@calendar"),
        ("last-month@calendar", "2024-10-01", "2024-09@calendar"),
        ("last-month@calendar", "2025-01-01", "2024-12@calendar"),
        ("last-quarter", "2024-09-15", "2024-Q3"),
        ("last-quarter", "2024-03-14", "2023-Q4"),
        ("last-quarter@calendar", "2024-04-01", "2024-Q1@calendar"),
        ("last-6M", "2024-06-14", "2023-6M"),
        ("last-6M", "2024-06-15", "2024-6M"),
        ("last-9M", "2025-01-31", "2024-9M"),
        ("last-9M@calendar", "2026-10-01", "2026-9M@calendar"),
        ("last-year", "2024-12-14", "2023"),
        ("last-year", "2024-12-15", "2024"),
        ("last-year@calendar", "2024-12-31", "2023@calendar"),
        ("last-year@calendar", "2025-01-01", "2024@calendar"),
        ("last-month", "2024-02-29", "2024-02"),
        ("2024-09", "1999-01-01", "2024-09"),
        ("2023-01-01..2023-11-15", "2024-01-01", "2023-01-01..2023-11-15"),
        ("last-year", "2026-11-22", "2024-12-15..2025-06-30 2025-07-01..2025-12-14"),
        ("last-month", "2025-07-15", "2025-06-15..2025-06-30 2025-07-01..2025-07-14"),
    ],
)
def test_a_relative_period_is_the_latest_that_has_ended(text, today, ids):
    """A timer asks for the last month, quarter or year without knowing the date; over 1/7/2025 for the two parts."""
    assert resolve(text, date.fromisoformat(today)) == ids.split()


def test_catching_up_adds_the_periods_before_oldest_first():
    """After a downtime the months that were missed come first, over the turn of the year and of the eras."""
    assert resolve("last-month", date(2025, 2, 20), 3) == ["2024-11", "2024-12", "2025-01", "2025-02"]
    assert resolve("last-quarter@calendar", date(2025, 1, 1), 1) == ["2024-Q3@calendar", "2024-Q4@calendar"]
    assert resolve("last-month", date(2025, 8, 15), 2) == [
        "2025-06", "2025-06-15..2025-06-30", "2025-07-01..2025-07-14", "2025-08",
    ]  # fmt: skip
    assert len(resolve("last-year", date(2024, 12, 31), MOST_TO_CATCH_UP)) == MOST_TO_CATCH_UP + 1


@given(
    st.sampled_from(["month", "quarter", "6M", "9M", "year"]), st.sampled_from(["", "@calendar"]),
    st.dates(date(2003, 1, 1), date(2097, 12, 31)), st.integers(0, 24),
)  # fmt: skip
def test_what_is_caught_up_has_ended_and_leaves_no_gap(kind, rule, today, catch_up):
    """Every period has ended and none is left out: the one that follows the last has not ended."""
    periods = [Period.parse(name) for name in resolve(f"last-{kind}{rule}", today, catch_up)]
    assert all(period.is_closed(today) and period.within_one_era() for period in periods)
    assert sum(period.era == "34" and period.start == date(2025, 7, 1) for period in periods) <= 1
    if kind in ("month", "quarter"):
        assert all((b.start - a.end).days == 1 for a, b in pairwise(periods))
    again = resolve(f"last-{kind}{rule}", periods[-1].end + timedelta(1), catch_up)
    assert again == [period.id for period in periods]
    assert (today - periods[-1].end).days <= {"month": 31, "quarter": 92}.get(kind, 366)


@pytest.mark.parametrize(
    ("text", "catch_up", "hint"),
    [
        ("last-moth", 0, "last-month"),
        ("last-month@lunar", 0, "@calendar"),
        ("last-3M", 0, "last-6M"),
        ("last-half", 0, "last-6M"),
        ("last-month\n", 0, "last-month"),
        ("9T2024", 0, "2024-9M"),
        ("2024-09", 1, "last-month"),
        ("last-month", -1, "60"),
        ("last-month", MOST_TO_CATCH_UP + 1, "60"),
    ],
)
def test_what_is_no_period_or_no_number_to_catch_up_is_refused(text, catch_up, hint):
    """One line that names what could have been meant, before anything runs."""
    with pytest.raises(UsageError, match=hint):
        resolve(text, date(2024, 9, 15), catch_up)
