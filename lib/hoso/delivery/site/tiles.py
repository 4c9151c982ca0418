"""The tile map (sơ đồ ô) of the index: each province a square that says in words how its reports stand."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from ...vocabulary import numbers
from ...vocabulary.places import Era, Province, names_of, provinces
from ...vocabulary.tile_grid import ARCHIPELAGOS, Tile, read
from ...vocabulary.workbook import reference_file
from .entries import BAD, Entry
from .missing import Missing

LABEL: Final = "Sơ đồ ô, không phải bản đồ địa giới"
_ERAS: Final[dict[Era, str]] = {
    "34": "34 tỉnh, thành phố (từ ngày 01/7/2025)",
    "63": "63 tỉnh, thành phố (đến ngày 30/6/2025)",
}


@dataclass(frozen=True)
class Square:
    """A tile with its words: `state` names the style, `words` say it; `kind` is said to who cannot see the map."""

    kind: str
    name: str
    row: int
    column: int
    state: str
    words: str
    slug: str  # of the page it leads to; blank where the place has no report yet


@dataclass(frozen=True)
class Map:
    """The tiles of an era from north to south, and where the East Sea is written."""

    title: str
    squares: Sequence[Square]
    sea: tuple[int, int]


def maps(entries: Iterable[Entry], lacking: Iterable[Missing]) -> list[Map]:
    """A map for each era of which provinces have reports or lack them, the later one first."""
    own, gaps = list(entries), list(lacking)
    drawn = [_map(era, _by_place(own, era), gaps) for era in _ERAS]
    return [one for one in drawn if any(square.slug for square in one.squares)]


def _by_place(entries: list[Entry], era: Era) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.when.era == era:
            found[entry.province].append(entry)
    return found


def _map(era: Era, own: dict[str, list[Entry]], lacking: list[Missing]) -> Map:
    places = {place.code: place for place in provinces(era)}
    stands = {code: _stand(place, era, own, lacking) for code, place in places.items()}
    drawn = sorted(
        read(reference_file(f"tiles_{era}.tsv")), key=lambda tile: (tile.row, tile.column)
    )  # as they are read aloud
    islands = [tile for tile in drawn if tile.code in ARCHIPELAGOS]
    sea = round(sum(tile.row for tile in islands) / len(islands)), islands[0].column - 1
    return Map(_ERAS[era], [_square(tile, places, stands) for tile in drawn], sea)


def _square(tile: Tile, places: dict[str, Province], stands: dict[str, tuple[str, str, str]]) -> Square:
    if tile.code not in ARCHIPELAGOS:
        place = places[tile.code]
        return Square(
            place.title.removesuffix(place.name), place.name, tile.row, tile.column, *stands[tile.code]
        )
    # an archipelago shows how the reports of the province stand whose unit it is
    name, governor = ARCHIPELAGOS[tile.code]
    place = next(place for place in places.values() if place.name == governor)
    return Square("Quần đảo ", f"{name} ({place.name})", tile.row, tile.column, *stands[place.code])


def _stand(
    place: Province, era: Era, own: dict[str, list[Entry]], lacking: list[Missing]
) -> tuple[str, str, str]:
    """The style, the words and the page of a province: what is worst of its reports in this era."""
    slugs = dict.fromkeys([place.slug, *(known.slug for known in names_of(place.id))])
    entries = [entry for slug in slugs for entry in own.get(slug, ())]
    gaps = [one.province for one in lacking if one.province in slugs and one.in_era(era)]
    pages = [
        *(entry.province for entry in entries),
        *gaps,
    ]  # what is missing counts where nothing was made yet
    if not pages:
        return "none", "chưa có", ""
    found = Counter(entry.state for entry in entries)
    failed = sum(found[state] for state in BAD)
    missed = sum(one.in_era(era) for one in lacking if one.province in slugs)
    counted = (("bad", "lỗi", failed), ("late", "thiếu", missed), ("warn", "lưu ý", found["warnings"]))
    style, word, count = next((told for told in counted if told[2]), ("ok", "đủ", len(entries)))
    return style, f"{word} {numbers.number(count)}", pages[0]
