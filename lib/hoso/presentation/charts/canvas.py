"""The paper charts are drawn on: a page-wide sheet measured in points, the house style, and SVG out of it."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import Any, Final

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Canvas
from matplotlib.font_manager import fontManager
from matplotlib.ft2font import FT2Font, LoadFlags
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.transforms import Affine2D

from ..letters import printable

# Okabe and Ito's palette: told apart by colour-blind readers; where two meet they also differ in grey.
BLUE: Final = "#0072B2"
SKY: Final = "#56B4E9"
AMBER: Final = "#E69F00"
ORANGE: Final = "#D55E00"
INK: Final = "#1A1A1A"
GREY: Final = "#767676"  # 4,5:1 on white
PALE: Final = "#E6E6E6"

WIDTH: Final = 453.6  # points: the text width of an A4 page with the margins of NĐ 30/2020
TALLEST: Final = 655.0  # points: its text height, less a caption and two lines of notes
FONT: Final = "Tinos"
_RC: Final[Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "hoso",
    "text.parse_math": False,  # "$" in a unit's name is a letter
    "font.family": FONT,
    "font.size": 10,
}
_FACES: Final = {False: "Tinos_400Regular.ttf", True: "Tinos_700Bold.ttf"}
DASHED: Final = (0, (5, 3))
DASH_DOT: Final = (0, (7, 2, 1.5, 2))


class Sheet:
    """A sheet of `height` points; what is drawn is placed in points from its top left corner.

    Artists stand on the figure itself: axes that nobody needs cost as much as forty texts.
    """

    def __init__(self, height: float) -> None:
        self.height = height
        self.canvas = Canvas(figsize=(WIDTH / 72, height / 72))
        FigureCanvasSVG(self.canvas)
        down = Affine2D().scale(1 / 72, -1 / 72).translate(0, height / 72)
        self._points = down + self.canvas.dpi_scale_trans

    def plot(self, left: float, top: float, right: float, bottom: float) -> Any:
        """Axes for a plot with these margins, in points."""
        inner = (WIDTH - left - right) / WIDTH, (self.height - top - bottom) / self.height
        axes = self.canvas.add_axes((left / WIDTH, bottom / self.height, *inner))
        axes.spines[["top", "right"]].set_visible(False)
        return axes

    def text(self, x: float, y: float, words: str, size: float, **style: Any) -> None:
        """Words on the line whose middle is `y`; `ha`, `color`, `weight`, `style` as matplotlib has them."""
        given: dict[str, Any] = {"ha": "left", "va": "center_baseline", "color": INK} | style
        self._add(Text(x, y, printable(words), fontsize=size, transform=self._points, **given))

    def box(self, x: float, y: float, width: float, height: float, colour: str, **style: Any) -> None:
        """A filled rectangle from its top left corner."""
        given: dict[str, Any] = {"linewidth": 0} | style
        self._add(Rectangle((x, y), width, height, facecolor=colour, transform=self._points, **given))

    def line(self, xs: Sequence[float], ys: Sequence[float], colour: str, **style: Any) -> None:
        """A line through points."""
        given: dict[str, Any] = {"linewidth": 1.3, "solid_capstyle": "butt"} | style
        self._add(Line2D(xs, ys, color=colour, transform=self._points, **given))

    def _add(self, artist: Artist) -> None:
        self.canvas.add_artist(artist)


@contextmanager
def sheet(height: float) -> Iterator[Sheet]:
    """A sheet in the house style; what is drawn and saved within is not touched by anyone's settings."""
    _register_font()
    with mpl.rc_context(_RC):
        yield Sheet(height)


def svg(drawn: Sheet) -> str:
    """The sheet as SVG, the same bytes in every process."""
    buffer = io.StringIO()
    drawn.canvas.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def width(words: str, size: float, bold: bool = False) -> float:
    """How wide words are in Tinos, in points."""
    return _thousandths(printable(words), bold) * size / 1000


@cache
def _thousandths(words: str, bold: bool) -> float:
    face = _face(bold)
    face.set_text(words, flags=LoadFlags.NO_HINTING)
    return float(face.get_width_height()[0]) / 64


@cache
def _face(bold: bool) -> FT2Font:
    face = FT2Font(_font_file(_FACES[bold]))
    face.set_size(1000, 72)
    return face


@cache
def _register_font() -> None:
    """Makes the vendored Tinos known to matplotlib, whatever fonts the machine has."""
    for face in _FACES.values():
        fontManager.addfont(_font_file(face))


def _font_file(name: str) -> str:
    return str(files("hoso.presentation") / "fonts" / name)
