"""Counting (đếm hồ sơ): the counts of a period as a wide frame, one row a group, from the facts or from the ledger.

`count` works on a frame of facts of any engine Narwhals knows (DuckDB, polars, pandas, Spark); the expressions are those
of statistics.counts, written once.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any, Final, Literal

import narwhals as nw
import numpy as np
import pandas as pd

from ..vocabulary.errors import UsageError
from ..vocabulary.periods import Period
from .counts import COUNTS, Window
from .data import Data, frame

By = Literal["province", "level", "unit", "field", "procedure", "channel"]
Grouping = By | tuple[By, ...]
KEYS: Final[dict[By, list[str]]] = {
    "province": [],
    "level": ["level"],
    "unit": ["unit", "level"],
    "field": ["field", "level"],
    "procedure": ["procedure"],
    "channel": ["channel"],
}
DIMENSIONS: Final = ("unit", "level", "field", "procedure", "channel")
_RENAMED: Final = {"unit": "unit_id", "procedure": "procedure_id"}
_IN_LEDGER: Final = ("province", "level", "unit")


def keys_of(by: Grouping) -> list[str]:
    """The key columns of a grouping; a nested one, ("unit", "field"), has those of each part once.

    Raises UsageError for a word that is none.
    """
    parts = (by,) if isinstance(by, str) else by
    unknown = [part for part in parts if part not in KEYS]
    if unknown:
        raise UsageError(f"không có cách chia nhóm {unknown[0]}", expected=", ".join(KEYS))
    return list(dict.fromkeys(key for part in parts for key in KEYS[part]))


def counted(
    data: Data,
    period: Period,
    by: Grouping = "province",
    names: Collection[str] | None = None,
    summed: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Counts (all of COUNTS, or those named) from the ledger where it suffices, the rest dossier by dossier.

    `summed` is what the ledger gives, where the caller has it already.
    """
    wanted = list(COUNTS) if names is None else [name for name in COUNTS if name in names]
    if by not in _IN_LEDGER:
        return from_facts(data, period, by, wanted)
    daily = [name for name in wanted if COUNTS[name].terms]
    wide = from_ledger(data, period, by, daily) if summed is None else summed
    rest = [name for name in wanted if not COUNTS[name].terms]
    if not rest:
        return wide
    facts, keys = from_facts(data, period, by, rest), keys_of(by)
    return wide.merge(facts, on=keys, how="outer") if keys else wide.join(facts)


def from_facts(
    data: Data, period: Period, by: Grouping = "province", names: Sequence[str] = tuple(COUNTS)
) -> pd.DataFrame:
    """One column a count, one row a group, counted dossier by dossier."""
    return count(data.scan(), period, by, names)


def count(
    facts: Any, period: Period, by: Grouping = "province", names: Sequence[str] = tuple(COUNTS)
) -> pd.DataFrame:
    """The same for a native or Narwhals frame of facts (columns: records.schema.FACTS)."""
    rows = nw.from_native(facts, pass_through=False).lazy()
    window = _with_times(period) if rows.implementation.is_pandas() else period
    keys = [_RENAMED.get(key, key) for key in keys_of(by)]
    each = rows.select(*keys, *[COUNTS[name].each(window).alias(name) for name in names])
    return _grouped(each, keys, [_total(name) for name in names])


def _total(name: str) -> nw.Expr:
    return nw.col(name).median() if COUNTS[name].median else nw.col(name).sum()


def _with_times(period: Period) -> Period:
    # pandas has no DATE column without pyarrow and compares its timestamps with timestamps only.
    return replace(
        period, start=datetime.combine(period.start, time()), end=datetime.combine(period.end, time())
    )


def from_ledger(
    data: Data, period: Period, by: Grouping = "province", names: Sequence[str] = tuple(COUNTS)
) -> pd.DataFrame:
    """The same counts as sums over days of the ledger, for the groupings and counts it serves."""
    served = [name for name in names if COUNTS[name].terms]
    parts = sorted({(column, window) for name in served for _, column, window in COUNTS[name].terms})
    days = _unit_windows(data, period, parts) if by == "unit" else _level_windows(data, period, by, parts)
    sums = days[[f"{column}@{window}" for column, window in parts]].to_numpy("int64")
    counts = pd.DataFrame(sums @ _signs(served, parts), columns=served, index=days.index)
    return pd.concat([days[keys_of(by)], counts], axis=1)


