"""The board of disclosed results (kết quả công khai): points of every unit, with ranks and grades, and what is withheld.

A value: `board_dossiers` and `board_portal` make it, `disclosed` reads it by key. Ranks, grades and counts of units here are
computed from what is printed alone, so they tell nothing that the printed points do not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

from .ranks import RANKED_FROM, rank
from .scorecard.definitions import Criterion, Group, Scorecard

TOTAL: Final = "TOTAL"
LEVELS: Final = ("department", "district", "commune")
RECEIVED: Final = "PROCESSED_ON_TIME"
"""The criterion whose denominator is all dossiers of a unit in the period: under RANKED_FROM of them it is not ranked."""
Place = tuple[str | None, str | None]  # level and unit: both None is the province, no unit a whole level


@dataclass(frozen=True)
class Cell:
    """A criterion, group or total of a place: counts, and points in hundredths. What is withheld is null."""

    numerator: float | None = None
    denominator: float | None = None
    points: int | None = None
    withheld: bool = False


@dataclass(frozen=True)
class Listed:
    """A unit as it is listed; `received`: its dossiers as far as they are printed, null where nobody knows."""

    id: str
    code: str
    name: str
    level: str
    received: float | None


@dataclass(frozen=True)
class Board:
    """The disclosed points of all units of a province. `day`: of the portal's snapshot, null where dossiers were counted."""

    card: Scorecard
    day: date | None
    whole: bool  # whether a total is that of the whole scorecard; else of some groups or criteria, and is never graded
    criteria: tuple[Criterion, ...]
    groups: tuple[Group, ...]
    units: tuple[Listed, ...]
    cells: Mapping[tuple[Place, str], Cell]

    def cell(self, place: Place, of: str) -> Cell:
        """A criterion, group or TOTAL of a place; an empty one where the source gives none."""
        return self.cells.get((place, of), Cell())

    def of_group(self, group: str) -> tuple[Criterion, ...]:
        return tuple(c for c in self.criteria if c.group == group)

    def max(self, of: str) -> int:
        """The most points of a criterion, of a group, or of the total, as far as they can be had here."""
        if of == TOTAL:
            return self.card.max if self.whole else sum(self.max(group.id) for group in self.groups)
        group = next((g for g in self.groups if g.id == of), None)
        if group is None:
            return self.card.criterion(of).max
        return group.max if self.day else sum(c.max for c in self.of_group(of))

    def of_level(self, level: str | None) -> tuple[Listed, ...]:
        """The units of a level, by rank, then by id; those without a rank last. All units for None."""
        own = [unit for unit in self.units if level in (None, unit.level)]
        return tuple(sorted(own, key=lambda u: (self.ranks.get(u.id, (len(own) + 1, 0))[0], u.id)))

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels that have units, from above."""
        there = {unit.level for unit in self.units}
        return tuple(level for level in LEVELS if level in there)

    @cached_property
    def ranks(self) -> dict[str, tuple[int, int]]:
        """Rank and number of ranked units by unit, within its level: 1, 2, 2, 4."""
        found: dict[str, tuple[int, int]] = {}
        for level in self.levels:
            own = [unit for unit in self.units if unit.level == level and self._rankable(unit)]
            places = rank([self.cell((level, unit.id), TOTAL).points for unit in own])
            found |= {u.id: (place, len(own)) for u, place in zip(own, places, strict=True) if place}
        return found

    def _rankable(self, unit: Listed) -> bool:
        """The portal's scores are ranked whatever stands behind them, as every paper that shows them does."""
        enough = self.day is not None or unit.received is None or unit.received >= RANKED_FROM
        return enough and self.cell((unit.level, unit.id), TOTAL).points is not None

    def grade(self, unit: Listed) -> str | None:
        """The grade (xếp loại) of a whole total; None for a total of parts, and where there is none."""
        total = self.cell((unit.level, unit.id), TOTAL).points
        return self.card.grade(total / 100) if self.whole and total is not None else None

    def graded(self, level: str | None, grade: str | None) -> int:
        """How many units of a level have a grade; of None, how many have none."""
        return sum(self.grade(unit) == grade for unit in self.units if level in (None, unit.level))

    def counted(self, level: str | None, group: str) -> tuple[Listed, ...]:
        """The units of a level with counts of any criterion of a group, withheld ones among them."""
        return tuple(
            unit
            for unit in self.of_level(level)
            if any(((unit.level, unit.id), c.id) in self.cells for c in self.of_group(group))
        )

    def sums(self, unit: Listed) -> bool | None:
        """Whether a printed total is what its groups make; None where one of them is missing."""
        place = (unit.level, unit.id)
        parts = [self.cell(place, group.id).points for group in self.groups]
        total = self.cell(place, TOTAL).points
        if not self.whole or total is None or len(parts) < len(self.card.groups):
            return None
        known = [part for part in parts if part is not None]
        return sum(known) == total if len(known) == len(parts) else None

    def withheld(self, unit: Listed) -> bool:
        """Whether anything of a unit is withheld."""
        return self.cell((unit.level, unit.id), TOTAL).withheld
