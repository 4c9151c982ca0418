"""Delta tables opened once: a process that asks for a table again reads no log again, unless the log has grown."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

import polars as pl
from deltalake import DeltaTable, Field, Schema
from deltalake.exceptions import DeltaError
from deltalake.schema import PrimitiveType

from ..vocabulary.errors import StoreError
from . import damage, listing, sums

Stamp = tuple[str, int, int, int]
"""The newest entry of a log: its name, inode, time and size. Another state of a table has another."""


def exists(folder: Path) -> bool:
    """Whether the folder is a Delta table. StoreError for one that was and has lost its log."""
    if stamp(folder) is not None:
        return True
    damage.refuse_lost(folder)
    return False


def table(folder: Path, version: int | None = None) -> DeltaTable:
    """The table at a version, else at its newest. StoreError for one that is damaged or of a newer program."""
    damage.refuse_lost(folder)
    return _opened(folder, *_state(folder, version))


def version(folder: Path) -> int | None:
    """The newest version of a table, told by its log's newest entry: nothing of it is opened. None where there is none."""
    newest = stamp(folder)
    damage.refuse_lost(folder)
    return None if newest is None else int(newest[0][:20])


def files(folder: Path, version: int | None, chosen: Mapping[str, str]) -> list[str]:
    """The data files of a table at a version, of the partitions chosen by their columns' values (province_id first).

    A grain is chosen with all that it is parted into: "unit" stands for "unit-2025" and "unit-2026" too.
    """
    damage.refuse_lost(folder)
    parts = [f"/{name}={value}" + "/" * (name != "grain") for name, value in chosen.items()]
    found = _by_province(folder, *_state(folder, version))
    among = found.get(parts[0], ()) if "province_id" in chosen else found[""]
    return [file for file in among if all(part in file for part in parts)]


def column_names(folder: Path, version: int | None) -> frozenset[str]:
    """The columns of a table at a version, else at its newest."""
    damage.refuse_lost(folder)
    return _listing(folder, *_state(folder, version)).columns


def _state(folder: Path, version: int | None) -> tuple[Stamp | None, int | None]:
    """The newest entry of a log, and a version that is not the newest anyway: of that one, nothing is read twice."""
    newest = stamp(folder)
    return newest, None if newest is not None and version == int(newest[0][:20]) else version


def uri(folder: Path) -> str:
    """A folder as Delta takes it: percent-encoded, so that it may be called "kho dữ liệu"."""
    return folder.resolve().as_uri()


def live(folder: Path, version: int | None = None) -> list[str]:
    """The data files of a table at a version, else at its newest, named from its folder."""
    return sorted(_read(folder, table(folder, version)).files)


