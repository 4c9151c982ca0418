"""The store as it was: at a version of its facts or at a moment, whatever came later, and for as long as it is kept."""

from __future__ import annotations

import os
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hoso.records.as_of import at
from hoso.records.store import TABLES, Store
from hoso.statistics.data import Data
from hoso.statistics.results import results
from hoso.vocabulary.calendar import VIETNAM
from hoso.vocabulary.errors import NoDataError, UsageError
from hoso.vocabulary.periods import Period
from tests.stores import HA_GIANG, load, prepare

PERIOD = Period.parse("2024-01@calendar")


def dossier(number: int, **given: Any) -> dict[str, Any]:
    usual = {"id": f"H19-{number}", "received": "08/01/2024 09:00:00", "finished": "09/01/2024 09:00:00"}
    return usual | given


def load_slowly(folder: Path, rows: list[dict[str, Any]], name: str) -> None:
    """An import that no other shares its millisecond with."""
    time.sleep(0.01)
    load(folder, rows, name)
    time.sleep(0.01)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Three imports: two dossiers, one more of a unit not known before, a correction of the first. Only read."""
    folder = tmp_path_factory.mktemp("three")
    load_slowly(folder, [dossier(1), dossier(2)], "a.csv")
    load_slowly(folder, [dossier(3, unit="Sở Mới")], "b.csv")
    load_slowly(folder, [dossier(1, received="08/03/2024 09:00:00", finished="")], "c.csv")
    return Store.open(folder / "store")


def received(store: Store) -> float:
    rows = results(Data(store, HA_GIANG), PERIOD, "province", ("received",))
    return float(rows["value"].iloc[0])


def units(store: Store) -> list[str]:
    return store.frame("units", HA_GIANG.id)["name"].to_list()


def files(store: Store) -> list[str]:
    return store.frame("imports", HA_GIANG.id).sort("imported_at")["file"].to_list()


@pytest.mark.parametrize(
    ("version", "counted", "known", "read"),
    [
        ("0", 2, [], ["a.csv"]),
        ("1", 3, ["Sở Mới"], ["a.csv", "b.csv"]),
        ("2", 2, ["Sở Mới"], ["a.csv", "b.csv", "c.csv"]),
    ],
)
def test_a_version_is_the_whole_store_of_that_import(
    store: Store, version: str, counted: float, known: list[str], read: list[str]
) -> None:
    """Its dossiers, its units, its imports."""
    then = at(store, version)
    assert (received(then), units(then), files(then)) == (counted, known, read)
    assert then.version() == int(version)


def test_the_newest_version_is_the_store_as_it_is(store: Store) -> None:
    then = at(store, "2")
    assert {name: then.version(name) for name in TABLES} == {name: store.version(name) for name in TABLES}


def test_a_moment_is_what_was_there_before_it(store: Store) -> None:
    """To the millisecond; an offset is heeded, without one the office's clock counts."""
    made = sorted(commit.made for commit in store.history("ledger"))
    for number, counted in enumerate((2, 3, 2)):
        moment = (made[number] + timedelta(milliseconds=2)).astimezone(VIETNAM)
        assert received(at(store, moment.isoformat())) == counted
        assert received(at(store, moment.replace(tzinfo=None).isoformat(" "))) == counted


def test_a_day_is_its_end(store: Store) -> None:
    today = datetime.now(VIETNAM).date()
    assert at(store, str(today)).version() == 2
    with pytest.raises(NoDataError, match="kho chưa có dữ liệu vào lúc 00:00"):
        at(store, str(today - timedelta(days=1)))


@pytest.mark.parametrize("asked", ["3", "999999999"])
def test_a_version_that_is_not_there_yet(store: Store, asked: str) -> None:
    with pytest.raises(UsageError, match=f"kho chưa có phiên bản dữ liệu {asked}.*0 đến 2"):
        at(store, asked)


@pytest.mark.parametrize("asked", ["", "-1", "hôm qua", "2024-13-01", "1e3", "../2", "v2", "1;2", "٣"])
def test_what_is_neither_a_version_nor_a_moment(store: Store, asked: str) -> None:
    with pytest.raises(UsageError, match="không hiểu --as-of"):
        at(store, asked)


def test_an_empty_store_has_no_version(tmp_path: Path) -> None:
    empty = prepare(tmp_path)
    with pytest.raises(UsageError, match="chưa có phiên bản nào"):
        at(empty, "0")
    with pytest.raises(NoDataError, match="ít nhất một lần nạp"):
        at(empty, "2024-01-01")


def test_the_history_outlives_the_thirty_days_that_delta_keeps(tmp_path: Path) -> None:
    """Commits of two months ago are there after the checkpoint at which Delta would forget them, and so is what they hold."""
    load(tmp_path, [dossier(1)], "first.csv")
    store = Store.open(tmp_path / "store")
    rows = store.frame("imports")
    while (store.version("imports") or 0) < 99:
        store.write("imports", rows)
    old = time.time() - 60 * 86_400
    for entry in (log := store.path("imports") / "_delta_log").iterdir():
        os.utime(entry, (old, old))
    store.write("imports", rows)
    assert list(log.glob("*.checkpoint.parquet"))
    assert len([entry for entry in log.iterdir() if entry.suffix == ".json"]) == 101
    assert [commit.version for commit in store.history("imports")] == list(range(100, -1, -1))
    assert store.frame("imports", version=0).height == 1
