"""The first sheet (Giới thiệu): what the report is, what must be known before any figure, its sheets, how to read them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from hoso.delivery.export.document import Document
from hoso.delivery.export.workbook.cells import Typed, safe, words
from hoso.delivery.export.workbook.sheet import MARK, Sheet, prints
from hoso.delivery.export.workbook.widths import height, lines
from hoso.delivery.outputs import WITHHELD
from hoso.presentation.figures import MISSING
from hoso.presentation.markdown import Block

TITLE: Final = "Giới thiệu"
_WIDTHS: Final = (33, 62, 10)
_WHOLE: Final = sum(_WIDTHS)
_LINK: Final[dict[str, Any]] = {"font_color": "#0B5394", "underline": 1, "text_wrap": True}
_READING: Final = (
    "Ô số giữ giá trị chưa làm tròn để tính tiếp, hiển thị đúng như báo cáo in; không ô nào chứa công thức.",
    f"Ô để trống: báo cáo in dấu “{MISSING}” (không có số liệu hoặc không áp dụng); khác với số 0.",
    "Dòng in đậm, nền xám là dòng tổng hoặc nhóm. Ghi chú của bảng ở ngay dưới bảng.",
    "Trang tính “Số liệu”: mọi số liệu báo cáo in ra, cách tính, căn cứ và nguồn của từng số liệu.",
)
_HIDDEN: Final = f"Dấu “{WITHHELD}”: số liệu không công bố; tệp này cũng không chứa giá trị của ô đó."


@dataclass(frozen=True)
class Listed:
    """A sheet of the workbook as the first one lists it."""

    name: str
    title: str
    rows: int


def marks(document: Document) -> list[str]:
    """What must be known before any figure: synthetic or provisional data, what lacks or failed, as page 1 says it."""
    found = [block for block in document["blocks"] if block["type"] == "notice"]
    return [text for block in found if (text := words(block["runs"], document["figures"]))]


def write(page: Sheet, document: Document, listed: Sequence[Listed]) -> None:
    """The sheet; `listed` are the others, each linked."""
    for i, width in enumerate(_WIDTHS):
        page.sheet.set_column(i, i, width)
    head: Block = next((block for block in document["blocks"] if block["type"] == "letterhead"), {})
    row = _opening(page, document, head)
    for name, cell in _facts(document, head):
        page.text(row, 0, name, bold=True)
        page.cell(row, 1, cell, "", "left")
        if isinstance(cell.value, str):
            page.sheet.set_row(row, height(lines(cell.value, _WIDTHS[1])))
        row += 1
    row = _contents(page, listed, row + 1)
    row = _reading(page, document, row + 1)
    page.sheet.hide_gridlines(2)
    prints(page, bool(document["synthetic"]), upright=True)
    page.sheet.print_area(0, 0, row - 1, 2)


def _opening(page: Sheet, document: Document, head: Block) -> int:
    kind = safe(head.get("kind") or "").strip()
    page.across(0, 2, f"PHỤ LỤC SỐ LIỆU{f' CỦA {kind}' if kind else ''}", _WHOLE, bold=True, font_size=16)
    page.across(1, 2, safe(document["title"]), _WHOLE, bold=True, font_size=13)
    told = marks(document)
    for row, mark in enumerate(told, 2):
        page.across(row, 2, mark, _WHOLE, **MARK)
    return len(told) + 3


def _facts(document: Document, head: Block) -> Iterator[tuple[str, Typed]]:
    version, day = document.get("data_version"), document.get("date")
    told = {
        "Cơ quan": head.get("body"),
        "Địa phương": document.get("province_name"),
        "Kỳ báo cáo": document.get("period_text"),
        "Tình trạng": "DỰ THẢO" if head.get("draft") else None,
    }
    yield from ((name, Typed(safe(text))) for name, text in told.items() if text)
    if day:
        yield "Số liệu đến ngày", Typed(date.fromisoformat(day), r"dd\/mm\/yyyy")
    if version is not None:
        yield "Phiên bản dữ liệu", Typed(version, "0")
    if document.get("command"):
        yield "Lập lại bằng lệnh", Typed(safe(document["command"]))


def _contents(page: Sheet, listed: Sequence[Listed], row: int) -> int:
    """The other sheets: a link inside the workbook, the whole title, how many rows."""
    for i, title in enumerate(("Trang tính", "Nội dung", "Số dòng")):
        page.text(row, i, title, "head")
    for at, one in enumerate(listed, row + 1):
        style = page.styles.of("normal", **_LINK)
        page.sheet.write_url(at, 0, f"internal:'{one.name}'!A1", style, one.name)
        page.text(at, 1, one.title, "normal", text_wrap=True)
        page.cell(at, 2, Typed(one.rows, "#,##0"), "normal", "right")
        page.sheet.set_row(at, height(max(lines(one.title, _WIDTHS[1]), lines(one.name, _WIDTHS[0]))))
    return row + 1 + len(listed)


def _reading(page: Sheet, document: Document, row: int) -> int:
    page.text(row, 0, "Cách đọc", bold=True)
    notes = [*_READING, *([_HIDDEN] if _withholds(document) else [])]
    for at, note in enumerate(notes, row + 1):
        page.across(at, 2, note, _WHOLE)
    return row + len(notes) + 1


def _withholds(document: Document) -> bool:
    tables = [block for block in document["blocks"] if block["type"] == "table"]
    cells = (cell for table in tables for row in table["rows"] for cell in row["cells"])
    return any(run.get("s") == WITHHELD for cell in cells for run in cell["runs"])
