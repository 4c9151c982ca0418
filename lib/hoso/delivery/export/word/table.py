"""A table block to Word: its head repeated on every page, no row cut in two, widths in a fixed grid."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, groupby, pairwise
from typing import Any

from hoso.delivery.export.word.measure import length
from hoso.delivery.export.word.runs import Figures, runs
from hoso.delivery.export.word.styles import GREY, TABLE
from hoso.delivery.export.word.xml import (
    PLAIN,
    Letters,
    Paragraph,
    Xml,
    paragraph,
    safe,
    styled,
    value,
    w,
)
from hoso.presentation.display import words
from hoso.presentation.markdown import Block
from hoso.presentation.structure import caption, column_numbers
from hoso.vocabulary.errors import HosoError

Column = dict[str, Any]
_MANY = 6  # with more columns the letters are smaller
_MOST_COLUMNS = 63  # of Word's own
_LONGEST = 34  # letters; a longer cell wraps
_POINTS = 11  # the larger of the two sizes
_PADDING = 140  # a cell's margins and the lines beside it
_SIDES = {"left": "Left", "center": "Center", "right": "Right"}
_TOTAL = Letters(bold=True)


def table(block: Block, figures: Figures, width: int, sheet: bool) -> Xml:
    """Caption, table and notes; `width` in twips. What follows can be a table again: a paragraph stands between."""
    if not block["columns"]:
        return Xml("".join((styled("Caption", caption(block)), *_notes(block))))
    _check_columns(block)
    small = "Small" if len(block["columns"]) > _MANY or sheet else ""
    sides = widths(block, figures, width)
    title = caption(block)
    grid = w(
        "tbl",
        _properties(block, width),
        w("tblGrid", *(w("gridCol", w=side) for side in sides)),
        *_head(block["columns"], sides, small),
        _column_numbers(block, sides),
        *_body(block, figures, sides, small),
    )
    return Xml("".join((styled("Caption", title) if title else "", grid, *_notes(block))))


def _check_columns(block: Block) -> None:
    """HosoError for a table that Word would call unreadable content."""
    count = len(block["columns"])
    if count > _MOST_COLUMNS:
        raise HosoError(
            f"bảng có {count} cột, Word không mở được",
            where=caption(block),
            expected=f"nhiều nhất {_MOST_COLUMNS} cột",
            remedy="bỏ docx khỏi --formats, hoặc tách bảng",
        )


def notes(block: Block) -> Iterator[Xml]:
    """The notes (ghi chú) under a table or chart."""
    return (styled("Note", note) for note in block.get("notes") or ())


def _notes(block: Block) -> list[Xml]:
    return list(notes(block)) or [styled("SectionEnd", "")]


def _properties(block: Block, width: int) -> Xml:
    """With the words a screen reader says before it reads the cells."""
    titles = dict.fromkeys(column["title"] for column in block["columns"])
    return w(
        "tblPr",
        value("tblStyle", TABLE),
        w("tblW", w=width, type="dxa"),
        w("tblLayout", type="fixed"),
        w("tblLook", val="06A0", firstRow=1, lastRow=0, firstColumn=1, lastColumn=0, noHBand=1, noVBand=1),
        value("tblCaption", safe(block.get("label") or caption(block) or "số liệu")),
        value("tblDescription", safe(f"Các cột: {'; '.join(titles)}.")),
    )


# ── widths ────────────────────────────────────────────────────────────────────────────────────────


def widths(block: Block, figures: Figures, total: int) -> list[int]:
    """Of each column in twips, together `total`: as asked, else by the longest cell and the longest word of the title.

    No column is narrower than its longest word, which Word would cut anywhere, as long as all have room.
    """
    rows = [row["cells"] for row in block["rows"] if row["role"] != "group"]
    cells = [{words(row[i]["runs"], figures) for row in rows} for i, _ in enumerate(block["columns"])]
    shares = [_share(column, found) for column, found in zip(block["columns"], cells, strict=True)]
    least = [_least(column, found) for column, found in zip(block["columns"], cells, strict=True)]
    sides = (
        _shared(shares, least, total) if sum(least) < total else [total * low / sum(least) for low in least]
    )
    ends = [round(end) for end in accumulate(sides, initial=0.0)]
    return [end - start for start, end in pairwise(ends)]


def _share(column: Column, cells: Iterable[str]) -> float:
    if column.get("width"):
        return float(column["width"])
    title = max(map(len, column["title"].split()), default=1) * 1.2  # bold
    longest = max(map(len, cells), default=1)
    return float(min(max(title, longest) + 1.5, _LONGEST))


def _least(column: Column, cells: Iterable[str]) -> float:
    """Twips for the longest word of the title, which is bold, and of the cells."""
    longest = max((word for cell in cells for word in cell.split()), key=len, default="")
    title = max((length(word, _POINTS, bold=True) for word in column["title"].split()), default=0.0)
    return max(title, length(longest, _POINTS)) + _PADDING


def _shared(shares: Sequence[float], least: Sequence[float], total: float) -> list[float]:
    """`total` by shares, none below its least: what is held there, the others share the rest."""
    held: set[int] = set()
    while True:
        free = total - sum(least[i] for i in held)
        whole = sum(share for i, share in enumerate(shares) if i not in held)
        sides = [
            low if i in held else free * share / whole
            for i, (share, low) in enumerate(zip(shares, least, strict=True))
        ]
        short = {i for i, (side, low) in enumerate(zip(sides, least, strict=True)) if side < low} - held
        if not short:
            return sides
        held |= short


# ── rows ──────────────────────────────────────────────────────────────────────────────────────────


def _head(columns: Sequence[Column], sides: Sequence[int], small: str) -> Iterator[Xml]:
    """One row, or two when columns have groups: a title without a group reaches down over both."""
    style = f"CellHead{small}"
    if not any(column.get("group") for column in columns):
        yield _head_row(_head_cell(style, c["title"], side) for c, side in zip(columns, sides, strict=True))
        return
    upper: list[Xml] = []
    lower: list[Xml] = []
    for group, members in groupby(zip(columns, sides, strict=True), key=lambda pair: pair[0].get("group")):
        found = list(members)
        if group:
            upper.append(_head_cell(style, group, sum(side for _, side in found), span=len(found)))
            lower += [_head_cell(style, column["title"], side) for column, side in found]
        else:
            upper += [_head_cell(style, column["title"], side, merge="restart") for column, side in found]
            lower += [_head_cell(style, "", side, merge="continue") for _, side in found]
    yield _head_row(upper)
    yield _head_row(lower)


def _head_row(cells: Iterable[Xml]) -> Xml:
    return w("tr", w("trPr", w("cantSplit"), w("tblHeader")), *cells)


def _head_cell(style: str, title: str, side: int, span: int = 1, merge: str | None = None) -> Xml:
    properties = w(
        "tcPr",
        w("tcW", w=side, type="dxa"),
        value("gridSpan", span if span > 1 else None),
        value("vMerge", merge),
        w("shd", val="clear", color="auto", fill=GREY),
        w("vAlign", val="center"),
    )
    return w("tc", properties, styled(style, title))


def _column_numbers(block: Block, sides: Sequence[int]) -> Xml:
    numbers = column_numbers(block)
    if not numbers:
        return Xml("")
    cells = (
        w("tc", _plain_cell(side), styled("CellNumbers", number))
        for number, side in zip(numbers, sides, strict=True)
    )
    return _head_row(cells)


def _plain_cell(side: int) -> Xml:
    return w("tcPr", w("tcW", w=side, type="dxa"), w("vAlign", val="center"))


def _body(block: Block, figures: Figures, sides: Sequence[int], small: str) -> Iterator[Xml]:
    columns = block["columns"]
    opened = [
        f"<w:tc>{_plain_cell(side)}<w:p>{Paragraph('Cell' + _SIDES[column['align']] + small).xml()}"
        for column, side in zip(columns, sides, strict=True)
    ]
    for row in block["rows"]:
        if row["role"] == "group":
            yield _group(runs(row["cells"][0]["runs"], figures), sum(sides), len(columns), small)
        else:
            yield _row(row, figures, opened)


def _row(row: dict[str, Any], figures: Figures, opened: Sequence[str]) -> Xml:
    """`opened` is each cell up to its words, made once for the column."""
    letters = _TOTAL if row["role"] == "total" else PLAIN
    cells = (
        f"{start}{runs(cell['runs'], figures, letters)}</w:p></w:tc>"
        for start, cell in zip(opened, row["cells"], strict=True)
    )
    return Xml(f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{''.join(cells)}</w:tr>")


def _group(content: Xml, width: int, columns: int, small: str) -> Xml:
    properties = w(
        "tcPr",
        w("tcW", w=width, type="dxa"),
        value("gridSpan", columns if columns > 1 else None),
        w("shd", val="clear", color="auto", fill=GREY),
        w("vAlign", val="center"),
    )
    cell = w("tc", properties, paragraph(Paragraph(f"CellGroup{small}"), content))
    return w("tr", w("trPr", w("cantSplit")), cell)
