"""The results (kết quả): one long, tidy table of counts and rates, for a province, its levels, units or fields.

Columns: indicator, variant (null for counts), province, unit, level, field, period, numerator, denominator, value, source.
A count's value is its numerator; a rate without a denominator has no value, never 0. Rates add up through their
numerators and denominators only.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final, Literal

import narwhals as nw
import pandas as pd

from ..records.ledger import COLUMNS as LEDGER_COLUMNS
from ..vocabulary.periods import Period
from .counts import COUNTS, Term
from .data import Data, frame
from .definitions import definitions

By = Literal["province", "level", "unit", "field"]
COLUMNS: Final = (
    "indicator", "variant", "province", "unit", "level", "field", "period", "numerator", "denominator", "value", "source",
)  # fmt: skip
KEYS: Final[dict[By, list[str]]] = {
    "province": [],
    "level": ["level"],
    "unit": ["unit", "level"],
    "field": ["field", "level"],
}
_RENAMED: Final = {"unit": "unit_id"}


def results(data: Data, period: Period, by: By = "province") -> pd.DataFrame:
    """Counts and rates of a period, from the ledger where it suffices (province, level, unit), else from the facts."""
    counts = from_facts(data, period, by) if by == "field" else from_ledger(data, period, by)
    return tidy(counts, data, period, by)


def recomputed(
    data: Data, period: Period, by: By = "province", indicators: Collection[str] | None = None
) -> pd.DataFrame:
    """The same table straight from the facts, for `hoso verify`; of some indicators only where asked."""
    return tidy(from_facts(data, period, by, _needed(indicators)), data, period, by)


def _needed(indicators: Collection[str] | None) -> list[str]:
    """The counts that indicators are made of."""
    if indicators is None:
        return list(COUNTS)
    parts = {
        part for i in definitions().indicators if i.id in indicators for part in (i.numerator, i.denominator)
    }
    return [name for name in COUNTS if name in indicators or name in parts]


def from_facts(data: Data, period: Period, by: By, names: Sequence[str] = tuple(COUNTS)) -> pd.DataFrame:
    """One column a count, one row a group, counted dossier by dossier."""
    keys = [_RENAMED.get(key, key) for key in KEYS[by]]
    sums = [COUNTS[name].test(period).cast(nw.Int64).sum().cast(nw.Int64).alias(name) for name in names]
    return _grouped(data.facts(), keys, sums)


def from_ledger(data: Data, period: Period, by: By) -> pd.DataFrame:
    """The same counts as sums over days of the ledger."""
    keys = KEYS[by]
    days = _unit_windows(data, period) if by == "unit" else _level_windows(data, period, keys)
    counts = {name: sum(_term(days, term) for term in count.terms) for name, count in COUNTS.items()}
    return pd.concat([days[keys], pd.DataFrame(counts, index=days.index)], axis=1)


def _level_windows(data: Data, period: Period, keys: list[str]) -> pd.DataFrame:
    """Sums before and during the period by level, or of the whole province, from the days the data object keeps."""
    daily, columns = data.daily, list(LEDGER_COLUMNS)
    tests = {
        "before": daily["day"] < pd.Timestamp(period.start),
        "during": daily["day"].between(pd.Timestamp(period.start), pd.Timestamp(period.end)),
    }
    sums = {
        window: daily[test].groupby("level")[columns].sum().add_suffix(f"@{window}")
        for window, test in tests.items()
    }
    by_level = (
        pd.concat(sums.values(), axis=1).reindex(sorted(daily["level"].unique())).fillna(0).astype("int64")
    )
    return by_level.rename_axis("level").reset_index() if keys else by_level.sum().to_frame().T


def _unit_windows(data: Data, period: Period) -> pd.DataFrame:
    before, during = nw.col("day") < period.start, nw.col("day") >= period.start
    sums = [
        nw.when(test).then(nw.col(column)).otherwise(0).sum().cast(nw.Int64).alias(f"{column}@{window}")
        for column in LEDGER_COLUMNS
        for window, test in (("before", before), ("during", during))
    ]
    return _grouped(data.ledger().filter(nw.col("day") <= period.end), ["unit_id", "level"], sums)


def _term(days: pd.DataFrame, term: Term) -> pd.Series[int]:
    sign, column, window = term
    if window == "through":
        return sign * (days[f"{column}@before"] + days[f"{column}@during"])
    return sign * days[f"{column}@{window}"]


def _grouped(rows: nw.LazyFrame[Any], keys: Sequence[str], sums: Sequence[nw.Expr]) -> pd.DataFrame:
    grouped = rows.group_by(*keys).agg(*sums) if keys else rows.select(*sums)
    counted = frame(grouped).rename(columns={renamed: key for key, renamed in _RENAMED.items()})
    numbers = [name for name in counted.columns if name not in ("unit", "level", "field")]
    counted[numbers] = counted[numbers].fillna(0).astype("int64")
    return counted


def tidy(counts: pd.DataFrame, data: Data, period: Period, by: By) -> pd.DataFrame:
    """Wide counts as the results table; units without any dossier are there with zeros."""
    wide = _with_all_units(counts, data) if by == "unit" else counts
    wide = wide.join(_procedures(data, period), how="cross") if by == "province" else wide
    blocks = [
        _count_rows(wide, name) for name in COUNTS if name in definitions().counts and name in wide.columns
    ]
    blocks += [
        _rate_rows(wide, indicator.id, indicator.variant, indicator.numerator, indicator.denominator)
        for indicator in definitions().indicators
        if {indicator.numerator, indicator.denominator} <= set(wide.columns)
    ]
    table = pd.concat(blocks, ignore_index=True)
    table["province"], table["period"] = data.province.slug, period.id
    table["source"] = f"facts@{data.version}"
    return (
        table.reindex(columns=list(COLUMNS)).sort_values(KEYS[by], kind="stable", ignore_index=True)
        if KEYS[by]
        else table.reindex(columns=list(COLUMNS))
    )


def _with_all_units(counts: pd.DataFrame, data: Data) -> pd.DataFrame:
    known = data.units.loc[:, ["unit", "level"]]
    merged = known.merge(counts.drop(columns="level"), on="unit", how="outer")
    numbers = merged.columns.difference(["unit", "level"])
    merged[numbers] = merged[numbers].fillna(0).astype("int64")
    return merged


def _count_rows(wide: pd.DataFrame, name: str) -> pd.DataFrame:
    keys = [key for key in ("unit", "level", "field") if key in wide.columns]
    return wide[keys].assign(
        indicator=name,
        variant=None,
        numerator=wide[name],
        denominator=None,
        value=wide[name].astype("float64"),
    )


def _rate_rows(wide: pd.DataFrame, name: str, variant: str, top: str, bottom: str) -> pd.DataFrame:
    keys = [key for key in ("unit", "level", "field") if key in wide.columns]
    value = (wide[top] / wide[bottom].where(wide[bottom] > 0)).astype("float64")
    return wide[keys].assign(
        indicator=name, variant=variant, numerator=wide[top], denominator=wide[bottom], value=value
    )


def _procedures(data: Data, period: Period) -> pd.DataFrame:
    """Counts of the procedure catalogue on the last day of the period."""
    listed = data.procedures(period.end)
    online = listed["service_level"].isin(["full", "partial"])
    fee = listed["fee"].eq(True)
    paid = fee & listed["online_payment"].eq(True)
    counts = {
        "procedures": len(listed),
        "procedures_online": online.sum(),
        "procedures_fee": fee.sum(),
        "procedures_fee_online": paid.sum(),
    }
    return pd.DataFrame([counts]).astype("int64")
