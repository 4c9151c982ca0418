"""Pinned versions: all reports of a batch read the store as it was when the batch began, and share what they derive from it.

A batch has a private folder, named to its processes by HOSO_BATCH: `versions.json` says which store is pinned at which
versions, `kept/` holds what was derived from it so far. Kept values depend on the store at those versions, on their key and
on the library alone; nothing that a person can edit during the batch may go into them.
"""

from __future__ import annotations

import hashlib
import json
import os
import pickle
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from filelock import FileLock, Timeout

from ..vocabulary.errors import StoreError

if TYPE_CHECKING:
    from .store import Store

VARIABLE: Final = "HOSO_BATCH"
FILE: Final = "versions.json"
WAIT_SECONDS: Final = 120.0
"""How long one process waits for what another is making; then it makes its own."""
_MISSING: Final = object()

T = TypeVar("T")
Versions = Mapping[str, Any]
"""{"tables": {table: version or None}, "facts_version": what the ledger was built from, or None}; and "as_of", the moment
in ISO format, where the batch asked for a state that is not the newest."""


def versions(store: Store) -> dict[str, Any]:
    """The versions that a batch starting now reads, fit for JSON.

    The facts are those the newest ledger was built from: an import under way is not seen half.
    """
    from .store import TABLES

    tables = {"ledger": store.version("ledger")}
    built = store.note("ledger", "facts_version", tables["ledger"])
    tables |= {name: store.version(name) for name in TABLES if name != "ledger"}
    if built is not None:
        tables["facts"] = int(built)
    return {"tables": tables, "facts_version": built}


def write(folder: Path, store_root: Path, versions: Versions) -> None:
    """Makes a batch's folder, readable by its owner alone, and pins the store there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / "kept").mkdir(mode=0o700, exist_ok=True)
    _replace(
        folder / FILE, json.dumps({"store": str(store_root.resolve()), "versions": dict(versions)}).encode()
    )


def of(store_root: Path) -> Versions | None:
    """The versions a store is pinned at in this process; None when it is not.

    StoreError when the batch's folder is gone, damaged or open to others.
    """
    folder = os.environ.get(VARIABLE)
    if not folder:
        return None
    root, pins = _read(folder)
    return pins if root == str(store_root.resolve()) else None


def moment(pins: Versions | None) -> datetime | None:
    """When the state was made that was asked for in place of the newest (records.as_of); else None."""
    made = (pins or {}).get("as_of")
    return None if made is None else datetime.fromisoformat(made)


def kept(key: tuple[object, ...], make: Callable[[], T]) -> T:
    """What `make` returns, made once a batch: the first process leaves it in the batch's folder for the others.

    The key says all the value depends on besides the store's versions. Without a batch, or where the folder cannot be
    written, it is simply made.
    """
    folder = os.environ.get(VARIABLE)
    if not folder:
        return make()
    file = Path(folder) / "kept" / hashlib.sha256(repr(key).encode()).hexdigest()
    found = _load(file, key)
    return _made_once(file, key, make) if found is _MISSING else found


def _made_once(file: Path, key: tuple[object, ...], make: Callable[[], T]) -> T:
    lock = FileLock(file.with_suffix(".lock"), timeout=WAIT_SECONDS, poll_interval=0.01)
    with suppress(OSError, Timeout):  # a full disk, a folder taken away: then everyone makes their own
        lock.acquire()
    try:
        found = _load(file, key)
        if found is not _MISSING:
            return found  # type: ignore[no-any-return]
        value = make()
        with suppress(OSError):
            _replace(file, pickle.dumps((key, value), pickle.HIGHEST_PROTOCOL))
        return value
    finally:
        lock.release()


def _load(file: Path, key: tuple[object, ...]) -> Any:
    """The kept value, or _MISSING: also for a file that cannot be read or is of another key."""
    try:
        own, value = pickle.loads(file.read_bytes())
    except (
        OSError,
        EOFError,
        ValueError,
        TypeError,
        LookupError,
        AttributeError,
        ImportError,
        pickle.UnpicklingError,
    ):
        return _MISSING
    return value if own == key else _MISSING


@lru_cache(maxsize=8)
def _read(folder: str) -> tuple[str, Versions]:
    file = Path(folder) / FILE
    try:
        _refuse_shared(Path(folder))
        noted = json.loads(file.read_bytes())
        pins: Versions = noted["versions"]
        found = {"tables": dict(pins["tables"]), "facts_version": pins["facts_version"]}
        return str(noted["store"]), found | {name: pins[name] for name in pins if name == "as_of"}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(
            "không đọc được phiên bản dữ liệu của đợt chạy",
            where=str(file),
            expected="tệp do tiến trình điều hành ghi",
            remedy=f"chạy lại cả đợt, hoặc bỏ biến {VARIABLE}",
        ) from error


def _refuse_shared(folder: Path) -> None:
    """What is kept is unpickled: nobody else may have put it there."""
    found = folder.stat()
    if os.name == "posix" and (found.st_uid != os.geteuid() or found.st_mode & 0o022):
        raise StoreError(
            "thư mục của đợt chạy mở cho người khác",
            where=str(folder),
            expected="thư mục của riêng người dùng này, quyền 0700",
            remedy=f"chạy lại cả đợt, hoặc bỏ biến {VARIABLE}",
        )


def _replace(file: Path, content: bytes) -> None:
    """Whole or not at all: written beside, then renamed."""
    beside = file.with_name(f"{file.name}.{os.getpid()}.new")
    try:
        beside.write_bytes(content)
        beside.replace(file)
    except OSError:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise
