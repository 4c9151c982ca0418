"""One measurement of scale.py in a process of its own: CPU seconds of the work alone, peak memory of the process.

    python benchmarks/scale_measure.py WHAT STORE [WORD …]      prints one JSON object

Imports are done before the clock starts, and what they brought is out of the collector's way, as the command line and the
parent of all reports have it; the operating system's cache is warm (scale.py reads every file before). `peak`
and `before` are the high-water marks of resident memory (MiB) at the end and before the work.
"""

from __future__ import annotations

import gc
import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

import duckdb
import narwhals as nw
import pandas as pd
import polars as pl

from hoso.delivery.engine import warmup
from hoso.presentation import warm
from hoso.records import ledger, merge, parquet, pieces, schema
from hoso.records.daily import COLUMNS, build
from hoso.records.incoming import Incoming
from hoso.records.store import Store
from hoso.statistics.cells import rows_of
from hoso.statistics.counts import COUNTS
from hoso.statistics.data import Data
from hoso.statistics.definitions import definitions_on
from hoso.statistics.timeline import by_time
from hoso.vocabulary.periods import Period
from hoso.vocabulary.places import Province, provinces

MONTHS: Final = (
    "2025-11-01..2026-10-31"  # twelve calendar months of the newer units, with all that was carried over
)
MONTH: Final = "2026-09@calendar"
Result = dict[str, Any]

# What counting looks at: `facts_scan` reads these, and `records.daily.build` is given no others.
TOUCHED: Final = (
    "province_id", "received_month", "unit_id", "level", "received_on", "closed_on", "due_on", "overdue_on", "late_on",
    "status", "channel", "service_level", "supplements", "fee", "paid_online", "punctuality", "late_by_clock",
    "handling_minutes", "digitised", "reused", "electronic_result", "synced", "authenticated", "citizen_data",
)  # fmt: skip


def daily() -> list[str]:
    """The counts and indicators the ledger gives: all but the median and those of procedures."""
    known = definitions_on(Period.parse(MONTH).end).indicators
    counts = [name for name, count in COUNTS.items() if count.terms]
    others = {i.id for i in known if not {i.numerator, i.denominator} <= set(counts)}
    return [*counts, *{i.id for i in known if i.id not in others}]


def _places() -> list[Province]:
    return provinces("34", Period.parse(MONTH).end)


# ── the whole country by unit and month ──────────────────────────────────────────────────────────


def facts_scan(store: Store) -> Result:
    """DuckDB alone: how many values each touched column has. Nothing that counts dossiers can do less."""
    counted = ", ".join(f"count({name})" for name in TOUCHED)
    row = _sql(store, f"select count(*), {counted} from facts").fetchall()[0]
    return {"rows": row[0]}


def facts_counted(store: Store) -> Result:
    """From the facts: the ledger's expressions on DuckDB, by unit and month instead of by unit and day."""
    facts = nw.from_native(_sql(store, f"select {', '.join(TOUCHED)} from facts"))
    native: Any = build(facts).to_native()
    sums = ", ".join(f"sum({name})::bigint as {name}" for name in COLUMNS)
    query = f"select province_id, unit_id, level, date_trunc('month', day) as month, {sums} from days group by all"
    found = native.query("days", f"select count(*), sum(received_all) from ({query})").fetchall()[0]
    return {"rows": found[0], "received": int(found[1])}


def ledger_counted(store: Store) -> Result:
    """Our way: every count and indicator of every unit by month, province by province, from the ledger."""
    wanted, rows, received = set(daily()), 0, 0
    for place in _places():
        table = by_time(Data(store, place), Period.parse(MONTHS), "month", "unit", wanted)
        rows += len(table)
        received += int(table.loc[table["indicator"] == "received_in_period", "numerator"].sum())
    return {"rows": rows, "received": received}


def pandas_counted(store: Store) -> Result:
    """The usual way: everything that is touched as one frame of pandas, a column for each question, one group-by."""
    frame = _sql(store, f"select {', '.join(TOUCHED)} from facts").df()
    flags = [name for name in TOUCHED if frame[name].dtype == object and name not in _WORDS]
    frame["month"] = pd.to_datetime(frame["closed_on"]).dt.to_period("M")
    asked = {
        "resolved": frame["closed_on"].notna(),
        "online": frame["channel"].eq("online"),
        "early": frame["punctuality"].eq("early"),
        "late": frame["punctuality"].eq("late"),
        "paid": frame["paid_online"].eq(True),
        **{name: frame[name].eq(True) for name in flags},
    }
    frame = frame.assign(**{f"is_{name}": told for name, told in asked.items()})
    sums = frame.groupby(["province_id", "unit_id", "month"])[[f"is_{name}" for name in asked]].sum()
    return {"rows": len(sums), "received": int(sums["is_resolved"].sum())}


_WORDS: Final = ("province_id", "unit_id", "level", "channel", "service_level", "punctuality")


def _sql(store: Store, query: str) -> duckdb.DuckDBPyRelation:
    listed = ", ".join("'" + file.replace("'", "''") + "'" for file in store.files("facts"))
    types = "{'province_id': VARCHAR, 'received_month': DATE}"
    engine = duckdb.connect(config={"threads": 2, "memory_limit": "4GB"})
    engine.sql(
        f"create view facts as from read_parquet([{listed}], hive_partitioning=true, hive_types={types})"
    )
    return engine.sql(query)


