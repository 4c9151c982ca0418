"""Checking a store (kiểm tra kho): every file of every table, and with what each table could be made good."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from ..vocabulary.errors import StoreError
from . import damage, delta, ledger, repair, sums
from .mirror import Mirror
from .store import TABLES, Store

_AT_ONCE: Final = 500  # as many paths as a command line takes
_READS: Final = """
import sys
import polars
for file in sys.argv[1:]:
    try:
        polars.read_parquet(file, hive_partitioning=False)
        print("whole", flush=True)
    except BaseException:
        print("broken", flush=True)
"""


@dataclass(frozen=True)
class Checked:
    """What a table holds and what is wrong with it.

    files: its live data files; older: those that only earlier versions list (reports made again --as-of read them);
    unsummed: live files without a noted sum, read through instead; faults: each names its file and the way back.
    """

    table: str
    files: int
    older: int
    unsummed: int
    faults: tuple[StoreError, ...]


def check(store: Store) -> Iterator[Checked]:
    """Reads every file of every table, one table after the other, at its newest version. Reports may go on meanwhile."""
    for name in TABLES:
        folder = store.path(name)
        if sums.entries(folder) or sums.last_entry(store.root, name):
            yield _table(store, folder) if store.remote is None else _copied(store, store.remote, folder)


def _copied(store: Store, remote: Mirror, folder: Path) -> Checked:
    """A table of a store in an object store: all live files come into the copy, what is damaged of that anew."""
    root, table = folder.parent, folder.name
    version = remote.version(table)
    faults = remote.faults(table, sums.names(version))
    for name in sums.all_noted(root, table):
        if not name.startswith(sums.LOG) and (folder / name).is_file() and damage.of_file(folder, name):
            (folder / name).unlink()
    faults += [] if faults else remote.faults(table, delta.live(folder, version))
    found = _table(store, folder, version)
    here = (
        wrong for wrong in found.faults if Path(str(wrong.where)).exists()
    )  # what is not was told already
    return replace(found, faults=(*faults, *here))


def _table(store: Store, folder: Path, version: int | None = None) -> Checked:
    root, table = folder.parent, folder.name
    faults = [*repair.begun(root, table), *damage.log_faults(folder)]
    faults += [] if faults or table != repair.TABLE else ledger.outdated(store)
    live: list[str] = []
    try:
        live = delta.live(folder, version)
    except StoreError as wrong:  # told already where an entry of the log is the cause
        faults += [] if str(wrong) in map(str, faults) else [wrong]
    known = sums.all_noted(root, table)
    ever = (name for name in known if not name.startswith(sums.LOG))
    older = sorted({name for name in ever if (folder / name).exists()} - set(live))
    unsummed = [name for name in live if name not in known]
    faults += [found for name in live if (found := damage.of_file(folder, name)) is not None]
    before = [found for name in older if (found := damage.of_file(folder, name)) is not None]
    faults += (
        before if table == repair.TABLE else map(_of_before, before)
    )  # the ledger's come back by a repair
    faults += _unreadable(folder, unsummed)
    return Checked(table, len(live), len(older), len(unsummed), tuple(faults))


def _of_before(wrong: StoreError) -> StoreError:
    """The fault of a file that the newest version does not list: today's reports do without it."""
    back = "chép lại tệp cùng tên từ bản sao lưu (docs/backup.md)"
    return StoreError(
        f"{wrong.what}, chỉ các phiên bản trước dùng",
        where=wrong.where,
        expected=wrong.expected,
        remedy=f"{back}; không có bản sao lưu thì không lập lại được báo cáo của khi đó",
    )


def _unreadable(folder: Path, names: Sequence[str]) -> Iterator[StoreError]:
    """Which of the files no sum was noted of cannot be read.

    In a child: a damaged file may take down the process that reads it, with whatever it holds.
    """
    rest = [name for name in names if (folder / name).is_file()]  # the others are told as missing
    while rest:
        told = _read_through([folder / name for name in rest[:_AT_ONCE]])
        for name, line in zip(rest, told, strict=False):
            if line != "whole":
                yield damage.error(
                    "không đọc được một tệp của kho dữ liệu",
                    folder / name,
                    folder.name,
                    "tệp Parquet trọn vẹn",
                )
        rest = rest[len(told) :]


def _read_through(files: Sequence[Path]) -> list[str]:
    """A word for each file up to the one the child died of, that one included."""
    command = [sys.executable, "-c", _READS, *map(str, files)]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stdout.split()
    return told if len(told) == len(files) else [*told, "broken"]
