"""Keys of the scorecard's figures (số liệu của bộ chỉ số) and the values they stand for.

A report prints values with their keys; `hoso verify` reads the keys again: from counts, entered rows, stored snapshots and
reported accounts. Dossiers are counted by the function given, so that a report and its verification count in two ways.

Kinds: `score` (of TOTAL, a group or a criterion; as score, lost, rate or grade; of the province or a unit), `reach` (what
reaches a wanted total), `snapshot` (a unit's or the province's place among others), `middle` (the score of the unit in the
middle of its level), `movement` (between two snapshots), `flags` (values of a snapshot under a quality flag), `zeros` (units
whose criterion has a denominator of 0), `restated` (numbers of a closed period captured anew) and `accounts`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Final

import pandas as pd
import polars as pl

from ..records.store import Store
from ..vocabulary.periods import Period
from ..vocabulary.places import Province
from . import accounts, disclosed, nationwide, snapshots
from .data import Data, units_of
from .movement import Movement, movement, restated
from .results import results
from .rows import opened, packed
from .scorecard.changes import Reach, reach
from .scorecard.places import Count, of_place
from .scorecard.scored import Scored, ScoredCriterion, ScoredGroup
from .snapshots import Snapshot
from .verify import Key, Reader

TOTAL: Final = "TOTAL"
Value = float | str | None
_RANKS: Final = {"rank": "of", "rank_all": "of_all"}  # each place with how many are placed


@dataclass
class ScoreKeys:
    """Reads the keys of one province and period; every scorecard, snapshot and movement is computed once."""

    store: Store
    reference: Path
    place: Province
    period: Period
    data: Data | None
    count: Count = results
    _read: dict[Any, Any] = field(default_factory=dict, repr=False)

    @cached_property
    def readers(self) -> Mapping[str, Reader]:
        """What reads each kind of key."""
        return {
            "score": self.score,
            "reach": self.reach,
            "snapshot": self.snapshot,
            "middle": self.middle,
            "movement": self.movement,
            "flags": self.flags,
            "zeros": self.zeros,
            "restated": self.restated,
            "accounts": self.accounts,
            "disclosed": partial(disclosed.read, self),
            "country": partial(nationwide.read, self),
        }

    def once(self, name: Any, make: Callable[[], Any]) -> Any:
        """What `make` gives, computed at the first call with a name."""
        if name not in self._read:
            self._read[name] = make()
        return self._read[name]

    def kept(self, name: tuple[Any, ...], make: Callable[[], Any]) -> Any:
        """The same of what depends on the store alone; in a batch made once for all its reports (records.pinned)."""
        return self.once(name, lambda: self.store.kept(("score keys", self.place.id, *name), make))

    # ── the scorecard ────────────────────────────────────────────────────────────────────────────

    def scored(self, on: date | None, unit: str | None = None) -> Scored:
        """The scorecard of the province or of a unit, with the snapshot taken last up to a day."""
        if ("scored", on, unit) not in self._read:
            self._read["scored", on, unit] = of_place(
                self.store, self.reference, self.place, self.period, unit, on, self.data, self.count
            )
        found: Scored = self._read["scored", on, unit]
        return found

    def score(self, key: Key) -> Value:
        """Points, lost points, the rate behind them, or the grade."""
        scored = self.scored(_day(key["on"]), key["unit"])
        if key["as"] == "grade":
            return scored.grade
        if key["as"] == "rate":
            given = scored.criterion(key["of"]).given
            return _fraction(given.numerator, given.denominator, key["part"])
        if key["of"] == TOTAL:
            lost = None if scored.points is None else (100 * scored.max - scored.points) / 100
            return _points(scored.total if key["as"] == "score" else lost, scored.max, key["part"])
        rows: list[ScoredGroup | ScoredCriterion] = [*scored.groups, *scored.criteria]
        row = next(r for r in rows if r.id == key["of"])
        return _points(row.score if key["as"] == "score" else row.lost, row.max, key["part"])

    def plan(self, on: date | None, wanted: float, unit: str | None = None) -> Reach:
        """The cheapest way to a total."""
        if ("plan", on, wanted, unit) not in self._read:
            self._read["plan", on, wanted, unit] = reach(self.scored(on, unit), wanted)
        found: Reach = self._read["plan", on, wanted, unit]
        return found

    def reach(self, key: Key) -> Value:
        """Added units and points of a plan, of one criterion or in all; or the points still lacking before it."""
        on, unit = _day(key["on"]), key["unit"]
        plan = self.plan(on, key["wanted"], unit)
        if key["of"] == TOTAL:
            total = self.scored(on, unit).total
            lacking = None if total is None else max(0.0, round(key["wanted"] - total, 2))
            whole: dict[str, float | None] = {
                "wanted": key["wanted"], "added": plan.cost, "score": plan.after.total, "lacking": lacking,
            }  # fmt: skip
            return whole[key["as"]]
        step = next(s for s in plan.steps if s.criterion == key["of"])
        gain = round(step.score_after - step.score_before, 2)
        one = {"added": float(step.added), "score": step.score_after, "gain": gain}
        return one[key["as"]]

    # ── snapshots ────────────────────────────────────────────────────────────────────────────────

    def scope(self, name: str) -> Province | None:
        """Whose units are ranked: those of the province, or (country) the provinces."""
        return self.place if name == "province" else None

    def chosen(self, scope: str, period: str, on: date | None = None) -> Snapshot | None:
        """The newest snapshot up to a day, as statistics.snapshots has it."""
        if ("chosen", scope, period, on) not in self._read:
            self._read["chosen", scope, period, on] = snapshots.chosen(
                self.store, self.scope(scope), period, on
            )
        found: Snapshot | None = self._read["chosen", scope, period, on]
        return found

    def table(self, scope: str, period: str, on: date) -> pd.DataFrame:
        """Totals and groups of a snapshot with their ranks; the provinces of the country under their ids."""
        table: pd.DataFrame = self.kept(
            ("table", scope, period, str(on)), lambda: self._table(scope, period, on)
        )
        return table

    def _table(self, scope: str, period: str, on: date) -> pd.DataFrame:
        found = self.chosen(scope, period, on)
        assert found is not None
        ranked = snapshots.ranked(found.rows, self.scope(scope)).filter(pl.col("criterion").is_null())
        own = "province_id" if scope == "country" else "unit_id"
        return snapshots.pandas(ranked.with_columns(unit=pl.col(own), unmeasured=~snapshots.measured()))

    def row(self, scope: str, period: str, on: date, unit: str, group: str) -> Mapping[Any, Any] | None:
        """The row of a unit and group in that table; None where there is none."""
        own = self._of_unit(("rows", scope, period, str(on)), unit, lambda: self.table(scope, period, on))
        return own.get(group)

    def _of_unit(
        self, name: tuple[Any, ...], unit: str | None, table: Callable[[], pd.DataFrame]
    ) -> Mapping[str, Mapping[Any, Any]]:
        """One unit's rows of a table, by group."""
        whole = self.kept(name, lambda: packed(_named(table()), "unit"))
        own: Mapping[str, Mapping[Any, Any]] = self.once(
            (*name, unit), lambda: {str(row["group"]): row for row in opened(whole.get(unit))}
        )
        return own

    def snapshot(self, key: Key) -> Value:
        """A score with its maximum, or a rank (of the level, or of all units) with how many were ranked."""
        row = self.row(key["scope"], key["period"], date.fromisoformat(key["on"]), key["unit"], key["group"])
        if row is None:
            return None
        if key["as"] in _RANKS:
            return _number(row[_RANKS[key["as"]] if key["part"] == "denominator" else key["as"]])
        if key["part"] == "denominator":
            return _number(row["max"])
        return None if row["unmeasured"] else _number(row["score"])

    def middle(self, key: Key) -> Value:
        """The score of the unit in the middle of its level, the lower of two: a unit's own score, no average."""
        scores = self._scores(key["period"], date.fromisoformat(key["on"])).get(
            (key["group"], key["level"]), []
        )
        return float(scores[(len(scores) - 1) // 2]) if scores else None

    def _scores(self, period: str, on: date) -> dict[tuple[str, str], list[float]]:
        """The measured scores of the units by group and level, lowest first."""
        found: dict[tuple[str, str], list[float]] = self.kept(
            ("scores", period, str(on)), lambda: _sorted(self.table("province", period, on))
        )
        return found

    def zeros(self, key: Key) -> Value:
        """How many units of a snapshot have a denominator of 0 under a criterion; of one unit: 1 or 0."""
        found = self.chosen("province", key["period"], date.fromisoformat(key["on"]))
        assert found is not None
        own = (pl.col("criterion") == key["criterion"]) & (pl.col("denominator") == 0)
        return float(found.rows.filter(own, pl.col("unit_id").is_not_null()).height)

    def restated(self, key: Key) -> Value:
        """How many numbers of a closed period were captured anew after its end, and otherwise."""
        found = self.chosen("province", key["period"], date.fromisoformat(key["on"]))
        assert found is not None
        return float(len(restated(self.store, self.place, found.period)))

    def moved(self, scope: str, period: str, before: date, after: date) -> Movement:
        """The movement between two snapshots."""
        if ("moved", scope, period, before, after) not in self._read:
            self._read["moved", scope, period, before, after] = movement(
                self.store, self.scope(scope), before, after, period
            )
        found: Movement = self._read["moved", scope, period, before, after]
        return found

    def movement(self, key: Key) -> Value:
        """The change of a score or rank, or its value on one side."""
        before, after = (date.fromisoformat(key[side]) for side in ("before", "after"))
        scope, period = key["scope"], key["period"]
        name = ("moved rows", scope, period, str(before), str(after))
        rows = self._of_unit(name, key["unit"], lambda: self.moved(scope, period, before, after).rows)
        own = rows.get(key["group"])
        return _number(own[key["as"]]) if own else None

    def flags(self, key: Key) -> Value:
        """How many values of a group stand under a quality flag in a snapshot."""
        rows = self.chosen(key["scope"], key["period"], date.fromisoformat(key["on"]))
        assert rows is not None
        return float(flagged(rows).get((key["group"], key["criterion"], key["flag"]), (0, ""))[0])

    # ── accounts ─────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def accounts_table(self) -> pd.DataFrame:
        """Accounts as the units reported them up to the period's end, in the columns of the results table."""
        rows = accounts.of(accounts.read(self.reference / accounts.FILE), self.place, self.period.end)
        return accounts.results(rows, units_of(self.store, self.place), self.place, self.period.id)

    def accounts(self, key: Key) -> Value:
        """Accounts of the province or a unit."""
        table = self.accounts_table
        own = table["unit"].isna() if key["unit"] is None else table["unit"] == key["unit"]
        rows = table[own & (table["indicator"] == key["indicator"])]
        return _number(rows.iloc[0][key["part"]]) if len(rows) else None


def _named(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table, their unit as a word."""
    return [
        {str(k): v for k, v in row.items()} | {"unit": str(row["unit"])} for row in table.to_dict("records")
    ]


def _sorted(rows: pd.DataFrame) -> dict[tuple[str, str], list[float]]:
    own = rows[rows["unit"].notna() & ~rows["unmeasured"].astype(bool)].dropna(subset="score")
    return {
        (str(g), str(level)): sorted(part["score"]) for (g, level), part in own.groupby(["group", "level"])
    }


def flagged(
    snapshot: Snapshot, unit: str | None = None
) -> dict[tuple[str, str | None, str], tuple[int, str]]:
    """How many values (of all, or of a unit) stand under each quality flag, by group, criterion and flag, with what the flag
    says."""
    rows = snapshot.rows.filter(pl.col("quality_flag").is_not_null())
    if unit is not None:
        rows = rows.filter(pl.col("unit_id") == unit)
    found = rows.group_by("group", "criterion", "quality_flag").agg(
        pl.len().alias("n"), pl.col("quality_message").drop_nulls().first().alias("words")
    )
    return {
        (r["group"], r["criterion"], r["quality_flag"]): (r["n"], r["words"] or r["quality_flag"])
        for r in found.sort("group", "criterion", "quality_flag", nulls_last=False).iter_rows(named=True)
    }


def _fraction(top: float | None, bottom: float | None, part: str) -> Value:
    if part != "value":
        return top if part == "numerator" else bottom
    return None if top is None or not bottom else top / bottom


def _points(value: float | None, most: int, part: str) -> Value:
    return float(most) if part == "denominator" and value is not None else value


def _number(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
