"""An import (lần nạp): one file into the store, in one commit, with every row accounted for.

Order of writing: private ids, rejects and units first (harmless without the facts), then the facts in one atomic
commit that carries its own note, then the list of imports and the ledger. A process that dies in between leaves a
commit whose note says what is missing; `heal` completes it before the next import or report. Readers work on the version
of the facts that the ledger was built from, so they never see half an import.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import polars as pl

from ..vocabulary.errors import UsageError
from ..vocabulary.numbers import date as print_date
from ..vocabulary.places import LAST_DAY_OF_63, Province, successor
from . import catalogue, deadlines, keys, ledger, merge, pieces, repair, schema, score_import
from .commits import Written
from .imports import Import, printed_name, sha256
from .incoming import Incoming
from .intake import Batch, read
from .intake.columns import COLUMNS_FILE
from .intake.portal import Given, recognise
from .pieces import Pieces
from .store import Store
from .units import NAMES, Registry, with_units
from .units import frame as unit_rows

Progress = Callable[
    [int, float | None], None
]  # rows read so far, and the share of the file where it is known
Chooser = Callable[[date | None, date | None], Province]  # by the first and last day of a file
Counts = dict[str, int]


@dataclass
class _Reading:
    """One file as intake gave it, chunks joined."""

    path: Path
    province: Province
    import_id: str
    sha256: str
    read: int
    dossiers: Pieces
    of_dossiers: bool
    accepted: int  # dossiers that were not refused
    names: pl.DataFrame  # of their units and those above, each once
    procedures: pl.DataFrame | None
    rejects: Pieces
    rejected: int
    skipped: Counter[str]
    repairs: Counter[str]

    @property
    def province_id(self) -> str:
        """Its province's id."""
        return self.province.id

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
            kind="dossiers" if self.of_dossiers else "procedures",
            imported_at=datetime.now(UTC).isoformat(),
            read=self.read,
            accepted=counts["accepted"],
            replaced=counts["replaced"],
            rejected=self.rejected,
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
        return self.accepted + (0 if self.procedures is None else self.procedures.height)


