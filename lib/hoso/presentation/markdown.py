"""Markdown of a narrative (lời văn) to report blocks, through mistune's tree.

Nothing in the text can become markup of an output format: raw HTML is kept as the letters it is made of, a
link as its words, an image is dropped. Data do not even pass through the parser: the narrative puts a
placeholder (U+E000, digits, U+E001) where a datum goes and hands the inline run over separately, so a unit
called ``*x*`` or ``| a |`` stays a name.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import mistune

from hoso.vocabulary.errors import HosoError

Run = dict[str, Any]
Block = dict[str, Any]
Tokens = Mapping[str, Run]
_Node = dict[str, Any]

PLACEHOLDER = re.compile("\ue000[0-9]+\ue001")
_NAMES = {"strong": "strong", "emphasis": "em"}
_STRAY = str.maketrans("\ue000\ue001", "\ufffd\ufffd")


def placeholder(number: int) -> str:
    """The string that stands in Markdown source for the datum of this number."""
    return f"\ue000{number}\ue001"


def blocks(source: str, tokens: Tokens | None = None) -> list[Block]:
    """Blocks of Markdown `source`; each placeholder becomes its inline run of `tokens`.

    Headings come with an empty id: only the whole document knows which ids are free. A placeholder without a
    token prints as two replacement characters around its number, never as nothing. HosoError when a figure
    stands in the header of a Markdown table, whose titles are words.
    """
    nodes = _parser()(source)
    if not isinstance(nodes, list):
        raise TypeError("mistune without a renderer returns its tree")
    return list(_blocks(nodes, tokens or {}))


def plain(runs: list[Run]) -> str:
    """The words of `runs` without emphasis; a line break is a space, a figure contributes nothing."""
    parts = (plain(run["c"]) if "c" in run else " " if run["t"] == "br" else run.get("s", "") for run in runs)
    return "".join(parts)


def figures(runs: list[Run]) -> Iterator[str]:
    """The ids of the figures in `runs`, in order."""
    for run in runs:
        if run["t"] == "fig":
            yield run["id"]
        yield from figures(run.get("c", []))


@cache
def _parser() -> mistune.Markdown:
    return mistune.create_markdown(renderer=None, plugins=["table"])


# ── blocks ────────────────────────────────────────────────────────────────────────────────────────


def _blocks(nodes: list[_Node], tokens: Tokens) -> Iterator[Block]:
    for node in nodes:
        build = _BLOCKS.get(node["type"])
        if build is not None:
            yield from build(node, tokens)


def _heading(node: _Node, tokens: Tokens) -> Iterator[Block]:
    level = min(node["attrs"]["level"], 4)
    yield {"type": "heading", "level": level, "runs": _runs(node["children"], tokens), "id": ""}


def _paragraph(node: _Node, tokens: Tokens) -> Iterator[Block]:
    runs = _runs(node["children"], tokens)
    if runs:  # a paragraph of one dropped image has nothing left to print
        yield {"type": "paragraph", "runs": runs}


def _list(node: _Node, tokens: Tokens) -> Iterator[Block]:
    items = [list(_blocks(item["children"], tokens)) for item in node["children"]]
    block: Block = {"type": "list", "ordered": node["attrs"]["ordered"], "items": items}
    if (
        node["attrs"].get("start", 1) != 1
    ):  # "2." after a paragraph goes on counting, as in any decision's articles
        block["start"] = node["attrs"]["start"]
    yield block


def _quote(node: _Node, tokens: Tokens) -> Iterator[Block]:
    yield from _blocks(node["children"], tokens)


def _literal(node: _Node, tokens: Tokens) -> Iterator[Block]:
    """Raw HTML: a paragraph that shows its letters, a break at each line end."""
    runs: list[Run] = []
    for line in node["raw"].strip("\n").split("\n"):
        runs += [*([{"t": "br"}] if runs else []), *_split(line, tokens, _text)]
    yield {"type": "paragraph", "runs": _merge(runs)}


def _code(node: _Node, tokens: Tokens) -> Iterator[Block]:
    runs: list[Run] = []
    for line in node["raw"].strip("\n").split("\n"):
        runs += [*([{"t": "br"}] if runs else []), *_split(line, tokens, _code_text)]
    yield {"type": "paragraph", "runs": runs}


def _table(node: _Node, tokens: Tokens) -> Iterator[Block]:
    head, *bodies = node["children"]
    columns = [_column(i, cell, tokens) for i, cell in enumerate(head["children"])]
    rows = [_row(row, tokens) for body in bodies for row in body["children"]]
    yield {
        "type": "table",
        "id": "",
        "caption": "",
        "number": None,
        "columns": columns,
        "rows": rows,
        "notes": [],
        "numbering": False,
    }


def _column(index: int, cell: _Node, tokens: Tokens) -> dict[str, Any]:
    runs = _runs(cell["children"], tokens)
    if any(True for _ in figures(runs)):
        raise HosoError(
            "số liệu đứng trong dòng tiêu đề của bảng",
            where=plain(runs) or f"cột {index + 1}",
            expected="tiêu đề cột là chữ",
            remedy="chuyển số liệu xuống một dòng của bảng",
        )
    align = cell["attrs"]["align"] or "left"
    return {"key": f"c{index + 1}", "title": plain(runs), "align": align, "width": None, "group": None}


def _row(row: _Node, tokens: Tokens) -> dict[str, Any]:
    return {
        "role": "normal",
        "cells": [{"runs": _runs(cell["children"], tokens)} for cell in row["children"]],
    }


_BLOCKS: dict[str, Callable[[_Node, Tokens], Iterator[Block]]] = {
    "heading": _heading,
    "paragraph": _paragraph,
    "block_text": _paragraph,
    "list": _list,
    "block_quote": _quote,
    "block_html": _literal,
    "block_code": _code,
    "table": _table,
}


# ── inline runs ───────────────────────────────────────────────────────────────────────────────────


def _runs(nodes: list[_Node], tokens: Tokens) -> list[Run]:
    return _merge([run for node in nodes for run in _inline(node, tokens)])


def _inline(node: _Node, tokens: Tokens) -> list[Run]:
    match node["type"]:
        case "strong" | "emphasis" as name:
            return [{"t": _NAMES[name], "c": _runs(node["children"], tokens)}]
        case "linebreak":
            return [{"t": "br"}]
        case "softbreak":
            return [_text(" ")]
        case "image":
            return []
        case _:  # a link keeps its words
            return _runs(node["children"], tokens) if "children" in node else _leaf(node, tokens)


def _leaf(node: _Node, tokens: Tokens) -> list[Run]:
    """Words, code, or raw HTML kept as its letters; only in words is `&lt;` a sign."""
    if node["type"] == "text":
        return _split(html.unescape(node["raw"]), tokens, _text)
    return _split(node["raw"], tokens, _code_text if node["type"] == "codespan" else _text)


def _split(text: str, tokens: Tokens, literal: Callable[[str], Run]) -> list[Run]:
    """Literal pieces and the tokens between them."""
    runs: list[Run] = []
    end = 0
    for hit in PLACEHOLDER.finditer(text):
        if hit[0] in tokens:
            runs += [literal(text[end : hit.start()]), dict(tokens[hit[0]])]
            end = hit.end()
    return [run for run in [*runs, literal(text[end:])] if run.get("s") != ""]


def _text(s: str) -> Run:
    return {"t": "text", "s": s.translate(_STRAY)}


def _code_text(s: str) -> Run:
    return {"t": "code", "s": s.translate(_STRAY)}


def _merge(runs: list[Run]) -> list[Run]:
    """Adjacent text runs as one: the parser cuts at every special letter it then finds harmless."""
    merged: list[Run] = []
    for run in runs:
        if merged and run["t"] == merged[-1]["t"] == "text":
            merged[-1] = _text(merged[-1]["s"] + run["s"])
        else:
            merged.append(run)
    return merged
