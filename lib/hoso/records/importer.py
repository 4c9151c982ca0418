"""An import (lần nạp): one file into the store, in one commit, with every row accounted for.

Order of writing: private ids, rejects and units first (harmless without the facts), then the facts in one atomic
commit that carries its own note, then the list of imports and the ledger. A process that dies in between leaves a
commit whose note says what is missing; `heal` completes it before the next import or report. Readers work on the version
of the facts that the ledger was built from, so they never see half an import.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import polars as pl

from ..vocabulary.errors import UsageError
from ..vocabulary.numbers import date as print_date
from ..vocabulary.places import LAST_DAY_OF_63, Province, successor
from . import catalogue, deadlines, keys, ledger, merge, schema, score_import
from .imports import Import, printed_name, sha256
from .intake import REJECTS, Batch, read
from .intake.columns import COLUMNS_FILE
from .intake.portal import Given, recognise
from .store import Store
from .units import Registry
from .units import frame as unit_rows

Progress = Callable[[int], None]
Chooser = Callable[[date | None, date | None], Province]  # by the first and last day of a file
Counts = dict[str, int]


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
        return printed_name(self.path)

    def summary(self, counts: Counts, found: list[str], moved: int = 0) -> Import:
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
            }
            | ({"deadlines_moved": moved} if moved else {}),
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
    given: Given | None = None,
) -> Import:
    """Reads an export, sync records, a procedure catalogue or portal responses into the store.

    `province` may be a function of the first and last day in the file, for a name that both eras know. `given` is what
    the command states of portal responses; UsageError when the file holds none.

    Raises InputError when the file as a whole cannot be read; then nothing was written. A file whose content was imported
    for the province before changes nothing: all its rows are skipped. `progress` is called with the rows read so far.
    """
    given = given or Given()
    if path.is_file() and (document := recognise(path, given)):
        last = document.bases[0].period.end
        place = province if isinstance(province, Province) else province(last, last)
        with store.writing():
            heal(store)
            return score_import.write(store, document, place, progress)
    if given and path.is_file():
        raise dossiers_given(path)
    reading = _read(path, province, progress)
    with store.writing():
        heal(store)
        if _seen(store, reading):
            return reading.summary({"accepted": 0, "replaced": 0, "unchanged": _drop_rejects(reading)}, [])
        return _write(store, reading, key)


def dossiers_given(path: Path) -> UsageError:
    """The fault of stating a period or time of capture for what is no portal response."""
    return UsageError(
        "--period và --captured chỉ dùng cho số liệu của Cổng",
        where=printed_name(path),
        remedy="bỏ hai tùy chọn này",
    )


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
    return sha256(COLUMNS_FILE)[:12]


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
    digest = sha256(path)
    rejects = [
        batch.rejects.with_columns(sheet=pl.lit(batch.sheet, pl.String))
        for batch in batches
        if batch.rejects.height
    ]
    dossiers, procedures = _joined(batches, "dossiers"), _joined(batches, "procedures")
    place = province if isinstance(province, Province) else province(*_span(dossiers, procedures))
    dossiers, late = _in_time(dossiers, place)
    rejects += [late] if late.height else []
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


def _in_time(dossiers: pl.DataFrame | None, place: Province) -> tuple[pl.DataFrame | None, pl.DataFrame]:
    """The dossiers received while the province existed, and the others as refused rows: no report could ask for them."""
    if dossiers is None or place.era != "63":
        return dossiers, schema.empty(REJECTS | {"sheet": pl.String()})
    after = pl.col("received_at").dt.date() > LAST_DAY_OF_63
    told = f"tiếp nhận sau ngày {print_date(LAST_DAY_OF_63)}, khi đã thuộc {successor(place).title}"
    late = dossiers.filter(after).select(
        "line",
        column=pl.lit("received_at"),
        value_class=pl.lit("dạng ngày"),
        reason=pl.lit(told),
        sheet=pl.lit(None, pl.String),
    )
    return dossiers.filter(~after), late


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
    catalogued = catalogue.plan(store, province_id, reading.import_id, reading.procedures)
    procedures = store.frame("procedures", province_id) if catalogued.rows is None else catalogued.rows
    limits = deadlines.limits(procedures)
    incoming = schema.empty(schema.FACTS)
    if reading.dossiers is not None:
        incoming, ids = merge.prepare(
            registry.resolve(reading.dossiers), province_id, reading.import_id, key, limits
        )
        keys.remember(
            store.root / "private" / "dossiers.sqlite",
            province_id,
            ids["dossier"].to_list(),
            ids["dossier_id"].to_list(),
        )
    # The limits or the calendar changed since the last import, also by one that died after it wrote the catalogue.
    stale = catalogued.rows is not None or not catalogue.is_used(store, province_id)
    change = merge.plan(store, province_id, incoming, limits if stale else None)
    counts = {name: change.counts[name] + catalogued.counts[name] for name in change.counts}
    done = reading.summary(counts, [unit.name for unit in registry.found], change.moved)
    _write_beside(store, reading, registry, catalogued)
    if not change.months:
        store.write("imports", done.row(store.version("facts")))
        return done
    note = done.row(None).drop("facts_version").write_json()
    version = merge.commit(store, province_id, change, {"import": note, **catalogue.note(store)})
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
    """Brings the ledger and the list of imports up to the facts, and the list up to the scores.

    An import that died after its facts were committed left a note of what is missing. A commit without such a note came
    from another tool: then the whole ledger is built again.
    """
    if listed := store.note(
        "scores", "import"
    ):  # each import heals before it writes: only the last can be missing
        _list_import(store, listed, store.version("facts"))
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


def _list_import(store: Store, note: str, version: int | None) -> None:
    row = pl.read_json(
        note.encode(), schema={k: v for k, v in schema.IMPORTS.items() if k != "facts_version"}
    )
    if row["import_id"][0] not in store.frame("imports")["import_id"].to_list():
        store.write("imports", row.with_columns(facts_version=pl.lit(version, pl.Int64)))
