"""What if (nếu … thì …): the QĐ 766 score under other counts, and the fewest more that reach a wanted total."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import ipywidgets as widgets
from IPython.display import display

from ...statistics.scorecard import Scored, ScoredCriterion, reach, what_if
from ...vocabulary import numbers
from ...vocabulary.errors import HosoError
from ..scores import open_scores
from .grid import Cell, Grid, GridWidget, live
from .model import Choice, Model

Counts = Mapping[str, tuple[float, float]]
_TITLES = ("Tiêu chí", "Tử số", "Mẫu số", "Điểm nay", "Điểm nếu", "Tối đa")


@dataclass
class WhatIf:
    """The scorecard of a choice's province and period, to be tried with other counts."""

    choice: Choice
    wanted: float = 0  # the total to reach; 0: the next grade
    model: Model = field(default_factory=Model)

    @cached_property
    def scored(self) -> Scored:
        """The score as it is."""
        return open_scores(self.model.report(self.choice.province, self.choice.period)).scored

    @cached_property
    def movable(self) -> list[ScoredCriterion]:
        """The criteria whose counts are known and have a denominator: those a slider can move."""
        kept = {c.id for group in self.scored.groups if group.basis == "printed" for c in group.criteria}
        known = [
            c
            for c in self.scored.criteria
            if c.basis == "counts" and c.given.denominator and c.id not in kept
        ]
        return sorted(known, key=lambda c: -(c.lost or 0))

    @property
    def goal(self) -> float:
        """The total asked for, else the least of the next grade, else what there is."""
        total = self.scored.total or 0
        above = sorted(grade.at_least for grade in self.scored.card.grades if grade.at_least > total)
        return self.wanted or (above[0] if above else total)

    def after(self, counts: Counts) -> Scored:
        """The score with other counts of some criteria."""
        return what_if(self.scored, counts) if counts else self.scored

    def told(self, after: Scored) -> str:
        """The total before and after, and the grade."""
        before, now = (_points(scored.total) for scored in (self.scored, after))
        grade = after.grade or "chưa xác định vì còn tiêu chí thiếu số liệu"
        return f"Tổng điểm {before} → {now}/{after.max}; xếp loại: {grade}."

    def grid(self, after: Scored) -> Grid:
        """Every criterion with its points now and then."""
        rows = [
            [
                (c.criterion.title, c.criterion.title),
                *_given(c),
                _cell(old.score),
                _cell(c.score),
                _cell(float(c.max), 0),
            ]
            for c, old in zip(after.criteria, self.scored.criteria, strict=True)
        ]
        return Grid(self.told(after), _TITLES, rows)

    def plan(self, wanted: float) -> Grid:
        """The fewest units more that reach a total, criterion by criterion."""
        found = reach(self.scored, wanted)
        rows = [
            [(name := found.after.criterion(step.criterion).criterion.title, name), _cell(float(step.added), 0),
             _cell(step.score_before), _cell(step.score_after)]
            for step in found.steps
        ]  # fmt: skip
        word = "Cần thêm ít nhất để đạt" if found.reached else "Không đạt được"
        caption = f"{word} {_points(wanted)} điểm; tổng điểm khi đó {_points(found.after.total)}"
        return Grid(caption, ("Tiêu chí", "Cần thêm (tử số)", "Điểm nay", "Điểm khi đó"), rows)

    def _ipython_display_(self) -> None:
        try:
            if live():
                display(_Sliders(self).box)
                return
            display(self.grid(self.scored))
            if self.scored.total is not None:
                display(self.plan(self.goal))
        except HosoError as error:
            display(widgets.HTML(str(error)) if live() else Grid(str(error), (), ()))


class _Sliders:
    """A slider a criterion, moved over its numerator; and the total that is wanted."""

    def __init__(self, asked: WhatIf) -> None:
        self.asked, self.grid, self.plan = asked, GridWidget(), GridWidget()
        self.sliders = {c.id: _slider(c) for c in asked.movable}
        self.wanted = widgets.BoundedFloatText(
            value=asked.goal, min=0, max=asked.scored.max, step=0.5, description="Muốn đạt (điểm)",
            style={"description_width": "9em"},
        )  # fmt: skip
        back = widgets.Button(description="Trở lại số liệu thật")
        back.on_click(lambda _: self._reset())
        for slider in self.sliders.values():
            slider.observe(lambda _: self._show(), "value")
        self.wanted.observe(lambda _: self._reach(), "value")
        labelled = [
            widgets.HBox([slider, widgets.Label(c.criterion.title)])
            for c, slider in zip(asked.movable, self.sliders.values(), strict=True)
        ]
        self.box = widgets.VBox([*labelled, back, self.grid, self.wanted, self.plan])
        self._show()
        self._reach()

    def _reset(self) -> None:
        for c in self.asked.movable:
            self.sliders[c.id].value = int(c.given.numerator or 0)

    def _show(self) -> None:
        moved = {
            c.id: (float(self.sliders[c.id].value), float(c.given.denominator or 0))
            for c in self.asked.movable
            if self.sliders[c.id].value != int(c.given.numerator or 0)
        }
        self.grid.show(self.asked.grid(self.asked.after(moved)))

    def _reach(self) -> None:
        if self.asked.scored.total is not None:
            self.plan.show(self.asked.plan(self.wanted.value))


def _slider(c: ScoredCriterion) -> widgets.IntSlider:
    return widgets.IntSlider(
        value=int(c.given.numerator or 0), min=0, max=int(c.given.denominator or 0), continuous_update=False,
        description=c.id, style={"description_width": "20em"}, layout=widgets.Layout(width="48em"),
    )  # fmt: skip


def _given(c: ScoredCriterion) -> tuple[Cell, Cell]:
    return _cell(c.given.numerator, 0), _cell(c.given.denominator, 0)


def _cell(value: float | None, decimals: int = 2) -> Cell:
    return ("–", None) if value is None else (numbers.decimal(value, decimals), value)


def _points(value: float | None) -> str:
    return "–" if value is None else numbers.decimal(value, 2, trim=True)