# ── one page ─────────────────────────────────────────────────────────────────────────────────────


def province_page(store: Store, slug: str) -> Iterator[Result]:
    """A province's page in a process that made none before, but is warm as every report's is, which is a fork of one."""
    warmup.load(warmup.PRELOAD)
    warm.up()
    _settle()
    yield {}
    yield _page(Store.open(store.root), slug)


def province_alone(store: Store, slug: str) -> Result:
    """The same in a process of its own, which reads the definitions first."""
    return _page(store, slug)


def _page(store: Store, slug: str) -> Result:
    """All that the ledger gives of a province in a month: every count and indicator of it."""
    place = next(place for place in _places() if place.slug == slug)
    return {"rows": len(rows_of(Data(store, place), Period.parse(MONTH), "province", daily()))}


def province_again(store: Store, slug: str) -> Iterator[Result]:
    """The same in a process that has made such a page before, as each report of a batch finds it."""
    _page(store, slug)
    yield {}
    yield _page(store, slug)


def national_page(store: Store) -> Iterator[Result]:
    """The same of all provinces, as a table of the country needs them."""
    _page(store, _places()[0].slug)
    yield {}
    yield {"rows": sum(_page(store, place.slug)["rows"] for place in _places())}


# ── one month replaced ───────────────────────────────────────────────────────────────────────────


def replaced(store: Store, slug: str, rows: str) -> Iterator[Result]:
    """A province's month of so many dossiers, each known and each saying something else now.

    What an import does from the facts on (what comes before grows with the file alone, and ingest.py measures it): compared
    with all the store has of the province, the month written, committed, its ledger built.
    """
    place = next(place for place in _places() if place.slug == slug)
    month = date(2026, 9, 1)
    own = _month(store, place, month)
    facts = _so_many(own, int(rows))
    _set(store, place, month, facts)
    other = facts.with_columns(~pl.col("reused").fill_null(False), dossier_id=pl.lit("a synthetic dossier"))
    yield {}
    start = time.process_time()
    with pieces.folder(store.private) as folder:
        incoming = Incoming(folder)
        incoming.add(other)
        change = merge.plan(store, place.id, incoming)
        version = merge.commit(store, place.id, change, {})
    written = time.process_time() - start
    ledger.rebuild(store, place.id, change.months, version)
    if change.counts["replaced"] != facts.height:
        raise RuntimeError(f"{change.counts} of {facts.height} dossiers")
    yield {"rows": facts.height, "facts_cpu": written}
    _set(store, place, month, own)  # the store is left as it was found


def _month(store: Store, place: Province, month: date) -> pl.DataFrame:
    return parquet.scan(store.files("facts", place.id, month=month), schema.FACTS).collect()


def _set(store: Store, place: Province, month: date, rows: pl.DataFrame) -> None:
    """These rows and no others as a province's month, with its ledger."""
    told = {"province_id": place.id, "received_month": month.isoformat()}
    chosen = [("province_id", "=", place.id), ("received_month", "in", [month.isoformat()])]
    version = store.commit("facts", [store.put("facts", rows, told)], replaced=chosen)
    ledger.rebuild(store, place.id, [month], version)


def _so_many(own: pl.DataFrame, wanted: int) -> pl.DataFrame:
    """So many dossiers of a month: those it has, drawn again and again under pseudonyms of their own."""
    draw = random.Random(7)
    several = own.sample(wanted, with_replacement=True, seed=7)
    names = pl.Series("dossier", [f"{draw.getrandbits(96):024x}" for _ in range(wanted)])
    return several.with_columns(names).sort("received_on", "unit_id", "dossier")


# ── measuring ────────────────────────────────────────────────────────────────────────────────────

MEASURES: Final[dict[str, Callable[..., Any]]] = {
    call.__name__: call
    for call in (
        facts_scan, facts_counted, ledger_counted, pandas_counted, province_page, province_alone, province_again,
        national_page, replaced,
    )
}  # fmt: skip


def measure(what: str, root: Path, words: list[str]) -> Result:
    _settle()
    cpu, wall = time.process_time(), time.perf_counter()
    store = Store.open(root)
    before = _peak()
    prepared = MEASURES[what](store, *words)
    if isinstance(prepared, Iterator):
        next(prepared)
        cpu, wall = time.process_time(), time.perf_counter()
        found = next(prepared)
        spent, peak = (time.process_time() - cpu, time.perf_counter() - wall), _peak()
        next(prepared, None)
    else:
        found, peak = prepared, _peak()
        spent = time.process_time() - cpu, time.perf_counter() - wall
    return {**found, "cpu": spent[0], "wall": spent[1], "peak": peak, "before": before}


def _peak() -> float:
    """The most memory this process ever had resident, MiB; getrusage would tell the parent's where that is more."""
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


def _settle() -> None:
    """What there is stays, and the collector does not go through it."""
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])))
    gc.unfreeze()  # else DuckDB tells of what it could not give back
