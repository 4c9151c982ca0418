"""The days of the ledger added up (lũy kế theo ngày): a window of a province or level is the difference of two rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from ..vocabulary.periods import Period

Part = tuple[str, str]
"""A column of the ledger and its window (counts.Window)."""


@dataclass(frozen=True)
class Days:
    """By level: its days in order, and the sums of all columns over the first 0, 1, 2 … of them (whole numbers)."""

    columns: Mapping[str, int]
    by_level: Mapping[str, tuple[npt.NDArray[Any], npt.NDArray[np.int64]]]

    @classmethod
    def of(cls, totals: pl.DataFrame) -> Days:
        """Of the ledger by level and day (columns and order of records.ledger.totals)."""
        levels, days = totals["level"].to_list(), totals["day"].to_numpy()
        counts = totals.drop("level", "day")
        numbers = counts.to_numpy()
        ends = [0, *accumulate(len(list(run)) for _, run in groupby(levels))]
        added = {
            levels[first]: (days[first:end], _added(numbers[first:end]))
            for first, end in pairwise(ends)
            if levels[first] is not None
        }
        return cls({name: i for i, name in enumerate(counts.columns)}, added)

    def sums(self, period: Period, parts: Sequence[Part]) -> dict[str, list[int]]:
        """The sum of each part by level; a level without any event in a window has zeros."""
        columns = [self.columns[column] for column, _ in parts]
        return {
            level: [int(one) for one in _windows(*added, period, columns, parts)]
            for level, added in self.by_level.items()
        }


def _added(counts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    sums = np.zeros((len(counts) + 1, counts.shape[1]), dtype="int64")
    np.cumsum(counts, axis=0, out=sums[1:])
    return sums


def _windows(
    days: npt.NDArray[Any],
    sums: npt.NDArray[np.int64],
    period: Period,
    columns: list[int],
    parts: Sequence[Part],
) -> list[Any]:
    start, end = (np.datetime64(day, "D") for day in (period.start, period.end))
    before, through = sums[np.searchsorted(days, start)], sums[np.searchsorted(days, end, "right")]
    found = {"before": before, "through": through, "during": through - before}
    return [found[window][at] for at, (_, window) in zip(columns, parts, strict=True)]
