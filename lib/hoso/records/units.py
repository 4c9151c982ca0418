"""Which unit (cơ quan, đơn vị) a name in an export means.

Known units come from data/reference and from earlier imports. A name nobody knows is registered with the level that its
wording or the unit above it gives, and listed for review; a dossier is never refused for it.

Only some names are a unit's alone: those of districts, of the province's departments ("Sở …", "… tỉnh"). Every district
may have a "Phòng Tư pháp" and several a commune of one name, so any other unit is known by its name and the unit above.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from itertools import count
from typing import Final, NamedTuple

import polars as pl

from ..vocabulary.places import (
    CENTRAL_CITIES,
    COMMUNE_KINDS,
    DISTRICT_KINDS,
    Era,
    Level,
    Unit,
    is_part,
    level_of,
    names_of,
    own_name,
    reference_units,
    unit_id,
)
from ..vocabulary.text import clean, fold, slug
from . import schema

NAMELESS: Final = "khong-ro-don-vi"  # the id of what has no letter in its name
_SO: Final = fold("sở") + " "
_DISTRICT: Final = re.compile(rf"(?:{'|'.join(map(fold, DISTRICT_KINDS))}) ")
_COMMUNE: Final = re.compile(rf"(?:{'|'.join(map(fold, COMMUNE_KINDS))}) ")
# A place named inside a name; the "xã" of "thị xã" begins none.
_PLACE: Final = re.compile(
    rf"(?<= )(?<!{fold('thị')} )(?:{'|'.join(map(fold, (*DISTRICT_KINDS, *COMMUNE_KINDS)))}) "
)
# "Bộ phận Một cửa UBND xã …" is the "Bộ phận Một cửa" of the commune; "Văn phòng UBND" keeps its word.
_ITS_COMMITTEE: Final = re.compile(
    rf"(?<!{fold('và')})(?<!{fold('phòng')}) (?:ubnd|{fold('ủy ban nhân dân')})$"
)
NAMES: Final = ["unit_name", "unit_parent"]
_ANSWER: Final = {"unit_name": pl.String, "unit_parent": pl.String, "unit_id": pl.String, "level": pl.String}


class Name(NamedTuple):
    """A printed name: its match key, and whether the province's title stood at its end."""

    key: str
    titled: bool = False

    def stands_alone(self, level: Level) -> bool:
        """Whether one unit of the province at most bears it, so that the unit above need not be told."""
        of_province = level == "department" and (self.titled or self.key.startswith(_SO))
        return level == "province" or of_province or bool(_DISTRICT.match(self.key))


class Above(NamedTuple):
    """The unit above as an export names it: `id` is its own when it is known, else the slug of its name."""

    id: str
    level: Level
    unit: Unit | None
    also: Collection[str] = ()  # the same place with or without its kind


