"""The store: Delta tables under one folder, the key that pseudonymises dossier ids, and one lock for writers.

`Store.open` checks that the store was made by this or an earlier layout and with the same key; tables are read at a
version through `files`, never by listing the folder (a Delta folder also holds files of older versions).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

import polars as pl
from deltalake import CommitProperties, DeltaTable, WriterProperties, write_deltalake
from filelock import FileLock, Timeout

from ..vocabulary.errors import NoDataError, StoreError
from . import keys, schema

LAYOUT: Final = 2
LOCK_SECONDS: Final = 600.0
TABLES: Final = {
    "facts": schema.PARTITIONS,
    "ledger": schema.PARTITIONS,
    "rejects": ("province_id",),
    "imports": ("province_id",),
    "procedures": ("province_id",),
    "units": ("province_id",),
    "scores": ("province_id",),
}
_NOT_IN_PATHS: Final = set("%#[]*?")  # what the engines below read as patterns or escapes
_WRITER = WriterProperties(compression="ZSTD")


@dataclass(frozen=True)
class Store:
    """An opened store. Raises StoreError when the folder cannot be used, NoDataError when there is none yet."""

    root: Path

    @classmethod
    def open(cls, root: Path) -> Store:
        """The existing store at `root`, to be read."""
        note = root / "store.json"
        if not note.exists():
            raise NoDataError(
                "chưa có dữ liệu",
                where=str(root),
                expected="kho dữ liệu",
                remedy="chạy: hoso import TỆP --province TỈNH",
            )
        layout = _read_note(note).get("layout")
        if layout != LAYOUT:
            raise StoreError(
                f"the store has layout {layout}",
                where=str(note),
                expected=f"layout {LAYOUT}",
                remedy="use the version of hoso that wrote it, or import the exports into a new store",
            )
        return cls(root)

    @classmethod
    def prepare(cls, root: Path, key_file: Path) -> Store:
        """The store at `root` to be written, made at first use; its key must be the one it was made with."""
        if set(str(root.resolve())) & _NOT_IN_PATHS:
            raise StoreError(
                "the store cannot lie in this folder",
                where=str(root),
                expected=f"a path without {' '.join(sorted(_NOT_IN_PATHS))}",
                remedy="move it (HOSO_STORE)",
            )
        root.mkdir(parents=True, exist_ok=True)
        note = root / "store.json"
        fingerprint = keys.fingerprint(keys.load(key_file))
        with _locked(root / ".prepare.lock"):
            if not note.exists():
                _write_atomically(note, json.dumps({"layout": LAYOUT, "key": fingerprint}))
        made_with = _read_note(note).get("key")
        if made_with != fingerprint:
            raise StoreError(
                "the key is not the one this store was made with",
                where=str(key_file),
                expected=f"key {made_with}",
                remedy="restore that key file (HOSO_KEY), or import everything into a new store",
            )
        return cls.open(root)

    def path(self, table: str) -> Path:
        """The folder of a table."""
        return self.root / table

    def uri(self, table: str) -> str:
        """The folder of a table as Delta takes it: percent-encoded, so that it may be called "kho dữ liệu"."""
        return self.path(table).resolve().as_uri()

    def exists(self, table: str) -> bool:
        """Whether anything was ever written to the table."""
        return DeltaTable.is_deltatable(self.uri(table))

    def version(self, table: str = "facts") -> int | None:
        """The table's newest version, None when there is none."""
        return DeltaTable(self.uri(table)).version() if self.exists(table) else None

    def months(self, table: str, version: int | None = None) -> dict[str, list[date]]:
        """The months of receipt a table holds, by province."""
        found: dict[str, list[date]] = {}
        for part in DeltaTable(self.uri(table), version=version).partitions():
            found.setdefault(part["province_id"], []).append(date.fromisoformat(part["received_month"]))
        return found

    def files(self, table: str, province_id: str | None = None, version: int | None = None) -> list[str]:
        """The live Parquet files of a table at a version, of one province where asked."""
        if not self.exists(table):
            return []
        chosen = [("province_id", "=", province_id)] if province_id else None
        uris = DeltaTable(self.uri(table), version=version).file_uris(partition_filters=chosen)
        return [unquote(uri) for uri in uris]

    def frame(self, table: str, province_id: str | None = None, version: int | None = None) -> pl.DataFrame:
        """A small table as a frame (imports, units, procedures, rejects), empty when nothing was written."""
        columns: dict[str, Any] = getattr(schema, table.upper())
        files = self.files(table, province_id, version)
        if not files:
            return schema.empty(columns)
        rows = pl.read_parquet(files, hive_partitioning=True, hive_schema={"province_id": pl.String})
        return schema.conform(rows, columns)

    def write(
        self,
        table: str,
        rows: pl.DataFrame,
        *,
        replace: str | None = None,
        note: Mapping[str, str] | None = None,
    ) -> int:
        """Appends rows, or replaces those a predicate over partition columns selects, in one commit; its version."""
        target = self.uri(table)
        properties = CommitProperties(custom_metadata=dict(note or {}))
        if replace is not None and self.exists(table):
            write_deltalake(
                target,
                rows,
                mode="overwrite",
                predicate=replace,
                writer_properties=_WRITER,
                commit_properties=properties,
            )
        else:
            write_deltalake(
                target,
                rows,
                mode="append",
                partition_by=list(TABLES[table]),
                writer_properties=_WRITER,
                commit_properties=properties,
            )
        version = self.version(table)
        assert version is not None
        return version

    def note(self, table: str, key: str, version: int | None = None) -> str | None:
        """What the newest commit of a table, or that of a version, says under a key."""
        if not self.exists(table):
            return None
        newest = DeltaTable(self.uri(table), version=version).history(1)[0]
        value = newest.get(key)
        return str(value) if value is not None else None

    def commits(self, table: str, newer_than: int) -> list[dict[str, Any]]:
        """The commits of a table after a version, oldest first."""
        if not self.exists(table):
            return []
        history = DeltaTable(self.uri(table)).history()
        return sorted((c for c in history if c["version"] > newer_than), key=lambda c: int(c["version"]))

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Holds the writers' lock: imports take turns, so none works on a state another is changing."""
        with _locked(self.root / ".write.lock"):
            yield


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    lock = FileLock(path, timeout=LOCK_SECONDS)
    try:
        lock.acquire()
    except Timeout as error:
        raise StoreError(
            "another import holds the store",
            where=str(path),
            expected=f"the lock within {LOCK_SECONDS:.0f} s",
            remedy="wait for it to end and run the command again",
        ) from error
    try:
        yield
    finally:
        lock.release()


def _read_note(note: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(note.read_text("utf-8"))
        return found
    except ValueError as error:
        raise StoreError(
            "the note of the store is damaged",
            where=str(note),
            expected="JSON",
            remedy="restore it from the backup",
        ) from error


def _write_atomically(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_text(text, "utf-8")
    beside.replace(path)
