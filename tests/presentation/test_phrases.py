"""Phrases: agreement of up, down and unchanged, and each number a figure."""

from dataclasses import replace
from fractions import Fraction

import pytest

from hoso.presentation import phrases
from hoso.presentation.figures import Figure, Phrase
from hoso.presentation.phrases import NO_PAST, NO_PREVIOUS, NO_YEAR_AGO, listing, rank, versus_year_ago


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
        (count(12, 9), "tăng 3 hồ sơ so với cùng kỳ năm 2023 (9)"),
        (count(0, 1), "giảm 1 hồ sơ so với cùng kỳ năm 2023 (1)"),
        (count(9, 9), "không thay đổi so với cùng kỳ năm 2023 (9)"),
        (count(11, 10), "tăng 10,0% so với cùng kỳ năm 2023 (10)"),
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


class Past:
    """A report that knows the period before of every figure, or of none."""

    def __init__(self, before: Figure | None) -> None:
        self.before = before

    def previous(self, _figure: Figure) -> tuple[str, Figure] | None:
        return ("tháng 8 năm 2024", self.before) if self.before else None


UNKNOWN = replace(rate(1, 2), value=None, numerator=None, denominator=None)


@pytest.mark.parametrize(
    ("now", "before", "words"),
    [
        (rate(979, 1000), rate(982, 1000), "giảm 0,3 điểm phần trăm so với tháng 8 năm 2024 (98,2%)"),
        (rate(979, 1000), rate(979, 1000), "không thay đổi so với tháng 8 năm 2024 (97,9%)"),
        (rate(979, 1000), UNKNOWN, "tháng 8 năm 2024 không có hồ sơ để so sánh"),
        (rate(979, 1000), None, NO_PREVIOUS),
        (UNKNOWN, rate(979, 1000), NO_PREVIOUS),
        (count(1100), count(1000), "tăng 10,0% so với tháng 8 năm 2024 (1.000)"),
    ],
)
def test_versus_previous(now: Figure, before: Figure | None, words: str) -> None:
    """The period before is compared as last year is; unknown on either side is said, never computed."""
    assert str(phrases.versus_previous(now, Past(before))) == words  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("now", "before", "words"),
    [
        (
            rate(979, 1000, (964, 1000)),
            rate(982, 1000),
            "giảm 0,3 điểm phần trăm so với tháng 8 năm 2024 (98,2%), "
            "tăng 1,5 điểm phần trăm so với cùng kỳ năm 2023 (96,4%)",
        ),
        (rate(979, 1000, (964, 1000)), None, "tăng 1,5 điểm phần trăm so với cùng kỳ năm 2023 (96,4%)"),
        (rate(979, 1000), rate(982, 1000), "giảm 0,3 điểm phần trăm so với tháng 8 năm 2024 (98,2%)"),
        (rate(979, 1000), None, NO_PAST),
        (rate(979, 1000), UNKNOWN, NO_PAST),
    ],
)
def test_versus_past(now: Figure, before: Figure | None, words: str) -> None:
    """Of the period before and last year what is known is told once, in that order."""
    assert str(phrases.versus_past(now, Past(before))) == words  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        (rate(979, 1000), "97,9% hồ sơ"),
        (rate(1000, 1000), "toàn bộ hồ sơ"),
        (rate(0, 1000), "không có hồ sơ nào"),
        (rate(1, 1), "hồ sơ duy nhất"),
        (rate(0, 1), "không có hồ sơ nào"),
        (rate(99999, 100000), "100,0% hồ sơ"),  # one is late: not all are on time
    ],
)
def test_portion(figure: Figure, words: str) -> None:
    """All, none and the only one have words of their own; all means all, not what rounds to it."""
    assert str(phrases.portion(figure)) == words


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        (rate(979, 1000), "tỷ lệ giải quyết đúng hạn và trước hạn đạt 97,9% (979/1.000 hồ sơ)"),
        (rate(1000, 1000), "toàn bộ 1.000 hồ sơ được giải quyết đúng hạn và trước hạn"),
        (rate(0, 12), "toàn bộ 12 hồ sơ đã giải quyết đều quá hạn"),
        (rate(1, 1), "hồ sơ duy nhất đã giải quyết đúng hạn"),
        (rate(0, 1), "hồ sơ duy nhất đã giải quyết bị quá hạn"),
        (UNKNOWN, "chưa có hồ sơ giải quyết xong nên chưa tính tỷ lệ giải quyết đúng hạn và trước hạn"),
    ],
)
def test_on_time_told(figure: Figure, words: str) -> None:
    """The rate with its fraction; all, none, one and nothing are told without a percentage."""
    assert str(phrases.on_time_told(figure)) == words


