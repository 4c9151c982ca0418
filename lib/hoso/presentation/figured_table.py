"""Tables whose numbers are figures (bảng số liệu), each explained where it stands; and the blocks tables are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .display import Block, Display, runs
from .figures import Figure, Phrase, Registry

Cell = str | Figure | Phrase | None
Column = tuple[str, str, str, float]
"""Key, title, side and share of the width."""
Row = tuple[str, Sequence[Cell]]
"""Its role (normal, total, group) and cells; None prints as a dash."""


def figured(
    registry: Registry,
    identifier: str,
    caption: str,
    columns: Sequence[Column],
    rows: Sequence[Row],
    notes: list[str],
) -> Display:
    """A table of such rows, its figures added to the registry."""
    used: dict[str, dict[str, Any]] = {}

    def add(figure: Figure) -> str:
        name = registry.add(figure)
        used[name] = registry.records[name]
        return name

    def cell(content: Cell) -> Block:
        if isinstance(content, Figure):
            return {"runs": runs([content], add), "value": content.value}
        if isinstance(content, Phrase):
            return {"runs": runs(content, add)}
        return text("–" if content is None else content)

    body: list[Block] = [{"role": role, "cells": [cell(part) for part in cells]} for role, cells in rows]
    return Display([table(identifier, caption, [column(*c) for c in columns], body, notes)], used)


def table(identifier: str, caption: str, columns: list[Block], rows: list[Block], notes: list[str]) -> Block:
    """A table block."""
    return {
        "type": "table", "id": identifier, "caption": caption, "number": None, "columns": columns, "rows": rows,
        "notes": notes, "numbering": False,
    }  # fmt: skip


def column(key: str, title: str, align: str, width: float) -> Block:
    """A column block."""
    return {"key": key, "title": title, "align": align, "width": width, "group": None}


def text(words: str) -> Block:
    """A cell of words."""
    return {"runs": [{"t": "text", "s": words}]}
