"""Access to an object store: opened by its address, asked many things at once, its faults told in one line.

Keys come from the environment alone (AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL …).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from ..vocabulary.errors import StoreError, UsageError

if TYPE_CHECKING:
    from obstore.store import ObjectStore

OWN: Final = ".hoso"  # what this machine keeps for itself in a working copy
AT_ONCE: Final = 16  # a store answers in 20-50 ms, and mostly small files are asked for
PAGE: Final = 1000  # objects in one answer to a listing, the most that S3 gives
RETRIES: Final[Any] = {"max_retries": 4, "retry_timeout": timedelta(seconds=60)}
_SETTINGS: Final = ("AWS_", "GOOGLE_", "AZURE_")
T = TypeVar("T")
R = TypeVar("R")


def connected(url: str) -> ObjectStore:
    """The objects below an address. UsageError where the extra `objects` is not installed or a setting is missing."""
    try:
        import obstore.store  # noqa: F401 - asked here, where its absence can be told
    except ImportError as error:
        raise UsageError(
            "chưa cài phần dùng kho đối tượng", where=url, remedy='chạy: pip install "hoso[objects]"'
        ) from error
    settings = frozenset((name, own) for name, own in os.environ.items() if name.startswith(_SETTINGS))
    return _opened(url, settings)


@lru_cache(maxsize=4)
def _opened(url: str, _settings: frozenset[tuple[str, str]]) -> ObjectStore:
    from obstore.store import from_url

    try:
        return from_url(url, retry_config=RETRIES)
    except Exception as error:  # each vendor's missing setting is of a type of its own
        raise UsageError(
            "không mở được kho đối tượng",
            where=url,
            expected="khóa và vùng trong biến môi trường (AWS_ACCESS_KEY_ID, AWS_REGION, AWS_ENDPOINT_URL …)",
        ) from error


def each(url: str, act: Callable[[T], R], things: Sequence[T]) -> list[R]:
    """What `act` returns for each, several at once; the first fault is raised when all have been tried."""
    if not things:
        return []
    with told(url), ThreadPoolExecutor(min(AT_ONCE, len(things))) as pool:
        return [done.result() for done in [pool.submit(act, thing) for thing in things]]


@contextmanager
def told(url: str) -> Iterator[None]:
    """A fault of the store as one line. Its answers may quote keys, so nothing of their body is repeated."""
    from obstore.exceptions import BaseError

    try:
        yield
    except (BaseError, FileNotFoundError, PermissionError) as error:
        raise StoreError(
            f"kho đối tượng không nhận hoặc không trả lời ({type(error).__name__})",
            where=url,
            remedy="kiểm tra mạng, địa chỉ, khóa và quyền rồi chạy lại lệnh; phần đã xong không phải làm lại",
        ) from error


# ── working copies ───────────────────────────────────────────────────────────────────────────────


def note_copy(copy: Path, url: str) -> None:
    """Makes the private folder of a working copy and notes whose copy it is."""
    (copy / OWN).mkdir(mode=0o700, parents=True, exist_ok=True)
    copy.chmod(0o700)
    beside = copy / OWN / f"address.{os.getpid()}"
    beside.write_text(url + "\n", "utf-8")
    beside.replace(copy / OWN / "address")


def address_of(folder: Path) -> str | None:
    """The object store that a folder is the working copy of; None for a folder of its own."""
    try:
        return (folder / OWN / "address").read_text("utf-8").strip() or None
    except OSError:
        return None
