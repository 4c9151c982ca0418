"""The lists of a document as Word counts them (w:numbering), so that an item moved or added takes its right number."""

from __future__ import annotations

from dataclasses import dataclass, field

from hoso.delivery.export.word.styles import INDENT
from hoso.delivery.export.word.xml import HEAD, NAMESPACES, Paragraph, Xml, value, w

LEVELS = 9  # Word knows no deeper list
_BULLETS, _NUMBERS, _RECIPIENTS, _ADDRESSEES = range(1, 5)
_KINDS = (
    (_BULLETS, "bullet", "–", "ListBullet"),
    (_NUMBERS, "decimal", "", "ListNumber"),
    (_RECIPIENTS, "bullet", "-", "Recipients"),
    (_ADDRESSEES, "bullet", "-", "AddresseeList"),
)
_UNDER_COLON = 2340  # the dashes of Kính gửi stand below its colon (Phụ lục I, mục II.5.d)


@dataclass
class Numbering:
    """The lists written so far; each ordered one is a list of its own, so that it begins where it begins."""

    sheet: bool
    _starts: list[tuple[int, int]] = field(default_factory=list)

    def bullets(self, level: int) -> tuple[int, int]:
        """The property of an item under a dash."""
        return _BULLETS, min(level, LEVELS - 1)

    def ordered(self, level: int, start: int) -> tuple[int, int]:
        """The property of the items of a new numbered list."""
        level = min(level, LEVELS - 1)
        self._starts.append((level, start))
        return len(_KINDS) + len(self._starts), level

    def left(self, level: int, ordered: bool) -> int:
        """Where the words of an item stand; twips from the margin."""
        return _left(_NUMBERS if ordered else _BULLETS, min(level, LEVELS - 1), self.sheet)

    def xml(self) -> str:
        """The part word/numbering.xml."""
        kinds = (self._kind(*kind) for kind in _KINDS)
        standing = (w("num", w("abstractNumId", val=kind), numId=kind) for kind, *_ in _KINDS)
        own = (_restarted(i, *start) for i, start in enumerate(self._starts, len(_KINDS) + 1))
        inner = "".join((*kinds, *standing, *own))
        return f"{HEAD}<w:numbering {NAMESPACES}>{inner}</w:numbering>"

    def _kind(self, kind: int, form: str, mark: str, style: str) -> Xml:
        levels = (self._level(kind, i, form, mark, style if i == 0 else None) for i in range(LEVELS))
        many = w("multiLevelType", val="hybridMultilevel")
        return w("abstractNum", many, *levels, abstractNumId=kind)

    def _level(self, kind: int, level: int, form: str, mark: str, style: str | None) -> Xml:
        look = Paragraph(left=_left(kind, level, self.sheet), first=-_hang(kind, self.sheet))
        return w(
            "lvl",
            w("start", val=1),
            w("numFmt", val=form),
            value("pStyle", style),
            w("lvlText", val=mark or f"%{level + 1}."),
            w("lvlJc", val="left"),
            look.xml(),
            ilvl=level,
        )


def _hang(kind: int, sheet: bool) -> int:
    return {_BULLETS: 284, _NUMBERS: 300 if sheet else 400}.get(kind, 150)


def _left(kind: int, level: int, sheet: bool) -> int:
    margin = {_RECIPIENTS: 0, _ADDRESSEES: _UNDER_COLON}.get(kind, 0 if sheet else INDENT)
    return margin + _hang(kind, sheet) + 440 * level


def _restarted(number: int, level: int, start: int) -> Xml:
    begun = w("lvlOverride", w("startOverride", val=start), ilvl=level)
    return w("num", w("abstractNumId", val=_NUMBERS), begun, numId=number)
