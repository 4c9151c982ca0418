"""An executed notebook to the document."""

import base64
import struct
import zlib

import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from hoso.delivery.export.document import MIME, document
from hoso.presentation.dossiers import Dossiers
from hoso.presentation.markdown import plain
from hoso.records import keys
from hoso.vocabulary.errors import HosoError
from tests.data.hostile import HOSTILE
from tests.delivery.export.sample_document import (
    Figures,
    cell,
    code,
    column,
    display,
    letterhead,
    notebook,
    notice,
    table,
)

SVG = '<svg xmlns="http://www.w3.org/2000/svg"><title>Xu hướng</title></svg>'


def of(*cells, name="bao-cao"):
    return document(new_notebook(cells=list(cells)), name)


def shown(**data):
    """The blocks of one output with these representations."""
    representations = {
        name.replace("_", "/").replace("svg", "svg+xml"): value for name, value in data.items()
    }
    return of(code("only", new_output("display_data", data=representations)))["blocks"]


def words(block):
    return plain(block["runs"])


def grid(block):
    return [[plain(cell["runs"]) for cell in row["cells"]] for row in block["rows"]]


def png():
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 3, 2, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0\0\0\0" * 2)) + chunk(b"IEND", b"")


def test_the_review_has_every_block_in_reading_order(review):
    kinds = [block["type"] for block in review["blocks"]]
    assert kinds[:3] == ["letterhead", "notice", "notice"]
    assert kinds[-5:] == ["closing", "appendix", "table", "appendix", "paragraph"]
    assert set(kinds) >= {"heading", "paragraph", "list", "chart"}


def test_the_document_says_what_it_is_about(review):
    facts = {
        key: review[key]
        for key in ("title", "lang", "province", "period", "slug", "date", "synthetic", "provisional")
    }
    assert facts == {
        "title": "Báo cáo 9 tháng đầu năm 2024 tỉnh Hà Giang", "lang": "vi", "province": "63-02", "period": "2024-9M",
        "slug": "review", "date": "2024-09-14", "synthetic": True, "provisional": "số liệu tạm thời đến 10/9/2024",
    }  # fmt: skip
    assert review["subject"].startswith("Kết quả cải cách hành chính")


def test_every_figure_is_there_by_its_id(review):
    assert len(review["figures"]) > 900
    assert all(record["id"] == name for name, record in review["figures"].items())


def test_a_notebook_read_from_disk_gives_the_same_document(tmp_path, review):
    nbformat.write(notebook(), tmp_path / "review.ipynb")
    assert document(nbformat.read(tmp_path / "review.ipynb", 4), "review") == review


def test_code_and_printed_lines_stay_in_the_notebook():
    streams = [new_output("stream", name=name, text="bí mật") for name in ("stdout", "stderr")]
    assert of(code("a", *streams))["blocks"] == []


def test_notices_that_change_how_a_figure_is_read_come_first():
    blocks = of(
        new_markdown_cell("mở đầu"),
        code("a", display([letterhead(), notice("missing", "thiếu"), notice("identity", "không khớp")])),
        code("b", display([notice("provisional", "tạm thời")], document={"provisional": "tạm thời"})),
    )["blocks"]
    assert [block.get("kind", block["type"]) for block in blocks] == [
        "BÁO CÁO",
        "provisional",
        "identity",
        "paragraph",
        "missing",
    ]


def test_a_synthetic_document_says_so_even_if_the_notebook_forgets():
    blocks = of(code("a", display([], document={"synthetic": True})))["blocks"]
    assert words(blocks[0]).startswith("DỮ LIỆU MÔ PHỎNG")


def test_a_failed_cell_is_named_in_a_red_notice_on_top():
    broken = new_output("error", ename="KeyError", evalue="'ty_le'", traceback=["bí mật"])
    banner = new_markdown_cell(
        "<span>An Exception was encountered</span>", metadata={"tags": ["papermill-error-cell-tag"]}
    )
    first, second = of(banner, new_markdown_cell("đoạn"), code("by-unit", broken))["blocks"]
    assert (first["kind"], words(second)) == ("error", "đoạn")
    assert words(first) == "Ô by-unit (ô thứ 3) dừng vì lỗi KeyError; phần nội dung của ô này bị thiếu."


