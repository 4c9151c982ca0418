"""Writes small exports and reads them."""

from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from hoso.records.intake import Batch, read
from tests.records.intake.exports import HEADERS, Rows, csv_text


@pytest.fixture
def read_csv(tmp_path: Path) -> Callable[..., list[Batch]]:
    """Writes rows under the usual header, or text, or bytes, and reads them."""

    def write_and_read(content: Rows | str | bytes, separator: str = ",") -> list[Batch]:
        if not isinstance(content, str | bytes):
            content = csv_text([HEADERS, *content], separator)
        path = tmp_path / "kết xuất.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return list(read(path))

    return write_and_read


@pytest.fixture
def write_xlsx(tmp_path: Path) -> Callable[..., Path]:
    """Writes sheets of cells (None is no cell) to a workbook."""

    def write(sheets: dict[str, Rows], name: str = "kết xuất.xlsx") -> Path:
        path = tmp_path / name
        with xlsxwriter.Workbook(path, {"default_date_format": "dd/mm/yyyy hh:mm"}) as book:
            for title, rows in sheets.items():
                sheet = book.add_worksheet(title)
                for number, cells in enumerate(rows):
                    for column, cell in enumerate(cells):
                        if cell is not None:
                            sheet.write(number, column, cell)
        return path

    return write
