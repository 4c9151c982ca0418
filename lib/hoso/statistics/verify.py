"""Verification: every printed figure of a report again, straight from the facts or the published rows.

The report counted with the ledger; this module counts dossier by dossier with the tests of statistics.counts, on the
data of the version the report names. What the newest data give instead is no fault of the report but a restatement, told
with the version that brought it.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

import pandas as pd

from ..vocabulary.errors import InputError
from ..vocabulary.numbers import decimal, number
from ..vocabulary.periods import Period
from . import published, targets, verify_plans, verify_targets
from .counting import DIMENSIONS, KEYS, By, Grouping
from .data import Data
from .results import recomputed

Key = dict[str, Any]
Cells = dict[tuple[Any, ...], dict[Hashable, Any]]
_FINEST_FIRST: tuple[By, ...] = ("unit", "field", "procedure", "channel", "level")
_AT = ("indicator", "variant", *DIMENSIONS)
_PARTS = ("numerator", "denominator", "value")
Reader = Callable[[Key], float | str | None]
Readers = Mapping[str, Reader]
"""What reads the value of a key again, by the key's kind."""
TOLERANCE = 1e-12  # figures are kept unrounded; only the last bits of a division may differ


@dataclass(frozen=True)
class Difference:
    """A printed figure that the facts do not give."""

    where: str
    title: str
    printed: float | str | None
    computed: float | str | None
    reason: str

    def __str__(self) -> str:
        return f"{self.where} {self.title}: báo cáo ghi {_told(self.printed)}, nay là {_told(self.computed)} ({self.reason})"


def _told(value: float | str | None) -> str:
    """A value for the terminal: counts whole, rates with enough digits to see the difference."""
    if isinstance(value, int | float):
        return number(value) if float(value).is_integer() else decimal(value, 9)
    return value or "không có"


@dataclass
class Recount:
    """The province's figures again, one grouped count of the facts a period and grouping."""

    data: Data | None  # None where no dossier was imported
    reference: Path  # the folder of published.csv and targets.csv
    needed: Mapping[
        tuple[str, Grouping], Collection[str]
    ]  # the indicators of a period and grouping that anyone will ask for
    readers: Readers = field(default_factory=dict)
    memo: dict[Any, Any] = field(default_factory=dict)  # what readers of single kinds read once
    _tables: dict[tuple[str, Grouping], Cells] = field(default_factory=dict)

    def table(self, period: str, by: Grouping) -> Cells:
        """The recomputed numerator, denominator and value by indicator, variant and every dimension."""
        if self.data is None:
            return {}
        if (period, by) not in self._tables:
            rows = recomputed(self.data, Period.parse(period), by, self.needed[period, by])
            keys = rows[list(_AT)].fillna("").itertuples(index=False, name=None)
            self._tables[period, by] = dict(zip(keys, rows[list(_PARTS)].to_dict("records"), strict=True))
        return self._tables[period, by]

    def value(self, key: Key) -> float | str | None:
        """The value a figure's key stands for."""
        reader = self.readers.get(key["kind"])
        found = reader(key) if reader else _KINDS[key["kind"]](self, key)
        return abs(found) if key.get("absolute") and isinstance(found, int | float) else found

    def result(self, key: Key) -> float | None:
        """A count or rate of the results table."""
        found = self.table(key["period"], grouping(key)).get(tuple(key.get(name) or "" for name in _AT))
        return None if found is None else _number(found[key["part"]])

    @cached_property
    def _published(self) -> Cells:
        rows = published.read(self.reference / published.FILE).to_dict("records")
        return {(row["province"], row["period"], row["indicator"]): row for row in rows}

    @cached_property
    def targets(self) -> tuple[targets.Target, ...]:
        """The targets that were set."""
        return targets.read(self.reference / targets.FILE)

    def published(self, key: Key) -> float | str | None:
        """A figure others published, from its dated row."""
        row = self._published.get((key["province"], key["period"], key["indicator"]))
        if row is None:
            return None
        return row["text"] or _number(row["value"]) if key["part"] == "value" else _number(row[key["part"]])

    def difference(self, key: Key) -> float | None:
        """What one figure is above another, in points where the key says so."""
        a, b = self.value(key["a"]), self.value(key["b"])
        return None if a is None or b is None else (float(a) - float(b)) * key.get("scale", 1)

    def growth(self, key: Key) -> float | None:
        """One count over another, less one."""
        a, b = self.value(key["a"]), self.value(key["b"])
        return None if a is None or not b else float(a) / float(b) - 1


