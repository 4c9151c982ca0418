"""Where each province stands in the tile map (sơ đồ ô): data/reference/tiles_34.tsv and tiles_63.tsv.

A grid and no map of borders: there is no geometry with a clear licence that shows Hoàng Sa and Trường Sa.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ARCHIPELAGOS: Final = {"HS": ("Hoàng Sa", "Đà Nẵng"), "TS": ("Trường Sa", "Khánh Hòa")}
"""The two tiles that are no province: their names, and the names of the provinces they are units of."""


@dataclass(frozen=True)
class Tile:
    """A square of the grid: a province (code) or an archipelago (HS, TS), with row and column from the top left."""

    code: str
    name: str
    row: int
    column: int


def read(path: Path) -> list[Tile]:
    """The tiles of a file, in its order."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [Tile(row["code"], row["name_vi"], int(row["row"]), int(row["col"])) for row in rows]
