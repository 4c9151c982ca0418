"""Where units stand, by level (phân bố theo cấp): how many in each range of values."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from ...vocabulary import numbers
from ..display import Display
from ..figures import Figure
from ..report import Report
from .block import capital, chart, figures, nothing
from .canvas import BLUE, GREY, WIDTH, Sheet, sheet, svg, width
from .names import plain_province

_TITLES: Final = {
    "province": "tỉnh, thành phố", "department": "cấp tỉnh", "district": "cấp huyện", "commune": "cấp xã",
}  # fmt: skip
_STEPS: Final = (1, 2, 5)
_MOST_CLASSES: Final = 12
_TITLE, _BARS, _AXIS, _GAP, _SIZE = 15.0, 70.0, 14.0, 8.0, 9.0


@dataclass(frozen=True)
class Classes:
    """Ranges of values of one width: the lower end of each, and of what measure."""

    lows: tuple[float, ...]
    step: float
    is_rate: bool

    def index(self, value: float) -> int:
        """The range a value is in; the highest value belongs to the last."""
        place = math.floor((value - self.lows[0]) / self.step + 1e-9)
        return min(max(place, 0), len(self.lows) - 1)

    @property
    def ends(self) -> list[str]:
        """The ends of all ranges in print."""
        values = [*self.lows, self.lows[-1] + self.step]
        if self.is_rate and self.lows[-1] < 1:
            values[-1] = min(values[-1], 1.0)  # no rate is above 100%
        digits = max(0, -math.floor(math.log10(self.step * (100 if self.is_rate else 1)) + 1e-9))
        return [numbers.percent(v, digits) if self.is_rate else numbers.decimal(v, digits) for v in values]


def classes(
    values: Sequence[float], is_rate: bool, most: int = _MOST_CLASSES, steps: Sequence[int] = _STEPS
) -> Classes:
    """At most `most` ranges of a round width that hold all values; at least one."""
    low, high = min(values), max(values)
    unit = 0.01 if is_rate else 1.0
    wanted = max((high - low) / most, unit)
    power = 10.0 ** math.floor(math.log10(wanted))
    for step in (power * s for s in (*steps, *(10 * s for s in steps))):
        first = math.floor(low / step + 1e-9)
        last = max(math.ceil(high / step - 1e-9), first + 1)
        if is_rate and high <= 1:  # a rate of 100% is the upper end of its range
            last = min(last, math.ceil(1 / step - 1e-9))
            first = min(first, last - 1)
        if last - first <= most:
            break
    return Classes(tuple(round(i * step, 10) for i in range(first, last)), round(step, 10), is_rate)


def distribution(report: Report, identifier: str, caption: str, rows: pd.DataFrame) -> Display:
    """How many units of each level stand in which range: `rows` with name, level and value, one a unit.

    As for `ranked` a column `figure` takes the place of rows of the results table. A sentence stands in place of no unit.
    """
    known = rows.dropna(subset="value")
    if not len(known):
        return nothing(caption)
    own = figures(report, known)
    levels = [level for level in _TITLES if (known["level"] == level).any()]
    ranges = classes(list(known["value"]), own[0].measure == "rate")
    counts = {level: _counted(known.loc[known["level"] == level, "value"], ranges) for level in levels}
    with sheet((_TITLE + _BARS + _AXIS + _GAP) * len(levels)) as page:
        draw(page, counts, ranges)
        picture = svg(page)
    alt = " ".join(_told(known, own, level) for level in levels)
    note = f"Trục ngang: {_axis(own[0])}; số trên cột: số đơn vị."
    return chart(report, identifier, caption, picture, alt, own, [note])


def _axis(figure: Figure) -> str:
    title = figure.title.partition(":")[0]
    title = title[:1].lower() + title[1:]
    return f"{title} ({figure.measured_in})" if figure.measure == "points" and figure.measured_in else title


def _counted(values: pd.Series[float], ranges: Classes) -> list[int]:
    counts = [0] * len(ranges.lows)
    for value in values:
        counts[ranges.index(value)] += 1
    return counts


def draw(page: Sheet, counts: Mapping[str, Sequence[int]], ranges: Classes) -> None:
    """A block of bars a level, all over the same ranges, so that levels compare by eye."""
    for block, (level, numbers_of) in enumerate(counts.items()):
        top = block * (_TITLE + _BARS + _AXIS + _GAP)
        title = f"{capital(_TITLES[level])}: {numbers.number(sum(numbers_of))} đơn vị"
        page.text(0, top + _TITLE / 2, title, 10, weight="bold")
        _block(page, top + _TITLE, numbers_of, ranges)


def _block(page: Sheet, top: float, counts: Sequence[int], ranges: Classes) -> None:
    ends, inner = ranges.ends, WIDTH - 30
    unit, most, foot = min(inner / len(counts), 90.0), max(counts), top + _BARS
    every = math.ceil((max(width(end, _SIZE) for end in ends) + 4) / unit)
    for i, count in enumerate(counts):
        x, high = 15 + unit * i, (_BARS - 14) * count / most
        page.box(x + 1, foot - high, unit - 2, high, BLUE)
        if count:
            page.text(x + unit / 2, foot - high - 6, numbers.number(count), _SIZE, ha="center")
    page.line((15, 15 + unit * len(counts)), (foot, foot), GREY, linewidth=0.8)
    for i, end in enumerate(ends):
        if i % every == 0:
            page.text(15 + unit * i, foot + _AXIS / 2, end, _SIZE, ha="center")


def _told(rows: pd.DataFrame, own: Sequence[Figure], level: str) -> str:
    """The lowest, the middle and the highest of a level."""
    named = [
        (plain_province(name) if level == "province" else name, figure)
        for name, figure, at in zip(rows["name"], own, rows["level"], strict=True)
        if at == level
    ]
    named.sort(key=lambda pair: pair[1].value or 0)
    title = capital(_TITLES[level])
    if len(named) == 1:
        return f"{title}: một đơn vị, {named[0][0]} {named[0][1].printed}."
    low, middle, high = named[0], named[(len(named) - 1) // 2], named[-1]
    if low[1].value == high[1].value:
        return f"{title}: cả {len(named)} đơn vị cùng mức {low[1].printed}."
    return (
        f"{title}: thấp nhất {low[0]} {low[1].printed}, cao nhất {high[0]} {high[1].printed}; "
        f"một nửa số đơn vị không quá {middle[1].printed}."
    )
