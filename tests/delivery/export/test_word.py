"""The Word document, read back: by python-docx where it can, by its parts where it cannot."""

from __future__ import annotations

import io
import re
import zipfile
from itertools import pairwise
from xml.etree import ElementTree as ET

import docx as word_reader
import pytest

from hoso.delivery.export.word import docx
from hoso.presentation.letters import printable
from hoso.presentation.markdown import blocks
from hoso.vocabulary.errors import HosoError
from tests.data.hostile import HOSTILE
from tests.delivery.export.sample_document import (
    Figures,
    cell,
    chart,
    closing,
    column,
    form_06a,
    heading_of,
    letterhead,
    narrative,
    notice,
    report_of,
    row_of,
    table,
    units,
)

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
CORE = "docProps/core.xml"

# ECMA-376 part 1 (transitional): the order of children that Word insists on. Ours, then those we may come to use.
ORDER = {
    "pPr": "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs "
    "suppressAutoHyphens bidi snapToGrid spacing ind contextualSpacing mirrorIndents jc textDirection textAlignment "
    "outlineLvl cnfStyle rPr sectPr",
    "rPr": "rStyle rFonts b bCs i iCs caps smallCaps strike color spacing w kern position sz szCs highlight u bdr shd "
    "vertAlign lang",
    "pBdr": "top left bottom right between bar",
    "numPr": "ilvl numId",
    "tblPr": "tblStyle tblpPr tblStyleRowBandSize tblStyleColBandSize tblW jc tblCellSpacing tblInd tblBorders shd "
    "tblLayout tblCellMar tblLook tblCaption tblDescription",
    "tcPr": "cnfStyle tcW gridSpan vMerge tcBorders shd noWrap tcMar textDirection tcFitText vAlign hideMark",
    "tblBorders": "top left bottom right insideH insideV",
    "tblCellMar": "top left bottom right",
    "tbl": "tblPr tblGrid tr",
    "tr": "trPr tc",
    "tc": "tcPr p",
    "p": "pPr r",
    "sectPr": "headerReference footerReference type pgSz pgMar paperSrc pgBorders lnNumType pgNumType cols titlePg docGrid",
    "style": "name aliases basedOn next link uiPriority semiHidden unhideWhenUsed qFormat locked pPr rPr tblPr trPr tcPr",
    "styles": "docDefaults latentStyles style",
    "lvl": "start numFmt lvlRestart pStyle isLgl suff lvlText lvlJc pPr rPr",
    "abstractNum": "nsid multiLevelType tmpl name styleLink numStyleLink lvl",
    "numbering": "abstractNum num",
    "num": "abstractNumId lvlOverride",
    "settings": "zoom defaultTabStop autoHyphenation characterSpacingControl compat themeFontLang decimalSymbol listSeparator",
    "font": "altName panose1 charset family notTrueType pitch sig",
}  # fmt: skip


class Opened:
    """A .docx taken apart."""

    def __init__(self, made: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(made)) as file:
            self.entries = file.infolist()
            self.parts = {name: file.read(name) for name in file.namelist()}
        self.trees = {
            name: ET.fromstring(content)
            for name, content in self.parts.items()
            if name.endswith((".xml", ".rels"))
        }
        self.body = self.trees["word/document.xml"][0]

    def paragraphs(self, style: str | None = None) -> list[ET.Element]:
        return [p for p in self.body.iter(f"{W}p") if style in (None, style_of(p))]

    def texts(self, style: str) -> list[str]:
        return [text_of(p) for p in self.paragraphs(style)]

    @property
    def text(self) -> str:
        return "\n".join(text_of(p) for p in self.paragraphs())


def style_of(paragraph: ET.Element) -> str:
    found = paragraph.find(f"{W}pPr/{W}pStyle")
    return "" if found is None else found.get(f"{W}val", "")


def text_of(element: ET.Element) -> str:
    """The words below an element; a line break is one."""
    nodes = (node for node in element.iter() if node.tag in (f"{W}t", f"{W}br"))
    return "".join("\n" if node.tag == f"{W}br" else node.text or "" for node in nodes)


def val(element: ET.Element | None, name: str = "val") -> str | None:
    return None if element is None else element.get(f"{W}{name}")


@pytest.fixture(scope="module")
def made(review):
    return docx(review)


