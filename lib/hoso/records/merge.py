"""Upsert of dossiers into the facts: a later export of a dossier replaces the earlier row, in one commit.

The rows come in pieces and stay on disk; DuckDB compares and sorts them within `MEMORY`, month by month, so an import
takes the same memory whatever its file and the store hold.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

import duckdb
import polars as pl

from . import disk, keys, parquet, schema
from .commits import Written
from .derive import derive
from .store import Store

MEMORY: Final = "256MB"
ROW_GROUP: Final = 122_880
# At level 1 of zstd the files are no larger than at its usual 3, and take a sixth less time.
_PACKED: Final = "compression zstd, compression_level 1, parquet_version v2"
_PIECE_GROUP: Final = 16_384
_IDS: Final = "ids.parquet"
_BESIDE: Final[schema.Columns] = {"place": pl.Int64, "dossier_id": pl.String}  # beside the facts on their way


@dataclass
class Incoming:
    """Facts of one file on their way into the store: Parquet files below a private folder, one a piece."""

    folder: Path
    files: list[str] = field(default_factory=list)
    rows: int = 0

    def add(self, facts: pl.DataFrame) -> None:
        """One more piece (columns FACTS, dossier_id) behind the others: of a dossier twice in a file the last row counts."""
        file = self.folder / f"facts-{len(self.files):05d}.parquet"
        numbered = facts.with_row_index("place", offset=self.rows).cast({"place": pl.Int64})
        if not numbered["received_month"].is_sorted():
            numbered = numbered.sort("received_month", maintain_order=True)
        disk.require_room(self.folder, int(numbered.estimated_size()))
        # Small groups of rows by month, each with its least and greatest: a month is written without reading the others.
        numbered.write_parquet(file, compression="uncompressed", row_group_size=_PIECE_GROUP)
        self.rows += facts.height
        self.files.append(str(file))


@dataclass(frozen=True)
class Change:
    """What an import changes: the months of receipt whose partitions it replaces, and the files that replace them.

    ids: which id stands behind which pseudonym, of the dossiers new to the store; a file that only its owner can open.
    moved: the dossiers not in the file whose deadline or handling time a changed catalogue or calendar moved.
    """

    months: list[date]
    files: list[Written]
    counts: dict[str, int]
    ids: Path | None = None
    moved: int = 0


def prepare(
    rows: pl.DataFrame, province_id: str, import_id: str, key: bytes, limits: pl.DataFrame
) -> pl.DataFrame:
    """Clean rows as facts: pseudonymised, derived columns added; dossier_id still beside them."""
    hashes = pl.Series(keys.pseudonyms(key, rows["dossier_id"].to_list()), dtype=pl.String)
    facts = derive(rows.with_columns(dossier=hashes), limits)
    facts = facts.with_columns(province_id=pl.lit(province_id), import_id=pl.lit(import_id))
    return schema.conform(facts, schema.FACTS | {"dossier_id": pl.String})


def plan(store: Store, province_id: str, incoming: Incoming, limits: pl.DataFrame | None = None) -> Change:
    """Compares incoming facts with those of the store, and writes the touched months as they will be; none is live yet.

    `limits`, when the catalogue or the calendar changed: stored dossiers that these give another deadline or handling time
    are written again.

    Of a dossier that stands in the file more than once the last row counts. counts: accepted (dossiers not known before),
    replaced (rows that took the place of an earlier one, in the store or in the file), unchanged (rows that say what the
    store says already).
    """
    with _engine(incoming) as engine:
        _compare(engine, store, province_id)
        counts = _counts(engine)
        ids = _new_ids(engine, incoming, counts) if counts["accepted"] else None
        moved = (
            _move(engine, _stored(engine, store, province_id), incoming, limits) if limits is not None else 0
        )
        found = _Months.of(engine)
        months = found.touched()
        files = [_written(engine, store, province_id, month, found.rows(month)) for month in months]
    return Change(months, [file for file in files if file], counts, ids, moved)


def commit(store: Store, province_id: str, change: Change, note: Mapping[str, str]) -> int:
    """Makes a change live in one commit and returns the facts' new version."""
    months = [month.isoformat() for month in change.months]
    replaced = [("province_id", "=", province_id), ("received_month", "in", months)]
    told = {**note, "province": province_id, "months": json.dumps(months)}
    return store.commit("facts", change.files, told, replaced=replaced)


