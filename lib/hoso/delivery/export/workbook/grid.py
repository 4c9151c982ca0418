"""What a sheet shows (bảng trên trang tính): columns under one or two lines of titles, typed rows, notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from hoso.delivery.export.workbook.cells import BLANK, Figures, Typed, safe, typed
from hoso.presentation.figures import MISSING
from hoso.presentation.markdown import Block
from hoso.presentation.structure import caption, column_numbers, row_header

_ORDINALS: Final = ("STT", "TT", "Hạng")
_BLANKS: Final = f"Ô để trống: báo cáo in dấu “{MISSING}” (không có số liệu hoặc không áp dụng)."
Row = tuple[str, Sequence[Typed]]
"""Its role (normal, total, group) and its cells, one a column; a group row has its words in the first."""


@dataclass(frozen=True)
class Column:
    """Its title, the title above several, the side its cells stand on, and how many characters wide it may be."""

    title: str
    align: str
    group: str = ""
    widest: int = 48


@dataclass(frozen=True)
class Grid:
    """A table ready to be written."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    notes: Sequence[str] = ()
    numbers: Sequence[str] = ()  # a third line of titles, "(1)" "(2)" …
    named: int = 0  # the column that names a row

    @property
    def two_lines(self) -> bool:
        """Whether titles stand above titles."""
        return any(column.group for column in self.columns)


def grid(table: Block, figures: Figures) -> Grid:
    """A table block as a grid; what prints as a dash is a blank, and a note says so."""
    columns = [_column(column) for column in table["columns"]]
    rows = [(row["role"], _cells(row, columns, figures)) for row in table["rows"]]
    notes = [safe(note) for note in table.get("notes") or ()]
    return Grid(
        safe(caption(table)) or "Bảng số liệu",
        columns,
        rows,
        [*notes, _BLANKS] if _dashed(table, figures) else notes,
        column_numbers(table),
        row_header(table["columns"]),
    )


def _column(column: Mapping[str, Any]) -> Column:
    return Column(safe(column["title"]), column["align"], safe(column.get("group") or ""))


def _cells(row: Block, columns: Sequence[Column], figures: Figures) -> list[Typed]:
    cells = [
        typed(cell, figures, column.align == "right" or column.title in _ORDINALS)
        for cell, column in zip(row["cells"], columns, strict=False)
    ]
    return cells + [BLANK] * (len(columns) - len(cells))


def _dashed(table: Block, figures: Figures) -> bool:
    """Whether any cell prints a dash."""
    runs = (cell["runs"] for row in table["rows"] for cell in row["cells"] if len(cell["runs"]) == 1)
    return any(
        (figures[run["id"]]["printed"] if run["t"] == "fig" else run.get("s")) == MISSING for (run,) in runs
    )
