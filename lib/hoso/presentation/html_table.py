"""A table block to HTML: two header lines, row headers, groups, and a region that scrolls."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import Any

from markupsafe import Markup

from hoso.presentation.elements import join, notes, scroll, tag
from hoso.presentation.markdown import Block, Run
from hoso.presentation.structure import caption, column_numbers, row_header

Write = Callable[[list[Run]], Markup]

_ALIGN = {"left": "l", "center": "c"}


def table(block: Block, write: Write) -> Markup:
    """The table with its caption above and its notes below; `write` gives the HTML of a cell's runs."""
    title = caption(block)
    columns = block["columns"]
    grid = tag(
        "table",
        tag("caption", tag("span", title)) if title else "",
        tag("thead", _head(columns), _column_numbers(block)),
        join(_body(write, columns, rows) for rows in _groups(block["rows"])),
    )
    region = scroll(grid, f"Bảng: {block.get('label') or title or 'số liệu'}")
    return tag("div", region, notes(block), class_="table", id=block.get("id") or None)


def _head(columns: list[dict[str, Any]]) -> Markup:
    if not any(column.get("group") for column in columns):
        return tag("tr", *(tag("th", column["title"], scope="col") for column in columns))
    upper, lower = [], []
    for group, members in groupby(columns, key=lambda column: column.get("group")):
        found = list(members)
        if group:
            upper.append(tag("th", group, scope="colgroup", colspan=len(found)))
            lower += [tag("th", column["title"], scope="col") for column in found]
        else:
            upper += [tag("th", column["title"], scope="col", rowspan=2) for column in found]
    return tag("tr", *upper) + tag("tr", *lower)


def _column_numbers(block: Block) -> Markup:
    numbers = column_numbers(block)
    return tag("tr", *(tag("td", number, class_="c") for number in numbers)) if numbers else Markup("")


def _groups(rows: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """A `<tbody>` for each group row and what follows it."""
    bodies: list[list[dict[str, Any]]] = []
    for row in rows:
        if not bodies or row["role"] == "group":
            bodies.append([])
        bodies[-1].append(row)
    return bodies


def _body(write: Write, columns: list[dict[str, Any]], rows: list[dict[str, Any]]) -> Markup:
    names = row_header(columns)
    return tag("tbody", *(_row(write, columns, row, names) for row in rows))


def _row(write: Write, columns: list[dict[str, Any]], row: dict[str, Any], names: int) -> Markup:
    if row["role"] == "group":
        words = write(row["cells"][0]["runs"])
        return tag("tr", tag("th", words, scope="rowgroup", colspan=len(columns)), class_="group")
    cells = (
        _cell(write(cell["runs"]), column["align"], i == names)
        for i, (cell, column) in enumerate(zip(row["cells"], columns, strict=True))
    )
    return tag("tr", *cells, class_="total" if row["role"] == "total" else None)


def _cell(words: Markup, align: str, is_name: bool) -> Markup:
    # The style sheet sets a plain cell to the right: most are numbers, and a class on each would cost 20 KB.
    return tag("th", words, scope="row") if is_name else tag("td", words, class_=_ALIGN.get(align))
