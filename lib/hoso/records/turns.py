"""Taking turns at a store (lượt ghi): a lock for the processes of one machine, a lease for machines on one object store.

The lease is a courtesy, so that imports of several machines wait for one another instead of failing: that no two make the
same version is held by the conditional put of the log's entries (records.mirror). Its holder writes it anew again and
again; who waits watches it, by a clock of its own, and takes over one that stands still: a machine that died.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from ..vocabulary.errors import StoreBusyError, StoreError
from . import bucket

LOCK_SECONDS: Final = 600.0
LEASE: Final = "writer"
LEASE_SECONDS: Final = 60.0
"""A lease that was not renewed for so long is a dead machine's."""
_RENEWED: Final = 4  # times in that span
_ASKS: Final = 0.5  # seconds between looks at another's lease


@contextmanager
def locked(path: Path, seconds: float = LOCK_SECONDS) -> Iterator[None]:
    """Holds a lock among the processes of this machine. StoreBusyError when another still has it after so many seconds."""
    lock = FileLock(path, timeout=seconds)
    try:
        lock.acquire()
    except Timeout as error:
        raise _busy(str(path), seconds) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def leased(url: str, owner: str, seconds: float = LOCK_SECONDS) -> Iterator[None]:
    """Holds the lease of the store at an address. StoreBusyError when another machine still has it after so many seconds.

    `owner` tells this machine's leases from others': the caller holds the machine's own lock, so one that is there already
    was left by a process that died.
    """
    mine = f"{owner} {uuid.uuid4().hex}"
    _take(url, owner, mine, seconds)
    ended = threading.Event()
    renewing = threading.Thread(target=_renew, args=(url, mine, ended), daemon=True)
    renewing.start()
    try:
        yield
    finally:
        ended.set()
        renewing.join()
        _release(url, mine)


def _take(url: str, owner: str, mine: str, seconds: float) -> None:
    end, seen, since = time.monotonic() + seconds, "", time.monotonic()
    while not _put(url, mine, "create"):
        there, now = _holder(url), time.monotonic()
        if there != seen:
            seen, since = there, now
        if there.startswith(f"{owner} ") or now - since > LEASE_SECONDS:
            _drop(url)
        elif there and now >= end:
            raise _busy(f"{url}/{LEASE}", seconds)
        elif there:
            time.sleep(_ASKS)


def _renew(url: str, mine: str, ended: threading.Event) -> None:
    """Until the end, or until another took it over; what cannot be written now is tried again later."""
    count = 0
    while not ended.wait(LEASE_SECONDS / _RENEWED):
        count += 1
        with suppress(StoreError):
            if not _holder(url).startswith(mine):
                return
            _put(url, f"{mine} {count}", "overwrite")


def _release(url: str, mine: str) -> None:
    """What cannot be taken away now is taken over by the next."""
    with suppress(StoreError):
        if _holder(url).startswith(mine):
            _drop(url)


def _put(url: str, text: str, mode: str) -> bool:
    """Whether it was written; not so where it was to be made and was there."""
    import obstore
    from obstore.exceptions import AlreadyExistsError

    with bucket.told(url):
        try:
            obstore.put(bucket.connected(url), LEASE, text.encode(), mode=mode, use_multipart=False)
        except AlreadyExistsError:
            return False
    return True


def _holder(url: str) -> str:
    """What the lease says, nothing where there is none."""
    import obstore

    with bucket.told(url), suppress(FileNotFoundError):
        return bytes(obstore.get(bucket.connected(url), LEASE).bytes()).decode("utf-8", "replace")
    return ""


def _drop(url: str) -> None:
    import obstore

    with bucket.told(url), suppress(FileNotFoundError):
        obstore.delete(bucket.connected(url), LEASE)


def _busy(where: str, seconds: float) -> StoreBusyError:
    return StoreBusyError(
        "một lần nạp khác đang giữ kho dữ liệu",
        where=where,
        expected=f"đến lượt trong {seconds:.0f} giây",
        remedy="chờ lần nạp đó xong rồi chạy lại lệnh",
    )
