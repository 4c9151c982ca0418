"""An import (lần nạp): one file into the store, in one commit, with every row accounted for.

Order of writing: private ids, rejects and units first (harmless without the facts), then the facts in one atomic
commit that carries its own note, then the list of imports and the ledger. A process that dies in between leaves a
commit whose note says what is missing; `heal` completes it before the next import or report. Readers work on the version
of the facts that the ledger was built from, so they never see half an import.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from ..vocabulary.places import Province
from . import catalogue, keys, ledger, merge, schema
from .intake import Batch, read
from .intake.columns import COLUMNS_FILE
from .store import Store
from .units import Registry
from .units import frame as unit_rows

Progress = Callable[[int], None]
Chooser = Callable[[date | None, date | None], Province]  # by the first and last day of a file
Counts = dict[str, int]


@dataclass(frozen=True)
class Import:
    """What one import did: read = accepted + replaced + rejected + skipped."""

    import_id: str
    province_id: str
    file: str
    sha256: str
    kind: str
    imported_at: str  # UTC, ISO 8601
    read: int
    accepted: int
    replaced: int
    rejected: int
    skipped: int
    details: dict[str, Any]

    def __post_init__(self) -> None:
        if self.read != self.accepted + self.replaced + self.rejected + self.skipped:
            raise AssertionError(f"rows unaccounted for in {self.file}: {self}")

    def row(self, facts_version: int | None) -> pl.DataFrame:
        """The import as a row of the imports table."""
        values = asdict(self) | {
            "imported_at": datetime.fromisoformat(self.imported_at).replace(tzinfo=None),
            "details": json.dumps(self.details, ensure_ascii=False),
            "facts_version": facts_version,
        }
        return pl.DataFrame([values], schema=schema.IMPORTS)


@dataclass
class _Reading:
    """One file as intake gave it, chunks joined."""

    path: Path
    province_id: str
    import_id: str
    sha256: str
    read: int
    dossiers: pl.DataFrame | None
    procedures: pl.DataFrame | None
    rejects: pl.DataFrame
    skipped: Counter[str]
    repairs: Counter[str]

    @property
    def name(self) -> str:
        """The file's name; bytes of another code page, as old archives have them, become question marks."""
        return os.fsencode(self.path.name).decode("utf-8", "replace")

    def summary(self, counts: Counts, found: list[str]) -> Import:
        """The import these rows amount to, given what became of those that were not refused."""
        return Import(
            import_id=self.import_id,
            province_id=self.province_id,
            file=self.name,
            sha256=self.sha256,
            kind="dossiers" if self.dossiers is not None else "procedures",
            imported_at=datetime.now(UTC).isoformat(),
            read=self.read,
            accepted=counts["accepted"],
            replaced=counts["replaced"],
            rejected=self.rejects.height,
            skipped=self.skipped.total() + counts["unchanged"],
            details={
                "skipped": dict(self.skipped)
                | ({"unchanged": counts["unchanged"]} if counts["unchanged"] else {}),
                "repaired": dict(self.repairs),
                "units_found": found,
                "columns": _columns_digest(),
            },
        )

    def not_refused(self) -> int:
        """Rows that intake accepted."""
        return sum(rows.height for rows in (self.dossiers, self.procedures) if rows is not None)


def import_file(
    store: Store,
    path: Path,
    province: Province | Chooser,
    key: bytes,
    progress: Progress = lambda _rows: None,
) -> Import:
    """Reads an export, sync records or a procedure catalogue into the store.

    `province` may be a function of the first and last day in the file, for a name that both eras know.

    Raises InputError when the file as a whole cannot be read; then nothing was written. A file whose content was imported
    for the province before changes nothing: all its rows are skipped. `progress` is called with the rows read so far.
    """
    reading = _read(path, province, progress)
    with store.writing():
        heal(store)
        if _seen(store, reading):
            return reading.summary({"accepted": 0, "replaced": 0, "unchanged": _drop_rejects(reading)}, [])
        return _write(store, reading, key)


def _seen(store: Store, reading: _Reading) -> bool:
    """Whether this content was imported for the province before, by the same words of columns.toml.

    With other words rows that were refused may be read now, so the file is gone through again; the upsert keeps that
    harmless.
    """
    earlier = store.frame("imports", reading.province_id).filter(pl.col("sha256") == reading.sha256)
    return any(
        not rejected or json.loads(details).get("columns") == _columns_digest()
        for rejected, details in earlier.select("rejected", "details").iter_rows()
    )


@cache
def _columns_digest() -> str:
    return _sha256(COLUMNS_FILE)[:12]


def _drop_rejects(reading: _Reading) -> int:
    """Counts the rows of a file seen before as unchanged, its refused ones too: they are on record already."""
    unchanged = reading.not_refused() + reading.rejects.height
    reading.rejects = reading.rejects.clear()
    return unchanged


