"""The site of all reports (reports/index.html): who has which report, in which state, what is missing and what changed.

Static files that open from a folder, a stick or any web server alike; they ask no host for anything. Made again after
each command from the manifests alone, and only what has changed: site/.cache.json knows what the last run knew.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Final

from ...vocabulary.errors import HosoError
from ..history import FOLDER
from . import feed, pages, past
from .cache import Cache, put
from .entries import STATES, Entry, entry, ordered, read, roster
from .found import scan
from .missing import missing
from .names import KINDS

__all__ = ["KINDS", "STATES", "Entry", "roster", "write"]

SCHEMA: Final = "figures.schema.json"
HANDBOOK: Final = "so-tay-chi-tieu"
_FEED: Final = ("feed.xml", "Báo cáo mới (Atom)")
_OWN: Final = re.compile(
    r"[a-z0-9-]+/index\.html"
)  # the pages that go when their place has no report any more


@dataclass(frozen=True)
class _Page:
    """A file of the site: what it is made from, as words to compare, and how."""

    path: str
    made_from: str
    make: Callable[[], Mapping[str, bytes]]


def write(reports: Path, today: date | None = None, with_handbook: bool = False) -> Path:
    """Brings the site of a folder of reports up to date and returns its first page; `today` decides what is missing.

    The handbook of indicators takes seconds, so it is made where it is asked for, and from then on kept up to date.
    """
    reports.mkdir(parents=True, exist_ok=True)
    cache = Cache.load(reports)
    shared = _shared(reports, with_handbook)
    before = dict(cache.pages)
    cache.pages = {}
    for page in _pages(reports, cache, shared, today or date.today()):
        digest = hashlib.sha256(page.made_from.encode("utf-8", "replace")).hexdigest()
        if before.get(page.path) != digest or not (reports / page.path).is_file():
            for path, content in page.make().items():
                put(reports / path, content)
        cache.pages[page.path] = digest
    _remove(reports, before.keys() - cache.pages.keys())
    cache.save(reports)
    return reports / "index.html"


def _pages(reports: Path, cache: Cache, shared: list[tuple[str, str]], today: date) -> Iterator[_Page]:
    """Every page but what `_shared` wrote, the index last, so that it leads to nothing that is not there yet."""
    found, strays = scan(reports)
    entries = ordered([entry(one, cache.raw(one, lambda one=one: read(reports, one))) for one in found])  # type: ignore[misc]
    cache.keep_only(found)
    lacking = missing(entries, today)
    places = pages.places(entries, lacking)
    for own in entries:
        if own.kept:
            yield _history(reports, own)
    for place in places:
        yield _Page(place.page, repr(place), lambda place=place: {place.page: pages.province(place)})  # type: ignore[misc]
    everything = repr((entries, lacking, strays, shared))
    yield _Page("feed.xml", everything, lambda: {"feed.xml": feed.feed(entries)})
    yield _Page(
        "index.html",
        everything,
        lambda: {"index.html": pages.index(places, entries, lacking, strays, shared)},
    )


def _history(reports: Path, own: Entry) -> _Page:
    """The page of a report's versions and the files of their changes."""
    page = f"{own.path}/{FOLDER}/index.html"

    def make() -> dict[str, bytes]:
        steps = past.steps(reports, own)
        return past.files(own, steps) | {page: pages.history(page, own, steps)}

    return _Page(page, repr(own), make)


def _shared(reports: Path, with_handbook: bool) -> list[tuple[str, str]]:
    """Writes what does not depend on reports: the handbook of indicators and the schema of figures; the links to them."""
    written = _handbook(reports, with_handbook)
    schema = resources.files("hoso.delivery").joinpath(SCHEMA).read_bytes()
    if not (reports / SCHEMA).is_file() or (reports / SCHEMA).read_bytes() != schema:
        put(reports / SCHEMA, schema)
    links = [
        (f"Sổ tay chỉ tiêu ({file.suffix[1:].upper()})", file.name)
        for file in sorted(written, key=lambda file: (file.suffix != ".html", file.suffix != ".pdf"))
    ]
    return [*links, (_FEED[1], _FEED[0]), ("Lược đồ tệp số liệu (JSON Schema)", SCHEMA)]


def _handbook(reports: Path, asked: bool) -> list[Path]:
    """The files of the handbook: made when asked for, brought up to date where it is; else none.

    Raises what the handbook raises, for faulty targets, only where it was asked for: a report is listed all the same.
    """
    there = [
        file for suffix in ("html", "pdf", "docx") if (file := reports / f"{HANDBOOK}.{suffix}").is_file()
    ]
    if not asked and not there:
        return []
    from .. import handbook

    try:
        return handbook.write(reports)
    except HosoError:
        if asked:
            raise
        return there


def _remove(reports: Path, gone: set[str]) -> None:
    """Takes away pages of places that have no report any more; nothing else, whatever a cache may say."""
    for path in gone:
        if _OWN.fullmatch(path):
            (reports / path).unlink(missing_ok=True)
