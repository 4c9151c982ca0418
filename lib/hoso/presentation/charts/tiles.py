"""The tile map (bản đồ ô) of all provinces, with Hoàng Sa and Trường Sa: where they stand, not how large they are.

A grid needs no geometry, so no border is drawn wrong; every province is of one size and prints its value, so the picture
survives a grey copier. Places of the tiles are data/reference/tiles_34.tsv and tiles_63.tsv.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ...vocabulary.places import Era, Province, provinces
from ...vocabulary.tile_grid import ARCHIPELAGOS, Tile, read
from ..display import Display
from ..figures import Figure
from ..report import Report
from .block import chart, nothing
from .canvas import GREY, INK, TALLEST, WIDTH, Sheet, sheet, svg, width
from .distribution import Classes, classes

# One hue from light to dark: the order shows in grey as well (each step is about 15% darker).
_SHADES: Final = ("#EAF3FB", "#BBD7EE", "#86B7DE", "#2F74AE", "#0B4280")
_BRIGHT: Final = 3  # from this shade on the letters are white
_CLASS_STEPS: Final = (1, 2, 3, 4, 5)
_KIND: Final[dict[Era, str]] = {"34": "đặc khu", "63": "huyện đảo"}
_SHORT: Final = {"Bà Rịa - Vũng Tàu": "BR - VT"}
SCHEMATIC: Final = "Bản đồ ô, không theo tỷ lệ, không thể hiện địa giới"


@dataclass(frozen=True)
class Grid:
    """The tiles of an era and the size of each in points."""

    era: Era
    tiles: Sequence[Tile]

    @property
    def columns(self) -> int:
        return 1 + max(tile.column for tile in self.tiles)

    @property
    def rows(self) -> int:
        return 1 + max(tile.row for tile in self.tiles)

    @property
    def first(self) -> int:
        return min(tile.column for tile in self.tiles)

    @property
    def wide(self) -> float:
        return WIDTH / (self.columns - self.first)

    @property
    def high(self) -> float:
        return min(28.0, (TALLEST - 12) / self.rows)

    def corner(self, tile: Tile) -> tuple[float, float]:
        return (tile.column - self.first) * self.wide, tile.row * self.high


def tiles(
    report: Report, identifier: str, caption: str, figures: Mapping[str, Figure], note: str = ""
) -> Display:
    """Every province of the report's era as a tile with its value, shaded in classes; `figures` by slug (or id).

    Hoàng Sa and Trường Sa have the shade of Đà Nẵng and Khánh Hòa, whose units they are. A sentence stands in place of a
    map without any value.
    """
    era = report.period.era
    places = {place.code: place for place in provinces(era, report.period.end)}
    own = {code: figure for code, place in places.items() if (figure := _of(place, figures)) is not None}
    if not own:
        return nothing(caption)
    grid = Grid(era, read(report.workbook.reference_file(f"tiles_{era}.tsv")))
    with sheet(grid.high * grid.rows + 12) as page:
        draw(page, grid, places, own)
        picture = svg(page)
    notes = [f"{SCHEMATIC}. {_island_words(era)}", *([note] if note else [])]
    return chart(report, identifier, caption, picture, _alt(places, own), list(own.values()), notes)


def _of(place: Province, figures: Mapping[str, Figure]) -> Figure | None:
    figure = figures.get(place.slug) or figures.get(place.id)
    return figure if figure is not None and figure.value is not None else None


# ── drawing ──────────────────────────────────────────────────────────────────────────────────────


def draw(page: Sheet, grid: Grid, places: Mapping[str, Province], own: Mapping[str, Figure]) -> None:
    """The tiles, the archipelagos with their labels, the sea, the legend and what kind of map it is."""
    ranges = shades(
        [figure.value or 0 for figure in own.values()], next(iter(own.values())).measure == "rate"
    )
    for tile in grid.tiles:
        if tile.code in places:
            _province(page, grid, tile, own.get(tile.code), ranges)
        else:
            _island(page, grid, tile, _governor(places, own, tile.code), ranges)
    _sea(page, grid)
    _legend(page, grid, ranges, len(own) < len(places))
    page.text(0, page.height - 5, f"{SCHEMATIC}.", 8, style="italic")


def shades(values: Sequence[float], is_rate: bool) -> Classes:
    """At most as many classes as there are shades, of a round width."""
    return classes(values, is_rate, len(_SHADES), _CLASS_STEPS)


def _shade(ranges: Classes, figure: Figure | None) -> tuple[str, str]:
    """The colours of a tile and of its letters; classes are spread over the shades from the lightest to the darkest."""
    if figure is None or figure.value is None:
        return "#FFFFFF", INK
    shade = _spread(ranges.index(figure.value), len(ranges.lows))
    return _SHADES[shade], "#FFFFFF" if shade >= _BRIGHT else INK


def _spread(place: int, count: int) -> int:
    return len(_SHADES) // 2 if count == 1 else round(place * (len(_SHADES) - 1) / (count - 1))


def _province(page: Sheet, grid: Grid, tile: Tile, figure: Figure | None, ranges: Classes) -> None:
    x, y = grid.corner(tile)
    fill, ink = _shade(ranges, figure)
    _square(page, grid, x, y, fill, known=figure is not None)
    middle, name = x + grid.wide / 2, _SHORT.get(tile.name, tile.name)
    page.text(middle, y + grid.high * 0.31, name, _size(name, grid), ha="center", color=ink)
    told = "–" if figure is None else figure.printed
    page.text(
        middle, y + grid.high * 0.7, told, min(9.5, grid.high * 0.32), ha="center", color=ink, weight="bold"
    )


def _square(page: Sheet, grid: Grid, x: float, y: float, fill: str, known: bool = True) -> None:
    style = {"edgecolor": GREY, "linewidth": 0.7, "linestyle": "-" if known else (0, (2, 2))}
    page.box(x + 1, y + 1, grid.wide - 2, grid.high - 2, fill, **style)


def _size(name: str, grid: Grid) -> float:
    """The greatest size at which a name fits its tile."""
    return min(8.5, grid.high * 0.29, (grid.wide - 5) / width(name, 1))


def _island(page: Sheet, grid: Grid, tile: Tile, figure: Figure | None, ranges: Classes) -> None:
    """An archipelago: a tile in the shade of the province it belongs to, and under it both names."""
    x, y = grid.corner(tile)
    fill, ink = _shade(ranges, figure)
    _square(page, grid, x, y, fill, known=figure is not None)
    page.text(x + grid.wide / 2, y + grid.high / 2, _KIND[grid.era], 7.5, ha="center", color=ink)
    page.text(WIDTH, y + grid.high + 6, "{} ({})".format(*ARCHIPELAGOS[tile.code]), 8, ha="right")


def _governor(places: Mapping[str, Province], own: Mapping[str, Figure], code: str) -> Figure | None:
    """The figure of the province an archipelago belongs to."""
    name = ARCHIPELAGOS[code][1]
    return next((own.get(place.code) for place in places.values() if place.name == name), None)


def _sea(page: Sheet, grid: Grid) -> None:
    """The East Sea between the archipelagos."""
    islands = [tile for tile in grid.tiles if tile.code in ARCHIPELAGOS]
    y = grid.high * (sum(tile.row for tile in islands) / len(islands) + 0.5)
    page.text(WIDTH - grid.wide, y, "BIỂN ĐÔNG", 9, ha="center", style="italic", color=GREY)


def _legend(page: Sheet, grid: Grid, ranges: Classes, missing: bool) -> None:
    """The classes from the highest, in the empty west of the grid's middle."""
    x, y = 1.0, grid.high * grid.rows * 0.4
    ends = ranges.ends
    for place in reversed(range(len(ranges.lows))):
        page.box(x, y, 18, 10, _SHADES[_spread(place, len(ranges.lows))], edgecolor=GREY, linewidth=0.7)
        page.text(x + 24, y + 5.5, f"{ends[place]} – {ends[place + 1]}", 8.5)
        y += 14
    if missing:
        page.box(x, y, 18, 10, "#FFFFFF", edgecolor=GREY, linewidth=0.7, linestyle=(0, (2, 2)))
        page.text(x + 24, y + 5.5, "chưa có số liệu", 8.5)


