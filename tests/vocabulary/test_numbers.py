from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from hoso.vocabulary import numbers

HALVES = """
    value     digits   printed
    0.5       0        1
    1.5       0        2
    2.5       0        3
    -2.5      0        -3
    97.85     1        97,9
    97.75     1        97,8
    2.675     2        2,68
    1.005     2        1,01
    82.885    2        82,89
    -0.04     1        0,0
    1234.5    1        1.234,5
    999.95    1        1.000,0
"""


def _table(text):
    return [line.split() for line in text.strip().splitlines()[1:]]


@pytest.mark.parametrize(("value", "digits", "printed"), _table(HALVES))
@pytest.mark.parametrize("kind", [float, Decimal, Fraction])
def test_halves_go_up_whatever_holds_the_number(kind, value, digits, printed):
    """A half is rounded away from zero as on paper, and a zero has no sign."""
    assert numbers.decimal(kind(value), int(digits)) == printed


@pytest.mark.parametrize(
    ("numerator", "denominator", "printed"),
    [
        (195_800, 200_000, "97,9%"),
        (1_957, 2_000, "97,9%"),  # 97,85
        (1, 3, "33,3%"),
        (2, 3, "66,7%"),
        (0, 7, "0,0%"),
        (7, 7, "100,0%"),
        (1999, 2000, "100,0%"),  # 99,95
    ],
)
def test_a_fraction_prints_its_exact_percentage(numerator, denominator, printed):
    """Given as numerator and denominator, a rate loses nothing before the one rounding."""
    assert numbers.percent(Fraction(numerator, denominator)) == printed


def test_a_rate_just_below_a_half_is_not_rounded_twice():
    """0.97849999… stays 97,8 however many digits it has."""
    assert numbers.percent(Decimal("0.978" + "4" + "9" * 60)) == "97,8%"


def test_percent_never_prints_a_negative_zero():
    """A tiny loss is no loss at this precision."""
    assert numbers.percent(-0.0001) == "0,0%"


def test_trim_drops_only_closing_zeros_after_the_comma():
    """As offices write: 55%, 82,5, but 100."""
    printed = [numbers.decimal(x, 2, trim=True) for x in (82.89, 82.5, 5, 100, 1000)]
    assert printed == ["82,89", "82,5", "5", "100", "1.000"]
    assert numbers.percent(0.55, trim=True) == "55%"


@given(st.integers(-(10**20), 10**20))
def test_whole_numbers_look_as_cldr_has_them_for_vietnamese(n):
    """Dots between thousands, as Babel's vi_VN prints."""
    assert numbers.number(n) == format_decimal(n, locale="vi_VN")


@given(st.integers(-(10**12), 10**12), st.integers(1, 10**9), st.integers(0, 6))
def test_rounding_is_never_off_by_more_than_half(numerator, denominator, digits):
    """The rounded number is the nearest one, and the upper of two equally near."""
    exact = Fraction(numerator, denominator)
    off = abs(Fraction(numbers.round_half_up(exact, digits))) - abs(exact)
    step = Fraction(1, 10**digits)
    assert -step / 2 < off <= step / 2


@pytest.mark.parametrize("missing", [float("nan"), float("inf"), Decimal("nan")])
def test_what_is_not_a_number_is_not_printed_as_one(missing):
    """A missing value must take the way of missing values, not reach print as "nan"."""
    with pytest.raises(ValueError, match="không phải số"):
        numbers.decimal(missing, 1)


def test_counts_below_ten_are_padded_as_in_documents():
    """ "06/102 xã"."""
    assert [numbers.padded(n) for n in (0, 6, 10, 102, 2256)] == ["00", "06", "10", "102", "2.256"]


@pytest.mark.parametrize(
    ("day", "short", "long"),
    [
        (date(2024, 9, 14), "14/9/2024", "ngày 14 tháng 9 năm 2024"),
        (date(2024, 2, 5), "05/02/2024", "ngày 05 tháng 02 năm 2024"),
        (date(2024, 1, 31), "31/01/2024", "ngày 31 tháng 01 năm 2024"),
        (date(2023, 12, 1), "01/12/2023", "ngày 01 tháng 12 năm 2023"),
        (date(2024, 3, 9), "09/3/2024", "ngày 09 tháng 3 năm 2024"),
    ],
)
def test_dates_pad_days_below_ten_and_months_one_and_two(day, short, long):
    """NĐ 30/2020/NĐ-CP: 05/02/2024, but 14/9/2024."""
    assert (numbers.date(day), numbers.long_date(day)) == (short, long)
