"""Numbers of all provinces together in a portal snapshot (số liệu cả nước): means, spread, grades, who rose and who fell.

They are read by keys of the kind `country`, so that `hoso verify` finds each again: `as` says which number, `group` of the
total (TOTAL) or a group, `on` in which snapshot. Scores are averaged here only, as the portal does for its line "Cả nước".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from ..vocabulary.places import provinces
from .scorecard.definitions import in_force
from .scorecard.rules import hundredths
from .scorecard.totals import country
from .snapshots import Snapshot

if TYPE_CHECKING:
    from .score_keys import ScoreKeys

Key = dict[str, Any]
Value = float | str | None
TOTAL: Final = "TOTAL"
LINE: Final = "line"


def read(keys: ScoreKeys, key: Key) -> Value:
    """The value of a key: a number of all provinces, the grade of one (`as` grade), or a count of those that moved."""
    if key["as"] in _MOVES:
        return _moves(keys, key)
    found = keys.chosen("country", key["period"], date.fromisoformat(key["on"]))
    if found is None:
        return None
    table = keys.table("country", key["period"], date.fromisoformat(key["on"]))
    if key["as"] == "grade":
        return _grade(scores(table, TOTAL).get(key["unit"]), found)
    if key.get("part") == "denominator":
        return _whole(table, key, found)
    return _NUMBERS[key["as"]](table, key, found)


def scores(table: pd.DataFrame, group: str) -> Mapping[str, float]:
    """The measured scores of a group by province id."""
    rows = table[(table["group"] == group) & ~table["unmeasured"].astype(bool)].dropna(subset="score")
    return {str(unit): float(score) for unit, score in zip(rows["unit"], rows["score"], strict=True)}


def line(table: pd.DataFrame) -> float | None:
    """The portal's own way to its line "Cả nước": means of its axes, rounded, then added up; None where a group lacks."""
    by_group = {group: scores(table, group) for group in set(table["group"]) - {TOTAL}}
    units = set.intersection(*(set(own) for own in by_group.values())) if by_group else set()
    if not units or any(len(own) != len(units) for own in by_group.values()):
        return None
    return country({group: own[unit] for group, own in by_group.items()} for unit in sorted(units))[TOTAL]


# ── one snapshot ─────────────────────────────────────────────────────────────────────────────────


def _known(table: pd.DataFrame, key: Key, _: Snapshot) -> float:
    return float(len(scores(table, key["group"])))


def _mean(table: pd.DataFrame, key: Key, _: Snapshot) -> float | None:
    """The mean, unrounded, of scores that have two decimals."""
    own = scores(table, key["group"])
    return sum(hundredths(score) for score in own.values()) / len(own) / 100 if own else None


def _highest(table: pd.DataFrame, key: Key, _: Snapshot) -> float | None:
    return max(scores(table, key["group"]).values(), default=None)


def _lowest(table: pd.DataFrame, key: Key, _: Snapshot) -> float | None:
    return min(scores(table, key["group"]).values(), default=None)


def _spread(table: pd.DataFrame, key: Key, _: Snapshot) -> float | None:
    own = [hundredths(score) for score in scores(table, key["group"]).values()]
    return (max(own) - min(own)) / 100 if own else None


def _lost(table: pd.DataFrame, key: Key, found: Snapshot) -> float | None:
    """What the mean lacks of the maximum."""
    mean, most = _mean(table, key, found), _most(table, key["group"])
    return None if mean is None or most is None else most - mean


def _graded(table: pd.DataFrame, key: Key, found: Snapshot) -> float:
    """How many provinces have a grade."""
    return float(sum(_grade(total, found) == key["grade"] for total in scores(table, TOTAL).values()))


def _noted(_: pd.DataFrame, key: Key, found: Snapshot) -> float:
    """How many values of the snapshot stand under a quality flag."""
    return float((found.rows["quality_flag"] == key["flag"]).sum())


_NUMBERS: Final[dict[str, Callable[[pd.DataFrame, Key, Snapshot], float | None]]] = {
    "provinces": _known, "mean": _mean, "highest": _highest, "lowest": _lowest, "spread": _spread, "lost": _lost,
    "graded": _graded, "flags": _noted, LINE: lambda table, _, __: line(table),
}  # fmt: skip


def _grade(total: float | None, found: Snapshot) -> str | None:
    return None if total is None else in_force(found.period.end).grade(total)


def _most(table: pd.DataFrame, group: str) -> float | None:
    rows = table.loc[table["group"] == group, "max"].dropna()
    return float(rows.iloc[0]) if len(rows) else None


def _whole(table: pd.DataFrame, key: Key, found: Snapshot) -> float | None:
    """Of how much: provinces of all there are or of those with a total, points of the maximum."""
    if key["as"] == "provinces":
        return float(len(provinces("34", found.captured_on)))
    if key["as"] == "graded":
        return _known(table, key | {"group": TOTAL}, found)
    return _most(table, key["group"])


# ── two snapshots ────────────────────────────────────────────────────────────────────────────────

_MOVES: Final[dict[str, Callable[[float], bool]]] = {
    "rose": lambda change: change > 0, "fell": lambda change: change < 0, "still": lambda change: change == 0,
}  # fmt: skip


def _moves(keys: ScoreKeys, key: Key) -> float | None:
    """How many provinces rose, fell or stayed between two snapshots of one basis; None where they do not compare."""
    sides = (date.fromisoformat(key[side]) for side in ("before", "after"))
    moved = keys.moved("country", key["period"], *sides)
    if moved.reason is not None:
        return None
    changes = moved.rows.loc[moved.rows["group"] == key["group"], "change"].dropna()
    if key.get("part") == "denominator":
        return float(len(changes))
    return float(sum(_MOVES[key["as"]](change) for change in changes))