def commit(folder: Path, version: int) -> dict[str, Any]:
    """What the writer of a version noted, with `version` and `timestamp`; empty where its entry is no longer kept.

    Read from the entry itself: `DeltaTable.history` numbers the newest commits from the version it was opened at, so that of
    a table that has grown since it says of one version what holds of another.
    """
    entry = folder / sums.LOG / f"{version:020}.json"
    try:
        made = entry.stat()
        told = _told(entry, made.st_ino, made.st_mtime_ns, made.st_size)
        return {"timestamp": made.st_mtime_ns // 1_000_000, **told, "version": version}
    except FileNotFoundError:
        return {}
    except (ValueError, AttributeError) as fault:
        raise damage.unopened(folder, fault) from fault


@lru_cache(maxsize=256)
def _told(entry: Path, *_state: int) -> Mapping[str, Any]:
    lines = [line for line in entry.read_text("utf-8").splitlines() if '"commitInfo"' in line]
    return next((dict(json.loads(line).get("commitInfo") or {}) for line in lines), {})


def commits(folder: Path, newer_than: int = -1) -> list[dict[str, Any]]:
    """The commits of a table after a version, oldest first."""
    versions = (int(name[:20]) for name in sums.entries(folder))
    return [found for version in versions if version > newer_than and (found := commit(folder, version))]


def stamp(folder: Path) -> Stamp | None:
    """The newest entry of the folder's log, None without one."""
    log = f"{folder}/{sums.LOG}"
    try:
        name = _newest(log)
        found = os.stat(f"{log}/{name}")  # noqa: PTH116 - a page asks ten times, and a Path costs more than the answer
    except (OSError, ValueError):  # no log, or nothing in it
        return None
    return name, found.st_ino, found.st_mtime_ns, found.st_size


def _newest(log: str) -> str:
    """The name of a log's newest entry, looked for where the folder has changed: a log grows with every import, and a page
    asks for it ten times. ValueError for a log without an entry.
    """
    folder = os.stat(log)  # noqa: PTH116
    state, known = (folder.st_ino, folder.st_mtime_ns), _newest_of.get(log)
    if known is not None and known[0] == state:
        return known[1]
    with os.scandir(log) as entries:
        name = max(e.name for e in entries if e.name[:20].isdigit() and e.name.endswith(".json"))
    # A folder that has just changed may change again within the same tick of its clock.
    if time.time_ns() - folder.st_mtime_ns > _SETTLED:
        _newest_of[log] = state, name
    return name


_SETTLED: Final = 2_000_000_000  # nanoseconds; the coarsest clock of a file system counts two seconds
_newest_of: Final[dict[str, tuple[tuple[int, int], str]]] = {}


def taken(folder: Path) -> DeltaTable:
    """The table at its newest, for a commit that changes what is opened: kept no longer, until `followed` says so."""
    opened = table(folder)
    for key in [key for key, own in _kept.items() if own is opened]:
        del _kept[key]
    return opened


def followed(folder: Path, opened: DeltaTable) -> None:
    """Keeps an opened table that a commit was made of as the newest: the new entry is read, and no others again.

    What the commit says is said whatever becomes of this: a table that is not kept is opened when it is asked for.
    """
    with suppress(DeltaError, OSError):
        opened.update_incremental()
    newest = stamp(folder)
    if newest is not None and opened.version() == int(newest[0][:20]):
        _keep((folder, newest, None), opened)
        listing.note(folder, newest[0], _read(folder, opened))


def _opened(folder: Path, stamp: Stamp | None, version: int | None) -> DeltaTable:
    key = folder, stamp, version
    found = _kept.pop(key, None)
    if found is None:
        found = _open(folder, stamp, version)
    _keep(key, found)
    return found


_Key = tuple[Path, Stamp | None, int | None]
# The tables that were last asked for; the newest state of one has no version.
_kept: Final[dict[_Key, DeltaTable]] = {}
_MOST: Final = 16


def _keep(key: _Key, opened: DeltaTable) -> None:
    _kept[key] = opened
    while len(_kept) > _MOST:
        _kept.pop(next(iter(_kept)), None)


def _open(folder: Path, stamp: Stamp | None, version: int | None) -> DeltaTable:
    if stamp is not None and version is not None and version > int(stamp[0][:20]):
        raise StoreError(
            f"kho không có phiên bản {version} của bảng {folder.name}",
            where=str(folder),
            expected=f"từ 0 đến {int(stamp[0][:20])}",
            remedy="sau khi khôi phục bản sao lưu cũ hơn: nạp lại các tệp từ đó đến nay rồi lập lại báo cáo",
        )
    try:
        return DeltaTable(uri(folder), version=version)
    except (DeltaError, OSError, ValueError) as fault:
        raise damage.unopened(folder, fault) from fault


@lru_cache(maxsize=16)
def _listing(folder: Path, stamp: Stamp | None, version: int | None) -> listing.Listing:
    """What a version lists; of the newest, from the list beside its sums, where that is of it."""
    noted = listing.of(folder, stamp[0]) if stamp is not None and version is None else None
    return _read(folder, _opened(folder, stamp, version)) if noted is None else noted


def _read(folder: Path, opened: DeltaTable) -> listing.Listing:
    here = folder.resolve()
    start = f"{here}/"  # taken off as text: a Path of each of many thousands takes ten times as long
    paths = map(unquote, opened.file_uris())
    files = [
        path[len(start) :] if path.startswith(start) else Path(path).relative_to(here).as_posix()
        for path in paths
    ]
    return listing.Listing(files, frozenset(field.name for field in opened.schema().fields))


@lru_cache(maxsize=16)
def _by_province(folder: Path, stamp: Stamp | None, version: int | None) -> Mapping[str, Sequence[str]]:
    """All files of a version under "", and those of each province under its folder, "/province_id=34-01/".

    Choosing among them by path costs a thousandth of letting Delta choose.
    """
    here = folder.resolve().as_posix()
    found: dict[str, list[str]] = {"": [f"{here}/{name}" for name in _listing(folder, stamp, version).files]}
    for file in found[""]:
        for province in _PROVINCE.findall(file):
            found.setdefault(province, []).append(file)
    return found


_PROVINCE: Final = re.compile(r"/province_id=[^/]+/")
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


def widened(own: Schema, wanted: Schema) -> Schema:
    """A table's columns and those it lacks: one that is no longer written stays, for the files that have it."""
    known = {field.name for field in own.fields}
    return Schema([*own.fields, *(field for field in wanted.fields if field.name not in known)])
