"""A value by month against the same months of the year before (diễn biến theo tháng, so cùng kỳ)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from matplotlib.ticker import FuncFormatter, MaxNLocator

from ...vocabulary import numbers
from ...vocabulary.periods import Period
from ..display import Display
from ..figures import Figure
from ..report import Report
from .block import chart, nothing
from .canvas import BLUE, DASH_DOT, DASHED, GREY, INK, WIDTH, Sheet, sheet, svg, width
from .names import shortened

_LEGEND, _ROW, _BOTTOM, _LEFT, _RIGHT = 16.0, 13.0, 20.0, 36.0, 14.0
_PLOT: Final = 165.0
_TICKS: Final = 13  # months that can be named side by side


@dataclass(frozen=True)
class Months:
    """The months of a period with this year's and last year's figures, the target and what was done when."""

    periods: Sequence[Period]
    now: Sequence[Figure]
    before: Sequence[Figure]
    target: Figure | None
    marks: Sequence[tuple[date, str]]

    @property
    def labels(self) -> list[str]:
        """ "Tháng 9", "T9" where there are many, "9/2023" where the months are of several years."""
        if not self._one_year:
            return [f"{month.end.month}/{month.end.year}" for month in self.periods]
        short = "Tháng " if len(self.periods) <= 9 else "T"
        return [f"{short}{month.end.month}" for month in self.periods]

    @property
    def _one_year(self) -> bool:
        return len({month.end.year for month in self.periods}) == 1

    @property
    def names(self) -> tuple[str, str]:
        """What the two lines are called."""
        year = self.periods[-1].end.year
        return (f"Năm {year}", f"Năm {year - 1}") if self._one_year else ("Kỳ báo cáo", "Cùng kỳ năm trước")

    @property
    def within(self) -> list[tuple[float, date, str]]:
        """The marked days that lie in the months, each with its place on the axis."""
        return [(place, day, words) for day, words in self.marks if (place := self._place(day)) is not None]

    def _place(self, day: date) -> float | None:
        """A month's point stands in its middle."""
        for index, month in enumerate(self.periods):
            if month.start <= day <= month.end:
                return index - 0.5 + (day - month.start).days / ((month.end - month.start).days + 1)
        return None


def trend(
    report: Report,
    identifier: str,
    caption: str,
    indicator: str,
    variant: str | None = None,
    *,
    unit: str | None = None,
    target: Figure | None = None,
    marks: Sequence[tuple[date, str]] = (),
) -> Display:
    """A rate by month, of the province or a unit, against the same months of the year before.

    A target is a line of its own; `marks` are days on which something was done, as upright lines with their words. A
    sentence stands in place of months without any value.
    """
    periods = report.period.months()
    now = [report.rate(indicator, variant, unit=unit, period=month) for month in periods]
    before = [report.rate(indicator, variant, unit=unit, period=month.year_ago()) for month in periods]
    aim = target if target is not None and target.value is not None else None
    months = Months(periods, now, before, aim, marks)
    if all(figure.value is None for figure in (*now, *before)):
        return nothing(caption)
    with sheet(_LEGEND + _ROW * len(months.within) + _PLOT + _BOTTOM) as page:
        draw(page, months)
        picture = svg(page)
    words = report.definitions.indicator(indicator, variant).title
    plotted = [*now, *before, *([aim] if aim else [])]
    return chart(report, identifier, caption, picture, _alt(words, months), plotted, _notes(months))


# ── drawing ──────────────────────────────────────────────────────────────────────────────────────


def draw(page: Sheet, months: Months) -> None:
    """The lines, told apart by dashes and points as well as by colour, under their legend."""
    top = _LEGEND + _ROW * len(months.within)
    axes = page.plot(_LEFT, top, _RIGHT, _BOTTOM)
    labels = months.labels
    step = -(-len(labels) // _TICKS)
    axes.set_xticks(range(0, len(labels), step), labels[::step])
    axes.set_xlim(-0.6, len(labels) - 0.4)
    _line(axes, months.before, GREY, DASHED, "s")
    _line(axes, months.now, BLUE, "-", "o")
    if months.target is not None:
        axes.axhline(months.target.value, color=INK, linestyle=DASH_DOT, linewidth=1.2)
    _last_values(axes, (months.now, BLUE), (months.before, GREY))
    _value_axis(axes, [figure for figure in (*months.now, *months.before) if figure.value is not None])
    axes.margins(y=0.25)
    _legend(page, months)
    _marks(page, months)


def _line(axes: Any, figures: Sequence[Figure], colour: str, style: Any, marker: str) -> None:
    known = {i: figure.value for i, figure in enumerate(figures) if figure.value is not None}
    if known:
        look = {"marker": marker, "markersize": 4, "linewidth": 1.8, "linestyle": style}
        axes.plot(list(known), list(known.values()), color=colour, **look)


def _last_values(axes: Any, *lines: tuple[Sequence[Figure], str]) -> None:
    """The last value of each line at its end: the higher above its point, the lower below, so that they stand apart."""
    ends = []
    for figures, colour in lines:
        known = [(i, figure) for i, figure in enumerate(figures) if figure.value is not None]
        ends += [(*known[-1], colour)] if known else []
    for place, (last, figure, colour) in enumerate(sorted(ends, key=lambda end: -(end[1].value or 0))):
        away = (7, "bottom") if place == 0 else (-7, "top")
        axes.annotate(
            figure.printed, (last, figure.value), xytext=(0, away[0]), va=away[1], ha="center", color=colour,
            textcoords="offset points", bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
        )  # fmt: skip


def _value_axis(axes: Any, known: Sequence[Figure]) -> None:
    """Ticks in the words of the measure: nothing below zero, no rate above 100%, though labels take room there."""
    is_rate = known[0].measure == "rate"

    def tick(value: float, _: object) -> str:
        value = round(value, 6)
        if value < 0 or (is_rate and value > 1):
            return ""
        return numbers.percent(value, 1, trim=True) if is_rate else numbers.decimal(value, 2, trim=True)

    axes.yaxis.set_major_formatter(FuncFormatter(tick))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 5, 10]))
    axes.grid(visible=True, axis="y", color="#DDDDDD", linewidth=0.6)
    axes.tick_params(labelsize=9)