def test_a_printed_figure_without_a_record_is_refused():
    run = Figures().count("late", 1)
    for block in (
        {"type": "paragraph", "runs": [{"t": "strong", "c": [run]}]},
        {"type": "list", "ordered": False, "items": [[{"type": "paragraph", "runs": [run]}]]},
        table("t", "", [column("a", "A")], [{"role": "normal", "cells": [cell(run)]}]),
    ):
        with pytest.raises(HosoError, match="f1"):
            of(code("a", display([block])))


def test_one_id_for_two_figures_is_refused():
    """A cell run twice in JupyterLab must not put one number's explanation under another."""
    one, two = Figures(), Figures()
    one.count("late", 1), two.count("late", 2)
    with pytest.raises(HosoError, match="cùng một mã · f1"):
        of(code("a", display([], one)), code("b", display([], two)))
    assert len(of(code("a", display([], one)), code("b", display([], one)))["figures"]) == 1


def test_headings_tables_and_charts_have_ids_of_their_own():
    chart = {"type": "chart", "id": "t", "caption": "", "svg": SVG, "alt": "a", "notes": []}
    blocks = of(
        new_markdown_cell("# A\n\n# A"),
        code("a", display([table("t", "", [], []), chart, table("không", "", [], [])])),
    )["blocks"]
    assert [block["id"] for block in blocks] == ["muc-1", "muc-2", "t", "bieu-do-1", "bang-1"]


def test_the_title_falls_back_to_the_letterhead_a_heading_the_file():
    assert of(code("a", display([letterhead()])))["title"].startswith("BÁO CÁO Kết quả cải cách")
    assert of(new_markdown_cell("# Tình hình"))["title"] == "Tình hình"
    assert of(name="review")["title"] == "review"


def test_names_are_composed_and_control_characters_show():
    (found,) = of(
        code(
            "a",
            display(
                [
                    table(
                        "t",
                        "Ha\u0300 Giang",
                        [column("a", "A")],
                        [{"role": "normal", "cells": [cell("Sở\0")]}],
                    )
                ]
            ),
        )
    )["blocks"]
    assert (found["caption"], grid(found)) == ("Hà Giang", [["Sở\ufffd"]])


# ── other libraries ──────────────────────────────────────────────────────────────────────────────


def test_a_data_frame_becomes_a_table():
    frame = pd.DataFrame({"Đơn vị": ["Sở Y tế", "Sở <b>"], "Tỷ lệ": ["97,9%", "–"], "Số": [1, 2]})
    (found,) = shown(text_html=frame.to_html(index=False), text_plain="Sở Y tế")
    assert [(c["title"], c["align"]) for c in found["columns"]] == [
        ("Đơn vị", "left"),
        ("Tỷ lệ", "right"),
        ("Số", "right"),
    ]
    assert grid(found) == [["Sở Y tế", "97,9%", "1"], ["Sở <b>", "–", "2"]]


def test_a_frame_with_two_header_lines_keeps_its_groups():
    columns = pd.MultiIndex.from_tuples([("Nhận", "Tổng"), ("Nhận", "Trực tuyến"), ("Giải quyết", "Tổng")])
    frame = pd.DataFrame([[3, 2, 1]], columns=columns, index=pd.Index(["Sở Y tế"], name="Đơn vị"))
    (found,) = shown(text_html=frame.to_html())
    assert [(c["group"], c["title"]) for c in found["columns"]] == [
        (None, "Đơn vị"), ("Nhận", "Tổng"), ("Nhận", "Trực tuyến"), ("Giải quyết", "Tổng"),
    ]  # fmt: skip


def test_rows_that_share_an_index_stay_on_their_columns():
    index = pd.MultiIndex.from_tuples([("Tỉnh", "Sở Y tế"), ("Tỉnh", "Sở Tư pháp"), ("Huyện", "Yên Minh")])
    (found,) = shown(text_html=pd.DataFrame({"Số": [1, 2, 3]}, index=index).to_html())
    assert grid(found) == [["Tỉnh", "Sở Y tế", "1"], ["", "Sở Tư pháp", "2"], ["Huyện", "Yên Minh", "3"]]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_styled_frame_with_a_hostile_name_is_a_table_of_words(name):
    """pandas' Styler writes names unescaped; whatever it makes of them, blocks carry words only."""
    frame = pd.DataFrame({name: [name]}, index=[name])
    for html in (frame.to_html(), frame.to_html(escape=False)):
        for block in shown(text_html=html):
            assert block["type"] in ("table", "paragraph")


