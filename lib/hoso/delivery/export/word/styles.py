"""The styles (kiểu) an office finds in Word: the built-in ones set as NĐ 30/2020/NĐ-CP asks, and ours in Vietnamese.

A built-in style keeps its English name in the file; Word shows it in the user's language, lists the headings in the
navigation pane, and makes tables of contents and of captions from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from hoso.delivery.export.word.page import Sizes
from hoso.delivery.export.word.xml import (
    HEAD,
    NAMESPACES,
    PLAIN,
    RED,
    Letters,
    Line,
    Paragraph,
    Xml,
    border,
    on,
    safe,
    value,
    w,
)

FONT = "Times New Roman"
GREY = "F0F0F0"
TABLE = "HosoTable"
INDENT = 720  # 1,27 cm

_AS_BASED = Paragraph()
_BLACK, _FRAME = "5A5A5A", "787878"


@dataclass(frozen=True)
class Style:
    """A paragraph style; one without an English name of Word's own is ours."""

    id: str
    name: str
    look: Paragraph = _AS_BASED
    letters: Letters = PLAIN
    base: str | None = "Normal"
    next: str | None = None
    built_in: bool = False

    def xml(self) -> Xml:
        parts = (
            w("name", val=safe(self.name)),
            value("basedOn", self.base),
            value("next", self.next),
            on("qFormat", True),
            self.look.xml(),
            self.letters.xml(),
        )
        ours = None if self.built_in else 1
        default = 1 if self.id == "Normal" else None
        return w("style", *parts, type="paragraph", default=default, customStyle=ours, styleId=self.id)


@cache
def styles(sheet: bool) -> str:
    """The part word/styles.xml."""
    found = [*_text(Sizes(sheet)), *_letterhead(Sizes(sheet)), *_tables(Sizes(sheet))]
    inner = "".join(
        (_defaults(Sizes(sheet)), _latent(), *(style.xml() for style in found), _others(Sizes(sheet)))
    )
    return f"{HEAD}<w:styles {NAMESPACES}>{inner}</w:styles>"


def _defaults(size: Sizes) -> Xml:
    fonts = w("rFonts", ascii=FONT, hAnsi=FONT, eastAsia=FONT, cs=FONT)
    halves = round(size(14, 11) * 2)
    language = w("lang", val="vi-VN", eastAsia="vi-VN", bidi="ar-SA")
    letters = w("rPr", fonts, value("sz", halves), value("szCs", halves), language)
    return w("docDefaults", w("rPrDefault", letters), w("pPrDefault", w("pPr", _single())))


def _single() -> Xml:
    return w("spacing", before=0, after=0, line=240, lineRule="auto")


def _latent() -> Xml:
    """Word's other built-in styles stay out of sight until they are used."""
    return w(
        "latentStyles", defLockedState=0, defUIPriority=99, defSemiHidden=1, defUnhideWhenUsed=1, defQFormat=0, count=376
    )  # fmt: skip


# ── the text ──────────────────────────────────────────────────────────────────────────────────────


def _text(size: Sizes) -> list[Style]:
    body = Paragraph(
        align="both", first=INDENT, after=size.space(120, 40), line=size.space(264, 240), line_rule="auto"
    )
    item = Paragraph(align="both", after=size.space(120, 30), line=size.space(264, 240), line_rule="auto")
    continued = Paragraph(align="both", left=INDENT, after=120, line=264, line_rule="auto")
    return [
        Style("Normal", "Normal", base=None, built_in=True),
        Style("BodyText", "Body Text", body, built_in=True),
        *_headings(size),
        Style("ListBullet", "List Bullet", _numbered(item, 1), built_in=True),
        Style("ListNumber", "List Number", _numbered(item, 2), built_in=True),
        Style("ListContinue", "List Continue", continued, built_in=True),
        Style("Header", "header", Paragraph(align="left"), Letters(size=9), built_in=True),
        *_notices(size),
        Style("SectionEnd", "Ngắt phần", Paragraph(line=20, line_rule="exact"), Letters(size=1)),
    ]


def _numbered(look: Paragraph, number: int) -> Paragraph:
    return Paragraph(
        number=(number, 0), after=look.after, line=look.line, line_rule=look.line_rule, align=look.align
    )


