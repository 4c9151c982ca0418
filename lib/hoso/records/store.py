"""The store: Delta tables under one folder, the key that pseudonymises dossier ids, and one lock for writers.

`Store.open` checks that the store was made by this or an earlier layout and with the same key; tables are read at a
version through `files`, never by listing the folder (a Delta folder also holds files of older versions). In a process of a
batch the opened store stands still: each table is read at the version the batch pinned (records.pinned).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Final, TypeVar

import polars as pl
from deltalake import DeltaTable

from ..vocabulary.errors import StoreError
from . import commits, damage, delta, disk, forgotten, keys, mirror, parquet, pinned, schema, store_note, sums
from .commits import Written
from .turns import LOCK_SECONDS, locked

TABLES: Final = {
    "facts": schema.PARTITIONS,
    "ledger": schema.LEDGER_PARTITIONS,
    "rejects": ("province_id",),
    "imports": ("province_id",),
    "procedures": ("province_id",),
    "units": ("province_id",),
    "scores": ("province_id",),
}
_NOT_IN_PATHS: Final = set("%#[]*?")  # what the engines below read as patterns or escapes

SAME_AS: Final = "same_as"  # noted by a commit that changed no row: which version last did

T = TypeVar("T")


@dataclass(frozen=True)
class Commit:
    """One version of a table: when it was made, and what its writer noted."""

    version: int
    made: datetime
    note: Mapping[str, Any]


@dataclass(frozen=True)
class Store:
    """An opened store. Raises StoreError when the folder cannot be used, NoDataError when there is none yet."""

    root: Path
    pins: pinned.Versions | None = field(default=None, compare=False, repr=False)

    @classmethod
    def open(cls, root: Path) -> Store:
        """The existing store at `root`, to be read; at the versions of the batch this process belongs to, if any.

        The working copy of one in an object store is brought up to it, unless it has what the batch pinned.
        """
        opened = cls(root, pinned.of(root))
        copy = mirror.prepared(root)
        if copy is not None and not opened.has_pinned(copy):
            copy.refresh(tuple(TABLES))
        store_note.check(root, opened.place)
        return opened

    @classmethod
    def prepare(cls, root: Path, key_file: Path) -> Store:
        """The store at `root` to be written, made at first use; its key must be the one it was made with."""
        if set(str(root.resolve())) & _NOT_IN_PATHS:
            raise StoreError(
                "kho dữ liệu không đặt được ở thư mục này",
                where=str(root),
                expected=f"đường dẫn không có {' '.join(sorted(_NOT_IN_PATHS))}",
                remedy="chuyển kho sang nơi khác (HOSO_STORE)",
            )
        copy, fingerprint = mirror.prepared(root), keys.fingerprint(keys.load(key_file))
        root.mkdir(parents=True, exist_ok=True)
        if copy is not None:
            copy.refresh(tuple(TABLES))
        store_note.make(root, fingerprint, copy, key_file)
        store_note.check(root, str(root))
        return cls(root)  # who writes sees the newest, whatever a batch has pinned

    @cached_property
    def remote(self) -> mirror.Mirror | None:
        """The object store that this is the working copy of; None for a store on a disk."""
        return mirror.of(self.root)

    @property
    def place(self) -> str:
        """Where the store is: its folder, or its address."""
        return str(self.root) if self.remote is None else self.remote.url

    def has_pinned(self, copy: mirror.Mirror) -> bool:
        """Whether a copy knows the versions that this process's batch pinned."""
        pins = {} if self.pins is None else self.pins["tables"]
        wanted = {table: pin for table, pin in pins.items() if pin is not None}
        return self.pins is not None and all(copy.knows(table, pin) for table, pin in wanted.items())

    @property
    def private(self) -> Path:
        """The folder only its owner opens: dossier ids, and imports under way."""
        return self.root / "private"

    @property
    def as_of(self) -> datetime | None:
        """When the state was made that a batch asked for in place of the newest (records.as_of); else None."""
        return pinned.moment(self.pins)

    def path(self, table: str) -> Path:
        """The folder of a table."""
        return self.root / table

    def exists(self, table: str) -> bool:
        """Whether anything was ever written to the table; in a batch, before it began."""
        if self.pins is None and self.remote is None:
            return delta.exists(self.path(table))
        return self.version(table) is not None

    def version(self, table: str = "facts") -> int | None:
        """The table's newest version, or the one pinned; None when there is none."""
        if self.pins is not None:
            pin: int | None = self.pins["tables"].get(table)
            return pin
        if self.remote is not None:
            return self.remote.version(table)
        return delta.version(self.path(table))

    def content_version(self, table: str) -> int | None:
        """The version that last changed what the table says; joining its files (records.joined) does not."""
        version = self.version(table)
        same = None if version is None else self.note(table, SAME_AS, version)
        return version if same is None else int(same)

    def months(self, table: str, version: int | None = None) -> dict[str, list[date]]:
        """The months of receipt a table holds, by province."""
        found: dict[str, list[date]] = {}
        for part in self._table(table, version).partitions():
            found.setdefault(part["province_id"], []).append(date.fromisoformat(part["received_month"]))
        return found

    def files(
        self,
        table: str,
        province_id: str | None = None,
        version: int | None = None,
        month: date | None = None,
        grain: str | None = None,
    ) -> list[str]:
        """The live Parquet files of a table at a version, of one province, month or grain where asked, to be read.

        StoreError for one that is not as it was written: an engine would read other numbers from it, and say nothing.
        """
        listed = self.listed(table, province_id, version, month, grain)
        if self.remote is not None:
            self.remote.bring(table, listed)
        return damage.sound(self.path(table), listed)

    def listed(
        self,
        table: str,
        province_id: str | None = None,
        version: int | None = None,
        month: date | None = None,
        grain: str | None = None,
    ) -> list[str]:
        """The same for one who does not read them."""
        if not self.exists(table):
            return []
        asked = {"province_id": province_id, "received_month": month and month.isoformat(), "grain": grain}
        chosen = {name: value for name, value in asked.items() if value}
        return self.kept(
            ("files", table, version, *chosen.items()),
            lambda: delta.files(self.path(table), self._chosen(table, version), chosen),
        )

    def frame(self, table: str, province_id: str | None = None, version: int | None = None) -> pl.DataFrame:
        """A small table as a frame (imports, units, procedures, rejects), empty when nothing was written."""
        if not self.exists(table):
            return schema.empty(getattr(schema, table.upper()))
        return self.kept(
            ("frame", table, province_id, version), lambda: self._frame(table, province_id, version)
        )

    def _frame(self, table: str, province_id: str | None, version: int | None) -> pl.DataFrame:
        columns: dict[str, Any] = getattr(schema, table.upper())
        files = self.files(table, province_id, version)
        return parquet.scan(files, columns).collect()

    def columns(self, table: str, version: int | None = None) -> frozenset[str]:
        """The columns that a table has at a version; a file written before the last of them came may lack that one."""
        if not self.exists(table):
            return frozenset()
        return self.kept(
            ("columns", table, version),
            lambda: delta.column_names(self.path(table), self._chosen(table, version)),
        )

    def kept(self, key: tuple[object, ...], make: Callable[[], T]) -> T:
        """What is derived from the store at its pinned versions: made once a batch (pinned.kept), else each time."""
        return make() if self.pins is None else pinned.kept(key, make)

    def _table(self, table: str, version: int | None) -> DeltaTable:
        return delta.table(self.path(table), self._chosen(table, version))

    def _chosen(self, table: str, version: int | None) -> int | None:
        """The version to read: the one asked for, the one pinned or (None) the newest. NoDataError where it is gone."""
        newest = self.pins is None and self.remote is None
        chosen = version if version is not None or newest else self.version(table)
        if chosen is not None:
            forgotten.refuse(self.root, table, chosen)
        return chosen

    def write(
        self,
        table: str,
        rows: pl.DataFrame,
        *,
        replace: str | None = None,
        note: Mapping[str, str] | None = None,
    ) -> int:
        """Appends rows, or replaces those a predicate over partition columns selects, in one commit; its version.

        A column that the table does not have yet is added to it; one that the rows do not have is empty in them.
        """
        disk.require_room(self.root, int(rows.estimated_size()))  # in memory it is larger than in Parquet
        opened = commits.write(
            self.path(table), rows, TABLES[table], note or {}, replace=replace, there=self.exists(table)
        )
        return self.noted(table, opened)

    def put(
        self, table: str, rows: pl.DataFrame, partitions: Mapping[str, str], *, level: int | None = 1
    ) -> Written:
        """Writes rows of one partition into a file that no version lists yet; `level` of zstd, None for not packed.

        Counts are at level 1 no larger than at the usual 3, and take three quarters of the time.
        """
        return commits.put(self.path(table), rows, partitions, level=level)

    def commit(
        self,
        table: str,
        files: Sequence[Written],
        note: Mapping[str, str] | None = None,
        *,
        replaced: Sequence[tuple[str, str, Any]] | None = None,
        types: Mapping[str, Any] | None = None,
    ) -> int:
        """Makes written files live in one commit, in place of what `replaced` selects (empty: all); its version.

        `types` are the table's columns where records.schema does not name them.
        """
        columns = delta.columns(types or getattr(schema, table.upper()))
        opened = commits.add(
            self.path(table),
            files,
            columns,
            TABLES[table],
            note or {},
            replaced=replaced,
            there=self.exists(table),
        )
        return self.noted(table, opened)

    def noted(self, table: str, opened: DeltaTable | None) -> int:
        """Notes the sums of what a commit added, once it lies in the object store if there is one; the table's version.

        `opened`: the table that the commit was made of; None where the commit made it.
        """
        if self.remote is None:
            sums.note(self.root, table)
        else:
            self.remote.push(table)
        delta.followed(self.path(table), delta.table(self.path(table)) if opened is None else opened)
        version = self.version(table)
        assert version is not None
        return version

    def note(self, table: str, key: str, version: int | None = None) -> str | None:
        """What the newest commit of a table, or that of a version, says under a key."""
        if not self.exists(table):
            return None
        if (
            self.pins is not None
            and (table, key) == ("ledger", "facts_version")
            and version in (None, self.version(table))
        ):
            return self.pins["facts_version"]  # type: ignore[no-any-return]
        chosen = self.version(table) if version is None else version
        value = delta.commit(self.path(table), chosen or 0).get(key)
        return str(value) if value is not None else None

    def commits(self, table: str, newer_than: int) -> list[dict[str, Any]]:
        """The commits of a table after a version, oldest first; in a batch none that came since it began."""
        if not self.exists(table):
            return []
        last = self.version(table) or 0
        return [c for c in delta.commits(self.path(table), newer_than) if c["version"] <= last]

    def history(self, table: str) -> list[Commit]:
        """Every commit of a table, newest first, whatever version this process reads it at."""
        if self.remote is None and not delta.exists(self.path(table)):
            return []
        last = None if self.remote is None else self.remote.version(table)
        known = (c for c in delta.commits(self.path(table)) if last is None or c["version"] <= last)
        found = reversed(list(known))
        return [Commit(c["version"], datetime.fromtimestamp(c["timestamp"] / 1000, UTC), c) for c in found]

    @contextmanager
    def writing(self, seconds: float = LOCK_SECONDS) -> Iterator[None]:
        """Holds the writers' lock: imports take turns, so none works on a state another is changing.

        StoreBusyError when another still has it after so many seconds.
        """
        with ExitStack() as held:
            held.enter_context(locked(self.root / ".write.lock", seconds))
            if self.remote is not None:
                held.enter_context(self.remote.writing(tuple(TABLES), seconds))
            yield
