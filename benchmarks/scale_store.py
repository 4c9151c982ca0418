"""A store of so many synthetic dossiers of all 34 provinces and their 3.321 communes in two years, for scale.py.

One province goes through `import_file`, from CSV files as `hoso import` reads them. The others are drawn by the same
generator and take the same way from there on (units resolved, ids pseudonymised, deadlines and clocks derived, compared,
sorted, committed), only without being printed as text and read back; `proved` holds that both ways leave the same facts.
Days before 1/7/2025 are told of the new provinces too: what is measured is size, nothing here says anything of a real
place.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import polars as pl
from machine import CORES
from synthetic import COMMUNES, Drawn, drawn, places, write_catalogue, write_exports

from hoso.records import deadlines, keys, ledger, merge, pieces, schema
from hoso.records.catalogue import note as catalogue_note
from hoso.records.importer import import_file
from hoso.records.imports import Import
from hoso.records.incoming import Incoming
from hoso.records.store import Store
from hoso.records.units import Registry
from hoso.records.units import frame as unit_rows
from hoso.vocabulary.places import Province, find_province

FIRST_DAY: Final = date(2024, 11, 1)
LAST_DAY: Final = date(2026, 10, 31)
PIECE: Final = 100_000  # rows, about as many as intake hands on at once
IMPORTED: Final = "lai-chau"  # the one with the fewest communes
UNKNOWN_TO_FORM: Final = ("returned_at", "authenticated")  # no such column in the export's form
_COPIED: Final = (
    "dossier_id", "unit_name", "procedure_id", "procedure_name", "field", "service_level", "channel", "status",
    "submitted_at", "due_at", "finished_at", "supplements", "digitised", "reused", "electronic_result", "synced",
    "citizen_data",
)  # fmt: skip


@dataclass(frozen=True)
class Made:
    """A store, its key, and how many dossiers were asked for."""

    root: Path
    key_file: Path
    dossiers: int

    def open(self) -> Store:
        return Store.prepare(self.root, self.key_file)

    @property
    def key(self) -> bytes:
        return keys.load(self.key_file)


def share(place: Province, dossiers: int) -> int:
    """The dossiers of a province, by its communes."""
    return max(1, round(dossiers * COMMUNES[place.slug] / sum(COMMUNES.values())))


def imported_province() -> Province:
    return find_province(IMPORTED, "34", LAST_DAY)


def make(folder: Path, dossiers: int) -> Made:
    """Makes the store in a folder. RuntimeError when the two ways leave different facts."""
    made = Made(folder / "store", folder / "key", dossiers)
    first = imported_province()
    own = drawn(first, share(first, dossiers), FIRST_DAY, LAST_DAY)
    _import(made, own, folder / "exports")
    proved(made, own)
    others = [place for place in places() if place.slug != IMPORTED]
    with ProcessPoolExecutor(CORES, get_context("spawn")) as pool:
        list(pool.map(_fill, [made] * len(others), others))
    _ledger(made.open(), others)
    return made


def _import(made: Made, own: Drawn, folder: Path) -> None:
    store = made.open()
    for file in [write_catalogue(folder, own), *write_exports(folder, own)]:
        done = import_file(store, file, own.place, made.key)
        if done.rejected:
            raise RuntimeError(f"{done.rejected} rows of {file.name} were refused")
        file.unlink()


def _fill(made: Made, place: Province) -> None:
    """One province's catalogue, units and facts, written as an import does; the ledger comes after all of them."""
    own, store = drawn(place, share(place, made.dossiers), FIRST_DAY, LAST_DAY), made.open()
    folder = made.root.parent / "exports"
    import_file(store, write_catalogue(folder, own), place, made.key)
    registry = Registry.load(place.id, store.frame("units", place.id))
    done = _told(own)
    with pieces.folder(store.private) as beside:
        incoming = Incoming(beside)
        for rows in clean(own.rows).iter_slices(PIECE):
            incoming.add(_facts(made, store, own, registry, rows, done.import_id))
        _commit(store, place, registry, incoming, done)


