"""The catalogue of procedures (danh mục thủ tục hành chính) of a province, dated, in the store."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from . import schema
from .store import Store

_KEY = ["procedure_id", "valid_from"]


@dataclass(frozen=True)
class Change:
    """The catalogue after an import, and what became of the rows read."""

    rows: pl.DataFrame | None
    counts: dict[str, int]


def plan(store: Store, province_id: str, import_id: str, incoming: pl.DataFrame | None) -> Change:
    """Merges catalogue rows by procedure and first day of validity; the later row counts."""
    if incoming is None:
        return Change(None, {"accepted": 0, "replaced": 0, "unchanged": 0})
    rows = incoming.with_columns(province_id=pl.lit(province_id), import_id=pl.lit(import_id))
    rows = schema.conform(rows, schema.PROCEDURES)
    last = rows.unique(_KEY, keep="last", maintain_order=True)
    stored = store.frame("procedures", province_id)
    new = last.join(stored, on=_KEY, how="anti", nulls_equal=True).height
    content = [name for name in schema.PROCEDURES if name != "import_id"]
    same = last.join(stored, on=content, how="semi", nulls_equal=True)
    merged = pl.concat([stored.join(last, on=_KEY, how="anti", nulls_equal=True), last])
    counts = {"accepted": new, "unchanged": same.height, "replaced": rows.height - new - same.height}
    return Change(None if same.height == last.height else merged, counts)


def commit(store: Store, province_id: str, change: Change) -> None:
    """Writes the merged catalogue, if anything changed."""
    if change.rows is not None:
        store.write("procedures", change.rows, replace=f"province_id = '{province_id}'")
