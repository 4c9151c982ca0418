"""The Word document as an office sees it: set by LibreOffice, read back from the pages. One conversion for all."""

from __future__ import annotations

import re

import pytest
from pypdf import PdfReader

from hoso.delivery.export.word import docx
from hoso.presentation.markdown import figures
from tests.delivery.export.sample_document import units

pytestmark = pytest.mark.poppler


def squeezed(text):
    return re.sub(r"\s+", "", text)


@pytest.fixture(scope="module")
def file(review, office, tmp_path_factory):
    source = tmp_path_factory.mktemp("word") / "review.docx"
    source.write_bytes(docx(review))
    return office(source)


@pytest.fixture(scope="module")
def pages(file, poppler):
    return poppler("pdftotext", "-layout", file, "-").split("\f")[:-1]


def printed_in_order(blocks, records):
    for block in blocks:
        yield from (records[name]["printed"] for name in figures(block.get("runs", [])))
        for row in block.get("rows", ()):
            for cell in row["cells"]:
                yield from (records[name]["printed"] for name in figures(cell["runs"]))
        for item in block.get("items", ()):
            yield from printed_in_order(item, records)


def test_every_figure_stands_on_the_pages_in_the_documents_order(review, file, poppler):
    text = squeezed(poppler("pdftotext", "-raw", file, "-"))
    place = 0
    wanted = list(printed_in_order(review["blocks"], review["figures"]))
    assert len(wanted) > 800
    for printed in wanted:
        place = text.find(squeezed(printed), place)
        assert place >= 0, printed
        place += len(squeezed(printed))


def test_every_unit_is_in_the_table_and_the_header_on_each_of_its_pages(pages):
    wide = [page for page in pages if "Cơ quan, đơn vị" in page]
    assert len(wide) > 3
    for page in wide:
        assert "Số hồ sơ nhận giải quyết" in page and "(13)" in page
    everything = squeezed("".join(wide))
    assert [row["name"] for row in units() if squeezed(row["name"]) not in everything] == []


def test_pages_lie_as_their_section_asks_and_none_is_empty(file, pages):
    shapes = [tuple(round(float(side)) for side in page.mediabox[2:]) for page in PdfReader(file).pages]
    wide = [shape == (842, 595) for shape in shapes]
    assert wide[0] is wide[-1] is False and sum(wide) > 3
    assert all(len(squeezed(page)) > 120 for page in pages)  # the running head alone has 43


def test_numbers_start_on_page_two_and_again_in_each_appendix(pages):
    heads = [next(line for line in page.splitlines() if line.strip()) for page in pages]
    numbers = [re.search(r"PHỎNG\s*(\d*)\s*số liệu tạm thời", head)[1] for head in heads]
    wide = numbers.index("", 1)
    assert numbers[:wide] == ["", *[str(i) for i in range(2, wide + 1)]]
    assert numbers[wide:-1] == ["", *[str(i) for i in range(2, len(numbers) - wide)]] and numbers[-1] == ""


def test_lists_come_out_with_their_marks_and_numbers(pages):
    text = " ".join(" ".join(pages[:4]).split())
    assert "– Rà soát, cắt giảm thời gian giải quyết, trong đó: 1. cấp tỉnh: 35 thủ tục; 2. cấp huyện" in text
    assert "1. Các sở, ban, ngành" in text and "2. Văn phòng Ủy ban nhân dân tỉnh" in text
    assert "- Văn phòng Chính phủ;" in text
