"""Writes rows of text as .csv and .xlsx files, the same bytes each time."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from .forms import Form

_MADE_ON = datetime(2026, 1, 1)  # a fixed day, so that two runs give the same bytes
_WIDTH = 18


def write_csv(path: Path, rows: pl.DataFrame, form: Form) -> None:
    """A header row and the rows, separated as the form says."""
    named = rows.rename({str(i): header for i, (_, header, _) in enumerate(form.columns)})
    named.write_csv(path, separator=form.separator, include_bom=form.bom)


def write_xlsx(path: Path, rows: pl.DataFrame, form: Form, facts: dict[str, Any]) -> None:
    """Title rows, a header (two merged rows where columns have an upper one), the rows."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"created": _MADE_ON, "title": "Dữ liệu mô phỏng"})
        sheet = book.add_worksheet("Danh sách")
        bold = book.add_format({"bold": True, "align": "center", "border": 1})
        sheet.set_column(0, len(form.columns) - 1, _WIDTH)
        for i, line in enumerate(form.title):
            sheet.write_string(i, 0, line.format(**facts))
        top = _write_header(sheet, form, len(form.title) + 1, bold)
        _write_rows(sheet, rows, form, top, book.add_format({"num_format": "dd/mm/yyyy hh:mm:ss"}))


def _write_header(sheet: Any, form: Form, top: int, bold: Any) -> int:
    """Writes the header row by row (rows once left cannot be written again); gives the row below it."""
    uppers = [upper for upper, _, _ in form.columns]
    for i, (upper, header, _) in enumerate(form.columns):
        if upper is None or i == 0 or uppers[i - 1] != upper:
            sheet.write_string(top, i, upper or header, bold)
        if upper is not None and (i == 0 or uppers[i - 1] != upper):
            last = max(k for k in range(i, len(uppers)) if uppers[i : k + 1] == [upper] * (k + 1 - i))
            sheet.merge_range(top, i, top, last, upper, bold)
    if not any(uppers):
        return top + 1
    for i, (upper, header, _) in enumerate(form.columns):
        if upper is not None:
            sheet.write_string(top + 1, i, header, bold)
    return top + 2


def _write_rows(sheet: Any, rows: pl.DataFrame, form: Form, top: int, date_format: Any) -> None:
    typed = set(form.typed)
    dated = {i for i, source in enumerate(form.sources) if source.endswith("_at")} & typed
    text, number = sheet.write_string, sheet.write_number
    for r, row in enumerate(rows.iter_rows(), start=top):
        for c, cell in enumerate(row):
            if cell is None:
                continue
            if c in typed and cell.replace(".", "", 1).isdigit():
                number(r, c, float(cell), date_format if c in dated else None)
            else:
                text(r, c, cell)


def period_words(first: date, last: date) -> dict[str, str]:
    """The days that a title names."""
    return {"start": first.strftime("%d/%m/%Y"), "end": last.strftime("%d/%m/%Y")}
