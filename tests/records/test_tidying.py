"""Tidying: fewer files and less disk, and not a row, a figure or a kept version the poorer."""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest
from deltalake import DeltaTable
from pandas.testing import assert_frame_equal

from hoso.records import as_of, catalogue, forgotten, importer, joined, keys, parquet, schema, sums
from hoso.records.check import check
from hoso.records.store import TABLES, Store
from hoso.records.tidying import Kept, tidy
from hoso.statistics.data import Data
from hoso.statistics.results import results
from hoso.vocabulary.errors import NoDataError
from hoso.vocabulary.periods import Period
from hoso.vocabulary.places import find_province
from tests.stores import HA_GIANG, load, write_csv

PERIOD = Period.parse("2024-01@calendar")


def dossiers(first: int, last: int) -> list[dict[str, Any]]:
    return [
        {"id": f"H19-{n}", "received": "08/01/2024 09:00", "finished": "09/01/2024 09:00"}
        for n in range(first, last)
    ]


def age(store: Store, days: int) -> None:
    """Makes all that is in the store so many days older: what its logs say, and the times of its files."""
    for entry in store.root.glob("*/_delta_log/*.json"):
        text = re.sub(
            r'"timestamp":(\d+)',
            lambda found: f'"timestamp":{int(found[1]) - days * 86_400_000}',
            entry.read_text("utf-8"),
        )
        entry.write_text(text, "utf-8")
    for file in store.root.rglob("*.parquet"):
        then = file.stat().st_mtime - days * 86_400
        os.utime(file, (then, then))
    shutil.rmtree(store.root / "sums")  # of the entries as they were
    for table in TABLES:
        sums.note(store.root, table)


def days_ago(days: float) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


