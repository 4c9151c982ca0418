"""The document to be signed: PDF/A-2a and PDF/UA-1 in the layout of Nghị định 30/2020/NĐ-CP.

`report.typ` is fixed; the document reaches it as JSON, so data are never markup. Same document, same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import groupby, zip_longest
from pathlib import Path
from typing import Any

import orjson
import typst

from hoso.delivery.export.document import DRAFT, SYNTHETIC, Document
from hoso.delivery.export.glyphs import drawable
from hoso.presentation.letters import FONTS
from hoso.presentation.markdown import Block, Run, plain
from hoso.presentation.structure import (
    appendix_title,
    caption,
    column_numbers,
    sections,
    steady_levels,
)
from hoso.presentation.svg import clean_svg
from hoso.vocabulary.errors import HosoError

_HERE = Path(__file__).parent
_EPOCH = date(
    1970, 1, 1
)  # PDF/A wants a date; without one of the data, a plainly empty one, never the clock's


def pdf(document: Document) -> bytes:
    """The PDF of a document. HosoError when it cannot be set."""
    compiler = typst.Compiler(_HERE / "report.typ", root=_HERE, font_paths=_fonts())
    inputs = {"document": orjson.dumps(_printed(document)).decode()}
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
        "keywords": _marks(document, letterhead),
        "mark": SYNTHETIC if document["synthetic"] else None,
        "provisional": document["provisional"],
        "sheet": bool(letterhead.get("sheet")),
        "sections": [_section(section) for section in sections(blocks)],
    }
    return dict(_drawn(printed))


def _marks(document: Document, letterhead: Block) -> list[str]:
    """What must be known of the file before anyone signs or sends it: kept among its keywords, which programs read."""
    marked = {DRAFT: letterhead.get("draft"), SYNTHETIC: document["synthetic"]}
    return [mark for mark, is_so in marked.items() if is_so]


def _section(blocks: list[Block]) -> dict[str, Any]:
    appendix = blocks[0] if blocks[0]["type"] == "appendix" else None
    return {"appendix": appendix, "blocks": blocks[1:] if appendix else blocks}


def _blocks(blocks: list[Block], figures: dict[str, Any]) -> list[Block]:
    made = [_block(block, figures, room) for block, room in zip(blocks, _rooms(blocks), strict=True)]
    for block, following in zip_longest(made, made[1:]):
        after = following["type"] if following is not None else None
        if block["type"] == "paragraph":
            block["leads"] = after in ("list", "closing")
        if block["type"] == "list":
            block["closes"] = after == "closing"  # a signature never stands on a page without words
    return [block for block in made if block["type"] != "heading" or plain(block["runs"]).strip()]


def _rooms(blocks: list[Block]) -> Iterator[float]:
    """How wide the page is from margin to margin where each block stands; points."""
    room = _UPRIGHT
    for block in blocks:
        if block["type"] == "appendix":
            room = _ACROSS if block["landscape"] else _UPRIGHT
        yield room


def _block(block: Block, figures: dict[str, Any], room: float) -> Block:
    """The block with figures as printed and everything the template would otherwise have to compute."""
    if block["type"] == "table":
        return _table(block, figures, room)
    block = {key: _resolved(value, figures) for key, value in block.items()}
    match block["type"]:
        case "chart":
            alt = block.get("alt") or block.get("caption") or "Biểu đồ"
            return {**block, "alt": alt, "svg": clean_svg(block["svg"], block["id"])}
        case "appendix":
            return {**block, "name": appendix_title(block)}
        case "list":
            return {**block, "items": [_blocks(_unheaded(item), figures) for item in block["items"]]}
        case _:
            return block


def _unheaded(item: list[Block]) -> list[Block]:
    """A heading inside a list item as strong words: PDF/UA counts headings, and one there would be out of their order."""
    return [
        {"type": "paragraph", "runs": [{"t": "strong", "c": block["runs"]}]}
        if block["type"] == "heading"
        else block
        for block in item
    ]


def _table(block: Block, figures: dict[str, Any], room: float) -> Block:
    rows = [
        {"role": row["role"], "cells": [_cell(cell["runs"], figures) for cell in row["cells"]]}
        for row in block["rows"]
    ]
    numbers = [{**_header_cell(words), "light": True} for words in column_numbers(block)]
    return {
        "type": "table",
        "caption": caption(block),
        "columns": _columns(block["columns"], rows, room),
        "head": _head(block["columns"]) + numbers,
        "rows": rows,
        "notes": block.get("notes") or [],
    }


def _cell(runs: list[Run], figures: dict[str, Any]) -> str | list[Run]:
    """Most cells are one plain run: a string is set in two thirds of the time that runs take."""
    if len(runs) == 1 and runs[0]["t"] in ("text", "fig"):
        words: str = _spoken(runs[0], figures)
        return words if not _WHOLE.search(words) else _kept(words)
    resolved: list[Run] = _resolved(runs, figures)
    return resolved or ""


def _columns(columns: list[dict[str, Any]], rows: list[dict[str, Any]], room: float) -> list[dict[str, Any]]:
    """Side and share of the width: as asked, else by the longest cell and the longest word of the title.

    An ordinal's column asks for little; its title, STT, still has air on either side.
    """
    full = [row["cells"] for row in rows if row["role"] != "group"]
    shares = []
    for i, column in enumerate(columns):
        cells = [row[i] for row in full]
        words = max(map(len, column["title"].split()), default=1) * 1.2  # bold
        longest = max((len(c) if isinstance(c, str) else len(plain(c)) for c in cells), default=1)
        # 4 for the insets, so that a narrow column beside wide ones still holds its title
        share = column.get("width") or min(max(words, longest), 34) + 4
        shares.append({"align": column["align"], "width": share})
    part = sum(share["width"] for share in shares) * _ORDINAL / room
    for column, share in zip(columns, shares, strict=True):
        if column["title"] in _ORDINALS:
            share["width"] = max(share["width"], part)
    return shares


_UPRIGHT, _ACROSS = 453.5, 714.3  # 160 mm and 252 mm
_ORDINALS = ("STT", "TT", "Hạng")
_ORDINAL = 35.0  # points: "STT" in bold of 11 pt and the insets take 31


def _resolved(value: Any, figures: dict[str, Any]) -> Any:
    if isinstance(value, dict):
        return _each(value, figures)
    if not isinstance(value, list):
        return value
    return [made for part in value for made in _runs(part, figures)]


def _runs(part: Any, figures: dict[str, Any]) -> list[Any]:
    is_words = isinstance(part, dict) and part.get("t") in ("text", "fig")
    return _kept(_spoken(part, figures)) if is_words else [_resolved(part, figures)]


def _spoken(run: Run, figures: dict[str, Any]) -> str:
    return str(run["s"] if run["t"] == "text" else figures[run["id"]]["printed"])


# 766/QĐ-TTg, II.06a/VPCP/KSTT, 1.546/1.900: a number that a line end would tear apart, and a search would then miss.
_WHOLE = re.compile(r"(?<![^\s(“])(?=[^\s/-]*\d)[\w.,]+(?:[/-][\w.,]+)+")
_LONGEST = 18


def _kept(words: str) -> list[Run]:
    """The words as runs, document numbers and fractions each in one that is not broken."""
    runs, at = [], 0
    for found in _WHOLE.finditer(words):
        if len(found[0]) <= _LONGEST:
            runs += [{"t": "text", "s": words[at : found.start()]}, {"t": "whole", "s": found[0]}]
            at = found.end()
    return [*runs, {"t": "text", "s": words[at:]}]


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
