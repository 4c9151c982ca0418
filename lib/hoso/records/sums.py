"""Check sums (mã kiểm) of the files a store holds: noted when they are written, compared when they are read.

A flipped bit in a Parquet file is mostly no error to a reader but another number, for neither the engines that write it nor
those that read it keep a sum of its pages. So every file that a commit adds, and the commit's own entry in the log, is noted
with its CRC-32 and size in `sums/<table>/`, a list for each province and one of the log.
"""

from __future__ import annotations

import json
import os
import re
import zlib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

from ..vocabulary.workbook import Edition, edition
from .disk import to_disk

Sum = tuple[str, int]
"""CRC-32 in eight hexadecimal digits, and the size in bytes."""
LOG: Final = "_delta_log"
_ENTRY: Final = re.compile(r"[0-9]{20}\.json")
_PROVINCE: Final = re.compile(r"province_id=([^/]+)/")
_TAG: Final = "hoso.crc32"
_TAGGED: Final = re.compile(r"([0-9a-f]{8})-([0-9]+)")
_CHUNK: Final = 1 << 20

_sound: set[tuple[str, int, int, int]] = set()  # files this process has compared, as they were then


def of(file: Path) -> Sum:
    """The sum of a file as it is now. OSError when it cannot be read."""
    crc = size = 0
    with file.open("rb") as opened:
        while chunk := opened.read(_CHUNK):
            crc, size = zlib.crc32(chunk, crc), size + len(chunk)
    return f"{crc:08x}", size


def folder(root: Path, table: str) -> Path:
    """Where the sums of a table are noted."""
    return root / "sums" / table


@lru_cache(maxsize=64)
def _of_log(root: Path, table: str) -> Path:
    """The list of a table's log; asked for at every look into a table."""
    return folder(root, table) / "log.tsv"


def noted(root: Path, table: str, name: str) -> Sum | None:
    """The sum noted for a file, named from the folder of its table; None where none was."""
    return _list(_list_of(root, table, name)).get(name)


def all_noted(root: Path, table: str) -> dict[str, Sum]:
    """Every file that was ever noted for a table, with its sum."""
    found: dict[str, Sum] = {}
    for file in sorted(folder(root, table).glob("*.tsv")):
        found |= _list(file)
    return found


def last_entry(root: Path, table: str) -> str | None:
    """The name of the newest entry of a table's log that was noted."""
    file = _of_log(root, table)
    return _last(file, edition(file))


def is_sound(root: Path, table: str, name: str) -> bool:
    """Whether a file is what was noted of it, or nothing was; compared once in a process. OSError when it is gone."""
    file = f"{root}/{table}/{name}"
    state = os.stat(file)  # noqa: PTH116 - asked of every file of every page
    seen = (file, state.st_ino, state.st_mtime_ns, state.st_size)
    if seen not in _sound:
        wanted = noted(root, table, name)
        if wanted is not None and (state.st_size != wanted[1] or of(Path(file)) != wanted):
            return False
        if wanted is not None:
            _sound.add(seen)
    return True


def entries(table_folder: Path) -> list[str]:
    """The entries of a Delta log, oldest first."""
    log = table_folder / LOG
    return sorted(file.name for file in log.iterdir() if _ENTRY.fullmatch(file.name)) if log.is_dir() else []


def names(version: int | None) -> list[str]:
    """What the entries of a log up to a version are called, from the folder of its table."""
    return [f"{LOG}/{number:020}.json" for number in range(0 if version is None else version + 1)]


def note(root: Path, table: str) -> None:
    """Notes what the commits since the last noted one added, also those of a process that died or of another tool.

    What is noted has gone through to the disk.
    """
    last = last_entry(root, table)
    new = [name for name in entries(root / table) if last is None or f"{LOG}/{name}" > last]
    for entry in new:
        names = [*added(root / table / LOG / entry), f"{LOG}/{entry}"]
        here = [
            name for name in names if (root / table / name).is_file()
        ]  # an older one may have been tidied away
        for name in here:
            to_disk(root / table / name)
        add(root, table, {name: of(root / table / name) for name in here})
    if new:
        to_disk(root / table / LOG)


def add(root: Path, table: str, known: Mapping[str, Sum]) -> None:
    """Notes sums. The log's entry comes last: it says that the rest is noted."""
    lists: dict[Path, list[str]] = {}
    for name, own in known.items():
        lists.setdefault(_list_of(root, table, name), []).append(_line(name, own))
    for file, lines in lists.items():
        _append(file, lines)


def forget_log(root: Path, table: str, names: Iterable[str]) -> None:
    """Takes entries of the log out of the list: they were set aside."""
    file, gone = _of_log(root, table), set(names)
    kept = {name: own for name, own in _list(file).items() if name not in gone}
    if file.exists():
        beside = file.with_suffix(".new")
        beside.write_text("".join(_line(name, own) for name, own in kept.items()), "utf-8")
        beside.replace(file)


def added(entry: Path) -> list[str]:
    """The data files that an entry of a log adds. ValueError when it is no entry."""
    return [unquote(action["add"]["path"]) for action in _actions(entry) if "add" in action]


def tag(entry: Path, known: Mapping[str, Sum]) -> None:
    """Writes the sums of the files that an entry of a log adds into it, so that they go wherever the log goes.

    As tags, the place that Delta leaves for what a writer wants to say of a file.
    """
    actions = _actions(entry)
    for add in (action["add"] for action in actions if "add" in action):
        crc, size = known[unquote(add["path"])]
        add["tags"] = {**(add.get("tags") or {}), _TAG: f"{crc}-{size}"}
    beside = entry.with_suffix(".tagged")
    beside.write_text("".join(json.dumps(action) + "\n" for action in actions), "utf-8")
    beside.replace(entry)


def tagged(entry: Path) -> dict[str, Sum | None]:
    """The data files that an entry adds, with the sums in it; None of a file that another tool added."""
    adds = [action["add"] for action in _actions(entry) if "add" in action]
    return {unquote(add["path"]): _sum((add.get("tags") or {}).get(_TAG)) for add in adds}


def _actions(entry: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in entry.read_text("utf-8").split("\n") if line.strip()]


def _sum(text: str | None) -> Sum | None:
    found = _TAGGED.fullmatch(text or "")
    return (found[1], int(found[2])) if found else None


def _line(name: str, own: Sum) -> str:
    return f"{own[0]}\t{own[1]}\t{name}\n"


def _list_of(root: Path, table: str, name: str) -> Path:
    found = _PROVINCE.match(name)
    return folder(root, table) / f"{found[1] if found else 'log'}.tsv"


def _append(file: Path, lines: Iterable[str]) -> None:
    """In one write; on a line of its own, whatever a full disk left of the one before."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+b") as opened:
        if opened.tell():
            opened.seek(-1, 2)
            torn = opened.read(1) != b"\n"
        else:
            torn = False
        opened.write(("\n" * torn + "".join(lines)).encode())


def _list(file: Path) -> dict[str, Sum]:
    return _parsed(file, edition(file))


@lru_cache(maxsize=64)
def _parsed(file: Path, own: Edition | None) -> dict[str, Sum]:
    """A list as a mapping; what is no whole line is left out. Empty where there is none."""
    if own is None:
        return {}
    parts = (line.split("\t") for line in file.read_text("utf-8", errors="replace").splitlines())
    whole = (p for p in parts if len(p) == 3 and len(p[0]) == 8 and p[1].isdigit())
    return {name: (crc, int(size)) for crc, size, name in whole}


@lru_cache(maxsize=64)
def _last(file: Path, own: Edition | None) -> str | None:
    return max(_parsed(file, own), default=None)
