"""The ledger (sổ theo ngày): additive counts a province, unit and day, from which any window is a sum.

A province has a file for each year of receipt with the rows by unit (grain "unit-2026"): an import counts the months that
it touched, copies the rows of the others of their years, and leaves closed years alone. One more file (grain "level") has
the sums by level and day of each of these years, made of the rows in the same commit: all that a page of the province needs,
and few whatever the units and dossiers are.

Stocks (pending, overdue) are what came in less what went out, through a day. `_events` is the one place that says what
is counted on which day; its expressions are Narwhals, bound to no engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import narwhals as nw
import polars as pl

from ..vocabulary.errors import StoreError
from . import damage, disk, parquet, schema
from .commits import Written
from .schema import (
    AWAITING_PAYMENT,
    CHANNELS,
    FLAGS,
    NOT_RECEIVED,
    ONLINE_SERVICE,
    REFUSED,
    RESOLVED,
    STOPPED,
    WAITING,
    WITHDRAWN,
)
from .store import Store

Test = Callable[[], nw.Expr]
KEY: Final = ("province_id", "received_month", "unit_id", "level", "day")
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
# What is summed and not only counted. A count is of ones and zeros, which need less room than their sum.
_AMOUNTS: Final = {"handling_minutes"}
# Calendar days past the due day at which a band of the ageing starts: 1–5, 6–10, 11–30, over 30. Stated once.
BANDS: Final = (1, 6, 11, 31)


def true(column: str) -> nw.Expr:
    """Where a flag is known and set."""
    return nw.col(column).fill_null(False)


def known(column: str) -> nw.Expr:
    """Where the source said anything of a flag: missing is not zero."""
    return ~nw.col(column).is_null()


def is_in(column: str, words: tuple[Any, ...]) -> nw.Expr:
    """Where a column holds one of the words; null is none of them."""
    if len(words) == 1:
        one: nw.Expr = nw.col(column) == words[0]
        return one.fill_null(False)
    return (~nw.col(column).is_null()) & nw.col(column).is_in(list(words))


def in_scope() -> nw.Expr:
    """Dossiers that were received: not 'mới đăng ký', not 'không được tiếp nhận'."""
    return ~is_in("status", NOT_RECEIVED)


def handled() -> nw.Expr:
    """Dossiers whose handling time counts: resolved by the office, not withdrawn, with both ends known."""
    return is_in("status", RESOLVED) & known("handling_minutes")


def late_by(days: int) -> nw.Expr:
    """Resolved at least so many calendar days after the due day."""
    overrun = nw.col("due_on").dt.offset_by(f"{days}d") <= nw.col("closed_on")
    return is_in("punctuality", ("late",)) & overrun.fill_null(False)


def _aged(days: int) -> nw.Expr:
    """The day on which a pending dossier is overdue for so many days."""
    return nw.col("overdue_on").dt.offset_by(f"{days - 1}d").cast(nw.Date)


def _ended_aged(days: int) -> nw.Expr:
    return (nw.col("closed_on") >= _aged(days)).fill_null(False)


def _reached(days: int) -> nw.Expr:
    """That day, where the dossier was still pending the day before."""
    gone = (nw.col("closed_on") < _aged(days)).fill_null(False)
    return nw.when(~gone).then(_aged(days))


# Parts of the dossiers whose number is kept as a flow (received, closed) and so as a stock too: of those that were received,
# as the argument tells. Who waits was received.
_PARTS: Final[dict[str, Callable[[nw.Expr], nw.Expr]]] = {
    "all": lambda scope: scope,
    **{channel: (lambda scope, c=channel: scope & is_in("channel", (c,))) for channel in CHANNELS},  # type: ignore[misc]
    "eligible": lambda scope: scope & is_in("service_level", ONLINE_SERVICE),
    "eligible_online": lambda scope: _PARTS["eligible"](scope) & is_in("channel", ("online",)),
    "full": lambda scope: scope & is_in("service_level", ("full",)),
    "full_online": lambda scope: _PARTS["full"](scope) & is_in("channel", ("online",)),
    "with_fee": lambda scope: scope & true("fee"),
    "fee": lambda scope: _PARTS["with_fee"](scope) & known("paid_online"),
    "fee_paid": lambda scope: _PARTS["fee"](scope) & true("paid_online"),
    "supplement": lambda scope: scope & (nw.col("supplements").fill_null(0) > 0),
    "stopped": lambda _: is_in("status", (STOPPED,)),
    "awaiting_payment": lambda _: is_in("status", (AWAITING_PAYMENT,)),
    "waiting": lambda _: is_in("status", WAITING),
    **{f"known_{flag}": (lambda scope, f=flag: scope & known(f)) for flag in FLAGS},  # type: ignore[misc]
    **{f"true_{flag}": (lambda scope, f=flag: scope & true(f)) for flag in FLAGS},  # type: ignore[misc]
}
PARTS: Final[dict[str, Test]] = {name: (lambda of=of: of(in_scope())) for name, of in _PARTS.items()}  # type: ignore[misc]


def _events() -> dict[str, dict[str, nw.Expr]]:
    """What is counted of the dossiers that have it beside their parts, by the DATE column that says on which day.

    `_marked` has said of each what it is, so closed and in scope is here who has a day of closing and is in scope.
    """
    scope = closed = _is("all")
    on_time = (nw.col("closed_on") <= nw.col("due_on")).fill_null(False)
    return {
        "received_on": {"refused": is_in("status", (REFUSED,))},
        "closed_on": {
            **{word: closed & is_in("punctuality", (word,)) for word in ("early", "punctual", "late")},
            "withdrawn": closed & is_in("status", (WITHDRAWN,)),
            "late_by_clock": closed & true("late_by_clock"),
            "early_by_clock": closed & is_in("punctuality", ("early",)) & ~true("late_by_clock"),
            **{f"late_{days}": closed & late_by(days) for days in BANDS[1:]},
            **{f"overdue_{days}_ended": closed & _ended_aged(days) for days in BANDS[1:]},
            "handled": closed & handled(),
            "handling_minutes": nw.when(closed & handled()).then(nw.col("handling_minutes")).otherwise(0),
            "overdue_ended": closed & (~nw.col("overdue_on").is_null()),
            "late_ended": closed & (~nw.col("late_on").is_null()),
        },
        "overdue_on": {"overdue_began": scope},
        **{f"overdue_{days}_on": {f"overdue_{days}_began": scope} for days in BANDS[1:]},
        "late_on": {"late_began": scope, "late_waiting_began": scope & _is("waiting")},
        "due_on": {"fell_due": scope, "fell_due_on_time": scope & on_time},
    }


def _is(part: str) -> nw.Expr:
    return nw.col(f"is_{part}")


def _marked(facts: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """The facts with what each dossier is, asked once of each: several counts are made of it, on several days."""
    received = facts.with_columns(is_all=in_scope())
    parts = {f"is_{name}": of(_is("all")) for name, of in _PARTS.items() if name != "all"}
    reached = {f"overdue_{days}_on": _reached(days) for days in BANDS[1:]}
    return received.with_columns(**parts, **reached)


# What the parts are called that are counted on a day.
_PARTS_ON: Final = {
    day: {f"is_{name}": f"{flow}_{name}" for name in PARTS}
    for day, flow in (("received_on", "received"), ("closed_on", "closed"))
}
COLUMNS: Final[tuple[str, ...]] = tuple(
    name for day, events in _events().items() for name in (*_PARTS_ON.get(day, {}).values(), *events)
)
SCHEMA: Final[schema.Columns] = {
    **dict(zip(KEY, (pl.String, pl.Date, pl.String, pl.String, pl.Date), strict=True)),
    **dict.fromkeys(COLUMNS, pl.Int64),
}


def build(facts: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """The ledger of a frame of facts: columns KEY and COLUMNS (counts), one row a unit and day with any event."""
    marked = _marked(facts)
    # Each part has the columns of its own events; nothing of the others is 0 in the sums. Zeros spelled out would be most of
    # the plan's expressions, and an import of few dossiers spends most of its time on the plan.
    rows = nw.concat([_on_day(marked, day, events) for day, events in _events().items()], how="diagonal")
    return rows.group_by(*KEY).agg(_sums(COLUMNS)).select(*KEY, *COLUMNS)


def _on_day(facts: nw.LazyFrame[Any], day: str, events: dict[str, nw.Expr]) -> nw.LazyFrame[Any]:
    counted = [
        (event.cast(nw.Int64) if name in _AMOUNTS else _ones(facts, event)).alias(name)
        for name, event in events.items()
    ]
    if parts := _PARTS_ON.get(day, {}):
        counted.append(_ones(facts, nw.col(*parts)))  # one expression of all: each has its price
    keyed = facts.filter(~nw.col(day).is_null()).select(*KEY[:-1], nw.col(day).alias("day"), *counted)
    return keyed.group_by(*KEY).agg(_sums([*parts, *events])).rename(parts)


def _ones(facts: nw.LazyFrame[Any], events: nw.Expr) -> nw.Expr:
    """What is true, as it is added up: polars does it without numbers, in half the time."""
    return events if facts.implementation.is_polars() else events.cast(nw.Int8)


def _sums(names: Iterable[str]) -> nw.Expr:
    return nw.col(*names).sum().cast(nw.Int64)


def totals(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """The ledger's rows of a province added up by level and day (columns level, day, COLUMNS), in that order."""
    return rows.group_by("level", "day").agg(_sums(COLUMNS)).sort("level", "day")


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
    return columns.issuperset(SCHEMA)


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
    """The rows of the ledger's files by unit (columns SCHEMA)."""
    return parquet.scan(files, SCHEMA | _GRAIN, schema.LEDGER_PARTITIONS).select(list(SCHEMA))


