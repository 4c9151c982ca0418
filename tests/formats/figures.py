"""The numbers a reader comes across, in reading order: of a document, and of each format it was published in.

A number is a token with digits: its sign, its separators and its percent sign belong to it. Left out on every side is what only
one format has: page numbers, running marks, the heads that a table repeats on its next page, explanations of figures, contents.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

from hoso.delivery.export.document import SYNTHETIC
from hoso.presentation.display import words
from hoso.presentation.structure import appendix_title, caption, column_numbers

_TOKEN = re.compile(r"(?:(?<![^\s(])[-+−])?\d+(?:[.,]\d+)*%?")
# Points from the top of a page, of the report and of an appendix: its running head lies above, its text below.
_TOPS = (50, 60)
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}blip"
_SVG = "{http://schemas.microsoft.com/office/drawing/2016/SVG/main}svgBlip"
_EMBED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}embed"
_SVG_TEXT = "{http://www.w3.org/2000/svg}text"
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_INLINE = {"data", "strong", "em", "span", "code", "b", "i", "a", "br", "button"}
_VOID = {"br", "meta", "img", "col", "hr", "input", "link"}
_NOT_READ = {"head", "style", "script", "nav", "footer"}

Block = Mapping[str, Any]
Document = Mapping[str, Any]
Poppler = Callable[..., str]


class Line(NamedTuple):
    """A piece of text as it stands in one place; of a table its number, and whether it is of the table's head."""

    text: str
    table: int | None = None
    is_head: bool = False
    is_label: bool = False  # the "1." before an item, which Word counts by itself


def tokens(text: str) -> list[str]:
    """The numbers of a text, in order."""
    return _TOKEN.findall(text)


# ── what the document says ───────────────────────────────────────────────────────────────────────


def lines(document: Document) -> list[Line]:
    """All text of a document's blocks in reading order."""
    blocks = document["blocks"]
    found: list[Line] = []
    for i, block in enumerate(blocks):
        found += _lines(block, i, document["figures"])
        found += [Line(block["reference"])] if "reference" in block else []
    return found


def of_document(document: Document, labels: bool = True) -> list[str]:
    """The numbers of a document; with or without those of its numbered lists."""
    written = (line for line in lines(document) if labels or not line.is_label)
    return [token for line in written for token in tokens(line.text)]


def _lines(block: Block, number: int, figures: Mapping[str, Any]) -> Iterator[Line]:
    match block["type"]:
        case "table":
            yield from _table(block, number, figures)
        case "list":
            for i, item in enumerate(block["items"], block.get("start", 1)):
                yield Line(f"{i}." if block["ordered"] else "", is_label=True)
                for inner in item:
                    yield from _lines(inner, number, figures)
        case _:
            yield from (Line(text) for text in _plain(block, figures) if text)


def _plain(block: Block, figures: Mapping[str, Any]) -> list[str]:
    match block["type"]:
        case "letterhead":
            about = [block["kind"], block["subject"]] if block["kind"] else block.get("addressees") or []
            v_v = "" if block["kind"] else f"V/v {block['subject']}"
            return [
                block.get("parent") or "",
                block["body"],
                block["number"],
                v_v,
                block["date_line"],
                *about,
            ]
        case "chart":
            return [*svg_texts(block["svg"]), block.get("caption") or "", *(block.get("notes") or [])]
        case "appendix":
            return [appendix_title(block), block["title"]]
        case "closing":
            return [*block["recipients"], *block["signer_lines"]]
        case _:
            return [words(block["runs"], figures)]


def _table(block: Block, number: int, figures: Mapping[str, Any]) -> Iterator[Line]:
    yield Line(caption(block))
    for text in [*_head(block["columns"]), *column_numbers(block)]:
        yield Line(text, number, True)
    for row in block["rows"]:
        for cell in row["cells"][:1] if row["role"] == "group" else row["cells"]:
            yield Line(words(cell["runs"], figures), number)
    yield from (Line(note) for note in block.get("notes") or ())


def _head(columns: Sequence[Mapping[str, Any]]) -> list[str]:
    """The upper row, in which a group stands once above its columns, then the lower."""
    if not any(column.get("group") for column in columns):
        return [column["title"] for column in columns]
    upper: list[str] = []
    for column, before in zip(columns, [{}, *columns], strict=False):
        group = column.get("group")
        if not group or group != before.get("group"):
            upper.append(group or column["title"])
    return [*upper, *(column["title"] for column in columns if column.get("group"))]


def svg_texts(source: str | bytes) -> list[str]:
    """The texts of a drawing in the order they are drawn."""
    return ["".join(text.itertext()) for text in ElementTree.fromstring(source).iter(_SVG_TEXT)]


# ── what each format says ────────────────────────────────────────────────────────────────────────


def of_html(page: str) -> list[str]:
    """The numbers a page shows: contents, footer and the explanations of figures aside."""
    return tokens(page_text(page))


def page_text(page: str) -> str:
    """The text of a page as it is read, a line each for what stands apart."""
    return _Page(page).text


