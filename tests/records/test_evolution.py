"""Next year's columns: a store of today's is read, added to and reported on by a program that keeps one more, or one less."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import narwhals as nw
import pandas as pd
import polars as pl
import pytest
from pandas.testing import assert_frame_equal

from hoso.records import daily, importer, ledger, parquet, schema
from hoso.records.as_of import at
from hoso.records.intake import Batch, read
from hoso.records.store import Store
from hoso.statistics import quality
from hoso.statistics.data import Data, Rederived, frame
from hoso.statistics.results import recomputed, results
from hoso.vocabulary.periods import Period
from tests.stores import HA_GIANG, data, load, of_a_month

FIRST_QUARTER = Period.parse("2024-Q1@calendar")
NEW = "asked_by_phone"


def dossiers(month: int, first: int = 0, last: int = 6, **given: Any) -> list[dict[str, Any]]:
    """Dossiers of a month, some late, some pending, of two units."""
    return of_a_month(month, range(first, last), lambda n: f"12/0{month}/2024", **given)


@pytest.fixture(scope="module")
def two_months(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a store of two months, with refused rows and a unit that no list names, made with today's columns."""
    folder = tmp_path_factory.mktemp("two")
    load(folder, [*dossiers(1), {"id": "", "received": "02/01/2024"}], "january.csv")
    load(folder, dossiers(2), "february.csv")
    return folder


@pytest.fixture
def store(two_months: Path, tmp_path: Path) -> Path:
    """A copy of it in the test's own folder."""
    shutil.copytree(two_months, tmp_path, dirs_exist_ok=True)
    return tmp_path


def figures(folder: Path) -> pd.DataFrame:
    """Every indicator of the province and of every unit, from the ledger and straight from the facts."""
    read_from = data(folder)
    asked = [(how, by) for how in (results, recomputed) for by in ("province", "unit")]
    return pd.concat([how(read_from, FIRST_QUARTER, by) for how, by in asked], ignore_index=True).drop(
        columns="source"  # names the version
    )


def flag_the_new(batches: Iterator[Batch]) -> Iterator[Batch]:
    """What next year's intake would do: it reads one column more."""
    for batch in batches:
        if batch.kind == "dossiers":
            yield replace(batch, rows=batch.rows.with_columns(pl.lit(True).alias(NEW)))
        else:
            yield batch


