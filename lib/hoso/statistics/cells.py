"""Single cells of the results (từng số liệu): the rows of a few indicators of a province or its levels, without a table.

A report prints some fifty of them, each with its past; statistics.results makes a whole frame for each. Both add up the same
whole numbers and divide them once, so they agree to the last digit (tests hold it for every count and indicator).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ..vocabulary.periods import Period
from .counting import By
from .counts import COUNTS
from .data import Data
from .definitions import CountWords, Indicator, definitions_on
from .results import COLUMNS, MINUTES_A_DAY, results
from .rows import records

Entry = CountWords | Indicator


def rows_of(data: Data, period: Period, by: By, indicators: Collection[str]) -> list[dict[str, Any]]:
    """The rows of `results` as dictionaries (rows.records)."""
    entries = _entries(period, indicators)
    names = {name for entry in entries for name in _parts(entry)}
    if by not in ("province", "level") or not all(name in COUNTS and COUNTS[name].terms for name in names):
        return records(results(data, period, by, indicators))
    groups = _counts(data, period, by, names)
    return [_row(data, period, level, entry, counts) for level, counts in groups.items() for entry in entries]


def _entries(period: Period, indicators: Collection[str]) -> list[Entry]:
    known, asked = definitions_on(period.end), frozenset(indicators)
    counts = [words for words in known.counts.values() if words.id in asked]
    return [*counts, *(entry for entry in known.indicators if entry.id in asked)]


def _parts(entry: Entry) -> tuple[str, ...]:
    return (entry.id,) if isinstance(entry, CountWords) else (entry.numerator, entry.denominator)


def _counts(data: Data, period: Period, by: By, names: Collection[str]) -> dict[str | None, dict[str, int]]:
    """The counts by level, or of the province under None."""
    parts = sorted({(column, window) for name in names for _, column, window in COUNTS[name].terms})
    sums = data.days.sums(period, parts)
    found: dict[str | None, list[int]] = {level: sums[level] for level in sorted(sums)}
    if by == "province":
        none = [0] * len(parts)  # where nothing ever happened
        found = {None: [sum(column) for column in zip(none, *sums.values(), strict=True)]}
    return {level: _signed(names, dict(zip(parts, values, strict=True))) for level, values in found.items()}


def _signed(names: Collection[str], sums: dict[tuple[str, Any], int]) -> dict[str, int]:
    return {
        name: sum(sign * sums[column, window] for sign, column, window in COUNTS[name].terms)
        for name in names
    }


def _row(
    data: Data, period: Period, level: str | None, entry: Entry, counts: dict[str, int]
) -> dict[str, Any]:
    top, *rest = (float(counts[name]) for name in _parts(entry))
    bottom = rest[0] if rest else None
    value: float | None = top
    if isinstance(entry, Indicator):
        minutes = MINUTES_A_DAY if entry.measure == "days" else 1
        value = top / bottom / minutes if bottom else None
    told = {
        "indicator": entry.id, "variant": getattr(entry, "variant", None), "province": data.province.slug,
        "level": level, "period": period.id, "numerator": top, "denominator": bottom, "value": value,
        "source": f"facts@{data.version}",
    }  # fmt: skip
    return dict.fromkeys(COLUMNS) | told
