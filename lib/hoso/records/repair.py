"""Repairing the ledger (dựng lại sổ theo ngày): what is damaged of it is set aside, and it is built again from the facts.

Its log is wound back to the last entry before the first damaged one, so that the states before stay to be read --as-of.
Nothing is deleted: what is set aside lies in `damaged/` with its name. A mark says that a repair was begun: as long as it is
there, the ledger's word of what facts it was built from does not hold.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from ..vocabulary.errors import StoreError
from . import damage, delta, ledger, sums
from .mirror import Mirror
from .store import Store

_VERSION: Final = re.compile(r"([0-9]{20})\.")
TABLE: Final = "ledger"
_FIRST: Final = f"{0:020}"  # a log's first entry


def begun(root: Path, table: str = TABLE) -> list[StoreError]:
    """That a repair of the ledger has not come to its end, if so."""
    if table != TABLE or not _mark(root).exists():
        return []
    return [
        damage.error(
            "lần dựng lại sổ theo ngày bị dừng giữa chừng", root / TABLE, TABLE, "sổ theo ngày trọn vẹn"
        )
    ]


def refuse_begun(root: Path) -> None:
    """StoreError while the ledger is repaired, or when that was cut short."""
    for wrong in begun(root):
        raise wrong


def ledger_again(store: Store) -> tuple[str, ...]:
    """Builds the ledger again from the newest facts where it is damaged; what was wrong with it, nothing when it is whole.

    StoreError when the facts are damaged too. The caller holds the writers' lock.
    """
    folder = store.path(TABLE)
    version = store.version("facts")
    if store.remote is not None:
        _refuse_there(store.remote, folder)
        return ()
    faults = _faults(store, folder)
    if version is None or not faults:
        return ()
    store.files("facts", version=version)  # refused before anything is set aside
    _mark(store.root).parent.mkdir(parents=True, exist_ok=True)
    _mark(store.root).touch()
    aside = store.root / "damaged" / f"{TABLE}-{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    if broken := damage.log_faults(folder):
        _wind_back(folder, aside, Path(str(broken[0].where)).name[:20])
    if ledger.outdated(store):
        _wind_back(folder, aside, _FIRST)
    ledger.rebuild_all(store, version)
    _set_aside(folder, aside, _damaged_files(folder))
    _mark(store.root).unlink()
    return tuple(f"{fault.what}: {fault.where}" for fault in faults)


def _refuse_there(remote: Mirror, folder: Path) -> None:
    """StoreError for what the object store itself lacks: its log is not wound back. What its copy lacks comes again."""
    version = remote.version(TABLE)
    for wrong in remote.faults(TABLE, sums.names(version)):
        raise wrong
    for wrong in () if version is None else remote.faults(TABLE, delta.live(folder, version)):
        raise wrong


def _mark(root: Path) -> Path:
    return sums.folder(root, TABLE) / "repair"


def _faults(store: Store, folder: Path) -> list[StoreError]:
    """What is wrong with the ledger, all its versions' files included."""
    faults = [*begun(store.root), *damage.log_faults(folder)]
    if not faults and store.exists(TABLE):
        names = {*_damaged_files(folder), *_missing_files(folder)}
        faults = [wrong for name in sorted(names) if (wrong := damage.of_file(folder, name)) is not None]
        faults += ledger.outdated(store)
    if not faults and not store.exists(TABLE):
        faults = [damage.error("không có sổ theo ngày", folder, TABLE, "sổ theo ngày")]
    return faults


def _missing_files(folder: Path) -> list[str]:
    return [name for name in delta.live(folder) if not (folder / name).is_file()]


def _damaged_files(folder: Path) -> list[str]:
    """The data files that are there and not as they were written, of whatever version."""
    known = sums.all_noted(folder.parent, folder.name)
    data = (name for name in known if not name.startswith(sums.LOG) and (folder / name).is_file())
    return [name for name in data if damage.of_file(folder, name) is not None]


def _wind_back(folder: Path, aside: Path, first: str) -> None:
    """Sets the log aside from an entry on, checkpoints included."""
    log = folder / sums.LOG
    there = log.iterdir() if log.is_dir() else ()
    later = [file for file in there if (v := _VERSION.match(file.name)) and v[1] >= first]
    pointer = [log / "_last_checkpoint"] if any("checkpoint" in file.name for file in later) else []
    names = [str(file.relative_to(folder)) for file in (*sorted(later), *pointer) if file.exists()]
    _set_aside(folder, aside, names)
    noted = sums.all_noted(folder.parent, folder.name)
    gone = [name for name in noted if name.startswith(f"{sums.LOG}/") and Path(name).name[:20] >= first]
    sums.forget_log(folder.parent, folder.name, gone)


def _set_aside(folder: Path, aside: Path, names: Sequence[str]) -> None:
    for name in names:
        (aside / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).rename(aside / name)