_KINDS: dict[str, Callable[[Recount, Key], float | str | None]] = {
    "result": Recount.result,
    "published": Recount.published,
    "difference": Recount.difference,
    "growth": Recount.growth,
    **verify_targets.KINDS,
    **verify_plans.KINDS,
}


@dataclass(frozen=True)
class Checked:
    """How many numbers a report prints, which the data it was made from do not give, and which were restated since."""

    numbers: int
    differences: tuple[Difference, ...]
    restated: tuple[Difference, ...] = ()  # right for the version it was made from, other by the newest


OpenData = Callable[[str, str, int | None], Data | None]
Later = Callable[[str, str, int], Sequence[tuple[int, str]]]


def verify(
    report: Path,
    open_data: OpenData,
    reference: Path,
    open_readers: Callable[[str, str, Data | None], Readers] = lambda *_: {},
    later: Later = lambda *_: (),
) -> Checked:
    """Recomputes all figures and table cells of a figures.json, by the version of the data that it names.

    `open_data(province, period, version)` gives the province's data, at their newest for None; None where there are no
    dossiers; `reference` is the folder of the reference data; `open_readers(province, period, data)` what reads keys of
    other kinds than those of this module; `later(province, period, version)` the versions of the province's data that came
    after one, oldest first, each with the words that tell it: of what was restated they say since when.
    Raises InputError for a file that is not a report's.
    """
    document = _load(report)
    about = document["document"]
    needed = _needed(document)

    @cache
    def recount(version: int | None) -> Recount:
        data = open_data(about["province"], about["period"], version)
        readers = open_readers(about["province"], about["period"], data)
        return Recount(data, reference, needed, readers)

    @cache
    def differing(version: int | None) -> dict[tuple[str, str], Difference]:
        return {(d.where, d.title): d for d in _differences(document, recount(version))}

    now, own = recount(None).data, about["data_version"]
    cells = sum(1 for table in document["tables"] for _ in _cells(table))
    numbers = len(document["figures"]) + cells
    if now is None or own in (None, now.version) or recount(own).data is None:
        return Checked(numbers, tuple(_differences(document, recount(None))))
    found = [d for place, d in differing(None).items() if place not in differing(own)]
    since = later(about["province"], about["period"], own) if found else ()
    told = [_since(d, since, lambda version: differing(version).keys()) for d in found]
    explained = (
        replace(d, reason=f"đúng với phiên bản {own}; điều chỉnh từ {why}") for d, why in told if why
    )
    tampered = (
        replace(d, reason=f"đúng với phiên bản {own}; sau đó {_BY_OTHERS}") for d, why in told if not why
    )
    return Checked(numbers, (*_differences(document, recount(own)), *tampered), tuple(explained))


_BY_OTHERS: Final = "dữ liệu bị sửa ngoài các lần nạp"


def _since(
    difference: Difference,
    later: Sequence[tuple[int, str]],
    differing: Callable[[int], Collection[tuple[str, str]]],
) -> tuple[Difference, str | None]:
    """The difference, and the import that brought it: the first from which on the number is another. None: no import did."""
    place = difference.where, difference.title
    at = bisect_left(later, True, key=lambda version: place in differing(version[0]))
    return difference, later[at][1] if at < len(later) else None


def grouping(key: Key) -> Grouping:
    """By what a result is counted: its unit, field, procedure, channel, several of them, its level, or the province."""
    named = [name for name in _FINEST_FIRST if key.get(name) is not None]
    implied = {"level"} if any("level" in KEYS[name] for name in named if name != "level") else set()
    parts = tuple(name for name in named if name not in implied)
    return parts if len(parts) > 1 else (parts[0] if parts else "province")


def _needed(document: dict[str, Any]) -> dict[tuple[str, Grouping], set[str]]:
    """Which indicators the report prints, by period and grouping, so that no more is counted."""
    keys = [key for figure in document["figures"] for key in _results(figure["key"])]
    for table in document["tables"]:
        keys += [part for *_, cell in _cells(table) for part in _results(cell)]
        keys += _results(table["verify"].get("length", {"kind": None}))
    needed: dict[tuple[str, Grouping], set[str]] = {}
    for key in keys:
        needed.setdefault((key["period"], grouping(key)), set()).add(key["indicator"])
    return needed


def _results(key: Key) -> Iterator[Key]:
    """The counted results a key is made of."""
    if "sum" in key:
        yield from key["sum"]
        return
    if key["kind"] == "result":
        yield key
    yield from verify_targets.counted(key)
    for name in ("a", "b"):
        if name in key:
            yield from _results(key[name])


