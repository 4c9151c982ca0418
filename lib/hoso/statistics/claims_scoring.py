"""What published claims score (chấm lại điểm công bố): raw counts through the scorecard in force in their period."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fractions import Fraction

from ..vocabulary.periods import Period
from .claims import Claim
from .scorecard import Criterion, Scorecard, in_force, points, scorecards

Counts = tuple[Fraction, Fraction]


def counts(claim: Claim) -> dict[str, Counts]:
    """The criteria of a score with the raw counts given for them; those left blank are not among them."""
    pairs = zip(claim.criteria, claim.numerator, claim.denominator, strict=True)
    return {name: (n, d) for name, n, d in pairs if n is not None and d is not None}


def criteria(claim: Claim, group: str) -> tuple[str, ...]:
    """The criteria of a group in the claim's scorecard."""
    return tuple(criterion.id for criterion in _card(claim).of_group(group))


def bounds(claim: Claim, known: Mapping[str, Counts], names: Collection[str]) -> tuple[Fraction, Fraction]:
    """The least and most points of criteria: known counts scored and rounded one by one, others from 0 to their maximum."""
    worth = [_points(_card(claim).criterion(name), known.get(name)) for name in names]
    return Fraction(sum(low for low, _ in worth), 100), Fraction(sum(high for _, high in worth), 100)


def _points(criterion: Criterion, given: Counts | None) -> tuple[int, int]:
    most = 100 * criterion.max
    if given is None:
        return (most, most) if criterion.blank == "full" else (0, most)
    scored = points(criterion, float(given[0]), float(given[1])) or 0
    return scored, scored


def total_bounds(claim: Claim, groups: Mapping[str, Fraction]) -> tuple[Fraction, Fraction]:
    """The least and most a total may be, when some groups are printed."""
    low = sum(groups.values(), Fraction(0))
    return low, low + sum(group.max for group in _card(claim).groups if group.id not in groups)


def most(claim: Claim, group: str | None = None) -> Fraction:
    """The most points there are, of a group or in all."""
    card = _card(claim)
    return Fraction(card.max if group is None else next(g.max for g in card.groups if g.id == group))


def impossible(claim: Claim) -> str | None:
    """The first criterion whose numerator is above its denominator, though it cannot be."""
    for name, (top, bottom) in counts(claim).items():
        if top > bottom and not _card(claim).criterion(name).may_exceed:
            return f"{name} {top}/{bottom}"
    return None


def grade(claim: Claim, total: Fraction) -> str:
    """The grade (xếp loại) of a total."""
    return _card(claim).grade(float(total))


def _card(claim: Claim) -> Scorecard:
    """The version in force at the end of the claim's period; the newest where the source bounds none."""
    return in_force(Period.parse(claim.period).end) if claim.period else scorecards()[-1]