# ── words ────────────────────────────────────────────────────────────────────────────────────────


def _alt(places: Mapping[str, Province], own: Mapping[str, Figure]) -> str:
    """The highest, the lowest, and how many provinces have a value."""
    named = sorted(
        ((places[code].name, figure) for code, figure in own.items()), key=lambda p: -(p[1].value or 0)
    )
    known = f"{len(own)}/{len(places)} tỉnh, thành phố có số liệu."
    if len(named) == 1:
        return f"{named[0][0]} {named[0][1].printed}; {known}"
    if named[0][1].value == named[-1][1].value:
        return f"Tất cả cùng mức {named[0][1].printed}; {known}"
    told = 3 if len(named) > 6 else 1
    high = "; ".join(f"{name} {figure.printed}" for name, figure in named[:told])
    low = "; ".join(f"{name} {figure.printed}" for name, figure in named[: -told - 1 : -1])
    return f"Cao nhất: {high}. Thấp nhất: {low}. {known}"


def _island_words(era: Era) -> str:
    kind = _KIND[era]
    return (
        f"Quần đảo Hoàng Sa ({kind} thuộc thành phố Đà Nẵng) và quần đảo Trường Sa ({kind} thuộc tỉnh Khánh Hòa) "
        "mang màu của thành phố, tỉnh trực tiếp quản lý."
    )
