"""Cells of the workbook: typed values shown as the report prints them, blanks, dates, words that stay words."""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoso.delivery.export.workbook.cells import typed
from hoso.presentation.figures import Figure
from hoso.vocabulary import numbers
from tests.delivery.export.workbook_documents import (
    RESULT,
    column,
    column_of,
    figure_cell,
    rate,
    report,
    table,
    text_cell,
)


def shown(value: float, pattern: str) -> str:
    """What a spreadsheet prints in a Vietnamese locale; as measured with LibreOffice on 24.285 cells of twelve reports."""
    positive, _, rest = pattern.partition(";")
    if rest:
        sections = rest.split(";")
        pattern = positive if value > 0 else sections[0].removeprefix("-") if value < 0 else sections[1]
    number, _, unit = pattern.partition('"')
    digits = Decimal(format(value, ".15g")) * (100 if "%" in number else 1)
    places = len(number.rstrip("%").partition(".")[2])
    whole = digits.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    text = f"{abs(whole):{',' if ',' in number else ''}.{places}f}"
    if number.startswith("00"):
        text = f"{int(whole):02d}"
    sign = "+" if number.startswith("+") else "-" if whole < 0 else ""
    return (
        sign
        + text.translate(str.maketrans(",.", ".,"))
        + ("%" if "%" in number else "")
        + unit.removesuffix('"')
    )


FIGURES = {
    "rate": rate(977, 1000),
    "many": Figure(RESULT, "Hồ sơ", "count", 1_234_567.0),
    "share": Figure(RESULT, "Tỷ lệ", "rate", 0.978499, decimals=2),
    "whole": Figure(RESULT, "Chỉ tiêu", "rate", 1.0, decimals=2, trim=True),
    "points": Figure(RESULT, "Điểm", "points", 8.1, decimals=2),
    "below": Figure(RESULT, "Chênh lệch", "points", -2.127718906860021),
    "size": Figure({**RESULT, "kind": "gap", "absolute": True}, "Chênh lệch", "points", 9.04),
    "rank": Figure(RESULT, "Hạng", "rank", 46.0),
    "grade": Figure(RESULT, "Xếp loại", "grade", None, text="Trung bình"),
    "none": Figure(RESULT, "Điểm", "points", None),
    "tie": rate(1, 8),
    "edge": Figure(RESULT, "Điểm", "points", 0.285, decimals=2),
}
SIZE = {"t": "fig", "id": "size"}
CASES: list[tuple[Any, Any, str]] = [
    (figure_cell("rate", 0.977), 0.977, "97,7%"),
    (figure_cell("many", 1_234_567.0), 1_234_567, "1.234.567"),
    (figure_cell("share", 0.978499), 0.978499, "97,85%"),
    (figure_cell("whole", 1.0), 1, "100%"),
    (figure_cell("points", 8.1), 8.1, "8,10"),
    (figure_cell("below", -2.1), -2.127718906860021, "-2,1"),
    (figure_cell("rank", 46.0), 46, "46"),
    (figure_cell("tie", 0.125), 0.125, "12,5%"),
    (figure_cell("edge", 0.285), 0.285, "0,29"),
    (figure_cell("grade", "Trung bình"), "Trung bình", "Trung bình"),
    ({"runs": [{"t": "text", "s": "+"}, SIZE]}, 9.04, "+9,0"),
    ({"runs": [{"t": "text", "s": "-"}, SIZE]}, -9.04, "-9,0"),
    ({"runs": [{"t": "text", "s": "+"}, SIZE, {"t": "text", "s": " điểm phần trăm"}]}, 9.04, "+9,0 điểm phần trăm"),
    ({"runs": [SIZE, {"t": "text", "s": "/"}, SIZE]}, "9,0/9,0", "9,0/9,0"),
    ({"runs": [{"t": "text", "s": "trên "}, {"t": "fig", "id": "rate"}]}, "trên 97,7%", "trên 97,7%"),
    (text_cell("1.050", value=1050.0), 1050, "1.050"),
    (text_cell("1,55%", value=0.015503875968992248), 0.015503875968992248, "1,55%"),
    (text_cell("+0,24", value=0.24), 0.24, "+0,24"),
    (text_cell("-18", value=-18.0), -18, "-18"),
    (text_cell("06", value=6), 6, "06"),
    (text_cell("7", value=7), 7, "7"),
    (text_cell("18"), 18, "18"),
    (text_cell("102/163"), "102/163", "102/163"),
    (text_cell("1.234"), "1.234", "1.234"),  # another library's decimal, perhaps
    (text_cell("1,234"), "1,234", "1,234"),  # or its thousands
    (text_cell("0123"), "0123", "0123"),
    (text_cell("H21.17"), "H21.17", "H21.17"),
    (text_cell("01/2022"), "01/2022", "01/2022"),
    (text_cell("…", value=None), "…", "…"),
    (text_cell("…", value=3), "…", "…"),
]  # fmt: skip


