"""The letterhead and the closing of an official document (NĐ 30/2020/NĐ-CP, Phụ lục I) as tables without lines.

Number, day, signature and seal stay open: the office fills them in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hoso.delivery.export.document import DRAFT
from hoso.delivery.export.word.measure import length
from hoso.delivery.export.word.runs import BREAK
from hoso.delivery.export.word.xml import (
    NOTHING,
    TWIPS_OF_POINT,
    Paragraph,
    Xml,
    paragraph,
    run,
    styled,
    value,
    w,
)
from hoso.presentation.markdown import Block

STATE = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
MOTTO_WIDTH = 159 * TWIPS_OF_POINT  # of these words in bold 13: the rule below is as long (mục II.1.b)
_BOX_WIDTH = 88 * TWIPS_OF_POINT
_LONGEST_NAME = 24  # letters that fit the left column in one line


def letterhead(block: Block, width: int) -> Xml:
    """The heads, and below them the name of the kind and its subject, or to whom a công văn goes."""
    below = _named(block, width) if block["kind"] else addressees(block.get("addressees") or ())
    return Xml("".join((_heads(block, width), *below)))


def _heads(block: Block, width: int) -> Xml:
    """Two rows: the number and the place and day stand on one line however many lines the names take."""
    left = round(width * 2 / 5.1)
    right = width - left
    name = _balanced(block["body"].upper())
    names = [
        styled("ParentBody", block["parent"].upper()) if block.get("parent") else NOTHING,
        paragraph(Paragraph("Body"), _lines(name)),
        rule_under(name, 12, left),
    ]
    state = [styled("State", STATE), styled("Motto", MOTTO), rule(right, MOTTO_WIDTH)]
    numbers = [
        styled("Number", block["number"]),
        NOTHING if block["kind"] else styled("About", f"V/v {block['subject']}"),
        _draft(left) if block.get("draft") else NOTHING,
    ]
    day = [styled("PlaceDate", block["date_line"])]
    return layout((left, right), ((names, state), (numbers, day)))


def _named(block: Block, width: int) -> list[Xml]:
    return [
        styled("Kind", block["kind"].upper()),
        styled("Title", block["subject"]),
        rule_under([block["subject"]], 14, width, "TitleRule"),
    ]


def addressees(lines: Sequence[str]) -> list[Xml]:
    """Kính gửi: one on its line, several each on a line below, under dashes (mục II.5.d)."""
    if len(lines) == 1:
        return [styled("Addressee", f"Kính gửi: {lines[0]}")]
    return [styled("Addressee", "Kính gửi:"), *(styled("AddresseeList", line) for line in lines)]


def closing(block: Block, width: int) -> Xml:
    """Nơi nhận on the left; who signs on the right, with room for the signature and a line for the name."""
    left = round(width / 2.2)
    recipients = [
        styled("RecipientsHead", "Nơi nhận:"),
        *(styled("Recipients", line) for line in block["recipients"]),
    ]
    signer = [*_signer(block["signer_lines"]), styled("SignerName", "")]
    return layout((left, width - left), ((recipients, signer),))


def _signer(lines: Sequence[str]) -> Iterable[Xml]:
    """The first line stands as high as Nơi nhận does."""
    for i, line in enumerate(lines):
        yield paragraph(Paragraph("SignerFirst" if i == 0 else "Signer"), run(line))


def rule_under(lines: Sequence[str], points: float, width: int, style: str = "Rule") -> Xml:
    """2/5 as long as the line above it, where the law asks for 1/3 to 1/2 (mục II.2.b, II.5.b)."""
    longest = max(length(line, points, bold=True) for line in lines)
    return rule(width, round(min(longest, width) * 0.4), style)


def rule(width: int, length: int, style: str = "Rule") -> Xml:
    """A rule (đường kẻ) of this length in the middle of this width."""
    side = (width - length) // 2
    return paragraph(Paragraph(style, left=side, right=side))


def _draft(width: int) -> Xml:
    side = max((width - _BOX_WIDTH) // 2, 0)
    return paragraph(Paragraph("Draft", left=side, right=side), run(DRAFT))


def _lines(lines: Sequence[str]) -> Xml:
    return Xml(BREAK.join(run(line) for line in lines))


def _balanced(name: str) -> list[str]:
    """ "ỦY BAN NHÂN DÂN / TỈNH HÀ GIANG": a name too long for its column breaks at the space nearest its middle."""
    parts = name.split(" ")
    if len(name) <= _LONGEST_NAME or len(parts) < 3:
        return [name]
    cuts = range(1, len(parts))
    best = min(cuts, key=lambda i: abs(len(" ".join(parts[:i])) - len(name) / 2))
    return [" ".join(parts[:best]), " ".join(parts[best:])]


def layout(sides: Sequence[int], rows: Iterable[Sequence[Sequence[str]]]) -> Xml:
    """A table that only places things: no lines, no head."""
    look = w("tblLook", val="0600", firstRow=0, lastRow=0, firstColumn=0, lastColumn=0, noHBand=1, noVBand=1)
    size = w("tblW", w=sum(sides), type="dxa")
    properties = w("tblPr", value("tblStyle", "HosoLayout"), size, w("tblLayout", type="fixed"), look)
    grid = w("tblGrid", *(w("gridCol", w=side) for side in sides))
    return w("tbl", properties, grid, *(_row(sides, row) for row in rows))


def _row(sides: Sequence[int], cells: Sequence[Sequence[str]]) -> Xml:
    made = (
        w("tc", w("tcPr", w("tcW", w=side, type="dxa")), *parts)
        for side, parts in zip(sides, cells, strict=True)
    )
    return w("tr", w("trPr", w("cantSplit")), *made)
