"""The arithmetic: JavaScript's rounding of a double, the order of operations, ties, monotonic scores."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoso.statistics.scorecard import Criterion, points, scorecard, scorecards
from hoso.statistics.scorecard.rules import hundredths

CARD = scorecard("qd766-2026")
CRITERIA = [criterion for card in scorecards() for criterion in card.criteria]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1.005, 100),  # the double lies below the tie
        (0.625, 63),  # a tie the double holds exactly: up
        (18.125, 1813),  # Sở Tư pháp Phú Thọ, 29 of 32
        (16.875, 1688),  # UBND xã Thung Nai, 351 of 416
        (2.675, 267), (8.345, 835), (0.0, 0), (20.0, 2000), (0.005, 1), (0.015, 1), (0.025, 3),
    ],
)  # fmt: skip
def test_rounding_is_that_of_the_double(value: float, expected: int) -> None:
    """toFixed(2) of JavaScript: half up of the exact binary value."""
    assert hundredths(value) == expected


@given(st.floats(0, 1000))
def test_rounding_agrees_with_decimals(value: float) -> None:
    """The same through Python's exact decimals."""
    assert hundredths(value) == int(Decimal(value).quantize(Decimal("0.01"), ROUND_HALF_UP).scaleb(2))


def exact(criterion: Criterion, top: int, bottom: int) -> Fraction:
    """Points in exact fractions, not rounded, of a criterion without a rounding in between."""
    share = Fraction(top, bottom) * 100 / Fraction(criterion.full_at)
    return min(Fraction(1), share) * criterion.max


@pytest.mark.parametrize(
    "name",
    ["PROCESSED_ON_TIME", "ORIGINAL_RESULT_AVAILABLE", "DOSSIER_RECEIVING_SATISFACTION", "ONLINE_PROVIDED"],
)
def test_only_ties_differ_from_exact_fractions(name: str) -> None:
    """For every fraction up to 300: where the double and the fraction round apart, the fraction is a tie, never more."""
    criterion = CARD.criterion(name)
    apart = 0
    for bottom in range(1, 301):
        for top in range(bottom + 1):
            worth = exact(criterion, top, bottom) * 100
            half_up = (2 * worth.numerator + worth.denominator) // (2 * worth.denominator)
            found = points(criterion, top, bottom)
            if found != half_up:
                apart += 1
                assert worth * 2 % 2 == 1, (top, bottom)
                assert half_up - (found or 0) == 1
    assert apart < 250


def test_linear_points_are_the_nearest_double() -> None:
    """A linear criterion multiplies before it divides, so its double is the nearest to the true points."""
    criterion = CARD.criterion("PROCESSED_ON_TIME")
    assert points(criterion, 29, 32) == 1813
    assert points(criterion, 351, 416) == 1688
    for bottom in range(1, 400):
        for top in range(bottom + 1):
            assert points(criterion, top, bottom) == hundredths(float(exact(criterion, top, bottom)))


@pytest.mark.parametrize(
    ("top", "bottom", "expected"),
    [
        (12, 13, 200),
        (15, 16, 200),
        (4, 5, 200),
        (79, 100, 198),
        (8, 12, 167),
        (0, 5, 0),
        (1, 3, 83),
        (0, 0, 0),
    ],
)
def test_payment_rounds_the_percentage_first(top: int, bottom: int, expected: int) -> None:
    """80 % is full; 1 of 3 is 33,33 %, 0,83325 points, 0,83."""
    assert points(CARD.criterion("PAYMENT_FORMALITY_USED"), top, bottom) == expected


def test_a_zero_denominator_by_criterion() -> None:
    """formulas: null in CKMB and MDSH, 0 in TDGQ, payment and dossier satisfaction, full for petitions; certified copies
    are full for everybody in 2026."""
    worth = {c.id: points(c, 0, 0) for c in CARD.criteria}
    assert {n for n, p in worth.items() if p is None} == {
        c.id for c in CARD.criteria if c.group in ("CKMB", "MDSH") and c.id != "ELECTRONIC_CERTIFIED_COPY"
    }
    assert {n for n, p in worth.items() if p} == {
        "PETITION_PROCESSING_ON_TIME",
        "PETITION_HANDLING_SATISFACTION",
        "ELECTRONIC_CERTIFIED_COPY",
    }
    assert (
        worth["PROCESSED_ON_TIME"] == worth["DOSSIER_RECEIVING_SATISFACTION"] == worth["PAYMENT_DOSSIER"] == 0
    )


def test_thresholds() -> None:
    """80 % of procedures online, 50 % of dossiers online, 90 % satisfied and 80 % reused are full; a little less is not."""
    for name, full_at in (
        ("ONLINE_PROVIDED", 80),
        ("ONLINE_DOSSIER", 50),
        ("DOSSIER_RECEIVING_SATISFACTION", 90),
        ("REUSED_DIGITIZED_DATA", 80),
    ):
        criterion = CARD.criterion(name)
        assert points(criterion, full_at, 100) == 100 * criterion.max
        assert (points(criterion, full_at - 1, 100) or 0) < 100 * criterion.max
    assert (
        points(CARD.criterion("SO_HOA_GIAY_TO_GIAI_QUYET"), 80, 100) == 320
    )  # linear, whatever the operator's text says


@settings(max_examples=300)
@given(st.sampled_from(CRITERIA), st.integers(1, 500_000), st.data())
def test_more_never_lowers_a_score(criterion: Criterion, bottom: int, data: st.DataObject) -> None:
    """Any rule of any version: one unit more in the numerator never costs points, and the score stays within its bounds."""
    top = data.draw(st.integers(0, bottom - 1))
    less, more = points(criterion, top, bottom), points(criterion, top + 1, bottom)
    assert less is not None
    assert more is not None
    assert 0 <= less <= more <= 100 * criterion.max
    assert points(criterion, 0, bottom) == 0
    assert points(criterion, bottom, bottom) == 100 * criterion.max
