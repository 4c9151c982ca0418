"""What the newest version of a table lists (tệp đang dùng), noted beside its sums: who reads it opens no log.

Opening a log costs as much as all else that a page of a province takes, and more with every file of the table. The list
names the entry of the log that it is of, with that entry's sum, and begins with a sum of its own: one that is torn, damaged
or of another state of the table is as good as none, and the log is opened. It is no part of what the store says, so it
need not outlive a power cut.
"""

from __future__ import annotations

import json
import secrets
import zlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from . import sums

_NAME: Final = "listing.json"


@dataclass(frozen=True)
class Listing:
    """The data files of a version, named from the folder of their table, and its columns."""

    files: Sequence[str]
    columns: frozenset[str]


def note(folder: Path, entry: str, own: Listing) -> None:
    """Notes what a table lists after an entry of its log, by the entry's name. Without a sum of that, nothing is noted.

    A list that cannot be written is missed by nobody: the commit it is of is whole.
    """
    of = _sum(folder, entry)
    if of is None:
        return
    told = json.dumps({"entry": of, "files": list(own.files), "columns": sorted(own.columns)}).encode()
    file = _file(folder)
    beside = file.with_suffix(f".{secrets.token_hex(4)}")
    try:
        beside.write_bytes(_head(told) + b"\n" + told)
        beside.replace(file)
    except OSError:
        with suppress(OSError):
            beside.unlink()


def of(folder: Path, entry: str) -> Listing | None:
    """What was noted of a table after its newest entry, by the entry's name; None where that was not or is not whole."""
    try:
        head, _, told = _file(folder).read_bytes().partition(b"\n")
    except OSError:
        return None
    if head != _head(told):
        return None
    found = json.loads(told)
    return (
        Listing(found["files"], frozenset(found["columns"]))
        if found["entry"] == _sum(folder, entry)
        else None
    )


def _file(folder: Path) -> Path:
    return sums.folder(folder.parent, folder.name) / _NAME


def _head(told: bytes) -> bytes:
    return f"{zlib.crc32(told):08x} {len(told)}".encode()


def _sum(folder: Path, entry: str) -> list[str | int] | None:
    """An entry by its name and the sum that was noted of it; None where none was."""
    noted = sums.noted(folder.parent, folder.name, f"{sums.LOG}/{entry}")
    return None if noted is None else [entry, *noted]
