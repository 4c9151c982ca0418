"""The results (kết quả): one long, tidy table of counts and indicators of a period.

By province, level, unit, field, procedure or channel, or by a nesting of them such as ("unit", "field"); by time in
statistics.timeline. Columns: indicator, variant (null for counts), province, unit, level, field, procedure, channel,
period, numerator, denominator, value, source; null where the grouping does not tell them apart. A count's value is its
numerator; a rate without a denominator has no value, never 0; a median has no numerator. Rates and averages add up
through their numerators and denominators only.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from ..vocabulary.periods import Period
from . import procedures
from .counting import DIMENSIONS, By, Grouping, counted, from_facts, from_ledger, keys_of, units_in_parts
from .counts import COUNTS
from .data import Data
from .definitions import CountWords, Indicator, definitions_on
from .procedures import PROCEDURE_COUNTS

__all__ = ["COLUMNS", "By", "Grouping", "from_facts", "from_ledger", "recomputed", "results", "tidy", "wide"]

COLUMNS: Final = (
    "indicator", "variant", "province", *DIMENSIONS, "period", "numerator", "denominator", "value", "source",
)  # fmt: skip
MINUTES_A_DAY: Final = 480
"""Handling time is measured in office minutes, eight hours a working day."""


def results(
    data: Data, period: Period, by: Grouping = "province", indicators: Collection[str] | None = None
) -> pd.DataFrame:
    """Counts and indicators of a period, from the ledger where it suffices; of some ids only where asked."""
    asked = None if indicators is None else tuple(sorted(indicators))
    return data.kept(
        ("results", period.id, str(period.start), str(period.end), by, asked),
        lambda: tidy(wide(data, period, by, indicators), data, period, by, indicators),
    )


def recomputed(
    data: Data, period: Period, by: Grouping = "province", indicators: Collection[str] | None = None
) -> pd.DataFrame:
    """The same table straight from the facts, for `hoso verify`."""
    needed = _needed(indicators, period)
    counts = from_facts(data, period, by, [name for name in COUNTS if name in needed])
    return tidy(_with_procedures(counts, needed, data, period, by), data, period, by, indicators)


def wide(
    data: Data, period: Period, by: Grouping = "province", indicators: Collection[str] | None = None
) -> pd.DataFrame:
    """The counts behind the results, one column a count (COUNTS and PROCEDURE_COUNTS), one row a group."""
    needed = _needed(indicators, period)
    return _with_procedures(counted(data, period, by, needed), needed, data, period, by)


def wides(
    data: Data, parts: Sequence[Period], by: Grouping, indicators: Collection[str] | None = None
) -> list[pd.DataFrame]:
    """`wide` of each of several periods that follow one another; by unit the ledger is gone through once for all."""
    if by != "unit":
        return [wide(data, part, by, indicators) for part in parts]
    needed = [_needed(indicators, part) for part in parts]
    names = [name for name in COUNTS if any(name in each for each in needed) and COUNTS[name].terms]
    tables = []
    for part, own, summed in zip(parts, needed, units_in_parts(data, parts, names), strict=True):
        kept = summed[[*keys_of(by), *(name for name in names if name in own)]]
        tables.append(_with_procedures(counted(data, part, by, own, kept), own, data, part, by))
    return tables


def _needed(indicators: Collection[str] | None, period: Period) -> set[str]:
    """The counts that indicators are made of."""
    if indicators is None:
        return {*COUNTS, *PROCEDURE_COUNTS}
    used = [i for i in definitions_on(period.end).indicators if i.id in indicators]
    return {*indicators, *(part for i in used for part in (i.numerator, i.denominator))}


def _with_procedures(
    counts: pd.DataFrame, needed: set[str], data: Data, period: Period, by: Grouping
) -> pd.DataFrame:
    """The counts with all units of the province, and with those of procedures where the grouping has them."""
    table = _with_all_units(counts, data) if by == "unit" else counts
    if not needed & set(PROCEDURE_COUNTS) or not procedures.countable(by):
        return table
    found, keys = procedures.counted(data, period, by), keys_of(by)
    if not keys:
        return table.join(found, how="cross")
    merged = table.merge(found, on=keys, how="left")
    if len(data.procedures(period.end)):
        merged[list(PROCEDURE_COUNTS)] = merged[list(PROCEDURE_COUNTS)].fillna(0)
    return merged


def _with_all_units(counts: pd.DataFrame, data: Data) -> pd.DataFrame:
    """Units without any dossier are there with zeros."""
    known = data.units.loc[:, ["unit", "level"]]
    merged = known.merge(counts.drop(columns="level"), on="unit", how="outer")
    sums = [name for name in merged.columns if name in COUNTS and not COUNTS[name].median]
    whole = merged[sums].fillna(0).astype("int64")
    return pd.concat([merged.drop(columns=sums), whole], axis=1)[merged.columns]  # at once, not by column


def tidy(
    counts: pd.DataFrame,
    data: Data,
    period: Period,
    by: Grouping = "province",
    indicators: Collection[str] | None = None,
) -> pd.DataFrame:
    """Wide counts as the results table; a `period` column of theirs, where they have one, is kept."""
    known, columns = definitions_on(period.end), set(counts.columns)
    entries: list[CountWords | Indicator] = [w for w in known.counts.values() if w.id in columns]
    entries += [i for i in known.indicators if {i.numerator, i.denominator} <= columns]
    entries = [entry for entry in entries if indicators is None or entry.id in indicators]
    parts = [_fraction(counts, entry) for entry in entries]
    places = np.tile(np.arange(len(counts)), len(entries))
    table = counts.drop(columns=[name for name in columns if name not in (*DIMENSIONS, "period")]).iloc[
        places
    ]
    table = table.reset_index(drop=True).assign(
        indicator=np.repeat([entry.id for entry in entries], len(counts)),
        variant=np.repeat(
            np.array([getattr(e, "variant", None) for e in entries], dtype="object"), len(counts)
        ),
        **{
            name: np.concatenate([part[i] for part in parts])
            for i, name in enumerate(("numerator", "denominator", "value"))
        },
        province=data.province.slug,
        source=f"facts@{data.version}",
    )
    if "period" not in table:
        table["period"] = period.id
    return _sorted(table.reindex(columns=list(COLUMNS)), by)


def _sorted(table: pd.DataFrame, by: Grouping) -> pd.DataFrame:
    keys = keys_of(by)
    return table.sort_values(keys, kind="stable", ignore_index=True) if keys else table


def _fraction(counts: pd.DataFrame, entry: CountWords | Indicator) -> tuple[Any, Any, Any]:
    """Numerator, denominator and value of one count or indicator in every group."""
    missing = np.full(len(counts), np.nan)
    if isinstance(entry, CountWords):
        top = counts[entry.id].to_numpy("float64")
        return top, missing, top
    top, bottom = (counts[name].to_numpy("float64") for name in (entry.numerator, entry.denominator))
    unit = MINUTES_A_DAY if entry.measure == "days" else 1
    if entry.numerator in COUNTS and COUNTS[entry.numerator].median:
        return missing, bottom, top / unit
    return top, bottom, np.divide(top, bottom, out=missing, where=bottom > 0) / unit
