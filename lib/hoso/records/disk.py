"""The disk (đĩa): room asked for before a table is written, and what must outlive a power cut written through.

An engine that finds no room says so in a trace, one of each of its threads; here it is one line, before anything is written.
"""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from typing import Final

SPARE: Final = 1 << 20
"""Bytes beside the rows: the entry of the log, its checkpoint, the sums."""

_UNKNOWN: Final = (errno.EINVAL, errno.ENOTSUP)  # what a file system says of what it does not know


def require_room(folder: Path, size: int) -> None:
    """OSError (ENOSPC) unless the folder's disk has room for so many bytes and the spare ones."""
    if shutil.disk_usage(folder).free < size + SPARE:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))


def to_disk(path: Path) -> None:
    """What a file holds, or which names a folder has, written through to the disk: it is there after a power cut.

    Some file systems of other machines (SMB) know this of files alone; of folders they do it by themselves or not at all.
    """
    if path.is_dir() and os.name != "posix":
        return  # there a folder cannot be opened
    opened = os.open(path, os.O_RDONLY if os.name == "posix" else os.O_RDWR)
    try:
        os.fsync(opened)
    except OSError as error:
        if error.errno not in _UNKNOWN or not path.is_dir():
            raise
    finally:
        os.close(opened)
