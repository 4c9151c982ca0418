"""Ranks over time (diễn biến thứ hạng): never one axis for 63 and 34 provinces.

10th of 63 is not 10th of 34. Within an era ranks may be compared; across the border only the share of the others a place
is not behind of (vị trí phần trăm) is told, and a line is broken there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from ..vocabulary.errors import UsageError
from ..vocabulary.periods import Period

COLUMNS: Final = ("period", "era", "rank", "of", "printed", "percentile", "breaks", "change")


@dataclass(frozen=True)
class RankPoint:
    """A rank of a period among `of`; None where it was not ranked. UsageError for a rank that cannot be."""

    period: Period
    rank: int | None
    of: int

    def __post_init__(self) -> None:
        if self.rank is not None and not 1 <= self.rank <= self.of:
            raise UsageError(
                f"không có hạng {self.rank}/{self.of}", where=self.period.id, expected="từ 1 đến tổng số"
            )

    @property
    def printed(self) -> str | None:
        """ "10/63": a rank is never told without its total."""
        return None if self.rank is None else f"{self.rank}/{self.of}"

    @property
    def percentile(self) -> float | None:
        """The share of the others not placed ahead of it: 1 for the first, 0 for the last; 10/63 is 53/62."""
        if self.rank is None or self.of < 2:
            return None
        return (self.of - self.rank) / (self.of - 1)


def change(earlier: RankPoint, later: RankPoint) -> int | None:
    """Places gained (positive: up) within one era; None where one is not ranked.

    Raises UsageError across 1/7/2025: 63 and 34 provinces have no common rank axis; compare `percentile`.
    """
    if earlier.period.era != later.period.era:
        raise UsageError(
            f"không so hạng {earlier.printed} với hạng {later.printed}",
            where=f"{earlier.period.id}, {later.period.id}",
            expected="hai kỳ cùng hệ 63 hoặc cùng hệ 34 tỉnh, thành phố",
            remedy="so vị trí phần trăm",
        )
    return None if earlier.rank is None or later.rank is None else earlier.rank - later.rank


def rank_series(points: Sequence[RankPoint]) -> pd.DataFrame:
    """Ranks in the order given (columns COLUMNS); `breaks` marks the first of another era, which has no `change`."""
    rows = []
    for before, point in zip([None, *points[:-1]], points, strict=True):
        breaks = before is not None and before.period.era != point.period.era
        moved = None if before is None or breaks else change(before, point)
        rows.append(
            (
                point.period.id,
                point.period.era,
                point.rank,
                point.of,
                point.printed,
                point.percentile,
                breaks,
                moved,
            )
        )
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.astype({"rank": "Int64", "change": "Int64"})
