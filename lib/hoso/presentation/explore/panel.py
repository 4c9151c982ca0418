"""The analyst's panel (bảng điều khiển): choose, sort, look at the chart, click a unit and read its dossiers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import ipywidgets as widgets
from IPython.display import display

from ...vocabulary import numbers
from ...vocabulary.errors import HosoError
from ..dossiers import Dossiers
from ..elements import tag
from ..figures import Figure
from .grid import SHOWN, Grid, GridWidget, live
from .model import Choice, Model

_WIDE = widgets.Layout(width="34em")
_SHORT = 8


@dataclass
class Explorer:
    """One panel. `choice` is what it shows now, `figure` the number clicked last, `dossiers()` what stands behind it."""

    choice: Choice
    model: Model = field(default_factory=Model)
    figure: Figure | None = field(default=None, init=False)

    def dossiers(self, uncounted: bool = False) -> Dossiers:
        """The dossiers of the number clicked last, of the whole province before any click."""
        return (self.figure or self.model.whole(self.choice)).dossiers(uncounted)

    def _ipython_display_(self) -> None:
        if live():
            display(Panel(self).box)
            return
        display(self.model.grid(self.choice))
        if (chart := self.model.chart(self.choice)).blocks:
            display(chart)


class Panel:
    """The widgets of an explorer; every change of a choice counts and shows again."""

    def __init__(self, explorer: Explorer) -> None:
        self.explorer, self.offering = explorer, False
        self.menus = {
            "province": dropdown("Tỉnh"), "period": dropdown("Kỳ"), "level": dropdown("Cấp"),
            "indicator": dropdown("Chỉ tiêu"), "variant": dropdown("Cách tính"),
        }  # fmt: skip
        self.said = widgets.HTML()
        self.units, self.dossiers = GridWidget(choosable=True), GridWidget()
        self.chart, self.trend = widgets.HTML(), widgets.HTML()
        self.told = widgets.HTML("Bấm vào một đơn vị để xem các hồ sơ đứng sau số liệu.")
        figures = widgets.Accordion(
            [self.chart, self.trend], titles=("Biểu đồ theo đơn vị", "Biểu đồ theo tháng")
        )
        figures.selected_index = 0
        figures.observe(lambda _: self._draw(), "selected_index")
        self.figures = figures
        menus = widgets.HBox(list(self.menus.values()), layout=widgets.Layout(flex_flow="row wrap"))
        self.box = widgets.VBox([menus, self.said, self.units, self.told, self.dossiers, figures])
        self.box.add_class("hoso-explore")
        self._offer()
        for name, menu in self.menus.items():
            menu.observe(lambda change, name=name: self._choose(name, change["new"]), "value")
        self.units.on_choice(self._open)
        self._show()

    def _choose(self, name: str, value: Any) -> None:
        """Takes over what was chosen; what the rest of the choice no longer allows gives way."""
        if self.offering or value == getattr(self.explorer.choice, name):
            return
        try:
            self.explorer.choice = self._allowed(replace(self.explorer.choice, **{name: value}))
            self._offer()
            self._show()
        except HosoError as error:
            self.said.value = str(tag("p", str(error), role="alert"))

    def _allowed(self, choice: Choice) -> Choice:
        model = self.explorer.model
        report = model.report(choice.province, choice.period)
        last = report.data.last_day.year
        if report.period.start > report.data.last_day or report.period.end < report.data.first_day:
            choice = replace(choice, period=str(last))
        variants = model.variants(report, choice.indicator)
        levels = model.levels(report)
        return replace(
            choice,
            level=choice.level if choice.level in levels else next(iter(levels)),
            variant=choice.variant if choice.variant in variants else next(iter(variants), None),
        )

    def _offer(self) -> None:
        """The menus with what can be chosen now."""
        model, choice = self.explorer.model, self.explorer.choice
        report = model.report(choice.province, choice.period)
        offered: dict[str, Mapping[Any, str]] = {
            "province": model.provinces,
            "period": model.periods(choice.province, choice.period),
            "level": model.levels(report),
            "indicator": model.indicators(report),
            "variant": model.variants(report, choice.indicator) or {None: "–"},
        }
        self.offering = True  # new options set a menu to its first one: no choice of the analyst's
        for name, options in offered.items():
            offer(self.menus[name], options, getattr(choice, name))
        self.offering = False

    def _show(self) -> None:
        model, choice = self.explorer.model, self.explorer.choice
        self.said.value = ""
        self.explorer.figure = None
        self.units.show(model.grid(choice))
        self.dossiers.show(Grid("", (), ()))
        self.told.value = "Bấm vào một đơn vị để xem các hồ sơ đứng sau số liệu."
        self._draw()

    def _draw(self) -> None:
        """The chart that is open; the other is drawn when it is opened."""
        model, choice = self.explorer.model, self.explorer.choice
        if self.figures.selected_index == 0:
            self.chart.value = shown(model.chart(choice))
        elif self.figures.selected_index == 1:
            self.trend.value = shown(model.trend(choice))

    def _open(self, place: int) -> None:
        """The dossiers of the unit that was clicked."""
        row, figure = self.explorer.model.figures(self.explorer.choice)[place]
        self.explorer.figure = figure
        rows = figure.dossiers()
        first = f"; {numbers.number(SHOWN)} hồ sơ đầu" if len(rows) > SHOWN else ""
        fraction = f" ({figure.fraction_text()})" if figure.fraction_text() else ""
        self.told.value = str(tag("p", f"{row['name']}: {figure.title} {figure.printed}{fraction}{first}."))
        self.dossiers.show(
            Grid.of(f"Hồ sơ của {row['name']} ({numbers.number(len(rows))} hồ sơ)", rows, listing=True)
        )


def dropdown(title: str) -> widgets.Dropdown:
    """A menu with its title before it."""
    return widgets.Dropdown(description=title, layout=_WIDE, style={"description_width": "5.5em"})


def offer(menu: widgets.Dropdown, options: Mapping[Any, str], value: Any) -> None:
    """Options of a menu and the chosen one."""
    pairs = tuple((_short(title, key), key) for key, title in options.items())
    if menu.options != pairs:
        menu.options = pairs
    menu.value = value


def _short(title: str, key: Any) -> str:
    """An option: its id first where it is short enough to be read, as a period's and a variant's are."""
    return (
        f"{key} · {title}"
        if key is not None and (any(c.isdigit() for c in key) or len(key) <= _SHORT)
        else title
    )


def shown(chart: Any) -> str:
    """A chart as HTML; a sentence where there is nothing to draw."""
    if not chart.blocks:
        return "<p>Không có biểu đồ cho lựa chọn này.</p>"
    return str(chart._repr_mimebundle_()["text/html"])
