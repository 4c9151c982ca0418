"""The two tables of a unit's sheet (phiếu của một đơn vị): its indicators, and its groups of the scorecard."""

from __future__ import annotations

from typing import Final

from .display import Display
from .figured_table import Cell, Column, Row, figured
from .figures import Figure, Phrase
from .scores import Scores
from .unit import Sheet
from .unit_work import Measure, Work
from .verdicts import Verdict

_DASH: Final = "Dấu “–”: không có số liệu hoặc không áp dụng."


def indicators(sheet: Sheet, identifier: str, caption: str) -> Display:
    """A row an indicator: the unit, its level and the province as a whole, last year, place, target, what it lacks.

    Of a unit without dossiers the counts alone, beside those of the others.
    """
    work = sheet.work
    if work is None:
        return Display([])
    columns: list[Column] = [
        ("title", "Chỉ tiêu", "left", 5.6), ("own", "Đơn vị", "right", 1.5),
        ("level", sheet.level_title, "right", 1.6), ("province", f"Toàn {sheet.report.kind}", "right", 1.6),
    ]  # fmt: skip
    columns += [("before", "Cùng kỳ năm trước", "right", 1.6)] if work.has_past else []
    columns += [] if work.empty else _PLACED
    columns += _AIMED if _aims(work) else []
    rows: list[Row] = [("normal", _cells(work, m)) for m in (work.counts if work.empty else work.measures)]
    return figured(sheet.report.registry, identifier, caption, columns, rows, _notes(work))


_PLACED: Final[list[Column]] = [("place", "Xếp thứ trong cấp", "right", 1.6)]
_AIMED: Final[list[Column]] = [
    ("target", "Chỉ tiêu giao", "right", 1.6),
    ("lacking", "Còn thiếu", "right", 1.6),
]


def _aims(work: Work) -> bool:
    """Whether there is anything to say of targets."""
    return not work.empty and work.any_target


def _cells(work: Work, measure: Measure) -> list[Cell]:
    cells: list[Cell] = [measure.title, measure.value, _known(measure.level), _known(measure.province)]
    cells += [_known(measure.own.year_ago)] if work.has_past else []
    cells += [] if work.empty else [measure.place]
    return cells + (_aimed(measure.verdict) if _aims(work) else [])


def _known(figure: Figure | None) -> Figure | None:
    """A figure that has a value: of no dossiers there is nothing to explain."""
    return None if figure is None or figure.value is None else figure


def _aimed(verdict: Verdict | None) -> list[Cell]:
    """The target, and the dossiers lacking to it."""
    if verdict is None or verdict.kind == "no_target":
        return [None, None]
    lacking: Cell = "đạt" if verdict.kind == "met" else None
    if verdict.kind == "not_met" and verdict.lacking.value is not None:
        lacking = Phrase((verdict.lacking, " hồ sơ"))
    return [verdict.aim, lacking]


def _notes(work: Work) -> list[str]:
    notes = [
        f"Đơn vị tính: hồ sơ, %. Số liệu của cấp và toàn {work.report.kind} cộng từ hồ sơ của mọi đơn vị, không lấy bình "
        "quân tỷ lệ."
    ]
    if not work.empty and any(measure.few for measure in work.rates):
        notes[0] += " Tỷ lệ tính trên dưới mười hồ sơ được ghi bằng phân số, không xếp hạng."
    if not work.has_past:
        notes[0] += " Chưa có số liệu cùng kỳ năm trước để so sánh."
    return [f"{notes[0]} {_DASH}", f"Nguồn: {work.report.source_text}."]


def groups(sheet: Sheet, identifier: str, caption: str) -> Display:
    """A row a group of the scorecard: points, maximum, the unit in the middle, the place, what moved; the total last."""
    scores = sheet.scores
    if scores is None:
        return Display([])
    columns: list[Column] = [
        ("title", "Nhóm chỉ số", "left", 4.8), ("score", "Điểm", "right", 1.4), ("max", "Tối đa", "right", 1.3),
        ("middle", f"Đơn vị đứng giữa {sheet.level_title.lower()}", "right", 2.2),
        ("place", "Xếp thứ trong cấp", "right", 1.7),
    ]  # fmt: skip
    if sheet.moved:
        columns += [("moved", "Biến động (điểm)", "right", 1.8), ("places", "Biến động (bậc)", "right", 1.7)]
    rows: list[Row] = [("normal", [title, *sheet.standing(group)]) for group, title in sheet.groups]
    if not sheet.total.missing:
        rows.append(("total", ["Tổng điểm", *sheet.standing("TOTAL")]))
    return figured(sheet.report.registry, identifier, caption, columns, rows, _group_notes(sheet, scores))


def _group_notes(sheet: Sheet, scores: Scores) -> list[str]:
    moved = f" Biến động {scores.unit_movement.since}." if sheet.moved else f" {scores.unit_movement.reason}"
    notes = [
        "Đơn vị đứng giữa: điểm của đơn vị ở giữa bảng xếp theo điểm, không phải bình quân; bằng điểm thì đồng hạng."
        f"{moved} {_DASH}"
    ]
    return notes + ([f"Lưu ý: {'. '.join(map(str, sheet.flags))}."] if sheet.flags else [])