def _legend(page: Sheet, months: Months) -> None:
    """The lines that are drawn with what they are, from the right."""
    now, before = months.names
    lines: list[tuple[str, str, Any, str]] = [(now, BLUE, "-", "o")] if _known(months.now) else []
    lines += [(before, GREY, DASHED, "s")] if _known(months.before) else []
    if months.target is not None:
        lines.append((f"Chỉ tiêu {months.target.printed}", INK, DASH_DOT, ""))
    x = WIDTH - _RIGHT
    for words, colour, style, marker in reversed(lines):
        x -= width(words, 9.5)
        page.text(x, _LEGEND / 2, words, 9.5)
        ends = (x - 33, x - 5)
        page.line(ends, (_LEGEND / 2,) * 2, colour, linestyle=style, linewidth=1.8)
        page.line((sum(ends) / 2,), (_LEGEND / 2,), colour, marker=marker, markersize=4)
        x = ends[0] - 16


def _known(figures: Sequence[Figure]) -> bool:
    return any(figure.value is not None for figure in figures)


def _marks(page: Sheet, months: Months) -> None:
    """Each marked day as an upright dotted line with its words at the top, one row each."""
    words = shortened([f"{numbers.date(day)}: {text}" for _, day, text in months.within], WIDTH * 0.55, 8.5)
    unit = (WIDTH - _LEFT - _RIGHT) / len(months.periods)
    foot = page.height - _BOTTOM
    for row, ((place, _, _), told) in enumerate(zip(months.within, words, strict=True)):
        x, y = _LEFT + unit * (place + 0.6), _LEGEND + _ROW * (row + 0.5)
        page.line((x, x), (y + 5, foot), INK, linestyle=":", linewidth=1)
        start = min(x, WIDTH - width(told, 8.5))
        page.text(max(start, 0), y, told, 8.5)


# ── words ────────────────────────────────────────────────────────────────────────────────────────


def _alt(title: str, months: Months) -> str:
    """The worst and the best month, how many are better than a year before, how many reach the target."""
    known = [pair for pair in zip(months.labels, months.now, strict=True) if pair[1].value is not None]
    span = f"năm {months.periods[-1].end.year}" if months.names[0].startswith("Năm") else "trong kỳ"
    if not known:
        return f"{title} theo tháng {span}: chưa có số liệu; chỉ có số liệu cùng kỳ năm trước."
    told = f"{title} theo tháng {span}: {_extremes(known)}"
    return "; ".join([told, *_against_year_ago(months), *_against_target(months)]) + "."


def _extremes(known: Sequence[tuple[str, Figure]]) -> str:
    low, high = (pick(known, key=lambda pair: pair[1].value or 0) for pick in (min, max))
    if len(known) > 1 and low[1].value == high[1].value:
        return f"tất cả các tháng đều {low[1].printed}"
    return f"thấp nhất {low[1].printed} ({_month(low[0])}), cao nhất {high[1].printed} ({_month(high[0])})"


def _month(label: str) -> str:
    return f"tháng {label.removeprefix('Tháng ').removeprefix('T')}"


def _against_year_ago(months: Months) -> list[str]:
    pairs = [(a.value, b.value) for a, b in zip(months.now, months.before, strict=True)]
    both = [(a, b) for a, b in pairs if a is not None and b is not None]
    higher, before = sum(a > b for a, b in both), months.names[1]
    year = f"cùng kỳ {before.lower()}" if before.startswith("Năm") else "cùng kỳ năm trước"
    return [f"{higher}/{len(both)} tháng cao hơn {year}"] if both else []


def _against_target(months: Months) -> list[str]:
    aim = months.target
    known = [figure.value for figure in months.now if figure.value is not None]
    if aim is None or aim.value is None or not known:
        return []
    reached = sum(value >= aim.value for value in known)
    told = f"từ {aim.printed} (chỉ tiêu) trở lên"
    return [f"{reached}/{len(known)} tháng {told}" if reached else f"chưa tháng nào {told}"]


def _notes(months: Months) -> list[str]:
    """The marked days in full, in the order of days."""
    told = [
        f"ngày {numbers.date(day)}, {text[:1].lower()}{text[1:]}" for _, day, text in sorted(months.within)
    ]
    return [f"Đường chấm dọc: {'; '.join(told)}."] if told else []
