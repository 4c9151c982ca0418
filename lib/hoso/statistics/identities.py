"""The identities that hold for every row of a results table, and between tables.

Form II.06a (TT 01/2020/TT-VPCP, columns 3 to 13), the ageing of late and overdue dossiers, the progress table of QĐ 766;
parts add up to their whole (units, fields, channels …), and what is pending at the end of a period is carried over into
the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import pandas as pd

from ..records.daily import BANDS
from ..vocabulary.numbers import number
from ..vocabulary.periods import Period
from .counting import DIMENSIONS
from .definitions import definitions

_AGES: Final = (*(f"{first}_{end - 1}" for first, end in pairwise(BANDS)), f"over_{BANDS[-1] - 1}")
IDENTITIES: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("received", ("received_online", "received_direct", "received_postal", "carried_over")),
    ("received", ("received_in_period", "carried_over")),
    ("received", ("resolved", "pending")),
    ("resolved", ("early", "punctual", "late")),
    ("on_time", ("early", "punctual")),
    ("pending", ("pending_in_time", "overdue")),
    ("overdue", tuple(f"overdue_{age}" for age in _AGES)),
    ("late", tuple(f"late_{age}" for age in _AGES)),
    ("received", ("resolved", "running", "waiting")),
    ("resolved", ("early_by_clock", "punctual_by_clock", "late_by_clock")),
    ("running", ("running_in_time", "running_late")),
)
HELD: Final = tuple(dict.fromkeys(name for whole, parts in IDENTITIES for name in (whole, *parts)))
"""The counts the identities are about."""


def differences(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of a results table whose identities fail: the keys, whole, parts (names), total and sum."""
    counts = table[table["variant"].isna()]
    keys = [key for key in (*DIMENSIONS, "period") if counts[key].notna().any() and _tells(counts, key)]
    named = counts[keys].fillna("").agg(" · ".join, axis=1) if keys else "toàn tỉnh"
    wide = counts.assign(key=named).pivot(index="key", columns="indicator", values="numerator")
    found = []
    for whole, parts in IDENTITIES:
        if {whole, *parts} <= set(wide.columns):
            totals, sums = wide[whole], wide[list(parts)].sum(axis=1)
            wrong = totals[totals != sums].index
            found += [(key, whole, parts, int(totals[key]), int(sums[key])) for key in wrong]
    return pd.DataFrame(found, columns=["key", "whole", "parts", "total", "sum"])


def _tells(counts: pd.DataFrame, key: str) -> bool:
    """A period is a key only where the table holds several."""
    return key != "period" or counts["period"].nunique() > 1


def apart(whole: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """Counts of dossiers whose parts (units, levels, fields, procedures, channels) do not add up: indicator, total, sum."""
    totals, sums = (_sums(table) for table in (whole, parts))
    return _unequal(totals, sums.reindex(totals.index).fillna(0))


def unchained(table: pd.DataFrame) -> pd.DataFrame:
    """Periods that follow each other (statistics.timeline) and do not hand over what is pending: indicator, total, sum."""
    counts = table[table["variant"].isna()]
    by_period = {
        name: counts[counts["indicator"] == name].groupby("period", sort=False)["numerator"].sum()
        for name in ("pending", "carried_over")
    }
    carried = by_period["carried_over"].iloc[1:]
    handed = by_period["pending"].iloc[:-1].set_axis(carried.index)
    return _unequal(handed, carried)


def _sums(table: pd.DataFrame) -> pd.Series[float]:
    additive = [words.id for words in definitions().counts.values() if words.origin == "facts"]
    counts = table[table["variant"].isna() & table["indicator"].isin(additive)]
    return counts.groupby("indicator")["numerator"].sum()


def _unequal(totals: pd.Series[float], sums: pd.Series[float]) -> pd.DataFrame:
    wrong = totals[totals != sums].index
    rows = [(name, int(totals[name]), int(sums[name])) for name in wrong]
    return pd.DataFrame(rows, columns=["indicator", "total", "sum"])


def broken(table: pd.DataFrame, period: Period, parts: Sequence[pd.DataFrame] = ()) -> list[str]:
    """One Vietnamese line for each identity that fails, for page 1; none when all hold.

    `parts`: further results tables of the period whose counts must add up to the first one's.
    """
    counts = table[table["variant"].isna()]
    negative = counts.loc[counts["numerator"] < 0, "indicator"].unique()
    told = [f"{name} âm" for name in negative]
    told += [
        f"{whole} là {number(total)}, tổng các phần là {number(parts_sum)} ({key})"
        for key, whole, _, total, parts_sum in differences(table).itertuples(index=False, name=None)
    ]
    told += [
        f"{name} là {number(total)}, cộng các đơn vị, lĩnh vực là {number(found)}"
        for part in parts
        for name, total, found in apart(table, part).itertuples(index=False, name=None)
    ]
    return [f"Số liệu {period.label} không khớp: {text}" for text in told]
