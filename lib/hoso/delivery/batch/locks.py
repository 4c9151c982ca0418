"""One lock for each report (khóa từng báo cáo): two batches share the work and never make the same report at once.

Where the kernel has locks of an open file (Linux), all are ranges of one file: a byte of it for each report, freed by the
kernel when its holder dies, however it dies. Elsewhere each report has a lock file of its own.
"""

from __future__ import annotations

import errno
import hashlib
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from ..publishing import PRIVATE

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

FILE: Final = "locks"
_SET: Final[int | None] = getattr(fcntl, "F_OFD_SETLK", None)
_WAIT: Final[int | None] = getattr(fcntl, "F_OFD_SETLKW", None)
_HELD: Final = (errno.EACCES, errno.EAGAIN)


class Busy(Exception):  # noqa: N818 - no error: another process makes the report now
    """Another process holds the lock of a report."""


@contextmanager
def locked(reports: Path, name: str, wait: bool = True) -> Iterator[None]:
    """Holds the lock of one report of a folder of reports. Busy when another holds it and nobody waits."""
    folder = reports / PRIVATE
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest = hashlib.sha256(name.encode()).digest()
    with _range(folder, digest, wait) if _SET is not None else _file(folder, digest, wait):
        yield


@contextmanager
def _range(folder: Path, digest: bytes, wait: bool) -> Iterator[None]:
    """A byte of the one file. Locks of an open file, not of the process: threads of a process exclude each other too."""
    assert _SET is not None and _WAIT is not None
    offset = int.from_bytes(digest[:8], "big") >> 2  # two names on one byte only wait for each other
    with os.fdopen(os.open(folder / FILE, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
        try:
            fcntl.fcntl(file, _WAIT if wait else _SET, _flock(fcntl.F_WRLCK, offset))
        except OSError as error:
            if error.errno in _HELD and not wait:
                raise Busy from error
            raise
        yield  # closing the file lets go


def _flock(kind: int, start: int) -> bytes:
    """struct flock of Linux on 64 bits: type, whence, start, length, and a pid that must be 0."""
    return struct.pack("hhqqi4x", kind, os.SEEK_SET, start, 1, 0)


@contextmanager
def _file(folder: Path, digest: bytes, wait: bool) -> Iterator[None]:
    (folder / FILE).mkdir(exist_ok=True)
    lock = FileLock(folder / FILE / digest.hex()[:32], timeout=-1 if wait else 0)
    try:
        lock.acquire()
    except Timeout as error:
        raise Busy from error
    try:
        yield
    finally:
        lock.release()
