"""Tables of the scorecard: groups, criteria by lost points, plans, accounts, methods, units with their ranks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

import pandas as pd

from ..statistics.score_keys import TOTAL
from ..statistics.scorecard.scored import ScoredGroup
from ..vocabulary import numbers
from .display import Block, Display
from .figured_table import Cell, Column, Row, column, figured, table, text
from .figures import Figure, Key
from .score_plan import Accounts, Plan
from .scores import Line, Scores, rule_text

_BASIS: Final = {
    "counts": "số đếm", "printed": "điểm công bố", "constant": "cố định", "missing": "thiếu số liệu",
    "mixed": "số đếm, điểm công bố",
}  # fmt: skip
_DASH: Final = "Dấu “–”: nguồn không có số liệu."


def groups(scores: Scores, identifier: str, caption: str) -> Display:
    """One row a group: points, maximum, lost points, rank among the provinces where known, basis; the total last."""
    columns: list[Column] = [
        ("n", "STT", "center", 1.0), ("title", "Nhóm chỉ số", "left", 5.6), ("score", "Điểm", "right", 1.5),
        ("max", "Tối đa", "right", 1.5), ("lost", "Điểm mất", "right", 1.7), ("rank", "Thứ hạng", "right", 1.7),
        ("basis", "Căn cứ tính điểm", "left", 3.0),
    ]  # fmt: skip
    rows: list[tuple[str, list[Cell]]] = [
        ("normal", [str(i), g.title, g.score, _most(g.score), g.lost, _rank(scores, g), _basis(g)])
        for i, g in enumerate(scores.groups, 1)
    ]
    rank = None if scores.rank.missing else replace(scores.rank, denominator=None)
    rows.append(("total", ["", "Tổng điểm", scores.total, _most(scores.total), scores.lost, rank, ""]))
    notes = [
        "Số đếm: điểm tính lại từ tử số, mẫu số. Điểm công bố: điểm nhóm do Cổng Dịch vụ công quốc gia công bố."
    ]
    return _table(scores, identifier, caption, columns, rows, [*notes, _DASH])


def _rank(scores: Scores, group: Line) -> Cell:
    return None if scores.country_day is None else scores.country_rank(group.id, scores.country_day)


def _basis(group: Line) -> str:
    return _BASIS[group.scored.stands_on if isinstance(group.scored, ScoredGroup) else group.scored.basis]


def criteria(scores: Scores, identifier: str, caption: str) -> Display:
    """One row a criterion, the greatest loss first, then those that lose nothing, then those without counts."""
    columns: list[Column] = [
        ("n", "STT", "center", 1.0), ("title", "Tiêu chí", "left", 5.6), ("top", "Tử số", "right", 1.8),
        ("bottom", "Mẫu số", "right", 1.8), ("rate", "Tỷ lệ", "right", 1.5), ("score", "Điểm", "right", 1.4),
        ("max", "Tối đa", "right", 1.3), ("lost", "Điểm mất", "right", 1.5),
    ]  # fmt: skip
    losing = scores.losing
    rest = sorted((c for c in scores.criteria if c not in losing), key=lambda c: c.score.value is None)
    rows: list[tuple[str, list[Cell]]] = [
        ("normal", [str(i), line.title, *_rate(line), line.score, _maximum(line), line.lost])
        for i, line in enumerate([*losing, *rest], 1)
    ]
    return _table(scores, identifier, caption, columns, rows, [_DASH])


def _rate(line: Line) -> list[Cell]:
    return [None, None, None] if line.rate is None else [line.rate.top, line.rate.bottom, line.rate]


def _maximum(line: Line) -> Cell:
    return str(line.scored.max) if line.score.value is None else _most(line.score)


def _most(figure: Figure) -> Cell:
    return figure.bottom if figure.denominator else None


def plans(steps: Sequence[Plan], identifier: str, caption: str) -> Display:
    """One block a grade that can be reached: each criterion with what to add and what it brings; nothing without plans."""
    columns: list[Column] = [
        ("n", "STT", "center", 1.0), ("title", "Tiêu chí", "left", 6.0), ("added", "Cần thêm", "right", 2.0),
        ("gain", "Điểm tăng thêm", "right", 2.0), ("after", "Điểm nếu thêm đủ", "right", 2.0),
    ]  # fmt: skip
    reached = [plan for plan in steps if plan.reached]
    if not reached:
        return Display([])
    rows: list[tuple[str, list[Cell]]] = []
    for plan in reached:
        rows.append(("total", ["", f"Để xếp loại {plan.title}", None, plan.lacking, plan.after]))
        rows += [("normal", [str(i), *step]) for i, step in enumerate(plan.steps, 1)]
    note = (
        "Phương án cần thêm ít nhất tính theo số hồ sơ, thủ tục, phản ánh, quyết định của từng tiêu chí, coi công sức cho "
        "mỗi việc như nhau; tiêu chí chỉ có điểm công bố hoặc không có số đếm được giữ nguyên."
    )
    return _table(reached[0].scores, identifier, caption, columns, rows, [note])


def accounts(known: Accounts, identifier: str, caption: str, count: int = 10) -> Display:
    """The units with the smallest share of staff with an account, and the province."""
    columns: list[Column] = [
        ("n", "STT", "center", 1.0), ("title", "Cơ quan, đơn vị", "left", 6.0), ("top", "Đã đăng ký", "right", 2.0),
        ("bottom", "Số người làm việc", "right", 2.2), ("rate", "Tỷ lệ", "right", 1.8),
    ]  # fmt: skip
    rows: list[tuple[str, list[Cell]]] = [
        ("normal", [str(i), name, f.top, f.bottom, f]) for i, (name, f) in enumerate(known.lowest(count), 1)
    ]
    if not known.known:
        return Display([])
    whole = known.staff
    rows.append(
        (
            "total",
            ["", f"Toàn {known.scores.report.kind} (các đơn vị đã báo cáo)", whole.top, whole.bottom, whole],
        )
    )
    return _table(
        known.scores, identifier, caption, columns, rows, ["Cấp huyện gồm cả các đơn vị cấp xã trực thuộc."]
    )


def methods(scores: Scores, identifier: str, caption: str) -> Display:
    """How each criterion is scored, where its counts come from and what is to be known of them."""
    columns: list[Column] = [
        ("n", "STT", "center", 1.0), ("title", "Tiêu chí", "left", 4.4), ("rule", "Cách tính điểm", "left", 6.2),
        ("source", "Nguồn, ghi chú", "left", 5.4),
    ]  # fmt: skip
    rows: list[tuple[str, list[Cell]]] = [
        ("normal", [str(i), line.title, rule_text(row.criterion), _origin(line, row.notes)])
        for i, (line, row) in enumerate(zip(scores.criteria, scores.scored.criteria, strict=True), 1)
    ]
    card = scores.scored.card
    basis = f"Căn cứ: {card.legal_basis}. {card.source}."
    return _table(scores, identifier, caption, columns, rows, [basis, f"{card.note}.", f"{card.grade_note}."])


def _origin(line: Line, notes: Iterable[str]) -> str:
    source = "Thiếu số liệu" if line.score.value is None and line.rate is None else line.score.source
    return ". ".join([source, *notes]) + "."


def unit_appendix(scores: Scores, number: str, title: str) -> Display:
    """Starts the appendix of the units; nothing where no snapshot tells of them."""
    told = scores.ranked_units("department") or scores.ranked_units("commune")
    return scores.report.appendix(number, title, landscape=True) if told else Display([])


def units(scores: Scores, identifier: str, caption: str, level: str) -> Display:
    """Every unit of a level in the portal's snapshot: total, groups, rank within the level, movement since the last."""
    titles = ["Tổng điểm", *(g.title for g in scores.groups), "Biến động điểm", "Biến động thứ hạng"]
    columns: list[Column] = [("n", "Hạng", "center", 1.0), ("title", "Cơ quan, đơn vị", "left", 5.0)]
    columns += [(f"c{i}", title, "right", 1.7) for i, title in enumerate(titles)]
    kept = [_unit(scores, unit, name) for unit, name in scores.ranked_units(level)]
    if not kept:
        return Display([])
    notes = ["Đồng điểm thì đồng hạng; thứ hạng xếp trong cùng cấp.", _DASH, *scores.unit_notes]
    body = [column(*one) for one in columns]
    rows: list[Block] = [{"role": "normal", "cells": cells} for cells, _ in kept]
    check = {"kind": "cells", "rows": [keys for _, keys in kept]}
    return Display([table(identifier, caption, body, rows, notes) | {"verify": check}])


