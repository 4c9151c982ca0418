"""Small documents for the tests of the workbook, and the workbook as the oracle (openpyxl) reads it back."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from hoso.delivery.export.document import Document
from hoso.delivery.export.workbook import xlsx
from hoso.presentation.figures import Figure

ABOUT: dict[str, Any] = {
    "notebook": "review",
    "title": "Kết quả tháng 6",
    "province": "ha-giang",
    "province_name": "tỉnh Hà Giang",
    "period": "2024-06",
    "period_text": "tháng 6 năm 2024 (từ ngày 15/5/2024 đến ngày 14/6/2024)",
    "unit": None,
    "options": {},
    "data_version": 3,
    "data_date": "2024-06-14",
    "synthetic": False,
    "provisional": None,
    "identities": True,
    "command": "hoso report review --province ha-giang --period 2024-06",
    "date": "2024-06-14",
}
RESULT = {
    "kind": "result", "part": "value", "indicator": "on_time_rate", "variant": "06a", "province": "ha-giang", "unit": None,
    "level": None, "field": None, "period": "2024-06",
}  # fmt: skip


def rate(top: float, bottom: float, **more: Any) -> Figure:
    """A rate as the reports make it."""
    return Figure(RESULT, "Tỷ lệ đúng hạn", "rate", top / bottom, top, bottom, **more)


def figure_cell(name: str, value: Any) -> dict[str, Any]:
    return {"runs": [{"t": "fig", "id": name}], "value": value}


def text_cell(words: str, **value: Any) -> dict[str, Any]:
    return {"runs": [{"t": "text", "s": words}], **value}


def column(title: str, align: str = "right", group: str | None = None) -> dict[str, Any]:
    return {"key": "", "title": title, "align": align, "width": None, "group": group}


def table(columns: list[Any], rows: list[Any], **more: Any) -> dict[str, Any]:
    """A table block; a row is its cells, or its role and cells."""
    made = [
        {"role": row[0], "cells": row[1]} if isinstance(row, tuple) else {"role": "normal", "cells": row}
        for row in rows
    ]
    block = {
        "type": "table",
        "id": "bang",
        "caption": "Kết quả",
        "number": None,
        "columns": columns,
        "rows": made,
    }
    return {**block, "notes": [], "numbering": False, **more}


def report(*blocks: dict[str, Any], figures: dict[str, Figure] | None = None, **about: Any) -> Document:
    """A document of these blocks and figures."""
    records = {name: figure.record(name) for name, figure in (figures or {}).items()}
    return {**ABOUT, **about, "blocks": list(blocks), "figures": records}


def read(made: bytes) -> Workbook:
    return load_workbook(io.BytesIO(made))


def body(sheet: Worksheet) -> int:
    """The first row under the frozen head."""
    found = re.fullmatch(r"[A-Z]+([0-9]+)", str(sheet.freeze_panes))
    assert found
    return int(found[1])


def column_of(document: Document, letter: str = "A") -> list[Any]:
    """The cells of one column of the first table."""
    sheet = read(xlsx(document)).worksheets[1]
    rows = next(len(block["rows"]) for block in document["blocks"] if block["type"] == "table")
    return [sheet[f"{letter}{body(sheet) + i}"] for i in range(rows)]


def parts(made: bytes) -> dict[str, str]:
    """The XML files inside a workbook."""
    with zipfile.ZipFile(io.BytesIO(made)) as package:
        return {name: package.read(name).decode() for name in package.namelist()}
