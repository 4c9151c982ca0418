"""Ranks (xếp hạng, xếp thứ): equal values share a rank and the places after them stay empty, 1, 2, 2, 4."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

import pandas as pd

RANKED_FROM: Final = 10
"""Dossiers under a rate from which a unit is ranked: below, one dossier moves the rate by more than ten points."""


Value = int | float | Decimal | Fraction


def rank(values: Sequence[Value | None], descending: bool = True) -> list[int | None]:
    """The competition rank of each value, in the order given; None for what is missing (None, NaN) and takes no place.

    The highest value is first, or the lowest when not `descending`. Values are compared as they are: fractions exactly,
    scores as rounded by the caller.
    """
    known: list[Any] = sorted(value for value in values if not _missing(value))
    return [None if _missing(value) else 1 + _better(known, value, descending) for value in values]


def _missing(value: Any) -> bool:
    return value is None or bool(pd.isna(value))


def _better(known: list[Any], value: Any, descending: bool) -> int:
    """How many of the sorted values come before this one."""
    return len(known) - bisect_right(known, value) if descending else bisect_left(known, value)