def test_a_colspan_of_a_million_is_cut():
    (found,) = shown(
        text_html="<table><tr><td colspan=1000000 rowspan=1000000>a</td></tr><tr><td>b</td></tr></table>"
    )
    assert len(found["columns"]) <= 60


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>Một <b>câu</b></p><p>hai</p>", ["Một câu", "hai"]),
        ("<script>x()</script><style>p{}</style>", []),
        ("<div>trước<table><tr><td>a</td></tr></table>sau</div>", ["trước", "table", "sau"]),
        ("<table><tr><td>a<table><tr><td>b</td></tr></table></td></tr></table>", ["table"]),
        ("<table></table>", []),
        ("</table></td><td>lạc", ["lạc"]),
    ],
)
def test_other_html_gives_its_words(html, expected):
    assert [
        block["type"] if block["type"] == "table" else words(block) for block in shown(text_html=html)
    ] == expected


def test_pictures_become_charts_with_a_description():
    (drawn,) = shown(image_svg=SVG, text_plain="<Figure>")
    assert (drawn["type"], drawn["alt"]) == ("chart", "Xu hướng")
    (pixels,) = shown(image_png=base64.b64encode(png()).decode())
    assert 'width="3" height="2"' in pixels["svg"] and "only (ô thứ 1)" in pixels["alt"]
    assert shown(image_png="không phải ảnh") == []


def test_a_short_result_is_shown_and_an_object_is_not():
    assert words(shown(text_plain="123\n456")[0]) == "123 456"
    for text in ("<hoso.Report>", "[<Line2D>]", "<Axes at 0x7f>", "x" * 501, " "):
        assert shown(text_plain=text) == []


def test_a_result_beside_a_picture_is_a_leftover():
    """`ax.set_title(…)` as the last line prints a Text object nobody asked for."""
    outputs = [new_output("execute_result", data={"text/plain": "Text(0.5, 1.0, 'a')"}, execution_count=1)]
    outputs.append(new_output("display_data", data={"image/svg+xml": SVG}))
    assert [block["type"] for block in of(new_code_cell("", outputs=outputs))["blocks"]] == ["chart"]


def test_displayed_markdown_is_read_as_markdown():
    (found,) = shown(text_markdown="**a** <i>", text_plain="<Markdown object>")
    assert found["runs"] == [{"t": "strong", "c": [{"t": "text", "s": "a"}]}, {"t": "text", "s": " <i>"}]


def test_our_own_representation_wins():
    data = {MIME: {"blocks": [notice("missing", "của hồ sơ")], "figures": []}, "text/html": "<p>khác</p>"}
    (found,) = of(code("a", new_output("display_data", data=data)))["blocks"]
    assert words(found) == "của hồ sơ"


@pytest.mark.parametrize("how", ["shown", "copied", "printed", "styled"])
def test_a_list_of_dossiers_is_refused(how):
    """A stray `on_time.dossiers()` in a report stops it, however the rows were shown: not one reaches a document."""
    rows = Dossiers({"hồ sơ": [keys.short("0123456789abcdef01234567")], "vì sao": ["đúng hạn"]})
    marked = rows.drop(columns="hồ sơ")._repr_mimebundle_()
    outputs = {
        "shown": new_output("execute_result", data=marked),
        "copied": new_output("execute_result", data={"text/html": pd.DataFrame(rows).to_html()}),
        "printed": new_output("stream", text=str(pd.DataFrame(rows))),
        "styled": new_output("display_data", data={"text/html": pd.DataFrame(rows).style.to_html()}),
    }
    with pytest.raises(HosoError, match="từng hồ sơ") as refused:
        of(code("drill", outputs[how]))
    assert "drill" in str(refused.value)
