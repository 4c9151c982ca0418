"""How counts become points (cách tính điểm): the arithmetic of the national portal, operation by operation.

The portal computes in binary doubles and rounds each criterion to two decimals first, as JavaScript's toFixed does: half
away from zero of the exact value of the double. Points are kept here as whole hundredths, so their sums are exact.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

Rule = Callable[[float, float, float, float], float]


def hundredths(x: float) -> int:
    """The hundredths of a number of points (0 or more), half up on the exact value of the double: 1.005 is 1.00."""
    numerator, denominator = x.as_integer_ratio()
    return (200 * numerator + denominator) // (2 * denominator)


def linear(top: float, bottom: float, most: float, _full_at: float) -> float:
    """Points in proportion to the share."""
    return min(most, most * top / bottom)


def threshold(top: float, bottom: float, most: float, full_at: float) -> float:
    """Full points from a share of `full_at` percent on, below it in proportion to that share."""
    return min(most, most * (top / bottom) / (full_at / 100))


def percent(top: float, bottom: float, most: float, full_at: float) -> float:
    """As `threshold`, but the percentage is rounded to two decimals before it becomes points: so online payment."""
    share = hundredths(top / bottom * 100) / 100
    return most if share >= full_at else share * most / full_at


RULES: Final[dict[str, Rule]] = {"linear": linear, "threshold": threshold, "percent": percent}