class _Page(HTMLParser):
    """The text of a page; what opens a line of its own begins on one."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self._open: list[tuple[str, bool]] = []
        self._labels: list[int | None] = []  # of each list around: the next item's number
        self._parts: list[str] = []
        self.feed(source)
        self.text = "".join(self._parts)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        unread = tag in _NOT_READ or given.get("role") == "tooltip" or "hidden" in given
        if tag not in _VOID:
            self._open.append((tag, unread))
        self._parts.append(" " if tag == "br" else "" if tag in _INLINE else "\n")
        if tag in ("ol", "ul"):
            self._labels.append(int(given.get("start") or 1) if tag == "ol" else None)
        if tag == "li" and self._labels and (label := self._labels.pop()) is not None:
            self._parts.append(f"{label}. ")
            self._labels.append(label + 1)
        elif tag == "li":
            self._labels.append(None)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass
        if tag in ("ol", "ul"):
            self._labels.pop()
        self._parts.append("" if tag in _INLINE else "\n")

    def handle_data(self, data: str) -> None:
        if not any(unread for _, unread in self._open):
            self._parts.append(data)


def of_docx(file: bytes) -> list[str]:
    """The numbers of a Word document's body, row by row; of a picture those of its drawing."""
    return tokens(docx_text(file))


def docx_text(file: bytes) -> str:
    """The text of a Word document's body, a line a paragraph."""
    import docx

    opened = docx.Document(io.BytesIO(file))
    return "".join(_word_parts(opened))


def _word_parts(opened: Any) -> Iterator[str]:
    for element in opened.element.body.iter():
        match element.tag:
            case t if t == f"{_WORD}p":
                yield "\n"
            case t if t == f"{_WORD}t":
                yield element.text or ""
            case t if t in (f"{_WORD}br", f"{_WORD}tab", f"{_WORD}cr"):
                yield " "
            case t if t == f"{_WORD}noBreakHyphen":
                yield "-"
            case t if t == _SVG:
                drawing = opened.part.related_parts[element.get(_EMBED)].blob
                yield "".join(f"\n{text}" for text in svg_texts(drawing)) + "\n"


def of_pdf(file: Path, document: Document, poppler: Poppler) -> list[str]:
    """The numbers of the pages as pdftotext finds them, in the order of the file.

    Which heads a table repeats on its next page is known from the document, and only those are passed over.
    """
    pages = [tokens(page) for page in pdf_pages(file, document, poppler)]
    return list(_without_repeated_heads(pages, lines(document)))


def pdf_pages(file: Path, document: Document, poppler: Poppler) -> list[str]:
    """The text of each page below its running head, which stands lower in an appendix."""
    size = ("-x", "0", "-W", "5000", "-H", "5000")
    high, low = (poppler("pdftotext", "-raw", "-y", str(top), *size, file, "-").split("\f") for top in _TOPS)
    head = re.compile(rf"(?:{SYNTHETIC})?\s*\d*\s*(?:{re.escape(document['provisional'] or '')})?\s*")
    pages = zip(high, low, strict=True)
    return [lower if head.fullmatch(_less(upper, lower)) else upper for upper, lower in pages]


def _less(text: str, other: str) -> str:
    """The lines that only the first of two texts has."""
    return "\n".join((Counter(text.splitlines()) - Counter(other.splitlines())).elements())


def _without_repeated_heads(pages: Iterable[list[str]], written: Sequence[Line]) -> list[str]:
    expected = [(token, line.table) for line in written for token in tokens(line.text)]
    heads = _heads(written)
    found: list[str] = []
    for page in pages:
        _, table = expected[len(found) - 1] if 0 < len(found) <= len(expected) else ("", None)
        head = heads.get(table, []) if table is not None else []
        follows = [token for token, _ in expected[len(found) : len(found) + len(head)]]
        repeated = bool(head) and page[: len(head)] == head != follows
        found += page[len(head) :] if repeated else page
    return found


def _heads(written: Sequence[Line]) -> dict[int, list[str]]:
    heads: dict[int, list[str]] = {}
    for line in written:
        if line.is_head and line.table is not None:
            heads.setdefault(line.table, []).extend(tokens(line.text))
    return heads


def difference(expected: Sequence[str], found: Sequence[str]) -> str:
    """Where two sequences part, with what stands around; empty when they are one."""
    if list(expected) == list(found):
        return ""
    pairs = enumerate(zip(expected, found, strict=False))
    at = next((i for i, (one, other) in pairs if one != other), min(len(expected), len(found)))
    around = slice(max(0, at - 5), at + 8)
    return f"number {at} of {len(expected)}: expected {expected[around]}, found {found[around]}"


def differences(document: Document, file: Callable[[str], Path], poppler: Poppler) -> dict[str, str]:
    """By format: where its file parts from the document; what each counts by itself is left out."""
    return {
        "html": difference(of_document(document), of_html(file("html").read_text("utf-8"))),
        "pdf": difference(of_document(document), of_pdf(file("pdf"), document, poppler)),
        "docx": difference(of_document(document, labels=False), of_docx(file("docx").read_bytes())),
    }
