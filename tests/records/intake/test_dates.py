"""The spellings of a date, drawn as tables."""

import re
from datetime import datetime

import polars as pl
import pytest

from hoso.records.intake.dates import IMPOSSIBLE, UNREADABLE, read_dates

READ = """
    01/02/2024                 2024-02-01 00:00:00   dd/MM/yyyy
    01/02/2024 10:20:30        2024-02-01 10:20:30   dd/MM/yyyy
    01/02/2024 10:20           2024-02-01 10:20:00   dd/MM/yyyy
    01/02/2024 8:05            2024-02-01 08:05:00   dd/MM/yyyy
    29/02/2024                 2024-02-29 00:00:00   dd/MM/yyyy
    01/02/2024 02:30 CH        2024-02-01 14:30:00   dd/MM/yyyy
    01/02/2024 12:30 SA        2024-02-01 00:30:00   dd/MM/yyyy
    1/2/2024                   2024-02-01 00:00:00   variant
    01-02-2024                 2024-02-01 00:00:00   variant
    01.02.2024                 2024-02-01 00:00:00   variant
    10:20 01/02/2024           2024-02-01 10:20:00   variant
    10:20:30 1/2/2024          2024-02-01 10:20:30   variant
    2024-02-01                 2024-02-01 00:00:00   iso
    2024-02-01 10:20           2024-02-01 10:20:00   iso
    2024-02-01T10:20:30        2024-02-01 10:20:30   iso
    2024-02-01 10:20:30.600    2024-02-01 10:20:31   iso
    2024-02-01T10:20:30+07:00  2024-02-01 10:20:30   iso
    20240201                   2024-02-01 00:00:00   compact
    20240201102030             2024-02-01 10:20:30   compact
    45323                      2024-02-01 00:00:00   excel_serial
    45323.5                    2024-02-01 12:00:00   excel_serial
    45323,430902778            2024-02-01 10:20:30   excel_serial
    31/12/2100                 2100-12-31 00:00:00   dd/MM/yyyy
    01/01/1990                 1990-01-01 00:00:00   dd/MM/yyyy
"""


def drawn(table: str) -> list[tuple[str, ...]]:
    return [tuple(re.split(r"\s{2,}", line.strip())) for line in table.strip().splitlines()]


@pytest.mark.parametrize(("text", "moment", "form"), drawn(READ))
def test_a_spelling_in_use_is_read(text: str, moment: str, form: str) -> None:
    """Each spelling of the one-stop systems and of Excel gives its moment, day before month, to the second."""
    read = read_dates(pl.Series([text])).row(0, named=True)
    assert (str(read["at"]), read["form"], read["fault"]) == (moment, form, None)


@pytest.mark.parametrize("text", ["31/02/2024", "29/02/2023", "1/13/2024", "31/04/2024 08:00:00", "20240230"])
def test_a_day_that_is_not_in_the_calendar_is_impossible(text: str) -> None:
    """A well-formed date that does not exist is told apart from one that cannot be read."""
    read = read_dates(pl.Series([text])).row(0, named=True)
    assert (read["at"], read["fault"]) == (None, IMPOSSIBLE)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "abc",
            "01/02/24",
            "01/02/24 10:00:00",
            "2024",
            "19999",
            "80001",
            "01/01/0001 00:00:00",
            "31/12/1989",
        ),
        *("01/01/2101", "2024-02-01T10:20:30Z", "01/02/2024 10:00:60", "1/2/2024 3:04:05 PM", "tháng 2/2024"),
    ],
)
def test_a_text_that_could_mean_two_days_or_none_is_unreadable(text: str) -> None:
    """Two-digit years, AM/PM (month first?), UTC and years outside 1990–2100 are refused, never guessed."""
    read = read_dates(pl.Series([text])).row(0, named=True)
    assert (read["at"], read["fault"]) == (None, UNREADABLE)


def test_a_time_on_both_sides_is_refused() -> None:
    """Two times of day leave no date to believe."""
    assert read_dates(pl.Series(["10:00 01/02/2024 11:00"]))["fault"][0] is not None


def test_midnight_is_no_time() -> None:
    """An Excel date cell arrives with 00:00:00; it counts as a date without a time."""
    texts = pl.Series(
        ["01/02/2024 00:00:00", "01/02/2024", "2024-02-01 00:00:00", "45323", "01/02/2024 00:01:00"]
    )
    assert read_dates(texts)["timed"].to_list() == [False, False, False, False, True]


def test_a_column_keeps_its_order_and_its_blanks() -> None:
    """Rows come back in the order given, mixed spellings and blanks included."""
    texts = [None, "05/01/2024 08:00:00", "x", "20240105", None, "45296", "2024-01-05 08:00:00", "5/1/2024"]
    read = read_dates(pl.Series(texts, dtype=pl.String))
    day, morning = datetime(2024, 1, 5), datetime(2024, 1, 5, 8)
    assert read["at"].to_list() == [None, morning, None, day, None, day, morning, day]


def test_a_blank_column_is_read_as_blank() -> None:
    """A column without a single date has no moments and no faults."""
    read = read_dates(pl.Series([None, None], dtype=pl.String))
    assert read.null_count().row(0) == (2, 2, 2, 2)