@pytest.fixture
def next_year(store: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same store, read by a program that keeps a column more of a dossier, in the middle of the others."""
    widen(monkeypatch, schema.CONTENT, NEW, pl.Boolean, before="synthetic")
    widen(monkeypatch, schema.FACTS, NEW, pl.Boolean, before="received_on")
    monkeypatch.setattr(importer, "read", lambda path: flag_the_new(read(path)))
    return store


def widen(
    monkeypatch: pytest.MonkeyPatch, columns: dict[str, Any], name: str, kind: Any, before: str
) -> None:
    """Puts a column into a table's columns where a person would write it; the next test has the old ones."""
    was = dict(columns)
    for key in was:
        monkeypatch.delitem(columns, key)
    for key, value in was.items():
        if key == before:
            monkeypatch.setitem(columns, name, kind)
        monkeypatch.setitem(columns, key, value)


def facts(folder: Path) -> pl.DataFrame:
    return parquet.scan(Store.open(folder / "store").files("facts"), schema.FACTS).collect()


def test_old_files_are_read_with_the_new_column_empty(store: Path, request: pytest.FixtureRequest) -> None:
    """Not a figure moves, on polars and on DuckDB; of the new column nothing is known."""
    before = figures(store)
    request.getfixturevalue("next_year")
    assert_frame_equal(figures(store), before)
    on_duckdb = frame(data(store).facts().select("dossier", NEW))
    assert len(on_duckdb) == 12 and on_duckdb[NEW].isna().all()
    assert facts(store)[NEW].null_count() == 12
    again = Rederived(Store.open(store / "store"), HA_GIANG, 1)
    assert_frame_equal(recomputed(again, FIRST_QUARTER), recomputed(data(store), FIRST_QUARTER))
    assert quality.rejects(data(store))["số dòng"].tolist() == [1]


def test_an_import_into_a_month_of_old_files(next_year: Path) -> None:
    """What stays of the month keeps its rows with nothing in the new column; Delta's schema is widened by that commit."""
    was = facts(next_year)
    done = load(next_year, [*dossiers(1, 0, 1), *dossiers(1, 6, 7)], "march.csv")
    assert (done.accepted, done.replaced, done.skipped) == (1, 1, 0)  # the same words, and one more
    now = facts(next_year)
    assert now[NEW].sort().to_list() == [None] * 11 + [True] * 2
    old = [name for name in schema.FACTS if name not in (NEW, "import_id", "line")]
    before = was.select(old).sort("dossier")
    assert (
        now.filter(pl.col("dossier").is_in(was["dossier"].implode()))
        .select(old)
        .sort("dossier")
        .equals(before)
    )
    assert NEW in Store.open(next_year / "store").columns("facts")
    assert NEW not in Store.open(next_year / "store").columns("facts", 1)


def test_the_old_program_goes_on(
    store: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A column that is no longer kept is left out; figures are as before, and an import into the same month works."""
    before = figures(store)
    request.getfixturevalue("next_year")
    load(store, dossiers(2, 0, 2), "again.csv")
    monkeypatch.undo()
    assert NEW not in schema.FACTS
    assert_frame_equal(figures(store), before)
    assert NEW not in data(store).facts().collect_schema().names()
    done = load(store, dossiers(2, 0, 1, finished=""), "late.csv")
    assert (done.accepted, done.replaced) == (0, 1)
    assert facts(store).height == 12


def test_a_wider_integer(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A count that outgrew its type next year is read from the old files as before, on both engines."""
    before = figures(store)
    for columns in (schema.CONTENT, schema.FACTS):
        monkeypatch.setitem(columns, "supplements", pl.Int32)
    assert_frame_equal(figures(store), before)
    assert facts(store).schema["supplements"] == pl.Int32
    assert len(frame(data(store).facts())) == 12


@pytest.mark.parametrize("table", ["imports", "units", "rejects", "procedures", "scores"])
def test_the_small_tables(store: Path, table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is read with its new column empty and takes rows that have it; an older version is still read."""
    opened = Store.open(store / "store")
    columns = getattr(schema, table.upper())
    row = schema.empty(columns).clear(1).with_columns(province_id=pl.lit(HA_GIANG.id))
    opened.write(table, row)
    before, version = opened.frame(table), opened.version(table)
    monkeypatch.setitem(columns, "remark", pl.String)
    assert opened.frame(table).drop("remark").equals(before)
    assert opened.frame(table)["remark"].null_count() == before.height
    opened.write(table, row.with_columns(remark=pl.lit("mới")))
    assert opened.frame(table).height == before.height + 1
    assert opened.frame(table)["remark"].drop_nulls().to_list() == ["mới"]
    assert opened.frame(table, version=version).drop("remark").equals(before)


def count_one_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """What next year's ledger would do: it counts something more of every dossier received."""
    events = daily._events

    def more() -> dict[str, dict[str, nw.Expr]]:
        found = events()
        found["received_on"]["received_twice"] = daily.in_scope()
        return found

    monkeypatch.setattr(daily, "_events", more)
    monkeypatch.setattr(daily, "COLUMNS", (*daily.COLUMNS, "received_twice"))
    monkeypatch.setitem(daily.SCHEMA, "received_twice", pl.Int64)


def test_a_count_that_the_ledger_lacks_is_no_0(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is counted from the facts until the next import; that makes the whole ledger anew, in one commit."""
    before = figures(store)
    opened = Store.open(store / "store")
    commits = opened.version("ledger")
    count_one_more(monkeypatch)
    assert not ledger.is_whole(opened)
    assert data(store).daily["received_twice"].sum() == 12
    assert_frame_equal(figures(store), before)
    load(store, dossiers(3), "march.csv")
    assert ledger.is_whole(opened) and opened.version("ledger") == (commits or 0) + 1
    assert data(store).daily["received_twice"].sum() == 18
    ledgers = ledger.scan(opened.files("ledger", grain="unit")).collect()
    assert ledgers["received_twice"].null_count() == 0


def test_an_older_version_by_the_new_program(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--as-of a version whose ledger lacks a count gives that count too, of that version."""
    count_one_more(monkeypatch)
    load(store, dossiers(3), "march.csv")
    then = Data(at(Store.open(store / "store"), "0"), HA_GIANG)
    assert then.daily["received_twice"].sum() == 6
