"""Tables of the public notice: grades by level, the province's criteria, and every unit with groups and criteria.

Tables of units hold plain text: a figure a cell would make 3.000 units too heavy a page. Each column has a key and each row
its unit, so that `hoso verify` finds every number again; of what is withheld it finds nothing, as the reader does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from ..statistics import disclosed
from ..statistics.disclosed import TOTAL, Cell, Listed, Place
from ..statistics.public_tables import REASON, SIGN
from ..statistics.scorecard.definitions import Criterion
from ..vocabulary import numbers
from .disclosure import LEVEL_TITLES, NO_GRADE, Disclosure
from .display import Block, Display, runs
from .figures import MISSING, Figure, Key
from .scores import rule_text

_ROMAN: Final = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII")
_WIDE: Final = 4
"""Criteria side by side on a landscape page; a group with more is cut into several tables."""
_FEW: Final = "Đơn vị có dưới 10 hồ sơ trong kỳ chỉ nêu kết quả, không xếp hạng."


def grades(notice: Disclosure, identifier: str, caption: str) -> Display:
    """How many units of each level have each grade, those without one in a line of their own; all sums are figures."""
    levels = [level for level, _ in notice.levels]
    columns = [
        _column("Xếp loại", "left", 4.0),
        *(_column(LEVEL_TITLES[level], "right", 2.4) for level in levels),
        _column("Tổng số", "right", 2.4),
    ]
    titles: list[str | None] = [*(grade.title for grade in notice.board.card.grades), None]
    sheet = _Sheet(notice)
    for title in titles:
        found = [notice.tally("graded", level, grade=title) for level in (*levels, None)]
        sheet.add("normal", [title or NO_GRADE, *found])
    sheet.add("total", ["Tổng số", *(notice.tally("units", level) for level in (*levels, None))])
    return sheet.display(identifier, caption, columns, _grade_notes(notice))


def _grade_notes(notice: Disclosure) -> list[str]:
    card = notice.board.card
    if not notice.board.whole:
        return ["Chưa xếp loại: điểm chỉ gồm một phần bộ chỉ số, không đủ căn cứ xếp loại."]
    words = "; ".join(f"{g.title}: từ {numbers.decimal(g.at_least, 0)} điểm" for g in card.grades)
    return [f"{words}. {card.grade_note}.", "Đơn vị tính: cơ quan, đơn vị."]


def overview(notice: Disclosure, identifier: str, caption: str) -> Display:
    """The province's groups and criteria: fraction, rate, points, maximum, and the points of each level where counted."""
    levels = [
        (level, title) for level, title in notice.levels if notice.board.cell((level, None), TOTAL) != Cell()
    ]
    columns = [
        _column("Nhóm, tiêu chí", "left", 6.0), _column("Tử số", "right", 1.8), _column("Mẫu số", "right", 1.8),
        _column("Tỷ lệ", "right", 1.6), _column(f"Điểm toàn {notice.report.kind}", "right", 1.7),
        _column("Tối đa", "right", 1.3),
        *(_column(f"Điểm {title[:1].lower()}{title[1:]}", "right", 1.8) for _, title in levels),
    ]  # fmt: skip
    sheet = _Sheet(notice)
    for of, role in _lines(notice):
        score, rate = notice.score(of), notice.rate(of)
        counts: list[str | Figure] = (
            [rate.top, rate.bottom, rate] if rate.bottom.value is not None else [MISSING] * 3
        )
        most = str(notice.board.max(of)) if score.value is None else score.bottom
        sheet.add(
            role, [notice.title(of), *counts, score, most, *(notice.score(of, level) for level, _ in levels)]
        )
    notes = [f"Dấu “{MISSING}”: không có số đếm, hoặc dòng là tổng các tiêu chí.", f"Nguồn: {notice.source}."]
    return sheet.display(identifier, caption, columns, notes) if sheet.rows else Display([])


def _lines(notice: Disclosure) -> Iterator[tuple[str, str]]:
    """Groups with their criteria, then the total, as far as the province has any of them."""
    board = notice.board
    for group in board.groups:
        own = [c for c in board.of_group(group.id) if board.cell((None, None), c.id) != Cell()]
        if own or board.cell((None, None), group.id).points is not None:
            yield group.id, "total"
            yield from ((c.id, "normal") for c in own if len(own) > 1 or c.title != group.title)
    if board.cell((None, None), TOTAL).points is not None:
        yield TOTAL, "total"


