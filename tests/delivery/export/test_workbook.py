"""The workbook: its sheets, heads, filters and notes; data that are never a formula or a link; the same bytes each time."""

from __future__ import annotations

import re
from typing import Any

import pytest
from openpyxl.utils import range_boundaries

from hoso.delivery.export.document import Document
from hoso.delivery.export.workbook import xlsx
from hoso.delivery.export.workbook.names import LONGEST, sheet_names, shortened
from hoso.delivery.export.workbook.sheet import Sheet
from hoso.presentation.figures import Figure
from hoso.presentation.letters import printable
from tests.data.hostile import HOSTILE
from tests.delivery.export.workbook_documents import (
    body,
    column,
    figure_cell,
    parts,
    rate,
    read,
    report,
    table,
    text_cell,
)

GROUPED = [
    column("STT", "center"),
    column("Cơ quan", "left"),
    column("Tổng số", "right", "Đã giải quyết"),
    column("Quá hạn", "right", "Đã giải quyết"),
    column("Còn lại", "right", "Đang giải quyết"),
]


def counted(role: str, *words: str) -> tuple[str, list[Any]]:
    return role, [text_cell(word, value=float(word)) if word.isdigit() else text_cell(word) for word in words]


@pytest.fixture(scope="module")
def document() -> Document:
    """A form with groups and totals in an appendix, after a small table of figures."""
    rows = [
        counted("group", "Cấp tỉnh"), counted("normal", "1", "Sở A", "20", "1", "–"), counted("normal", "2", "Sở B", "9", "0", "4"),
        counted("total", "", "Tổng số", "29", "1", "4"),
    ]  # fmt: skip
    return report(
        {"type": "letterhead", "body": "UBND TỈNH HÀ GIANG", "kind": "BÁO CÁO", "subject": "x", "draft": True},
        {"type": "notice", "kind": "provisional", "runs": [{"t": "text", "s": "Số liệu tạm thời đến ngày 14/6/2024"}]},
        table([column("Chỉ tiêu", "left"), column("Kết quả")], [[text_cell("Đúng hạn"), figure_cell("f1", 0.5)]]),
        {"type": "appendix", "number": "I", "title": "Theo cơ quan", "landscape": True},
        table(GROUPED, rows, caption="Kết quả giải quyết", notes=["Đơn vị tính: hồ sơ."], numbering=True),
        figures={"f1": rate(1, 2, definition="Đúng hạn trên tổng số.", legal_basis="Thông tư 01", source="Kho")},
        provisional="Số liệu tạm thời đến ngày 14/6/2024",
    )  # fmt: skip


@pytest.fixture(scope="module")
def book(document: Document) -> Any:
    return read(xlsx(document))


def words(sheet: Any) -> list[str]:
    return [str(cell.value) for row in sheet for cell in row if cell.value is not None]


def test_one_sheet_about_the_report_one_a_table_one_of_figures(book: Any) -> None:
    """In the report's order, an appendix's table with its number."""
    assert book.sheetnames == ["Giới thiệu", "1. Kết quả", "2. Kết quả giải quyết (PL I)", "Số liệu"]


def test_the_first_sheet_says_what_the_report_is(book: Any) -> None:
    """Place, period, data, what is provisional, and a link to each other sheet that leads there."""
    sheet = book["Giới thiệu"]
    told = words(sheet)
    for wanted in (
        "PHỤ LỤC SỐ LIỆU CỦA BÁO CÁO",
        "tỉnh Hà Giang",
        "DỰ THẢO",
        "Số liệu tạm thời đến ngày 14/6/2024",
    ):
        assert wanted in told
    links = [cell.hyperlink.location for row in sheet for cell in row if cell.hyperlink]
    assert links == [f"'{name}'!A1" for name in book.sheetnames[1:]]


def test_a_two_line_head_stays_in_sight_and_on_every_page(book: Any) -> None:
    """Titles above titles merged over their columns, the numbers of the form under them, panes and print rows end there."""
    sheet = book["2. Kết quả giải quyết (PL I)"]
    first = body(sheet)
    assert [cell.value for cell in sheet[first - 3]] == [
        "STT",
        "Cơ quan",
        "Đã giải quyết",
        None,
        "Đang giải quyết",
    ]
    assert [cell.value for cell in sheet[first - 2]] == [None, None, "Tổng số", "Quá hạn", "Còn lại"]
    assert [cell.value for cell in sheet[first - 1]] == ["(1)", "(2)", "(3)", "(4)", "(5)"]
    merged = {str(area) for area in sheet.merged_cells.ranges}
    assert {
        f"A{first - 3}:A{first - 2}",
        f"B{first - 3}:B{first - 2}",
        f"C{first - 3}:D{first - 3}",
    } <= merged
    assert sheet.freeze_panes == f"C{first}"
    assert sheet.print_title_rows == f"${first - 3}:${first - 1}"
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize, sheet.page_setup.fitToHeight) == (
        "landscape",
        9,
        0,
    )


