"""Tidying a store (dọn kho): small files are joined, versions nobody needs are given up, files nothing needs are removed.

Logs stay whole, so the history of a table can always be read; of a version that was given up it can be said that it was.
A day's grace stands between the present and whatever is removed: a batch on this or another machine, a notebook left open
or a writer of another tool may still be at work on what was there yesterday.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

from ..vocabulary.errors import HosoError, StoreError
from . import as_of, delta, forgotten, joined
from .importer import heal
from .store import TABLES, Commit, Store

GRACE: Final = timedelta(days=1)
Pins = Mapping[str, int | None]  # a table's version by its name


@dataclass(frozen=True)
class Tidied:
    """What was done, or would be: tables joined, versions of the facts given up, files removed and their bytes."""

    joined: tuple[joined.Joined, ...]
    given_up: int
    files: int
    size: int


@dataclass(frozen=True)
class Kept:
    """What must stay beyond the newest: versions of the facts that reports name, versions that living batches read."""

    reports: Collection[int] = ()
    batches: Collection[Pins] = ()


def tidy(
    store: Store, before: datetime | None = None, keep: Kept | None = None, dry_run: bool = False
) -> Tidied:
    """Joins small files and removes what no version needs; gives up versions superseded before a moment, if one is given.

    All under the writers' lock: StoreBusyError when an import holds it too long. What a killed run left to remove goes
    with the next.
    """
    with store.writing():
        if not dry_run:
            heal(store)
        done = [joined.join(store, table, dry_run) for table in joined.TABLES]
        gone = {name: set(versions) for name, versions in forgotten.read(store.root).items()}
        new = (
            {} if before is None else _given_up(store, min(before, datetime.now(UTC) - GRACE), keep or Kept())
        )
        known = len(gone.get("facts", ()))
        for table, versions in new.items():
            gone.setdefault(table, set()).update(versions)
        if new and not dry_run:
            forgotten.write(store.root, {name: frozenset(own) for name, own in gone.items()})
            if store.remote is not None:
                store.remote.objects.send(forgotten.FILE)
        sizes = [_removed(store, table, gone.get(table, set()), dry_run) for table in TABLES]
    given_up = len(gone.get("facts", ())) - known
    files, size = sum(map(len, sizes)), sum(map(sum, sizes))
    return Tidied(tuple(one for one in done if one), given_up, files, size)


# ── versions ─────────────────────────────────────────────────────────────────────────────────────


def _given_up(store: Store, before: datetime, keep: Kept) -> dict[str, set[int]]:
    """The versions of each table that were superseded before a moment and that nothing needs."""
    histories = {table: store.history(table) for table in TABLES if store.exists(table)}
    kept = {table: set(_standing_since(history, before)) for table, history in histories.items()}
    states = [
        c
        for c in histories.get("ledger", [])
        if c.version in kept.get("ledger", ()) and "facts_version" in c.note
    ]
    named = {int(state.note["facts_version"]) for state in states} | set(keep.reports)
    for version in named:
        kept.setdefault("facts", set()).add(version)
        for table, needed in _as_of(store, version).items():
            kept.setdefault(table, set()).add(needed)
    for pins in keep.batches:
        for table, pin in pins.items():
            kept.setdefault(table, set()).update(() if pin is None else (pin,))
    kept.setdefault("procedures", set()).update(
        _catalogues(histories.get("facts", []), kept.get("facts", set()))
    )
    return {table: {commit.version for commit in own} - kept[table] for table, own in histories.items()}


def _standing_since(history: list[Commit], before: datetime) -> Iterator[int]:
    """The versions made since a moment, and the one that stood then."""
    for commit in history:
        yield commit.version
        if commit.made < before:
            return


def _as_of(store: Store, version: int) -> dict[str, int]:
    """What `--as-of` reads of each table; nothing of a version that the store does not have."""
    with suppress(HosoError):
        pins = as_of.at(store, str(version)).pins
        return {table: pin for table, pin in (pins or {})["tables"].items() if pin is not None}
    return {}


def _catalogues(history: list[Commit], kept: Collection[int]) -> Iterator[int]:
    """The versions of the catalogue that kept versions of the facts were derived with, by each province's last commit."""
    noted: dict[str, int] = {}
    for commit in reversed(history):
        if "catalogue" in commit.note:
            noted[str(commit.note.get("province"))] = int(commit.note["catalogue"])
        if commit.version in kept:
            yield from noted.values()


# ── files ────────────────────────────────────────────────────────────────────────────────────────


def _removed(store: Store, table: str, gone: Collection[int], dry_run: bool) -> list[int]:
    """Removes the Parquet files that no kept version lists and that are older than the grace; their sizes.

    Of a store in an object store the sizes are those there; what its working copy holds of them goes too.
    """
    if not store.exists(table):
        return []
    needed, limit = _needed(store, table, gone), datetime.now(UTC) - GRACE
    files = _needless(store.path(table).resolve(), needed, limit.timestamp())
    objects = [] if store.remote is None else store.remote.needless(table, needed, limit)
    sizes = [file.stat().st_size for file in files] if store.remote is None else [one.size for one in objects]
    if store.remote is not None and not dry_run:
        store.remote.objects.remove([one.path for one in objects])
    for file in () if dry_run else files:
        file.unlink()
    return sizes


def _needless(root: Path, needed: Collection[str], limit: float) -> list[Path]:
    """The Parquet files below a table's folder that are not among the needed and were made before a moment."""
    found = (file for file in sorted(root.rglob("*.parquet")) if "_delta_log" not in file.parts)
    return [
        file
        for file in found
        if file.relative_to(root).as_posix() not in needed and file.stat().st_mtime < limit
    ]


def _needed(store: Store, table: str, gone: Collection[int]) -> set[str]:
    """The paths that any kept version lists. StoreError when the log does not say what the table says."""
    root = store.path(table).resolve()
    entries = sorted(file for file in (root / "_delta_log").glob("*.json") if file.stem.isdigit())
    first, newest = int(entries[0].stem), int(entries[-1].stem)
    kept = [version for version in range(first, newest + 1) if version not in gone]
    born = dict.fromkeys(_live(root, first), first)
    needed: set[str] = set()
    for entry in entries[1:]:
        version = int(entry.stem)
        for kind, path in _actions(entry):
            if kind == "add":
                born.setdefault(path, version)
            elif (since := born.pop(path, None)) is not None and _any(kept, since, version - 1):
                needed.add(path)
    needed |= {path for path, since in born.items() if _any(kept, since, newest)}
    if not needed.issuperset(_live(root, None)):
        raise StoreError(
            "nhật ký của bảng không ghi đủ tệp",
            where=str(root / "_delta_log"),
            expected="mọi bản ghi từ bản đầu tiên",
            remedy="khôi phục nhật ký từ bản sao lưu; chưa xóa gì",
        )
    return needed


def _live(root: Path, version: int | None) -> set[str]:
    return {Path(unquote(uri)).relative_to(root).as_posix() for uri in delta.table(root, version).file_uris()}


def _actions(entry: Path) -> Iterator[tuple[str, str]]:
    """The files that an entry of the log adds and removes; removals first, for a path may be added again."""
    lines: Iterable[dict[str, Any]] = [
        json.loads(line) for line in entry.read_text("utf-8").splitlines() if line
    ]
    for kind in ("remove", "add"):
        yield from ((kind, unquote(line[kind]["path"])) for line in lines if kind in line)


def _any(kept: list[int], first: int, last: int) -> bool:
    """Whether a kept version lies between two, both included."""
    at = bisect_left(kept, first)
    return at < len(kept) and kept[at] <= last
