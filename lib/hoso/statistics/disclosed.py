"""Keys of disclosed results (kết quả công khai của từng cơ quan, đơn vị): which board a report stands on, and its values.

A board stands on a snapshot of the portal or on dossiers, never on both. `hoso verify` reads the same keys on counts made
anew; a withheld value reads as null there too, so a number that should have been withheld is found as a difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from ..vocabulary.errors import NoDataError
from .board import TOTAL, Board, Cell, Listed, Place
from .board_dossiers import of_dossiers
from .board_portal import of_portal
from .ranks import RANKED_FROM

if TYPE_CHECKING:
    from .score_keys import ScoreKeys

__all__ = ["TOTAL", "Board", "Cell", "Listed", "Place", "basis", "board", "read"]


def basis(keys: ScoreKeys) -> date | None:
    """The day of the newest snapshot with units of the period; None where dossiers are to be counted.

    NoDataError where there is neither.
    """
    found = keys.chosen("province", keys.period.id)
    if found is not None and of_portal(found, keys.period) is not None:
        return found.captured_on
    if keys.data is None:
        raise NoDataError(
            f"chưa có số liệu của từng cơ quan, đơn vị của {keys.place.title}, {keys.period.label}",
            expected="hồ sơ, hoặc phản hồi của Cổng Dịch vụ công quốc gia có điểm từng đơn vị",
            remedy=f"chạy: hoso import TỆP --province {keys.place.slug}",
        )
    return None


def board(keys: ScoreKeys, on: date | None) -> Board:
    """The board of the keys' place and period: of the snapshot taken last up to a day, or (None) of the dossiers."""
    found: Board = keys.once(("board", on), lambda: _board(keys, on))
    return found


def _board(keys: ScoreKeys, on: date | None) -> Board:
    if on is None:
        assert keys.data is not None
        return of_dossiers(keys.data, keys.period, keys.count)
    snapshot = keys.chosen("province", keys.period.id, on)
    found = None if snapshot is None else of_portal(snapshot, keys.period)
    assert found is not None
    return found


def read(keys: ScoreKeys, key: Mapping[str, Any]) -> float | None:
    """The value of a key: points, counts, a rank of a place, or how many units there are of a kind; null where withheld."""
    own = board(keys, date.fromisoformat(key["on"]) if key["on"] else None)
    if key["as"] in _TALLIES:
        return float(_TALLIES[key["as"]](own, key))
    return _value(own, key)


def _value(own: Board, key: Mapping[str, Any]) -> float | None:
    cell, part = own.cell((key["level"], key["unit"]), key["of"]), key["part"]
    if key["as"] == "rank":
        found = own.ranks.get(key["unit"])
        return None if found is None else float(found[part == "denominator"])
    if key["as"] == "score":
        if cell.points is None:
            return None
        return float(own.max(key["of"])) if part == "denominator" else cell.points / 100
    if part != "value":
        return cell.numerator if part == "numerator" else cell.denominator
    known = cell.numerator is not None and cell.denominator
    return (cell.numerator or 0) / cell.denominator if known and cell.denominator else None


def _units(own: Board, key: Mapping[str, Any]) -> tuple[Listed, ...]:
    return tuple(unit for unit in own.units if key["level"] in (None, unit.level))


_TALLIES: Final[dict[str, Any]] = {
    "units": lambda own, key: len(_units(own, key)),
    "graded": lambda own, key: own.graded(key["level"], key["grade"]),
    "ranked": lambda own, key: sum(unit.id in own.ranks for unit in _units(own, key)),
    "withheld": lambda own, key: sum(own.withheld(unit) for unit in _units(own, key)),
    "idle": lambda own, key: sum(unit.received == 0 for unit in _units(own, key)),
    "few": lambda own, key: sum(0 < (unit.received or 0) < RANKED_FROM for unit in _units(own, key)),
    "counted": lambda own, key: len(own.counted(key["level"], key["of"])),
    "sharing": lambda own, key: sum(
        own.ranks.get(u.id, (0, 0))[0] == int(key["rank"]) for u in _units(own, key)
    ),
    "summed": lambda own, key: sum(own.sums(unit) is not None for unit in _units(own, key)),
    "unequal": lambda own, key: sum(own.sums(unit) is False for unit in _units(own, key)),
}
"""How many units of a level (None: of all): there are, have a grade, are ranked, have something withheld, had no dossier,
had fewer than ten, have counts of a group, share a rank; have a total and all groups, and a total that these do not make."""