def test_the_filter_leaves_the_closing_total_in_place(book: Any) -> None:
    """It covers head and rows, and no row of the body is merged, so that it works."""
    sheet = book["2. Kết quả giải quyết (PL I)"]
    first = body(sheet)
    assert sheet.auto_filter.ref == f"A{first - 1}:E{first + 2}"
    assert sheet[f"B{first + 3}"].value == "Tổng số"
    inside = [area for area in sheet.merged_cells.ranges if first <= area.min_row <= first + 3]
    assert inside == []


def test_rows_keep_their_roles_and_blanks_are_explained(book: Any) -> None:
    """Groups and totals bold, missing blank with its reason under the table, beside the table's own notes."""
    sheet = book["2. Kết quả giải quyết (PL I)"]
    first = body(sheet)
    assert [sheet[f"A{first + i}"].font.bold for i in range(4)] == [True, False, False, True]
    assert sheet[f"E{first + 1}"].value is None
    assert [cell.value for cell in sheet["A"][first + 3 :]] == [
        None, "Đơn vị tính: hồ sơ.", "Ô để trống: báo cáo in dấu “–” (không có số liệu hoặc không áp dụng).",
    ]  # fmt: skip


def test_every_figure_stands_with_its_explanation(book: Any) -> None:
    """Id, title, printed, unrounded value, fraction, definition, basis, period and source."""
    sheet = book["Số liệu"]
    row = [cell.value for cell in sheet[body(sheet)]]
    assert row == [
        "f1", "Tỷ lệ đúng hạn", "tỷ lệ", "50,0%", 0.5, 1, 2, "Đúng hạn trên tổng số.", "Thông tư 01", None, "Kho", None,
    ]  # fmt: skip


def test_what_must_be_known_stands_on_every_sheet(book: Any) -> None:
    """A sheet copied out of the workbook still says that its figures are provisional."""
    assert all("Số liệu tạm thời đến ngày 14/6/2024" in words(sheet) for sheet in book)


def test_the_scorecard_is_grouped_with_its_counts() -> None:
    """Each group with its criteria: numerator, denominator, rate, points, maximum, loss; what has no counts is blank."""
    key = {
        "kind": "score",
        "province": "ha-tinh",
        "period": "2022@calendar",
        "unit": None,
        "on": None,
        "part": "value",
    }
    figures = {
        "f1": Figure(
            {**key, "of": "ONLINE_DOSSIER", "as": "rate"}, "Hồ sơ trực tuyến", "rate", 0.125, 10825, 86604
        ),
        "f2": Figure(
            {**key, "of": "ONLINE_DOSSIER", "as": "score"}, "Điểm", "points", 1.5, 1.5, 6, decimals=2
        ),
        "f3": Figure({**key, "of": "DVCTT", "as": "score"}, "Điểm nhóm", "points", 3.4, 3.4, 12, decimals=2),
        "f4": Figure(
            {**key, "of": "DVCTT", "as": "score", "unit": "xa-a"}, "Điểm", "points", 1.1, decimals=2
        ),
    }
    made = read(xlsx(report(figures=figures, province="ha-tinh", period="2022@calendar")))
    sheet = made["Bảng điểm theo nhóm"]
    rows = {row[0].value: [cell.value for cell in row[1:]] for row in sheet.iter_rows(min_row=body(sheet))}
    assert rows["Hồ sơ nộp trực tuyến"] == [10825, 86604, 0.125, 1.5, 6, None]
    assert rows["Cung cấp dịch vụ công trực tuyến"] == [None, None, None, 3.4, 12, None]
    assert rows["Tổng điểm"] == [None, None, None, None, 100, None]
    titles = list(rows)
    group = titles.index("Cung cấp dịch vụ công trực tuyến")
    assert titles.index("Hồ sơ nộp trực tuyến") in range(group + 1, titles.index("Thanh toán trực tuyến"))


def test_the_same_document_gives_the_same_bytes(document: Document) -> None:
    """Nothing of the clock, the machine or a run before is in the file."""
    made = xlsx(document)
    assert xlsx(document) == made
    core = parts(made)["docProps/core.xml"]
    assert set(re.findall(r"\d{4}-\d\d-\d\dT[^<]*", core)) == {"2024-06-14T00:00:00Z"}
    assert "<dc:creator></dc:creator>" in core


# ── hostile and awkward data ─────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def hostile() -> dict[str, str]:
    """The XML files of a workbook in which every name is hostile."""
    columns = [[column(name, "left", name), column("Số")] for name in HOSTILE]
    rows = [[([text_cell(name), text_cell("1")]), ("group", [text_cell(name)])] for name in HOSTILE]
    blocks: list[Any] = []
    for i, name in enumerate(HOSTILE):
        blocks.append({"type": "appendix", "number": name[:4], "title": name, "landscape": True})
        blocks.append(table(columns[i], rows[i], caption=name, notes=[name]))
    figures = {
        f"f{i}": rate(1, 3, definition=name, source=name, legal_basis=name) for i, name in enumerate(HOSTILE)
    }
    head = {
        "type": "letterhead",
        "body": HOSTILE[0],
        "kind": HOSTILE[1],
        "subject": HOSTILE[2],
        "draft": True,
    }
    notices = [
        {"type": "notice", "kind": "missing", "runs": [{"t": "text", "s": name}]} for name in HOSTILE[:3]
    ]
    told = {
        "title": HOSTILE[10],
        "period_text": HOSTILE[11],
        "province_name": HOSTILE[12],
        "command": HOSTILE[17],
    }
    return parts(xlsx(report(head, *notices, *blocks, figures=figures, **told)))


