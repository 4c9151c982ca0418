"""What a reader sees of a report, and what must not be there: the checks every run of every notebook has to pass."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from html.parser import HTMLParser
from typing import Any

from nbformat import NotebookNode

from hoso.delivery.export.document import Document, document
from hoso.delivery.export.html import page
from hoso.delivery.verdict import errors
from tests.notebooks.words import foreign
from tests.presentation.prose import bare_numbers

_UNSEEN = {"script", "style"}
_SPOKEN = {"alt", "aria-label", "title"}  # attributes a screen reader reads, or a pointer shows
# Words of the program that may not reach a reader; "-0" with any number of zeros behind the comma is no number.
_FORBIDDEN = re.compile(
    r"(?<![-\w])nan(?![-\w]| giải)|\b(?:NaN|None|null|NULL|inf|Inf|undefined|NaT|True|False)\b|<NA>|nan%|[-−]0(?:,0+)?(?![\d,.])|(?<![\d.])0/0(?!\d)|\[\]"
    r"|\{\{|\}\}|\{%|%\}|Traceback|report\.|\bobject at 0x",
)  # fmt: skip
_DIGIT = re.compile(r".{0,60}\d.{0,60}", re.DOTALL)


class _Seen(HTMLParser):
    """The text of a page and of its attributes that are read out."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.elements: set[str] = set()
        self._unseen = 0
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self._unseen += tag in _UNSEEN
        self.words += [value for name, value in attrs if name in _SPOKEN and value]
        assert not [name for name, _ in attrs if name.startswith("on")], attrs

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in _UNSEEN

    def handle_data(self, data: str) -> None:
        if not self._unseen and data.strip():
            self.words.append(data)


def visible(html: str) -> str:
    """All text of a page that a reader can come across, alternative texts and explanations among it."""
    return "\n".join(_Seen(html).words)


def elements(html: str) -> set[str]:
    """The names of the elements of a page."""
    return _Seen(html).elements


def faults(notebook: NotebookNode, name: str, names: Collection[str] = ()) -> list[str]:
    """What is wrong with an executed report; empty when a leader can be shown it. `names`: of units, which are data."""
    found = [*errors(notebook), *_streams(notebook)]
    made = document(notebook, name)
    text = visible(page(made)).replace(
        str(made.get("command")), " "
    )  # what is typed into a terminal is no prose
    return [*found, *text_faults(text, names), *document_faults(made), *_bare(notebook, names)]


def _streams(notebook: NotebookNode) -> Iterator[str]:
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if output.output_type == "stream":
                yield f"ô {cell.id} in ra: {output.text[:80]}"


def _bare(notebook: NotebookNode, names: Collection[str]) -> Iterator[str]:
    """Digits of the prose that are no figure; "Phường 7" is a name."""
    numbered = sorted((name for name in names if _DIGIT.search(name)), key=len, reverse=True)
    for text in bare_numbers(notebook):
        for name in numbered:
            text = text.replace(name, " ")  # noqa: PLW2901 - taken out one by one
        if hit := _DIGIT.search(text):
            yield f"a number that is no figure: …{hit[0]}…"


def text_faults(text: str, names: Collection[str] = ()) -> list[str]:
    """Words and signs in a reader's text that must not stand there."""
    plain = _without(text, names)
    signs = [f"forbidden “{hit[0]}”: {_around(plain, hit)}" for hit in _FORBIDDEN.finditer(plain)]
    return [*signs, *(f"not Vietnamese: {token}" for token in foreign(plain, names))]


def _without(text: str, names: Collection[str]) -> str:
    """The text without names that hold signs of their own (a hostile unit's name is data, and printed as it is)."""
    for name in names:
        if _FORBIDDEN.search(name):
            text = text.replace(name, " ")
    return text


def _around(text: str, hit: re.Match[str]) -> str:
    return " ".join(text[max(0, hit.start() - 40) : hit.end() + 40].split())


def document_faults(made: Document) -> list[str]:
    """What is wrong with a document's parts: empty tables, empty charts, missing head or end, identities not told."""
    blocks: list[dict[str, Any]] = made["blocks"]
    kinds = [block["type"] for block in blocks]
    found = [f"no {needed}" for needed in ("letterhead", "closing", "table") if needed not in kinds]
    found += [f"empty {block['type']} {block['id']}" for block in blocks if _is_empty(block)]
    found += [
        f"chart {b['id']} without a finding"
        for b in blocks
        if b["type"] == "chart" and len(b["alt"].split()) < 4
    ]
    told = [block for block in blocks if block["type"] == "notice" and block["kind"] == "identity"]
    found += [] if made["identities"] or told else ["identities fail and no notice says so"]
    return found + ([] if made["figures"] else ["no figure"])


def _is_empty(block: Mapping[str, Any]) -> bool:
    if block["type"] == "table":
        return not [row for row in block["rows"] if row["cells"]]
    if block["type"] == "chart":
        return not (
            block.get("plotted", True)
            and re.search(r"<(?:path|rect|use|circle|line|polygon)\b", block["svg"])
        )
    return False