def _headings(size: Sizes) -> list[Style]:
    letters = (
        Letters(bold=True),
        Letters(bold=True),
        Letters(bold=True, italic=True),
        Letters(italic=True),
    )
    looks = (
        Paragraph(
            keep_next=True,
            keep_lines=True,
            before=size.space(200, 80),
            after=size.space(120, 40),
            first=INDENT,
            outline=level,
        )
        for level in range(4)
    )
    found = [
        Style(f"Heading{i}", f"heading {i}", look, drawn, next="BodyText", built_in=True)
        for i, (look, drawn) in enumerate(zip(looks, letters, strict=True), 1)
    ]
    appendix = Paragraph(keep_next=True, before=0, after=80, left=0, first=0, align="center")
    reference = Paragraph(keep_next=True, after=240, align="center")
    return [
        *found,
        Style("Appendix", "Phụ lục", appendix, base="Heading1", next="AppendixOf"),
        Style("AppendixOf", "Phụ lục: kèm theo", reference, Letters(italic=True, size=13), next="BodyText"),
    ]


def _notices(size: Sizes) -> list[Style]:
    return [
        Style("Notice", "Lưu ý", _notice(size, _BLACK), Letters(size=size(12, 9.5))),
        Style("Warning", "Cảnh báo", _notice(size, RED), Letters(bold=True, colour=RED, size=size(12, 9.5))),
    ]


def _notice(size: Sizes, colour: str) -> Paragraph:
    thin = Line(4, size.space(4, 2), _FRAME)
    sides = ("top", "bottom", "right", "between")
    frame = (*((side, thin) for side in sides), ("left", Line(24, 6, colour)))
    return Paragraph(
        keep_lines=True,
        borders=frame,
        before=size.space(120, 20),
        after=size.space(160, 40),
        left=160,
        right=120,
    )


# ── letterhead and closing ────────────────────────────────────────────────────────────────────────


def _letterhead(size: Sizes) -> list[Style]:
    centre = Paragraph(align="center")
    strong, bold = Letters(bold=True), Letters(bold=True, size=12)
    box = tuple((side, Line(8, size.space(3, 1))) for side in ("top", "left", "bottom", "right"))
    draft = Paragraph(borders=box, before=size.space(120, 80), align="center")
    rule = Paragraph(borders=(("bottom", Line(6, 1)),), before=30, line=40, line_rule="exact")
    opened = Paragraph(before=size.space(100, 40), align="center")
    kind = Paragraph(keep_next=True, before=size.space(400, 80), align="center")
    apart = size.space(360, 80)
    recipients = Paragraph(keep_next=True, before=apart)
    name = Paragraph(before=size.space(1400, 760), align="center")
    return [
        Style("State", "Quốc hiệu", centre, bold),
        Style("Motto", "Tiêu ngữ", centre, Letters(bold=True, size=13)),
        Style("ParentBody", "Cơ quan chủ quản", centre, Letters(size=12)),
        Style("Body", "Cơ quan ban hành", centre, bold),
        Style("Number", "Số, ký hiệu", opened, Letters(size=13)),
        Style("About", "Trích yếu công văn", centre, Letters(size=12)),
        Style("PlaceDate", "Địa danh, ngày tháng", opened, Letters(italic=True, size=13)),
        Style("Draft", "Dự thảo", draft, Letters(bold=True, size=13, tracking=10)),
        Style("Rule", "Đường kẻ", rule, Letters(size=2)),
        Style("TitleRule", "Đường kẻ dưới trích yếu", Paragraph(after=size.space(160, 80)), base="Rule"),
        Style("Kind", "Tên loại văn bản", kind, strong, next="Title"),
        Style("Title", "Title", Paragraph(keep_lines=True, align="center"), strong, built_in=True),
        Style("Addressee", "Kính gửi", Paragraph(before=120, left=_TO, align="left"), next="AddresseeList"),
        Style("AddresseeList", "Kính gửi: danh sách", Paragraph(number=(4, 0), align="left")),
        Style("RecipientsHead", "Nơi nhận", recipients, Letters(bold=True, italic=True, size=12)),
        Style("Recipients", "Nơi nhận: danh sách", Paragraph(number=(3, 0)), Letters(size=11)),
        Style("Signer", "Chức vụ người ký", Paragraph(keep_next=True, align="center"), strong),
        Style("SignerFirst", "Chức vụ người ký: dòng đầu", Paragraph(before=apart), base="Signer", next="Signer"),
        Style("SignerName", "Họ tên người ký", name, strong),
    ]  # fmt: skip