def units(notice: Disclosure, identifier: str, number: str, title: str) -> Display:
    """The appendix of all units, a block a level: number, code, name, groups, total, grade, rank within the level."""
    if not notice.known:
        return Display([])
    blocks: list[Block] = [_appendix(number, title)]
    for level, name in notice.levels:
        blocks.append(_units_table(notice, f"{identifier}-{level}", name, level))
    return Display(blocks)


def _units_table(notice: Disclosure, identifier: str, caption: str, level: str) -> Block:
    board = notice.board
    parts = [
        *(_Part(f"{group.title} ({board.max(group.id)})", group.id, "score") for group in board.groups),
        _Part(f"{notice.total_title} ({board.max(TOTAL)})", TOTAL, "score", width=1.9),
        _Part("Hạng", TOTAL, "rank", width=1.3),
    ]
    grade = _column("Xếp loại", "left", 2.2)
    listed = board.of_level(level)
    return _listing(notice, identifier, caption, listed, parts, ("units", level, TOTAL), (grade, _grade))


def _grade(notice: Disclosure, unit: Listed) -> str:
    return notice.board.grade(unit) or NO_GRADE


def criteria(notice: Disclosure, identifier: str, after: int = 2) -> Display:
    """An appendix for each group with counts: every criterion of every unit, a block a level; numbered on from `after`."""
    blocks: list[Block] = []
    groups = [g for g in notice.board.groups if notice.board.of_group(g.id)]
    for number, group in zip(_ROMAN[after:], groups, strict=False):
        title = f"Nhóm {group.title}: từng tiêu chí của từng cơ quan, đơn vị"
        blocks.append(_appendix(number, title))
        blocks += _group_tables(notice, f"{identifier}-{group.id.lower()}", group.id)
    return Display(blocks)


def _group_tables(notice: Disclosure, identifier: str, group: str) -> Iterator[Block]:
    own = notice.board.of_group(group)
    cut = [own[i : i + _WIDE] for i in range(0, len(own), _WIDE)]
    for level, name in notice.levels:
        listed = notice.board.counted(level, group)
        for i, some in enumerate(cut) if listed else ():
            parts = [part for criterion in some for part in _criterion(notice, criterion)]
            if some is cut[-1]:
                parts.append(_Part("Điểm nhóm", group, "score"))
            more = f" ({i + 1}/{len(cut)})" if len(cut) > 1 else ""
            yield _listing(
                notice,
                f"{identifier}-{level}-{i + 1}",
                f"{name}{more}",
                listed,
                parts,
                ("counted", level, group),
            )


def _criterion(notice: Disclosure, criterion: Criterion) -> list[_Part]:
    """Numerator, denominator and points of a criterion under its title."""
    above = f"{criterion.title} (tối đa {notice.board.max(criterion.id)} điểm)"
    counts = [
        _Part(words, criterion.id, "rate", part, 0, above)
        for words, part in (("Tử số", "numerator"), ("Mẫu số", "denominator"))
        if any(
            getattr(notice.board.cell((u.level, u.id), criterion.id), part) is not None
            for u in notice.board.units
        )
    ]
    return [*counts, _Part("Điểm", criterion.id, "score", above=above)]


def methods_appendix(notice: Disclosure, title: str) -> Display:
    """Starts the appendix of methods, the second one, or the first where no unit has anything to publish."""
    return notice.report.appendix(_ROMAN[1 if notice.known else 0], title)


def methods(notice: Disclosure, identifier: str, caption: str) -> Display:
    """How each published criterion is scored, and whether it counts here."""
    columns = [
        _column("STT", "center", 1.0),
        _column("Tiêu chí", "left", 5.0),
        _column("Cách tính điểm", "left", 10.0),
    ]
    card = notice.board.card
    shown = notice.board.criteria or card.criteria
    rows = [
        {"role": "normal", "cells": [_text(str(i)), _text(c.title), _text(rule_text(c))]}
        for i, c in enumerate(shown, 1)
    ]
    notes = [f"Căn cứ: {card.legal_basis}. {card.source}.", f"{card.note}.", f"{card.grade_note}."]
    return Display([_table(identifier, caption, columns, rows, notes)])


# ── tables of units ──────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Part:
    """A column of numbers: what it is titled, and what of each unit stands there."""

    title: str
    of: str
    shown: str
    part: str = "value"
    places: int = 2
    above: str | None = None
    width: float = 1.6

    def key(self, notice: Disclosure) -> Key:
        return notice.key(self.shown, self.of) | {"part": self.part}

    def column(self) -> Block:
        return _column(self.title, "right", self.width, self.above)

    def cell(self, notice: Disclosure, key: Key, unit: Listed) -> Block:
        """The number as it may be read; "…" where it is withheld, "–" where there is none."""
        value = disclosed.read(notice.keys, key | {"level": unit.level, "unit": unit.id})
        if value is not None:
            return _text(numbers.decimal(value, 0 if self.shown == "rank" else self.places)) | {
                "value": value
            }
        place: Place = (unit.level, unit.id)
        hidden = notice.board.cell(place, self.of).withheld
        return _text(SIGN if hidden else MISSING) | {"value": None}


