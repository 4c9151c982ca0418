"""Measures: the sheet read strictly, and the two windows of one length, drawn by hand and held by properties."""

import csv
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoso.statistics import published
from hoso.statistics.measures import COLUMNS, LEAST_DAYS, MOST_DAYS, Measure, Windows, of, read, windows
from hoso.vocabulary.errors import InputError
from hoso.vocabulary.periods import Period
from hoso.vocabulary.places import find_province

REFERENCE = Path(__file__).parents[2] / "data" / "reference"
SHIPPED = read(REFERENCE / "measures.csv")
THAI_NGUYEN = find_province("thai-nguyen", "63")
PERIOD = Period.parse("2022-01-01..2022-07-31")
GOOD = {
    "id": "a", "era": "63", "province": "thai-nguyen", "title": "Giảm {quantity} lệ phí", "starts_on": "2022-07-01",
    "indicators": "online_rate", "quantity": "50", "measured_in": "%", "as_of": "2022-08-01", "source": "Báo",
}  # fmt: skip


def sheet(folder: Path, *rows: Mapping[str, str]) -> Path:
    file = folder / "measures.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(COLUMNS)
        writer.writerows([row.get(name, "") for name in COLUMNS] for row in rows)
    return file


def test_the_shipped_measures() -> None:
    """Thái Nguyên's halved fees from July 2022 and 2.256 teams without a day; the teams are those that were published."""
    cut, teams = SHIPPED
    assert (cut.starts_on, cut.value, cut.indicators) == (date(2022, 7, 1), Fraction(1, 2), ("online_rate",))
    assert "tháng 7/2022" in cut.note
    assert (teams.starts_on, teams.value, teams.measured_in) == (None, 2256, "tổ")
    rows = published.of(published.read(REFERENCE / "published.csv"), THAI_NGUYEN, PERIOD)
    assert rows.set_index("indicator").loc["community_teams", "value"] == teams.value


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"indicators": "onlin_rate"}, "không có chỉ tiêu onlin_rate"),
        ({"indicators": ""}, "thiếu indicators"),
        ({"starts_on": "01/7/2022"}, "không phải ngày"),
        ({"as_of": ""}, "thiếu as_of"),
        ({"source": ""}, "thiếu source"),
        ({"quantity": "một nửa"}, "không phải số"),
        ({"quantity": "-50"}, "phải từ 0 trở lên"),
        ({"measured_in": ""}, "phải cùng có hoặc cùng để trống"),
        ({"quantity": "", "measured_in": ""}, "title có {quantity} mà không có quantity"),
        ({"province": "Thái Nguyên"}, "phải viết là thai-nguyen"),
        ({"era": "62"}, "era “62” không có"),
    ],
)
def test_a_fault_names_its_line(tmp_path: Path, change: dict[str, str], words: str) -> None:
    """An unknown indicator, a day or number that is none, a missing source: one line that names the row."""
    with pytest.raises(InputError) as caught:
        read(sheet(tmp_path, GOOD | change))
    assert "dòng 2" in str(caught.value)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_all_faults_are_told_at_once_and_no_id_stands_twice(tmp_path: Path) -> None:
    """Two bad rows give one error with both; an id used twice is one more."""
    with pytest.raises(InputError, match=r"dòng 2: .*dòng 3: "):
        read(sheet(tmp_path, GOOD | {"as_of": ""}, GOOD | {"indicators": "x"}))
    with pytest.raises(InputError, match="giải pháp a ghi hai lần"):
        read(sheet(tmp_path, GOOD, GOOD))


def test_which_measures_a_report_can_tell_of() -> None:
    """Those that had begun by the period's end, of the province and indicator; undated ones from the year of their source."""
    assert [m.id for m in of(SHIPPED, THAI_NGUYEN, "online_rate", PERIOD)] == [m.id for m in SHIPPED]
    earlier = Period.parse("2022-01-01..2022-06-30")
    assert [m.starts_on for m in of(SHIPPED, THAI_NGUYEN, "online_rate", earlier)] == [None]
    assert of(SHIPPED, THAI_NGUYEN, "online_rate", Period.parse("2021@calendar")) == ()
    assert of(SHIPPED, THAI_NGUYEN, "on_time_rate", PERIOD) == ()
    assert of(SHIPPED, find_province("kon-tum", "63"), "online_rate", PERIOD) == ()


