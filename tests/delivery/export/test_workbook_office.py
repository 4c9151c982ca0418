"""The workbook in a real spreadsheet program: LibreOffice opens it and shows every number as the report prints it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hoso.delivery.export.workbook import xlsx
from tests.delivery.export.test_workbook_cells import CASES, FIGURES
from tests.delivery.export.workbook_documents import column, report, table, text_cell

_ENGLISH = str.maketrans(
    ",.", ".,"
)  # the program runs in English; in Vietnamese it sets the signs of that language


def test_numbers_show_as_the_report_prints_them(
    tmp_path: Path, office: Callable[[Path], Path], poppler: Callable[..., str]
) -> None:
    """Typed numbers and words of all kinds, read from the pages it prints; nothing is cut off as "###"."""
    rows = [[text_cell(f"dòng{i}"), cell] for i, (cell, *_) in enumerate(CASES)]
    file = tmp_path / "review.xlsx"
    file.write_bytes(xlsx(report(table([column("Tên", "left"), column("Số")], rows), figures=FIGURES)))
    text = poppler("pdftotext", "-layout", office(file), "-")
    lines = dict(line.split(maxsplit=1) for line in text.splitlines() if line.strip().startswith("dòng"))
    for i, (_, value, printed) in enumerate(CASES):
        expected = printed if isinstance(value, str) else printed.translate(_ENGLISH)
        assert lines[f"dòng{i}"].strip() == expected
    assert "###" not in text
