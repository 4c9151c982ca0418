"""Joining the small files of the small tables (gộp tệp): each import leaves one, and a table of thousands is slow to read.

One commit a table puts one file in the place of a province's many; the rows, their order and all columns stay. Delta is told
that no data changed (dataChange false), as by its own optimize – which is not used, because it gives the new file a name of
its choice: here the name tells what the file was made of. So a report that depends on these rows (delivery.freshness) finds
them unchanged, and whoever compares versions of a table (records.catalogue) goes by the one that last changed its content.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote

import polars as pl
from deltalake import CommitProperties
from deltalake.transaction import AddAction, RemoveAction

from . import delta, disk
from .commits import KEPT
from .store import SAME_AS, Store

TABLES: Final = ("imports", "units", "procedures", "rejects", "scores")
MANY: Final = 8  # files of a province; fewer are not worth a commit
_NAME: Final = re.compile(r"joined-([0-9a-f]{64})-[0-9a-f]{32}\.parquet")
_RANGE: Final = 2**256


@dataclass(frozen=True)
class Joined:
    """What became of a table: so many files are one for each of so many provinces."""

    table: str
    files: int
    provinces: int


def identity(names: Iterable[str]) -> str:
    """What Parquet files hold, by their names, which are never used twice: joining them changes nothing of it.

    A sum of digests, so that a joined file can stand for those it was made of, and be joined again.
    """
    return f"{sum(map(_worth, names)) % _RANGE:064x}"


def _worth(name: str) -> int:
    joined = _NAME.fullmatch(name)
    return int(joined[1] if joined else hashlib.sha256(name.encode()).hexdigest(), 16)


def join(store: Store, table: str, dry_run: bool = False) -> Joined | None:
    """Joins a table's files, province by province, under the writers' lock that the caller holds; None if they are few."""
    if not store.exists(table):
        return None
    many = {own: files for own, files in _by_province(store, table).items() if len(files) >= MANY}
    if many and not dry_run:
        made = [_made(store, table, own, [file for file, _ in files]) for own, files in many.items()]
        _commit(store, table, made, [_removed(own, *one) for own, files in many.items() for one in files])
    return Joined(table, sum(map(len, many.values())), len(many)) if many else None


def _by_province(store: Store, table: str) -> dict[str, list[tuple[str, int]]]:
    """The paths below the table's folder and sizes of live files, in the order in which they are read."""
    actions = pl.DataFrame(delta.table(store.path(table)).get_add_actions(flatten=True))
    named = zip(actions["path"], actions["size_bytes"], actions["partition.province_id"], strict=True)
    sizes = {unquote(path): (province, path, size) for path, size, province in named}
    found: dict[str, list[tuple[str, int]]] = defaultdict(list)
    root = store.path(table).resolve()
    for file in store.files(table):
        province, path, size = sizes[Path(file).relative_to(root).as_posix()]
        found[province].append((path, size))
    return found


def _made(store: Store, table: str, province_id: str, paths: Sequence[str]) -> AddAction:
    """One file of all rows and all columns of these, whole on the disk, that the table does not list yet."""
    folder = store.path(table).resolve()
    files = [str(folder / unquote(path)) for path in paths]
    columns = {name: kind for file in reversed(files) for name, kind in pl.read_parquet_schema(file).items()}
    rows = pl.scan_parquet(
        files, schema=columns, missing_columns="insert", extra_columns="ignore", hive_partitioning=False
    )
    name = f"joined-{identity(Path(file).name for file in files)}-{uuid.uuid4().hex}.parquet"
    target = Path(files[0]).parent / name
    rows.sink_parquet(target, compression="zstd", maintain_order=True)
    disk.to_disk(target)
    told = json.dumps({"numRecords": pl.scan_parquet(target).select(pl.len()).collect().item()})
    path = target.relative_to(folder).as_posix()
    size, moment = target.stat().st_size, int(target.stat().st_mtime * 1000)
    return AddAction(path, size, {"province_id": province_id}, moment, False, told)


def _removed(province_id: str, path: str, size: int) -> RemoveAction:
    return RemoveAction(path, False, int(time.time() * 1000), size, {"province_id": province_id})


def _commit(store: Store, table: str, made: Sequence[AddAction], removed: Sequence[RemoveAction]) -> None:
    opened = delta.taken(store.path(table))
    note = {SAME_AS: str(store.content_version(table))}
    opened.create_write_transaction(
        [*made, *removed],
        "append",
        opened.schema(),
        ["province_id"],
        commit_properties=CommitProperties(custom_metadata=note),
        post_commithook_properties=KEPT,
    )
    store.noted(table, opened)
