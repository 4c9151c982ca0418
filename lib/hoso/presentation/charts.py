"""Charts (biểu đồ) as SVG with alt text that says the finding; matplotlib's object interface, no pyplot state.

Letters are kept as text in Tinos, so the PDF embeds one font and the text can be searched and read aloud.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import Any, Final

import matplotlib as mpl
import pandas as pd
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Canvas
from matplotlib.font_manager import fontManager
from matplotlib.ticker import FuncFormatter

from ..vocabulary import numbers
from ..vocabulary.periods import Period
from .display import Display
from .figures import Figure
from .report import Report

# Okabe and Ito's palette: told apart by colour-blind readers and in grey.
BLUE: Final = "#0072B2"
ORANGE: Final = "#D55E00"
GREY: Final = "#767676"
_LABELS: Final = 1.015  # where values stand beside bars of rates: past 100%, so that no line crosses them
WIDTH: Final = 6.3  # inches: the text width of an A4 page with the margins of NĐ 30/2020
FONT: Final = "Tinos"
_RC: Final[Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "hoso",
    "text.parse_math": False,
    "font.family": FONT,
    "font.size": 10,
}


def trend(
    report: Report, identifier: str, caption: str, indicator: str, variant: str | None = None
) -> Display:
    """A rate by month, against the same months of the year before."""
    months = report.period.months()
    figures = {
        year: [report.rate(indicator, variant, period=month) for month in span]
        for year, span in _spans(months).items()
    }
    now, before = ([figure.value for figure in figures[name]] for name in ("now", "before"))
    labels = [f"Tháng {month.end.month}" for month in months]
    year = report.period.end.year
    with _canvas(2.9) as (canvas, axes):
        _line(axes, before, GREY, "--", f"Năm {year - 1}")
        _line(axes, now, BLUE, "-", f"Năm {year}")
        _last_values(axes, (now, BLUE), (before, GREY))
        axes.set_xticks(range(len(labels)), labels)
        _percent_axis(axes.yaxis)
        axes.margins(x=0.06, y=0.25)
        if axes.lines:
            axes.legend(frameon=False, loc="lower right", bbox_to_anchor=(1, 1), ncols=2)
        svg = _svg(canvas)
    words = report.definitions.indicator(indicator, variant).title
    plotted = [figure for line in figures.values() for figure in line]
    return _chart(report, identifier, caption, svg, _trend_alt(words, labels, now, before, year), plotted)


def _spans(months: Sequence[Period]) -> dict[str, list[Period]]:
    return {"now": list(months), "before": [month.year_ago() for month in months]}


def _line(axes: Any, values: Sequence[float | None], colour: str, style: str, label: str) -> None:
    known = {i: value for i, value in enumerate(values) if value is not None}
    if known:
        marks = {"marker": "o", "markersize": 4, "linewidth": 1.8}
        axes.plot(list(known), list(known.values()), color=colour, linestyle=style, label=label, **marks)


def _last_values(axes: Any, *lines: tuple[Sequence[float | None], str]) -> None:
    """The last value of each line at its end: the higher above its point, the lower below, so that they stand apart."""
    ends = []
    for values, colour in lines:
        known = [(i, value) for i, value in enumerate(values) if value is not None]
        ends += [(*known[-1], colour)] if known else []
    for place, (last, value, colour) in enumerate(sorted(ends, key=lambda end: -end[1])):
        away = (7, "bottom") if place == 0 else (-7, "top")
        axes.annotate(
            numbers.percent(value), (last, value), xytext=(0, away[0]), va=away[1], ha="center", color=colour,
            textcoords="offset points",
        )  # fmt: skip


def _trend_alt(
    title: str, labels: Sequence[str], now: Sequence[float | None], before: Sequence[float | None], year: int
) -> str:
    known = [(label, value) for label, value in zip(labels, now, strict=True) if value is not None]
    if not known:
        return f"{title} theo tháng: chưa có số liệu."
    low, high = min(known, key=lambda pair: pair[1]), max(known, key=lambda pair: pair[1])
    text = (
        f"{title} theo tháng năm {year}: thấp nhất {numbers.percent(low[1])} ({low[0].lower()}), "
        f"cao nhất {numbers.percent(high[1])} ({high[0].lower()})"
    )
    both = [(a, b) for a, b in zip(now, before, strict=True) if a is not None and b is not None]
    higher = sum(a > b for a, b in both)
    return text + (f"; {higher}/{len(both)} tháng cao hơn cùng kỳ năm {year - 1}." if both else ".")


def ranked(
    report: Report, identifier: str, caption: str, rows: pd.DataFrame, whole: Figure | None = None
) -> Display:
    """Units by a rate, lowest first, as bars with their values; a line marks the province's own rate."""
    average = whole.value if whole is not None else None
    shown = rows.dropna(subset="value").sort_values("value", ascending=False)
    with _canvas(0.55 + 0.27 * max(len(shown), 1)) as (canvas, axes):
        positions = range(len(shown))
        axes.barh(positions, shown["value"], color=BLUE, height=0.62)
        axes.set_yticks(positions, [_short(name) for name in shown["name"]])
        for position, value in zip(positions, shown["value"], strict=True):
            axes.annotate(
                numbers.percent(value),
                (_LABELS, position),
                va="center",
                annotation_clip=False,
            )
        if average is not None:
            axes.axvline(average, color=ORANGE, linewidth=1.4, linestyle="--")
        axes.set_xlim(0, 1.12)
        axes.xaxis.set_visible(False)
        axes.spines[["bottom", "left"]].set_visible(False)
        axes.tick_params(axis="y", length=0)
        svg = _svg(canvas)
    plotted = [report.figure(row) for _, row in shown.iterrows()] + ([whole] if whole is not None else [])
    return _chart(
        report, identifier, caption, svg, _ranked_alt(shown, average), plotted, _ranked_note(average)
    )