def _load(path: Path) -> dict[str, Any]:
    try:
        document: dict[str, Any] = json.loads(path.read_text("utf-8"))
        document["figures"], document["tables"], document["document"]["data_version"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            "tệp không phải số liệu của một báo cáo",
            where=str(path),
            expected="figures.json do hoso report ghi",
        ) from error
    return document


def _differences(document: dict[str, Any], recount: Recount) -> Iterator[Difference]:
    for figure in document["figures"]:
        computed = recount.value(figure["key"])
        shown = figure["printed"] if figure["measure"] == "grade" else figure["value"]
        shown = None if figure["printed"] == "–" else shown
        if not same(shown, computed):
            yield Difference(figure["id"], figure["title"], shown, computed, "khác với dữ liệu hồ sơ")
        yield from _parts(figure, recount)
    for table in document["tables"]:
        for where, column, shown, key in _cells(table):
            computed = _cell_value(recount, key)
            if not same(shown, computed):
                yield Difference(f"{table['id']} {where}", column, shown, computed, "khác với dữ liệu hồ sơ")
        yield from _length(table, recount)


def _length(table: dict[str, Any], recount: Recount) -> Iterator[Difference]:
    """Whether a table that lists all of a kind has as many rows as there are."""
    if key := table["verify"].get("length"):
        there, computed = len(table["rows"]), recount.value(key)
        if there != computed:
            yield Difference(table["id"], "số dòng", there, computed, "khác với dữ liệu hồ sơ")


_FRACTIONS = ("result", "published", "score", "snapshot", "accounts", "entered", "country", "disclosed")


def _parts(figure: dict[str, Any], recount: Recount) -> Iterator[Difference]:
    """The fraction behind a printed rate."""
    if figure["key"]["kind"] not in _FRACTIONS or figure["measure"] not in (
        "rate",
        "days",
        "rank",
        "points",
    ):
        return
    for part in ("numerator", "denominator"):
        if figure[part] is not None:
            computed = recount.value(figure["key"] | {"part": part})
            if not same(figure[part], computed):
                yield Difference(
                    figure["id"],
                    f"{figure['title']}, {part}",
                    figure[part],
                    computed,
                    "khác với dữ liệu hồ sơ",
                )


def _cells(table: dict[str, Any]) -> Iterator[tuple[str, str, float | None, Key]]:
    """The numbers of a table, each with the key of its value."""
    check = table["verify"]
    if check.get("kind") == "imports":
        return
    if check.get("kind") in _KEYED:
        yield from _KEYED[check["kind"]](table)
        return
    for row, keys in zip(table["rows"], check["rows"], strict=True):
        for title, counts, value in zip(table["columns"], check["columns"], row["values"], strict=True):
            if counts is not None:
                parts = [
                    {"period": check["period"], "indicator": name, **key} for name in counts for key in keys
                ]
                yield row["name"], title, value, {"sum": parts}


def _keyed(table: dict[str, Any]) -> Iterator[tuple[str, str, float | None, Key]]:
    """The numbers of a table whose columns have a key each, and whose rows say of what."""
    check = table["verify"]
    for row, own in zip(table["rows"], check["rows"], strict=True):
        for title, key, value in zip(table["columns"], check["columns"], row["values"], strict=True):
            if key is not None:
                yield row["name"], title, value, key | own


def _celled(table: dict[str, Any]) -> Iterator[tuple[str, str, float | None, Key]]:
    """The numbers of a table whose cells each carry a key of their own."""
    for row, keys in zip(table["rows"], table["verify"]["rows"], strict=True):
        for title, key, value in zip(table["columns"], keys, row["values"], strict=True):
            if key is not None:
                yield row["name"], title, value, key


_KEYED: dict[str, Callable[[dict[str, Any]], Iterator[tuple[str, str, float | None, Key]]]] = {
    "keys": _keyed,
    "cells": _celled,
}


def _cell_value(recount: Recount, key: Key) -> float | str | None:
    if "sum" not in key:
        return recount.value(key)
    return sum(recount.result(part | {"part": "numerator"}) or 0 for part in key["sum"])


def same(shown: float | str | None, computed: float | str | None) -> bool:
    """Whether two values are the same figure."""
    if isinstance(shown, int | float) and isinstance(computed, int | float):
        return abs(shown - computed) <= TOLERANCE * max(1.0, abs(shown))
    return shown == computed


def _number(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)
