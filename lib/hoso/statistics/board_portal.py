"""The board of units as the portal prints it (điểm trên Cổng Dịch vụ công quốc gia): one stored snapshot.

Its numbers are public already, on dichvucong.gov.vn, counts of 1–4 among them. To withhold them here would guard nobody and
leave the reader with less than the source: they are printed as they are, and the document says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pandas as pd
import polars as pl

from ..vocabulary.periods import Period
from . import snapshots
from .board import LEVELS, RECEIVED, TOTAL, Board, Cell, Listed, Place
from .scorecard.definitions import Group, in_force
from .scorecard.places import without_dossiers
from .scorecard.rules import hundredths
from .scorecard.scored import Scored
from .snapshots import Snapshot

_KNOWN: Final = ("counts", "printed")


def of_portal(snapshot: Snapshot, period: Period) -> Board | None:
    """The units of a portal snapshot: criteria with counts, groups, totals as the portal printed them; None without units.

    Values that were not measured (flags of snapshots.NOT_MEASURED) are null. Without a printed total the groups are summed,
    for units that have all of those that anyone has.
    """
    card = in_force(period.end)
    rows = snapshot.rows.filter(pl.col("unit_id").is_null() | pl.col("level").is_in(LEVELS))
    if rows["unit_id"].drop_nulls().is_empty():
        return None
    table = snapshots.pandas(rows.with_columns(_measured=snapshots.measured()))
    parts = {_word(unit): own for unit, own in table.groupby("unit_id", dropna=False, sort=False)}
    scored = {unit: _scored(own, period) for unit, own in parts.items()}
    groups = tuple(
        g for g in card.groups if any(_points(s, g.id) is not None for u, s in scored.items() if u)
    )
    printed = table[(table["group"] == TOTAL) & table["_measured"] & table["score"].notna()]
    totals = {_word(u): hundredths(s) for u, s in zip(printed["unit_id"], printed["score"], strict=True)}
    cells: dict[tuple[Place, str], Cell] = {}
    for unit, own in scored.items():
        place = (None if unit is None else str(parts[unit]["level"].iloc[0]), unit)
        cells |= {(place, of): cell for of, cell in _printed(own, groups, totals.get(unit)).items()}
    listed = tuple(_listed(own, scored[unit]) for unit, own in parts.items() if unit is not None)
    has = {c.id for u, s in scored.items() if u for c in s.criteria if c.basis in _KNOWN}
    criteria = tuple(c for c in card.criteria if c.id in has)
    whole = len(groups) == len(card.groups) or any(unit for unit in totals)
    return Board(card, snapshot.captured_on, whole, criteria, groups, listed, cells)


def _scored(rows: pd.DataFrame, period: Period) -> Scored:
    """One place of a snapshot as the scorecard has it."""
    level = "commune" if (rows["level"] == "commune").any() else "agency"
    own = "province" if rows["unit_id"].isna().all() else level
    return without_dossiers(period, own, {}, rows[rows["_measured"]])  # type: ignore[arg-type]


def _printed(scored: Scored, groups: Sequence[Group], total: int | None) -> dict[str, Cell]:
    cells = {
        c.id: Cell(c.given.numerator, c.given.denominator, c.points)
        for c in scored.criteria
        if c.basis in _KNOWN
    }
    own = {g.id: Cell(points=_points(scored, g.id)) for g in groups}
    known = [cell.points for cell in own.values() if cell.points is not None]
    summed = sum(known) if len(known) == len(groups) else None
    return {**cells, **own, TOTAL: Cell(points=summed if total is None else total)}


def _points(scored: Scored, group: str) -> int | None:
    return next(g.points for g in scored.groups if g.id == group)


def _listed(rows: pd.DataFrame, scored: Scored) -> Listed:
    first = rows.iloc[0]
    code = _word(first["department_code"]) or str(first["unit_id"])
    received = scored.criterion(RECEIVED).given.denominator
    return Listed(str(first["unit_id"]), code, str(first["unit_name"]), str(first["level"]), received)


def _word(value: Any) -> str | None:
    return None if pd.isna(value) else str(value)
