"""The blocks of a document to the body of a Word document, in reading order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from hoso.delivery.export.document import Document
from hoso.delivery.export.word.frame import closing, letterhead
from hoso.delivery.export.word.numbering import Numbering
from hoso.delivery.export.word.page import Paper
from hoso.delivery.export.word.picture import Picture, inline, pictures
from hoso.delivery.export.word.runs import BREAK, Figures, runs
from hoso.delivery.export.word.table import notes, table
from hoso.delivery.export.word.xml import NOTHING, Paragraph, Xml, paragraph, run, styled
from hoso.presentation.markdown import Block
from hoso.presentation.structure import appendix_title

_GRAVE = ("synthetic", "identity", "error")
_DEEPEST = 4  # of the headings that have a style
_CAPTION_ROOM = 1700  # twips (3 cm) that the caption and the notes of a chart of a whole page need


@dataclass
class Writer:
    """One body being written: the lists it has begun, the pictures it has shown."""

    figures: Figures
    sheet: bool
    numbering: Numbering = field(init=False)
    pictures: list[Picture] = field(init=False, default_factory=list)
    _waiting: list[Picture] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.numbering = Numbering(self.sheet)

    @classmethod
    def of(cls, document: Document, blocks: Sequence[Block], letterhead: Block) -> Writer:
        """With the pictures of all charts drawn at once."""
        writer = cls(document["figures"], bool(letterhead.get("sheet")))
        writer._waiting = pictures([block for block in _all(blocks) if block["type"] == "chart"])
        return writer

    def section(self, blocks: Sequence[Block], paper: Paper) -> Xml:
        """The report proper, or an appendix with its heading."""
        return Xml("".join(self.blocks(blocks, paper)))

    def blocks(self, blocks: Sequence[Block], paper: Paper, level: int = 0) -> list[Xml]:
        """`level` is how deep in lists they stand; words that announce a list stay with it."""
        pairs = zip_longest(blocks, blocks[1:])
        return [self._block(block, following, paper, level) for block, following in pairs]

    def _block(self, block: Block, following: Block | None, paper: Paper, level: int) -> Xml:
        leads = following is not None and following["type"] in ("list", "closing")
        make: dict[str, Callable[[], Xml]] = {
            "title": lambda: styled("Title", block["words"].upper()),
            "letterhead": lambda: letterhead(block, paper.width),
            "appendix": lambda: _appendix(block),
            "heading": lambda: self._styled(Paragraph(f"Heading{min(block['level'], _DEEPEST)}"), block),
            "paragraph": lambda: self._styled(Paragraph("BodyText", keep_next=leads), block),
            "list": lambda: self._list(block, paper, level, _closes(following)),
            "notice": lambda: self._styled(
                Paragraph("Warning" if block["kind"] in _GRAVE else "Notice"), block
            ),
            "table": lambda: table(block, self.figures, paper.width, self.sheet),
            "chart": lambda: self._chart(block, paper),
            "closing": lambda: closing(block, paper.width),
        }
        return make[block["type"]]()

    def _styled(self, look: Paragraph, block: Block) -> Xml:
        return paragraph(look, runs(block["runs"], self.figures))

    # ── lists ──

    def _list(self, block: Block, paper: Paper, level: int, kept: bool) -> Xml:
        """`kept`: the last item stays with what follows."""
        ordered = block["ordered"]
        start = block.get("start", 1)
        number = self.numbering.ordered(level, start) if ordered else self.numbering.bullets(level)
        look = Paragraph("ListNumber" if ordered else "ListBullet", number=number)
        last = replace(look, keep_next=kept)
        looks = [*[look] * (len(block["items"]) - 1), last]
        pairs = zip(block["items"], looks, strict=False)
        return Xml("".join(self._item(item, one, paper, level) for item, one in pairs))

    def _item(self, item: Sequence[Block], look: Paragraph, paper: Paper, level: int) -> str:
        """The first paragraph carries the number; what else the item holds stands below its words."""
        led = bool(item) and item[0]["type"] == "paragraph"
        first = paragraph(look, runs(item[0]["runs"], self.figures) if led else NOTHING)
        left = self.numbering.left(level, ordered=look.style == "ListNumber")
        return first + "".join(self._below(block, paper, level, left) for block in item[1 if led else 0 :])

    def _below(self, block: Block, paper: Paper, level: int, left: int) -> Xml:
        if block["type"] == "paragraph":
            return self._styled(Paragraph("ListContinue", left=left), block)
        return Xml("".join(self.blocks([block], paper, level + 1)))

    # ── charts ──

    def _chart(self, block: Block, paper: Paper) -> Xml:
        caption = block.get("caption") or ""
        kept = Paragraph("Chart", keep_next=bool(caption or block.get("notes")))
        words = [styled("ChartCaption", caption)] if caption else []
        return Xml("".join((paragraph(kept, self._picture(block, paper)), *words, *notes(block))))

    def _picture(self, block: Block, paper: Paper) -> Xml:
        picture = self._waiting.pop(0)
        self.pictures.append(picture)
        number = len(self.pictures)
        alt = block.get("alt") or block.get("caption") or "Biểu đồ"
        room = (paper.width, paper.height - _CAPTION_ROOM)
        return inline(picture, number, alt, links(number), room)


def _closes(following: Block | None) -> bool:
    """Whether the signature block comes next: it never stands on a page without words of the document."""
    return following is not None and following["type"] == "closing"


def links(number: int) -> tuple[str, str]:
    """The relationships of the dots and of the drawing of picture `number`."""
    return f"dots{number}", f"drawing{number}"


def _appendix(block: Block) -> Xml:
    """Its name, its title in capitals (a form's number in brackets as it is written), what it goes with."""
    title, bracket, form = block["title"].partition(" (")
    words = (run(appendix_title(block)), BREAK, run(title.upper() + bracket + form))
    below = styled("AppendixOf", block["reference"]) if "reference" in block else NOTHING
    return Xml(paragraph(Paragraph("Appendix"), *words) + below)


def _all(blocks: Iterable[Block]) -> Iterable[Block]:
    """Blocks with those inside list items, in reading order."""
    for block in blocks:
        yield block
        for item in block.get("items", ()):
            yield from _all(item)
