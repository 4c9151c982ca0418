"""The document an office goes on editing in Word (.docx): the same blocks and figures as the page and the PDF.

The layout is that of Nghị định 30/2020/NĐ-CP, Phụ lục I, in real styles, lists, tables and captions. Same document,
same bytes. The parts are written as text: ECMA-376 asks for fixed elements in a fixed order, and an element tree of a
long table costs more than the rest of the report.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hoso.delivery.export.document import DRAFT, SYNTHETIC, Document
from hoso.delivery.export.word.package import Part, core, packed
from hoso.delivery.export.word.page import Paper, head, section
from hoso.delivery.export.word.settings import fonts, program, settings
from hoso.delivery.export.word.styles import styles
from hoso.delivery.export.word.writer import Writer, links
from hoso.delivery.export.word.xml import HEAD, NAMESPACES, Paragraph, Xml, paragraph, w
from hoso.presentation.markdown import Block
from hoso.presentation.structure import labelled, sections, steady_levels

__all__ = ["docx"]

_NO_DAY = "1970-01-01"  # Word wants one; without one of the data, a plainly empty one, never the clock's


def docx(document: Document) -> bytes:
    """The Word document. HosoError when a figure has no record or a chart cannot be drawn."""
    blocks = labelled(steady_levels(document["blocks"]))
    letterhead = next((block for block in blocks if block["type"] == "letterhead"), {})
    sheet = bool(letterhead.get("sheet"))
    cut = sections(blocks) or [[]]
    papers = [_paper(found, sheet) for found in cut]
    writer = Writer.of(document, blocks, letterhead)
    body = _body(writer, cut, papers)
    return packed(
        [
            Part("word/document.xml", body),
            Part("word/styles.xml", styles(sheet), "styles"),
            Part("word/numbering.xml", writer.numbering.xml(), "numbering"),
            Part("word/settings.xml", settings(), "settings"),
            Part("word/fontTable.xml", fonts(), "fonts"),
            *_heads(document, papers),
            *_pictures(writer),
            Part("docProps/core.xml", core(_facts(document, letterhead), document["date"] or _NO_DAY)),
            Part("docProps/app.xml", program()),
        ]
    )


def _paper(blocks: Sequence[Block], sheet: bool) -> Paper:
    return Paper(landscape=bool(blocks and blocks[0].get("landscape")), sheet=sheet)


def _body(writer: Writer, cut: Sequence[Sequence[Block]], papers: Sequence[Paper]) -> str:
    """A section ends in a paragraph of one point that carries its page; the last one's stands at the end of the body."""
    parts: list[str] = []
    for i, (blocks, paper) in enumerate(zip(cut, papers, strict=True), 1):
        page = section(paper, _head_links(paper))
        last = i == len(cut)
        end = Paragraph("SectionEnd", section=Xml("") if last else page)
        parts += [writer.section(blocks, paper), paragraph(end), page if last else ""]
    return f"{HEAD}<w:document {NAMESPACES}>{w('body', *parts)}</w:document>"


def _head_links(paper: Paper) -> tuple[str, str]:
    return f"first-{paper.name}", f"head-{paper.name}"


def _heads(document: Document, papers: Sequence[Paper]) -> Iterator[Part]:
    """Running heads of the first and the other pages, for each width of paper in the document."""
    for paper in dict.fromkeys(papers):
        first, others = _head_links(paper)
        yield Part(f"word/header-{first}.xml", head(document, paper, first=True), first)
        yield Part(f"word/header-{others}.xml", head(document, paper, first=False), others)


def _pictures(writer: Writer) -> Iterator[Part]:
    for i, picture in enumerate(writer.pictures, 1):
        dots, drawing = links(i)
        yield Part(f"word/media/{dots}.png", picture.png, dots)
        yield Part(f"word/media/{drawing}.svg", HEAD + picture.svg, drawing)


def _facts(document: Document, letterhead: Block) -> dict[str, str | None]:
    """Whose document it is, never whose hands it went through; its keywords are what must be known before it is sent on."""
    body, is_draft = letterhead.get("body"), bool(letterhead.get("draft"))
    marks = (
        DRAFT if is_draft else None,
        SYNTHETIC if document["synthetic"] else None,
        document["provisional"],
    )
    return {
        "dc:title": document["title"],
        "dc:subject": document.get("subject"),
        "dc:creator": body,
        "cp:lastModifiedBy": body,
        "cp:keywords": "; ".join(mark for mark in marks if mark),
        "cp:contentStatus": "Dự thảo" if is_draft else None,
        "dc:language": "vi-VN",
    }
