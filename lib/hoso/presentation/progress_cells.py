"""Tables whose cells are words or figures: each number carries the key by which `hoso verify` finds it again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from .display import Block, Display, runs
from .figures import MISSING, Figure, Key
from .report import Report

Cell = str | Figure | None
DASH: Final = "Dấu “–”: không có số liệu."


@dataclass(frozen=True)
class Column:
    """A column: its title, whether it is set left, center or right, its width, and the title over a few of them."""

    title: str
    align: str = "right"
    width: float = 1.6
    group: str | None = None


@dataclass(frozen=True)
class Line:
    """A row of a table; a total stands out."""

    cells: Sequence[Cell]
    role: str = "normal"


@dataclass(frozen=True)
class Grid:
    """A table to be shown; without a line it shows nothing.

    `length` is the key of how many lines there must be, where the table lists all of a kind. `explained` makes each number
    one that tells its fraction and source where it stands, which long lists go without.
    """

    identifier: str
    caption: str
    columns: Sequence[Column]
    lines: Sequence[Line]
    notes: Sequence[str] = field(default=())
    length: Key | None = None
    explained: bool = False

    def show(self, report: Report) -> Display:
        """The table as a block."""
        if not self.lines:
            return Display([])
        used: dict[str, dict[str, Any]] = {}

        def add(figure: Figure) -> str:
            name = report.registry.add(figure)
            used[name] = report.registry.records[name]
            return name

        explain = add if self.explained else None
        rows = [
            {"role": line.role, "cells": [_cell(part, explain) for part in line.cells]} for line in self.lines
        ]
        block: Block = {
            "type": "table", "id": self.identifier, "caption": self.caption, "number": None,
            "columns": [_column(i, column) for i, column in enumerate(self.columns)], "rows": rows,
            "notes": list(self.notes), "numbering": False, "verify": self._check(),
        }  # fmt: skip
        return Display([block], used)

    def _check(self) -> dict[str, Any]:
        keys = [[_key(part) for part in line.cells] for line in self.lines]
        return {"kind": "cells", "rows": keys} | ({"length": self.length} if self.length else {})


def _key(part: Cell) -> Key | None:
    return part.key if isinstance(part, Figure) else None


def _cell(part: Cell, explain: Any) -> Block:
    if not isinstance(part, Figure):
        return {"runs": [{"t": "text", "s": MISSING if part is None else part}]}
    shown = runs([part], explain) if explain else [{"t": "text", "s": part.printed}]
    return {"runs": shown, "value": part.text if part.measure == "grade" else part.value}


def _column(number: int, column: Column) -> Block:
    return {
        "key": f"c{number}", "title": column.title, "align": column.align, "width": column.width, "group": column.group,
    }  # fmt: skip
