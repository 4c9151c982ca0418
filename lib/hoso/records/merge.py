"""Upsert of dossiers into the facts: a later export of a dossier replaces the earlier row, in one commit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from . import keys, parquet, schema
from .derive import derive
from .store import Store


@dataclass(frozen=True)
class Change:
    """What an import changes: the rows to write and the months of receipt whose partitions they replace.

    moved: the dossiers not in the file whose deadline or handling time a changed catalogue or calendar moved.
    """

    rows: pl.DataFrame
    months: list[date]
    counts: dict[str, int]
    moved: int = 0


def prepare(
    rows: pl.DataFrame, province_id: str, import_id: str, key: bytes, limits: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Clean rows as facts (pseudonymised, derived columns added), and which id stands behind which pseudonym."""
    ids = rows.select("dossier_id").unique(maintain_order=True)
    ids = ids.with_columns(
        dossier=pl.Series(keys.pseudonyms(key, ids["dossier_id"].to_list()), dtype=pl.String)
    )
    facts = derive(rows.join(ids, on="dossier_id", maintain_order="left").drop("dossier_id"), limits)
    facts = facts.with_columns(province_id=pl.lit(province_id), import_id=pl.lit(import_id))
    return schema.conform(facts, schema.FACTS), ids


def plan(
    store: Store, province_id: str, incoming: pl.DataFrame, limits: pl.DataFrame | None = None
) -> Change:
    """Compares incoming facts with those of the store.

    `limits`, when the catalogue or the calendar changed: stored dossiers that these give another deadline or handling time
    are written again.

    Of a dossier that stands in the file more than once the last row counts. counts: accepted (dossiers not known before),
    replaced (rows that took the place of an earlier one, in the store or in the file), unchanged (rows that say what the
    store says already).
    """
    times = incoming.group_by("dossier").len("times")
    last = incoming.unique("dossier", keep="last", maintain_order=True).join(
        times, on="dossier", maintain_order="left"
    )
    stored = _stored(store, province_id)
    if stored is None:
        known = last.clear().select(
            "dossier", pl.col("received_month").alias("old_month"), pl.lit(True).alias("same")
        )
    else:
        known = _compare(stored, last)
    marked = last.join(known, on="dossier", how="left", maintain_order="left")
    is_new, same = pl.col("old_month").is_null(), pl.col("same").fill_null(False)
    counts = marked.select(
        accepted=is_new.sum(),
        unchanged=pl.col("times").filter(same).sum(),
        replaced=pl.col("times").filter(~is_new & ~same).sum() + (pl.col("times") - 1).filter(is_new).sum(),
    ).row(0, named=True)
    changed = marked.filter(~same).select(*schema.FACTS, "old_month")
    moved = changed.clear() if limits is None or stored is None else _moved(stored, changed, limits)
    changed = pl.concat([changed, moved])
    months = sorted(
        {m for name in ("received_month", "old_month") for m in changed[name].to_list() if m is not None}
    )
    rows = _partitions(stored, changed, months)
    return Change(rows, months, {name: int(value) for name, value in counts.items()}, moved.height)


def commit(store: Store, province_id: str, change: Change, note: Mapping[str, str]) -> int:
    """Writes a change as one commit and returns the facts' new version."""
    listed = ", ".join(f"'{month}'" for month in change.months)
    predicate = f"province_id = '{province_id}' AND received_month IN ({listed})"
    months = json.dumps([month.isoformat() for month in change.months])
    rows = change.rows.sort("received_month", "received_on", "unit_id", "dossier")
    return store.write(
        "facts", rows, replace=predicate, note={**note, "province": province_id, "months": months}
    )


def _stored(store: Store, province_id: str) -> pl.LazyFrame | None:
    files = store.files("facts", province_id)
    if not files:
        return None
    return parquet.scan(files, schema.FACTS)


def _moved(stored: pl.LazyFrame, changed: pl.DataFrame, limits: pl.DataFrame) -> pl.DataFrame:
    """The stored dossiers, beside those that change anyway, of which something else is derived now."""
    names = [name for name in schema.FACTS if name not in schema.DERIVED]
    before = stored.join(changed.lazy(), on="dossier", how="anti").collect()
    after = schema.conform(derive(before.select(names), limits), schema.FACTS)
    same = [after[name].eq_missing(before[name]) for name in schema.DERIVED]
    moved = after.filter(~pl.select(pl.all_horizontal(same)).to_series())
    return moved.with_columns(old_month="received_month")


def _compare(stored: pl.LazyFrame, last: pl.DataFrame) -> pl.DataFrame:
    """For every known dossier: the month its stored row lies in, and whether the content is the same."""
    content = list(schema.CONTENT)
    both = stored.select("dossier", pl.col("received_month").alias("old_month"), *content).join(
        last.lazy().select("dossier", *content), on="dossier", suffix="_new"
    )
    same = pl.all_horizontal(pl.col(name).eq_missing(pl.col(f"{name}_new")) for name in content)
    return both.select("dossier", "old_month", same=same).collect()


def _partitions(stored: pl.LazyFrame | None, changed: pl.DataFrame, months: list[date]) -> pl.DataFrame:
    """The touched months as they will be: what stays of them, and the changed rows."""
    rows = changed.select(list(schema.FACTS))
    if stored is None:
        return rows
    stays = stored.filter(pl.col("received_month").is_in(months)).join(
        changed.lazy(), on="dossier", how="anti"
    )
    return pl.concat([stays.collect(), rows])
