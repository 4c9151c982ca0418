"""The ledger's files of a province: rows by unit, of which an import counts its own months anew, and their sums by level."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl
import pytest
from deltalake import CommitProperties, write_deltalake
from polars.testing import assert_frame_equal

from hoso.records import daily, delta, importer, keys, ledger, parquet, schema
from hoso.records.check import check
from hoso.records.repair import ledger_again
from hoso.records.store import Store
from hoso.vocabulary.errors import StoreError
from hoso.vocabulary.places import find_province
from tests.stores import HA_GIANG, data, load, of_a_month, prepare, write_csv

MONTHS = (1, 2, 3, 4)


def dossiers(month: int, first: int = 0, last: int = 6, **given: Any) -> list[dict[str, Any]]:
    """Dossiers received in a month, some of which end in a later one, of a department and a commune."""
    return of_a_month(month, range(first, last), lambda n: f"1{n}/0{month + n % 2}/2024", **given)


@pytest.fixture(scope="module")
def four(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a store of four months, and of another province's month."""
    folder = tmp_path_factory.mktemp("four")
    load(folder, [row for month in MONTHS for row in dossiers(month)], "four.csv")
    other = write_csv(folder / "other.csv", dossiers(1))
    importer.import_file(prepare(folder), other, find_province("kon-tum", "63"), keys.load(folder / "key"))
    return folder


@pytest.fixture
def folder(four: Path, tmp_path: Path) -> Path:
    return shutil.copytree(four, tmp_path / "store-and-key")


def opened(folder: Path) -> Store:
    return Store.open(folder / "store")


def rows(store: Store, province_id: str = HA_GIANG.id) -> pl.DataFrame:
    return ledger.scan(store.files("ledger", province_id, grain="unit")).sort(daily.KEY).collect()


def sums(store: Store) -> pl.DataFrame:
    """By level and day; the file has them by year of receipt, in order."""
    own = ledger.scan_totals(store.files("ledger", HA_GIANG.id, grain="level")).collect()
    assert own.equals(own.sort("level", "day", maintain_order=True))
    return own.group_by("level", "day", maintain_order=True).agg(pl.col(daily.COLUMNS).sum())


def anew(store: Store) -> pl.DataFrame:
    """What all facts of the province give in one piece."""
    facts = parquet.scan(store.files("facts", HA_GIANG.id), schema.FACTS)
    built: pl.DataFrame = daily.build(nw.from_native(facts)).collect().to_native()
    return built.sort(daily.KEY)


def whole(store: Store) -> bool:
    """The rows are those of all facts counted at once, and the sums are those of the rows, in order."""
    own = rows(store)
    assert_frame_equal(own, anew(store))
    added = own.group_by("level", "day").agg(pl.col(daily.COLUMNS).sum()).sort("level", "day")
    assert_frame_equal(sums(store), added)
    return True


def test_a_month_imported_again_leaves_the_others_as_they_were(folder: Path) -> None:
    """Rows of other months are those that were there, also of units and days that the touched month has; sums follow."""
    store = opened(folder)
    before = rows(store)
    assert whole(store) and before["received_month"].n_unique() == len(MONTHS)
    load(folder, [*dossiers(2, 1, 2, finished=""), *dossiers(2, 6, 7)], "again.csv")
    after = rows(store)
    touched = pl.col("received_month").dt.month() == 2
    assert_frame_equal(after.filter(~touched), before.filter(~touched))
    assert not after.filter(touched).equals(before.filter(touched))
    assert after["received_all"].sum() == before["received_all"].sum() + 1
    assert whole(store)


def test_a_province_has_two_files_and_an_import_writes_its_own_only(folder: Path) -> None:
    """Those of another province are listed under their old names, after however many imports."""
    store = opened(folder)
    other = store.listed("ledger", "63-62")
    for month in MONTHS[:2]:
        load(folder, dossiers(month, 0, 1, finished=""), f"{month}.csv")
    assert store.listed("ledger", "63-62") == other
    assert [len(store.listed("ledger", own)) for own in (HA_GIANG.id, "63-62")] == [2, 2]
    assert [grains(store, grain) for grain in ("unit", "level")] == [["unit-2024"], ["level"]]


def grains(store: Store, grain: str | None = None) -> list[str]:
    listed = store.listed("ledger", HA_GIANG.id, grain=grain)
    return sorted(Path(file).parent.name.removeprefix("grain=") for file in listed)


def test_an_import_leaves_the_years_alone_that_it_does_not_touch(folder: Path) -> None:
    """A closed year is neither read dossier by dossier nor written again; the sums are of all years."""
    load(
        folder, [dict(row, received="05/01/2025 08:00:00", due="20/01/2025", finished="") for row in later(3)]
    )
    store = opened(folder)
    assert grains(store) == ["level", "unit-2024", "unit-2025"] and whole(store)
    closed = store.listed("ledger", HA_GIANG.id, grain="unit-2024")
    load(
        folder, [dict(row, received="07/02/2025 08:00:00", due="20/02/2025", finished="") for row in later(1)]
    )
    assert store.listed("ledger", HA_GIANG.id, grain="unit-2024") == closed and whole(store)
    load(folder, dossiers(1, 0, 1, finished=""), "1.csv")
    assert store.listed("ledger", HA_GIANG.id, grain="unit-2024") != closed and whole(store)


