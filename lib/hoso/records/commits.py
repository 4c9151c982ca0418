"""Commits (ghi bảng): rows and files made live in a Delta table at once, and on the disk when the commit says so.

A file goes through to the disk before the entry of the log that lists it, and that entry before its commit counts as done
(`sums.note`), so that a power cut leaves the version before or the whole new one. Rows that Delta itself writes (small
tables) go through with their entry.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl
from deltalake import (
    CommitProperties,
    DeltaTable,
    PostCommitHookProperties,
    Schema,
    WriterProperties,
    write_deltalake,
)
from deltalake.transaction import AddAction, create_table_with_add_actions

from . import delta
from .disk import to_disk

# Delta forgets commits of more than 30 days unless told otherwise; a report must be explainable for as long as it is kept.
# Stated in each table for other tools that write to it, and with each commit for tables made before that.
# No column's least and greatest value is noted in the log: we choose files by partition, and every opening reads the log
# (816 partitions: half the CPU seconds without).
_KEEPS_HISTORY: Final = {
    "delta.enableExpiredLogCleanup": "false",
    "delta.dataSkippingNumIndexedCols": "0",
}
KEPT: Final = PostCommitHookProperties(cleanup_expired_logs=False)
_ROW_GROUP: Final = 122_880  # rows, as many as an engine hands to one of its threads
_WRITER: Final = WriterProperties(compression="ZSTD")


@dataclass(frozen=True)
class Written:
    """A Parquet file below a table's folder that no version of the table lists yet."""

    path: str  # from the table's folder, partitions first
    rows: int
    partitions: Mapping[str, str]


def put(folder: Path, rows: pl.DataFrame, partitions: Mapping[str, str], *, level: int | None) -> Written:
    """Writes rows of one partition into a file that no version lists yet, packed at a level of zstd, or not."""
    path = f"{'/'.join(f'{name}={value}' for name, value in partitions.items())}/{uuid.uuid4()}.parquet"
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    own = rows.drop(list(partitions), strict=False)
    own.write_parquet(
        target,
        compression="uncompressed" if level is None else "zstd",
        compression_level=level,
        statistics=False,
        row_group_size=_ROW_GROUP,
    )
    return Written(path, rows.height, partitions)


def write(
    folder: Path,
    rows: pl.DataFrame,
    partitions: Sequence[str],
    note: Mapping[str, str],
    *,
    replace: str | None,
    there: bool,
) -> DeltaTable | None:
    """Appends rows, or replaces those a predicate over partition columns selects; `there`: the table exists.

    The table as it was opened for the commit, for `delta.followed`; None where the commit made it.
    """
    opened = delta.taken(folder) if there else None
    how: dict[str, Any] = {"mode": "append", "partition_by": list(partitions)}
    if replace is not None and there:
        how = {"mode": "overwrite", "predicate": replace}
    write_deltalake(
        delta.uri(folder) if opened is None else opened,
        rows,
        schema_mode="merge",
        writer_properties=_WRITER,
        commit_properties=CommitProperties(custom_metadata=dict(note)),
        post_commithook_properties=KEPT,
        configuration=None if there else dict(_KEEPS_HISTORY),
        **how,
    )
    return opened


def add(
    folder: Path,
    files: Sequence[Written],
    columns: Schema,
    partitions: Sequence[str],
    note: Mapping[str, str],
    *,
    replaced: Sequence[tuple[str, str, Any]] | None,
    there: bool,
) -> DeltaTable | None:
    """Makes written files live, in place of what `replaced` selects (empty: all; None: nothing).

    The table as it was opened for the commit, for `delta.followed`; None where the commit made it.
    """
    for file in files:
        to_disk(folder / file.path)
    for made in {(folder / file.path).parent for file in files}:
        to_disk(made)
    actions: list[Any] = [_action(folder, file) for file in files]
    properties = CommitProperties(custom_metadata=dict(note))
    if not there:
        create_table_with_add_actions(
            delta.uri(folder),
            columns,
            actions,
            "error",
            list(partitions),
            configuration=_KEEPS_HISTORY,
            commit_properties=properties,
            post_commithook_properties=KEPT,
        )
        return None
    opened = delta.taken(folder)
    opened.create_write_transaction(
        actions,
        "append" if replaced is None else "overwrite",
        delta.widened(opened.schema(), columns),
        list(partitions),
        None if replaced is None else list(replaced),
        commit_properties=properties,
        post_commithook_properties=KEPT,
    )
    return opened


def _action(folder: Path, file: Written) -> AddAction:
    made = (folder / file.path).stat()
    told = json.dumps({"numRecords": file.rows})
    return AddAction(file.path, made.st_size, dict(file.partitions), int(made.st_mtime * 1000), True, told)