@pytest.fixture(scope="module")
def opened(made):
    return Opened(made)


def opened_of(*found, **facts):
    return Opened(docx(report_of(*found, **facts)))


# ── the file ─────────────────────────────────────────────────────────────────────────────────────


def test_the_same_document_gives_the_same_bytes_and_the_clock_leaves_no_trace(review, made, opened):
    assert docx(review) == made
    assert {entry.date_time for entry in opened.entries} == {(1980, 1, 1, 0, 0, 0)}


def test_every_part_has_a_type_and_every_relationship_leads_to_a_part_inside(opened):
    types = opened.trees["[Content_Types].xml"]
    named = {node.get("PartName", "").lstrip("/") for node in types} | {"[Content_Types].xml"}
    ends = {node.get("Extension") for node in types}
    assert [n for n in opened.parts if n not in named and n.rpartition(".")[2] not in ends - {"xml"}] == []
    links = {node.get("Id"): node for node in opened.trees["word/_rels/document.xml.rels"]}
    assert all(f"word/{node.get('Target')}" in opened.parts for node in links.values())
    assert all(node.get("TargetMode") is None for node in links.values())
    used = {value for node in opened.body.iter() for key, value in node.attrib.items() if key.startswith(R)}
    assert used and used <= set(links)
    assert [name for name in opened.parts if "rels" in name] == [
        "_rels/.rels",
        "word/_rels/document.xml.rels",
    ]


def children_out_of_order(opened):
    for name, tree in opened.trees.items():
        for node in tree.iter():
            order = ORDER.get(node.tag.removeprefix(W), "").split() if node.tag.startswith(W) else []
            found = [child.tag.removeprefix(W) for child in node]
            if order and found != sorted(found, key=lambda tag: order.index(tag) if tag in order else -1):
                yield name, node.tag, found


def test_the_children_of_every_element_stand_in_the_order_of_the_schema(opened):
    """Word calls a file damaged whose properties are in another order than ECMA-376 gives."""
    assert list(children_out_of_order(opened)) == []
    seen = {node.tag.removeprefix(W) for tree in opened.trees.values() for node in tree.iter()}
    assert ORDER.keys() <= seen  # nothing on the list is there for show


def test_the_same_order_holds_for_a_letter_and_a_sheet():
    head = letterhead() | {"kind": "", "addressees": ["Sở Tư pháp;", "Sở Nội vụ."], "parent": "Bộ Tư pháp"}
    for more in ({}, {"sheet": True}):
        opened = opened_of(head | more, *narrative("1. Một\n   - hai\n\n     ba"), closing())
        assert list(children_out_of_order(opened)) == []


def test_title_language_body_and_day_come_from_the_document_and_no_person_is_named(made):
    facts = word_reader.Document(io.BytesIO(made)).core_properties
    assert facts.title == "Báo cáo 9 tháng đầu năm 2024 tỉnh Hà Giang"
    assert facts.author == facts.last_modified_by == "Ủy ban nhân dân tỉnh Hà Giang"
    assert facts.language == "vi-VN"
    assert facts.created.date().isoformat() == facts.modified.date().isoformat() == "2024-09-14"
    assert facts.keywords == "DỰ THẢO; DỮ LIỆU MÔ PHỎNG; số liệu tạm thời đến 10/9/2024"


def test_word_opens_it_as_its_own_without_hyphenation_fonts_inside_or_tracked_changes(opened):
    settings = opened.trees["word/settings.xml"]
    modes = {val(node, "name"): val(node) for node in settings.iter(f"{W}compatSetting")}
    assert modes["compatibilityMode"] == "15"
    assert val(settings.find(f"{W}autoHyphenation")) == "0"
    assert not [name for name in opened.parts if "font" in name.lower() and name != "word/fontTable.xml"]
    kinds = {node.tag for tree in opened.trees.values() for node in tree.iter()}
    assert not kinds & {
        f"{W}{tag}" for tag in ("ins", "del", "hyperlink", "sdt", "object", "embedRegular", "altChunk")
    }


# ── styles ───────────────────────────────────────────────────────────────────────────────────────


