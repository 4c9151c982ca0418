"""The identities of form II.06a, held for every row of a results table (TT 01/2020/TT-VPCP, columns 3 to 13)."""

from __future__ import annotations

from typing import Final

import pandas as pd

from ..vocabulary.numbers import number
from ..vocabulary.periods import Period

IDENTITIES: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("received", ("received_online", "received_direct", "received_postal", "carried_over")),
    ("received", ("resolved", "pending")),
    ("resolved", ("early", "punctual", "late")),
    ("pending", ("pending_in_time", "overdue")),
)


def differences(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of a results table whose identities fail: the keys, whole, parts (names), total and sum."""
    counts = table[table["variant"].isna()]
    keys = [key for key in ("unit", "level", "field") if counts[key].notna().any()]
    named = counts[keys].fillna("").agg(" · ".join, axis=1) if keys else "toàn tỉnh"
    wide = counts.assign(key=named).pivot(index="key", columns="indicator", values="numerator")
    found = []
    for whole, parts in IDENTITIES:
        sums = wide[list(parts)].sum(axis=1)
        wrong = wide[wide[whole] != sums]
        found += [(key, whole, parts, wide.at[key, whole], sums[key]) for key in wrong.index]
    return pd.DataFrame(found, columns=["key", "whole", "parts", "total", "sum"])


def broken(table: pd.DataFrame, period: Period) -> list[str]:
    """One Vietnamese line for each identity that fails, for page 1; none when all hold."""
    counts = table[table["variant"].isna()]
    negative = counts.loc[counts["numerator"] < 0, "indicator"].unique()
    return [f"Số liệu {period.label} không khớp: {name} âm" for name in negative] + [
        f"Số liệu {period.label} không khớp: {whole} là {number(total)}, tổng các phần là {number(parts)} ({key})"
        for key, whole, _, total, parts in differences(table).itertuples(index=False, name=None)
    ]
