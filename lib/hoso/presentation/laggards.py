"""The units with the lowest rates (đơn vị thấp nhất): as rows for a chart, and as the words of a sentence.

Units with few dossiers are not ranked, and units that stand equal are named together: none of them is "the lowest".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import pandas as pd

from ..statistics.ranks import RANKED_FROM
from .figures import Figure, Phrase

_TOGETHER: Final = 5  # of units that stand equal a sentence names so many


def ordered(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows that are ranked, lowest first; of equals the one with more dossiers."""
    ranked = rows[rows["denominator"] >= RANKED_FROM]
    chosen = ranked.sort_values(["value", "denominator"], ascending=[True, False], kind="stable")
    return chosen.reset_index(drop=True)


def comparable(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows where there is something to compare: at least two units that do not all stand equal; else none."""
    return rows if rows["value"].nunique() > 1 else rows.head(0)


def named(rows: pd.DataFrame, count: int, figure: Callable[[pd.Series[Any]], Figure]) -> list[Phrase]:
    """About `count` rows from the top, equals together: "Sở A (81,2%)"; "Sở B, Sở C (cùng 83,0%)"."""
    found: list[Phrase] = []
    told = 0
    for names, shown in _groups(rows, figure):
        if told >= count:
            break
        found.append(_phrase(names, shown))
        told += min(len(names), _TOGETHER)
    return found


def _groups(
    rows: pd.DataFrame, figure: Callable[[pd.Series[Any]], Figure]
) -> Iterator[tuple[list[str], Figure]]:
    for _, equals in rows.groupby("value", sort=False):
        yield list(equals["name"]), figure(equals.iloc[0])


def _phrase(names: list[str], shown: Figure) -> Phrase:
    if len(names) == 1:
        return Phrase((names[0], " (", shown, ")"))
    if len(names) <= _TOGETHER:
        return Phrase((", ".join(names), " (cùng ", shown, ")"))
    return Phrase((", ".join(names[:_TOGETHER]), " và các đơn vị khác cùng tỷ lệ (", shown, ")"))
