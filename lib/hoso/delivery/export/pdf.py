"""The document to be signed: PDF/A-2a and PDF/UA-1 in the layout of Nghị định 30/2020/NĐ-CP.

`report.typ` is fixed; the document reaches it as JSON, so data are never markup. Same document, same bytes.
"""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from itertools import groupby, zip_longest
from pathlib import Path
from typing import Any

import typst

from hoso.delivery.export.document import SYNTHETIC, Document
from hoso.delivery.export.glyphs import drawable
from hoso.presentation.letters import FONTS
from hoso.presentation.markdown import Block, Run, plain
from hoso.presentation.structure import appendix_title, caption, column_numbers, sections, steady_levels
from hoso.presentation.svg import clean_svg
from hoso.vocabulary.errors import HosoError

_HERE = Path(__file__).parent
_EPOCH = date(
    1970, 1, 1
)  # PDF/A wants a date; without one of the data, a plainly empty one, never the clock's


def pdf(document: Document) -> bytes:
    """The PDF of a document. HosoError when it cannot be set."""
    compiler = typst.Compiler(_HERE / "report.typ", root=_HERE, font_paths=_fonts())
    inputs = {"document": json.dumps(_printed(document), ensure_ascii=False, allow_nan=False)}
    try:
        made = compiler.compile(
            format="pdf",
            sys_inputs=inputs,
            pdf_standards=["a-2a", "ua-1"],
            timestamp=_seconds(document["date"]),
        )
    except typst.TypstError as error:
        raise HosoError("không dựng được tệp PDF", where=error.message.splitlines()[0]) from error
    if not isinstance(made, bytes):
        raise TypeError("a PDF is one file")
    # Typst ends at %%EOF without a line end, which breaks PDF/A once a signature is appended.
    return made if made.endswith(b"\n") else made + b"\n"


@cache
def _fonts() -> typst.Fonts:
    """Tinos and nothing else, whatever the machine has."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])


def _seconds(day: str | None) -> int:
    """The data date, so that the clock leaves no trace in the file."""
    return ((date.fromisoformat(day) if day else _EPOCH) - _EPOCH).days * 86_400


# ── what the template reads ──────────────────────────────────────────────────────────────────────


def _printed(document: Document) -> dict[str, Any]:
    blocks = _blocks(steady_levels(document["blocks"]), document["figures"])
    letterhead = next((block for block in blocks if block["type"] == "letterhead"), {})
    printed = {
        "title": document["title"],
        "author": letterhead.get("body"),
        "date": document["date"] or _EPOCH.isoformat(),
        "mark": SYNTHETIC if document["synthetic"] else None,
        "provisional": document["provisional"],
        "sheet": bool(letterhead.get("sheet")),
        "sections": [_section(section) for section in sections(blocks)],
    }
    return dict(_drawn(printed))


def _section(blocks: list[Block]) -> dict[str, Any]:
    appendix = blocks[0] if blocks[0]["type"] == "appendix" else None
    return {"appendix": appendix, "blocks": blocks[1:] if appendix else blocks}


def _blocks(blocks: list[Block], figures: dict[str, Any]) -> list[Block]:
    made = [_block(block, figures) for block in blocks]
    for block, following in zip_longest(made, made[1:]):
        if block["type"] == "paragraph":
            block["leads"] = following is not None and following["type"] == "list"
    return made


def _block(block: Block, figures: dict[str, Any]) -> Block:
    """The block with figures as printed and everything the template would otherwise have to compute."""
    block = {key: _resolved(value, figures) for key, value in block.items()}
    match block["type"]:
        case "table":
            return _table(block)
        case "chart":
            alt = block.get("alt") or block.get("caption") or "Biểu đồ"
            return {**block, "alt": alt, "svg": clean_svg(block["svg"], block["id"])}
        case "appendix":
            return {**block, "name": appendix_title(block)}
        case "list":
            return {**block, "items": [_blocks(item, figures) for item in block["items"]]}
        case _:
            return block


def _table(block: Block) -> Block:
    rows = [{"role": row["role"], "cells": [cell["runs"] for cell in row["cells"]]} for row in block["rows"]]
    numbers = [{**_header_cell(words), "light": True} for words in column_numbers(block)]
    return {
        "type": "table",
        "caption": caption(block),
        "columns": _columns(block),
        "head": _head(block["columns"]) + numbers,
        "rows": rows,
        "notes": block.get("notes") or [],
    }


def _columns(block: Block) -> list[dict[str, Any]]:
    """Side and share of the width: as asked, else by the longest cell and the longest word of the title."""
    columns: list[dict[str, Any]] = block["columns"]
    rows = [row["cells"] for row in block["rows"] if row["role"] != "group"]
    shares = []
    for i, column in enumerate(columns):
        words = max(map(len, column["title"].split()), default=1) * 1.2  # bold
        cells = max((len(plain(row[i]["runs"])) for row in rows), default=1)
        share = column.get("width") or min(max(words, cells) + 1.5, 34)
        shares.append({"align": column["align"], "width": share})
    return shares


def _resolved(value: Any, figures: dict[str, Any]) -> Any:
    if isinstance(value, dict):
        return _text(value, figures) if value.get("t") == "fig" else _each(value, figures)
    return [_resolved(part, figures) for part in value] if isinstance(value, list) else value


def _text(run: Run, figures: dict[str, Any]) -> Run:
    return {"t": "text", "s": figures[run["id"]]["printed"]}


def _each(value: dict[str, Any], figures: dict[str, Any]) -> dict[str, Any]:
    return {key: _resolved(part, figures) for key, part in value.items()}


def _head(columns: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Header cells in reading order with their spans: the upper row, then the lower."""
    if not any(column.get("group") for column in columns):
        return [_header_cell(column["title"]) for column in columns]
    upper: list[dict[str, Any]] = []
    lower: list[dict[str, Any]] = []
    for group, members in groupby(columns, key=lambda column: column.get("group")):
        found = [_header_cell(column["title"]) for column in members]
        if group:
            upper.append(_header_cell(group, colspan=len(found)))
            lower += found
        else:
            upper += [{**cell, "rowspan": 2} for cell in found]
    return upper + lower


def _header_cell(words: str, colspan: int = 1) -> dict[str, Any]:
    return {"words": words, "colspan": colspan, "rowspan": 1, "light": False}


def _drawn(value: Any) -> Any:
    if isinstance(value, str):
        return drawable(value)
    if isinstance(value, dict):
        return {key: _drawn(part) for key, part in value.items()}
    return [_drawn(part) for part in value] if isinstance(value, list) else value