def _read(path: Path, province: Province | Chooser, progress: Progress) -> _Reading:
    batches: list[Batch] = []
    rows = 0
    for batch in read(path):
        batches.append(batch)
        rows += batch.read
        progress(rows)
    digest = _sha256(path)
    rejects = [
        batch.rejects.with_columns(sheet=pl.lit(batch.sheet, pl.String))
        for batch in batches
        if batch.rejects.height
    ]
    dossiers, procedures = _joined(batches, "dossiers"), _joined(batches, "procedures")
    place = province if isinstance(province, Province) else province(*_span(dossiers, procedures))
    return _Reading(
        path=path,
        province_id=place.id,
        import_id=f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{digest[:8]}",
        sha256=digest,
        read=rows,
        dossiers=dossiers,
        procedures=procedures,
        rejects=pl.concat(rejects) if rejects else schema.empty(schema.REJECTS),
        skipped=sum((Counter(batch.skipped) for batch in batches), Counter()),
        repairs=sum((Counter(batch.repairs) for batch in batches), Counter()),
    )


def _span(dossiers: pl.DataFrame | None, procedures: pl.DataFrame | None) -> tuple[date | None, date | None]:
    """The first and last day dossiers were received, else on which procedures came into force."""
    for rows, column in ((dossiers, "received_at"), (procedures, "valid_from")):
        if rows is not None and rows[column].count():
            days = rows[column].cast(pl.Date).drop_nulls().sort()
            return days[0], days[-1]
    return None, None


def _joined(batches: list[Batch], kind: str) -> pl.DataFrame | None:
    rows = [batch.rows for batch in batches if batch.kind == kind]
    return pl.concat(rows) if rows else None


def _write(store: Store, reading: _Reading, key: bytes) -> Import:
    province_id = reading.province_id
    registry = Registry.load(province_id, store.frame("units", province_id))
    counts: Counts = {"accepted": 0, "replaced": 0, "unchanged": 0}
    change: merge.Change | None = None
    if reading.dossiers is not None:
        incoming, ids = merge.prepare(registry.resolve(reading.dossiers), province_id, reading.import_id, key)
        keys.remember(
            store.root / "private" / "dossiers.sqlite",
            province_id,
            ids["dossier"].to_list(),
            ids["dossier_id"].to_list(),
        )
        change = merge.plan(store, province_id, incoming)
        counts = change.counts
    catalogued = catalogue.plan(store, province_id, reading.import_id, reading.procedures)
    counts = {name: counts[name] + catalogued.counts[name] for name in counts}
    done = reading.summary(counts, [unit.name for unit in registry.found])
    _write_beside(store, reading, registry, catalogued)
    if change is None or not change.months:
        store.write("imports", done.row(store.version("facts")))
        return done
    note = done.row(None).drop("facts_version").write_json()
    version = merge.commit(store, province_id, change, {"import": note})
    store.write("imports", done.row(version))
    ledger.rebuild(store, province_id, change.months, version)
    return done


def _write_beside(store: Store, reading: _Reading, registry: Registry, catalogued: catalogue.Change) -> None:
    """What stands beside the facts: refused rows, units met for the first time, the catalogue."""
    if reading.rejects.height:
        origin = {
            "import_id": reading.import_id,
            "province_id": reading.province_id,
            "file": reading.path.name,
        }
        rejects = reading.rejects.with_columns(**{name: pl.lit(value) for name, value in origin.items()})
        store.write("rejects", schema.conform(rejects, schema.REJECTS))
    if registry.found:
        store.write("units", unit_rows(registry.found, reading.import_id))
    catalogue.commit(store, reading.province_id, catalogued)


def heal(store: Store) -> None:
    """Brings the ledger and the list of imports up to the facts.

    An import that died after its facts were committed left a note of what is missing. A commit without such a note came
    from another tool: then the whole ledger is built again.
    """
    built = int(store.note("ledger", "facts_version") or -1)
    for commit in store.commits("facts", built):
        version = int(commit["version"])
        if "import" in commit:
            _list_import(store, commit["import"], version)
            months = [date.fromisoformat(day) for day in json.loads(commit["months"])]
            ledger.rebuild(store, commit["province"], months, version)
        else:
            for province_id, months in store.months("facts", version).items():
                ledger.rebuild(store, province_id, months, version)


def _list_import(store: Store, note: str, version: int) -> None:
    row = pl.read_json(
        note.encode(), schema={k: v for k, v in schema.IMPORTS.items() if k != "facts_version"}
    )
    if row["import_id"][0] not in store.frame("imports")["import_id"].to_list():
        store.write("imports", row.with_columns(facts_version=pl.lit(version, pl.Int64)))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
