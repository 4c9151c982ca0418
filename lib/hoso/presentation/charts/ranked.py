"""Units by a rate, lowest first, as bars (xếp hạng đơn vị): from one unit to two hundred on one page."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from ...statistics.data import Data
from ...vocabulary.places import DISTRICT_KINDS
from ..display import Display
from ..figures import Figure
from ..report import Report
from .block import capital, chart, figures, nothing, whole_name
from .canvas import AMBER, BLUE, DASHED, INK, ORANGE, TALLEST, WIDTH, Sheet, sheet, svg, width
from .names import shortened

_COLUMNS: Final = ((40, 1), (100, 2))  # to so many units in so many columns, beyond in three
_MOST: Final = 200
_HEAD, _FOOT, _GUTTER, _GAP = 15.0, 4.0, 12.0, 5.0
_EDGE: Final = 2.0  # what a reader's own serif may be wider than Tinos
_LOW: Final = 3  # how many of the lowest the alt text names
_CLOSE: Final = 1e-12
_KIND: Final = re.compile(rf"^UBND (?:(?:{'|'.join(DISTRICT_KINDS)}) )?")


@dataclass(frozen=True)
class Bar:
    """One unit: the name it prints under, its figure, and whether it meets the target (None without one)."""

    name: str
    figure: Figure
    met: bool | None = None

    @property
    def value(self) -> float:
        assert self.figure.value is not None
        return self.figure.value


@dataclass(frozen=True)
class Mark:
    """A line across the bars: what it is and its figure."""

    title: str
    figure: Figure
    is_target: bool = False

    @property
    def words(self) -> str:
        return f"{self.title} {self.figure.printed}"

    @property
    def value(self) -> float:
        assert self.figure.value is not None
        return self.figure.value


def ranked(
    report: Report,
    identifier: str,
    caption: str,
    rows: pd.DataFrame,
    whole: Figure | None = None,
    target: Figure | None = None,
    *,
    whole_title: str = "",
) -> Display:
    """Units by a value, lowest first, as bars with their values; lines mark the province's own and the target.

    `rows` are those of the results table with `name` (and `figure` where it is no row of that table; `met` where the target
    is each unit's own); `whole_title` is what `whole` is called where it is not the place's own value. Bars that miss the
    target are lighter. A sentence stands in place of no unit; of more than two hundred the lowest are drawn.
    """
    known = rows.assign(name=_names(report, rows)).dropna(subset="value") if len(rows) else rows
    if not len(known):
        return nothing(caption)
    shown = known.sort_values("value", kind="stable").head(_MOST)
    lines = _lines(whole_title or whole_name(report), whole, target)
    bars = _bars(report, shown, target)
    with sheet(_height(len(bars), len(lines))) as page:
        draw(page, bars, lines)
        picture = svg(page)
    plotted = [bar.figure for bar in bars] + [line.figure for line in lines]
    alt, notes = _alt(bars, lines), _notes(lines, len(known) > len(bars))
    return chart(report, identifier, caption, picture, alt, plotted, notes)


def _lines(title: str, whole: Figure | None, target: Figure | None) -> list[Mark]:
    """The province's own value and the target, where they are known."""
    given = ((title, whole, False), ("chỉ tiêu", target, True))
    return [
        Mark(words, line, is_target) for words, line, is_target in given if line and line.value is not None
    ]


def _bars(report: Report, shown: pd.DataFrame, target: Figure | None) -> list[Bar]:
    own = figures(report, shown)
    if "met" in shown.columns:
        met = [None if pd.isna(value) else bool(value) for value in shown["met"]]
    else:
        met = [_meets(report, figure, target) for figure in own]
    return [Bar(*parts) for parts in zip(shown["name"], own, met, strict=True)]


def _meets(report: Report, figure: Figure, target: Figure | None) -> bool | None:
    """Whether a value is on the good side of the target."""
    if target is None or target.value is None or figure.value is None:
        return None
    name, variant = figure.key.get("indicator"), figure.key.get("variant")
    fewer = bool(variant) and report.definitions.indicator(str(name), variant).direction == "down"
    above = figure.value - target.value
    return -above >= -_CLOSE if fewer else above >= -_CLOSE


def _names(report: Report, rows: pd.DataFrame) -> list[str]:
    """The names; one that several units bear with that of the unit above each."""
    names = [str(name) for name in rows["name"]]
    if report.dossiers is None or "unit" not in rows.columns or len(set(names)) == len(names):
        return names
    above = _above(report.dossiers)
    twice = {name for name in names if names.count(name) > 1}
    own = zip(names, rows["unit"], strict=True)
    return [f"{name} ({above[unit]})" if name in twice and unit in above else name for name, unit in own]


def _above(data: Data) -> dict[str, str]:
    """The name of the unit above each unit, without "UBND huyện"."""
    names = dict(zip(data.units["unit"], data.units["name"], strict=True))
    pairs = zip(data.units["unit"], data.units["parent"], strict=True)
    return {unit: _KIND.sub("", names[parent]) for unit, parent in pairs if parent in names}


# ── drawing ──────────────────────────────────────────────────────────────────────────────────────


def _shape(count: int) -> tuple[int, float]:
    """How many columns, and how high a row is."""
    columns = next((columns for most, columns in _COLUMNS if count <= most), 3)
    rows = math.ceil(count / columns)
    free = TALLEST - 2 * _HEAD - _FOOT
    return columns, min(18.0, max(420 / rows, min(13.0, free / rows)), free / rows)


def _height(count: int, lines: int) -> float:
    columns, pitch = _shape(count)
    return _HEAD * (lines if columns == 1 else min(lines, 1)) + pitch * math.ceil(count / columns) + _FOOT


def draw(page: Sheet, bars: Sequence[Bar], lines: Sequence[Mark]) -> None:
    """The bars in one column with labelled lines, or in several under one legend."""
    columns, pitch = _shape(len(bars))
    size = min(9.5, max(7.2, pitch * 0.74))
    own = (WIDTH - _GUTTER * (columns - 1)) / columns
    scale = max([bar.value for bar in bars] + [line.value for line in lines]) or 1.0
    values = max(width(bar.figure.printed, size) for bar in bars) + _GAP
    room = own * (0.5 if columns == 1 else 0.53)
    names = shortened([bar.name for bar in bars], room, size)
    left = max(width(name, size) for name in names) + _GAP + _EDGE
    if columns == 1:
        left = max(left, max((width(line.words, 8.5) for line in lines), default=0) + _GAP)
    rows = math.ceil(len(bars) / columns)
    head = _HEAD * (len(lines) if columns == 1 else min(len(lines), 1))
    for column in range(columns):
        part = slice(column * rows, (column + 1) * rows)
        x = column * (own + _GUTTER)
        place = _Place(x, head, own, left, own - left - values, scale, pitch, size)
        _column(page, place, names[part], bars[part])
        _rules(page, place, lines, len(bars[part]))
    _labels(page, lines, left, own - left - values, scale) if columns == 1 else _legend(page, lines)


@dataclass(frozen=True)
class _Place:
    """Where a column of bars stands, in points."""

    x: float
    top: float
    width: float
    names: float
    bars: float
    scale: float
    pitch: float
    size: float

    def at(self, value: float) -> float:
        return self.x + self.names + self.bars * max(value, 0) / self.scale


def _column(page: Sheet, place: _Place, names: Sequence[str], bars: Sequence[Bar]) -> None:
    for row, (name, bar) in enumerate(zip(names, bars, strict=True)):
        middle = place.top + place.pitch * (row + 0.5)
        thick = place.pitch * 0.66
        page.text(place.x + place.names - _GAP, middle, name, place.size, ha="right")
        start = place.at(0)
        page.box(
            start, middle - thick / 2, place.at(bar.value) - start, thick, AMBER if bar.met is False else BLUE
        )
        page.text(place.x + place.width, middle, bar.figure.printed, place.size, ha="right")


def _rules(page: Sheet, place: _Place, lines: Sequence[Mark], rows: int) -> None:
    """The lines down a column; dashed the province's own, unbroken the target."""
    for line in lines:
        x = place.at(line.value)
        page.line(
            (x, x),
            (place.top - 2, place.top + place.pitch * rows),
            *_look(line)[:1],
            linestyle=_look(line)[1],
        )


def _look(line: Mark) -> tuple[str, object]:
    return (INK, "-") if line.is_target else (ORANGE, DASHED)


def _labels(page: Sheet, lines: Sequence[Mark], left: float, bars: float, scale: float) -> None:
    """What each line is, to the left of its upper end; the line farther right has the upper place, so none is crossed."""
    for row, line in enumerate(sorted(lines, key=lambda line: -line.value)):
        x, middle = left + bars * max(line.value, 0) / scale, _HEAD * (row + 0.5)
        page.text(x - _GAP, middle, capital(line.words), 8.5, ha="right", color=_look(line)[0])
        page.line((x, x), (middle - 5, _HEAD * len(lines)), _look(line)[0], linestyle=_look(line)[1])


def _legend(page: Sheet, lines: Sequence[Mark]) -> None:
    x = 0.0
    for line in lines:
        page.line((x, x + 24), (_HEAD / 2, _HEAD / 2), _look(line)[0], linestyle=_look(line)[1])
        page.text(x + 29, _HEAD / 2, capital(line.words), 8.5)
        x += 29 + width(capital(line.words), 8.5) + 18


# ── words ────────────────────────────────────────────────────────────────────────────────────────


def _alt(bars: Sequence[Bar], lines: Sequence[Mark]) -> str:
    """Who is lowest, or that there is but one or no difference; how many meet the target; the province's own."""
    told = [_lowest(bars), *_met(bars, lines)]
    told += [f"{capital(line.words)}." for line in lines if not line.is_target]
    return " ".join(told)


def _lowest(bars: Sequence[Bar]) -> str:
    if len(bars) == 1:
        return f"{bars[0].name} {bars[0].figure.printed}."
    if len({bar.figure.printed for bar in bars}) == 1:
        return f"Cả {len(bars)} đơn vị cùng mức {bars[0].figure.printed}."
    return "Thấp nhất: " + "; ".join(f"{bar.name} {bar.figure.printed}" for bar in bars[:_LOW]) + "."


def _met(bars: Sequence[Bar], lines: Sequence[Mark]) -> list[str]:
    known = [bar for bar in bars if bar.met is not None]
    if not known:
        return []
    met, aim = (
        sum(bool(bar.met) for bar in known),
        next((line.figure.printed for line in lines if line.is_target), ""),
    )
    target = f"chỉ tiêu {aim}".strip()
    if len(known) == 1:
        return [f"Đơn vị {'đạt' if met else 'chưa đạt'} {target}."]
    if met == len(known):
        return [f"Tất cả {met} đơn vị đạt {target}."]
    return [f"{met}/{len(known)} đơn vị đạt {target}." if met else f"Chưa đơn vị nào đạt {target}."]


def _notes(lines: Sequence[Mark], cut: bool) -> list[str]:
    kinds = {False: "đường đứt nét", True: "đường liền"}
    told = "; ".join(f"{kinds[line.is_target]}: {line.words}" for line in lines)
    notes = [f"{capital(told)}."] if told else []
    if any(line.is_target for line in lines):
        notes[0] = notes[0][:-1] + "; thanh nhạt: chưa đạt."
    return notes + (["Chỉ vẽ các đơn vị thấp nhất; đầy đủ tại bảng của báo cáo."] if cut else [])
