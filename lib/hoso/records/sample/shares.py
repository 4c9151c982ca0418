"""Shares that come out exactly when counted: draw by chance, then turn the fewest single dossiers."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def half_up(value: Fraction) -> int:
    """The nearest whole number, a half upwards."""
    return int(value + Fraction(1, 2))


def log_odds(p: Floats) -> Floats:
    """ln(p / (1 - p)); chances of 0 and 1 stay near them."""
    q = np.clip(p, 1e-6, 1 - 1e-6)
    return np.log(q / (1 - q))


def chance(odds: Floats) -> Floats:
    """The inverse of log_odds."""
    return np.asarray(1 / (1 + np.exp(-odds)))


def shifted(p: Floats, goal: float) -> Floats:
    """The chances moved by one constant in log-odds so that they add up to the goal (0 and 1 stay)."""
    free = (p > 0) & (p < 1)
    odds, rest = log_odds(p[free]), goal - float((p >= 1).sum())
    low, high = -30.0, 30.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if chance(odds + middle).sum() < rest else (low, middle)
    result = p.copy()
    result[free] = chance(odds + low)
    return result


def goals(parts: Iterable[int], rate: Fraction) -> list[int]:
    """How many of each part, so that every part is as near the rate as whole dossiers allow, and their sum exact."""
    total = given = 0
    found = []
    for size in parts:
        total += size
        found.append(max(0, half_up(rate * total) - given))
        given += found[-1]
    return found


def pick(flag: Bools, rows: Ints, p: Floats, goal: int, keep: Bools, rng: np.random.Generator) -> None:
    """Sets `flag` on exactly `goal` of the rows (as far as there are candidates), by the chances `p` along them.

    `p` and `keep` run along `rows`; where p is 0 a row is no candidate, where `keep` it is set whatever happens.
    """
    drawn = keep | (rng.random(len(rows)) < shifted(p, goal))
    excess = int(drawn.sum()) - goal
    fit = np.flatnonzero(drawn & ~keep & (p < 1)) if excess > 0 else np.flatnonzero(~drawn & (p > 0))
    turned = rng.choice(fit, min(abs(excess), len(fit)), replace=False)
    drawn[turned] = excess < 0
    flag[rows] = drawn
