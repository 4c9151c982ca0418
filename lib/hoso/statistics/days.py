"""The days of the ledger added up (lũy kế theo ngày): a window of a province or level is the difference of two rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..vocabulary.periods import Period

Part = tuple[str, str]
"""A column of the ledger and its window (counts.Window)."""


@dataclass(frozen=True)
class Days:
    """By level: its days in order, and the sums of all columns over the first 0, 1, 2 … of them (whole numbers)."""

    columns: Mapping[str, int]
    by_level: Mapping[str, tuple[npt.NDArray[Any], npt.NDArray[np.int64]]]

    @classmethod
    def of(cls, daily: pd.DataFrame) -> Days:
        """Of the ledger by level and day (Data.daily)."""
        names = [name for name in daily.columns if name not in ("level", "day")]
        levels = {
            str(level): _added(rows.sort_values("day", kind="stable"), names)
            for level, rows in daily.groupby("level")
        }
        return cls({name: i for i, name in enumerate(names)}, levels)

    def sums(self, period: Period, parts: Sequence[Part]) -> dict[str, list[int]]:
        """The sum of each part by level; a level without any event in a window has zeros."""
        columns = [self.columns[column] for column, _ in parts]
        return {
            level: [int(one) for one in _windows(*added, period, columns, parts)]
            for level, added in self.by_level.items()
        }


def _added(rows: pd.DataFrame, names: list[str]) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64]]:
    counts = rows[names].to_numpy("int64")
    sums = np.zeros((len(counts) + 1, len(names)), dtype="int64")
    np.cumsum(counts, axis=0, out=sums[1:])
    return rows["day"].to_numpy("datetime64[D]"), sums


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
