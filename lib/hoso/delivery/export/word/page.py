"""Paper, margins and type sizes (NĐ 30/2020/NĐ-CP, Phụ lục I), and the sections and running heads that carry them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hoso.delivery.export.document import SYNTHETIC, Document
from hoso.delivery.export.word.xml import (
    HEAD,
    NAMESPACES,
    NOTHING,
    RED,
    Letters,
    Paragraph,
    Xml,
    paragraph,
    run,
    twips,
    w,
)

_SHORT, _LONG = twips(210), twips(297)
_BINDING, _OUTER = twips(30), twips(20)  # the left margin is the wider: documents are bound there
_NARROW_OUTER = twips(15)  # what the law allows at least
_HEAD_AT = twips(11)


@dataclass(frozen=True)
class Paper:
    """A page of a section; all lengths in twips."""

    landscape: bool = False
    sheet: bool = False

    @property
    def width(self) -> int:
        """From margin to margin."""
        return self.size[0] - self.left - self.right

    @property
    def height(self) -> int:
        return self.size[1] - 2 * _OUTER

    @property
    def size(self) -> tuple[int, int]:
        return (_LONG, _SHORT) if self.landscape else (_SHORT, _LONG)

    @property
    def left(self) -> int:
        return _BINDING

    @property
    def right(self) -> int:
        return _NARROW_OUTER if self.sheet or self.landscape else _OUTER

    @property
    def name(self) -> str:
        """Tells the running heads of one width from those of another."""
        return "landscape" if self.landscape else "portrait"


@dataclass(frozen=True)
class Sizes:
    """Type sizes in points, spaces in twips: of a document, or of a sheet (phiếu) that must stay on one page."""

    sheet: bool

    def __call__(self, usual: float, sheet: float) -> float:
        return sheet if self.sheet else usual

    def space(self, usual: int, sheet: int) -> int:
        return sheet if self.sheet else usual


def section(paper: Paper, heads: tuple[str, str]) -> Xml:
    """`w:sectPr`: a new page, pages counted from 1, the heads of its first and of its other pages by relationship."""
    wide, high = paper.size
    first, others = heads
    return w(
        "sectPr",
        f'<w:headerReference w:type="default" r:id="{others}"/><w:headerReference w:type="first" r:id="{first}"/>',
        w("type", val="nextPage"),
        w("pgSz", w=wide, h=high, orient="landscape" if paper.landscape else None),
        _margins(paper),
        w("pgNumType", start=1),  # an appendix is numbered on its own
        w("titlePg"),
    )  # fmt: skip


def _margins(paper: Paper) -> Xml:
    sides = {"top": _OUTER, "right": paper.right, "bottom": _OUTER, "left": paper.left}
    return w("pgMar", **sides, header=_HEAD_AT, footer=_HEAD_AT, gutter=0)


def head(document: Document, paper: Paper, first: bool) -> str:
    """The part of a running head: what the figures are worth on either side, the page number in the middle.

    No number on a first page (Phụ lục I, mục I.7).
    """
    marks = Letters(colour=RED, bold=True), Letters(colour=RED, italic=True)
    tabs = Paragraph("Header", tabs=(("center", paper.width // 2), ("right", paper.width)))
    tab = w("r", w("tab"))
    content = paragraph(
        tabs,
        run(SYNTHETIC, marks[0]) if document["synthetic"] else NOTHING,
        tab,
        NOTHING if first else _page_number(),
        tab,
        run(_words(document["provisional"]), marks[1]),
    )
    return f"{HEAD}<w:hdr {NAMESPACES}>{content}</w:hdr>"


def _words(given: Any) -> str:
    return str(given or "")


def _page_number() -> Xml:
    """The one field of the document; Word counts it anew on every page."""
    size = Letters(size=13).xml()
    parts = (
        w("fldChar", fldCharType="begin"),
        '<w:instrText xml:space="preserve"> PAGE </w:instrText>',
        w("fldChar", fldCharType="separate"),
        "<w:t>2</w:t>",
        w("fldChar", fldCharType="end"),
    )
    return Xml("".join(w("r", size, part) for part in parts))
