"""The QĐ 766 scorecard (bộ chỉ số): versioned definitions, exact points, what-if and the cheapest way to a total."""

from .changes import Reach, Step, reach, what_if
from .definitions import LEVELS, Criterion, Level, Scorecard, in_force, known_level, scorecard, scorecards
from .scored import Given, Scored, ScoredCriterion, ScoredGroup
from .scoring import points, score

__all__ = [
    "LEVELS", "Criterion", "Given", "Level", "Reach", "Scorecard", "Scored", "ScoredCriterion", "ScoredGroup", "Step",
    "in_force", "known_level", "points", "reach", "score", "scorecard", "scorecards", "what_if",
]  # fmt: skip
