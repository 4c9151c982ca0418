"""The pages of the site: what each shows, gathered here, and how it is rendered with nothing loaded from anywhere."""

from __future__ import annotations

import base64
import hashlib
import posixpath
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import jinja2
from markupsafe import Markup

from ...presentation.letters import printable
from ...vocabulary import numbers
from ...vocabulary.calendar import clock
from ...vocabulary.text import sort_key
from ..changes import KINDS as CHANGES
from ..changes import MEANINGS
from . import past, search, tiles
from .entries import BAD, STATES, Entry, place_order
from .missing import Missing

LATEST: Final = 12
SHOWN: Final = 30
SIGNS: Final = {"done": "✓", "warnings": "●", "failed": "✗", "stale": "▲", "broken": "✗", "missing": "○"}


@dataclass(frozen=True)
class Units:
    """The reports of single units of one kind and period."""

    kind: str
    entries: Sequence[Entry]

    @property
    def failing(self) -> int:
        """How many are not there as they should be."""
        return sum(entry.state in BAD for entry in self.entries)


@dataclass(frozen=True)
class Group:
    """What a place has of one period."""

    label: str
    reports: Sequence[Entry]
    units: Sequence[Units]


@dataclass(frozen=True)
class Place:
    """A place with its reports, newest period first, and what it lacks."""

    slug: str
    entries: Sequence[Entry]
    missing: Sequence[Missing]

    @property
    def name(self) -> str:
        """As it is called in its newest period: one page holds a place under all its names."""
        return self.entries[0].province_name

    @property
    def page(self) -> str:
        return f"{self.slug}/index.html"

    @property
    def total(self) -> int:
        return len(self.entries)

    @property
    def newest(self) -> str:
        return self.entries[0].period_text

    @property
    def lacking(self) -> int:
        return sum(one.count for one in self.missing)

    @property
    def synthetic(self) -> bool:
        return any(entry.synthetic for entry in self.entries)

    @property
    def words(self) -> list[tuple[str, str]]:
        """How its reports stand, in words: "✓ 12 hoàn thành"."""
        found = Counter(entry.state for entry in self.entries)
        counted = [
            ("done", f"{SIGNS['done']} {{}} hoàn thành", found["done"]),
            ("warnings", f"{SIGNS['warnings']} {{}} có lưu ý", found["warnings"]),
            ("failed", f"{SIGNS['failed']} {{}} lỗi", sum(found[state] for state in BAD)),
            ("late", f"{SIGNS['missing']} thiếu {{}}", self.lacking),
        ]
        return [(style, words.format(numbers.number(count))) for style, words, count in counted if count]

    @property
    def groups(self) -> list[Group]:
        """Its reports by period."""
        by_period: dict[str, list[Entry]] = {}
        for entry in self.entries:
            by_period.setdefault(entry.period, []).append(entry)
        return [_group(entries) for entries in by_period.values()]


def _group(entries: list[Entry]) -> Group:
    kinds = dict.fromkeys(entry.kind for entry in entries if entry.unit)
    units = [
        Units(
            kind, sorted((e for e in entries if e.unit and e.kind == kind), key=lambda e: sort_key(e.title))
        )
        for kind in kinds
    ]
    own = [entry for entry in entries if not entry.unit]
    return Group(entries[0].period_text, sorted(own, key=lambda entry: sort_key(entry.kind)), units)


def places(entries: Sequence[Entry], lacking: Sequence[Missing]) -> list[Place]:
    """Every place with reports, in Vietnamese order."""
    own: dict[str, list[Entry]] = {}
    gaps: dict[str, list[Missing]] = {}
    for entry in entries:
        own.setdefault(entry.province, []).append(entry)
    for one in lacking:
        gaps.setdefault(one.province, []).append(one)
    newest = {slug: sorted(found, key=lambda e: e.when.end, reverse=True) for slug, found in own.items()}
    made = [Place(slug, found, gaps.get(slug, [])) for slug, found in newest.items()]
    return sorted(made, key=lambda place: place_order(place.slug, place.name))


# ── the pages ────────────────────────────────────────────────────────────────────────────────────


