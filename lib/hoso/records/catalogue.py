"""The catalogue of procedures (danh mục thủ tục hành chính) of a province, dated, in the store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from ..vocabulary.calendar import edition
from . import deadlines, schema
from .store import Store

_KEY = ["procedure_id", "valid_from"]
_NONE = -1  # noted by a commit of facts made before there was any catalogue


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


def note(store: Store) -> dict[str, str]:
    """What a commit of facts notes of what its deadlines were computed from: the catalogue's version and the calendar."""
    version = store.content_version("procedures")
    return {"catalogue": str(_NONE if version is None else version), "calendar": edition()}


def is_used(store: Store, province_id: str) -> bool:
    """Whether the province's facts were derived with the catalogue and the calendar as they are now."""
    noted = _noted(store, province_id, None)
    return all(noted.get(name) == value for name, value in note(store).items())


def limits_used(store: Store, province_id: str, facts_version: int | None) -> pl.DataFrame:
    """The time limits that a version of the facts was derived with; the newest where no note of them is left."""
    noted = _noted(store, province_id, facts_version).get("catalogue")
    if noted == str(_NONE):
        return deadlines.NO_LIMITS
    version = None if noted is None else int(noted)
    return deadlines.limits(store.frame("procedures", province_id, version))


def _noted(store: Store, province_id: str, facts_version: int | None) -> dict[str, Any]:
    """The newest commit of a province's facts, up to a version, that has such a note; empty when there is none."""
    for done in reversed(store.commits("facts", -1)):
        in_time = facts_version is None or int(done["version"]) <= facts_version
        if in_time and done.get("province") == province_id and "catalogue" in done:
            return dict(done)
    return {}
