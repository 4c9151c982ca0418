"""Room on the disk (chỗ trống): asked for before a table is written, since an engine that finds none says so in a trace.

Its threads print one each; here it is one line, before anything is written.
"""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from typing import Final

SPARE: Final = 1 << 20
"""Bytes beside the rows: the entry of the log, its checkpoint, the sums."""


def require(folder: Path, size: int) -> None:
    """OSError (ENOSPC) unless the folder's disk has room for so many bytes and the spare ones."""
    if shutil.disk_usage(folder).free < size + SPARE:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))
