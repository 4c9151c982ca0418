"""A table block to HTML: two header lines, row headers, groups, and a region that scrolls."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import Any

from markupsafe import Markup

from hoso.presentation.elements import escaped, join, notes, scroll, tag
from hoso.presentation.markdown import Block, Run
from hoso.presentation.structure import caption, column_numbers, row_header

Write = Callable[[list[Run]], Markup]

_SIDES = {"left": "l", "center": "c"}
# What a column of words keeps on a phone, by the centimetres it has on paper: sentences, names of a few words.
_ROOM = {"w": (4.0, "10em"), "m": (2.8, "6em")}
_CODE = 2.5  # a column of names less wide than that holds codes


def table(block: Block, write: Write) -> Markup:
    """The table with its caption above and its notes below; `write` gives the HTML of a cell's runs."""
    title = caption(block)
    columns = block["columns"]
    grid = tag(
        "table",
        tag("caption", tag("span", title)) if title else "",
        tag("thead", _head(columns), _column_numbers(block)),
        join(_body(write, columns, rows) for rows in _groups(block["rows"])),
        class_=" ".join([*sides(columns), *_short_names(columns)]) or None,
    )
    region = scroll(grid, f"Bảng: {block.get('label') or title or 'số liệu'}")
    return tag("div", region, notes(block), class_="table", id=block.get("id") or None)


def sides(columns: list[dict[str, Any]]) -> list[str]:
    """Classes of a table that set some of its columns: "c1" its first to the middle, "l5" its fifth to the left, "w5" or
    "m5" the fifth not to be narrower than its sentences or names need, which a phone would else break after every word.

    The others are numbers, to the right; the column that names the row is a header and has a side of its own.
    """
    name = row_header(columns)
    found = ((_SIDES.get(column["align"]), i) for i, column in enumerate(columns) if i != name)
    rooms = ((_room(column), i) for i, column in enumerate(columns) if i != name)
    return [f"{letter}{i + 1}" for letter, i in (*found, *rooms) if letter]


def _room(column: dict[str, Any]) -> str:
    width = (column.get("width") or 0) if column["align"] == "left" else 0
    return next((letter for letter, (least, _) in _ROOM.items() if width >= least), "")


def _short_names(columns: list[dict[str, Any]]) -> list[str]:
    """The class of a table whose rows are named by codes: their column needs no room for a name."""
    name = row_header(columns) if columns else None
    return ["short"] if name is not None and (columns[name].get("width") or _CODE) < _CODE else []


def side_rule(name: str) -> str:
    """The style rule of a class that `sides` gave."""
    if name[0] in _ROOM:
        return f".hoso .{name} td:nth-child({name[1:]}){{min-width:{_ROOM[name[0]][1]}}}"
    side = next(side for side, letter in _SIDES.items() if letter == name[0])
    return f".hoso .{name} td:nth-child({name[1:]}){{text-align:{side}}}"


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
    return tag("tr", *(tag("td", number) for number in numbers)) if numbers else Markup("")


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
    # The style sheet sets each cell's side by its column: a class on each would cost 10 KB and 5 ms of a long table.
    frames = [
        ('<th scope="row">', "</th>") if i == names else ("<td>", "</td>") for i, _ in enumerate(columns)
    ]
    return tag("tbody", Markup("".join([_row(write, frames, row) for row in rows])))


def _row(write: Write, frames: list[tuple[str, str]], row: dict[str, Any]) -> str:
    """A row, put together by hand: a report has thousands of cells, and `tag` would double the cost of its page."""
    if row["role"] == "group":
        words = write(row["cells"][0]["runs"])
        return tag("tr", tag("th", words, scope="rowgroup", colspan=len(frames)), class_="group")
    pairs = zip(frames, row["cells"], strict=True)
    cells = "".join([f"{start}{_words(write, cell['runs'])}{end}" for (start, end), cell in pairs])
    return f'<tr class="total">{cells}</tr>' if row["role"] == "total" else f"<tr>{cells}</tr>"


def _words(write: Write, runs: list[Run]) -> str:
    """The HTML of a cell; nine in ten are one plain text."""
    if len(runs) == 1 and runs[0]["t"] == "text":
        return escaped(runs[0]["s"])
    return write(runs)
