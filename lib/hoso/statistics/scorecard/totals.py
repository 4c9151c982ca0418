"""What the portal prints beside scores (số tổng hợp): the country's line and the growth in percent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from .rules import hundredths

# The portal draws five axes: its online service is the group of that name and online payment together.
AXES: Final = {
    "CKMB": ("CKMB",),
    "TDGQ": ("TDGQ",),
    "ONLINE_SERVICE": ("DVCTT", "TTTT"),
    "MDHL": ("MDHL",),
    "MDSH": ("MDSH",),
}


def country(provinces: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """The line "Cả nước" of the portal: the mean of each axis over the provinces, rounded, and TOTAL, their sum.

    So it was in October 2026 (62,59 on 10/10/2026; on 17/9/2026 the portal had another rule). This is the portal's own
    habit and the one place where scores are averaged. `provinces` holds each one's six group scores; ValueError for none.
    """
    rows = list(provinces)
    if not rows:
        raise ValueError("no province to average")
    means = {
        axis: hundredths(sum(hundredths(row[group]) for row in rows for group in groups) / len(rows) / 100)
        for axis, groups in AXES.items()
    }
    return {axis: mean / 100 for axis, mean in means.items()} | {"TOTAL": sum(means.values()) / 100}


def growth_percent(total: float, delta: float) -> float | None:
    """The portal's growthPercent of a total and its scoreDelta: 66,23 and +12,5 give 23,26; None from a total of 0.

    Of points that are themselves out of 100, so it is not a change in points: print the delta, not this.
    """
    before = total - delta
    if hundredths(abs(before)) == 0:
        return None
    growth = (total / before - 1) * 100
    return hundredths(abs(growth)) / 100 * (1 if growth >= 0 else -1)
