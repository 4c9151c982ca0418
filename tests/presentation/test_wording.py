"""What places and periods are called: cities, both eras, every kind of period; lowest units and the words of counts."""

import pandas as pd
import pytest

from hoso.presentation import count_words, laggards, wording
from hoso.presentation.figures import Figure
from hoso.statistics.definitions import definitions
from hoso.vocabulary.periods import Period
from hoso.vocabulary.places import find_province

AHEAD = """
2024-09                | tháng 10 năm 2024
2024-11                | tháng 12 năm 2024
2024-12                | tháng 01 năm 2025
2024-Q1                | quý II năm 2024
2024-Q4@calendar       | quý I năm 2025
2024-6M                | 6 tháng cuối năm 2024
2024-9M                | 3 tháng cuối năm 2024
2024                   | năm 2025
2022@calendar          | năm 2023
2022-01-01..2022-07-31 | thời gian tới
"""
OPENING = """
2024-9M                | Trong 9 tháng đầu năm 2024 (từ ngày 15/12/2023 đến ngày 14/9/2024)
2024-Q1@calendar       | Trong quý I năm 2024 (từ ngày 01/01/2024 đến ngày 31/3/2024)
2022-01-01..2022-07-31 | Từ ngày 01/01/2022 đến ngày 31/7/2022
"""
BEFORE = """
2024-01                | tháng 12 năm 2023
2024-Q3                | quý II năm 2024
2023-01-01..2023-01-31 | khoảng thời gian liền trước từ ngày 01/12/2022 đến ngày 31/12/2022
"""


def drawn(table: str) -> list[tuple[Period, str]]:
    lines = [line.split("|") for line in table.strip().splitlines()]
    return [(Period.parse(period.strip()), words.strip()) for period, words in lines]


@pytest.mark.parametrize(("period", "words"), drawn(AHEAD))
def test_what_lies_ahead(period: Period, words: str) -> None:
    """The next month or quarter, the rest of the year, the next year; after given dates the time to come."""
    assert wording.ahead(period) == words


@pytest.mark.parametrize(("period", "words"), drawn(OPENING))
def test_how_a_report_begins(period: Period, words: str) -> None:
    """A named period with its days; given dates once, not twice."""
    assert wording.opening(period) == words


@pytest.mark.parametrize(("period", "words"), drawn(BEFORE))
def test_what_the_period_before_is_called(period: Period, words: str) -> None:
    """By its own name; given dates have none and are said."""
    assert wording.before(period) == words


@pytest.mark.parametrize(
    ("place", "era", "kind", "party", "levels"),
    [
        ("ha-giang", "63", "tỉnh", "Tỉnh ủy", "cấp tỉnh, cấp huyện"),
        ("da-nang", "63", "thành phố", "Thành ủy", "cấp tỉnh, cấp huyện"),
        ("gia-lai", "34", "tỉnh", "Tỉnh ủy", "cấp tỉnh, cấp xã"),
        ("da-nang", "34", "thành phố", "Thành ủy", "cấp tỉnh, cấp xã"),
    ],
)
def test_provinces_and_cities_of_both_eras(place: str, era: str, kind: str, party: str, levels: str) -> None:
    """A city is no province, and after 1/7/2025 no district is spoken of."""
    found = find_province(place, era)  # type: ignore[arg-type]
    assert (wording.kind(found), wording.party(found), wording.levels_told(found)) == (kind, party, levels)


def test_sections_are_numbered_as_they_are_shown() -> None:
    """A section that is left out leaves no gap."""
    numbers = wording.Words.numbered(direction=True, goals=[], dossiers=1)
    assert numbers == {"direction": "1", "goals": "", "dossiers": "2"}


# ── the lowest units ─────────────────────────────────────────────────────────────────────────────


def rows(*units: tuple[str, int, int]) -> pd.DataFrame:
    made = [{"name": name, "numerator": a, "denominator": b, "value": a / b} for name, a, b in units]
    return pd.DataFrame(made, columns=["name", "numerator", "denominator", "value"])


def named(table: pd.DataFrame, count: int = 5) -> list[str]:
    def figure(row: "pd.Series[float]") -> Figure:
        return Figure({"kind": "result", "unit": row["name"]}, "Tỷ lệ", "rate", row["value"])

    return [str(phrase) for phrase in laggards.named(laggards.ordered(table), count, figure)]


def test_units_that_stand_equal_are_named_together() -> None:
    """None of several lowest is called the lowest; of more than five the first five stand for all."""
    assert named(rows(("A", 8, 10), ("B", 16, 20), ("C", 9, 10))) == ["B, A (cùng 80,0%)", "C (90,0%)"]
    many = rows(*((f"Đơn vị {i}", 0, 10) for i in range(7)), ("Z", 9, 10))
    assert named(many) == [
        "Đơn vị 0, Đơn vị 1, Đơn vị 2, Đơn vị 3, Đơn vị 4 và các đơn vị khác cùng tỷ lệ (0,0%)"
    ]


def test_few_dossiers_are_not_ranked() -> None:
    """A unit with nine dossiers is no laggard whatever its rate."""
    assert named(rows(("A", 0, 9), ("B", 9, 10))) == ["B (90,0%)"]


def test_units_that_cannot_be_told_apart_are_not_drawn() -> None:
    """One unit, or all with one rate, make no ranking."""
    assert laggards.comparable(rows(("A", 9, 10))).empty
    assert laggards.comparable(rows(("A", 10, 10), ("B", 20, 20))).empty
    assert len(laggards.comparable(rows(("A", 10, 10), ("B", 19, 20)))) == 2


# ── the words of counts ──────────────────────────────────────────────────────────────────────────


def test_every_count_of_an_indicator_has_words() -> None:
    """No table is headed "Tử số": each numerator and denominator says what it counts, and the two differ."""
    parts = [(i.numerator, i.denominator) for i in definitions().indicators]
    assert {count_words.title(name) for pair in parts for name in pair}.isdisjoint({"Số hồ sơ", "Tử số"})
    assert [pair for pair in parts if count_words.title(pair[0]) == count_words.title(pair[1])] == []
