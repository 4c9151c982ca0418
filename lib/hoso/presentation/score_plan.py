"""What would win most (nếu … thì …): the fewest more counts that reach the next grades; accounts per staff."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from ..statistics import accounts
from ..statistics.score_keys import TOTAL
from ..statistics.scorecard.changes import Reach
from ..statistics.scorecard.definitions import Grade
from .figures import Figure, Key, Phrase
from .scores import Scores, rule_text

_ADDED = "Số cần thêm vào tử số để đạt mức điểm theo phương án cần thêm ít nhất; mẫu số giữ nguyên."
_RATE = "Số người làm việc đã đăng ký tài khoản trên Cổng Dịch vụ công quốc gia / số người làm việc của đơn vị đã báo cáo."
_RATE_BASIS = "Công văn số 1138/UBND-NC1 ngày 15/3/2023 của UBND tỉnh Hà Tĩnh, điểm 3"


@dataclass
class Plan:
    """The cheapest way to a grade: `steps` of criterion title, figures of what to add and what it brings."""

    scores: Scores
    grade: Grade

    @cached_property
    def reach(self) -> Reach:
        """The plan, as statistics.scorecard.changes has it."""
        return self.scores.keys.plan(self.scores.on, self.grade.at_least, self.scores.unit)

    @property
    def title(self) -> str:
        """The grade's name."""
        return self.grade.title

    @property
    def reached(self) -> bool:
        """Whether any counts reach it."""
        return self.reach.reached

    @property
    def wanted(self) -> Figure:
        """The points the grade begins at."""
        return replace(
            self._figure(TOTAL, "wanted", f"Mức điểm xếp loại {self.title}", "Mức điểm tối thiểu."), trim=True
        )

    @property
    def lacking(self) -> Figure:
        """The points that lack to it."""
        return self._figure(
            TOTAL, "lacking", f"Điểm còn thiếu để xếp loại {self.title}", "Mức điểm tối thiểu trừ tổng điểm."
        )

    @property
    def after(self) -> Figure:
        """The total the plan brings."""
        return self._figure(TOTAL, "score", "Tổng điểm nếu thêm đủ", "Tổng điểm tính lại với số đếm mới.")

    @cached_property
    def steps(self) -> list[tuple[str, Figure, Figure, Figure]]:
        """Criterion, numerator units to add, points gained, points then, the greatest gain first."""
        ordered = sorted(self.reach.steps, key=lambda s: s.score_before - s.score_after)
        return [self._step(step.criterion) for step in ordered]

    @property
    def told(self) -> list[Phrase]:
        """The three steps that bring most: "Hồ sơ thanh toán trực tuyến, thêm 1.200 hồ sơ … (được thêm 0,14 điểm)"."""
        words = {c.id: c.criterion.numerator for c in self.scores.scored.criteria}
        names = [
            step.criterion for step in sorted(self.reach.steps, key=lambda s: s.score_before - s.score_after)
        ]
        return [
            Phrase((f"{title}, thêm ", added, f" {words[name]} (được thêm ", gain, " điểm)"))
            for name, (title, added, gain, _) in zip(names[:3], self.steps[:3], strict=True)
        ]

    def _step(self, name: str) -> tuple[str, Figure, Figure, Figure]:
        criterion = self.scores.scored.criterion(name).criterion
        added = replace(self._figure(name, "added", f"Cần thêm: {criterion.title}", _ADDED), measure="count")
        gain = self._figure(name, "gain", f"Điểm tăng thêm: {criterion.title}", rule_text(criterion))
        after = self._figure(name, "score", f"Điểm nếu thêm đủ: {criterion.title}", rule_text(criterion))
        return criterion.title, added, gain, after

    def _figure(self, of: str, shown: str, title: str, words: str) -> Figure:
        key: Key = self.scores.key("reach") | {"of": of, "as": shown, "wanted": self.grade.at_least}
        return replace(self.scores.figure(key, title, "points", words), decimals=2)


def plans(scores: Scores, count: int = 2) -> list[Plan]:
    """The plans for the next grades above the total, the nearest first; none from the highest grade or without a total."""
    total = scores.scored.total
    if total is None:
        return []
    above = [grade for grade in scores.scored.card.grades if grade.at_least > total]
    return [Plan(scores, grade) for grade in reversed(above)][:count]


@dataclass
class Accounts:
    """Accounts on the National Public Service Portal: of those who work in the units, and of verified citizens."""

    scores: Scores

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The rows of statistics.accounts; empty where nothing was reported."""
        return self.scores.keys.accounts_table

    @property
    def known(self) -> bool:
        """Whether any unit reported how many of its staff have an account."""
        return bool((self.rows["indicator"] == "staff_account_rate").any())

    @property
    def synthetic(self) -> bool:
        """Whether numbers of units are synthetic (mô phỏng)."""
        file = self.scores.report.workbook.reference / accounts.FILE
        rows = accounts.of(accounts.read(file), self.scores.report.place, self.scores.report.period.end)
        return any(row.synthetic for row in rows)

    @property
    def staff(self) -> Figure:
        """Staff with an account of their own, over all staff of the units that reported."""
        return self.rate(None, "Người làm việc đã đăng ký tài khoản trên Cổng Dịch vụ công quốc gia")

    @property
    def citizens(self) -> Figure:
        """Accounts verified against the population database."""
        title = "Tài khoản cá nhân đã xác thực với Cơ sở dữ liệu quốc gia về dân cư"
        key = self._key("accounts", None)
        return self.scores.figure(key, title, "count", f"{title}.", self._sources)

    def rate(self, unit: str | None, title: str) -> Figure:
        """The rate of a unit, or of the province."""
        figure = self.scores.figure(
            self._key("staff_account_rate", unit), title, "rate", _RATE, self._sources
        )
        return replace(figure, measured_in="người", legal_basis=_RATE_BASIS)

    def lowest(self, count: int = 10) -> list[tuple[str, Figure]]:
        """The departments and districts with the smallest rates, the smallest first."""
        names = self.scores.unit_names
        rows = self.rows[
            self.rows["indicator"].eq("staff_account_rate")
            & self.rows["level"].isin(["department", "district"])
        ]
        low = rows.sort_values(["value", "denominator"], ascending=[True, False], kind="stable").head(count)
        return [
            (names[unit], self.rate(unit, f"Tài khoản của người làm việc: {names[unit]}"))
            for unit in low["unit"]
        ]

    @property
    def _sources(self) -> list[str]:
        return [source.replace("Mô phỏng", "số liệu mô phỏng") for source in self.rows["source"].head(1)]

    def _key(self, indicator: str, unit: str | None) -> Key:
        return self.scores.key("accounts") | {"indicator": indicator, "unit": unit, "part": "value"}
