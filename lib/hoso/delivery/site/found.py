"""The folders of reports as they lie on disk, each listed once: what is there, whatever a manifest says of it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ...vocabulary.errors import HosoError
from ...vocabulary.periods import Period
from ...vocabulary.places import Province, find_province
from ..history import FOLDER
from ..outputs import FAILED, MANIFEST

Stamp = tuple[
    int, int
]  # when changed, in nanoseconds, and size: a file with the same stamp is not read again


@dataclass(frozen=True)
class Found:
    """A report's machine folder reports/<place>/<period>/<name>[/<unit>]: the folder says what it is of."""

    place: Province
    period: Period
    name: str
    unit: str
    path: str  # from the reports' folder
    inside: frozenset[str]  # the names in it
    beside: frozenset[str]  # the names where its documents lie
    stamps: Mapping[str, Stamp]  # of manifest.json and failed.json, where they are
    kept: tuple[str, ...]  # the earlier versions in its history

    @property
    def stem(self) -> str:
        """What its documents are called."""
        return self.unit or self.name

    @property
    def documents(self) -> str:
        """The folder its documents lie in, from the reports' folder."""
        return self.path.rpartition("/")[0]


@dataclass(frozen=True)
class Listing:
    """A folder's folders and all its names."""

    path: Path
    folders: tuple[str, ...]
    names: frozenset[str]

    @classmethod
    def of(cls, path: Path) -> Listing:
        """What lies in a folder; links are not followed, so nothing outside is listed."""
        with os.scandir(path) as entries:
            found = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
        folders = sorted(name for name, folder in found if folder and not name.startswith("."))
        return cls(path, tuple(folders), frozenset(name for name, _ in found))

    def below(self) -> Iterator[Listing]:
        return (Listing.of(self.path / name) for name in self.folders)

    @property
    def reported(self) -> bool:
        """Whether a run left its word here."""
        return MANIFEST in self.names or FAILED in self.names


def scan(reports: Path) -> tuple[list[Found], list[str]]:
    """Every report under a folder, and the folders that look like one of a place or period that does not exist."""
    found: list[Found] = []
    strays: list[str] = []
    for place in Listing.of(reports).below() if reports.is_dir() else ():
        for period in place.below():
            of = known(place.path.name, period.path.name)
            reported = list(_reported(period))
            if of is None:
                strays += [_path(reports, own.path) for own, _ in reported]
            else:
                found += [_found(reports, *of, own, within) for own, within in reported]
    return found, strays


def _reported(period: Listing) -> Iterator[tuple[Listing, Listing]]:
    """The machine folders of a period, each with the folder its documents lie in."""
    for own in period.below():
        if own.reported:
            yield own, period
        for unit in own.below():
            if unit.reported and unit.path.name != FOLDER:
                yield unit, own


@cache
def known(place: str, period: str) -> tuple[Province, Period] | None:
    """The place and period of two names of folders, spelt as a run spells them."""
    try:
        chosen = Period.parse(period)
        found = find_province(place, chosen.era, chosen.end)
    except HosoError:
        return None
    return (found, chosen) if (found.slug, chosen.id) == (place, period) else None


def _found(reports: Path, place: Province, period: Period, own: Listing, within: Listing) -> Found:
    path = _path(reports, own.path)
    parts = path.split("/")
    history = Listing.of(own.path / FOLDER).folders if FOLDER in own.folders else ()
    kept = tuple(name for name in history if name.isdecimal())
    stamps: dict[str, tuple[int, int]] = {
        name: _stamp(own.path / name) for name in (MANIFEST, FAILED) if name in own.names
    }
    unit = parts[3] if len(parts) > 3 else ""
    return Found(place, period, parts[2], unit, path, own.names, within.names, stamps, kept)


def _stamp(path: Path) -> Stamp:
    told = path.stat()
    return told.st_mtime_ns, told.st_size


def _path(reports: Path, folder: Path) -> str:
    return folder.relative_to(reports).as_posix()
