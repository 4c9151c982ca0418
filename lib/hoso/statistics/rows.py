"""Rows of a results table as plain dictionaries: their key, their exact value, and the values of an earlier period."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

import pandas as pd

from ..vocabulary.periods import Period
from .counting import DIMENSIONS
from .results import COLUMNS

Row = Mapping[str, Any]
KEY: Final = ("indicator", "variant", "province", *DIMENSIONS)
_CLOSE: Final = Fraction(1, 10**9)


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table with the columns of the results, each as a dictionary; what is missing is None."""
    plain = table.reindex(columns=list(COLUMNS)).astype("object")
    return [
        dict(zip(COLUMNS, row, strict=True)) for row in plain.where(plain.notna(), None).to_numpy().tolist()
    ]


def key(row: Row) -> tuple[Any, ...]:
    """What a row is of: indicator, variant, province, unit, level and the parts of its dossiers."""
    return tuple(row[name] for name in KEY)


def exact(row: Row) -> Fraction | None:
    """The value of a row as it is: the fraction where it has one, else the number others printed; None without."""
    top, bottom, value = (fraction(row[name]) for name in ("numerator", "denominator", "value"))
    if top is None or bottom is None:
        return top if value is None and row["variant"] is None else value
    if bottom == 0:
        return None
    # A score of 82,89/100 is 82,89 points, and minutes over dossiers are days: no rate.
    return top / bottom if value is None or abs(top / bottom - value) < _CLOSE else value


def fraction(value: Any) -> Fraction | None:
    """A number of a row exactly: a float as the shortest decimal that stands for it."""
    if value is None:
        return None
    return Fraction(int(value)) if int(value) == value else Fraction(repr(float(value)))


@dataclass(frozen=True)
class Past:
    """The values of an earlier period by indicator, variant, province and the dimensions of the results."""

    values: Mapping[tuple[Any, ...], Fraction] = field(default_factory=dict)

    @classmethod
    def of(cls, table: pd.DataFrame | None, period: Period) -> Past:
        """Of a results table of an earlier period; empty where there is nothing to compare with.

        That is: no table, or another era, whose units are not the same. Zero is a past like any other number.
        """
        if table is None or not len(table):
            return cls()
        if Period.parse(str(table["period"].iloc[0])).era != period.era:
            return cls()
        return cls({key(row): value for row in records(table) if (value := exact(row)) is not None})
