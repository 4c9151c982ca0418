"""Ranks: 1, 2, 2, 4; what is missing takes no place."""

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoso.statistics.ranks import rank

VALUES = st.lists(
    st.none() | st.just(math.nan) | st.integers(-3, 3) | st.fractions(0, 1, max_denominator=4), max_size=30
)


@pytest.mark.parametrize(
    ("values", "ranks", "ascending"),
    [
        ([9, 7, 7, 5], [1, 2, 2, 4], [4, 2, 2, 1]),
        ([None, 0.5, math.nan, Fraction(1, 2), 0.25], [None, 1, None, 1, 3], [None, 2, None, 2, 1]),
        ([], [], []),
        ([None], [None], [None]),
    ],
)
def test_equal_values_share_a_rank(
    values: list[float | None], ranks: list[int | None], ascending: list[int | None]
) -> None:
    """The next place stays empty; missing values are not last, they are nowhere."""
    assert rank(values) == ranks
    assert rank(values, descending=False) == ascending


def test_rates_that_differ_beyond_a_float_are_no_tie() -> None:
    """Two fractions with one float between them are ranked as they are."""
    high, low = Fraction(10**17 + 1, 10**18), Fraction(10**17, 10**18)
    assert float(high) == float(low)
    assert rank([low, high]) == [2, 1]


def missing(value: float | Fraction | None) -> bool:
    return value is None or math.isnan(value)


@settings(deadline=None)
@given(VALUES, st.booleans())
def test_a_rank_is_one_more_than_how_many_are_better(
    values: list[float | Fraction | None], descending: bool
) -> None:
    """An oracle that counts, value by value, how many others go before."""
    known = [v for v in values if not missing(v)]
    expected = [
        None
        if missing(v)
        else 1 + len([other for other in known if (other > v if descending else other < v)])
        for v in values
    ]
    assert rank(values, descending) == expected