# first day of data | last day of data | first day of the measure → before, after, and the days before those
DRAWN = """
2021-12-20 | 2022-07-31 | 2022-07-01 | 2022-05-31..2022-06-30 | 2022-07-01..2022-07-31 | 2022-04-30..2022-05-30
2021-12-20 | 2022-07-29 | 2022-07-01 | 2022-06-02..2022-06-30 | 2022-07-01..2022-07-29 | 2022-05-04..2022-06-01
2022-06-21 | 2022-07-31 | 2022-07-01 | 2022-06-21..2022-06-30 | 2022-07-01..2022-07-10 | -
2022-06-24 | 2022-07-31 | 2022-07-01 | 2022-06-24..2022-06-30 | 2022-07-01..2022-07-07 | -
2022-06-25 | 2022-07-31 | 2022-07-01 | no_past
2022-07-01 | 2022-07-31 | 2022-07-01 | no_past
2021-12-20 | 2022-07-07 | 2022-07-01 | 2022-06-24..2022-06-30 | 2022-07-01..2022-07-07 | 2022-06-17..2022-06-23
2021-12-20 | 2022-07-06 | 2022-07-01 | too_new
2021-12-20 | 2022-06-30 | 2022-07-01 | not_begun
2021-12-20 | 2022-12-31 | 2022-07-20 | 2022-07-08..2022-07-19 | 2022-07-20..2022-07-31 | 2022-06-26..2022-07-07
""".strip().splitlines()


@pytest.mark.parametrize("line", DRAWN)
def test_the_windows_before_and_after(line: str) -> None:
    """As many days on each side as data and period reach; with less than a week on one side, the reason instead."""
    first, last, starts, *wanted = (cell.strip() for cell in line.split("|"))
    measure = replace(SHIPPED[0], starts_on=date.fromisoformat(starts))
    found = windows(measure, PERIOD, date.fromisoformat(first), date.fromisoformat(last))
    if isinstance(found, Windows):
        earlier = found.earlier.id if found.earlier else "-"
        assert [found.before.id, found.after.id, earlier] == wanted
    else:
        assert [found] == wanted


def test_a_measure_without_a_day_has_no_windows() -> None:
    """What began nobody knows when cannot be compared."""
    assert windows(SHIPPED[1], PERIOD, date(2021, 1, 1), date(2022, 7, 31)) == "not_dated"


@given(
    st.dates(date(2023, 1, 1), date(2026, 12, 31)),
    st.dates(date(2023, 1, 1), date(2026, 12, 31)),
    st.dates(date(2023, 1, 1), date(2026, 12, 31)),
    st.sampled_from(["2023@calendar", "2024-9M", "2026-Q1", "2025-07-01..2026-06-30"]),
)
def test_windows_are_equal_adjacent_and_inside_the_data(
    first: date, last: date, starts: date, text: str
) -> None:
    """Whatever the days: both sides as long, touching, within the data, the period's end and its era; never over half a year."""
    period, measure = Period.parse(text), replace(SHIPPED[0], starts_on=starts)
    found = windows(measure, period, first, last)
    if not isinstance(found, Windows):
        return
    assert found.before.days == found.after.days == found.days
    assert LEAST_DAYS <= found.days <= MOST_DAYS
    assert (found.after.start, found.before.end) == (starts, starts - timedelta(1))
    assert first <= found.before.start
    assert found.after.end <= min(last, period.end)
    assert found.before.era == found.after.era == period.era
    if found.earlier:
        assert (found.earlier.days, found.earlier.end) == (found.days, found.before.start - timedelta(1))
        assert found.earlier.start >= first


def test_a_count_is_no_percentage() -> None:
    """50% is a half; 2.256 teams are 2.256."""
    plain: Measure = replace(SHIPPED[0], quantity=Fraction(3), measured_in="tổ")
    assert (SHIPPED[0].value, plain.value, replace(plain, quantity=None).value) == (Fraction(1, 2), 3, None)