STOCKS = """
pending | overdue | words
1095    | 221     | còn 1.095 hồ sơ đang giải quyết, trong đó 221 hồ sơ quá hạn
12      | 0       | còn 12 hồ sơ đang giải quyết, đều trong hạn
12      | 12      | còn 12 hồ sơ đang giải quyết, đều đã quá hạn
1       | 0       | còn 1 hồ sơ đang giải quyết, trong hạn
1       | 1       | còn 1 hồ sơ đang giải quyết, đã quá hạn
0       | 0       | không còn hồ sơ đang giải quyết
"""
LATES = """
late | overdue | words
2687 | 221     | có 2.687 hồ sơ giải quyết quá hạn và 221 hồ sơ đang giải quyết đã quá hạn
2687 | 0       | có 2.687 hồ sơ giải quyết quá hạn; không còn hồ sơ đang giải quyết quá hạn
0    | 221     | không có hồ sơ giải quyết quá hạn, nhưng còn 221 hồ sơ đang giải quyết đã quá hạn
0    | 0       | không có hồ sơ giải quyết quá hạn và không còn hồ sơ đang giải quyết quá hạn
"""


def drawn(table: str) -> list[tuple[Figure, Figure, str]]:
    lines = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()[1:]]
    return [(count(int(a)), count(int(b)), words) for a, b, words in lines]


@pytest.mark.parametrize(("pending", "overdue", "words"), drawn(STOCKS))
def test_still_open(pending: Figure, overdue: Figure, words: str) -> None:
    """What is pending, of which overdue: all, none and one without "0 hồ sơ"."""
    assert str(phrases.still_open(pending, overdue)) == words


@pytest.mark.parametrize(("late", "overdue", "words"), drawn(LATES))
def test_too_late(late: Figure, overdue: Figure, words: str) -> None:
    """What was resolved late and what is overdue: each of the four cases is a sentence."""
    assert str(phrases.too_late(late, overdue)) == words


def test_unfinished_lists_only_what_is_left() -> None:
    """A plan that is finished is not told as "0 nhiệm vụ"; with all finished nothing is said."""
    done, open_ = (rate(20, 20), "chỉ tiêu"), (rate(35, 41), "nhiệm vụ")
    assert str(phrases.unfinished([done, open_])) == "còn 6 nhiệm vụ chưa hoàn thành"
    assert phrases.unfinished([done, (UNKNOWN, "việc")]).parts == ()


@pytest.mark.parametrize(
    ("change", "words"), [(48, "tăng 48 bậc"), (-3, "giảm 3 bậc"), (0, "giữ nguyên thứ hạng")]
)
def test_places_moved(change: int, words: str) -> None:
    """A rank rises, falls or stays; the number has no sign."""
    assert str(phrases.places_moved(count(change))) == words


def test_a_sentence_begins_with_a_capital() -> None:
    """The first letter alone is raised; a phrase that begins with a number stays, and nothing stays nothing."""
    assert str(phrases.sentence(Phrase(("toàn bộ ", count(3))))) == "Toàn bộ 3"
    assert str(phrases.sentence(Phrase((count(3), " hồ sơ")))) == "3 hồ sơ"
    assert phrases.sentence(Phrase(())).parts == ()


def test_numbers_below_ten_are_not_padded_in_prose() -> None:
    """ "6/102", not "06/102": sources pad now and then within one sentence, the workbook never does."""
    assert str(rate(6, 102).fraction) == "6/102 hồ sơ"
    assert "06" not in str(phrases.unfinished([(rate(35, 41), "nhiệm vụ")]))