def test_body_type_is_times_new_roman_14_in_vietnamese_for_every_script(opened):
    defaults = opened.trees["word/styles.xml"].find(f"{W}docDefaults/{W}rPrDefault/{W}rPr")
    fonts = defaults.find(f"{W}rFonts")
    assert {val(fonts, name) for name in ("ascii", "hAnsi", "eastAsia", "cs")} == {"Times New Roman"}
    assert val(defaults.find(f"{W}sz")) == val(defaults.find(f"{W}szCs")) == "28"
    assert val(defaults.find(f"{W}lang")) == "vi-VN"


def test_every_style_and_list_in_use_is_defined_and_based_on_one_that_is(opened):
    styles = opened.trees["word/styles.xml"]
    known = {val(node, "styleId") for node in styles.iter(f"{W}style")}
    used = {val(node) for tag in ("pStyle", "rStyle", "tblStyle", "basedOn", "next") for tree in opened.trees.values()
            for node in tree.iter(f"{W}{tag}")}  # fmt: skip
    assert used <= known
    lists = {val(node, "numId") for node in opened.trees["word/numbering.xml"].iter(f"{W}num")}
    assert {val(node) for tree in (opened.body, styles) for node in tree.iter(f"{W}numId")} <= lists


def test_headings_are_words_own_so_that_the_navigation_pane_and_a_table_of_contents_find_them(made):
    reader = word_reader.Document(io.BytesIO(made))
    found = [(p.style.name, p.text) for p in reader.paragraphs if p.style.name.startswith("Heading")]
    assert found[:3] == [
        ("Heading 1", "I. KẾT QUẢ ĐẠT ĐƯỢC"),
        ("Heading 2", "1. Giải quyết thủ tục hành chính"),
        ("Heading 3", "a) Kết quả chung"),
    ]
    for level in range(1, 5):
        outline = reader.styles[f"Heading {level}"].element.find(f"{W}pPr/{W}outlineLvl")
        assert val(outline) == str(level - 1)
    assert reader.styles["Phụ lục"].base_style.name == "Heading 1"


def test_headings_that_skip_a_level_are_steadied():
    opened = opened_of(*narrative("#### Sâu\n\n# Nông\n\n### Sâu hơn"))
    assert [style_of(p) for p in opened.paragraphs()][:3] == ["Heading1", "Heading1", "Heading2"]


def test_emphasis_adds_up():
    opened = opened_of(*narrative("**đậm *cả hai* đậm** thường"))
    runs = opened.paragraphs("BodyText")[0].findall(f"{W}r")
    marks = ["".join(mark for mark in "bi" if run.find(f"{W}rPr/{W}{mark}") is not None) for run in runs]
    assert [(text_of(run), mark) for run, mark in zip(runs, marks, strict=True)] == [
        ("đậm ", "b"), ("cả hai", "bi"), (" đậm", "b"), (" thường", ""),
    ]  # fmt: skip


# ── letterhead, notices, closing ─────────────────────────────────────────────────────────────────


def test_the_letterhead_leaves_number_day_and_signature_open(opened):
    heads = opened.body.find(f"{W}tbl")
    assert val(heads.find(f"{W}tblPr/{W}tblStyle")) == "HosoLayout"
    lines = [text_of(p) for p in heads.iter(f"{W}p")]
    assert lines == [
        "ỦY BAN NHÂN DÂN\nTỈNH HÀ GIANG", "", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "",
        "Số:        /BC-UBND", "DỰ THẢO", "Hà Giang, ngày       tháng 9 năm 2024",
    ]  # fmt: skip
    assert opened.texts("Kind") == ["BÁO CÁO"] and opened.texts("Title")[0].startswith("Kết quả cải cách")
    assert opened.texts("Recipients")[-1] == "Lưu: VT, KSTT."
    assert [*opened.texts("SignerFirst"), *opened.texts("Signer")] == [
        "TM. ỦY BAN NHÂN DÂN",
        "KT. CHỦ TỊCH",
        "PHÓ CHỦ TỊCH",
    ]
    assert opened.texts("SignerName") == [""]


