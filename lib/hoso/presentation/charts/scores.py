"""Points of groups as bars within their maximum (điểm theo nhóm)."""

from __future__ import annotations

from collections.abc import Sequence

from ..display import Display
from ..figures import Figure
from ..report import Report
from .block import chart
from .canvas import BLUE, GREY, INK, PALE, WIDTH, Sheet, sheet, svg, width
from .names import shortened

_ROW, _SIZE, _GAP = 26.0, 10.0, 6.0
_NOTE = "Thanh xanh: điểm đạt; thanh xám: phần còn thiếu so với điểm tối đa của nhóm."


def scores(report: Report, identifier: str, caption: str, points: Sequence[tuple[str, Figure]]) -> Display:
    """Points of groups as bars within their maximum, in the scorecard's order from the top; nothing without any points."""
    if all(figure.value is None for _, figure in points):
        return Display([])
    with sheet(_ROW * len(points) + 4) as page:
        draw(page, points)
        return chart(report, identifier, caption, svg(page), _alt(points), [f for _, f in points], [_NOTE])


def draw(page: Sheet, points: Sequence[tuple[str, Figure]]) -> None:
    """One bar a group; the scale is common, so that a group's weight shows in its length."""
    titles = shortened([title for title, _ in points], 190, _SIZE)
    left = max(width(title, _SIZE) for title in titles) + _GAP + 2
    told = [of_maximum(figure) for _, figure in points]
    right = max(width(words, _SIZE) for words in told) + _GAP
    scale = (WIDTH - left - right) / max(_most(figure) for _, figure in points)
    for row, (title, words, (_, figure)) in enumerate(zip(titles, told, points, strict=True)):
        middle = 2 + _ROW * (row + 0.5)
        page.text(left - _GAP, middle, title, _SIZE, ha="right")
        page.box(left, middle - 8, _most(figure) * scale, 16, PALE, edgecolor=GREY, linewidth=0.8)
        page.box(left, middle - 8, (figure.value or 0) * scale, 16, BLUE)
        page.text(left + _most(figure) * scale + _GAP, middle, words, _SIZE, color=INK)


def _most(figure: Figure) -> float:
    return max(figure.denominator or 0, figure.value or 0, 1e-9)


def of_maximum(figure: Figure) -> str:
    """ "7,4/10", a dash without points."""
    if figure.value is None or not figure.denominator:
        return figure.printed
    return "".join(part if isinstance(part, str) else part.printed for part in figure.fraction.parts[:3])


def _alt(points: Sequence[tuple[str, Figure]]) -> str:
    known = [(title, figure) for title, figure in points if figure.value is not None and figure.denominator]
    told = sorted(known, key=lambda pair: (pair[1].value or 0) / (pair[1].denominator or 1))
    if not told:
        return f"{len(points)} nhóm, chưa có điểm tối đa để so sánh."
    if len(told) == 1:
        return f"{told[0][0]} {of_maximum(told[0][1])} điểm."
    if all(figure.value == figure.denominator for _, figure in told):
        return "Tất cả các nhóm đạt điểm tối đa."
    low = "; ".join(f"{title} {of_maximum(figure)}" for title, figure in told[:3])
    return f"Thấp nhất so với điểm tối đa: {low}. Cao nhất: {told[-1][0]} {of_maximum(told[-1][1])}."
