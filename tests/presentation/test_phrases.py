"""Phrases: agreement of up, down and unchanged, and each number a figure."""

from dataclasses import replace
from fractions import Fraction

import pytest

from hoso.presentation.figures import Figure, Phrase
from hoso.presentation.phrases import NO_YEAR_AGO, listing, rank, versus_year_ago


def rate(top: int, bottom: int, before: tuple[int, int] | None = None) -> Figure:
    figure = Figure(
        {"kind": "result", "indicator": "on_time_rate", "part": "value"}, "Tỷ lệ", "rate", float(Fraction(top, bottom)),
        top, bottom, measured_in="hồ sơ",
    )  # fmt: skip
    return replace(figure, year_ago=rate(*before), year_ago_label="cùng kỳ năm 2023") if before else figure


def count(value: int, before: int | None = None) -> Figure:
    figure = Figure({"kind": "result", "indicator": "received", "part": "value"}, "Hồ sơ", "count", value)
    if before is None:
        return figure
    return replace(figure, year_ago=count(before), year_ago_label="cùng kỳ năm 2023")


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        (rate(979, 1000, (964, 1000)), "tăng 1,5 điểm phần trăm so với cùng kỳ năm 2023 (96,4%)"),
        (rate(500, 1000, (523, 1000)), "giảm 2,3 điểm phần trăm so với cùng kỳ năm 2023 (52,3%)"),
        (rate(979, 1000, (979, 1000)), "không thay đổi so với cùng kỳ năm 2023 (97,9%)"),
        (rate(97901, 100000, (97900, 100000)), "không thay đổi so với cùng kỳ năm 2023 (97,9%)"),
        (rate(979, 1000), NO_YEAR_AGO),
        (count(1180, 1000), "tăng 18,0% so với cùng kỳ năm 2023 (1.000)"),
        (count(900, 1000), "giảm 10,0% so với cùng kỳ năm 2023 (1.000)"),
        (count(1000, 1000), "không thay đổi so với cùng kỳ năm 2023 (1.000)"),
        (count(5, 0), "cùng kỳ năm 2023 không có hồ sơ"),
        (count(5), NO_YEAR_AGO),
    ],
)
def test_versus_year_ago(figure: Figure, words: str) -> None:
    """Rates move in points, counts in percent; the word agrees with the printed number."""
    assert str(versus_year_ago(figure)) == words


def test_numbers_in_phrases_are_figures() -> None:
    """No digit of a phrase is loose text but the year of the label."""
    phrase = versus_year_ago(rate(979, 1000, (964, 1000)))
    loose = "".join(part for part in phrase if isinstance(part, str)).replace("2023", "")
    assert not any(letter.isdigit() for letter in loose)
    assert [part.key["kind"] for part in phrase if isinstance(part, Figure)] == ["difference", "result"]


def test_a_figure_rounds_once_half_up() -> None:
    """97,85 % prints 97,9%; the fraction counts, not the binary float."""
    assert rate(9785, 10000).printed == "97,9%"
    assert rate(35, 41).printed == "85,4%"
    assert replace(rate(35, 41), decimals=2, trim=True).printed == "85,37%"
    assert replace(rate(15, 20), decimals=2, trim=True).printed == "75%"
    assert count(1234567).printed == "1.234.567"


def test_a_missing_value_is_a_dash() -> None:
    """Missing is not zero."""
    figure = replace(rate(1, 2), value=None, numerator=None, denominator=None)
    assert figure.printed == "–"
    assert figure.missing
    assert figure.fraction_text() is None


def test_parts_of_a_fraction_are_figures_of_their_own() -> None:
    """Numerator, denominator and what is left print and verify on their own."""
    figure = rate(35, 41)
    assert str(figure.fraction) == "35/41 hồ sơ"
    assert (figure.rest.printed, figure.rest.key["kind"]) == ("6", "difference")


def test_rank_and_listing() -> None:
    """ "xếp thứ 10/63"; items are joined with semicolons."""
    place = Figure(
        {"kind": "published", "indicator": "rank_766", "part": "value"}, "Hạng", "rank", 10, 10, 63
    )
    assert str(rank(place)) == "xếp thứ 10/63"
    assert str(listing([Phrase(("A (", count(3), ")")), "B"])) == "A (3); B"