@pytest.mark.parametrize(
    ("addressees", "lines"),
    [
        (["Sở Tư pháp."], ["Kính gửi: Sở Tư pháp."]),
        (["Sở Tư pháp;", "Sở Nội vụ."], ["Kính gửi:", "Sở Tư pháp;", "Sở Nội vụ."]),
    ],
)
def test_a_letter_says_what_it_is_about_and_whom_it_goes_to(addressees, lines):
    """One addressee stands on the line of Kính gửi, several each on a line of their own (NĐ 30/2020, Phụ lục I)."""
    opened = opened_of(letterhead() | {"kind": "", "subject": "đôn đốc", "addressees": addressees})
    assert opened.texts("About") == ["V/v đôn đốc"] and opened.texts("Title") == []
    assert [*opened.texts("Addressee"), *opened.texts("AddresseeList")] == lines


def test_what_must_be_known_first_stands_before_any_figure_and_in_red():
    opened = opened_of(*narrative("Một câu."), notice("identity", "không khớp"), notice("missing", "thiếu"))
    assert [(style_of(p), text_of(p)) for p in opened.paragraphs()][:3] == [
        ("Warning", "không khớp"), ("BodyText", "Một câu."), ("Notice", "thiếu"),
    ]  # fmt: skip


# ── pages ────────────────────────────────────────────────────────────────────────────────────────


def test_each_appendix_is_a_section_with_its_own_numbers_and_orientation(opened):
    sections = list(opened.body.iter(f"{W}sectPr"))
    sizes = [(val(s.find(f"{W}pgSz"), "w"), val(s.find(f"{W}pgSz"), "orient")) for s in sections]
    assert sizes == [("11906", None), ("16838", "landscape"), ("11906", None)]
    for section in sections:
        assert val(section.find(f"{W}pgNumType"), "start") == "1" and section.find(f"{W}titlePg") is not None
    margins = sections[0].find(f"{W}pgMar")
    sides = [round(int(val(margins, side)) / 56.693) for side in ("top", "bottom", "left", "right")]
    assert sides == [20, 20, 30, 20]
    assert opened.texts("Appendix")[0].startswith("Phụ lục I\nKẾT QUẢ GIẢI QUYẾT TTHC")
    assert opened.texts("AppendixOf")[0].startswith("(Kèm theo Báo cáo số        /BC-UBND ngày")


def test_the_page_number_is_the_only_field_and_stands_on_every_page_but_the_first(opened):
    heads = {name: tree for name, tree in opened.trees.items() if "header" in name}
    assert len(heads) == 4
    for name, tree in heads.items():
        fields = [node.text for node in tree.iter(f"{W}instrText")]
        assert fields == ([] if "first" in name else [" PAGE "])
        assert (
            text_of(tree).replace("2", "", 1 if fields else 0)
            == "DỮ LIỆU MÔ PHỎNGsố liệu tạm thời đến 10/9/2024"
        )
    assert not list(opened.body.iter(f"{W}instrText")) and not list(opened.body.iter(f"{W}fldSimple"))


def test_a_section_never_ends_in_a_table(opened):
    """Word would add an empty line of body text, and with it an empty page."""
    assert [node.tag for node in opened.body][-2:] == [f"{W}p", f"{W}sectPr"]


def test_two_tables_never_touch():
    """Word would make one table of them."""
    columns = [column("a", "Một", "left")]
    opened = opened_of(*(table(f"t{i}", "", columns, [row_of("x")]) for i in range(3)), closing())
    tags = [node.tag for node in opened.body]
    assert tags.count(f"{W}tbl") == 4
    assert not any(one == other == f"{W}tbl" for one, other in pairwise(tags))


def test_a_sheet_is_set_smaller_within_the_margins_of_the_law():
    opened = opened_of(letterhead() | {"sheet": True}, *narrative("Một câu."), closing())
    assert val(opened.trees["word/styles.xml"].find(f"{W}docDefaults//{W}sz")) == "22"
    assert round(int(val(opened.body.find(f"{W}sectPr/{W}pgMar"), "right")) / 56.693) == 15


# ── tables ───────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def form():
    figures = Figures()
    return opened_of(form_06a(figures, units()), figures=figures)


def rows_of(opened):
    return opened.body.find(f"{W}tbl").findall(f"{W}tr")


def test_the_head_is_repeated_on_every_page_and_no_row_is_cut(form):
    heads = [row.find(f"{W}trPr/{W}tblHeader") is not None for row in rows_of(form)]
    assert heads[:4] == [True, True, True, False] and not any(heads[3:])
    assert all(row.find(f"{W}trPr/{W}cantSplit") is not None for row in rows_of(form))


