"""A grid on a sheet: title, frozen head, filter, typed cells, notes, and how it prints (trang tính của một bảng)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, Final

from hoso.delivery.export.document import SYNTHETIC
from hoso.delivery.export.workbook.cells import Typed
from hoso.delivery.export.workbook.grid import Grid
from hoso.delivery.export.workbook.styles import FONT, INK, SIZE, Styles
from hoso.delivery.export.workbook.widths import head_lines, height, lines, row_height, widths

_LONGEST: Final = 32_000  # Excel keeps 32.767 UTF-16 units of a cell
_CUT: Final = "… (phần sau dài quá giới hạn của ô, xem báo cáo)"
_ACTIVE: Final = tuple("=+-@＝＋－＠")  # what Excel would take for a formula once somebody edits the cell
_FROZEN: Final = 60  # characters of columns that may stay in sight: the others need room


@dataclass
class Sheet:
    """One sheet and the looks of its workbook."""

    sheet: Any
    styles: Styles

    def text(self, row: int, column: int, words: str, role: str = "", **looks: Any) -> None:
        """Words as words, whatever they begin with."""
        if len(words) > _LONGEST // 2:
            words = words[: _LONGEST // 2] + _CUT
        if words.lstrip().startswith(_ACTIVE):
            looks["quote_prefix"] = True
        self.sheet.write_string(row, column, words, self.styles.of(role, **looks))

    def cell(self, row: int, column: int, cell: Typed, role: str, align: str) -> None:
        """A typed cell."""
        looks: dict[str, Any] = {"align": align, **({"indent": 1} if role and align == "left" else {})}
        if cell.value is None:
            self.sheet.write_blank(row, column, None, self.styles.of(role, **looks))
        elif isinstance(cell.value, str):
            self.text(row, column, cell.value, role, **looks, text_wrap=True)
        elif isinstance(cell.value, date):
            style = self.styles.of(role, **looks, num_format=cell.shown)
            self.sheet.write_datetime(row, column, cell.value, style)
        else:
            style = self.styles.of(role, **looks, num_format=cell.shown)
            self.sheet.write_number(row, column, cell.value, style)

    def across(self, row: int, last: int, words: str, width: float, **looks: Any) -> None:
        """A line of words over all columns, as high as it needs."""
        style = {"text_wrap": True, **looks}
        if last > 0:
            self.sheet.merge_range(row, 0, row, last, "", self.styles.of(**style))
        self.text(row, 0, words, **style)
        size = looks.get("font_size", SIZE) / SIZE
        self.sheet.set_row(row, height(lines(words, width / size, bool(looks.get("bold")))) * size)


def write(page: Sheet, grid: Grid, about: Sequence[str], marks: Sequence[str]) -> None:
    """The grid under its title, `about` (where it belongs) and `marks` (what must be known before any figure)."""
    sizes = widths(grid)
    for i, size in enumerate(sizes):
        page.sheet.set_column(i, i, size)
    last, whole = len(sizes) - 1, sum(sizes)
    page.across(0, last, grid.title, whole, bold=True, font_size=14)
    top = 1
    for words, looks in (*((a, {"italic": True}) for a in about), *((m, MARK) for m in marks)):
        page.across(top, last, words, whole, **looks)
        top += 1
    body = _head(page, grid, top, sizes)
    for row, (role, cells) in enumerate(grid.rows, body):
        _row(page, grid, row, role, cells)
        if role != "group" and (tall := row_height(cells, sizes, role == "total")):
            page.sheet.set_row(row, tall)
    end = body + len(grid.rows)
    for row, note in enumerate(grid.notes, end + 1):
        page.across(row, last, note, whole, italic=True)
    _behave(page, grid, (top, body, end), sizes)
    prints(page, bool(marks and marks[0].startswith(SYNTHETIC)))
    page.sheet.repeat_rows(top, body - 1)
    page.sheet.print_area(0, 0, end + len(grid.notes), last)


MARK: Final[dict[str, Any]] = {"bold": True, "font_color": INK}


def _head(page: Sheet, grid: Grid, top: int, sizes: Sequence[float]) -> int:
    """The lines of titles; the row below them."""
    upper, lower = head_lines(grid, sizes)
    row = top + 1 if grid.two_lines else top
    if grid.two_lines:
        page.sheet.set_row(top, height(upper))
        for group, start, end in _groups(grid):
            if group and end > start:
                page.sheet.merge_range(top, start, top, end, "", page.styles.of("head"))
            if group:
                page.text(top, start, group, "head")
    page.sheet.set_row(row, height(lower))
    for i, column in enumerate(grid.columns):
        alone = grid.two_lines and not column.group
        if alone:
            page.sheet.merge_range(top, i, row, i, "", page.styles.of("head"))
        page.text(top if alone else row, i, column.title, "head")
    for i, number in enumerate(grid.numbers):
        page.text(row + 1, i, number, "numbers")
    return row + 2 if grid.numbers else row + 1


def _groups(grid: Grid) -> Iterator[tuple[str, int, int]]:
    """Each title above others with its first and last column."""
    for group, members in groupby(range(len(grid.columns)), key=lambda i: grid.columns[i].group):
        found = list(members)
        yield group, found[0], found[-1]


def _row(page: Sheet, grid: Grid, row: int, role: str, cells: Sequence[Typed]) -> None:
    if role == "group":  # its words run over the empty cells beside them; merged ones could not be filtered
        page.text(row, 0, str(cells[0].value or ""), "group")
        for i in range(1, len(cells)):
            page.sheet.write_blank(row, i, None, page.styles.of("group"))
        return
    for i, (cell, column) in enumerate(zip(cells, grid.columns, strict=True)):
        page.cell(row, i, cell, role, column.align)


def _behave(page: Sheet, grid: Grid, rows: tuple[int, int, int], sizes: Sequence[float]) -> None:
    """The head stays in sight, the filter leaves closing totals in place, codes of digits are no mistakes."""
    _, body, end = rows
    named = grid.named + 1
    page.sheet.freeze_panes(body, named if sum(sizes[:named]) <= _FROZEN and named < len(sizes) else 0)
    totals = [role == "total" for role, _ in reversed(grid.rows)]
    filtered = len(totals) - (totals.index(False) if False in totals else 0)
    if filtered:
        page.sheet.autofilter(body - 1, 0, body + filtered - 1, len(sizes) - 1)
        page.sheet.ignore_errors({"number_stored_as_text": f"{_cell(body, 0)}:{_cell(end, len(sizes) - 1)}"})
    page.sheet.hide_gridlines(2)


def _cell(row: int, column: int) -> str:
    from xlsxwriter.utility import xl_rowcol_to_cell

    return str(xl_rowcol_to_cell(row, column))


def prints(page: Sheet, synthetic: bool, upright: bool = False) -> None:
    """A4, as many pages long as it takes, page numbers above in the middle; nothing of the data in the margin."""
    page.sheet.set_paper(9)
    if not upright:
        page.sheet.set_landscape()
    page.sheet.fit_to_pages(1, 0)
    page.sheet.set_margins(left=0.6, right=0.6, top=0.8, bottom=0.6)
    page.sheet.center_horizontally()
    mark = f'&R&"{FONT},Bold"&9{SYNTHETIC}' if synthetic else ""
    page.sheet.set_header(f'&C&"{FONT},Regular"&13&P{mark}')