def _commit(store: Store, place: Province, registry: Registry, incoming: Incoming, done: Import) -> None:
    with store.writing():
        change = merge.plan(store, place.id, incoming)
        if change.ids:
            keys.remember(store.private, place.id, done.import_id, change.ids)
        told = {"import": done.row(None).drop("facts_version").write_json(), **catalogue_note(store)}
        store.write("units", unit_rows(registry.found, done.import_id))
        version = merge.commit(store, place.id, change, told)
        store.write("imports", done.row(version))


def _facts(
    made: Made, store: Store, own: Drawn, registry: Registry, rows: pl.DataFrame, import_id: str
) -> pl.DataFrame:
    """Rows of intake as facts, dossier_id beside them."""
    limits = deadlines.limits(store.frame("procedures", own.place.id))
    return merge.prepare(registry.resolve(rows), own.place.id, import_id, made.key, limits)


def clean(rows: pl.DataFrame) -> pl.DataFrame:
    """Drawn dossiers as intake hands them on once they were printed in the export's form and read."""
    return rows.select(
        *_COPIED,
        pl.col("parent_name").fill_null("").alias("unit_parent"),
        pl.coalesce("received_at", "submitted_at").alias("received_at"),
        *(pl.lit(None).alias(name) for name in UNKNOWN_TO_FORM),
        pl.lit(0).alias("waiting_minutes"),  # nor for this one, which intake takes for none
        (pl.col("fee_amount") > 0).alias("fee"),
        (pl.col("payment") == "online").alias("paid_online"),
        pl.lit(True).alias("synthetic"),
        pl.col("number").alias("line"),
    )


def _import_id(own: Drawn) -> str:
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{hashlib.sha256(own.place.id.encode()).hexdigest()[:8]}"


def _told(own: Drawn) -> Import:
    number = own.rows.height
    digest = hashlib.sha256(f"{own.place.id} {number}".encode()).hexdigest()
    return Import(
        import_id=_import_id(own),
        province_id=own.place.id,
        file=f"{own.place.slug}-mo-phong.csv",
        sha256=digest,
        kind="dossiers",
        imported_at=datetime.now(UTC).isoformat(),
        read=number,
        accepted=number,
        replaced=0,
        rejected=0,
        skipped=0,
        details={},
    )


def _ledger(store: Store, others: list[Province]) -> None:
    """The ledger of all provinces, from the facts as they are now."""
    version = store.version("facts")
    assert version is not None
    months = store.months("facts", version)
    for place in others:
        ledger.rebuild(store, place.id, sorted(months[place.id]), version)


# ── the proof that both ways are one ─────────────────────────────────────────────────────────────


def proved(made: Made, own: Drawn) -> None:
    """RuntimeError where an imported dossier differs in anything from the same one prepared without an import."""
    store = made.open()
    registry = Registry.load(own.place.id, store.frame("units", own.place.id))
    columns = [name for name in schema.FACTS if name not in ("import_id", "line")]
    quick = (
        _facts(made, store, own, registry, clean(own.rows), _import_id(own)).select(columns).sort("dossier")
    )
    types = {"province_id": pl.String, "received_month": pl.Date}
    files = store.files("facts", own.place.id)
    stored = pl.read_parquet(files, hive_partitioning=True, hive_schema=types).select(columns).sort("dossier")
    differing = [name for name in columns if not stored[name].equals(quick[name], check_dtypes=True)]
    if differing:
        raise RuntimeError(f"the imported facts differ from those prepared at once: {', '.join(differing)}")


# ── what a command of this benchmark is told ─────────────────────────────────────────────────────


@contextmanager
def environment(made: Made) -> Iterator[None]:
    """HOSO_STORE and HOSO_KEY of the processes started inside."""
    before = {name: os.environ.get(name) for name in ("HOSO_STORE", "HOSO_KEY")}
    os.environ.update(HOSO_STORE=str(made.root), HOSO_KEY=str(made.key_file))
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.__setitem__(name, value)
