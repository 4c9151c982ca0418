"""WordprocessingML as text: every string is escaped as it enters, every property stands where the schema wants it.

Word refuses a file whose properties are in another order than ECMA-376 part 1 gives. So that order is written once, in
`Paragraph` and `Letters`, and a caller names what it wants. The text of a long table costs a tenth of an element tree.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import NewType

from hoso.presentation.letters import printable

Xml = NewType("Xml", str)
"""Well-formed content: made here and by f-strings of fixed parts, never from data directly."""

NOTHING = Xml("")
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
)

RED = "A31515"
TWIPS_OF_POINT = 20
EMU_OF_TWIP = 635


def twips(millimetres: float) -> int:
    """Twentieths of a point, in which Word measures pages and tables."""
    return round(millimetres / 25.4 * 72 * TWIPS_OF_POINT)


def safe(words: str) -> Xml:
    """Words as the content of an element or of an attribute; no character that XML forbids is left."""
    return Xml(escape(printable(words)))


def w(name: str, /, *children: str, **attributes: str | int | None) -> Xml:
    """An element of Word's namespace; an attribute that is None is left out. Data go through `safe`."""
    given = "".join(
        f' w:{key.rstrip("_")}="{value}"' for key, value in attributes.items() if value is not None
    )
    inner = "".join(children)
    return Xml(f"<w:{name}{given}>{inner}</w:{name}>" if inner else f"<w:{name}{given}/>")


def on(name: str, wanted: bool) -> Xml:
    """A property that is there or not."""
    return w(name) if wanted else NOTHING


def value(name: str, given: str | int | None) -> Xml:
    """A property of one value, left out when there is none."""
    return NOTHING if given is None else w(name, val=given)


@dataclass(frozen=True)
class Line:
    """A border (đường viền): eighths of a point, points from the text."""

    eighths: int = 4
    space: int = 0
    colour: str = "auto"


@dataclass(frozen=True)
class Paragraph:
    """Properties of a paragraph. Lengths in twips; `first` below zero hangs the first line out."""

    style: str | None = None
    keep_next: bool = False
    keep_lines: bool = False
    number: tuple[int, int] | None = None
    """The list (w:numId) and the level, from 0."""
    borders: tuple[tuple[str, Line], ...] = ()
    tabs: tuple[tuple[str, int], ...] = ()
    before: int | None = None
    after: int | None = None
    line: int | None = None
    line_rule: str | None = None
    left: int | None = None
    right: int | None = None
    first: int | None = None
    contextual: bool = False
    align: str | None = None
    outline: int | None = None
    section: Xml = NOTHING

    def xml(self) -> Xml:
        """`w:pPr`, in the order of CT_PPr; nothing when no property is set."""
        parts = (
            value("pStyle", self.style),
            on("keepNext", self.keep_next),
            on("keepLines", self.keep_lines),
            self._number(),
            self._borders(),
            w("tabs", *(w("tab", val=kind, pos=at) for kind, at in self.tabs)) if self.tabs else NOTHING,
            self._spacing(),
            self._indents(),
            on("contextualSpacing", self.contextual),
            value("jc", self.align),
            value("outlineLvl", self.outline),
            self.section,
        )
        inner = "".join(parts)
        return w("pPr", inner) if inner else NOTHING

    def _number(self) -> Xml:
        if self.number is None:
            return NOTHING
        number, level = self.number
        return w("numPr", w("ilvl", val=level), w("numId", val=number))

    def _borders(self) -> Xml:
        given = dict(self.borders)
        sides = (side for side in ("top", "left", "bottom", "right", "between") if side in given)
        lines = [border(side, given[side]) for side in sides]
        return w("pBdr", *lines) if lines else NOTHING

    def _spacing(self) -> Xml:
        if self.before is self.after is self.line is None:
            return NOTHING
        return w("spacing", before=self.before, after=self.after, line=self.line, lineRule=self.line_rule)

    def _indents(self) -> Xml:
        if self.left is self.right is self.first is None:
            return NOTHING
        hanging = -self.first if self.first is not None and self.first < 0 else None
        first = self.first if hanging is None else None
        return w("ind", left=self.left, right=self.right, hanging=hanging, firstLine=first)


def border(side: str, line: Line) -> Xml:
    """One side of a paragraph's or a table's frame."""
    return w(side, val="single", sz=line.eighths, space=line.space, color=line.colour)


@dataclass(frozen=True)
class Letters:
    """Properties of letters; `size` in points, `tracking` in twips."""

    bold: bool | None = None
    italic: bool | None = None
    colour: str | None = None
    tracking: int | None = None
    size: float | None = None

    def xml(self) -> Xml:
        """`w:rPr`, in the order of EG_RPrBase; nothing when no property is set."""
        halves = None if self.size is None else round(self.size * 2)
        parts = (
            *_switch(("b", "bCs"), self.bold),
            *_switch(("i", "iCs"), self.italic),
            value("color", self.colour),
            value("spacing", self.tracking),
            value("sz", halves),
            value("szCs", halves),
        )
        inner = "".join(parts)
        return w("rPr", inner) if inner else NOTHING


def _switch(names: tuple[str, str], wanted: bool | None) -> list[Xml]:
    """On, off against the style it is based on, or as that style has it."""
    if wanted is None:
        return []
    return [w(name) if wanted else w(name, val=0) for name in names]


PLAIN = Letters()


def run(words: str, letters: Letters = PLAIN) -> Xml:
    """Words set alike; the spaces that leave room for a number or a day are kept."""
    if not words:
        return NOTHING
    properties = NOTHING if letters is PLAIN else letters.xml()  # thousands of cells are plain
    return Xml(f'<w:r>{properties}<w:t xml:space="preserve">{safe(words)}</w:t></w:r>')


def paragraph(properties: Paragraph, *runs: str) -> Xml:
    """A paragraph of these runs."""
    return w("p", properties.xml(), *runs)


def styled(style: str, words: str) -> Xml:
    """A paragraph of plain words in a style."""
    return paragraph(Paragraph(style), run(words))
