"""The PDF, read back."""

import io
import re
import unicodedata
from itertools import pairwise
from typing import NamedTuple

import nbformat
import pytest
from matplotlib.ft2font import FT2Font
from nbconvert.exporters import get_exporter
from pypdf import PdfReader

from hoso.delivery.export.glyphs import BOX, COVERED, drawable
from hoso.delivery.export.pdf import pdf
from hoso.presentation.letters import FONTS, printable
from tests.data.hostile import HOSTILE
from tests.delivery.export.sample_document import (
    Figures,
    cell,
    chart,
    closing,
    column,
    letterhead,
    narrative,
    notebook,
    report_of,
    table,
    units,
)


def squeezed(text):
    """Without spaces: a line end in the PDF is none in the words."""
    return re.sub(r"\s+", "", text)


@pytest.fixture(scope="module")
def reader(review_pdf):
    return PdfReader(io.BytesIO(review_pdf))


@pytest.fixture(scope="module")
def pages(reader):
    return [page.extract_text() for page in reader.pages]


def texts(document):
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf(document))).pages)


def test_the_same_document_gives_the_same_bytes(review, review_pdf):
    assert pdf(review) == review_pdf


def test_the_file_claims_pdf_a_2a_and_pdf_ua_1(reader):
    claims = reader.xmp_metadata.stream.get_data().decode()
    for claim in ("<pdfaid:part>2<", "<pdfaid:conformance>A<", "<pdfuaid:part>1<"):
        assert claim in claims


def test_verapdf_finds_nothing(review_pdf, verapdf, tmp_path):
    (tmp_path / "r.pdf").write_bytes(review_pdf)
    assert verapdf([tmp_path / "r.pdf"]) == ""


def test_the_file_ends_with_a_line_end_so_that_a_signature_can_follow(review_pdf):
    assert review_pdf.endswith(b"%%EOF\n")


def test_language_title_author_and_date_come_from_the_document(reader):
    assert reader.trailer["/Root"]["/Lang"] == "vi-VN"
    assert reader.metadata.title == "Báo cáo 9 tháng đầu năm 2024 tỉnh Hà Giang"
    assert reader.metadata.author == "Ủy ban nhân dân tỉnh Hà Giang"
    assert reader.metadata.creation_date.date().isoformat() == "2024-09-14"


def test_only_tinos_is_in_the_file(review_pdf, tmp_path, poppler):
    (tmp_path / "r.pdf").write_bytes(review_pdf)
    lines = poppler("pdffonts", tmp_path / "r.pdf").splitlines()[2:]
    assert len(lines) >= 3
    for line in lines:
        assert re.match(r"[A-Z]{6}\+Tinos", line) and line.split()[-5:-2] == [
            "yes",
            "yes",
            "yes",
        ]  # embedded, subset, unicode


def test_pages_are_a4_and_the_wide_appendix_lies_across(reader):
    shapes = [tuple(round(float(side)) for side in page.mediabox[2:]) for page in reader.pages]
    assert set(shapes) == {(595, 842), (842, 595)}
    assert shapes[0] == shapes[-1] == (595, 842) and shapes.count((842, 595)) > 3


def test_every_page_says_synthetic_and_provisional(pages):
    for text in pages:
        assert "DỮ LIỆU MÔ PHỎNG" in text and "số liệu tạm thời đến 10/9/2024" in text


def number_of(text):
    """The page number in the running header; none on a first page."""
    found = re.search(r"DỮ LIỆU MÔ PHỎNG\s*(\d*)\s*số liệu tạm thời", text)
    return found[1]


def test_numbers_start_on_page_two_and_again_in_each_appendix(pages):
    numbers = [number_of(text) for text in pages]
    wide = numbers.index("", 1)
    assert numbers[:wide] == ["", *[str(i) for i in range(2, wide + 1)]]
    assert numbers[wide:-1] == ["", *[str(i) for i in range(2, len(numbers) - wide)]]
    assert numbers[-1] == ""