def later(number: int) -> list[dict[str, Any]]:
    """So many dossiers that the store does not know."""
    return dossiers(1, 20, 20 + number)


def test_a_year_that_no_dossier_is_of_any_more_goes(folder: Path) -> None:
    """Its file too: the one dossier of 2025 turns out to be of 2024."""
    (moved,) = later(1)
    load(folder, [dict(moved, received="05/01/2025 08:00:00", due="20/01/2025", finished="")])
    assert "unit-2025" in grains(opened(folder))
    load(folder, [dict(moved, received="05/04/2024 08:00:00", due="20/04/2024", finished="")], "right.csv")
    store = opened(folder)
    assert grains(store) == ["level", "unit-2024"] and whole(store)


def test_all_years_in_one_file_as_before(folder: Path) -> None:
    """It is read as it is; the next import of the province counts it anew, by year."""
    store = opened(folder)
    facts = store.version() or 0
    one = store.put("ledger", rows(store), {"province_id": HA_GIANG.id, "grain": "unit"})
    ledger._commit(store, [one], facts, [("province_id", "=", HA_GIANG.id), ("grain", "in", ["unit-2024"])])
    assert grains(store) == ["level", "unit"] and whole(store)
    load(folder, dossiers(1, 0, 1, finished=""), "1.csv")
    assert grains(store) == ["level", "unit-2024"] and whole(store)


def test_rows_that_are_in_no_fact_any_more_go(folder: Path) -> None:
    """A dossier that moves to another month leaves nothing of it in the month where it was."""
    load(folder, dossiers(1, received="05/03/2024 08:00:00", due="20/03/2024", finished=""), "moved.csv")
    store = opened(folder)
    assert whole(store)
    assert rows(store)["received_month"].dt.month().unique().sort().to_list() == [2, 3, 4]


@pytest.mark.parametrize("size", [1, 7, 13])
def test_counted_in_parts(folder: Path, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However few dossiers are counted at once, the whole ledger is the same, in one commit."""
    store = opened(folder)
    before, version = (rows(store), sums(store)), store.version("ledger") or 0
    monkeypatch.setattr(ledger, "PART_ROWS", size)
    ledger.rebuild_all(store, store.version() or 0)
    assert store.version("ledger") == version + 1
    assert_frame_equal(rows(store), before[0])
    assert_frame_equal(sums(store), before[1])
    assert len(store.listed("ledger")) == 4


# ── a ledger that an earlier program parted by month of receipt ──────────────────────────────────


def part_as_before(folder: Path) -> None:
    """Puts a ledger in the place of the store's own, as it was when it had a file a month of receipt."""
    store = opened(folder)
    whole_table = pl.concat([rows(store, own) for own in (HA_GIANG.id, "63-62")])
    note = store.note("ledger", "facts_version")
    for gone in (store.path("ledger"), folder / "store" / "sums" / "ledger"):
        shutil.rmtree(gone)
    write_deltalake(
        delta.uri(store.path("ledger")), whole_table, partition_by=list(schema.PARTITIONS),
        commit_properties=CommitProperties(custom_metadata={"facts_version": str(note)}),
    )  # fmt: skip


def by_repair(folder: Path) -> None:
    store = opened(folder)
    with store.writing():
        assert ledger_again(store) == (f"sổ theo ngày còn theo cách chia cũ: {store.path('ledger')}",)


def by_import(folder: Path) -> None:
    load(folder, dossiers(4, 0, 1), "unchanged.csv")  # says what the store says already


@pytest.mark.parametrize("mend", [by_repair, by_import])
def test_an_old_ledger_is_told_in_one_line_and_built_again(
    folder: Path, mend: Callable[[Path], None]
) -> None:
    """A reader and the check say what to run; that, or the next import, builds it from the facts; its log is set aside."""
    before = data(folder).daily
    part_as_before(folder)
    with pytest.raises(
        StoreError, match=r"còn theo cách chia cũ · \S*ledger · .* · chạy: hoso status --repair"
    ) as told:
        _ = data(folder).daily
    assert "\n" not in str(told.value)
    assert [str(fault) for one in check(opened(folder)) for fault in one.faults] == [str(told.value)]
    mend(folder)
    assert whole(opened(folder))
    assert data(folder).daily.equals(before)
    assert [fault for one in check(opened(folder)) for fault in one.faults] == []
    assert list((folder / "store" / "damaged").rglob(f"{0:020}.json"))
    with opened(folder).writing():
        assert ledger_again(opened(folder)) == ()
