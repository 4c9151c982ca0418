"""The table `scores`: portal snapshots by day and capture time, appended to and never overwritten (bảng điểm).

A snapshot is what one endpoint said of a province for one period on one day. A unit that says what it last said changes
nothing; a unit not seen before is a further page of it; a unit that says something else is written anew under a new snapshot
of the same day, beside the older (the portal restates past periods, sometimes within hours). What holds on a day is the last
that each unit said.
"""

from __future__ import annotations

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


def last_said(rows: pl.DataFrame) -> pl.DataFrame:
    """Of each endpoint and unit the rows captured last; of those captured at one time, the ones imported last."""
    stamp = pl.format(
        "{} {}", pl.col("captured_at").dt.to_string("iso:strict"), "import_id"
    )  # sorts as the moments do
    return rows.filter(stamp == stamp.max().over("province_id", "endpoint", "unit_id"))


def _stored(store: Store, province_ids: list[str]) -> dict[tuple[Any, ...], pl.DataFrame]:
    if len(province_ids) == 1:
        rows = store.frame("scores", province_ids[0])
    else:
        rows = store.frame("scores").filter(pl.col("province_id").is_in(province_ids))
    return rows.partition_by(SCOPE, as_dict=True)


def _placed(
    scope: tuple[Any, ...], rows: pl.DataFrame, earlier: pl.DataFrame | None
) -> tuple[str, pl.DataFrame]:
    """The snapshot rows belong to, and those of them that say anything new: whole units, as they were captured."""
    if earlier is None:
        return _name(scope, 1), rows
    then = earlier.filter(pl.col("captured_at") <= rows["captured_at"].max())
    known = _numbers(last_said(then))
    own = _numbers(rows)
    changed = [key for key, values in own.items() if known.get(key) != values]
    other, met = {key[0] for key in changed}, set(earlier.select(KEY).iter_rows())
    restated = any(key in met for key in changed)
    new = rows.filter(pl.Series([unit in other for unit in rows["unit_id"]], dtype=pl.Boolean))
    return _name(scope, earlier["snapshot"].n_unique() + int(restated)), new


def _name(scope: tuple[Any, ...], count: int) -> str:
    province_id, period, captured_on, stated, endpoint = scope
    return f"{province_id}/{period}/{captured_on}{'' if stated else '?'}/{endpoint}/{count}"


def _numbers(rows: pl.DataFrame) -> Numbers:
    return dict(zip(rows.select(KEY).iter_rows(), rows.select(NUMBERS).iter_rows(), strict=True))