@pytest.fixture(scope="module")
def four(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four imports into one month: 90, 60 and 30 days ago, and now."""
    folder = tmp_path_factory.mktemp("four")
    for number in range(3):
        load(folder, dossiers(number, number + 2), f"{number}.csv")
        age(Store.open(folder / "store"), 30)
    load(folder, dossiers(3, 5), "3.csv")
    return folder


@pytest.fixture
def store(four: Path, tmp_path: Path) -> Store:
    """A copy of that store in the test's own folder."""
    shutil.copytree(four, tmp_path, dirs_exist_ok=True)
    return Store.open(tmp_path / "store")


def figures(store: Store) -> pd.DataFrame:
    return results(Data(store, HA_GIANG), PERIOD, "unit")


def every_version(store: Store) -> dict[str, pd.DataFrame]:
    return {str(v): figures(as_of.at(store, str(v))) for v in range((store.version() or 0) + 1)}


def on_disk(store: Store) -> dict[str, int]:
    """Every file of the store but locks, and when it was written."""
    files = (f for f in store.root.rglob("*") if f.is_file() and f.suffix != ".lock")
    return {str(f.relative_to(store.root)): f.stat().st_mtime_ns for f in files}


# ── joining ──────────────────────────────────────────────────────────────────────────────────────


def fill(store: Store, table: str, times: int, province_id: str = HA_GIANG.id) -> None:
    """So many commits of one row: every text another, but those that are words of a closed list."""
    columns = getattr(schema, table.upper())
    for _ in range(times):
        texts = dict.fromkeys(
            (name for name, kind in columns.items() if kind == pl.String), str(time.time_ns())
        )
        known = texts | {"province_id": province_id, "level": "department", "details": "{}", "kind": "scores"}
        row = {name: pl.lit(value) for name, value in known.items() if name in columns}
        store.write(table, schema.empty(columns).clear(1).with_columns(**row))


@pytest.mark.parametrize("table", joined.TABLES)
def test_many_files_become_one_and_say_the_same(store: Store, table: str) -> None:
    """The same rows in the same order, at the new version and at the old; another province's few files are left alone."""
    fill(store, table, joined.MANY)
    fill(store, table, 2, "63-04")
    before, version = store.frame(table), store.version(table)
    told = [
        joined.identity(Path(f).name for f in store.files(table, own)) for own in (HA_GIANG.id, "63-04", None)
    ]
    done = joined.join(store, table)
    assert done and done.provinces == 1 and done.files >= joined.MANY
    assert len(store.files(table, HA_GIANG.id)) == 1 and len(store.files(table, "63-04")) == 2
    for own in (HA_GIANG.id, "63-04"):
        assert store.frame(table, own).equals(before.filter(pl.col("province_id") == own))
    assert store.frame(table, version=version).equals(before)
    now = [
        joined.identity(Path(f).name for f in store.files(table, own)) for own in (HA_GIANG.id, "63-04", None)
    ]
    assert now == told
    assert (store.version(table), store.content_version(table)) == ((version or 0) + 1, version)
    assert joined.join(store, table) is None
    assert faults(store) == []
    assert sums.all_noted(store.root, table).keys() >= {
        Path(f).relative_to(store.path(table).resolve()).as_posix() for f in store.files(table)
    }


def faults(store: Store) -> list[str]:
    """What `hoso status --check` would find."""
    return [str(fault) for checked in check(store) for fault in checked.faults]


def test_a_joined_file_is_joined_again(store: Store) -> None:
    """What depends on the rows can tell that some came since, and that joining once more changed nothing."""

    def identity() -> str:
        return joined.identity(Path(file).name for file in store.files("imports"))

    fill(store, "imports", joined.MANY)
    joined.join(store, "imports")
    first, before = identity(), store.frame("imports")
    fill(store, "imports", joined.MANY)
    second, rows = identity(), store.frame("imports")
    assert second != first
    joined.join(store, "imports")
    assert identity() == second and store.frame("imports").equals(rows)
    assert rows.height == before.height + joined.MANY


def test_another_reader_of_delta_sees_the_same_rows(store: Store) -> None:
    """The joined file is a whole file of the table, with the count of its rows, and no data changed by Delta's word."""
    fill(store, "units", joined.MANY)
    joined.join(store, "units")
    table = DeltaTable(str(store.path("units")))
    counted = pl.DataFrame(table.get_add_actions(flatten=True))
    assert counted["num_records"].sum() == store.frame("units").height == joined.MANY
    entry = store.path("units") / "_delta_log" / f"{table.version():020}.json"
    lines = [json.loads(line) for line in entry.read_text("utf-8").splitlines()]
    changes = [line[kind]["dataChange"] for line in lines for kind in ("add", "remove") if kind in line]
    assert changes == [False] * (joined.MANY + 1)
    assert {field.name for field in table.schema().fields} == set(schema.UNITS)


def test_a_column_no_longer_kept_stays_in_the_file(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Joining loses nothing that an earlier program wrote, and fills in nothing that it did not."""
    fill(store, "units", joined.MANY)
    with monkeypatch.context() as next_year:
        next_year.setitem(schema.UNITS, "remark", pl.String)
        row = schema.empty(schema.UNITS).clear(1)
        store.write("units", row.with_columns(province_id=pl.lit(HA_GIANG.id), remark=pl.lit("mới")))
    joined.join(store, "units")
    [file] = store.files("units")
    assert sorted(pl.read_parquet(file, hive_partitioning=False)["remark"].fill_null("")) == [""] * 8 + [
        "mới"
    ]
    assert store.frame("units").columns == list(schema.UNITS)


def test_an_import_after_it_is_as_if_nothing_had_been(store: Store, tmp_path: Path) -> None:
    """No ledger is rebuilt, no deadline computed again, the same file is known, the next one is read."""
    for table in joined.TABLES:
        fill(store, table, joined.MANY)
    noted, before = catalogue.note(store), figures(store)
    tidy(store)
    versions = {table: store.version(table) for table in TABLES}
    with store.writing():
        importer.heal(store)
    assert load(tmp_path, dossiers(3, 5), "3.csv").skipped == 2
    assert {table: store.version(table) for table in TABLES} == versions
    assert catalogue.note(store) == noted
    assert_frame_equal(figures(store), before)
    assert load(tmp_path, dossiers(4, 7), "4.csv").accepted == 2


# ── removing ─────────────────────────────────────────────────────────────────────────────────────


def test_what_no_version_lists_is_removed_after_a_day(store: Store) -> None:
    """The files of a killed import go; a file of today, the live ones, those of old versions and the log stay."""
    part = Path(store.files("facts")[0]).parent
    DeltaTable(str(store.path("facts"))).create_checkpoint()
    left, young = part / "left.parquet", part / "young.parquet"
    for file in (left, young):
        file.write_bytes(b"half a file")
    os.utime(left, (time.time() - 90_000,) * 2)
    before, versions = on_disk(store), every_version(store)
    done = tidy(store)
    assert (done.files, done.size, done.given_up) == (1, 11, 0)
    assert before.keys() - on_disk(store).keys() == {str(left.relative_to(store.root.resolve()))}
    for version, then in every_version(store).items():
        assert_frame_equal(then, versions[version])


def test_versions_before_a_day_are_given_up(store: Store) -> None:
    """Kept is what stood on that day and all since, to the last digit; of the others one clear line is said."""
    versions, rows = every_version(store), {v: facts(store, v) for v in range(1, 4)}
    done = tidy(store, days_ago(45))
    assert (done.given_up, done.files > 0) == (1, True)
    for version in "123":
        assert_frame_equal(figures(as_of.at(store, version)), versions[version])
        assert facts(store, int(version)).equals(rows[int(version)])
    for asked in ("0", days_ago(80).isoformat()):
        with pytest.raises(NoDataError, match=r"đã được dọn khỏi kho · .*hoso status"):
            as_of.at(store, asked)
    with pytest.raises(NoDataError, match="phiên bản 0 của bảng facts đã được dọn"):
        store.files("facts", HA_GIANG.id, 0)
    assert_frame_equal(figures(as_of.at(store, days_ago(50).isoformat())), versions["1"])
    assert len(store.history("facts")) == 4  # who imported what and when is still told
    assert faults(store) == []


def facts(store: Store, version: int) -> pl.DataFrame:
    return parquet.scan(store.files("facts", None, version), schema.FACTS).collect()


@pytest.mark.parametrize(
    "keep", [Kept(reports={0}), Kept(batches=[dict.fromkeys(("facts", "ledger", "imports"), 0)])],
    ids=["a report names it", "a batch reads it"],
)  # fmt: skip
def test_what_is_still_needed_is_kept(store: Store, keep: Kept) -> None:
    """However old: a version that a published report names, and one that a living batch reads."""
    versions = every_version(store)
    assert tidy(store, days_ago(45), keep).given_up == 0
    tidy(store, days_ago(0), keep)
    assert_frame_equal(figures(as_of.at(store, "0")), versions["0"])
    assert_frame_equal(figures(as_of.at(store, "3")), versions["3"])
    with pytest.raises(NoDataError, match="đã được dọn"):
        as_of.at(store, "1")


def test_a_day_of_grace(store: Store) -> None:
    """What stood yesterday stays whatever day is given: a batch elsewhere may be reading it."""
    versions = every_version(store)
    tidy(store, days_ago(-400))
    assert sorted(forgotten.read(store.root)["facts"]) == [0, 1]
    for version in "23":
        assert_frame_equal(figures(as_of.at(store, version)), versions[version])


def test_the_catalogue_of_a_kept_version_is_kept(store: Store, tmp_path: Path) -> None:
    """Facts are proved with the time limits they were derived with, though the catalogue has changed long since."""
    store.write("procedures", limits(1.0))
    load(tmp_path, dossiers(10, 11), "with-limits.csv")
    age(store, 30)
    store.write("procedures", limits(2.0), replace=f"province_id = '{HA_GIANG.id}'")
    elsewhere = write_csv(tmp_path / "elsewhere.csv", dossiers(20, 21))
    importer.import_file(store, elsewhere, find_province("kon-tum", "63"), keys.load(tmp_path / "key"))
    store.write("procedures", limits(3.0), replace=f"province_id = '{HA_GIANG.id}'")
    age(store, 30)
    tidy(store, days_ago(1))
    assert forgotten.read(store.root)["facts"] == {0, 1, 2, 3, 4}
    assert "procedures" not in forgotten.read(store.root)
    assert catalogue.limits_used(store, HA_GIANG.id, 5)["limit"].to_list() == [1.0]


def limits(days: float) -> pl.DataFrame:
    row = schema.empty(schema.PROCEDURES).clear(1)
    return row.with_columns(
        province_id=pl.lit(HA_GIANG.id), procedure_id=pl.lit("1.012760"), limit=pl.lit(days),
        limit_kind=pl.lit("working_day"),
    )  # fmt: skip


def test_a_dry_run_touches_nothing(store: Store) -> None:
    """It says what would be done, and that is what is done then."""
    fill(store, "imports", joined.MANY)
    before = on_disk(store)
    told = tidy(store, days_ago(45), dry_run=True)
    assert on_disk(store) == before
    done = tidy(store, days_ago(45))
    assert told == done and told.files and told.joined and told.given_up == 1


def test_what_a_killed_run_left_goes_with_the_next(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the list of what is given up and the last file: the list holds, and the files go later, no day given."""
    removed = []

    def die(file: Path, **_: object) -> None:
        if removed:
            raise KeyboardInterrupt
        removed.append(file)
        file.rename(file.with_suffix(".gone"))

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(Path, "unlink", die)
        tidy(store, days_ago(45))
    with pytest.raises(NoDataError, match="đã được dọn"):
        as_of.at(store, "0")
    assert tidy(store).files == 2  # the facts had one, the ledger two
    assert tidy(store).files == 0
