"""What a working copy knows of its object store, file by file.

Kept in SQLite beside the copy, because several threads note what they sent, a row at a time. Damaged or lost it is no
loss: everything is compared with the store again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final, NamedTuple

_TABLE: Final = """create table if not exists synced (
    path text primary key, content text not null, digest text, stamp text not null)"""
_WAIT: Final = 60.0  # seconds, for another thread's row


class Known(NamedTuple):
    """A file when the copy and the store last agreed."""

    content: str  # what the store called its content
    digest: str | None  # None: it stands in the copy by name only
    stamp: str  # of the file in the copy

    def stands_in(self, file: Path) -> bool:
        """Whether the file is an empty one that only shows the name of an object."""
        return self.digest is None and file.stat().st_size == 0


def stamp(file: Path) -> str:
    """Changes with every new content: a rename into its place gives a file another node, time or size."""
    told = file.stat()
    return f"{told.st_mtime_ns}-{told.st_size}-{told.st_ino}"


class Synced:
    """The notes of one working copy."""

    def __init__(self, file: Path) -> None:
        self._file = file
        try:
            self.all()
        except sqlite3.DatabaseError:
            file.unlink(missing_ok=True)
            self.all()

    def all(self) -> dict[str, Known]:
        """What is known, by path."""
        with self._opened() as base:
            return {row[0]: Known(*row[1:]) for row in base.execute("select * from synced")}

    def put(self, path: str, known: Known) -> None:
        """Notes a file that is now the same here and there."""
        with self._opened() as base:
            base.execute("insert or replace into synced values (?, ?, ?, ?)", (path, *known))

    def drop(self, path: str) -> None:
        """Forgets a file that is gone, here and there."""
        with self._opened() as base:
            base.execute("delete from synced where path = ?", (path,))

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._file, timeout=_WAIT)) as base, base:
            base.execute("pragma synchronous = off")  # a note lost in a power cut only costs a comparison
            base.execute(_TABLE)
            yield base
