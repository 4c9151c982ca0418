"""Rows of a results table as plain dictionaries: their key, their exact value, and the values of an earlier period."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

import pandas as pd

from ..vocabulary.errors import UsageError
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


def packed(rows: Iterable[Row], by: str | None) -> dict[Any, bytes]:
    """Rows by what a column of theirs says (None: all together), each group as bytes: who needs one opens that one only."""
    groups: dict[Any, list[Row]] = {}
    for row in rows:
        groups.setdefault(row[by] if by else None, []).append(row)
    return {name: pickle.dumps(group, pickle.HIGHEST_PROTOCOL) for name, group in groups.items()}


def opened(group: bytes | None) -> list[Row]:
    """The rows of a packed group; none where there is no such group."""
    rows: list[Row] = pickle.loads(group) if group else []
    return rows


def by_name(found: Sequence[Row], group: str | None) -> dict[tuple[Any, Any], Row]:
    """Rows of one group by indicator and variant. UsageError where a unit is there twice: each row is but a part."""
    named = {(row["indicator"], row["variant"]): row for row in found}
    if len(named) != len(found):
        raise UsageError(
            f"hồ sơ của {group} được ghi ở hơn một cấp", expected="mỗi đơn vị một cấp; nạp lại tệp của đơn vị"
        )
    return named


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
