"""The sheet of every figure (Số liệu): what is printed, the value behind it, its fraction and its explanation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from hoso.delivery.export.document import Document
from hoso.delivery.export.workbook.cells import BLANK, Typed, is_number, safe
from hoso.delivery.export.workbook.grid import Column, Grid
from hoso.presentation.figures import MISSING

TITLE: Final = "Số liệu"
_MEASURES: Final = {
    "rate": "tỷ lệ", "days": "số ngày", "count": "số lượng", "points": "điểm", "score": "điểm", "rank": "thứ hạng",
    "grade": "xếp loại",
}  # fmt: skip
_COLUMNS: Final = (
    Column("Mã", "center"), Column("Tên số liệu", "left", widest=34), Column("Loại", "left"),
    Column("In trong báo cáo", "right"), Column("Giá trị chưa làm tròn", "right"), Column("Tử số", "right"),
    Column("Mẫu số", "right"), Column("Cách tính", "left", widest=36), Column("Căn cứ", "left", widest=26),
    Column("Kỳ số liệu", "left", widest=24), Column("Nguồn", "left", widest=28), Column("Ghi chú", "left", widest=24),
)  # fmt: skip
_NOTES: Final = (
    "Mỗi dòng là một số liệu báo cáo in ra, mã như trong figures.json; ô để trống: không có số liệu hoặc không áp dụng.",
)


def figures_grid(document: Document) -> Grid:
    """One row a figure in the order of the report."""
    rows = [("normal", _cells(record)) for record in document["figures"].values()]
    return Grid("Số liệu của báo cáo và cách tính", _COLUMNS, rows, _NOTES, named=1)


def _cells(record: Mapping[str, Any]) -> list[Typed]:
    said = record["printed"] != MISSING  # what prints as a dash has no value here either
    fraction = said and record["key"].get("kind") != "difference" if "key" in record else said
    parts = [_value(record.get(name)) if fraction else BLANK for name in ("numerator", "denominator")]
    share = record.get("measure") == "rate"
    return [
        Typed(record["id"]), _words(record["title"]), _words(_MEASURES.get(record.get("measure", ""), "")),
        _words(record["printed"]) if said else BLANK, _value(record.get("value"), share) if said else BLANK, *parts,
        *(_words(record.get(name)) for name in ("definition", "legal_basis", "period_text", "source")),
        _words("; ".join(record.get("notes") or ())),
    ]  # fmt: skip


def _words(text: str | None) -> Typed:
    return Typed(safe(text)) if text else BLANK


def _value(value: float | None, share: bool = False) -> Typed:
    """A number with every digit it has."""
    if value is None or not is_number(value):
        return BLANK
    if share:
        return Typed(value, "0.0#########%")
    return Typed(value, "#,##0" if float(value).is_integer() else "#,##0.0#########")
