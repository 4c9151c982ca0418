"""Upsert of dossiers into the facts: a later export of a dossier replaces the earlier row, in one commit.

A month of receipt is compared and written at a time, a large one by its days: memory is that of a month's rows, whatever the
file and the store hold.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

import polars as pl

from . import disk, incoming, keys, parquet, schema
from .commits import Written
from .derive import derive
from .incoming import Incoming
from .store import Store

_ORDER: Final = ("received_on", "unit_id", "dossier")
# Where facts are kept for years: a tenth smaller than at level 1, for a fifth more time.
_LEVEL: Final = 3
_IDS: Final = "ids.parquet"
_STORED: Final = ":stored"
_KNOWN: Final[schema.Columns] = {
    "place": pl.UInt32,
    "dossier": pl.String,
    "same": pl.Boolean,
    "old_month": pl.Date,
}


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


def plan(store: Store, province_id: str, coming: Incoming, limits: pl.DataFrame | None = None) -> Change:
    """Compares incoming facts with those of the store, and writes the touched months as they will be; none is live yet.

    `limits`, when the catalogue or the calendar changed: stored dossiers that these give another deadline or handling time
    are written again.

    Of a dossier that stands in the file more than once the last row counts. counts: accepted (dossiers not known before),
    replaced (rows that took the place of an earlier one, in the store or in the file), unchanged (rows that say what the
    store says already).
    """
    before = coming.superseded()
    known = _known(store, province_id, coming, before)
    counts = _counts(coming, before, known)
    ids = _new_ids(coming, before, known) if counts["accepted"] else None
    same, other = known.filter("same"), known.filter(~pl.col("same"))
    exchange = _Exchange()
    exchange.leave_out(before, "received_month")
    exchange.leave_out(same, "old_month")
    exchange.take_away(other, "old_month")
    moved = 0 if limits is None else _move(store, province_id, coming, limits, exchange)
    months: list[date] = []
    files: list[Written] = []
    for month in sorted({*coming.months, *exchange.away}):
        if exchange.touches(coming, month):
            months.append(month)
            files += _written(store, province_id, month, coming, exchange)
    return Change(months, files, counts, ids, moved)


def commit(store: Store, province_id: str, change: Change, note: Mapping[str, str]) -> int:
    """Makes a change live in one commit and returns the facts' new version."""
    months = [month.isoformat() for month in change.months]
    replaced = [("province_id", "=", province_id), ("received_month", "in", months)]
    told = {**note, "province": province_id, "months": json.dumps(months)}
    return store.commit("facts", change.files, told, replaced=replaced)


# ── what the store knows ─────────────────────────────────────────────────────────────────────────


def _known(store: Store, province_id: str, coming: Incoming, before: pl.DataFrame) -> pl.DataFrame:
    """The dossiers of the file that the store knows (columns _KNOWN): since which month, and whether it says the same.

    The file's own months are looked through first. A dossier that stood in another month was received on another day, so of
    the other months no more is read than the pseudonyms, and not even these where all of the file is found already.
    """
    found = [schema.empty(_KNOWN)]
    for month in coming.months:
        if files := store.files("facts", province_id, month=month):
            stored = parquet.scan(files, schema.FACTS)
            for rows in coming.of(month, ("place", "dossier", *schema.CONTENT)):
                pairs = _without(rows, before).lazy().join(stored, on="dossier", how="inner", suffix=_STORED)
                told = pairs.select("place", "dossier", same=_says_the_same(), old_month=pl.lit(month))
                found.append(
                    told.collect(engine="streaming" if coming.height(month) > incoming.AT_ONCE else "auto")
                )
    here = pl.concat(found)
    if here.height == coming.rows - before.height or not (files := store.files("facts", province_id)):
        return here
    missing = coming.scan().select("place", "dossier").join(here.lazy(), on="place", how="anti")
    names = {name: schema.FACTS[name] for name in (*schema.PARTITIONS, "dossier")}
    elsewhere = parquet.scan(files, names).join(_without(missing, before), on="dossier", how="inner")
    moved = elsewhere.select("place", "dossier", same=pl.lit(False), old_month="received_month")
    return pl.concat([here, moved.collect(engine="streaming")])


def _says_the_same() -> pl.Expr:
    return pl.all_horizontal(pl.col(name).eq_missing(pl.col(name + _STORED)) for name in schema.CONTENT)


def _without(rows: schema.Rows, others: pl.DataFrame) -> schema.Rows:
    """Rows that are not at the places of others."""
    return rows.filter(~pl.col("place").is_in(others["place"].implode())) if others.height else rows


def _counts(coming: Incoming, before: pl.DataFrame, known: pl.DataFrame) -> dict[str, int]:
    """What became of the rows: together as many as the file has."""
    same = known.filter("same")
    accepted = coming.rows - before.height - known.height
    unchanged = same.height + before.join(same, on="dossier", how="semi").height
    return {
        "accepted": accepted,
        "unchanged": unchanged,
        "replaced": coming.rows - accepted - unchanged,
    }


