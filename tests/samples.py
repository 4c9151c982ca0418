"""The whole sample in one store, built once a session and read by all: five synthetic provinces, the portal's of two and of all."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

from filelock import FileLock

from hoso.records import keys, sample
from hoso.records.importer import import_file
from hoso.records.intake.portal import Given
from hoso.records.store import Store
from hoso.vocabulary.places import find_province, provinces

SYNTHETIC = ("ha-giang", "ha-tinh", "kon-tum", "thai-nguyen", "tuyen-quang")
PORTAL = ("gia-lai", "phu-tho")
COUNTRY = "ca-nuoc"
# Phú Thọ's responses do not say when they were taken; a day of our own keeps the reports the same whenever they are made.
TAKEN = Given.of("2026-08@calendar", "2026-09-01T08:00:00Z")


def built(shared: Path) -> Path:
    """The folder with `store` and `key` below `shared`, written and imported by whoever comes first."""
    return _once(
        shared / "whole-sample", lambda folder: _add(_copy(portal(shared), folder), *SYNTHETIC, COUNTRY)
    )


def portal(shared: Path) -> Path:
    """The same of the portal's scores of Gia Lai and Phú Thọ alone: quick to make, small to copy."""
    return _once(shared / "portal-sample", lambda folder: _add(folder, *PORTAL))


def _once(folder: Path, build: Callable[[Path], None]) -> Path:
    with FileLock(f"{folder}.lock"):
        if not (folder / "ready").exists():
            build(folder)
            (folder / "ready").touch()
    return folder


def _copy(made: Path, folder: Path) -> Path:
    shutil.copytree(made, folder, ignore=shutil.ignore_patterns("ready"))
    return folder


def _add(folder: Path, *slugs: str) -> None:
    store = Store.prepare(folder / "store", folder / "key")
    key = keys.load(folder / "key")
    for slug in slugs:
        place = find_province("gia-lai" if slug == COUNTRY else slug, _era(slug))
        for file in sample.write(folder / "exports", [slug]):
            import_file(store, file, place, key, given=TAKEN if slug == "phu-tho" else None)
    shutil.rmtree(folder / "exports")


def _era(slug: str) -> str:
    return "63" if slug in SYNTHETIC else "34"


@cache
def names(store: Path) -> frozenset[str]:
    """The names and ids of all places and units a report on this store can print: data, in whatever language."""
    opened, places = Store.open(store), [place for era in ("63", "34") for place in provinces(era)]
    reference = Path(__file__).parents[1] / "data" / "reference" / "units_63.tsv"
    with reference.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    units, scores = opened.frame("units"), opened.frame("scores")
    known = [row[column] for row in rows for column in ("name", "unit_id")]
    known += [*units["name"], *units["unit_id"]]
    known += [*scores["unit_name"].drop_nulls(), *scores["unit_id"].drop_nulls()]
    return frozenset([*known, *(place.name for place in places), *(place.slug for place in places)])