def test_no_name_is_obeyed(hostile: dict[str, str]) -> None:
    """No formula, no link out of the workbook, no macro, no part from elsewhere."""
    assert not any("<f>" in text or "<f " in text for text in hostile.values())
    assert not any("TargetMode" in text for text in hostile.values())
    assert not any(re.search(r"vba|external|query|connection", name, re.IGNORECASE) for name in hostile)
    named = re.findall(r"<definedName [^>]*>([^<]*)<", hostile["xl/workbook.xml"])
    assert named
    assert [one for one in named if not re.fullmatch(r"'[^']+'!\$?[A-Z]*\$?\d+:\$?[A-Z]*\$?\d+", one)] == []


@pytest.mark.parametrize("name", HOSTILE)
def test_every_name_is_kept(name: str, hostile: dict[str, str], names_in: set[str]) -> None:
    """As it may be printed, on every sheet that has it."""
    kept = "\n".join(map(printable, name.split("\n"))).strip()
    assert kept in names_in


@pytest.fixture(scope="module")
def names_in(hostile: dict[str, str]) -> set[str]:
    """The strings of that workbook, without space around them."""
    import xml.etree.ElementTree as Tree

    tag = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}t"
    texts = (text.text or "" for text in Tree.fromstring(hostile["xl/sharedStrings.xml"]).iter(tag))
    return {text.replace("_x005F_", "_").strip() for text in texts}  # what would read as an escape is escaped


def test_a_formula_stays_words_when_somebody_edits_it(hostile: dict[str, str]) -> None:
    """Cells that begin like a formula carry the mark that Excel itself puts before words."""
    assert 'quotePrefix="1"' in hostile["xl/styles.xml"]


@pytest.mark.parametrize("name", [*HOSTILE, "", "'", "History", "x" * 300, "🏛️" * 40, "A/B:C[D]*?\\"])
def test_names_of_sheets_follow_the_rules_of_excel(name: str) -> None:
    """At most 31 units, no forbidden sign, no quote at an end, none twice whatever the case."""
    made = sheet_names([(name, ""), (name.upper(), name), (name, "I")])
    assert len({one.casefold() for one in made}) == 3
    for one in made:
        assert 0 < len(one.encode("utf-16-le")) // 2 <= LONGEST
        assert not re.search(r"[\[\]:*?/\\\x00-\x1f]", one)
        assert not one.startswith("'") and not one.endswith("'")


def test_names_are_cut_between_words() -> None:
    """A long caption keeps whole words and shows that it was cut."""
    assert shortened("Kết quả giải quyết thủ tục hành chính", 20) == "Kết quả giải quyết…"
    assert shortened("Kết quả", 20) == "Kết quả"


def test_awkward_tables_are_written() -> None:
    """One column, no rows, a short row, sixty columns, a text longer than a cell holds, no letterhead and no date."""
    wide = [column(f"Cột {i}", "right", f"Nhóm {i // 7}") for i in range(60)]
    document = report(
        table([column("Một", "left")], []),
        table([column("Một", "left")], [[text_cell("dài " * 12_000)]]),
        table(wide, [[text_cell(str(i), value=i) for i in range(60)], ("group", [text_cell("Nhóm")])]),
        table([column("A", "left"), column("B")], [[text_cell("thiếu")]]),
        table([], []),  # no columns: no sheet
        date=None, data_version=None, period=None, province_name=None,
    )  # fmt: skip
    made = read(xlsx(document))
    assert len(made.sheetnames) == 6
    long = made.worksheets[2][f"A{body(made.worksheets[2])}"].value
    assert long.startswith("dài dài") and long.endswith("xem báo cáo)")
    assert [cell.value for cell in made.worksheets[3][body(made.worksheets[3])]] == list(range(60))
    bounds = range_boundaries(made.worksheets[3].print_area.rpartition("!")[2].replace("$", ""))
    assert bounds[2] == 60


def test_the_review_of_the_exporters_is_written(review: Document) -> None:
    """The report every exporter is tested with: its two tables, 903 figures, marks of synthetic and provisional data."""
    made = read(xlsx(review))
    assert [sheet.max_row for sheet in made.worksheets[1:]][-1] > len(review["figures"])
    assert all(any("DỮ LIỆU MÔ PHỎNG" in text for text in words(sheet)) for sheet in made)
    assert "DỮ LIỆU MÔ PHỎNG" in made.worksheets[1].oddHeader.right.text


def test_words_are_written_as_words_only() -> None:
    """The one way to write words knows nothing else: not the library's guess at what a string may be."""
    assert "write_string" in Sheet.text.__code__.co_names
    assert "write" not in Sheet.text.__code__.co_names