_TO = 1360  # where Kính gửi begins, about 2,4 cm from the margin


# ── tables and charts ─────────────────────────────────────────────────────────────────────────────


def _tables(size: Sizes) -> list[Style]:
    caption = Paragraph(
        keep_next=True, keep_lines=True, before=size.space(160, 60), after=size.space(80, 40), align="center"
    )
    note = Paragraph(
        keep_lines=True, before=size.space(60, 20), after=size.space(140, 40), contextual=True, align="left"
    )
    return [
        Style("Caption", "caption", caption, Letters(bold=True, size=size(12, 10.5)), built_in=True),
        Style(
            "ChartCaption",
            "Tên biểu đồ",
            Paragraph(before=size.space(60, 0), after=size.space(140, 20)),
            base="Caption",
        ),
        Style("Chart", "Biểu đồ", Paragraph(keep_lines=True, before=size.space(160, 40), align="center")),
        Style("Note", "Ghi chú", note, Letters(italic=True, size=size(10, 9))),
        *_cells("", "Bảng", 11),
        *_cells("Small", "Bảng nhiều cột", 10),
        Style(
            "CellNumbers", "Bảng: số thứ tự cột", Paragraph(keep_next=True, align="center"), Letters(size=8)
        ),
    ]


def _cells(suffix: str, name: str, points: float) -> list[Style]:
    left = f"CellLeft{suffix}"
    return [
        Style(left, f"{name}: chữ", Paragraph(align="left"), Letters(size=points)),
        Style(f"CellCenter{suffix}", f"{name}: giữa", Paragraph(align="center"), base=left),
        Style(f"CellRight{suffix}", f"{name}: số", Paragraph(align="right"), base=left),
        Style(
            f"CellHead{suffix}",
            f"{name}: đầu cột",
            Paragraph(keep_next=True, align="center"),
            Letters(bold=True),
            base=left,
        ),
        Style(
            f"CellGroup{suffix}", f"{name}: nhóm", Paragraph(keep_next=True), Letters(bold=True), base=left
        ),
    ]


def _others(size: Sizes) -> str:
    """What every file has besides paragraph styles, and the two table styles: with lines for data, without for layout."""
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    lines = w("tblBorders", *(border(side, Line()) for side in sides))
    plain = w("tblPr", w("tblInd", w=0, type="dxa"), _margins(0, 0))
    ruled = w("tblPr", w("tblInd", w=0, type="dxa"), lines, _margins(size.space(20, 0), 60))
    return "".join(
        (
            _style("character", "DefaultParagraphFont", "Default Paragraph Font", default=True),
            _style("table", "TableNormal", "Normal Table", plain, default=True),
            _style("numbering", "NoList", "No List", default=True),
            _style("table", TABLE, "Bảng số liệu", w("qFormat"), ruled, base="TableNormal"),
            _style("table", "HosoLayout", "Bố cục không viền", plain, base="TableNormal"),
        )
    )


def _margins(high: int, wide: int) -> Xml:
    sides = (("top", high), ("left", wide), ("bottom", high), ("right", wide))
    return w("tblCellMar", *(w(side, w=size, type="dxa") for side, size in sides))


def _style(
    kind: str, id_: str, name: str, *parts: str, base: str | None = None, default: bool = False
) -> Xml:
    shown = (w("name", val=safe(name)), value("basedOn", base))
    hidden = (w("uiPriority", val=99), w("semiHidden"), w("unhideWhenUsed")) if default else ()
    flag = 1 if default else None
    ours = None if default else 1
    return w("style", *shown, *hidden, *parts, type=kind, default=flag, customStyle=ours, styleId=id_)