def units_in_parts(data: Data, parts: Sequence[Period], names: Sequence[str]) -> list[pd.DataFrame]:
    """`from_ledger` by unit for each of several periods that follow one another, with one look through the ledger."""
    served = [name for name in names if COUNTS[name].terms]
    terms = sorted({(column, window) for name in served for _, column, window in COUNTS[name].terms})
    columns = sorted({column for column, _ in terms})
    units, steps = _unit_steps(data, parts, columns)
    through, signs = steps.cumsum(axis=1), _signs(served, terms)
    places = [columns.index(column) for column, _ in terms]
    found = []
    for number in range(1, len(parts) + 1):
        sides = {"before": through[:, number - 1], "through": through[:, number], "during": steps[:, number]}
        sums = [sides[window][:, place] for place, (_, window) in zip(places, terms, strict=True)]
        counts = pd.DataFrame(np.column_stack(sums) @ signs, columns=served)
        there = through[:, number, -1] > 0  # the others have no row in the ledger yet
        found.append(pd.concat([units, counts], axis=1)[there].reset_index(drop=True))
    return found


def _unit_steps(data: Data, parts: Sequence[Period], columns: Sequence[str]) -> tuple[pd.DataFrame, Any]:
    """The units (unit, level) and their sums: units × (before the first part, the first, …) × (columns, rows added up)."""
    ends = [parts[0].start - timedelta(1), *(part.end for part in parts)]
    step = nw.sum_horizontal(*[(nw.col("day") > end).cast(nw.Int64) for end in ends[:-1]]).alias("step")
    rows = data.ledger().filter(nw.col("day") <= ends[-1]).select("unit_id", "level", step, *columns)
    sums = [nw.col(column).sum().cast(nw.Int64) for column in columns]
    table = frame(rows.group_by("unit_id", "level", "step").agg(*sums, nw.len().cast(nw.Int64).alias("rows")))
    units = table[["unit_id", "level"]].drop_duplicates(ignore_index=True)
    which = units.assign(place=range(len(units))).merge(table, on=["unit_id", "level"], how="right")
    steps = np.zeros((len(units), len(ends), len(columns) + 1), dtype="int64")
    steps[which["place"], which["step"]] = table[[*columns, "rows"]].to_numpy("int64")
    return keyed(units), steps


def _signs(names: Sequence[str], parts: Sequence[tuple[str, Window]]) -> Any:
    """How often each sum of the ledger enters each count: parts × counts."""
    signs = np.zeros((len(parts), len(names)), dtype="int64")
    for at, name in enumerate(names):
        for sign, column, window in COUNTS[name].terms:
            signs[parts.index((column, window)), at] += sign
    return signs


def _level_windows(
    data: Data, period: Period, by: Grouping, parts: Sequence[tuple[str, Window]]
) -> pd.DataFrame:
    """Sums by level, or of the whole province, from the days the data object keeps."""
    sums = data.days.sums(period, parts)
    named = pd.DataFrame(
        [sums[level] for level in sorted(sums)],
        columns=[f"{column}@{window}" for column, window in parts],
        dtype="int64",
    )
    if by != "level":
        return named.sum().to_frame().T
    return named.assign(level=pd.Series(sorted(sums), dtype="object"))


def _unit_windows(data: Data, period: Period, parts: Sequence[tuple[str, Window]]) -> pd.DataFrame:
    tests = {"before": nw.col("day") < period.start, "during": nw.col("day") >= period.start}
    chosen = [
        (
            nw.when(tests[window]).then(nw.col(column)).otherwise(0) if window in tests else nw.col(column)
        ).alias(f"{column}@{window}")
        for column, window in parts
    ]
    rows = data.ledger().filter(nw.col("day") <= period.end).select("unit_id", "level", *chosen)
    sums = [nw.col(f"{column}@{window}").sum() for column, window in parts]
    return _grouped(rows, ["unit_id", "level"], sums)


def _grouped(rows: nw.LazyFrame[Any], keys: Sequence[str], sums: Sequence[nw.Expr]) -> pd.DataFrame:
    grouped = rows.group_by(*keys).agg(*sums) if keys else rows.select(*sums)
    table = keyed(frame(grouped))
    for name in table.columns.difference(list(DIMENSIONS)):
        if name in COUNTS and COUNTS[name].median:
            table[name] = table[name].astype("Float64").to_numpy("float64", na_value=np.nan)
        else:
            table[name] = table[name].fillna(0).astype("int64")
    return table


def keyed(table: pd.DataFrame) -> pd.DataFrame:
    """A frame with its key columns under our names, as objects with None where nothing was given, on every engine."""
    table = table.rename(columns={renamed: key for key, renamed in _RENAMED.items()})
    for key in table.columns.intersection(list(DIMENSIONS)):
        table[key] = table[key].astype("object").where(table[key].notna(), None)
    return table
