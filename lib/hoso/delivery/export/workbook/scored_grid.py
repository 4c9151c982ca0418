"""The scorecard by group (bảng điểm theo nhóm): each criterion's numerator, denominator, rate, points, maximum and loss."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from hoso.delivery.export.document import Document
from hoso.delivery.export.workbook.cells import BLANK, Typed, typed
from hoso.delivery.export.workbook.grid import Column, Grid, Row
from hoso.statistics.scorecard.definitions import Criterion, Group, Scorecard, in_force
from hoso.vocabulary.errors import UsageError
from hoso.vocabulary.periods import Period

TITLE: Final = "Bảng điểm theo nhóm"
_TOTAL: Final = "TOTAL"
_COUNT: Final = "#,##0"
_COLUMNS: Final = (
    Column("Nhóm, tiêu chí", "left"), Column("Tử số", "right"), Column("Mẫu số", "right"), Column("Tỷ lệ", "right"),
    Column("Điểm", "right"), Column("Tối đa", "right"), Column("Điểm mất", "right"),
)  # fmt: skip
_NOTES: Final = (
    "Các tiêu chí xếp theo nhóm của bộ chỉ số; điểm giữ đúng cách làm tròn của Cổng Dịch vụ công quốc gia.",
    "Ô để trống: không có số đếm, hoặc dòng là tổng của nhóm.",
)

Scores = Mapping[tuple[str, str], Mapping[str, Any]]
"""The figures of a scorecard by what they are of (a criterion, a group, TOTAL) and as what they are printed."""


def scored_grid(document: Document) -> Grid | None:
    """The grouped scorecard of a report that prints points of criteria; None of another report."""
    found: Scores = {
        (key["of"], key["as"]): record
        for record in document["figures"].values()
        if (key := record.get("key", {})).get("kind") == "score"
        and key.get("part") == "value"
        and key.get("unit") == document.get("unit")
    }
    card = _card(document)
    if card is None or not any((criterion.id, "score") in found for criterion in card.criteria):
        return None
    notes = (*_NOTES, f"Căn cứ: {card.legal_basis}.")
    return Grid(f"{card.title}: điểm theo nhóm và tiêu chí", _COLUMNS, list(_rows(card, found)), notes)


def _card(document: Document) -> Scorecard | None:
    try:
        return in_force(Period.parse(document["period"]).end) if document.get("period") else None
    except UsageError:  # a period before there was a scorecard
        return None


def _rows(card: Scorecard, found: Scores) -> Iterator[Row]:
    for group in card.groups:
        yield "total", _cells(group, found)
        yield from (("normal", _cells(criterion, found)) for criterion in card.of_group(group.id))
    total = Group(_TOTAL, "Tổng điểm", card.max)
    yield "total", _cells(total, found)


def _cells(line: Group | Criterion, found: Scores) -> list[Typed]:
    rate = found.get((line.id, "rate"))
    counts = [_count(rate, "numerator"), _count(rate, "denominator"), _printed(rate)]
    score, lost = (_printed(found.get((line.id, name))) for name in ("score", "lost"))
    return [Typed(line.title), *counts, score, Typed(line.max, _COUNT), lost]


def _printed(record: Mapping[str, Any] | None) -> Typed:
    if record is None:
        return BLANK
    return typed({"runs": [{"t": "fig", "id": record["id"]}]}, {record["id"]: record})


def _count(record: Mapping[str, Any] | None, part: str) -> Typed:
    value = None if record is None else record[part]
    return BLANK if value is None else Typed(value, _COUNT)
