"""The indicator definitions (chỉ tiêu) and the words of the counts, read strictly from indicators.toml.

Definitions are dated: one indicator and variant may stand several times, each with its own days of validity, when the
act behind it changed. `Definitions.on(day)` gives the one of a day.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, replace
from datetime import date, datetime
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Any, Literal, Protocol, TypeVar, get_args, get_type_hints

from ..vocabulary.errors import UsageError
from .counts import COUNTS
from .procedures import PROCEDURE_COUNTS

T = TypeVar("T")
Origin = Literal["facts", "procedures"]
Direction = Literal["up", "down"]
_TABLES = ("count", "indicator", "published")


class Dated(Protocol):
    """A definition with its first and last day; null is open."""

    @property
    def valid_from(self) -> date | None: ...
    @property
    def valid_to(self) -> date | None: ...


D = TypeVar("D", bound=Dated)


def in_force(entry: Dated, day: date) -> bool:
    """Whether a definition holds on a day."""
    return (entry.valid_from or date.min) <= day <= (entry.valid_to or date.max)


@dataclass(frozen=True)
class CountWords:
    """What a count is called and what it counts (Vietnamese, for print)."""

    id: str
    title: str
    definition: str
    legal_basis: str
    origin: Origin = "facts"  # counts of procedures do not add up over units
    direction: Direction | None = None
    measured_in: str = "hồ sơ"
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True)
class Indicator:
    """A rate, or an average in working days: the fraction of two counts, with words, direction, validity and ground.

    The value of a `days` measure is numerator / denominator / 480; a median has its denominator only.
    """

    id: str
    variant: str
    title: str
    numerator: str
    denominator: str
    definition: str
    legal_basis: str
    origin: Origin = "facts"
    measure: Literal["rate", "days"] = "rate"
    direction: Direction = "up"
    decimals: int = 1
    measured_in: str = "hồ sơ"
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True)
class PublishedWords:
    """A figure that others measure and publish: its title, measure and ground."""

    id: str
    title: str
    measure: Literal["rate", "count", "points", "rank", "grade"]
    definition: str
    legal_basis: str
    decimals: int = 1
    measured_in: str = ""
    direction: Direction | None = None
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True)
class Definitions:
    """All counts, indicators and published figures of the workbook."""

    counts: Mapping[str, CountWords]
    indicators: tuple[Indicator, ...]
    published: Mapping[str, PublishedWords]

    def on(self, day: date) -> Definitions:
        """The definitions of a day, each indicator and variant once.

        Where none was in force yet or any longer, the nearest in time: what it defines can be counted all the same.
        """
        by_key: dict[tuple[str, str], list[Indicator]] = {}
        for entry in self.indicators:
            by_key.setdefault((entry.id, entry.variant), []).append(entry)
        return replace(self, indicators=tuple(_nearest(entries, day) for entries in by_key.values()))

    def indicator(self, name: str, variant: str | None = None) -> Indicator:
        """The indicator of a name and variant; without a variant, the first one listed. UsageError names the known ones.

        Ask `on(day)` first where the day matters: of several validities the first one listed is taken.
        """
        found = [i for i in self.indicators if i.id == name and variant in (None, i.variant)]
        if not found:
            known = ", ".join(sorted({f"{i.id} ({i.variant})" for i in self.indicators}))
            raise UsageError(
                f"không có chỉ tiêu {name}" + (f" ({variant})" if variant else ""), expected=known
            )
        return found[0]

    def count(self, name: str) -> CountWords:
        """The words of a count. UsageError names the known ones."""
        if name not in self.counts:
            raise UsageError(f"không có số liệu {name}", expected=", ".join(self.counts))
        return self.counts[name]


@cache
def definitions() -> Definitions:
    """The shipped definitions. Raises ValueError listing every fault of indicators.toml at once."""
    text = (files("hoso.statistics") / "indicators.toml").read_text("utf-8")
    return parse(tomllib.loads(text))


@lru_cache(maxsize=256)
def definitions_on(day: date) -> Definitions:
    """Those of a day (Definitions.on), sorted out once."""
    return definitions().on(day)


def parse(document: Mapping[str, Any]) -> Definitions:
    """Definitions of a parsed TOML document; ValueError lists all faults, each with its entry's id."""
    faults = [
        f"unknown table {name}; known: {', '.join(_TABLES)}" for name in document if name not in _TABLES
    ]
    published = [_entry(PublishedWords, dict(raw), faults) for raw in document.get("published", [])]
    counts = [_entry(CountWords, _renamed(raw), faults) for raw in document.get("count", [])]
    indicators = [_entry(Indicator, _renamed(raw), faults) for raw in document.get("indicator", [])]
    known = {*COUNTS, *PROCEDURE_COUNTS}
    faults += [
        f"{w.id}: no such count; known: {', '.join((*COUNTS, *PROCEDURE_COUNTS))}"
        for w in counts
        if w is not None and w.id not in known
    ]
    faults += [
        f"{entry.id}: {name} is no count"
        for entry in indicators
        if entry is not None
        for name in (entry.numerator, entry.denominator)
        if name not in known
    ]
    faults += _overlaps([i for i in indicators if i])
    if faults:
        raise ValueError("indicators.toml: " + "; ".join(faults))
    return Definitions(
        {w.id: w for w in counts if w}, tuple(i for i in indicators if i), {w.id: w for w in published if w}
    )


