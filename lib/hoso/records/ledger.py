"""The ledger (sổ theo ngày): additive counts a province, unit and day, from which any window is a sum.

A province has a file for each year of receipt with the rows by unit (grain "unit-2026"): an import counts the months that
it touched, copies the rows of the others of their years, and leaves closed years alone. One more file (grain "level") has
the sums by level and day of each of these years, made of the rows in the same commit: all that a page of the province needs,
and few whatever the units and dossiers are. What is counted, records.daily says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import narwhals as nw
import polars as pl

from ..vocabulary.errors import StoreError
from . import daily, damage, disk, parquet, schema
from .commits import Written
from .store import Store

PART_ROWS: Final = 400_000  # dossiers counted at once, in about 150 MB
_GRAIN: Final[schema.Columns] = {"grain": pl.String}
_UNIT, _LEVEL = "unit", "level"  # "unit-2026": of dossiers received in that year
_YEAR: Final[schema.Columns] = {"received_year": pl.Int16}  # of the sums by level
_NOT_COUNTED: Final = {
    "dossier",
    "import_id",
    "line",
    "procedure_id",
    "field",
    "submitted_at",
    "received_at",
    "due_at",
    "finished_at",
    "returned_at",
    "deadline_at",
}


def rebuild(store: Store, province_id: str, months: Sequence[date], facts_version: int) -> None:
    """Builds the ledger of a province's months of receipt again from the facts of a version, in one commit.

    The rows of other months of their years are copied; the files of other years stay as they are. A province of which all
    years lie in one file, as before, is counted anew. All of the ledger is built, where this program counts something
    that it does not have yet: a missing count is no 0.
    """
    if store.exists("ledger") and not is_whole(store):
        rebuild_all(store, facts_version)
        return
    old = _by_grain(store.files("ledger", province_id))
    if _UNIT in old:
        old, months = {}, store.months("facts", facts_version).get(province_id, [])
    files = _written(store, province_id, months, facts_version, old)
    grains = [_UNIT, _LEVEL, *sorted({_grain(month.year) for month in months})]
    _commit(store, files, facts_version, [("province_id", "=", province_id), ("grain", "in", grains)])


def rebuild_all(store: Store, facts_version: int) -> None:
    """The whole ledger in one commit, so that there is never one of which a part is without a count.

    Memory is that of the dossiers counted at once and of the ledger's rows of one province and year.
    """
    provinces = store.months("facts", facts_version)
    files = [
        file
        for province_id, months in sorted(provinces.items())
        for file in _written(store, province_id, months, facts_version, {})
    ]
    _commit(store, files, facts_version, [])


def is_whole(store: Store, version: int | None = None) -> bool:
    """Whether the ledger has all that this program counts. One of an earlier program's is not; then the facts are read.

    StoreError for one that is outdated.
    """
    columns = store.columns("ledger", version)
    for wrong in _outdated(store, columns):
        raise wrong
    return columns.issuperset(daily.SCHEMA)


def outdated(store: Store, version: int | None = None) -> list[StoreError]:
    """That the ledger is parted by month of receipt alone, if so: before it had sums by level, it was."""
    return _outdated(store, store.columns("ledger", version))


def _outdated(store: Store, columns: frozenset[str]) -> list[StoreError]:
    if not columns or "grain" in columns:
        return []
    return [
        damage.error(
            "sổ theo ngày còn theo cách chia cũ",
            store.path("ledger"),
            "ledger",
            "tệp theo đơn vị và theo cấp",
        )
    ]


def scan(files: Sequence[str]) -> pl.LazyFrame:
    """The rows of the ledger's files by unit (columns daily.SCHEMA)."""
    return parquet.scan(files, daily.SCHEMA | _GRAIN, schema.LEDGER_PARTITIONS).select(list(daily.SCHEMA))


def scan_totals(files: Sequence[str]) -> pl.LazyFrame:
    """The rows of its files by level (columns level, day, daily.COLUMNS), in that order; of a day one a year of receipt."""
    return parquet.scan(files, _of_sums(), ())


def _of_sums() -> schema.Columns:
    return {name: daily.SCHEMA[name] for name in ("level", "day", *daily.COLUMNS)}


