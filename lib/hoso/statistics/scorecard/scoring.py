"""Scoring (chấm điểm): what given counts are worth under a scorecard.

Order of rounding, as the portal has it: every criterion to two decimals, a group is the sum of its rounded criteria, the
total the sum of its groups (QĐ 766/QĐ-TTg, as scored in 2026).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

from ...vocabulary.errors import InputError
from .definitions import LEVEL_TITLES, Criterion, Group, Level, Scorecard
from .rules import RULES, hundredths
from .scored import Given, Scored, ScoredCriterion, ScoredGroup

NOT_MEASURED: Final = "Không đo ở {level}: 0 điểm, điểm tối đa của nhóm giữ nguyên"
FROM_GROUP: Final = "Lấy điểm công bố của nhóm: thiếu số đếm của tiêu chí thành phần"
INFERRED: Final = "Quy tắc ở {level} suy ra từ điểm nhóm, chưa có số đếm để đối chiếu trực tiếp"


def score(card: Scorecard, level: Level, given: Iterable[Given]) -> Scored:
    """The scorecard of given counts and printed scores; ids may be criteria or groups.

    Counts win over a printed score; a note says where the two differ. InputError for an unknown id, one given twice, counts
    that cannot be (negative, half given, numerator above denominator) or a printed score above the most there is.
    """
    rows = {row.criterion: row for row in _checked(card, list(given))}
    groups = tuple(_group(card, group, level, rows) for group in card.groups)
    return Scored(card, level, groups, tuple(rows.values()))


def points(criterion: Criterion, numerator: float, denominator: float) -> int | None:
    """The points of counts in hundredths; None where a zero denominator gives no score."""
    if denominator == 0:
        return {"null": None, "zero": 0, "full": 100 * criterion.max}[criterion.zero]
    worth = RULES[criterion.rule](
        float(numerator), float(denominator), float(criterion.max), float(criterion.full_at)
    )
    return hundredths(worth)


def _criterion(criterion: Criterion, level: Level, given: Given | None) -> ScoredCriterion:
    row = given or Given(criterion.id)
    if level not in criterion.levels:
        note = NOT_MEASURED.format(level=LEVEL_TITLES[level])
        return ScoredCriterion(criterion, "constant", 0, Given(criterion.id), (note,))
    notes = tuple(note for note in (_note(criterion, level, given), row.note) if note)
    if row.numerator is not None and row.denominator is not None:
        worth = points(criterion, row.numerator, row.denominator)
        return ScoredCriterion(criterion, "counts", worth, row, (*notes, *_differs(row, worth)))
    if row.score is not None:
        return ScoredCriterion(criterion, "printed", hundredths(row.score), row, notes)
    if given is not None and criterion.blank == "full":
        return ScoredCriterion(criterion, "constant", 100 * criterion.max, row, notes)
    return ScoredCriterion(criterion, "missing", None, row, notes if given else ())


def _note(criterion: Criterion, level: Level, given: Given | None) -> str | None:
    if given is not None and level in criterion.inferred:
        return INFERRED.format(level=LEVEL_TITLES[level])
    return criterion.note or None


def _group(card: Scorecard, group: Group, level: Level, rows: dict[str, Given]) -> ScoredGroup:
    criteria = tuple(_criterion(c, level, rows.get(c.id)) for c in card.of_group(group.id))
    printed = rows.get(group.id)
    missing = any(c.basis == "missing" for c in criteria)
    if missing and printed is not None and printed.score is not None:
        notes = tuple(note for note in (FROM_GROUP, printed.note) if note)
        return ScoredGroup(group, criteria, "printed", hundredths(printed.score), printed, notes)
    if not any(c.basis != "missing" and level in c.criterion.levels for c in criteria):
        return ScoredGroup(group, criteria, "missing", None, printed)
    total = sum(c.points or 0 for c in criteria)
    notes = _differs(printed, total) if printed and not missing else ()
    return ScoredGroup(group, criteria, "counts", total, printed, notes)


def _differs(row: Given, worth: int | None) -> tuple[str, ...]:
    if row.score is None or hundredths(row.score) == (worth or 0):
        return ()
    return (f"Nguồn in {row.score:.2f} điểm, tính từ số đếm được {(worth or 0) / 100:.2f}".replace(".", ","),)


def _checked(card: Scorecard, given: list[Given]) -> list[Given]:
    seen: set[str] = set()
    for row in given:
        if fault := _fault(card, row, seen):
            what, expected = fault
            raise InputError(what, where=row.source, expected=expected)
        seen.add(row.criterion)
    return [row for row in given if row.criterion not in card.unscored]


def _fault(card: Scorecard, row: Given, seen: set[str]) -> tuple[str, str] | None:
    """What is wrong with a row, and what was expected."""
    name = row.criterion
    criterion = next((c for c in card.criteria if c.id == name), None)
    most = criterion.max if criterion else next((g.max for g in card.groups if g.id == name), None)
    if most is None:
        return None if name in card.unscored else (f"không có tiêu chí {name}", card.nearest(name))
    if name in seen:
        return f"tiêu chí {name} có hai dòng", "mỗi tiêu chí một dòng"
    if row.score is not None and not 0 <= row.score <= most:
        return f"{name}: điểm {row.score:g} ngoài khoảng", f"từ 0 đến {most}"
    return _count_fault(row, criterion)


def _count_fault(row: Given, criterion: Criterion | None) -> tuple[str, str] | None:
    name, top, bottom = row.criterion, row.numerator, row.denominator
    if top is None and bottom is None:
        return None
    if criterion is None:
        return f"{name} là nhóm, không có tử số, mẫu số", "cột score: điểm công bố của nhóm"
    if top is None or bottom is None:
        return f"{name}: chỉ có {'mẫu số' if top is None else 'tử số'}", "cả hai, hoặc để trống cả hai"
    if not (0 <= top < math.inf and 0 <= bottom < math.inf):
        return f"{name}: số đếm {top:g}/{bottom:g}", "số hữu hạn từ 0 trở lên"
    # In the real rows no numerator exceeds its denominator, but one criterion takes its two counts from two lists.
    if top > bottom and not criterion.may_exceed:
        return f"{name}: tử số {top:g} lớn hơn mẫu số {bottom:g}", "tử số không quá mẫu số"
    return None
