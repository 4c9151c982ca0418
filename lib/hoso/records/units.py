"""Which unit (cơ quan, đơn vị) a name in an export means.

Known units come from data/reference and from earlier imports. A name nobody knows is registered with the level its
wording gives and listed for review; a dossier is never refused for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import polars as pl

from ..vocabulary.places import Unit, level_of, reference_units, unit_id
from ..vocabulary.text import clean, fold
from . import schema


@dataclass
class Registry:
    """The units of one province, found by name; `found` lists those met for the first time."""

    province_id: str
    known: dict[str, Unit] = field(default_factory=dict)
    found: list[Unit] = field(default_factory=list)
    _by_name: dict[str, list[Unit]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def load(cls, province_id: str, registered: pl.DataFrame) -> Registry:
        """The registry of a province from the reference list and the units earlier imports registered."""
        registry = cls(province_id)
        earlier = [
            Unit(row["unit_id"], row["name"], row["level"], row["parent_id"], province_id)
            for row in registered.iter_rows(named=True)
        ]
        for unit in [*reference_units(province_id), *earlier]:
            registry._add(unit)
        return registry

    def _add(self, unit: Unit) -> None:
        if unit.id not in self.known:
            self.known[unit.id] = unit
            self._by_name[name_key(unit.name)].append(unit)

    def find(self, name: str, parent: str | None) -> Unit:
        """The unit of a name, registered now when nobody knew it."""
        candidates = self._by_name.get(name_key(name), [])
        if parent:
            above = name_key(parent)
            candidates = [unit for unit in candidates if self._parent_key(unit) == above] or (
                candidates if len(candidates) == 1 and candidates[0].level != "commune" else []
            )
        if len(candidates) == 1:
            return candidates[0]
        return self._register(name, parent)

    def _parent_key(self, unit: Unit) -> str | None:
        above = self.known.get(unit.parent or "")
        return name_key(above.name) if above else None

    def _register(self, name: str, parent: str | None) -> Unit:
        level = level_of(name)
        above = self._by_name.get(name_key(parent), []) if parent else []
        unit = Unit(
            unit_id(name, parent if level == "commune" else None),
            clean(name),
            level,
            above[0].id if above else None,
            self.province_id,
        )
        if unit.id not in self.known:
            self.found.append(unit)
            self._add(unit)
        return self.known[unit.id]

    def resolve(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Adds unit_id and level to rows with unit_name and unit_parent."""
        names = rows.select("unit_name", "unit_parent").unique()
        pairs = [
            (name, parent, self.find(name, parent))
            for name, parent in names.sort("unit_name", "unit_parent").iter_rows()
        ]
        table = pl.DataFrame(
            {
                "unit_name": [p[0] for p in pairs],
                "unit_parent": [p[1] for p in pairs],
                "unit_id": [p[2].id for p in pairs],
                "level": [p[2].level for p in pairs],
            },
            schema={
                "unit_name": pl.String,
                "unit_parent": pl.String,
                "unit_id": pl.String,
                "level": pl.String,
            },
        )
        return rows.join(
            table, on=["unit_name", "unit_parent"], how="left", nulls_equal=True, maintain_order="left"
        )


def name_key(name: str) -> str:
    """The match key of a unit's name: without 'UBND', and without its province's name at the end."""
    key = fold(name)
    for words in ("ủy ban nhân dân ", "ubnd "):
        key = key.removeprefix(fold(words) + " " if not fold(words).endswith(" ") else fold(words))
    return key.strip()


def frame(units: Iterable[Unit], import_id: str) -> pl.DataFrame:
    """Units as rows of the units table."""
    rows = [(u.province_id, u.id, u.name, u.level, u.parent, import_id) for u in units]
    return pl.DataFrame(rows, schema=schema.UNITS, orient="row")
