"""Two periods side by side (so sánh hai kỳ)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import ipywidgets as widgets
from IPython.display import display

from ...vocabulary.errors import HosoError
from ..elements import tag
from .grid import GridWidget, live
from .model import Choice, Model
from .panel import dropdown, offer


@dataclass
class Comparison:
    """The units of a choice in its period and in another one."""

    choice: Choice
    other: str
    model: Model = field(default_factory=Model)

    def _ipython_display_(self) -> None:
        display(_Compared(self).box if live() else self.model.comparison(self.choice, self.other))


class _Compared:
    """The widgets of a comparison: the two periods and the indicator."""

    def __init__(self, comparison: Comparison) -> None:
        self.comparison, self.said, self.grid = comparison, widgets.HTML(), GridWidget()
        self.now, self.before, self.indicator = dropdown("Kỳ"), dropdown("So với"), dropdown("Chỉ tiêu")
        model, choice = comparison.model, comparison.choice
        report = model.report(choice.province, choice.period)
        periods = model.periods(choice.province, choice.period)
        offer(self.now, periods, choice.period)
        offer(self.before, model.periods(choice.province, comparison.other), comparison.other)
        offer(self.indicator, model.indicators(report), choice.indicator)
        for menu in (self.now, self.before, self.indicator):
            menu.observe(lambda _: self._show(), "value")
        menus = widgets.HBox(
            [self.now, self.before, self.indicator], layout=widgets.Layout(flex_flow="row wrap")
        )
        self.box = widgets.VBox([menus, self.said, self.grid])
        self._show()

    def _show(self) -> None:
        model, choice = self.comparison.model, self.comparison.choice
        variants = model.variants(model.report(choice.province, choice.period), self.indicator.value)
        variant = choice.variant if choice.variant in variants else next(iter(variants), None)
        chosen = replace(choice, period=self.now.value, indicator=self.indicator.value, variant=variant)
        try:
            self.said.value = ""
            self.grid.show(model.comparison(chosen, self.before.value))
        except HosoError as error:
            self.said.value = str(tag("p", str(error), role="alert"))
