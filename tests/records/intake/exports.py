"""Small exports, made of rows."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl

from hoso.records.intake import Batch

HEADERS = [
    *("STT", "Mã hồ sơ", "Đơn vị giải quyết", "Mã TTHC", "Tên thủ tục hành chính", "Lĩnh vực"),
    *(
        "Hình thức nộp",
        "Trạng thái",
        "Ngày nộp hồ sơ",
        "Ngày tiếp nhận",
        "Ngày hẹn trả",
        "Ngày kết thúc xử lý",
    ),
]
GOOD = [
    *("1", "H22-240105-0001", "Sở Tư pháp", "1.012766", "Cấp phiếu lý lịch tư pháp", "Tư pháp"),
    *("Trực tuyến", "Đã trả kết quả", "05/01/2024", "05/01/2024", "15/01/2024", "10/01/2024 16:00:00"),
]

Rows = Iterable[Sequence[Any]]


def row(**changes: Any) -> list[Any]:
    """A good row with some cells changed, named by the header's words joined with "_"."""
    cells = dict(zip(HEADERS, GOOD, strict=True))
    for name, value in changes.items():
        cells[next(header for header in HEADERS if header.replace(" ", "_") == name)] = value
    return list(cells.values())


def csv_text(rows: Rows, separator: str = ",") -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator="\n").writerows(rows)
    return text.getvalue()


def rows_of(batches: list[Batch]) -> pl.DataFrame:
    return pl.concat([batch.rows for batch in batches])


def rejects_of(batches: list[Batch]) -> pl.DataFrame:
    return pl.concat([batch.rejects for batch in batches])