def _grain(year: int) -> str:
    return f"{_UNIT}-{year}"


def _by_grain(files: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for file in files:
        found.setdefault(Path(file).parent.name.removeprefix("grain="), []).append(file)
    return found


def _written(
    store: Store,
    province_id: str,
    months: Sequence[date],
    facts_version: int,
    old: Mapping[str, Sequence[str]],
) -> list[Written]:
    """Files of a province where months are counted anew: of their years by unit, and of all years by level.

    `old` has its files as they are, by grain. No file where there is no row.
    """
    files, added, untouched = [], [], dict(old)
    sums = untouched.pop(_LEVEL, ())
    for year, own in groupby(sorted(months), lambda month: month.year):
        rows = _of_year(store, province_id, list(own), facts_version, untouched.pop(_grain(year), ()))
        if rows.height:
            files.append(store.put("ledger", rows, {"province_id": province_id, "grain": _grain(year)}))
            added.append(_added_up(rows.lazy(), year))
    added += _as_they_were(sums, untouched)
    if added:
        total = pl.concat(added).sort("level", "day", *_YEAR)
        by_level = {"province_id": province_id, "grain": _LEVEL}
        # Every page reads it: unpacked, in a third less time.
        files.append(store.put("ledger", total, by_level, level=None))
    return files


def _added_up(rows: pl.LazyFrame, year: int) -> pl.DataFrame:
    """Rows of a year of receipt by unit, as its sums by level."""
    found: pl.DataFrame = daily.totals(nw.from_native(rows)).collect().to_native()
    return found.with_columns(pl.lit(year).cast(kind).alias(name) for name, kind in _YEAR.items())


def _as_they_were(sums: Sequence[str], untouched: Mapping[str, Sequence[str]]) -> list[pl.DataFrame]:
    """The sums by level of untouched years (`untouched`: files by unit, by grain).

    An earlier program told no year of them: then they are added up from the rows.
    """
    years = {int(grain.removeprefix(f"{_UNIT}-")): files for grain, files in untouched.items()}
    if not years:
        return []
    kept = (
        parquet.scan(sums, _of_sums() | _YEAR, ())
        .filter(pl.col("received_year").is_in(list(years)))
        .collect()
    )
    if set(kept["received_year"]) == set(years):
        return [kept]
    return [_added_up(scan(files), year) for year, files in years.items()]


def _of_year(
    store: Store, province_id: str, months: Sequence[date], facts_version: int, old: Sequence[str]
) -> pl.DataFrame:
    """The ledger's rows by unit of a year of receipt: of these months from the facts, of its others as they are."""
    kept = scan(old).filter(~pl.col("received_month").is_in(months)).collect()
    parts = _parts(store, province_id, months, facts_version)
    built = (daily.build(nw.from_native(part.lazy())).collect().to_native().sort(daily.KEY) for part in parts)
    rows: pl.DataFrame = pl.concat([kept, *built])
    disk.require_room(store.root, int(rows.estimated_size()))  # in memory it is larger than in Parquet
    return rows


def _commit(
    store: Store, files: Sequence[Written], facts_version: int, replaced: Sequence[tuple[str, str, Any]]
) -> None:
    note = {"facts_version": str(facts_version)}
    store.commit("ledger", files, note, replaced=replaced, types=daily.SCHEMA | _GRAIN | _YEAR)


def _parts(store: Store, province_id: str, months: Sequence[date], version: int) -> Iterator[pl.DataFrame]:
    """The facts of the months, a few at a time: each is read once, and memory is that of PART_ROWS or of one month."""
    waiting: list[pl.DataFrame] = []
    for rows in _by_month(store, province_id, months, version):
        if waiting and sum(part.height for part in waiting) + rows.height > PART_ROWS:
            yield pl.concat(waiting)
            waiting = []
        waiting.append(rows)
    if waiting:
        yield pl.concat(waiting)


def _by_month(store: Store, province_id: str, months: Sequence[date], version: int) -> Iterator[pl.DataFrame]:
    wanted = {name: kind for name, kind in schema.FACTS.items() if name not in _NOT_COUNTED}
    for month in months:
        files = store.files("facts", province_id, version, month)
        if files:
            yield parquet.scan(files, wanted).collect()
