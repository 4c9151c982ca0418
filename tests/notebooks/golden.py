"""A report as plain text, to be read in review: a sentence that changed is a line that changed.

Prose, heads and first rows of tables, notes, alternative texts; no markup, and nothing that differs from one making to the
next.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from hoso.delivery.export.document import Document
from hoso.presentation.display import words

ROWS = 4
WIDTH = 120
_UNREAD = ("type", "id", "draft", "landscape", "sheet")
_ORDER = (
    *_UNREAD, "parent", "body", "number", "place", "date_line", "kind", "title", "reference", "subject", "addressees", "recipients",
    "signer_lines",
)  # fmt: skip
Block = Mapping[str, Any]
Figures = Mapping[str, dict[str, Any]]


def readable(document: Document) -> str:
    """The document's text as Markdown-like lines, wrapped so that a diff shows the words that changed."""
    parts = [part for block in document["blocks"] for part in _parts(block, document["figures"])]
    return "\n\n".join(part for part in parts if part.strip()) + "\n"


def _parts(block: Block, figures: Figures) -> Iterator[str]:
    kind = block["type"]
    if kind == "heading":
        yield f"{'#' * block['level']} {words(block['runs'], figures)}"
    elif kind == "list":
        yield "\n".join(_item(item, figures) for item in block["items"])
    elif kind == "table":
        yield _table(block, figures)
    elif kind == "chart":
        yield _wrapped(f"[biểu đồ] {block['caption']}\n{block['alt']}\n" + "\n".join(_notes(block)))
    elif "runs" in block:
        lead = f"[{block['kind']}] " if kind == "notice" else ""
        yield _wrapped(lead + words(block["runs"], figures))
    else:
        yield _wrapped(f"[{kind}] " + " | ".join(_fields(block)))


def _item(item: Any, figures: Figures) -> str:
    text = " ".join(part for inner in item for part in _parts(inner, figures))
    return textwrap.fill(" ".join(text.split()), WIDTH, initial_indent="- ", subsequent_indent="  ")


def _table(block: Block, figures: Figures) -> str:
    heads = [": ".join(filter(None, (column.get("group"), column["title"]))) for column in block["columns"]]
    rows = [[words(cell["runs"], figures) for cell in row["cells"]] for row in block["rows"]]
    more = [f"… ({len(rows)} dòng)"] if len(rows) > ROWS else []
    lines = [
        f"[bảng] {block['caption']}",
        " | ".join(heads),
        *(" | ".join(row) for row in rows[:ROWS]),
        *more,
    ]
    return "\n".join([*lines, *_notes(block)])


def _notes(block: Block) -> list[str]:
    return [f"* {note if isinstance(note, str) else str(note)}" for note in block.get("notes", ())]


def _fields(block: Block) -> Iterator[str]:
    """What a head, an appendix or an end says."""
    for name in sorted(block, key=_ORDER.index):  # a notebook on disk has its keys in another order
        if name not in _UNREAD and (value := block[name]):
            yield " ".join(value if isinstance(value, list) else str(value).split())


def _wrapped(text: str) -> str:
    return "\n".join(textwrap.fill(line, WIDTH, break_long_words=False) for line in text.splitlines())
