"""The units that handle dossiers: their size, and the part of a dossier id that names them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hoso.vocabulary.places import Province, Unit, reference_units

from . import plan

LEVELS: Final = ("department", "district", "commune")
FIRST_DISTRICT: Final = 30  # department numbers end below it
_TINY: Final = 0.00002  # a tiny commune's share of its level: a handful of dossiers a year


@dataclass(frozen=True)
class Bodies:
    """Units in a fixed order; arrays run along it. `share` sums to 1."""

    units: tuple[Unit, ...]
    share: NDArray[np.float64]
    codes: tuple[str, ...]

    @cached_property
    def index(self) -> dict[str, int]:
        """Where a unit id stands in the order."""
        return {unit.id: i for i, unit in enumerate(self.units)}

    @cached_property
    def level(self) -> NDArray[np.int64]:
        """0 department, 1 district, 2 commune."""
        return np.array([LEVELS.index(unit.level) for unit in self.units], dtype=np.int64)

    def parent_name(self, unit: Unit) -> str | None:
        """The name of the unit above, for a commune."""
        return self.units[self.index[unit.parent]].name if unit.parent else None


def read_fields(path: Path) -> dict[str, Any]:
    """The fields of work by body (data/sample/fields.toml)."""
    return tomllib.loads(path.read_text("utf-8"))


def by_word(table: Mapping[str, Any], name: str, otherwise: Any) -> Any:
    """The entry whose word stands in a unit's name."""
    return next((entry for word, entry in table.items() if word and word in name.casefold()), otherwise)


def bodies(
    province: Province, wanted: plan.Bodies, usual: Mapping[str, float], rng: np.random.Generator
) -> Bodies:
    """The units of a province with their shares of the dossiers; `usual` gives the departments' weights."""
    units = tuple(u for level in LEVELS for u in reference_units(province.id) if u.level == level)
    share = np.concatenate(
        [
            getattr(wanted, level) * _shares([u for u in units if u.level == level], wanted, usual, rng)
            for level in LEVELS
        ]
    )
    return Bodies(units, share / share.sum(), _codes(units, province.h_code))


def _shares(
    units: list[Unit], wanted: plan.Bodies, usual: Mapping[str, float], rng: np.random.Generator
) -> NDArray[np.float64]:
    """Shares within one level."""
    evenness = {"department": 0.3, "district": 0.5, "commune": 1.0}[units[0].level]
    spread = np.exp(evenness * rng.normal(0.0, wanted.spread, len(units)))
    base = np.array(
        [
            wanted.weights.get(u.id, by_word(usual, u.name, 1.0) if u.level == "department" else 1.0)
            for u in units
        ]
    )
    size = base * spread
    size = np.maximum(size / size.sum(), wanted.smallest)
    if units[0].level == "commune" and wanted.tiny:
        size[np.argsort(size)[: wanted.tiny]] = _TINY
    return np.asarray(size / size.sum())


def _codes(units: tuple[Unit, ...], h_code: str) -> tuple[str, ...]:
    """QCVN 102 names: 000.00.17.H22 a department, 000.00.35.H22 a district, 000.12.35.H22 a commune of it."""
    districts = {u.id: FIRST_DISTRICT + i for i, u in enumerate(x for x in units if x.level == "district")}
    below = dict.fromkeys(districts, 0)
    codes = []
    for i, unit in enumerate(units):
        if unit.level == "commune":
            assert unit.parent is not None
            below[unit.parent] += 1
            codes.append(f"000.{below[unit.parent]:02d}.{districts[unit.parent]}.{h_code}")
        else:
            codes.append(f"000.00.{districts.get(unit.id, i + 1):02d}.{h_code}")
    return tuple(codes)
