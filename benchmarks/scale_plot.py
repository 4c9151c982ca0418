"""The cost curves of scale.py as one SVG: CPU seconds, or MiB, over the number of dossiers, both logarithmic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

Curve = Sequence[tuple[float, float]]
"""Pairs of a number of dossiers and what it cost."""

_MARKS: Final = "osD^vPX*"


def draw(file: Path, panels: Mapping[str, Mapping[str, Curve]], aims: Mapping[str, float]) -> None:
    """One panel beside the other: title, curves by name, and a dashed line where the panel has an aim."""
    with mpl.rc_context({"svg.hashsalt": "hoso", "svg.fonttype": "none", "text.parse_math": False}):
        figure = Figure(figsize=(5.2 * len(panels), 4.2), layout="constrained")
        axes = figure.subplots(1, len(panels), squeeze=False)[0]
        for one, (title, curves) in zip(axes, panels.items(), strict=True):
            _panel(one, title, curves, aims.get(title))
        file.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(
            file, format="svg", metadata={"Date": None, "Title": "hoso: cost by number of dossiers"}
        )


def _panel(axes: Axes, title: str, curves: Mapping[str, Curve], aim: float | None) -> None:
    for mark, (name, curve) in zip(_MARKS, curves.items(), strict=False):
        axes.plot([x for x, _ in curve], [y for _, y in curve], marker=mark, label=name)
    if aim is not None:
        axes.axhline(aim, linestyle="--", color="0.5", label=f"aim {aim:g}")
    axes.set(xscale="log", yscale="log", title=title, xlabel="million dossiers")
    _plain(axes.xaxis, 1e6, (1.0,))
    _plain(axes.yaxis, 1.0, (1.0, 2.0, 5.0))
    axes.grid(visible=True, which="major", color="0.9")
    axes.legend(fontsize="small", loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2)  # over no curve


def _plain(axis: Axis, unit: float, steps: Sequence[float]) -> None:
    """Ticks at a decade's steps, written as plain numbers: a leader's page has no powers of ten."""
    axis.set_major_locator(LogLocator(subs=steps))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value / unit:g}"))
    axis.set_minor_formatter(NullFormatter())