def _listing(
    notice: Disclosure,
    identifier: str,
    caption: str,
    listed: Sequence[Listed],
    parts: Sequence[_Part],
    length: tuple[str, str, str],
    words: tuple[Block, Callable[[Disclosure, Listed], str]] | None = None,
) -> Block:
    """One row a unit; `length` says how many there must be, `words` a column of words before the last one of numbers."""
    keys = [part.key(notice) for part in parts]
    coded = notice.on is not None  # exports name units, only the portal gives each a code
    columns = [_column("STT", "center", 1.0), *([_column("Mã đơn vị", "center", 2.8)] if coded else [])]
    columns += [_column("Tên đơn vị", "left", 5.0), *(part.column() for part in parts)]
    check: list[Key | None] = [*([None] * (2 + coded)), *keys]
    rows = []
    for i, unit in enumerate(listed, 1):
        cells = [_text(str(i)), *([_text(unit.code)] if coded else []), _text(unit.name)]
        cells += [part.cell(notice, key, unit) for part, key in zip(parts, keys, strict=True)]
        rows.append({"role": "normal", "cells": cells})
    if words:
        at = len(columns) - 1
        columns.insert(at, words[0])
        check.insert(at, None)
        for row, unit in zip(rows, listed, strict=True):
            row["cells"].insert(at, _text(words[1](notice, unit)))  # type: ignore[attr-defined]
    shown, level, of = length
    verify = {
        "kind": "keys", "columns": check, "rows": [{"unit": unit.id, "level": level} for unit in listed],
        "length": notice.key(shown, of, level),
    }  # fmt: skip
    return _table(identifier, caption, columns, rows, _unit_notes(notice, rows)) | {"verify": verify}


def _unit_notes(notice: Disclosure, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    printed = {run["s"] for row in rows for cell in row["cells"] for run in cell["runs"]}
    few = [_FEW] if notice.on is None else []  # the portal's scores are ranked whatever stands behind them
    notes = [" ".join(["Đồng điểm thì đồng hạng; thứ hạng xếp trong cùng cấp.", *few])]
    if SIGN in printed:
        notes.append(
            f"Dấu “{SIGN}”: {REASON[:1].lower()}{REASON[1:]}; điểm, thứ hạng dựa trên số đó cũng không công bố."
        )
    if MISSING in printed:
        notes.append(f"Dấu “{MISSING}”: nguồn không có số liệu, hoặc không phát sinh hồ sơ để tính.")
    return [*notes, f"Nguồn: {notice.source}."]


# ── tables of figures ────────────────────────────────────────────────────────────────────────────


class _Sheet:
    """Rows of words and figures, each figure explained where it stands."""

    def __init__(self, notice: Disclosure) -> None:
        self.registry = notice.report.registry
        self.rows: list[Block] = []
        self.used: dict[str, dict[str, Any]] = {}

    def add(self, role: str, cells: Sequence[str | Figure]) -> None:
        self.rows.append({"role": role, "cells": [self._cell(cell) for cell in cells]})

    def _cell(self, content: str | Figure) -> Block:
        if isinstance(content, str):
            return _text(content)
        return {"runs": runs([content], self._id), "value": content.value}

    def _id(self, figure: Figure) -> str:
        plain = replace(figure, year_ago=None)
        name = self.registry.add(plain)
        self.used[name] = self.registry.records[name]
        return name

    def display(self, identifier: str, caption: str, columns: list[Block], notes: list[str]) -> Display:
        return Display([_table(identifier, caption, columns, self.rows, notes)], self.used)


def _appendix(number: str, title: str) -> Block:
    return {"type": "appendix", "number": number, "title": title, "landscape": True}


def _table(
    identifier: str, caption: str, columns: list[Block], rows: Sequence[Mapping[str, Any]], notes: list[str]
) -> Block:
    return {
        "type": "table", "id": identifier, "caption": caption, "number": None, "columns": columns, "rows": list(rows),
        "notes": notes, "numbering": False,
    }  # fmt: skip


def _column(title: str, align: str, width: float, above: str | None = None) -> Block:
    return {"key": "", "title": title, "align": align, "width": width, "group": above}


def _text(text: str) -> Block:
    return {"runs": [{"t": "text", "s": text}]}
