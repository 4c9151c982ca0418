"""The PDF, read back."""

import io
import os
import re
import subprocess
import unicodedata

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
    column,
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


def test_verapdf_finds_nothing(review_pdf, tmp_path):
    """Set HOSO_VERAPDF to a command that takes FILE@PROFILE and exits with 0 when the file conforms."""
    command = os.environ.get("HOSO_VERAPDF")
    if not command:
        pytest.skip("HOSO_VERAPDF names no validator")
    (tmp_path / "r.pdf").write_bytes(review_pdf)
    profiles = [f"{tmp_path / 'r.pdf'}@{profile}" for profile in ("PDFA-2A", "PDFUA-1")]
    assert subprocess.run([command, *profiles], check=False).returncode == 0


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