def scan_totals(files: Sequence[str]) -> pl.LazyFrame:
    """The rows of its files by level (columns level, day, COLUMNS), in that order; of a day one a year of receipt."""
    return parquet.scan(files, {name: SCHEMA[name] for name in ("level", "day", *COLUMNS)}, ())


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
    found: pl.DataFrame = totals(nw.from_native(rows)).collect().to_native()
    return found.with_columns(pl.lit(year).cast(kind).alias(name) for name, kind in _YEAR.items())


def _as_they_were(sums: Sequence[str], untouched: Mapping[str, Sequence[str]]) -> list[pl.DataFrame]:
    """The sums by level of untouched years (`untouched`: files by unit, by grain).

    An earlier program told no year of them: then they are added up from the rows.
    """
    years = {int(grain.removeprefix(f"{_UNIT}-")): files for grain, files in untouched.items()}
    columns = {name: SCHEMA[name] for name in ("level", "day", *COLUMNS)} | _YEAR
    kept = parquet.scan(sums, columns, ()).filter(pl.col("received_year").is_in(list(years))).collect()
    if set(kept["received_year"]) == set(years):
        return [kept]
    return [_added_up(scan(files), year) for year, files in years.items()]


def _of_year(
    store: Store, province_id: str, months: Sequence[date], facts_version: int, old: Sequence[str]
) -> pl.DataFrame:
    """The ledger's rows by unit of a year of receipt: of these months from the facts, of its others as they are."""
    kept = scan(old).filter(~pl.col("received_month").is_in(months)).collect()
    parts = _parts(store, province_id, months, facts_version)
    built = (build(nw.from_native(part.lazy())).collect().to_native().sort(KEY) for part in parts)
    rows: pl.DataFrame = pl.concat([kept, *built])
    disk.require_room(store.root, int(rows.estimated_size()))  # in memory it is larger than in Parquet
    return rows


def _commit(
    store: Store, files: Sequence[Written], facts_version: int, replaced: Sequence[tuple[str, str, Any]]
) -> None:
    note = {"facts_version": str(facts_version)}
    store.commit("ledger", files, note, replaced=replaced, types=SCHEMA | _GRAIN | _YEAR)


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
