"""Group scores printed side by side in one row, and the traps in them (điểm theo nhóm).

The portal's CLGQ is online service (12) and its TTTT payment (10), against the letters, and another client has them the
other way: the pair is taken by its maxima, over all rows of a response. In the crawler's sheets a group that was not
fetched is 0.0, and satisfaction may be the total less the other five (then above 18 at some units).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from hoso.records.intake.header import where_is
from hoso.records.intake.portal.cells import (
    ABOVE_MAX,
    DERIVED,
    MAXIMA,
    NOT_FETCHED,
    SLACK,
    TOTAL,
    Cell,
    RefusedError,
    number,
    total,
)
from hoso.vocabulary.errors import InputError

Keys = Mapping[str, str]

_PLAIN: Final = {group: group for group in MAXIMA if group != TOTAL} | {"ONLINE": "DVCTT"}
_DOCUMENTED: Final = _PLAIN | {"CLGQ": "DVCTT", "TTTT": "TTTT"}
_SWAPPED: Final = _PLAIN | {"CLGQ": "TTTT", "TTTT": "DVCTT"}
_MANY: Final = 10
_IDLE_MDSH: Final = 2.0  # the certified copy, which everybody is given
_CENT: Final = 0.015
_MESSAGES: Final = {
    ABOVE_MAX: "Điểm vượt điểm tối đa: tính bằng tổng trừ năm nhóm kia, không phải số đo",
    DERIVED: "Tính bằng tổng trừ năm nhóm kia, không phải số đo",
    NOT_FETCHED: "Không lấy được điểm nhóm (tệp ghi 0), không phải 0 điểm",
}


def keys_of(rows: Sequence[Any], path: Path) -> Keys:
    """Which group each key of `groupScores` means in these rows. InputError where neither reading keeps to the maxima."""
    pairs = [scores for scores in map(_scores, rows) if "CLGQ" in scores]
    online, payment = _known(pairs, "CLGQ"), _known(pairs, "TTTT")
    # Over many units services have always brought more points than payments. The other way round, where no value tells by
    # its maximum, the keys may be swapped or the world may have changed: that is not for a program to decide.
    doubtful = len(pairs) >= _MANY and sum(payment) > sum(online)
    if _fits(online, "DVCTT") and _fits(payment, "TTTT") and not doubtful:
        return _DOCUMENTED
    # Read the other way only where the payments of all rows together say so too, not for one wrong number.
    told = not _fits(payment, "TTTT")
    if told and _fits(online, "TTTT") and _fits(payment, "DVCTT") and sum(payment) > sum(online):
        return _SWAPPED
    raise InputError(
        "điểm CLGQ, TTTT đổi chỗ cho nhau" if doubtful else "điểm CLGQ, TTTT vượt điểm tối đa của nhóm",
        where=where_is(path),
        expected="CLGQ là dịch vụ công trực tuyến tối đa 12, TTTT là thanh toán trực tuyến tối đa 10",
        remedy="kiểm tra lại nguồn của tệp",
    )


def derived(rows: Sequence[Any]) -> bool:
    """Whether the satisfaction of a crawler's sheet was not measured: at some unit it is above its maximum."""
    return any(value > MAXIMA["MDHL"] + SLACK for value in _known([_scores(row) for row in rows], "MDHL"))


def payments_fetched(rows: Sequence[Any]) -> bool:
    """Whether the payments of a crawler's sheet came: one response brings those of all units, or of none."""
    return any(value > 0 for value in _known([_scores(row) for row in rows], "TTTT"))


def group_cells(
    row: Mapping[str, Any], keys: Keys, crawled: bool = False, computed: bool = False, paid: bool = False
) -> list[Cell]:
    """A unit's total and its groups; of a crawler's sheet (`crawled`), whose satisfaction may be `computed` and whose
    payments were fetched (`paid`)."""
    own = total(row)
    scores = row.get("groupScores")
    if scores is None:
        return [own]
    if not isinstance(scores, dict):
        raise RefusedError("groupScores", scores, "không phải điểm theo nhóm")
    unknown = next((key for key in scores if key not in keys), None)
    if unknown:
        raise RefusedError("groupScores", unknown, "nhóm không có trong bộ chỉ số")
    found = [_group(keys[key], number(scores, key), computed) for key in scores]
    return [own, *(_fetched(found, own.score, computed, paid) if crawled else found)]


def _group(group: str, score: float | None, computed: bool) -> Cell:
    flag = None
    if computed and group == "MDHL" and score is not None:
        flag = ABOVE_MAX if score > MAXIMA[group] + SLACK else DERIVED
    return _flagged(Cell(group, score=score, max=MAXIMA[group], quality_flag=flag))


def _fetched(found: list[Cell], whole: float | None, computed: bool, paid: bool) -> list[Cell]:
    """Zeros that are no score become null. A zero stands where the total, which has another source, is the sum of the
    groups, where the unit was idle, and for payments that others have: units without procedures that cost a fee get none."""
    score = {cell.group: cell.score or 0.0 for cell in found}
    adds_up = whole is not None and abs(whole - sum(score.values())) < _CENT
    active = (
        any(score.get(group, 0.0) > 0 for group in ("TDGQ", "DVCTT", "TTTT"))
        or score.get("MDSH", 0) > _IDLE_MDSH
    )
    if (adds_up and not computed) or (adds_up and not active):
        return found
    return [
        _flagged(replace(cell, score=None, quality_flag=NOT_FETCHED))
        if cell.score == 0 and not (paid and cell.group == "TTTT")
        else cell
        for cell in found
    ]


def _flagged(cell: Cell) -> Cell:
    return replace(cell, quality_message=_MESSAGES[cell.quality_flag]) if cell.quality_flag else cell


def _scores(row: Any) -> Mapping[str, Any]:
    scores = row.get("groupScores") if isinstance(row, dict) else None
    return scores if isinstance(scores, dict) else {}


def _known(rows: Sequence[Mapping[str, Any]], key: str) -> list[float]:
    values = (row.get(key) for row in rows)
    return [float(v) for v in values if isinstance(v, int | float) and not isinstance(v, bool)]


def _fits(values: Sequence[float], group: str) -> bool:
    return all(value <= MAXIMA[group] for value in values)