def test_every_row_fills_the_grid(form):
    grid = [int(val(node, "w")) for node in form.body.iter(f"{W}gridCol")]
    assert len(grid) == 13 and sum(grid) == int(val(form.body.find(f"{W}tbl/{W}tblPr/{W}tblW"), "w"))
    for row in rows_of(form):
        spans = [int(val(node.find(f"{W}tcPr/{W}gridSpan")) or 1) for node in row.findall(f"{W}tc")]
        assert sum(spans) == 13
        widths = [int(val(node.find(f"{W}tcPr/{W}tcW"), "w")) for node in row.findall(f"{W}tc")]
        assert sum(widths) == sum(grid)


def test_the_two_header_rows_read_as_in_the_pdf(form):
    upper, lower, numbers = ([text_of(c) for c in row.findall(f"{W}tc")] for row in rows_of(form)[:3])
    assert upper == ["STT", "Cơ quan, đơn vị", "Số hồ sơ nhận giải quyết", "Đã giải quyết", "Đang giải quyết"]
    assert lower[:4] == ["", "", "Tổng số", "Trực tuyến"] and numbers == [f"({i})" for i in range(1, 14)]
    merges = [val(node) for row in rows_of(form) for node in row.iter(f"{W}vMerge")]
    assert merges == ["restart", "restart", "continue", "continue"]


def test_group_rows_span_the_table_and_totals_are_bold(form):
    total, group = rows_of(form)[3:5]
    assert all(run.find(f"{W}rPr/{W}b") is not None for run in total.iter(f"{W}r"))
    assert text_of(group) == "I. Cấp tỉnh" and val(group.find(f".//{W}gridSpan")) == "13"


def test_a_screen_reader_hears_what_a_table_is_and_which_columns_it_has(form):
    properties = form.body.find(f"{W}tbl/{W}tblPr")
    assert val(properties.find(f"{W}tblCaption")).startswith("Tình hình, kết quả giải quyết")
    assert val(properties.find(f"{W}tblDescription")).startswith("Các cột: STT; Cơ quan, đơn vị; Tổng số;")


def test_the_caption_stands_above_and_the_notes_below(form):
    order = [style_of(node) if node.tag == f"{W}p" else "table" for node in form.body][:4]
    assert order == ["Caption", "table", "Note", "Note"]


def test_no_column_is_narrower_than_its_longest_word():
    """Word cuts a word that does not fit anywhere, without a hyphen: "ST" and "T"."""
    columns = [column("n", "STT", "center"), *(column(str(i), f"Cột {i}", "left") for i in range(7))]
    long = "Ủy ban nhân dân các huyện, thành phố thuộc tỉnh"
    opened = opened_of(table("t", "Bảng", columns, [row_of("1", *([long] * 7))]))
    widths = [int(val(node, "w")) for node in opened.body.iter(f"{W}gridCol")]
    assert widths[0] >= 3 * 0.7 * 11 * 20 + 120 and sum(widths) == 9071


def test_a_table_too_wide_for_its_words_still_fills_the_page_exactly():
    columns = [column(str(i), "Tổngsốhồsơnhậngiảiquyếttrongkỳ", "left") for i in range(12)]
    opened = opened_of(table("t", "Bảng", columns, [row_of(*"123456789abc")]))
    assert sum(int(val(node, "w")) for node in opened.body.iter(f"{W}gridCol")) == 9071


# ── lists ────────────────────────────────────────────────────────────────────────────────────────


def numbers_of(opened):
    return [
        (val(p.find(f"{W}pPr/{W}numPr/{W}numId")), val(p.find(f"{W}pPr/{W}numPr/{W}ilvl")), text_of(p))
        for p in opened.body.iter(f"{W}p")
        if p.find(f"{W}pPr/{W}numPr") is not None
    ]