def index(
    all_places: Sequence[Place],
    entries: Sequence[Entry],
    lacking: Sequence[Missing],
    strays: Sequence[str],
    shared: Sequence[tuple[str, str]],
) -> bytes:
    """The page of all reports: search, what needs work, the newest, the maps and the places."""
    counted = Counter(entry.state for entry in entries)
    return _render(
        "index.html.j2",
        "index.html",
        script=_read("search.js"),
        total=len(entries),
        counts=[(state, counted[state]) for state in STATES if counted[state]],
        lacking=sum(one.count for one in lacking),
        places=all_places,
        places_lacking=[place for place in all_places if place.missing],
        bad=[entry for entry in entries if entry.state in BAD],
        shown=SHOWN,
        latest=_latest(entries),
        maps=tiles.maps(entries, lacking),
        label=tiles.LABEL,
        synthetic=any(entry.synthetic for entry in entries),
        strays=[printable(stray) for stray in strays],
        shared=shared,
        data=search.data(entries),
    )


def _latest(entries: Sequence[Entry]) -> list[Entry]:
    """The reports of whole places that were made last and can be opened; of units where there are no others."""
    told = [entry for entry in entries if entry.links]
    chosen = [entry for entry in told if not entry.unit] or told
    return sorted(chosen, key=lambda entry: entry.made_at, reverse=True)[:LATEST]


def province(place: Place) -> bytes:
    """The page of a place: every report of every period."""
    return _render("province.html.j2", place.page, place=place)


def history(page: str, entry: Entry, steps: Sequence[past.Step]) -> bytes:
    """The page of the versions of one report."""
    return _render(
        "history.html.j2", page, entry=entry, steps=steps, kinds=CHANGES, meanings=MEANINGS, told=past.told
    )


# ── rendering ────────────────────────────────────────────────────────────────────────────────────


def _render(template: str, page: str, script: str = "", **context: Any) -> bytes:
    style = _style()
    words = (
        _environment()
        .get_template(template)
        .render(
            context,
            style=Markup(style),
            script=Markup(script),
            policy=_policy(style, script),
            states=STATES,
            signs=SIGNS,
            to=_address(page),
        )
    )
    return words.encode("utf-8", "replace")


def _policy(style: str, script: str) -> str:
    """Nothing may load or run but this style and this script, by their digests."""
    scripts = f"script-src {_digest(script)}; " if script else ""
    return f"default-src 'none'; style-src {_digest(style)}; {scripts}base-uri 'none'; form-action 'none'"


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def _style() -> str:
    """The site's style, with the places of a grid as classes: a policy by digest allows no style of one element."""
    rows = "".join(f".r{n}{{grid-row:{n + 1}}}" for n in range(30))
    columns = "".join(f".c{n}{{grid-column-start:{n + 1}}}" for n in range(12))
    return _read("site.css") + rows + columns


@cache
def _read(name: str) -> str:
    return (Path(__file__).parents[1] / "templates" / name).read_text("utf-8").strip()


def _address(page: str) -> Callable[[str], str]:
    """Makes addresses from the reports' folder relative to a page of it."""
    return partial(_relative, posixpath.dirname(page))


@cache
def _relative(folder: str, path: str) -> str:
    return quote(posixpath.relpath(path, folder) if folder else path)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("hoso.delivery"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: Mapping[str, Callable[[Any], str]] = {
        "day": _day,
        "moment": _moment,
        "count": numbers.number,
        "capital": lambda text: text[:1].upper() + text[1:],
        "printable": printable,
    }
    environment.filters.update(filters)
    return environment


def _day(text: Any) -> str:
    try:
        return numbers.date(date.fromisoformat(text))
    except (TypeError, ValueError):
        return ""


def _moment(text: Any) -> str:
    """ "14:46 ngày 22/11/2026", by Vietnam's clock; blank for what is no moment."""
    try:
        told = clock(datetime.fromisoformat(text))
    except (TypeError, ValueError, OverflowError):
        return ""
    return f"{told:%H:%M} ngày {numbers.date(told.date())}"
