"""The unit among its peers as one small chart (vị trí trong cấp): a line a rate or group, a mark a unit, its own mark large.

Drawn as SVG by itself: 3.321 sheets a month would otherwise load a plotting library for five lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

from ..vocabulary import numbers
from .display import Display
from .figures import Figure
from .report import Report

# Okabe and Ito's palette: told apart by colour-blind readers and in grey.
_OWN: Final = "#D55E00"
_PEER: Final = "#0072B2"
_RULE: Final = "#BBBBBB"
_WIDTH, _LEFT, _RIGHT, _STEP, _TOP = 640, 272, 556, 20, 4  # points of the drawing; text is set at 12
_LONGEST: Final = 50


@dataclass(frozen=True)
class Strip:
    """A line of the chart: what is measured, the unit's share in [0, 1] with its figure, the shares of all units."""

    title: str
    figure: Figure
    share: float
    peers: Sequence[float]


def places(report: Report, identifier: str, caption: str, strips: Sequence[Strip]) -> Display:
    """The chart; nothing where the unit has nothing to show or stands alone."""
    shown = [strip for strip in strips if len(strip.peers) > 1]
    if not shown:
        return Display([])
    ids = [report.registry.add(strip.figure) for strip in shown]
    block = {
        "type": "chart", "id": identifier, "caption": caption, "svg": _svg(shown), "alt": _alt(shown),
        "notes": ["Dấu tròn lớn: đơn vị này; vạch nhỏ: các đơn vị cùng cấp được xếp hạng; bên phải là cao nhất."],
        "plotted": ids,
    }  # fmt: skip
    return Display([block], {name: report.registry.records[name] for name in ids})


def _alt(strips: Sequence[Strip]) -> str:
    """Where the unit stands, said: how many units are below it."""
    return "; ".join(f"{s.title} {s.figure.printed}, {_standing(s)}" for s in strips) + "."


def _standing(strip: Strip) -> str:
    below = sum(peer < strip.share for peer in strip.peers)
    return f"cao hơn {numbers.number(below)} trên {numbers.number(len(strip.peers))} đơn vị cùng cấp được xếp hạng"


def _svg(strips: Sequence[Strip]) -> str:
    height = _TOP + _STEP * len(strips) + 15
    body = "".join(_line(strip, _TOP + _STEP * (i + 0.5)) for i, strip in enumerate(strips))
    ends = _text(_LEFT, height - 4, numbers.percent(0, 0), "middle") + _text(
        _RIGHT, height - 4, numbers.percent(1, 0), "middle"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" '
        f'font-family="Tinos" font-size="12">{body}{ends}</svg>'
    )


def _line(strip: Strip, y: float) -> str:
    marks = "".join(
        f'<path d="M{_x(share):.1f} {y - 5:.1f}V{y + 5:.1f}" stroke="{_PEER}" stroke-width="1.2" stroke-opacity="0.55"/>'
        for share in sorted(set(strip.peers))
    )
    title = strip.title if len(strip.title) <= _LONGEST else strip.title[: _LONGEST - 1].rstrip() + "…"
    return (
        _text(_LEFT - 12, y + 4, title, "end")
        + f'<path d="M{_LEFT} {y:.1f}H{_RIGHT}" stroke="{_RULE}" stroke-width="1"/>'
        + marks
        + f'<circle cx="{_x(strip.share):.1f}" cy="{y:.1f}" r="5.5" fill="{_OWN}" stroke="#FFFFFF" stroke-width="1.2"/>'
        + _text(_RIGHT + 16, y + 4, _label(strip.figure), "start", bold=True)
    )


def _label(figure: Figure) -> str:
    if figure.measure != "points":
        return figure.printed
    return "".join(part if isinstance(part, str) else part.printed for part in figure.fraction.parts[:3])


def _x(share: float) -> float:
    return _LEFT + (_RIGHT - _LEFT) * min(max(share, 0), 1)


def _text(x: float, y: float, words: str, anchor: str, bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{weight}>{escape(words)}</text>'