# ── what the engine sees ─────────────────────────────────────────────────────────────────────────


@contextmanager
def _engine(incoming: Incoming) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB that sees the incoming facts, and spills into the folder of the import."""
    config: dict[str, Any] = {
        "memory_limit": MEMORY,
        "temp_directory": str(incoming.folder / "spill"),
        "preserve_insertion_order": False,  # what must be in order is sorted
    }
    with duckdb.connect(config=config) as engine:
        engine.execute("set enable_progress_bar = false")  # how far an import is, its command tells
        _see(engine, "incoming", _incoming(incoming))
        yield engine


def _see(engine: duckdb.DuckDBPyConnection, name: str, query: str) -> None:
    engine.execute(f"create or replace view {name} as {query}")


def _stored(
    engine: duckdb.DuckDBPyConnection, store: Store, province_id: str, months: Iterable[date] | None = None
) -> list[str]:
    """Lets the engine see the stored facts of some months, else of all; their files, each found whole."""
    asked = [None] if months is None else months
    files = [file for month in asked for file in store.files("facts", province_id, month=month)]
    _see(engine, "stored", parquet.query(files, schema.FACTS))
    return files


def _incoming(incoming: Incoming) -> str:
    return parquet.query(incoming.files, schema.FACTS | _BESIDE, partitions=())


def _names(columns: Iterable[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def _text(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"


# ── what changes ─────────────────────────────────────────────────────────────────────────────────

# Every dossier of the file once, by its last row; then those of them that the store knows: in which month, and whether it
# says of them what the file says.
_LAST: Final = """
create temp table last as
select dossier, max(place) as place, count(*) as times, arg_max(received_month, place) as month
from incoming group by dossier;
create temp table known (place bigint, old_month date, same boolean);
"""
_IN_ITS_MONTHS: Final = """
insert into known
select l.place, s.received_month, {equal}
from stored s join last l on l.dossier = s.dossier join incoming i on i.place = l.place
where s.received_month in ({months})
"""
_ELSEWHERE: Final = """
insert into known
select l.place, s.received_month, false
from stored s join (select dossier, place from last anti join known using (place)) l on l.dossier = s.dossier
where s.received_month not in ({months})
"""
_CHANGED: Final = """
create temp table changed as
select l.*, k.old_month from last l left join known k using (place) where not coalesce(k.same, false)
"""


def _compare(engine: duckdb.DuckDBPyConnection, store: Store, province_id: str) -> None:
    """Makes `known` and `changed`.

    The file's own months are looked through first. A dossier that stood in another month was received on another day, so of
    the other months no more is read than the pseudonyms, and not even these where all of the file is found already.
    """
    engine.execute(_LAST)
    own = [month for (month,) in engine.execute("select distinct month from last order by month").fetchall()]
    months = ", ".join(map(_text, own))
    if _stored(engine, store, province_id, own):
        equal = " and ".join(f'i."{name}" is not distinct from s."{name}"' for name in schema.CONTENT)
        engine.execute(_IN_ITS_MONTHS.format(equal=equal, months=months))
    if _number(engine, "known") < _number(engine, "last"):
        _stored(engine, store, province_id)
        engine.execute(_ELSEWHERE.format(months=months))
    engine.execute(_CHANGED)


def _number(engine: duckdb.DuckDBPyConnection, table: str) -> int:
    counted = engine.execute(f"select count(*) from {table}").fetchone()
    assert counted is not None
    return int(counted[0])


def _counts(engine: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """What became of the rows: together as many as the file has."""
    counted = engine.execute(
        """
        select count(*) filter (k.place is null),
               coalesce(sum(times) filter (k.same), 0),
               coalesce(sum(times) filter (not k.same), 0) + coalesce(sum(times - 1) filter (k.place is null), 0)
        from last left join known k using (place)
        """
    ).fetchone()
    assert counted is not None
    return dict(zip(("accepted", "unchanged", "replaced"), map(int, counted), strict=True))


def _new_ids(engine: duckdb.DuckDBPyConnection, incoming: Incoming, counts: Mapping[str, int]) -> Path:
    """The ids behind the pseudonyms that the store did not know, in a file that was made for its owner alone."""
    file = incoming.folder / _IDS
    keys.create(file)
    all_new = counts["accepted"] == incoming.rows  # then none has to be looked for
    new = "" if all_new else "where place in (select place from changed where old_month is null)"
    engine.execute(
        f"""
        copy (select dossier, dossier_id from incoming {new})
        to {_text(file)} (format parquet, {_PACKED}, use_tmp_file false)
        """
    )
    return file


def _move(
    engine: duckdb.DuckDBPyConnection, stored: Iterable[str], incoming: Incoming, limits: pl.DataFrame
) -> int:
    """Adds the stored dossiers, beside those that change anyway, of which something else is derived now."""
    found = 0
    for file in stored:
        before = _facts(file)
        after = schema.conform(derive(before.drop(list(schema.DERIVED)), limits), schema.FACTS)
        same = [after[name].eq_missing(before[name]) for name in schema.DERIVED]
        moved = after.filter(~pl.select(pl.all_horizontal(same)).to_series())
        if moved.height:
            found += _add_changed(engine, incoming, moved)
    return found


def _facts(file: str) -> pl.DataFrame:
    """The rows of one file of the store; a column that it lacks is null."""
    types = {"province_id": pl.String, "received_month": pl.Date}
    rows = pl.read_parquet(file, hive_partitioning=True, hive_schema=types)
    lacking = [name for name in schema.FACTS if name not in rows.columns]
    return schema.conform(rows.with_columns(pl.lit(None).alias(name) for name in lacking), schema.FACTS)


def _add_changed(engine: duckdb.DuckDBPyConnection, incoming: Incoming, moved: pl.DataFrame) -> int:
    """Rows of the store among those that change, unless they do anyway; how many."""
    first = incoming.rows
    incoming.add(moved.with_columns(dossier_id=pl.lit(None, pl.String)))
    _see(engine, "incoming", _incoming(incoming))
    added = engine.execute(
        """
        insert into changed select dossier, place, 1, received_month, received_month
        from incoming anti join changed using (dossier) where place >= $first
        """,
        {"first": first},
    ).fetchone()
    assert added is not None
    return int(added[0])


@dataclass(frozen=True)
class _Months:
    """By month of receipt, how many rows the file and the store have, and how many come and go."""

    incoming: Mapping[date, int]
    stored: Mapping[date, int]
    coming: Mapping[date, int]
    going: Mapping[date, int]

    @classmethod
    def of(cls, engine: duckdb.DuckDBPyConnection) -> _Months:
        def by(month: str, table: str) -> dict[date, int]:
            return dict(engine.execute(f"select {month}, count(*) from {table} group by all").fetchall())

        return cls(
            by("received_month", "incoming"),
            by("received_month", "stored"),
            by("month", "changed"),
            by("old_month", "changed"),
        )

    def touched(self) -> list[date]:
        """The months that change, in order."""
        return sorted(month for month in {*self.coming, *self.going} if month is not None)

    def rows(self, month: date) -> str | None:
        """The query of a month ($month) as it will be: what stays of it, and the changed rows; None where it is empty.

        Nothing is looked for where all rows come, none goes or none stays.
        """
        columns = _names(name for name in schema.FACTS if name not in schema.PARTITIONS)
        coming, going = self.coming.get(month, 0), self.going.get(month, 0)
        changed = "semi join (select place from changed where month = $month) using (place)"
        gone = "anti join (select dossier from changed where old_month = $month) using (dossier)"
        parts = []
        if coming:
            rows = f"incoming {changed}" if coming < self.incoming[month] else "incoming"
            parts.append(f"select {columns} from {rows} where received_month = $month")
        if going < self.stored.get(month, 0):
            rows = f"stored {gone}" if going else "stored"
            parts.append(f"select {columns} from {rows} where received_month = $month")
        return f"{' union all '.join(parts)} order by received_on, unit_id, dossier" if parts else None


def _written(
    engine: duckdb.DuckDBPyConnection, store: Store, province_id: str, month: date, query: str | None
) -> Written | None:
    """A month as it will be, in a file no version lists yet; None when it is empty."""
    if query is None:
        return None
    path = f"province_id={province_id}/received_month={month}/{uuid.uuid4()}.parquet"
    file = store.path("facts") / path
    file.parent.mkdir(parents=True, exist_ok=True)
    how = f"format parquet, {_PACKED}, row_group_size {ROW_GROUP}"
    rows = engine.execute(f"copy ({query}) to {_text(file)} ({how})", {"month": month}).fetchone()
    assert rows is not None
    return Written(path, int(rows[0]), {"province_id": province_id, "received_month": month.isoformat()})