def test_the_letterhead_leaves_number_day_and_signature_open(pages):
    for words in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "DỰ THẢO",
        "BÁO CÁO",
        "/BC-UBND",
    ):
        assert words in pages[0]
    assert squeezed("ỦY BAN NHÂN DÂN TỈNH HÀ GIANG") in squeezed(pages[0])
    assert any("Nơi nhận:" in text and "PHÓ CHỦ TỊCH" in text for text in pages)


def test_every_unit_is_in_the_table_and_the_header_on_each_of_its_pages(pages):
    wide = [text for text in pages if "Cơ quan, đơn vị" in text]
    assert len(wide) > 3
    for text in wide:
        assert "Số hồ sơ nhận giải quyết" in text and "(13)" in text
    everything = squeezed("".join(wide))
    assert [row["name"] for row in units() if squeezed(row["name"]) not in everything] == []


def test_the_text_comes_out_in_nfc(pages):
    for text in pages:
        assert text == unicodedata.normalize("NFC", text)
    assert "Tình hình, kết quả giải quyết thủ tục hành chính" in " ".join(pages[2].split())


def test_a_decomposed_name_comes_out_composed():
    assert "Hà Giang ở đây" in texts(report_of(*narrative("{0} ở đây", {"t": "text", "s": "Ha\u0300 Giang"})))


def test_charts_carry_their_alt_text_and_searchable_words(reader, pages):
    alts = [
        node.get("/Alt") for node in _structure(reader.trailer["/Root"]["/StructTreeRoot"]) if "/Alt" in node
    ]
    assert any(
        alt.startswith("Tỷ lệ đúng hạn của các đơn vị thấp nhất: thấp nhất Huyện Đồng Văn") for alt in alts
    )
    assert "Huyện Đồng Văn" in pages[0]


def _structure(node):
    node = node.get_object()
    if isinstance(node, dict):
        yield node
        children = node.get("/K", [])
        for child in children if isinstance(children, list) else [children]:
            if not isinstance(child, int):
                yield from _structure(child)


def test_headings_that_skip_a_level_are_still_set():
    """PDF/UA forbids it, analysts do it."""
    assert "Sâu" in texts(report_of(*narrative("#### Sâu\n\n# Nông\n\n### Sâu hơn")))


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_printed_as_it_is(name):
    figures = Figures()
    figure = figures.count("late", 1)
    figures.made["f1"]["printed"] = name
    columns = [column("a", name, "left", name), column("b", "Số", "right", name)]
    rows = [{"role": role, "cells": [cell(name), cell(figure)]} for role in ("normal", "total")]
    blocks = narrative("Đơn vị {0} có {1}.", {"t": "text", "s": name}, figure)
    text = texts(report_of(*blocks, table("t", name, columns, rows, notes=[name]), figures=figures))
    expected = squeezed(drawable(printable(name)))
    assert squeezed(text).count(expected) >= 8


@pytest.mark.parametrize("strange", ["漢字", "عربي", "🏛️", "Ω", "\ufffd", "š", "a\u0336b", "\u2009", "①"])
def test_letters_outside_the_font_are_boxes_never_a_failure(strange):
    document = report_of(*narrative("trước {0} sau", {"t": "text", "s": strange}), title=strange)
    words = squeezed(texts(document))
    assert squeezed(f"trước{drawable(printable(strange))}sau") in words


def test_the_table_of_letters_is_the_fonts_own():
    faces = sorted(FONTS.glob("*.ttf"))
    assert len(faces) == 4
    for face in faces:
        assert set(FT2Font(str(face)).get_charmap()) == COVERED


def test_a_full_width_sign_is_drawn_as_the_plain_one():
    assert drawable("＝1+1 漢") == f"=1+1 {BOX}"


def test_a_document_without_date_or_letterhead_is_set_and_the_clock_leaves_no_trace():
    document = report_of(*narrative("Một câu."))
    assert pdf(document) == pdf(document)
    assert document["date"] is None and "Một câu." in texts(document)


def test_an_empty_document_is_one_page():
    assert len(PdfReader(io.BytesIO(pdf(report_of()))).pages) == 1


