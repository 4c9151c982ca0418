"""The table `scores`: portal snapshots by day and capture time, appended to and never overwritten (bảng điểm).

A snapshot is what one endpoint said of a province for one period on one day. The same numbers again change nothing; units
not seen before are a further page of it; other numbers for a unit it has are a new snapshot of the same day, kept beside
the older (the portal restates past periods, sometimes within hours).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from . import schema
from .store import Store

SCOPE: Final = ["province_id", "period", "captured_on", "stated", "endpoint"]
KEY: Final = ["unit_id", "group", "criterion"]
NUMBERS: Final = ["numerator", "denominator", "ratio", "score", "max", "score_delta", "quality_flag"]

Numbers = dict[tuple[Any, ...], tuple[Any, ...]]


@dataclass(frozen=True)
class Change:
    """Rows to append, in the columns of `scores`, and what became of the unit rows they came from."""

    rows: pl.DataFrame
    accepted: int
    unchanged: int
    restated: int


def plan(store: Store, incoming: pl.DataFrame, import_id: str) -> Change:
    """What rows of a reading (intake.portal.document.ROWS) add to the store."""
    kept, restated = [], 0
    stored = _stored(store, incoming["province_id"].unique().to_list())
    for scope, rows in incoming.partition_by(SCOPE, as_dict=True, maintain_order=True).items():
        earlier = stored.get(scope)
        snapshot, new = _placed(scope, rows, earlier)
        restated += int(earlier is not None and snapshot not in set(earlier["snapshot"]))
        kept.append(new.with_columns(snapshot=pl.lit(snapshot)))
    rows = pl.concat(kept) if kept else incoming.with_columns(snapshot=pl.lit(None, pl.String))
    accepted = rows["unit_row"].n_unique()
    unchanged = incoming["unit_row"].n_unique() - accepted
    rows = schema.conform(rows.with_columns(import_id=pl.lit(import_id)), schema.SCORES)
    return Change(rows, accepted, unchanged, restated)


def codes(store: Store, province_id: str) -> dict[str, str]:
    """departmentCode by departmentId, as earlier responses told them."""
    known = (
        store.frame("scores", province_id).select("department_id", "department_code").drop_nulls().unique()
    )
    return dict(known.iter_rows())


def _stored(store: Store, province_ids: list[str]) -> dict[tuple[Any, ...], pl.DataFrame]:
    if len(province_ids) == 1:
        rows = store.frame("scores", province_ids[0])
    else:
        rows = store.frame("scores").filter(pl.col("province_id").is_in(province_ids))
    return rows.partition_by(SCOPE, as_dict=True)


def _placed(
    scope: tuple[Any, ...], rows: pl.DataFrame, earlier: pl.DataFrame | None
) -> tuple[str, pl.DataFrame]:
    """The snapshot rows belong to, and those of them it lacks."""
    own = _numbers(rows)
    for snapshot, known in _snapshots(earlier):
        if all(known.get(key, values) == values for key, values in own.items()):
            lacking = pl.Series([key not in known for key in _keys(rows)], dtype=pl.Boolean)
            return snapshot, rows.filter(lacking)
    count = 0 if earlier is None else earlier["snapshot"].n_unique()
    province_id, period, captured_on, stated, endpoint = scope
    name = f"{province_id}/{period}/{captured_on}{'' if stated else '?'}/{endpoint}/{count + 1}"
    return name, rows


def _snapshots(earlier: pl.DataFrame | None) -> Iterator[tuple[str, Numbers]]:
    """The snapshots of a scope, newest first."""
    if earlier is None:
        return
    newest = (
        earlier.group_by("snapshot")
        .agg(pl.max("captured_at"), pl.max("import_id"))
        .sort("captured_at", "import_id", descending=True)
    )
    for snapshot in newest["snapshot"]:
        yield snapshot, _numbers(earlier.filter(pl.col("snapshot") == snapshot))


def _numbers(rows: pl.DataFrame) -> Numbers:
    return dict(zip(_keys(rows), rows.select(NUMBERS).iter_rows(), strict=True))


def _keys(rows: pl.DataFrame) -> list[tuple[Any, ...]]:
    return list(rows.select(KEY).iter_rows())
