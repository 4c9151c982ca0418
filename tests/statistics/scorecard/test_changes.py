"""What-if, and the cheapest counts that reach a total: exact, against trying everything."""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoso.statistics.scorecard import Given, Scored, reach, score, scorecard, what_if
from hoso.vocabulary.errors import UsageError

CARD = scorecard("qd766-2026")
SMALL = (
    "PAYMENT_FORMALITY_USED",
    "ORIGINAL_RESULT_AVAILABLE",
    "DOSSIER_RECEIVING_SATISFACTION",
    "PETITION_PROCESSING_ON_TIME",
)


def test_what_if() -> None:
    """Other counts give another score; the rest and the original stay; a missing criterion may be supposed too."""
    scored = score(
        CARD, "agency", [Given("PAYMENT_DOSSIER", 145, 165), Given("PROCESSED_ON_TIME", 653, 654, 19.97)]
    )
    changed = what_if(scored, {"PAYMENT_DOSSIER": (165, 165), "PETITION_PROCESSING_ON_TIME": (1, 2)})
    assert (scored.total, changed.total) == (25.24, 28.97)
    assert changed.criterion("PROCESSED_ON_TIME") == scored.criterion("PROCESSED_ON_TIME")


@pytest.mark.parametrize(
    ("level", "name", "words"),
    [
        ("agency", "ONLINE_PROVIDED", "không đo"),
        ("agency", "ONLINE_USED", "điểm công bố"),
        ("agency", "NOTHING", "không có tiêu chí"),
    ],
)
def test_what_nothing_tells_is_refused(level: str, name: str, words: str) -> None:
    """A criterion not measured at the level, one under a printed group score, one unknown."""
    scored = score(CARD, "agency", [Given("DVCTT", score=6.72), Given("PAYMENT_DOSSIER", 1, 2)])
    with pytest.raises(UsageError, match=words):
        what_if(scored, {name: (1, 2)})


def tried(scored: Scored, wanted: float, weights: dict[str, int]) -> int | None:
    """The least cost by trying every combination of numerators."""
    rooms = [
        range(int((c.given.denominator or 0) - (c.given.numerator or 0)) + 1)
        if c.basis == "counts" and c.given.denominator
        else range(1)
        for c in scored.criteria
    ]
    names = [c.id for c in scored.criteria]
    moved = [(name, room) for name, room in zip(names, rooms, strict=True) if len(room) > 1]
    costs = []
    for added in product(*(room for _, room in moved)):
        counts = {
            name: (scored.criterion(name).given.numerator + k, scored.criterion(name).given.denominator)
            for (name, _), k in zip(moved, added, strict=True)
        }  # type: ignore[operator]
        if Fraction(str(what_if(scored, counts).total)) >= Fraction(str(wanted)):
            costs.append(sum(weights.get(name, 1) * k for (name, _), k in zip(moved, added, strict=True)))
    return min(costs, default=None)


@st.composite
def scorecards_small(draw: st.DrawFn) -> Scored:
    rows = []
    for name in draw(st.lists(st.sampled_from(SMALL), min_size=1, max_size=3, unique=True)):
        bottom = draw(st.integers(0, 6))
        rows.append(Given(name, draw(st.integers(0, bottom)), bottom))
    return score(CARD, "province", rows)


@settings(max_examples=80, deadline=None)
@given(scorecards_small(), st.integers(0, 1500), st.dictionaries(st.sampled_from(SMALL), st.integers(1, 4)))
def test_the_cheapest_is_the_cheapest(scored: Scored, wanted: int, weights: dict[str, int]) -> None:
    """The plan reaches the total at the cost that trying everything finds; where nothing does, it says so and gives the best."""
    plan = reach(scored, wanted / 100, weights)
    least = tried(scored, wanted / 100, weights)
    assert plan.reached == (least is not None)
    assert plan.cost == sum(weights.get(s.criterion, 1) * s.added for s in plan.steps)
    if least is None:
        best = {
            c.id: (c.given.denominator or 0,) * 2
            for c in scored.criteria
            if c.basis == "counts" and c.given.denominator
        }
        assert plan.after.total == what_if(scored, best).total
    else:
        assert plan.cost == least
        assert (plan.after.points or 0) >= wanted


def test_large_counts_are_planned_exactly() -> None:
    """Counts of a whole province: one unit less would not do."""
    scored = score(
        CARD,
        "province",
        [Given("PROCESSED_ON_TIME", 358_540, 417_669), Given("ORIGINAL_RESULT_AVAILABLE", 300_000, 417_669)],
    )
    plan = reach(scored, 22.0)
    assert plan.reached
    assert [step.criterion for step in plan.steps] == ["PROCESSED_ON_TIME"]
    step = plan.steps[0]
    fewer = what_if(scored, {step.criterion: (step.numerator - 1, step.denominator)})
    assert plan.after.total == 22.0
    assert fewer.total == 21.99


def test_weights_turn_the_plan() -> None:
    """A unit that costs more is taken only where it still pays."""
    scored = score(
        CARD, "province", [Given("PAYMENT_DOSSIER", 0, 10), Given("PETITION_PROCESSING_ON_TIME", 0, 10)]
    )
    assert [s.criterion for s in reach(scored, 3, {"PAYMENT_DOSSIER": 5}).steps] == [
        "PETITION_PROCESSING_ON_TIME"
    ]
    assert reach(scored, 3, {"PAYMENT_DOSSIER": 5, "PETITION_PROCESSING_ON_TIME": 3}).cost == 15
    with pytest.raises(UsageError, match="lớn hơn 0"):
        reach(scored, 3, {"PAYMENT_DOSSIER": 0})


def test_some_criteria_stay() -> None:
    """What is asked to stay stays; a commune cannot move the province's own numbers; a province can."""
    given = [
        Given("PUBLISH_ON_TIME", 1, 47),
        Given("PAYMENT_DOSSIER", 0, 10),
        Given("PETITION_PROCESSING_ON_TIME", 0, 0),
    ]
    commune, province = score(CARD, "commune", given), score(CARD, "province", given)
    assert not reach(commune, 15).reached
    assert [s.criterion for s in reach(commune, 15).steps] == ["PAYMENT_DOSSIER"]
    assert reach(province, 15).reached
    assert [s.criterion for s in reach(province, 15, fixed=["PAYMENT_DOSSIER"]).steps] == ["PUBLISH_ON_TIME"]
    assert "PETITION_PROCESSING_ON_TIME" in reach(province, 15).fixed


def test_what_is_reached_needs_nothing() -> None:
    """A total at or below the score costs nothing; one above everything is not reached, whatever its size."""
    scored = score(CARD, "province", [Given("PAYMENT_DOSSIER", 5, 10)])
    assert (reach(scored, 3.0).cost, reach(scored, 3.0).steps, reach(scored, 0).reached) == (0, (), True)
    assert reach(scored, 3.01).steps[0].added == 1
    assert (reach(scored, 1e12).reached, reach(scored, 1e12).after.total) == (False, 6.0)
    for wanted in (float("nan"), float("inf")):
        with pytest.raises(UsageError):
            reach(scored, wanted)
    with pytest.raises(UsageError):
        reach(score(CARD, "province", []), 50)