def test_nbconvert_knows_the_exporter_by_its_name(tmp_path, review_pdf):
    nbformat.write(notebook(), tmp_path / "review.ipynb")
    made, resources = get_exporter("hoso-pdf")().from_filename(str(tmp_path / "review.ipynb"))
    assert (made, resources["output_extension"]) == (review_pdf, ".pdf")


def test_a_chart_taller_than_a_page_is_made_to_fit():
    labels = [f"Huyện {i}" for i in range(60)]
    document = report_of(chart("tall", "Sáu mươi huyện", labels, [50.0] * 60))
    (only,) = PdfReader(io.BytesIO(pdf(document))).pages
    assert "Huyện 0" in only.extract_text() and "Huyện 59" in only.extract_text()


# ── the measures of Nghị định 30/2020/NĐ-CP, Phụ lục I, read back from the pages ─────────────────


class Word(NamedTuple):
    """A word on a page: where it stands, in millimetres from the left and the top."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


MM = 25.4 / 72
PAGE = re.compile(r'<page width="([\d.]+)" height="([\d.]+)">(.*?)</page>', re.DOTALL)
WORD = re.compile(r'<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">(.*?)</word>')


def measured(content, poppler, folder):
    """How wide and high each page is, in millimetres, and its words."""
    (folder / "measured.pdf").write_bytes(content)
    text = poppler("pdftotext", "-bbox", folder / "measured.pdf", "-")
    return [
        (
            float(w) * MM,
            float(h) * MM,
            [Word(found[4], *(float(x) * MM for x in found[:4])) for found in WORD.findall(body)],
        )
        for w, h, body in PAGE.findall(text)
    ]


@pytest.fixture(scope="module")
def laid_out(review_pdf, poppler, tmp_path_factory):
    return measured(review_pdf, poppler, tmp_path_factory.mktemp("laid"))


def test_text_keeps_the_margins(laid_out):
    """20 mm above and below, 30 on the left, 15 to 20 on the right, across as upright; the running head stands above."""
    for width, height, found in laid_out:
        body = [word for word in found if word.top > 18]
        assert min(word.left for word in body) >= 29.5
        right = 15 if width > height else 20
        assert max(word.right for word in body) <= width - right + 0.5
        assert max(word.bottom for word in body) <= height - 19


def test_the_page_number_stands_in_the_middle_above(laid_out):
    width, _, found = laid_out[1]
    (number,) = [word for word in found if word.text == "2" and word.top < 18]
    middle_of_text = (30 + width - 20) / 2
    assert abs((number.left + number.right) / 2 - middle_of_text) < 1


def test_paragraphs_stand_6_points_further_apart_than_their_lines(poppler, tmp_path):
    """At least 6 pt between paragraphs; lines between single and one and a half."""
    words = (
        "Một câu dài để có hai dòng trên trang giấy khổ A4 đứng, với lề trái ba mươi và lề phải hai mươi. "
    )
    document = report_of(*narrative(f"{words}\n\n{words}"))
    ((_, _, found),) = measured(pdf(document), poppler, tmp_path)
    apart = [(b - a) / MM for a, b in pairwise(sorted({word.bottom for word in found}))]
    assert len(apart) == 3
    line, between = min(apart), max(apart)
    assert 16.1 <= line <= 1.5 * 16.1 and between - line >= 5.9


def test_an_appendix_says_what_it_goes_with(pages):
    """Its title in capitals, a form's number as it is written; below it the document it is part of, as open as its head."""
    (first,) = [text for text in pages if "Phụ lục I\n" in text and "Phụ lục II\n" not in text]
    assert (
        "(Kèm theo Báo cáo số        /BC-UBND ngày       tháng 9 năm 2024 của Ủy ban nhân dân tỉnh Hà Giang)"
        in (" ".join(first.splitlines()))
    )
    title = next(line for line in first.splitlines()[1:] if "Phụ lục" not in line)
    assert title == title.upper() or "(" in title


def test_a_draft_and_a_drill_say_so_to_programs_too(reader):
    assert reader.metadata["/Keywords"].split(", ") == ["DỰ THẢO", "DỮ LIỆU MÔ PHỎNG"]


