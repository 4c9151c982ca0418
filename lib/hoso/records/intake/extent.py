"""Refuses a sheet stretched out by a stray cell (ô lạc) before it is loaded.

The sheet reader allots a place to every cell between the first and the last row and column, about 30 bytes
each: one cell left at XFD1048576 ends the process for want of memory.
"""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from hoso.records.intake.header import where_is
from hoso.records.intake.peek import UNLIKE, column_of, sheet_part
from hoso.vocabulary.errors import InputError

MOST_CELLS = 100_000_000
"""More than a full sheet of 1.048.576 rows and 90 columns; about 3 GB in the sheet reader."""

_CHUNK, _LONGEST_TAG = 1 << 20, 1 << 10
_DIMENSION = re.compile(rb'<(?:\w+:)?dimension ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
# Filled cells only: a format painted down to the last row takes no place.
_CELL = re.compile(rb'<(?:\w+:)?c r="([A-Z]+)(\d+)"[^<>]*(?<!/)>')
_CELL_START = re.compile(rb'<c r="([A-Z]+)(\d+)"')
_LONGEST_ROW = 1 << 24

Place = tuple[str, int]  # letters of the column, row


def refuse_stray_cells(path: Path, sheet: str, *, believe: bool = True) -> None:
    """InputError naming the farthest cell of a sheet of more than `MOST_CELLS` rows × columns.

    The size a sheet declares is believed, if `believe`, unless it is too large or that of one cell, which
    some systems write whatever follows. An .xls cannot be so large.
    """
    try:
        with zipfile.ZipFile(path) as package:
            part = sheet_part(package, sheet)
            with package.open(part) as content:
                if believe and _declares_little(content.read(_CHUNK)):
                    return
            with package.open(part) as content:
                if believe and _ends_near(content):
                    return
            with package.open(part) as content:
                stray = _stray(_places(content))
    except UNLIKE:
        return
    if stray:
        raise InputError(
            f"trang tính có ô lạc ở {stray}",
            where=where_is(path, sheet),
            remedy="xóa các cột, dòng thừa rồi lưu lại",
        )


def _declares_little(start: bytes) -> bool:
    found = _DIMENSION.search(start)
    if not found:
        return False
    left, top, right, bottom = (group.decode() for group in found.groups())
    return (int(bottom) - int(top) + 1) * (column_of(right) - column_of(left) + 1) <= MOST_CELLS


def _ends_near(content: IO[bytes]) -> bool:
    """Whether the last cells of the rows stay near, a look much faster than one at every cell; False also when
    it cannot be told."""
    rest, right, bottom = b"", 0, 0
    while chunk := content.read(_CHUNK):
        *rows, rest = (rest + chunk).split(b"</row>")
        for row in rows:
            if last := _CELL_START.match(row, max(0, row.rfind(b"<c r="))):
                right, bottom = max(right, column_of(last[1].decode()) + 1), max(bottom, int(last[2]))
        if len(rest) > _LONGEST_ROW:
            return False
    return 0 < right * bottom <= MOST_CELLS


def _places(content: IO[bytes]) -> Iterator[Place]:
    rest = b""
    while chunk := content.read(_CHUNK):
        data, end = rest + chunk, 0
        for cell in _CELL.finditer(data):
            end = cell.end()
            yield cell[1].decode(), int(cell[2])
        rest = data[max(end, len(data) - _LONGEST_TAG) :]


def _stray(places: Iterator[Place]) -> str | None:
    """The cell farthest out where the cells span too much, else None."""
    rows: dict[str, tuple[int, int]] = {}
    for letters, row in places:
        first, last = rows.get(letters, (row, row))
        rows[letters] = min(first, row), max(last, row)
    columns = {letters: column_of(letters) for letters in rows}
    if not rows:
        return None
    height = max(last for _, last in rows.values()) - min(first for first, _ in rows.values()) + 1
    if height * (max(columns.values()) - min(columns.values()) + 1) <= MOST_CELLS:
        return None
    farthest = max(rows, key=lambda letters: (columns[letters] + 1) * rows[letters][1])
    return f"{farthest}{rows[farthest][1]}"