def test_lists_are_counted_by_word_and_each_begins_where_it_begins():
    source = "3. ba\n4. bốn\n   1. một\n   2. hai\n\nCâu.\n\n1. lại một\n\n- gạch\n  - sâu hơn"
    opened = opened_of(*blocks(source))
    found = numbers_of(opened)
    assert [(level, text) for _, level, text in found] == [
        ("0", "ba"), ("0", "bốn"), ("1", "một"), ("1", "hai"), ("0", "lại một"), ("0", "gạch"), ("1", "sâu hơn"),
    ]  # fmt: skip
    assert len({number for number, _, _ in found}) == 4  # three numbered lists, and the dashes
    starts = {
        val(num, "numId"): (val(over, "ilvl"), val(over[0]))
        for num in opened.trees["word/numbering.xml"].iter(f"{W}num")
        for over in num.findall(f"{W}lvlOverride")
    }
    assert [starts[found[i][0]] for i in (0, 2, 4)] == [("0", "3"), ("1", "1"), ("0", "1")]


def test_the_words_that_announce_a_list_stay_with_it():
    opened = opened_of(*blocks("Gồm:\n\n- một\n\nHết."))
    kept = [p.find(f"{W}pPr/{W}keepNext") is not None for p in opened.paragraphs("BodyText")]
    assert kept == [True, False]


def test_more_paragraphs_of_an_item_and_an_empty_item_keep_their_place():
    opened = opened_of(*blocks("1. một\n\n   thêm\n2.\n3. ba"))
    assert [text for _, _, text in numbers_of(opened)] == ["một", "", "ba"]
    assert opened.texts("ListContinue") == ["thêm"]


def test_a_list_deeper_than_word_knows_is_still_written():
    item = {"type": "paragraph", "runs": [{"t": "text", "s": "sâu"}]}
    for _ in range(12):
        item = {"type": "list", "ordered": True, "items": [[item]]}
    assert max(int(level) for _, level, _ in numbers_of(opened_of(item))) == 8


# ── charts ───────────────────────────────────────────────────────────────────────────────────────


def test_a_chart_is_a_drawing_with_dots_to_fall_back_on_and_says_what_it_shows(opened):
    drawings = list(opened.body.iter(f"{W}drawing"))
    assert len(drawings) == 2
    links = {
        node.get("Id"): f"word/{node.get('Target')}" for node in opened.trees["word/_rels/document.xml.rels"]
    }
    for drawing in drawings:
        dots, svg = (links[node.get(f"{R}embed")] for node in drawing.iter() if node.get(f"{R}embed"))
        assert opened.parts[dots].startswith(b"\x89PNG\r\n")
        assert (
            ET.fromstring(opened.parts[svg]).tag.endswith("}svg") and b"Times New Roman" in opened.parts[svg]
        )
        assert b"Huy" in opened.parts[svg] or b"Qu" in opened.parts[svg]
    alts = [node.get("descr") for node in opened.body.iter() if node.tag.endswith("}docPr")]
    assert alts[0].startswith("Tỷ lệ đúng hạn của các đơn vị thấp nhất: thấp nhất Huyện Đồng Văn 81,4%")
    ids = [node.get("id") for node in opened.body.iter() if node.tag.endswith("}docPr")]
    assert len(set(ids)) == 2


def test_a_picture_keeps_its_shape_and_stays_on_the_page():
    opened = opened_of(chart("tall", "Sáu mươi huyện", [f"Huyện {i}" for i in range(60)], [50.0] * 60))
    (extent,) = (node for node in opened.body.iter() if node.tag.endswith("}extent"))
    wide, high = int(extent.get("cx")), int(extent.get("cy"))
    assert wide <= 160 * 36000 and 200 * 36000 < high <= 230 * 36000
    (box,) = re.findall(rb'viewBox="0 0 ([\d.]+) ([\d.]+)"', opened.parts["word/media/drawing1.svg"])
    assert wide / high == pytest.approx(float(box[0]) / float(box[1]), rel=0.01)


