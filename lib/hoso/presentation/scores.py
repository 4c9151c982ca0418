"""The scorecard in a report (bộ chỉ số): its points, ranks, movement and notes as figures, each with its key.

The parts are modules of their own: score_lines (a group or criterion as a line), score_points (total, grade, groups,
criteria), score_places (ranks, movement), score_notes (what is to be known of the numbers).
"""

from __future__ import annotations

from dataclasses import dataclass

from ..records.store import Store
from ..statistics.score_keys import ScoreKeys
from .figures import Phrase
from .report import Report
from .score_lines import Line, given_source, rule_text
from .score_notes import notes
from .score_places import Placed

__all__ = ["Line", "Scores", "given_source", "open_scores", "rule_text"]


@dataclass
class Scores(Placed):
    """The scorecard behind a report, of the province or of one unit."""

    @property
    def notes(self) -> list[Phrase]:
        """What is to be known of the snapshot's numbers (score_notes), each as a sentence without its full stop."""
        return notes(self)

    @property
    def country_notes(self) -> list[Phrase]:
        """The same of the snapshot of all provinces."""
        return notes(self, "country")


def open_scores(report: Report) -> Scores:
    """The scorecard of a report's province and period; the report then stands on it too (synthetic, how far it reaches)."""
    store = Store.open(report.workbook.store)
    keys = ScoreKeys(store, report.workbook.reference, report.place, report.period, report.dossiers)
    scores = Scores(report, keys)
    report.scored = scores
    return scores
