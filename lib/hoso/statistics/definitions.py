"""The indicator definitions (chỉ tiêu) and the words of the counts, read strictly from indicators.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from functools import cache
from importlib.resources import files
from typing import Any, Literal, TypeVar

from ..vocabulary.errors import UsageError
from .counts import COUNTS

T = TypeVar("T")
Origin = Literal["facts", "procedures"]
_TABLES = ("count", "indicator", "published")


@dataclass(frozen=True)
class CountWords:
    """What a count is called and what it counts (Vietnamese, for print)."""

    id: str
    title: str
    definition: str
    legal_basis: str


@dataclass(frozen=True)
class Indicator:
    """A rate: the fraction of two counts, with its words, direction and legal basis."""

    id: str
    variant: str
    title: str
    numerator: str
    denominator: str
    definition: str
    legal_basis: str
    origin: Origin = "facts"
    direction: Literal["up", "down"] = "up"
    decimals: int = 1
    measured_in: str = "hồ sơ"


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


@dataclass(frozen=True)
class Definitions:
    """All counts, indicators and published figures of the workbook."""

    counts: Mapping[str, CountWords]
    indicators: tuple[Indicator, ...]
    published: Mapping[str, PublishedWords]

    def indicator(self, name: str, variant: str | None = None) -> Indicator:
        """The indicator of a name and variant; without a variant, the first one listed. UsageError names the known ones."""
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


def parse(document: Mapping[str, Any]) -> Definitions:
    """Definitions of a parsed TOML document; ValueError lists all faults, each with its entry's id."""
    faults = [
        f"unknown table {name}; known: {', '.join(_TABLES)}" for name in document if name not in _TABLES
    ]
    published = [_entry(PublishedWords, dict(raw), faults) for raw in document.get("published", [])]
    counts = [_entry(CountWords, dict(raw), faults) for raw in document.get("count", [])]
    indicators = [_entry(Indicator, _renamed(raw), faults) for raw in document.get("indicator", [])]
    faults += [
        f"{w.id}: no such count; known: {', '.join(COUNTS)}"
        for w in counts
        if w is not None and w.id not in COUNTS
    ]
    for entry in indicators:
        if entry is not None and entry.origin == "facts":
            faults += [
                f"{entry.id}: {name} is no count"
                for name in (entry.numerator, entry.denominator)
                if name not in COUNTS
            ]
    if faults:
        raise ValueError("indicators.toml: " + "; ".join(faults))
    return Definitions(
        {w.id: w for w in counts if w}, tuple(i for i in indicators if i), {w.id: w for w in published if w}
    )


def _renamed(raw: Mapping[str, Any]) -> dict[str, Any]:
    """`from` is a word of Python, so the entry's field is called origin."""
    return {("origin" if name == "from" else name): value for name, value in raw.items()}


def _entry(kind: type[T], raw: dict[str, Any], faults: list[str]) -> T | None:
    known = {f.name for f in fields(kind)}  # type: ignore[arg-type]
    needed = {f.name for f in fields(kind) if f.default is MISSING}  # type: ignore[arg-type]
    name = raw.get("id", "an entry without id")
    problems = [f"{name}: unknown key {key}; known: {', '.join(sorted(known))}" for key in raw.keys() - known]
    problems += [f"{name}: {key} is missing" for key in sorted(needed - raw.keys())]
    faults += problems
    return None if problems else kind(**raw)