@pytest.fixture(scope="module")
def cells() -> list[Any]:
    """Those cells in a column of numbers, read back."""
    block = table([column("Số")], [[cell] for cell, *_ in CASES])
    return column_of(report(block, figures=FIGURES))


@pytest.mark.parametrize(("at", "case"), list(enumerate(CASES)), ids=[case[2] for case in CASES])
def test_a_cell_has_its_value_and_shows_as_printed(
    at: int, case: tuple[Any, Any, str], cells: list[Any]
) -> None:
    """The unrounded value where it is a number, words where it is none; either way a reader sees what the report prints."""
    _, value, printed = case
    assert isinstance(cells[at].value, str) == isinstance(value, str)
    if isinstance(value, str):
        assert cells[at].value == value
    else:
        assert cells[at].value == pytest.approx(value, rel=1e-15, abs=0)  # a file keeps 16 digits
        assert shown(value, cells[at].number_format) == printed


def test_what_prints_as_a_dash_is_blank() -> None:
    """Missing is no zero and no word; a note under the table says what the blank is."""
    rows = [[figure_cell("none", None)], [text_cell("–", value=7)], [text_cell("")], [{"runs": []}]]
    assert [cell.value for cell in column_of(report(table([column("Số")], rows), figures=FIGURES))] == [
        None
    ] * 4


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("14/9/2024", datetime(2024, 9, 14)),
        ("05/02/2024", datetime(2024, 2, 5)),
        ("5/2/2024", datetime(2024, 2, 5)),
        ("31/12/2024", datetime(2024, 12, 31)),
        ("31/02/2024", "31/02/2024"),
        ("014/9/2024", "014/9/2024"),
        ("1/1/1899", "1/1/1899"),
    ],
)
def test_dates_are_days(words: str, day: Any) -> None:
    """A date can be sorted and reckoned with, and shows the zeros it was printed with; an impossible one stays words."""
    (cell,) = column_of(report(table([column("Thời hạn", "center")], [[text_cell(words)]])))
    assert cell.value == day
    if isinstance(day, datetime):
        pattern = cell.number_format.replace("\\", "").replace("yyyy", "%Y")
        day_sign, month_sign = ("%d" if p in ("dd", "mm") else "%-d" for p in pattern.split("/")[:2])
        assert day.strftime(f"{day_sign}/{month_sign.replace('d', 'm')}/%Y") == words


def test_codes_in_columns_of_words_stay_words() -> None:
    """A number without a value is one only in a column of numbers or ordinals."""
    row = [text_cell("1"), text_cell("2024"), text_cell("7")]
    columns = [column("STT", "center"), column("Tên", "left"), column("Mã", "center")]
    document = report(table(columns, [row]))
    assert [column_of(document, letter)[0].value for letter in "ABC"] == [1, "2024", "7"]


@given(st.integers(-(10**6), 10**6), st.integers(1, 10**6), st.integers(0, 4), st.booleans())
def test_every_number_shows_as_it_is_printed(top: int, bottom: int, places: int, trim: bool) -> None:
    """Whatever the fraction, also on a tie, where binary and decimal rounding part."""
    for measure in ("rate", "points"):
        exact = {"numerator": top, "denominator": bottom} if measure == "rate" else {}
        figure = Figure(RESULT, "Số", measure, top / bottom, decimals=places, trim=trim, **exact)  # type: ignore[arg-type]
        cell = typed(figure_cell("f", figure.value), {"f": figure.record("f")})
        assert isinstance(cell.value, int | float)
        assert shown(cell.value, cell.shown) == figure.printed


@given(st.integers(-(10**12), 10**12))
def test_every_count_is_kept(count: int) -> None:
    """Counts to the last digit."""
    cell = typed(text_cell(numbers.number(count), value=count), {})
    assert (cell.value, cell.shown) == (count, "#,##0")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 10**400, True])
def test_what_is_no_number_gives_way_to_the_printed_one(value: Any) -> None:
    """No spreadsheet holds it; the report printed 1,5 all the same."""
    assert typed({"runs": [{"t": "text", "s": "1,5"}], "value": value}, {}).value == 1.5
