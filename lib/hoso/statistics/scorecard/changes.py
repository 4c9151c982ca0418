"""What would change (nếu … thì …): the score under other counts, and the fewest dossiers that reach a wanted total."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...vocabulary.errors import InputError, UsageError
from .scored import Given, Scored, ScoredCriterion
from .scoring import points, score

Option = tuple[int, int]  # points gained in hundredths, units added to the numerator


@dataclass(frozen=True)
class Step:
    """One criterion of a plan: how many units more its numerator needs, and what they bring."""

    criterion: str
    added: int
    numerator: float
    denominator: float
    score_before: float
    score_after: float
    cost: float


@dataclass(frozen=True)
class Reach:
    """The cheapest counts that reach a wanted total; when none do, the best there are (`reached` is False).

    `cost` is the sum of added units times their weights; `fixed` names the criteria that could not be moved.
    """

    wanted: float
    reached: bool
    steps: tuple[Step, ...]
    cost: float
    after: Scored
    fixed: tuple[str, ...]


def what_if(scored: Scored, counts: Mapping[str, tuple[float, float]]) -> Scored:
    """The same scorecard with other counts (numerator, denominator) of some criteria.

    UsageError for an unknown criterion, one not measured at this level, or one whose group stands on its printed score and
    would still: then nothing tells what the change brings.
    """
    for name in counts:
        if scored.level not in scored.card.criterion(name).levels:
            raise UsageError(f"{name} không đo ở cấp này", where=f"{scored.card.id}, {scored.level}")
    rows = {row.criterion: row for row in scored.given}
    for name, (top, bottom) in counts.items():
        rows[name] = replace(
            rows.get(name, Given(name)), numerator=top, denominator=bottom, score=None, source=None
        )
    try:
        changed = score(scored.card, scored.level, rows.values())
    except InputError as error:
        raise UsageError(error.what, where="what-if", expected=error.expected) from error
    stuck = [
        g.id for g in changed.groups if g.basis == "printed" and counts.keys() & {c.id for c in g.criteria}
    ]
    if stuck:
        raise UsageError(
            f"nhóm {', '.join(stuck)} đang lấy điểm công bố", expected="số đếm của mọi tiêu chí trong nhóm"
        )
    return changed


def reach(
    scored: Scored, wanted: float, weights: Mapping[str, float] | None = None, fixed: Iterable[str] = ()
) -> Reach:
    """The least added numerator units with which the rounded total is at least `wanted`, exactly.

    Units cost 1, or their criterion's weight (> 0). What has no counts, or is fixed, or is the province's own at an agency
    or commune, is left as it is; criteria are taken as independent of one another. UsageError for a total or weight
    that cannot be, or when nothing was scored.
    """
    cost = {c.id: 1.0 for c in scored.criteria} | _weights(scored, weights or {})
    kept = _fixed(scored, fixed)
    if scored.points is None or not math.isfinite(wanted):
        raise UsageError("không có tổng điểm để tính tiếp", expected="số đếm của ít nhất một tiêu chí")
    gap = max(0, math.ceil(round(wanted * 100, 6)) - scored.points)
    movable = [c for c in scored.criteria if c.id not in kept]
    options = [_options(c, gap) for c in movable]
    reached = sum(o[-1][0] for o in options if o) >= gap
    chosen = (
        _cheapest(options, [cost[c.id] for c in movable], gap)
        if reached
        else [o[-1] if o else None for o in options]
    )
    steps = tuple(_step(c, o, cost[c.id]) for c, o in zip(movable, chosen, strict=True) if o)
    after = what_if(scored, {s.criterion: (s.numerator, s.denominator) for s in steps})
    return Reach(wanted, reached, steps, sum(s.cost for s in steps), after, tuple(kept))


def _weights(scored: Scored, weights: Mapping[str, float]) -> dict[str, float]:
    for name, weight in weights.items():
        scored.card.criterion(name)
        if not 0 < weight < math.inf:
            raise UsageError(f"{name}: trọng số {weight:g}", expected="số lớn hơn 0")
    return dict(weights)


def _fixed(scored: Scored, names: Iterable[str]) -> list[str]:
    """Criteria that no plan may move, in the order of the scorecard."""
    asked = {scored.card.criterion(name).id for name in names}
    return [
        c.id
        for group in scored.groups
        for c in group.criteria
        if c.id in asked
        or group.basis != "counts"
        or c.basis != "counts"
        or not c.given.denominator
        or (c.criterion.province_wide and scored.level != "province")
    ]


def _options(scored: ScoredCriterion, gap: int) -> list[Option]:
    """The staircase of a criterion: each gain in points with the fewest added units, up to the gap."""
    top, bottom, start = scored.given.numerator or 0.0, scored.given.denominator or 0.0, scored.points or 0
    room = math.floor(bottom - top)

    def gained(units: int) -> int:
        return (points(scored.criterion, top + units, bottom) or 0) - start

    found: list[Option] = []
    units = 0
    while units < room and gained(units) < gap:
        aim = gained(units) + 1
        units = bisect_left(range(room + 1), aim, lo=units, key=gained)
        if units <= room:
            found.append((gained(units), units))
    return found


def _cheapest(options: list[list[Option]], weights: list[float], gap: int) -> list[Option | None]:
    """One option of each criterion, or none, that gain `gap` together at the least cost.

    Dynamic programming over hundredths of points: `least[g]` is the least cost of a gain of g or more so far.
    """
    least = np.full(gap + 1, np.inf)
    least[0] = 0.0
    taken: list[NDArray[np.int32]] = []
    for staircase, weight in zip(options, weights, strict=True):
        best, choice = least.copy(), np.full(gap + 1, -1, dtype=np.int32)
        for index, (gain, units) in enumerate(staircase):
            before = np.concatenate([np.full(min(gain, gap + 1), least[0]), least])[: gap + 1]
            better = before + weight * units < best
            best[better], choice[better] = (before + weight * units)[better], index
        least = best
        taken.append(choice)
    return _retraced(options, taken, gap)


def _retraced(options: list[list[Option]], taken: list[NDArray[np.int32]], gap: int) -> list[Option | None]:
    chosen: list[Option | None] = []
    for staircase, choice in zip(reversed(options), reversed(taken), strict=True):
        option = staircase[choice[gap]] if choice[gap] >= 0 else None
        chosen.append(option)
        gap = max(0, gap - option[0]) if option else gap
    return chosen[::-1]


def _step(scored: ScoredCriterion, option: Option, weight: float) -> Step:
    gain, units = option
    before = scored.points or 0
    return Step(
        criterion=scored.id,
        added=units,
        numerator=(scored.given.numerator or 0) + units,
        denominator=scored.given.denominator or 0,
        score_before=before / 100,
        score_after=(before + gain) / 100,
        cost=weight * units,
    )