# ── what may come in ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_printed_as_it_is_and_becomes_nothing_else(name):
    figures = Figures()
    figure = figures.count("late", 1)
    figures.made["f1"]["printed"] = name
    columns = [column("a", name, "left", name), column("b", "Số", "right", name)]
    rows = [{"role": role, "cells": [cell(name), cell(figure)]} for role in ("normal", "total", "group")]
    found = narrative("Đơn vị {0} có {1}.", {"t": "text", "s": name}, figure)
    opened = opened_of(
        heading_of("I", name, False), *found, table("t", name, columns, rows, notes=[name]), figures=figures
    )
    expected = printable(name)
    exact = [text for p in opened.paragraphs() if (text := text_of(p)) == expected]
    assert len(exact) == 2 + 1 + 5 + 1  # heads, caption, cells, note
    assert f"Đơn vị {expected} có {expected}." in opened.text
    assert expected.upper().partition(" (")[0] in opened.texts("Appendix")[0].upper()
    kinds = {node.tag.rpartition("}")[2] for node in opened.body.iter()}
    assert not kinds & {
        "hyperlink",
        "instrText",
        "fldSimple",
        "fldChar",
        "drawing",
        "object",
        "pict",
        "altChunk",
    }
    rels = opened.parts["word/_rels/document.xml.rels"]
    assert b"External" not in rels and b"evil" not in rels


@pytest.mark.parametrize("strange", ["a\x00b", "a\x1bb", "\ud800", "\uffff", "\x0b", "]]>", "&#0;", "漢字 🏛️"])
def test_letters_that_xml_forbids_never_stop_a_document_however_they_come_in(strange):
    """A document need not have come through the notebook: the handbook's has not."""
    document = report_of(chart("c", "x", ["a"], [1.0]), letterhead(), closing())
    run = {"t": "text", "s": strange}
    document["blocks"] += [
        {"type": "paragraph", "runs": [run]},
        {"type": "heading", "level": 1, "runs": [run], "id": "h"},
        table("t", strange, [column("a", strange, "left")], [row_of(strange)], notes=[strange]),
    ]
    document["blocks"][1]["alt"] = document["title"] = document["provisional"] = strange
    opened = Opened(docx(document))
    assert opened.texts("Caption") == opened.texts("Note")[1:] == [printable(strange)]
    assert opened.texts("BodyText") == [printable(strange)]


def test_a_figure_without_a_record_is_told_in_one_line():
    document = report_of(*narrative("Một câu."))
    document["blocks"].append({"type": "paragraph", "runs": [{"t": "fig", "id": "f9"}]})
    with pytest.raises(HosoError, match="f9 không có trong danh mục"):
        docx(document)


def test_a_document_without_date_or_letterhead_or_any_block_is_still_one():
    document = report_of()
    assert document["date"] is None and docx(document) == docx(document)
    opened = Opened(docx(document))
    assert [node.tag for node in opened.body] == [f"{W}p", f"{W}sectPr"]
    assert b"1970-01-01" in opened.parts[CORE] and b"dc:creator" not in opened.parts[CORE]


@pytest.mark.parametrize("ending", ["- Ý đầu.\n- Ý cuối.", "1. Ý cuối.", "Câu cuối."])
def test_the_signature_never_stands_on_a_page_without_words(ending):
    """What comes last before it is kept with it, and nothing else is."""
    made = opened_of(*narrative(f"Câu đầu.\n\nCâu giữa:\n\n{ending}"), closing())
    kept = [text_of(p) for p in made.paragraphs() if p.find(f"{W}pPr/{W}keepNext") is not None]
    last = ending.rpartition("- ")[2].removeprefix("1. ")
    announced = [] if ending == last else ["Câu giữa:"]
    assert [words for words in kept if words.startswith(("Câu", "Ý"))] == [*announced, last]


def test_a_table_of_more_columns_than_word_opens_is_refused_in_one_line():
    columns = [column(f"c{i}", str(i)) for i in range(64)]
    wide = table("t", "Rộng", columns, [row_of(*["1"] * 64)])
    with pytest.raises(HosoError, match=r"64 cột, Word không mở được .*nhiều nhất 63 cột"):
        docx(report_of(wide))


def test_a_table_without_columns_keeps_its_caption_and_notes():
    made = docx(report_of(table("t", "Trống", [], [], notes=["Chưa có."])))
    assert [p.text for p in word_reader.Document(io.BytesIO(made)).paragraphs][:2] == ["Trống", "Chưa có."]


def test_a_heading_deeper_than_the_styles_is_the_deepest_of_them():
    deep = narrative("\n\n".join(f"{'#' * level} Mức {level}" for level in range(1, 7)))
    made = word_reader.Document(io.BytesIO(docx(report_of(*deep))))
    assert [p.style.name for p in made.paragraphs if p.text == "Mức 6"] == ["Heading 4"]
