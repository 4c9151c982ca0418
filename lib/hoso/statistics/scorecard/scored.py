"""The scorecard as filled in (bảng điểm): criteria, groups, total and grade, each saying what it stands on.

Points are whole hundredths, so sums are exact. What was not given is missing: it has no score and adds nothing, it is not
a measured 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from .definitions import Criterion, Group, Level, Scorecard
from .rules import hundredths

Basis = Literal["counts", "printed", "constant", "missing"]


@dataclass(frozen=True)
class Given:
    """What is known of one criterion: counts, or the score a source printed; of a group, its printed score alone."""

    criterion: str
    numerator: float | None = None
    denominator: float | None = None
    score: float | None = None
    source: str | None = None
    note: str | None = None
    synthetic: bool = False


@dataclass(frozen=True)
class ScoredCriterion:
    """One criterion with its points in hundredths; `basis` says what they come from.

    A denominator of 0 may leave counts without a score (the portal's null): then `points` is None on the basis of counts.
    """

    criterion: Criterion
    basis: Basis
    points: int | None
    given: Given
    notes: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return self.criterion.id

    @property
    def max(self) -> int:
        return self.criterion.max

    @property
    def score(self) -> float | None:
        """Points with two decimals; None where there are none."""
        return None if self.points is None else self.points / 100

    @property
    def lost(self) -> float | None:
        """Points short of the most there are; None where nothing is known."""
        return None if self.basis == "missing" else (100 * self.max - (self.points or 0)) / 100


@dataclass(frozen=True)
class ScoredGroup:
    """One group: the sum of its criteria, or its printed score where counts of it are missing."""

    group: Group
    criteria: tuple[ScoredCriterion, ...]
    basis: Basis
    points: int | None
    given: Given | None = None
    notes: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return self.group.id

    @property
    def max(self) -> int:
        return self.group.max

    @property
    def score(self) -> float | None:
        return None if self.points is None else self.points / 100

    @property
    def missing(self) -> tuple[str, ...]:
        """Its criteria without counts or score; none where a printed score stands for the whole group."""
        return () if self.basis == "printed" else tuple(c.id for c in self.criteria if c.basis == "missing")

    @property
    def stands_on(self) -> str:
        """What its score is made of: counts, printed scores, both ("mixed"), or nothing ("missing")."""
        parts = {c.basis for c in self.criteria} - {"missing", "constant"}
        if self.basis != "counts":
            return self.basis
        return "mixed" if len(parts) > 1 else next(iter(parts), "constant")

    @property
    def lost(self) -> float | None:
        """Points known to be lost; what is missing is not among them."""
        if self.points is None:
            return None
        unknown = sum(c.max for c in self.criteria if c.id in self.missing)
        return (100 * (self.max - unknown) - self.points) / 100

    @property
    def ratio(self) -> float | None:
        """Percent of its most points, two decimals; of a single criterion that of its counts, as the portal prints both.

        None while a part of it is missing.
        """
        if self.points is None or self.missing:
            return None
        if len(self.criteria) == 1 and self.basis == "counts" and self.criteria[0].basis == "counts":
            given = self.criteria[0].given
            return (
                hundredths((given.numerator or 0) / given.denominator * 100) / 100
                if given.denominator
                else 0.0
            )
        return hundredths(self.points / 100 / self.max * 100) / 100


@dataclass(frozen=True)
class Scored:
    """A whole scorecard: groups with their criteria, total, grade, and what is missing."""

    card: Scorecard
    level: Level
    groups: tuple[ScoredGroup, ...]
    given: tuple[Given, ...]

    @property
    def criteria(self) -> tuple[ScoredCriterion, ...]:
        return tuple(criterion for group in self.groups for criterion in group.criteria)

    @property
    def points(self) -> int | None:
        """The total in hundredths; None when nothing at all was given."""
        known = [group.points for group in self.groups if group.points is not None]
        return sum(known) if known else None

    @property
    def total(self) -> float | None:
        return None if self.points is None else self.points / 100

    @property
    def max(self) -> int:
        return self.card.max

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(name for group in self.groups for name in group.missing)

    @property
    def grades(self) -> tuple[str, str] | None:
        """The grade if what is missing brought nothing, and if it brought all."""
        if self.points is None:
            return None
        open_ = sum(c.max for c in self.criteria if c.id in self.missing)
        return self.card.grade(self.points / 100), self.card.grade((self.points + 100 * open_) / 100)

    @property
    def grade(self) -> str | None:
        """The grade (xếp loại); None while it hangs on what is missing."""
        grades = self.grades
        return grades[0] if grades and grades[0] == grades[1] else None

    @property
    def synthetic(self) -> bool:
        return any(given.synthetic for given in self.given)

    def lost(self) -> list[ScoredCriterion]:
        """Criteria that lose points, the greatest loss first; what cannot be won at this level comes last."""
        losing = [c for c in self.criteria if c.lost]
        return sorted(losing, key=lambda c: (c.basis == "constant", -(c.lost or 0)))

    def criterion(self, name: str) -> ScoredCriterion:
        """The scored criterion of an id. UsageError names the nearest ones."""
        wanted = self.card.criterion(name)
        return next(c for c in self.criteria if c.criterion == wanted)

    def records(self) -> list[dict[str, Any]]:
        """One plain record a criterion, in the order of the scorecard: what tables and JSON show."""
        return [
            {
                "criterion": c.id, "group": c.criterion.group, "title": c.criterion.title,
                "numerator": c.given.numerator, "denominator": c.given.denominator, "score": c.score, "max": c.max,
                "lost": c.lost, "basis": c.basis, "printed": c.given.score, "source": c.given.source,
                "note": " · ".join(c.notes) or None, "reported_by": c.criterion.reported_by,
            }
            for c in self.criteria
        ]  # fmt: skip

    def group_records(self) -> list[dict[str, Any]]:
        """One plain record a group."""
        return [
            {
                "group": g.id, "title": g.group.title, "score": g.score, "max": g.max, "lost": g.lost, "ratio": g.ratio,
                "basis": g.stands_on, "printed": g.given.score if g.given else None, "note": " · ".join(g.notes) or None,
            }
            for g in self.groups
        ]  # fmt: skip
