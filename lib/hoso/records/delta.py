"""Delta tables opened once: a process that asks for a table again reads no log again, unless the log has grown."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import polars as pl
from deltalake import DeltaTable, Field, Schema
from deltalake.schema import PrimitiveType

Stamp = tuple[str, int, int, int]
"""The newest entry of a log: its name, inode, time and size. Another state of a table has another."""


def exists(folder: Path) -> bool:
    """Whether the folder is a Delta table."""
    return stamp(folder) is not None


def table(folder: Path, version: int | None = None) -> DeltaTable:
    """The table at a version, else at its newest."""
    return _opened(uri(folder), stamp(folder), version)


def uri(folder: Path) -> str:
    """A folder as Delta takes it: percent-encoded, so that it may be called "kho dữ liệu"."""
    return folder.resolve().as_uri()


def stamp(folder: Path) -> Stamp | None:
    """The newest entry of the folder's log, None without one."""
    log = folder / "_delta_log"
    try:
        with os.scandir(log) as entries:
            name = max(e.name for e in entries if e.name[:20].isdigit() and e.name.endswith(".json"))
        found = (log / name).stat()
    except (OSError, ValueError):  # no log, or nothing in it
        return None
    return name, found.st_ino, found.st_mtime_ns, found.st_size


@lru_cache(maxsize=16)
def _opened(address: str, _stamp: Stamp | None, version: int | None) -> DeltaTable:
    return DeltaTable(address, version=version)


_KINDS: Final[dict[Any, str]] = {
    pl.String: "string",
    pl.Date: "date",
    pl.Boolean: "boolean",
    pl.Int8: "byte",
    pl.Int16: "short",
    pl.Int32: "integer",
    pl.Int64: "long",
    pl.Float64: "double",
    pl.Datetime: "timestamp_ntz",
}


def columns(types: Mapping[str, Any]) -> Schema:
    """Columns (name to polars type) as Delta names their types."""
    kinds = {name: _KINDS[kind if isinstance(kind, type) else type(kind)] for name, kind in types.items()}
    return Schema([Field(name, PrimitiveType(kind), nullable=True) for name, kind in kinds.items()])
