"""Rows on their way into the store, kept on disk piece by piece, so that memory does not grow with the file.

They may hold dossier ids, so the folder is the owner's alone, below the store's private one; it goes when the import ends,
and what a killed import left goes with the next. Whether an import lives, its lock tells: the system lets go of a lock when
its process ends, however it ends.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import polars as pl
from filelock import FileLock, Timeout

from . import disk

_PREFIX: Final = "incoming-"
_OWNER: Final = "owner.lock"
_GUARD: Final = (
    ".incoming.lock"  # held while a folder gets its owner, and while the folders are looked through
)


class Pieces:
    """Frames of the same columns, in the order they were added; several kinds of them may lie in one folder."""

    def __init__(self, folder: Path, kind: str) -> None:
        self.folder = folder
        self._kind = kind
        self._files: list[Path] = []

    def add(self, rows: pl.DataFrame) -> None:
        """Puts one more frame behind the others."""
        file = self.folder / f"{self._kind}-{len(self._files):05d}.arrow"
        disk.require_room(self.folder, int(rows.estimated_size()))
        rows.write_ipc(file)  # packing them costs more than the disk they fill for a moment
        self._files.append(file)

    def __iter__(self) -> Iterator[pl.DataFrame]:
        """The frames, each read when its turn comes; it is gone from the disk with the next."""
        while self._files:
            file = self._files.pop(0)
            yield pl.read_ipc(file)
            file.unlink()


@contextmanager
def folder(private: Path) -> Iterator[Path]:
    """A new folder of mode 700 below `private`, which is made when it is not there; held, and removed at the end."""
    private.mkdir(parents=True, exist_ok=True, mode=0o700)
    with FileLock(private / _GUARD):
        made = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=private))
        lock = FileLock(made / _OWNER)
        lock.acquire()
    try:
        yield made
    finally:
        lock.release()
        shutil.rmtree(made, ignore_errors=True)


def clear(private: Path) -> None:
    """Removes what imports left that are no longer alive."""
    left = list(private.glob(f"{_PREFIX}*"))
    if not left:
        return
    with FileLock(private / _GUARD):
        for made in left:
            if _is_left(made):
                shutil.rmtree(made, ignore_errors=True)


def _is_left(made: Path) -> bool:
    """Whether nobody holds the folder. Under the guard nobody is about to: a folder without a lock is a killed import's."""
    with suppress(OSError, Timeout), FileLock(made / _OWNER, timeout=0):
        return True
    return False