def test_a_document_number_is_never_torn_apart(poppler, tmp_path):
    """In a narrow column as in a sentence: a search for 17/QĐ-UBQGCĐS finds it, and the figure beside it stays whole."""
    columns = [column("a", "Tỷ lệ"), column("b", "Căn cứ", "left")]
    rows = [
        {"role": "normal", "cells": [cell("118.896"), cell("Quyết định số 17/QĐ-UBQGCĐS ngày 04/4/2023")]}
    ]
    prose = [narrative(f"{'chữ ' * n}theo Nghị định số 61/2018/NĐ-CP.") for n in range(8, 20)]
    (tmp_path / "a.pdf").write_bytes(
        pdf(report_of(*(block for found in prose for block in found), table("t", "Bảng", columns, rows)))
    )
    found = poppler("pdftotext", tmp_path / "a.pdf", "-").split()
    assert found.count("61/2018/NĐ-CP.") == 12
    assert {"17/QĐ-UBQGCĐS", "04/4/2023", "118.896"} <= set(found)


def test_the_ordinal_column_has_room_for_its_title_however_little_it_asks(poppler, tmp_path):
    """STT in bold never touches the lines of its column, beside columns that ask for twenty times as much."""
    wide = [{**column(name, name, "left"), "width": 7} for name in ("Chỉ tiêu", "Cách tính", "Căn cứ")]
    columns = [{**column("n", "STT", "center"), "width": 1}, *wide]
    row = {"role": "normal", "cells": [cell("1"), *[cell("chữ")] * 3]}
    ((_, _, words),) = measured(pdf(report_of(table("t", "Bảng", columns, [row]))), poppler, tmp_path)
    ordinal, after = (next(word for word in words if word.text == text) for text in ("STT", "chữ"))
    assert (
        ordinal.left - 30 > 1 and after.left - ordinal.right > 2
    )  # the lines are at 30 mm and 1 mm before the words


def test_several_addressees_stand_below_kinh_gui_under_its_colon_and_one_beside_it(poppler, tmp_path):
    """Phụ lục I, mục II.5.d of Nghị định 30/2020/NĐ-CP."""
    head = {**letterhead(), "kind": "", "draft": False, "addressees": ["Sở Nội vụ;", "Sở Tài chính."]}
    ((_, _, words),) = measured(pdf(report_of(head)), poppler, tmp_path)
    at = next(i for i, word in enumerate(words) if word.text == "gửi:")
    first, second = (word for word in words if word.text == "-" and word.top > words[at].top)
    assert first.top > words[at].top + 3 and second.top > first.top and first.left == second.left
    assert abs(first.left - words[at].right) < 2
    ((_, _, words),) = measured(pdf(report_of({**head, "addressees": ["Sở Nội vụ."]})), poppler, tmp_path)
    at = next(i for i, word in enumerate(words) if word.text == "gửi:")
    assert words[at + 1].text == "Sở" and words[at + 1].top == words[at].top


@pytest.mark.parametrize("ending", ["- Ý cuối.", "\nCâu cuối."])
def test_the_signature_never_stands_on_a_page_without_words(ending):
    """However full the page before it is, the last item or paragraph goes with it."""
    seen = set()
    for lines in range(18, 25):
        filler = "\n\n".join(["Câu."] * lines)
        document = report_of(*narrative(f"{filler}\n\n- Ý đầu.\n{ending}"), closing())
        made = [page.extract_text() for page in PdfReader(io.BytesIO(pdf(document))).pages]
        (page,) = (page for page in made if "Nơi nhận" in page)
        assert ending.removeprefix("- ").strip() in " ".join(page.split())
        seen.add(len(made))
    assert seen == {1, 2}


def test_headings_without_words_and_in_lists_do_not_stop_a_document():
    """PDF/UA refuses both; words of the one are kept, of the other there are none."""
    item = [{"type": "heading", "level": 2, "runs": [{"t": "text", "s": "Trong mục"}]}]
    listed = {"type": "list", "ordered": False, "items": [item]}
    empty = {"type": "heading", "level": 1, "runs": [{"t": "text", "s": " "}]}
    assert "Trong mục" in texts(report_of(empty, listed))
