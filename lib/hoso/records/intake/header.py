"""Finds the header of a table and maps its columns (dòng tiêu đề cột).

Exports carry title rows above the header and merge header cells over up to three rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hoso.records.intake.batch import Kind
from hoso.records.intake.columns import Columns, Table
from hoso.records.intake.legacy import TWICE, likely_code_page
from hoso.vocabulary.errors import InputError
from hoso.vocabulary.text import clean, fold

HEAD_ROWS = 40
"""How far down a header is looked for."""

_DEPTH = 3
_LONGEST = 120  # a longer cell is a title or, under the wrong separator, a whole line
# The running number is read only because "Tổng cộng" often stands there.
_ORDINAL = frozenset({"stt", "tt", "số tt", fold("Số thứ tự")})
_SHOWN, _LONG = 30, 40  # headers named in an error, letters of each

Row = Sequence[str | None]


@dataclass(frozen=True)
class Header:
    """Where a table's columns are. `end` is the 0-based index of the first row below the header."""

    kind: Kind
    end: int
    positions: dict[str, int]  # field (and "ordinal") → 0-based column
    titles: dict[str, str]  # field → header as printed
    width: int
    personal: int  # columns of the known personal list, left unread


@dataclass(frozen=True)
class Near:
    """The row most like a header where none is complete."""

    row: int
    missing: tuple[str, ...]  # preferred headers of the required fields that were not found
    found: tuple[str, ...]  # the row's headers
    score: int


def find_header(rows: Sequence[Row], columns: Columns) -> Header | Near | None:
    """The first complete header of a dossier table, else of a catalogue; else the nearest row; else None.

    A row counts as near with two known headers: with fewer it may be data, and data are never shown.
    """
    for table in columns.tables:
        for top in range(len(rows)):
            header = _complete(rows, top, table, columns)
            if header:
                return header
    nearest = [near for table in columns.tables for near in _nearest(rows, table)]
    return max(nearest, key=lambda near: (near.score, -len(near.missing)), default=None)


def no_header(found: Near | None, rows: Sequence[Row], columns: Columns, where: str) -> InputError:
    """Why no table could be read, for the clerk: an old code page, missing columns, or no header at all."""
    page = likely_code_page("\n".join(cell or "" for row in rows for cell in row), columns.spellings())
    if page:
        return legacy_page(page, where)
    if found:
        shown = ", ".join(found.found[:_SHOWN])
        return InputError(
            f"thiếu cột bắt buộc: {', '.join(found.missing)}",
            where=f"{where}, dòng {found.row + 1}",
            remedy=f"các cột đọc được: {shown}; bổ sung cột hoặc thêm tên cột vào columns.toml",
        )
    return InputError(
        "không thấy dòng tiêu đề cột",
        where=where,
        expected=", ".join(_preferred(columns.dossiers, columns.dossiers.required)),
        remedy=f"tiêu đề phải ở trong {HEAD_ROWS} dòng đầu",
    )


def legacy_page(page: str | None, where: str) -> InputError:
    """The one line for text in an old code page; `page` None when it is 8-bit and cannot be named."""
    name = page or "8 bit cũ (TCVN3, VNI hoặc cp1258)"
    told = f"chữ {name}" if page == TWICE else f"chữ ở bảng mã {name}"
    return InputError(
        told,
        where=where,
        expected="Unicode UTF-8",
        remedy="chuyển sang Unicode dựng sẵn bằng UniKey (Ctrl+Shift+F6), rồi lưu từ Excel dạng CSV UTF-8",
    )


def where_is(path: Path, sheet: str | None = None) -> str:
    """A file, and its sheet, as an error names them."""
    return f"tệp {path.name}" + (f", trang tính “{sheet}”" if sheet else "")


def _complete(rows: Sequence[Row], top: int, table: Table, columns: Columns) -> Header | None:
    positions, end = _stack(rows, top, table)
    if not set(table.required) <= positions.keys():
        return None
    return _header(rows[top:end], end, positions, table, columns)


def _stack(rows: Sequence[Row], top: int, table: Table) -> tuple[dict[str, int], int]:
    """The columns found from row `top` on, and the header's end: a next row belongs to it if it names
    more."""
    positions, end = _match(rows[top : top + 1], table), top + 1
    while positions and end < min(top + _DEPTH, len(rows)) and _continues(rows[end], positions, table):
        deeper = _match(rows[top : end + 1], table)
        if len(deeper) <= len(positions):
            break
        positions, end = deeper, end + 1
    return positions, end


def _header(
    rows: Sequence[Row], end: int, positions: dict[str, int], table: Table, columns: Columns
) -> Header:
    keys = [[_key(row, i) for row in rows] for i in range(max(map(len, rows)))]
    ordinal = next((i for i, stack in enumerate(keys) if _ORDINAL & set(stack)), None)
    return Header(
        kind="dossiers" if table.kind == "dossiers" else "procedures",
        end=end,
        positions=positions | ({} if ordinal is None else {"ordinal": ordinal}),
        titles={field: _title(rows, position) for field, position in positions.items()},
        width=len(keys),
        personal=sum(bool(columns.personal & set(stack)) for stack in keys),
    )


def _match(rows: Sequence[Row], table: Table) -> dict[str, int]:
    """Field → column; where two columns could be one field, the one named first in columns.toml."""
    best: dict[str, tuple[int, int]] = {}
    for position in range(max(map(len, rows))):
        hit = next((table.keys[key] for key in _names(rows, position) if key in table.keys), None)
        if hit and (hit[0] not in best or hit[1] < best[hit[0]][0]):
            best[hit[0]] = hit[1], position
    return {field: position for field, (_, position) in best.items()}


def _names(rows: Sequence[Row], position: int) -> list[str]:
    """What a column may be called, the most particular first: lowest cell, group + cell, upper cells."""
    keys = [_key(row, position) for row in rows]
    lowest = keys[-1]
    group = next((_left(row, position) for row in reversed(rows[:-1]) if _left(row, position)), "")
    joined = [f"{group} {lowest}"] if lowest and group else []
    return [lowest, *joined, *reversed(keys[:-1])]


def _left(row: Row, position: int) -> str:
    """The key of a merged cell: the nearest filled cell at or left of the column."""
    return next((key for key in (_key(row, i) for i in range(position, -1, -1)) if key), "")


def _continues(row: Row, positions: dict[str, int], table: Table) -> bool:
    """Whether a row completes the header above: under a known column it is blank or again a header."""
    below = (_key(row, position) for position in positions.values())
    return any(_key(row, i) for i in range(len(row))) and all(not key or key in table.keys for key in below)


def _nearest(rows: Sequence[Row], table: Table) -> list[Near]:
    near = []
    for top in range(len(rows)):
        positions, end = _stack(rows, top, table)
        if len(positions) >= 2:
            missing = _preferred(table, [field for field in table.required if field not in positions])
            found = tuple(clean(c)[:_LONG] for row in rows[top:end] for c in row if c and clean(c))
            near.append(Near(top, missing, found, len(positions)))
    return near


def _preferred(table: Table, fields: Sequence[str]) -> tuple[str, ...]:
    return tuple(table.headers[field][0] for field in fields)


def _title(rows: Sequence[Row], position: int) -> str:
    cells = [clean(row[position] or "") for row in rows if position < len(row)]
    return next((cell for cell in reversed(cells) if cell), "")


def _key(row: Row, position: int) -> str:
    cell = (row[position] or "") if position < len(row) else ""
    return fold(cell) if len(cell) <= _LONGEST else ""