def _unit(scores: Scores, unit: str, name: str) -> tuple[list[Block], list[Key | None]]:
    points = [scores.unit_key(unit, group, "score") for group in (TOTAL, *(g.id for g in scores.groups))]
    moved = [scores.unit_movement.key(shown, TOTAL, unit) for shown in ("change", "rank_change")]
    rank = scores.unit_key(unit, TOTAL, "rank")
    cells = [_number(scores, rank, 0), text(name), *(_number(scores, key, 2) for key in points)]
    cells += [_number(scores, key, places, signed=True) for key, places in zip(moved, (2, 0), strict=True)]
    return cells, [rank, None, *points, *moved]


def _number(scores: Scores, key: Key | None, places: int, signed: bool = False) -> Block:
    """A cell of plain text with its value, which `hoso verify` finds again by the table's keys."""
    value = None if key is None else scores.keys.readers[key["kind"]](key)
    if not isinstance(value, int | float) or pd.isna(value):
        return {"runs": [{"t": "text", "s": "–"}], "value": None}
    printed = numbers.decimal(abs(value), places)
    sign = ("+" if value > 0 else "-" if value < 0 else "") if signed else ""
    return {"runs": [{"t": "text", "s": sign + printed}], "value": float(value)}


def _table(
    scores: Scores,
    identifier: str,
    caption: str,
    columns: Sequence[Column],
    rows: Sequence[Row],
    notes: list[str],
) -> Display:
    return figured(scores.report.registry, identifier, caption, columns, rows, notes)
