"""The days of the ledger added up (lũy kế theo ngày): a window of a province or level is the difference of two rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate, groupby, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from ..vocabulary.periods import Period

Counts = npt.NDArray[np.int64]
Part = tuple[str, str]
"""A column of the ledger and its window (counts.Window)."""


@dataclass
class Days:
    """By level: its days in order, and the counts of all columns on each of them (whole numbers).

    Who asks for one window adds up its days; who asks for more gets the sums over the first 0, 1, 2 … days, made once.
    """

    columns: Mapping[str, int]
    by_level: Mapping[str, tuple[npt.NDArray[Any], Counts]]
    _asked: bool = field(default=False, init=False, repr=False)

    @classmethod
    def of(cls, totals: pl.DataFrame) -> Days:
        """Of the ledger by level and day (columns and order of records.ledger.scan_totals): a day may stand there again."""
        levels, days = totals["level"].to_list(), totals["day"].to_numpy()
        counts = totals[[name for name in totals.columns if name not in ("level", "day")]]
        numbers = counts.to_numpy()
        ends = [0, *accumulate(len(list(run)) for _, run in groupby(levels))]
        found = {
            levels[first]: (days[first:end], numbers[first:end])
            for first, end in pairwise(ends)
            if levels[first] is not None
        }
        return cls({name: i for i, name in enumerate(counts.columns)}, found)

    def sums(self, period: Period, parts: Sequence[Part]) -> dict[str, list[int]]:
        """The sum of each part by level; a level without any event in a window has zeros."""
        again, self._asked = self._asked, True
        columns = [self.columns[column] for column, _ in parts]
        found = {}
        for level, (days, counts) in self.by_level.items():
            start, end = (np.datetime64(day, "D") for day in (period.start, period.end))
            first, last = int(np.searchsorted(days, start)), int(np.searchsorted(days, end, "right"))
            windows = _between(self._added[level], first, last) if again else _added_up(counts, first, last)
            found[level] = [int(windows[window][at]) for at, (_, window) in zip(columns, parts, strict=True)]
        return found

    @cached_property
    def _added(self) -> dict[str, Counts]:
        return {level: _from_the_first_on(counts) for level, (_, counts) in self.by_level.items()}


def _from_the_first_on(counts: Counts) -> Counts:
    sums = np.zeros((len(counts) + 1, counts.shape[1]), dtype="int64")
    np.cumsum(counts, axis=0, out=sums[1:])
    return sums


def _between(sums: Counts, first: int, last: int) -> dict[str, Counts]:
    return {"before": sums[first], "through": sums[last], "during": sums[last] - sums[first]}


def _added_up(counts: Counts, first: int, last: int) -> dict[str, Counts]:
    before, during = counts[:first].sum(axis=0), counts[first:last].sum(axis=0)
    return {"before": before, "through": before + during, "during": during}
