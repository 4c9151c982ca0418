"""The import of portal responses: into `scores`, never into the facts (nạp số liệu đánh giá của Cổng)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

import polars as pl

from ..vocabulary.places import Province
from . import schema, scores
from .imports import Import, printed_name, sha256
from .intake.portal import Document, Reading
from .store import Store


def write(
    store: Store, document: Document, place: Province, progress: Callable[[int, float | None], None]
) -> Import:
    """Portal responses into the table of scores, in one commit, under the writers' lock that the caller holds.

    Raises what `Document.read` does; then nothing was written.
    """
    reading = document.read(place, scores.codes(store, place.id))
    progress(reading.read, 1.0)
    digest = sha256(document.path)
    import_id = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{digest[:8]}"
    change = scores.plan(store, reading.rows, import_id)
    done = _summary(document, place, reading, change, import_id, digest)
    if (change.rows.is_empty() or not all(basis.stated for basis in document.bases)) and _seen(store, done):
        details = done.details | {"skipped": {"unchanged": done.read}}
        return replace(done, accepted=0, rejected=0, skipped=done.read, details=details)
    if reading.rejects.height:
        origin = {"import_id": import_id, "province_id": place.id, "file": done.file}
        rejects = reading.rejects.with_columns(**{name: pl.lit(value) for name, value in origin.items()})
        store.write("rejects", schema.conform(rejects, schema.REJECTS))
    if change.rows.height:
        note = done.row(None).drop("facts_version").write_json()
        store.write("scores", change.rows, note={"import": note})
    store.write("imports", done.row(store.version("facts")))
    return done


def _summary(
    document: Document,
    place: Province,
    reading: Reading,
    change: scores.Change,
    import_id: str,
    digest: str,
) -> Import:
    """The import of portal responses, counted in unit rows: one a unit and response."""
    unchanged = {"unchanged": change.unchanged} if change.unchanged else {}
    return Import(
        import_id=import_id,
        province_id=place.id,
        file=printed_name(document.path),
        sha256=digest,
        kind="scores",
        imported_at=datetime.now(UTC).isoformat(),
        read=reading.read,
        accepted=change.accepted,
        replaced=0,
        rejected=reading.rejects.height,
        skipped=sum(reading.skipped.values()) + change.unchanged,
        details={
            "skipped": reading.skipped | unchanged,
            "repaired": {},
            "units_found": [],
            "provinces": sorted(set(reading.rows["province_id"])),
            "restated": change.restated,
            "basis": [
                {
                    "period": basis.period.id,
                    "captured_on": str(basis.captured_on) if basis.stated else None,
                    "stated": basis.stated,
                    "assumed": list(basis.assumed),
                    "day": str(basis.captured_on),
                }
                for basis in document.bases
            ],
            "announced": [asdict(one) for one in reading.announced],
        },
    )


def _seen(store: Store, done: Import) -> bool:
    """Whether these bytes were imported for the province before, on the same basis; an assumed one is always the same."""
    earlier = store.frame("imports", done.province_id).filter(
        (pl.col("sha256") == done.sha256) & (pl.col("kind") == "scores")
    )
    return any(
        _stated(json.loads(text)["basis"]) == _stated(done.details["basis"]) for text in earlier["details"]
    )


def _stated(bases: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [
        (basis["period"], basis["captured_on"]) if basis["stated"] else tuple(basis["assumed"])
        for basis in bases
    ]