def import_file(
    store: Store,
    path: Path,
    province: Province | Chooser,
    key: bytes,
    progress: Progress = lambda _rows, _share: None,
    given: Given | None = None,
) -> Import:
    """Reads an export, sync records, a procedure catalogue or portal responses into the store.

    `province` may be a function of the first and last day in the file, for a name that both eras know. `given` is what
    the command states of portal responses; UsageError when the file holds none.

    Raises InputError when the file as a whole cannot be read; then nothing was written. A file whose content was imported
    for the province before changes nothing: all its rows are skipped. `progress` is called with the rows read so far and
    the share of the file that they are.
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
    with pieces.folder(store.private) as folder:
        reading = _read(path, province, progress, folder)
        with store.writing():
            heal(store)
            if _seen(store, reading):
                return reading.summary(
                    {"accepted": 0, "replaced": 0, "unchanged": _drop_rejects(reading)}, []
                )
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
    unchanged = reading.not_refused() + reading.rejected
    reading.rejected = 0
    return unchanged


@dataclass
class _Found:
    """What the batches of a file amount to, added up while they pass; their rows wait on disk."""

    dossiers: Pieces
    rejects: Pieces
    read: int = 0
    accepted: int = 0
    rejected: int = 0
    of_dossiers: bool = False
    first: datetime | None = None  # receipt of the first dossier
    last: datetime | None = None
    late: int = 0  # received after the provinces of the first era ended
    names: pl.DataFrame = field(default_factory=lambda: schema.empty(_UNITS))
    procedures: list[pl.DataFrame] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    repairs: Counter[str] = field(default_factory=Counter)

    def add(self, batch: Batch) -> None:
        self.read += batch.read
        self.skipped.update(batch.skipped)
        self.repairs.update(batch.repairs)
        self.rejected += batch.rejects.height
        if batch.rejects.height:
            self.rejects.add(batch.rejects.with_columns(sheet=pl.lit(batch.sheet, pl.String)))
        if batch.kind == "procedures":
            self.procedures.append(batch.rows)
        else:
            self._add_dossiers(batch.rows)

    def _add_dossiers(self, rows: pl.DataFrame) -> None:
        self.of_dossiers = True
        self.accepted += rows.height
        first, last = _ends(rows["received_at"])
        self.first = min(filter(None, (self.first, first)), default=None)
        self.last = max(filter(None, (self.last, last)), default=None)
        self.late += int(rows.select(_AFTER_63.sum()).item())
        self.names = pl.concat([self.names, rows.select(*NAMES, late=_AFTER_63).unique()]).unique()
        self.dossiers.add(rows)

    @property
    def span(self) -> tuple[date | None, date | None]:
        """The first and last day dossiers were received, else on which procedures came into force."""
        if self.first is not None and self.last is not None:
            return self.first.date(), self.last.date()
        return _ends(pl.concat(self.procedures)["valid_from"]) if self.procedures else (None, None)


def _ends(moments: pl.Series) -> tuple[Any, Any]:
    """The first and the last, None where there is none."""
    return moments.min(), moments.max()


_UNITS: Final[schema.Columns] = {**dict.fromkeys(NAMES, pl.String), "late": pl.Boolean}
_AFTER_63: Final = pl.col("received_at").dt.date() > LAST_DAY_OF_63


def _read(path: Path, province: Province | Chooser, progress: Progress, folder: Path) -> _Reading:
    found = _Found(Pieces(folder, "dossiers"), Pieces(folder, "rejects"))
    for batch in read(path):
        found.add(batch)
        progress(found.read, batch.share)
    digest = sha256(path)
    place = province if isinstance(province, Province) else province(*found.span)
    late = found.late if place.era == "63" else 0
    names = found.names.filter(~pl.col("late")) if place.era == "63" else found.names
    return _Reading(
        path=path,
        province=place,
        import_id=f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{digest[:8]}",
        sha256=digest,
        read=found.read,
        dossiers=found.dossiers,
        of_dossiers=found.of_dossiers,
        accepted=found.accepted - late,
        names=names.select(NAMES),
        procedures=pl.concat(found.procedures) if found.procedures else None,
        rejects=found.rejects,
        rejected=found.rejected + late,
        skipped=found.skipped,
        repairs=found.repairs,
    )


def _in_time(reading: _Reading, rows: pl.DataFrame) -> pl.DataFrame:
    """The dossiers received while the province existed; the others are refused rows: no report could ask for them."""
    if reading.province.era == "34":
        return rows
    late = rows.filter(_AFTER_63)
    if late.height:
        told = f"tiếp nhận sau ngày {print_date(LAST_DAY_OF_63)}, khi đã thuộc {successor(reading.province).title}"
        reading.rejects.add(_refused(late, told))
    return rows.filter(~_AFTER_63)


def _refused(late: pl.DataFrame, told: str) -> pl.DataFrame:
    return late.select(
        "line",
        column=pl.lit("received_at"),
        value_class=pl.lit("dạng ngày"),
        reason=pl.lit(told),
        sheet=pl.lit(None, pl.String),
    )


def _write(store: Store, reading: _Reading, key: bytes) -> Import:
    province_id = reading.province_id
    registry = Registry.load(province_id, store.frame("units", province_id))
    catalogued = catalogue.plan(store, province_id, reading.import_id, reading.procedures)
    procedures = store.frame("procedures", province_id) if catalogued.rows is None else catalogued.rows
    limits = deadlines.limits(procedures)
    incoming = _incoming(reading, registry, key, limits)
    # The limits or the calendar changed since the last import, also by one that died after it wrote the catalogue.
    stale = catalogued.rows is not None or not catalogue.is_used(store, province_id)
    change = merge.plan(store, province_id, incoming, limits if stale else None)
    counts = {name: change.counts[name] + catalogued.counts[name] for name in change.counts}
    done = reading.summary(counts, [unit.name for unit in registry.found], change.moved)
    _write_beside(store, reading, registry, catalogued, change.ids)
    if not change.months:
        store.write("imports", done.row(store.version("facts")))
        return done
    note = done.row(None).drop("facts_version").write_json()
    version = merge.commit(store, province_id, change, {"import": note, **catalogue.note(store)})
    store.write("imports", done.row(version))
    ledger.rebuild(store, province_id, change.months, version)
    return done


def _incoming(reading: _Reading, registry: Registry, key: bytes, limits: pl.DataFrame) -> Incoming:
    """The dossiers read as facts, piece by piece. All units are told first, so that no piece hangs on another."""
    incoming = Incoming(reading.dossiers.folder)
    units = registry.answers(reading.names)
    for piece in reading.dossiers:
        rows = with_units(_in_time(reading, piece), units)
        incoming.add(merge.prepare(rows, reading.province_id, reading.import_id, key, limits))
    return incoming


def _write_beside(
    store: Store, reading: _Reading, registry: Registry, catalogued: catalogue.Change, ids: Path | None
) -> None:
    """What stands beside the facts: private ids, refused rows, units met for the first time, the catalogue."""
    if ids:
        keys.remember(store.private, reading.province_id, reading.import_id, ids)
    if reading.rejected:
        store.commit("rejects", list(_rejects(store, reading)))
    if registry.found:
        store.write("units", unit_rows(registry.found, reading.import_id))
    catalogue.commit(store, reading.province_id, catalogued)


def _rejects(store: Store, reading: _Reading) -> Iterator[Written]:
    """The refused rows in files of their table, one a piece."""
    own = {"import_id": reading.import_id, "province_id": reading.province_id, "file": reading.name}
    for piece in reading.rejects:
        rows = piece.with_columns(pl.lit(value).alias(name) for name, value in own.items())
        yield store.put("rejects", schema.conform(rows, schema.REJECTS), {"province_id": reading.province_id})


def heal(store: Store) -> None:
    """Brings the ledger and the list of imports up to the facts, and the list up to the scores.

    An import that died after its facts were committed left a note of what is missing. A commit without such a note came
    from another tool: then the whole ledger is built again. So is one that an earlier program parted otherwise.
    """
    pieces.clear(store.private)
    if listed := store.note(
        "scores", "import"
    ):  # each import heals before it writes: only the last can be missing
        _list_import(store, listed, store.version("facts"))
    built = int(store.note("ledger", "facts_version") or -1)
    if ledger.outdated(store):
        repair.ledger_again(store)
    for commit in store.commits("facts", built):
        version = int(commit["version"])
        if "import" in commit:
            _list_import(store, commit["import"], version)
            months = [date.fromisoformat(day) for day in json.loads(commit["months"])]
            ledger.rebuild(store, commit["province"], months, version)
        else:
            ledger.rebuild_all(store, version)


def _list_import(store: Store, note: str, version: int | None) -> None:
    row = pl.read_json(
        note.encode(), schema={k: v for k, v in schema.IMPORTS.items() if k != "facts_version"}
    )
    if row["import_id"][0] not in store.frame("imports")["import_id"].to_list():
        store.write("imports", row.with_columns(facts_version=pl.lit(version, pl.Int64)))
