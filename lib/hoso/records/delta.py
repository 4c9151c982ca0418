"""Delta tables opened once: a process that asks for a table again reads no log again, unless the log has grown."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote

from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from . import damage

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
    return _opened(folder, stamp(folder), version)


def uri(folder: Path) -> str:
    """A folder as Delta takes it: percent-encoded, so that it may be called "kho dữ liệu"."""
    return folder.resolve().as_uri()


def live(folder: Path) -> list[str]:
    """The data files of a table at its newest version, named from its folder."""
    here = folder.resolve()
    return sorted(str(Path(unquote(uri)).relative_to(here)) for uri in table(folder).file_uris())


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
def _opened(folder: Path, _stamp: Stamp | None, version: int | None) -> DeltaTable:
    damage.refuse_lost(folder)
    try:
        return DeltaTable(uri(folder), version=version)
    except (DeltaError, OSError, ValueError) as fault:
        raise damage.unopened(folder, fault) from fault
