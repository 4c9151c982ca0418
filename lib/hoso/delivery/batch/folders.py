"""The private folder of a batch (thư mục riêng): pinned versions and what its reports share, gone with the batch.

A process that was killed takes nothing away; so whoever starts next takes away the folders whose owners are dead.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from ...records import pinned

_PREFIX: Final = f"hoso-batch-{os.getuid() if hasattr(os, 'getuid') else os.environ.get('USERNAME', '')}-"
_OWNER: Final = "owner.lock"


@contextmanager
def private() -> Iterator[Path]:
    """A new folder of mode 0700 in the place for temporary files, held by this process and removed at the end."""
    sweep()
    made = Path(tempfile.mkdtemp(prefix=f"new-{_PREFIX}"))  # a name that nobody sweeps before it is held
    lock = FileLock(made / _OWNER)
    lock.acquire()
    folder = made.rename(made.with_name(made.name.removeprefix("new-")))
    try:
        yield folder
    finally:
        lock.release()
        shutil.rmtree(folder, ignore_errors=True)


def pinned_now() -> Iterator[tuple[str, pinned.Versions]]:
    """Of each living batch of this user: the folder of its store and the versions it reads (pinned.write)."""
    sweep()
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError, ValueError, KeyError):  # it ended just now, or has not begun to read
            noted = json.loads((folder / pinned.FILE).read_bytes())
            yield str(noted["store"]), noted["versions"]


def sweep() -> None:
    """Takes away the folders of this user's batches whose process is no more."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError, Timeout):
            if folder.is_symlink() or (folder / _OWNER).exists() is False:
                continue  # another's trick, or a folder whose owner is just about to hold it
            lock = FileLock(folder / _OWNER, timeout=0)
            with lock:
                shutil.rmtree(folder, ignore_errors=True)