@dataclass
class Registry:
    """The units of one province, found by name; `found` lists those met for the first time."""

    province_id: str
    known: dict[str, Unit] = field(default_factory=dict)
    found: list[Unit] = field(default_factory=list)
    _listed: set[str] = field(default_factory=set)
    _keys: dict[str, str] = field(default_factory=dict)
    _by_key: dict[str, list[Unit]] = field(default_factory=lambda: defaultdict(list))
    _by_slug: dict[str, list[Unit]] = field(default_factory=lambda: defaultdict(list))
    _by_bare: dict[str, list[Unit]] = field(default_factory=lambda: defaultdict(list))
    _aboves: dict[str, Above | None] = field(default_factory=dict)
    _titles: tuple[list[str], list[str]] = field(init=False)

    def __post_init__(self) -> None:
        self._era: Era = "34" if self.province_id.startswith("34-") else "63"
        self._titles = _titles(self.province_id)

    @classmethod
    def load(cls, province_id: str, registered: pl.DataFrame) -> Registry:
        """The registry of a province from the reference list and the units earlier imports registered."""
        registry = cls(province_id)
        for unit in reference_units(province_id):
            registry._add(unit)
            # The list is whole: what differs from one of its names in tones only is a misspelling of it.
            registry._listed.add(unit.id)
            registry._by_slug[slug(own_name(unit.name))].append(unit)
        earlier = [
            Unit(row["unit_id"], row["name"], row["level"], row["parent_id"], province_id)
            for row in registered.iter_rows(named=True)
        ]
        for unit in sorted(earlier, key=lambda unit: unit.id.count("--")):  # those above come first
            registry._add(unit)
        return registry

    def _add(self, unit: Unit) -> None:
        if unit.id in self.known:
            return
        key = self._own_key(unit)
        self.known[unit.id] = unit
        self._keys[unit.id] = key
        self._by_key[key].append(unit)
        if kind := _DISTRICT.match(key):
            for bare in {key[kind.end() :], slug(key[kind.end() :])}:
                self._by_bare[bare].append(unit)
            self._aboves.clear()

    def _own_key(self, unit: Unit) -> str:
        """The key of a unit's name without the places above it."""
        key, above = self._read(unit.name).key, []
        while unit.parent and (parent := self.known.get(unit.parent)):
            above.append(unit := parent)
        for place in reversed(above):
            tail = " " + self._keys[place.id]
            key = _ITS_COMMITTEE.sub("", key.removesuffix(tail)) if key.endswith(tail) else key
        return key

    def _read(self, text: str) -> Name:
        key = fold(own_name(text))
        titles = self._titles[key.startswith(_SO)]
        if key in titles:  # "UBND tỉnh" is the province's own
            return Name(titles[0])
        for title in titles:
            rest = key.removesuffix(" " + title)
            if rest not in (key, _SO.strip()):
                return Name(rest, True)
        return Name(key)

    def find(self, name: str, parent: str | None) -> Unit:
        """The unit of a name, registered now when nobody knew it."""
        own, above = self._split(self._read(name), self._above(parent))
        by_tones = self._choose(own, self._by_key.get(own.key, ()), above)
        return (
            by_tones
            or self._choose(own, self._by_slug.get(slug(own.key), ()), above)
            or self._register(name, own, above)
        )

    def _above(self, parent: str | None) -> Above | None:
        text = parent or ""
        if text not in self._aboves:
            self._aboves[text] = self._read_above(text)
        return self._aboves[text]

    def _read_above(self, text: str) -> Above | None:
        """The unit above; None when the text names nothing or the province itself."""
        printed = self._read(text)
        usual: Level | None = None if is_part(text) else "commune" if self._era == "34" else "district"
        level = level_of(text, self._era, usual)
        if not slug(printed.key) or level == "province":
            return None
        own, outer = self._split(printed, None)
        bare = self._by_bare.get(own.key, ())
        for candidates in (self._by_key.get(own.key, ()), bare, self._by_slug.get(slug(own.key), ())):
            if unit := self._choose(own, candidates, outer):
                return self._as_above(unit)
        return Above(slug(own.key), level, None, _spellings(own.key))

    def _as_above(self, unit: Unit) -> Above:
        kind = _DISTRICT.match(self._keys[unit.id])
        bare = self._keys[unit.id][kind.end() :] if kind else ""
        return Above(unit.id, unit.level, unit, {slug(bare)} if len(self._by_bare.get(bare, ())) == 1 else ())

    def _split(self, printed: Name, above: Above | None) -> tuple[Name, Above | None]:
        """Takes known places off the end of a name: "Phòng Tư pháp huyện Đồng Văn" → "Phòng Tư pháp", huyện Đồng Văn."""
        key = printed.key
        if key in self._by_key:
            return printed, above
        for kind in reversed(list(_PLACE.finditer(key))):
            tail = Name(key[kind.start() :])
            if place := self._choose(tail, self._by_key.get(tail.key, ()), above):
                above = self._as_above(place)
                key = _ITS_COMMITTEE.sub("", key[: kind.start()].rstrip())
                if place.level == "commune":
                    break
        # A title after a district's name says nothing about the name before it.
        return (Name(key, printed.titled and key == printed.key)), above

    def _choose(self, name: Name, candidates: Collection[Unit], above: Above | None) -> Unit | None:
        """The one candidate that a name means under a unit above; None when none or several are meant."""
        if not candidates:
            return None
        if above is None:
            communes = [unit for unit in candidates if _COMMUNE.match(self._keys[unit.id])]
            return _only(unit for unit in candidates if "--" not in unit.id) or _only(communes)
        return (
            _only(unit for unit in candidates if _above_id(unit) == above.id)
            or _only(unit for unit in candidates if _above_id(unit) in above.also)
            or (above.unit if above.unit in candidates else None)
            or _only(unit for unit in candidates if self._needs_no_parent(name, unit))
        )

    def _needs_no_parent(self, name: Name, unit: Unit) -> bool:
        if "--" in unit.id:
            return False
        # "Thanh tra" under a district is not the "Thanh tra tỉnh" of the list.
        listed = unit.level == "department" and unit.id in self._listed and not self._read(unit.name).titled
        return listed or Name(self._keys[unit.id], name.titled).stands_alone(unit.level)

    def _register(self, printed: str, name: Name, above: Above | None) -> Unit:
        level = level_of(printed, self._era, above.level if above else None)
        if name.stands_alone(level):
            above = None
        whole = fold(own_name(printed)) == name.key  # then apostrophes are still where they were
        stem = unit_id(printed if whole else name.key) if slug(name.key) else NAMELESS
        chosen = self._free_id(stem, name.key, f"--{above.id}" if above else "")
        if chosen not in self.known:
            parent = above.unit.id if above and above.unit else None
            unit = Unit(chosen, clean(printed), level, parent, self.province_id)
            self.found.append(unit)
            self._add(unit)
        return self.known[chosen]

    def _free_id(self, stem: str, key: str, below: str) -> str:
        """The id of a name: numbered when another name has the same letters under other tones (Thạnh, Thành)."""
        spellings = (f"{stem}-{n}{below}" if n > 1 else stem + below for n in count(1))
        return next(each for each in spellings if self._keys.get(each, key) == key)

    def resolve(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Adds unit_id and level to rows with unit_name and unit_parent."""
        return with_units(rows, self.answers(rows.select(NAMES)))

    def answers(self, names: pl.DataFrame) -> pl.DataFrame:
        """The units (unit_id, level) of names (NAMES), each once; those nobody knows are registered, those above first."""
        distinct = names.unique().sort(NAMES)
        in_turn = sorted(distinct.iter_rows(), key=lambda pair: _turn(pair[0]))
        units = [(name, parent, self.find(name, parent)) for name, parent in in_turn]
        answers = [(name, parent, unit.id, unit.level) for name, parent, unit in units]
        return pl.DataFrame(answers, schema=_ANSWER, orient="row")


def with_units(rows: pl.DataFrame, answers: pl.DataFrame) -> pl.DataFrame:
    """Adds unit_id and level to rows whose names were all answered."""
    return rows.join(answers, on=NAMES, how="left", nulls_equal=True, maintain_order="left")


def _turn(name: str) -> int:
    """Districts come before communes and communes before the rest, so that a unit above is known first."""
    words = own_name(name)
    return 0 if words.startswith(DISTRICT_KINDS) else 1 if words.startswith(COMMUNE_KINDS) else 2


def _titles(province_id: str) -> tuple[list[str], list[str]]:
    """The match keys of a province's title at the end of a name: of any name, and of a "Sở …".

    A "thành phố Hà Giang" inside the province of that name is a district and no title.
    """
    general, of_so = [], []
    for province in names_of(province_id):
        kind = province.title.removesuffix(province.name).strip()
        of_so += [province.title, kind, province.name]
        central = province.era == "34" or province.name.casefold() in CENTRAL_CITIES
        general += [province.title, kind] if province.kind == "tinh" or central else []
    return [fold(title) for title in general], [fold(title) for title in of_so]


def _spellings(key: str) -> set[str]:
    """The slugs an unknown place may have been registered under: with each kind, or without its own."""
    if kind := _DISTRICT.match(key) or _COMMUNE.match(key):
        return {slug(key[kind.end() :])}
    return {f"{slug(kind)}-{slug(key)}" for kind in DISTRICT_KINDS}


def _above_id(unit: Unit) -> str:
    return unit.parent or unit.id.partition("--")[2]


def _only(units: Iterable[Unit]) -> Unit | None:
    found = list(units)
    return found[0] if len(found) == 1 else None


def frame(units: Iterable[Unit], import_id: str) -> pl.DataFrame:
    """Units as rows of the units table."""
    rows = [(u.province_id, u.id, u.name, u.level, u.parent, import_id) for u in units]
    return pl.DataFrame(rows, schema=schema.UNITS, orient="row")