def _nearest(entries: list[D], day: date) -> D:
    """The entry in force, else the one whose days lie nearest."""
    return min(entries, key=lambda entry: _away(entry, day))


def _away(entry: Dated, day: date) -> int:
    if in_force(entry, day):
        return 0
    bounds = [bound for bound in (entry.valid_from, entry.valid_to) if bound is not None]
    return min(abs((bound - day).days) for bound in bounds)


def _overlaps(indicators: list[Indicator]) -> list[str]:
    """Indicators defined twice for the same day."""
    ordered = sorted(indicators, key=lambda i: (i.id, i.variant, i.valid_from or date.min))
    return [
        f"{after.id}: {after.variant} is defined twice on {after.valid_from or 'every day'}"
        for before, after in pairwise(ordered)
        if (before.id, before.variant) == (after.id, after.variant)
        and in_force(before, after.valid_from or date.min)
    ]


def _renamed(raw: Mapping[str, Any]) -> dict[str, Any]:
    """`from` is a word of Python, so the entry's field is called origin."""
    return {("origin" if name == "from" else name): value for name, value in raw.items()}


def _entry(kind: type[T], raw: dict[str, Any], faults: list[str]) -> T | None:
    known = {f.name for f in fields(kind)}  # type: ignore[arg-type]
    needed = {f.name for f in fields(kind) if f.default is MISSING}  # type: ignore[arg-type]
    name = raw.get("id", "an entry without id")
    problems = [f"{name}: unknown key {key}; known: {', '.join(sorted(known))}" for key in raw.keys() - known]
    problems += [f"{name}: {key} is missing" for key in sorted(needed - raw.keys())]
    problems += _values(kind, name, raw)
    faults += problems
    return None if problems else kind(**raw)


def _values(kind: type[Any], name: str, raw: Mapping[str, Any]) -> list[str]:
    """Words outside a closed list, and days that are none or stand in the wrong order."""
    faults = [
        f"{name}: {key} is {raw[key]}; known: {', '.join(words)}"
        for key, words in _closed(kind).items()  # type: ignore[arg-type]
        if key in raw and raw[key] not in words
    ]
    days = [raw[key] for key in ("valid_from", "valid_to") if key in raw]
    if not all(isinstance(day, date) and not isinstance(day, datetime) for day in days):
        return [*faults, f"{name}: valid_from and valid_to are days, as 2026-07-01"]
    return faults if days == sorted(days) else [*faults, f"{name}: valid_to lies before valid_from"]


@cache
def _closed(kind: object) -> dict[str, list[str]]:
    """The closed lists of a kind of entry by field. Asked for every entry, and slow: worked out once a kind."""
    return {key: words for key, hint in get_type_hints(kind).items() if (words := _words(hint))}


def _words(hint: Any) -> list[str]:
    """The closed list behind a Literal, also an optional one."""
    parts = [hint, *get_args(hint)]
    return [word for part in parts for word in get_args(part) if isinstance(word, str)]
