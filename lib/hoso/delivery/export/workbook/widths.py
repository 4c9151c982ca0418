"""Widths of columns and heights of lines (độ rộng cột, chiều cao dòng), in characters and points, from what they hold."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import Final

from hoso.delivery.export.workbook.cells import Typed
from hoso.delivery.export.workbook.grid import Grid
from hoso.delivery.export.workbook.styles import LINE

_NARROWEST: Final = 6
_TALLEST: Final = 409  # Excel's own limit of a row, in points
_BUTTON: Final = 3  # the arrow of the filter stands over the end of a title
_LETTER: Final = 0.85  # a letter of Times beside the digit that widths are counted in
_BOLD: Final = 1.0


def widths(grid: Grid) -> list[float]:
    """A width for each column: its longest cell, and no word of its title broken."""
    return [_width(grid, i) for i in range(len(grid.columns))]


def _width(grid: Grid, index: int) -> float:
    title = grid.columns[index].title
    longest = max(max(map(len, title.split()), default=1) * _BOLD + _BUTTON, len(title) / 3)
    cells = max((_length(cells[index]) for role, cells in grid.rows if role != "group"), default=1)
    return max(_NARROWEST, min(longest, 24), min(cells + 3, grid.columns[index].widest))


def _length(cell: Typed) -> int:
    """How many characters a cell prints."""
    if isinstance(cell.value, str):
        return max(map(len, cell.value.split("\n")))
    if isinstance(cell.value, date):
        return 10
    if cell.value is None:
        return 1
    body = cell.shown.partition(";")[0]
    whole = f"{cell.value * (100 if '%' in body else 1):,.0f}"
    digits, _, unit = body.partition('"')
    return len(whole) + len(digits.partition(".")[2]) + ("." in digits) + digits.startswith("+") + len(unit)


def lines(text: str, width: float, bold: bool = False) -> int:
    """How many lines a text takes in a width."""
    room = max(width - 1.5, 1) / (_BOLD if bold else _LETTER)
    return sum(max(1, math.ceil(len(line) / room)) for line in text.split("\n"))


def height(count: int) -> float:
    """Points of so many lines."""
    return min(_TALLEST, count * LINE + 3)


def row_height(cells: Sequence[Typed], across: Sequence[float], bold: bool) -> float | None:
    """The height of a row whose words wrap; None where one line does: programs make their own of that."""
    words = (
        (cell.value, width) for cell, width in zip(cells, across, strict=True) if isinstance(cell.value, str)
    )
    most = max((lines(text, width, bold) for text, width in words if len(text) > width), default=1)
    return height(most) if most > 1 else None


def head_lines(grid: Grid, across: Sequence[float]) -> tuple[int, int]:
    """Lines of the upper and the lower line of titles; the upper one is 0 where there is only one."""
    sized = list(zip(grid.columns, across, strict=True))
    titles = [(lines(column.title, width, bold=True), bool(column.group)) for column, width in sized]
    if not grid.two_lines:
        return 0, max((count for count, _ in titles), default=1)
    groups: dict[str, float] = {}
    for column, width in sized:
        groups[column.group] = groups.get(column.group, 0) + width
    upper = max(lines(group, width, bold=True) for group, width in groups.items() if group)
    lower, alone = (max((n for n, below in titles if below is asked), default=1) for asked in (True, False))
    return upper, max(lower, alone - upper)
