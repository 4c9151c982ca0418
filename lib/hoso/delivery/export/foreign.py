"""Outputs of other libraries in an analyst's notebook (pandas, matplotlib, IPython) to report blocks."""

from __future__ import annotations

import base64
import binascii
import re
import struct
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import nh3

from hoso.presentation.markdown import Block

_TABLE_PARTS = {"table", "thead", "tbody", "tfoot", "tr", "th", "td", "caption"}
_BREAKS = {"p", "div", "br", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "table"}
_SPANS = {"th": {"colspan", "rowspan"}, "td": {"colspan", "rowspan"}}
_NUMBER = re.compile(r"[-+−]?[0-9][0-9.,\s]*%?|[-–]|NaN|None|")
_WIDEST = 60  # columns of a table that can still be printed; a colspan of a million is an attack

Cell = tuple[str, int, int]  # text, columns, rows


def html_blocks(source: str) -> list[Block]:
    """Tables and sentences of an HTML output, without any of its markup; scripts and styles are gone."""
    clean = nh3.clean(
        source,
        tags=_TABLE_PARTS | _BREAKS,
        attributes=_SPANS,
        clean_content_tags={"script", "style"},
        strip_comments=True,
    )
    reader = _Reader()
    reader.feed(clean)
    reader.close()
    return reader.finish()


def png_svg(encoded: str) -> str | None:
    """A picture in pixels wrapped in SVG, the one kind of picture exporters know; None when it is no PNG."""
    try:
        raw = base64.b64decode(encoded)
    except (binascii.Error, ValueError):
        return None
    if not raw.startswith(b"\x89PNG\r\n\x1a\n") or len(raw) < 24:
        return None
    width, height = struct.unpack(">II", raw[16:24])
    data = base64.b64encode(raw).decode()
    size = f'width="{width}" height="{height}"'
    picture = f'<image {size} href="data:image/png;base64,{data}"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {width} {height}">{picture}</svg>'


@dataclass
class _Table:
    head: list[list[Cell]] = field(default_factory=list)
    body: list[list[Cell]] = field(default_factory=list)
    caption: str = ""


class _Reader(HTMLParser):
    """Walks cleaned HTML; a table inside a table's cell is read as that cell's words."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self.words: list[str] = []
        self.table: _Table | None = None
        self.depth = 0
        self.in_head = False
        self.spans = (1, 1)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.depth += 1
        if tag == "table" and self.depth == 1:
            self._end_paragraph()
            self.table = _Table()
        elif self.table is None:
            self._end_paragraph()
        elif self.depth == 1:
            self._start_part(self.table, tag, dict(attrs))

    def _start_part(self, table: _Table, tag: str, attributes: dict[str, str | None]) -> None:
        if tag in ("thead", "tbody", "tfoot"):
            self.in_head = tag == "thead"
        elif tag == "tr":
            (table.head if self.in_head else table.body).append([])
        elif tag in ("td", "th", "caption"):
            self.words = []
            self.spans = (_span(attributes.get("colspan")), _span(attributes.get("rowspan")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "table":
            self.depth -= 1
        if self.table is None:
            self._end_paragraph()
        elif self.depth == 0:
            self.blocks += _table_blocks(self.table)
            self.table, self.words = None, []
        elif self.depth == 1:
            self._end_part(self.table, tag)

    def _end_part(self, table: _Table, tag: str) -> None:
        if tag == "caption":
            table.caption = self._text()
        elif tag in ("td", "th"):
            rows = table.head if self.in_head else table.body
            (rows or table.body or [[]])[-1].append((self._text(), *self.spans))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def finish(self) -> list[Block]:
        self._end_paragraph()
        return self.blocks

    def _text(self) -> str:
        text = " ".join("".join(self.words).split())
        self.words = []
        return text

    def _end_paragraph(self) -> None:
        text = self._text()
        if text:
            self.blocks.append({"type": "paragraph", "runs": [{"t": "text", "s": text}]})


def _span(value: str | None) -> int:
    return min(int(value), _WIDEST) if value and value.isdecimal() and value != "0" else 1


def _table_blocks(table: _Table) -> list[Block]:
    head, body = _grid(table.head, repeat=True), _grid(table.body, repeat=False)
    width = max((len(row) for row in head + body), default=0)
    if not width or not body:
        return []
    head, body = ([_padded(row, width) for row in rows] for rows in (head, body))
    columns = [_column(i, [row[i] for row in head], [row[i] for row in body]) for i in range(width)]
    rows = [{"role": "normal", "cells": [_cell(text) for text in row]} for row in body]
    block: Block = {"type": "table", "id": "", "caption": table.caption, "number": None, "columns": columns}
    return [{**block, "rows": rows, "notes": [], "numbering": False}]


def _cell(text: str) -> dict[str, Any]:
    return {"runs": [{"t": "text", "s": text}] if text else []}


def _padded(row: list[str], width: int) -> list[str]:
    return row + [""] * (width - len(row))


def _grid(rows: list[list[Cell]], repeat: bool) -> list[list[str]]:
    """Cells laid out on their columns; with `repeat`, a header stands over every column it spans."""
    grid: list[list[str]] = []
    below: dict[int, tuple[int, str]] = {}  # column -> rows still covered from above, and by what
    for row in rows:
        line: list[str] = []
        covered, below = below, {}
        for text, columns, height in row:
            _from_above(line, covered, below)
            for i in range(columns):
                shown = text if i == 0 or repeat else ""
                if height > 1:
                    below[len(line)] = (height - 1, shown if repeat else "")
                line.append(shown)
        _from_above(line, covered, below)
        grid.append(line[:_WIDEST])
    return grid


def _from_above(
    line: list[str], covered: dict[int, tuple[int, str]], below: dict[int, tuple[int, str]]
) -> None:
    while len(line) in covered:
        left, text = covered.pop(len(line))
        if left > 1:
            below[len(line)] = (left - 1, text)
        line.append(text)


def _column(index: int, titles: list[str], cells: list[str]) -> dict[str, Any]:
    title = next((text for text in reversed(titles) if text), "")
    group = titles[0] if len(titles) > 1 and titles[0] != title else ""
    align = "right" if all(_NUMBER.fullmatch(text) for text in cells) else "left"
    return {"key": f"c{index + 1}", "title": title, "align": align, "width": None, "group": group or None}