def _ranked_alt(shown: pd.DataFrame, average: float | None) -> str:
    if not len(shown):
        return "Chưa có số liệu của đơn vị nào."
    lowest = zip(shown["name"][::-1], shown["value"][::-1], strict=True)
    worst = "; ".join(f"{name} {numbers.percent(value)}" for name, value in list(lowest)[:3])
    mean = f" Toàn tỉnh {numbers.percent(average)}." if average is not None else ""
    return f"Thấp nhất: {worst}.{mean}"


def _ranked_note(average: float | None) -> list[str]:
    return [] if average is None else [f"Đường đứt nét: toàn tỉnh {numbers.percent(average)}."]


def scores(report: Report, identifier: str, caption: str, points: Sequence[tuple[str, Figure]]) -> Display:
    """Points of groups as bars within their maximum, in the scorecard's order from the top; nothing without any points."""
    if all(figure.value is None for _, figure in points):
        return Display([])
    shown = list(reversed(points))
    with _canvas(0.55 + 0.42 * max(len(shown), 1)) as (canvas, axes):
        positions = range(len(shown))
        most = [figure.denominator or 0 for _, figure in shown]
        axes.barh(positions, most, color="#E6E6E6", edgecolor=GREY, linewidth=0.8, height=0.6)
        axes.barh(positions, [figure.value or 0 for _, figure in shown], color=BLUE, height=0.6)
        axes.set_yticks(positions, [_short(title) for title, _ in shown])
        for position, (_, figure), top in zip(positions, shown, most, strict=True):
            axes.annotate(
                _of(figure), (top, position), xytext=(5, 0), textcoords="offset points", va="center"
            )
        axes.margins(x=0.16)
        axes.set_xlim(left=0)
        axes.xaxis.set_visible(False)
        axes.spines[["bottom", "left"]].set_visible(False)
        axes.tick_params(axis="y", length=0)
        svg = _svg(canvas)
    note = ["Cột xanh: điểm đạt; cột xám: phần còn thiếu so với điểm tối đa của nhóm."]
    return _chart(report, identifier, caption, svg, _scores_alt(points), [f for _, f in points], note)


def _of(figure: Figure) -> str:
    return "".join(part if isinstance(part, str) else part.printed for part in figure.fraction.parts[:3])


def _scores_alt(points: Sequence[tuple[str, Figure]]) -> str:
    known = [(title, figure) for title, figure in points if figure.value is not None and figure.denominator]
    told = sorted(known, key=lambda pair: (pair[1].value or 0) / (pair[1].denominator or 1))
    low = "; ".join(f"{title} {_of(figure)}" for title, figure in told[:3])
    return f"Thấp nhất so với điểm tối đa: {low}. Cao nhất: {told[-1][0]} {_of(told[-1][1])}."


@contextmanager
def _canvas(height: float) -> Any:
    _register_font()
    with mpl.rc_context(_RC):
        canvas = Canvas(figsize=(WIDTH, height), layout="constrained")
        FigureCanvasSVG(canvas)
        axes = canvas.add_subplot()
        axes.spines[["top", "right"]].set_visible(False)
        yield canvas, axes


def _percent_axis(axis: Any) -> None:
    axis.set_major_formatter(FuncFormatter(lambda value, _: _percent_tick(value)))
    axis.set_major_locator(mpl.ticker.MaxNLocator(nbins=5, steps=[1, 2, 5, 10]))
    axis.grid(visible=True, color="#DDDDDD", linewidth=0.6)


def _percent_tick(value: float) -> str:
    """A tick of a rate: nothing is above 100%, though the axis leaves room for labels there."""
    return numbers.percent(round(value, 6), 1, trim=True) if value <= 1 + 1e-9 else ""


def _svg(canvas: Canvas) -> str:
    buffer = io.StringIO()
    canvas.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


@cache
def _register_font() -> None:
    """Makes the vendored Tinos known to matplotlib, whatever fonts the machine has."""
    for face in ("Tinos_400Regular.ttf", "Tinos_700Bold.ttf"):
        fontManager.addfont(str(files("hoso.presentation") / "fonts" / face))


def _short(name: str) -> str:
    return name if len(name) <= 42 else name[:41].rstrip() + "…"


def _chart(
    report: Report,
    identifier: str,
    caption: str,
    svg: str,
    alt: str,
    plotted: Sequence[Figure],
    notes: Sequence[str] = (),
) -> Display:
    """A chart with the figures it draws, which `hoso verify` recomputes like those of the prose."""
    ids = [report.registry.add(figure) for figure in plotted]
    block = {
        "type": "chart",
        "id": identifier,
        "caption": caption,
        "svg": svg,
        "alt": alt,
        "notes": list(notes),
        "plotted": ids,
    }
    return Display([block], {name: report.registry.records[name] for name in ids})
