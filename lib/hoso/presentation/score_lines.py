"""Lines of a scorecard in a report (dòng điểm): a group or a criterion with its figures, and how it is scored in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ..statistics.scorecard.definitions import Criterion
from ..statistics.scorecard.scored import ScoredCriterion, ScoredGroup
from .figures import Figure, Phrase

PORTAL: Final = "Cổng Dịch vụ công quốc gia, thu thập ngày {day}"
SUM: Final = (
    "Tổng điểm các nhóm; điểm từng tiêu chí làm tròn hai chữ số thập phân trước khi cộng, thang điểm {most}."
)
GROUP: Final = (
    "Tổng điểm các tiêu chí của nhóm, mỗi tiêu chí đã làm tròn hai chữ số thập phân; tối đa {most} điểm."
)
PRINTED: Final = (
    "Điểm nhóm do Cổng Dịch vụ công quốc gia công bố, vì thiếu số đếm của tiêu chí; tối đa {most} điểm."
)
_RULES: Final = {
    "linear": "điểm theo tỷ lệ, tối đa {most} điểm",
    "threshold": "đủ {most} điểm khi tỷ lệ đạt từ {full}% trở lên, dưới mức đó theo tỷ lệ",
    "percent": "tỷ lệ phần trăm làm tròn hai chữ số; đủ {most} điểm khi đạt từ {full}% trở lên, dưới mức đó theo tỷ lệ",
}


@dataclass(frozen=True)
class Line:
    """A group or a criterion as a report tells of it: its points, what it lacks, the counts behind it."""

    id: str
    title: str
    score: Figure
    lost: Figure
    rate: Figure | None
    scored: ScoredGroup | ScoredCriterion

    @property
    def told(self) -> Phrase:
        """ "Thanh toán trực tuyến (2,4/10 điểm)"."""
        return Phrase((f"{self.title} (", *self.score.fraction, ")"))

    @property
    def shortfall(self) -> Phrase:
        """ "Thanh toán trực tuyến mất 7,60 điểm"."""
        return Phrase((f"{self.title} mất ", self.lost, " điểm"))


def rule_text(criterion: Criterion) -> str:
    """How a criterion is scored, in words: its fraction and its rule."""
    words = _RULES[criterion.rule].format(most=criterion.max, full=f"{criterion.full_at:g}")
    return f"Tử số: {criterion.numerator}; mẫu số: {criterion.denominator}; {words}."


def given_source(group: ScoredGroup) -> str:
    """Where a group's printed score is from."""
    return (group.given.source or "") if group.given else ""