def _new_ids(coming: Incoming, before: pl.DataFrame, known: pl.DataFrame) -> Path:
    """The ids behind the pseudonyms that the store did not know, in a file that was made for its owner alone."""
    file = coming.folder / _IDS
    keys.create(file)
    rows = _without(_without(coming.scan(), before), known)
    rows.select("dossier", "dossier_id").sink_parquet(
        file, compression="zstd", compression_level=1, statistics=False
    )
    return file


# ── what changes ─────────────────────────────────────────────────────────────────────────────────


@dataclass
class _Exchange:
    """By month of receipt: the places of incoming rows that do not enter it, and the stored dossiers that leave it."""

    out: dict[date, list[pl.Series]] = field(default_factory=dict)
    away: dict[date, list[pl.Series]] = field(default_factory=dict)

    def leave_out(self, rows: pl.DataFrame, month: str) -> None:
        """Incoming rows (columns place, `month`) that do not enter."""
        for (own,), part in rows.partition_by(month, as_dict=True).items():
            self.out.setdefault(own, []).append(part["place"])

    def take_away(self, rows: pl.DataFrame, month: str) -> None:
        """Stored dossiers (columns dossier, `month`) that leave."""
        for (own,), part in rows.partition_by(month, as_dict=True).items():
            self.away.setdefault(own, []).append(part["dossier"])

    def entering(self, coming: Incoming, month: date) -> int:
        """How many incoming rows enter a month."""
        return coming.height(month) - sum(map(len, self.out.get(month, ())))

    def touches(self, coming: Incoming, month: date) -> bool:
        """Whether a month changes at all."""
        return month in self.away or self.entering(coming, month) > 0


def _move(store: Store, province_id: str, coming: Incoming, limits: pl.DataFrame, exchange: _Exchange) -> int:
    """Adds the stored dossiers, beside those that change anyway, of which something else is derived now; how many."""
    found = 0
    for file in store.files("facts", province_id):
        before = parquet.scan([file], schema.FACTS).collect()
        after = schema.conform(derive(before.drop(list(schema.DERIVED)), limits), schema.FACTS)
        same = [after[name].eq_missing(before[name]) for name in schema.DERIVED]
        moved = after.filter(~pl.select(pl.all_horizontal(same)).to_series())
        for own in exchange.away.get(after["received_month"][0], ()):
            moved = moved.filter(~pl.col("dossier").is_in(own.implode()))
        if moved.height:
            coming.add(moved.with_columns(dossier_id=pl.lit(None, pl.String)))
            exchange.take_away(moved, "received_month")
            found += moved.height
    return found


def _written(
    store: Store, province_id: str, month: date, coming: Incoming, exchange: _Exchange
) -> Iterator[Written]:
    """A month as it will be, in files no version lists yet: one, or several of some days each where it is large."""
    partitions = {"province_id": province_id, "received_month": month.isoformat()}
    rows, number = _month(store, province_id, month, coming, exchange)
    for part in _by_days(rows, number):
        disk.require_room(store.root, int(part.estimated_size()))  # in memory it is larger than in Parquet
        yield store.put("facts", part.sort(_ORDER), partitions, level=_LEVEL)


def _month(
    store: Store, province_id: str, month: date, coming: Incoming, exchange: _Exchange
) -> tuple[pl.LazyFrame, int]:
    """The rows of a month as it will be, those that enter and those that stay, and how many they are.

    Nothing is looked for where all rows enter, none leaves or none stays.
    """
    columns = [name for name in schema.FACTS if name not in schema.PARTITIONS]
    parts, entering, staying = [schema.empty(schema.FACTS).lazy()], exchange.entering(coming, month), 0
    if entering:
        parts.append(_except(coming.scan(month), "place", exchange.out.get(month, ())))
    if files := store.files("facts", province_id, month=month):
        stored, away = parquet.scan(files, schema.FACTS), exchange.away.get(month, ())
        staying = int(stored.select(pl.len()).collect().item()) - sum(map(len, away))
        if staying:
            parts.append(_except(stored, "dossier", away))
    return pl.concat([part.select(columns) for part in parts]), entering + staying


def _except(rows: pl.LazyFrame, column: str, values: Sequence[pl.Series]) -> pl.LazyFrame:
    return rows.filter(~pl.col(column).is_in(pl.concat(values).implode())) if values else rows


def _by_days(rows: pl.LazyFrame, number: int) -> Iterator[pl.DataFrame]:
    """The rows at once, or those of some days each where they are many; none where there are none."""
    if number > incoming.AT_ONCE:
        for first, last in _spans(rows):
            days = pl.col("received_on").is_between(first, last)
            yield rows.filter(days).collect(engine="streaming")
    elif number:
        yield rows.collect()


def _spans(rows: pl.LazyFrame) -> list[tuple[date, date]]:
    """First and last days of receipt, in order, of which each span has AT_ONCE rows or fewer, if its days allow."""
    spans: list[tuple[date, date]] = []
    waiting = 0
    days = rows.group_by("received_on").len().sort("received_on").collect(engine="streaming")
    for day, number in days.iter_rows():
        if spans and waiting + number <= incoming.AT_ONCE:
            spans[-1], waiting = (spans[-1][0], day), waiting + number
        else:
            spans.append((day, day))
            waiting = number
    return spans
