"""Imports that do not fit into memory at once: what is kept, what is written, and what counts in pieces."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest
from deltalake import DeltaTable

from hoso.records import keys, merge, schema
from hoso.records.intake import batch, clean, delimited
from hoso.records.units import Registry
from hoso.vocabulary.errors import StoreError
from tests.records.test_importer import ROW, facts, rows
from tests.stores import HA_GIANG, load, prepare, printed

UNITS = ("Sở Tư pháp", "Sở Y tế", "UBND huyện Đồng Văn", "UBND huyện Mèo Vạc")


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces of 50 rows, so that a small file is a large one."""
    for module in (batch, clean, delimited):
        monkeypatch.setattr(module, "BATCH_ROWS", 50)


def many(count: int, seed: int) -> Iterator[dict[str, object]]:
    draw = random.Random(seed)
    for i in range(count):
        received = datetime(2024, 1, 1, 8) + timedelta(days=draw.randrange(80))
        yield ROW | {
            "id": f"H22-{i:05d}",
            "unit": draw.choice(UNITS),
            "received": printed(received),
            "due": printed(received + timedelta(days=9)),
            "finished": printed(received + timedelta(days=draw.randrange(20))),
        }


def store_files(folder: Path) -> list[str]:
    return prepare(folder).files("facts")


@pytest.mark.usefixtures("small_pieces")
def test_pieces_change_nothing(tmp_path: Path) -> None:
    """A file read in pieces leaves the facts that it leaves read at once, and counts a dossier in two pieces once."""
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        folder.mkdir()
    (one / "key").write_bytes(bytes(range(32)))
    (other / "key").write_bytes(bytes(range(32)))
    for folder in (one, other):
        (folder / "key").chmod(0o600)
    wanted = [*many(330, 1), *many(40, 2)]  # 40 stand twice, in different pieces; the later rows count
    done = load(one, wanted)
    with pytest.MonkeyPatch.context() as whole:
        for module in (batch, clean, delimited):
            whole.setattr(module, "BATCH_ROWS", 10_000)
        at_once = load(other, wanted)
    assert (done.read, done.accepted, done.replaced) == (370, 330, 40)
    assert (at_once.accepted, at_once.replaced) == (330, 40)
    own = [facts(folder).drop("import_id").sort("dossier") for folder in (one, other)]
    assert own[0].equals(own[1])


@pytest.mark.usefixtures("small_pieces")
def test_a_unit_above_may_come_later_in_the_file(tmp_path: Path) -> None:
    """Where a large file is cut decides nothing: units are the same as for the same rows in one piece."""
    commune = ROW | {"unit": "UBND xã Lạ", "parent": "UBND huyện Mới"}
    pair = [commune | {"id": f"x{i}"} for i in range(60)], [ROW | {"id": "d", "unit": "UBND huyện Mới"}]
    load(tmp_path, [*pair[0], *pair[1]])
    registered = prepare(tmp_path).frame("units").select("unit_id", "parent_id", "level").sort("unit_id")
    registry = Registry(HA_GIANG.id)
    names = {"unit_name": ["UBND xã Lạ", "UBND huyện Mới"], "unit_parent": ["UBND huyện Mới", None]}
    registry.resolve(pl.DataFrame(names))
    found = sorted((unit.id, unit.parent, unit.level) for unit in registry.found)
    assert found == [tuple(row) for row in registered.iter_rows()]


@pytest.mark.usefixtures("small_pieces")
def test_a_bad_file_is_refused_row_by_row(tmp_path: Path) -> None:
    """Refused rows wait on the disk too: all of them are on record, with their lines, and the counts add up."""
    good = [{"id": f"g{i}", "received": "30/06/2025 08:00"} for i in range(60)]
    late = [{"id": f"l{i}", "received": "01/07/2025 08:00"} for i in range(70)]
    bad = [{"id": f"b{i}", "received": "31/02/2025"} for i in range(130)]
    wanted = [*good, *late, *bad, *good[:1]]
    done = load(tmp_path, wanted)
    assert (done.read, done.accepted, done.replaced, done.rejected, done.skipped) == (261, 60, 1, 200, 0)
    rejects = prepare(tmp_path).frame("rejects")
    assert sorted(rejects["line"].to_list()) == list(range(62, 262))
    assert rejects["file"].unique().to_list() == ["export.csv"]
    assert rejects.filter(pl.col("reason").str.contains("Tuyên Quang")).height == 70
    again = load(tmp_path, wanted)
    assert (again.read, again.rejected, again.skipped) == (261, 0, 261)


def test_an_id_is_kept_once(tmp_path: Path) -> None:
    """A month exported again and again adds to the private table what is new in it, and nothing twice."""
    private = tmp_path / "store" / "private"
    for turn, name in enumerate(("a.csv", "b.csv", "c.csv")):
        load(tmp_path, [*rows(5 + turn, finished=f"1{turn}/01/2024 10:00")], name)
    kept = pl.concat([pl.read_parquet(file) for file in (private / "ids").rglob("*.parquet")])
    assert kept.height == kept["dossier"].n_unique() == 7
    key = keys.load(tmp_path / "key")
    assert kept["dossier"].to_list() == keys.pseudonyms(key, kept["dossier_id"].to_list())
    found = keys.recall(private, "63-02", facts(tmp_path)["dossier"].to_list())
    assert set(found.values()) == {f"H22-{i:06d}" for i in range(7)}


def test_a_pseudonym_is_the_keyed_hash(tmp_path: Path) -> None:
    """The quick way for many ids gives what HMAC-SHA256 gives for each, whatever the length of the key."""
    texts = ["H22-1", "", "Đ" * 100, "H22-2"]
    for key in (b"k" * 32, b"k" * 64, b"k" * 65):
        assert keys.pseudonyms(key, texts) == [keys.pseudonym(key, text) for text in texts]


def test_months_are_sorted_files_that_every_engine_reads(tmp_path: Path) -> None:
    """A month is one Parquet file, sorted by day, unit and dossier; polars, DuckDB and Delta read the same rows of it."""
    load(tmp_path, list(many(400, 3)))
    load(tmp_path, [row | {"finished": "01/04/2024 09:00"} for row in many(50, 3)], "again.csv")
    files = store_files(tmp_path)
    assert len(files) == 3
    for file in files:
        rows = pl.read_parquet(file, hive_partitioning=False)
        assert rows.equals(rows.sort("received_on", "unit_id", "dossier"))
        assert set(rows.columns) == set(schema.FACTS) - set(schema.PARTITIONS)
    by_polars = schema.conform(facts(tmp_path), schema.FACTS).sort("dossier")
    assert by_polars.height == 400
    listed = ", ".join(f"'{file}'" for file in files)
    query = (
        f"select dossier, status, received_at, late_by_clock from read_parquet([{listed}]) order by dossier"
    )
    assert (
        duckdb.sql(query).fetchall()
        == by_polars.select("dossier", "status", "received_at", "late_by_clock").rows()
    )
    table = DeltaTable(str(tmp_path / "store" / "facts"))
    assert [field.name for field in table.schema().fields] == list(schema.FACTS)
    by_delta = pl.read_delta(table)
    assert by_delta.select(list(schema.FACTS)).sort("dossier").equals(by_polars)


def test_a_month_that_empties_is_gone(tmp_path: Path) -> None:
    """When the last dossier of a month turns out to be of another, no file and no partition is left of that month."""
    load(tmp_path, rows(2), "first.csv")
    done = load(tmp_path, rows(2, received="05/12/2023 08:00"), "second.csv")
    assert done.replaced == 2
    assert [str(month) for month in prepare(tmp_path).months("facts")["63-02"]] == ["2023-12-01"]
    assert len(store_files(tmp_path)) == 1


def test_an_untouched_month_keeps_its_file(tmp_path: Path) -> None:
    """An import replaces the months it changes; those that a file only repeats stay as they are."""
    load(tmp_path, list(many(300, 4)), "first.csv")
    before = set(store_files(tmp_path))
    changed = [
        row | {"finished": "30/04/2024 09:00"} if str(row["received"])[3:5] == "02" else row
        for row in many(300, 4)
    ]
    done = load(tmp_path, changed, "second.csv")
    kept = before & set(store_files(tmp_path))
    assert len(before) == 3
    assert len(kept) == 2
    assert done.replaced + done.skipped == 300
    assert not any("2024-02-01" in file for file in kept)


def test_of_a_month_exported_again_no_other_is_read(tmp_path: Path) -> None:
    """What it costs does not hang on what else the store holds; a dossier that is not found is looked for everywhere."""
    load(tmp_path, list(many(300, 4)), "first.csv")
    february = [row for row in many(300, 4) if str(row["received"])[3:5] == "02"]
    january = next(Path(file) for file in store_files(tmp_path) if "2024-01-01" in file)
    january.write_bytes(january.read_bytes()[::-1])
    done = load(tmp_path, [row | {"finished": "30/04/2024 09:00"} for row in february], "second.csv")
    assert (done.replaced, done.accepted) == (len(february), 0)
    with pytest.raises(StoreError, match=january.name):
        load(tmp_path, [*february, february[0] | {"id": "nobody knows"}], "third.csv")


def test_a_file_of_old_columns_is_read_with_the_new_ones_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Next year's column: what was imported before has none, compares as empty, and stays when its month is rewritten."""
    load(tmp_path, rows(3), "first.csv")
    monkeypatch.setattr(schema, "FACTS", schema.FACTS | {"desk": pl.String})
    derive = merge.derive
    monkeypatch.setattr(merge, "derive", lambda *given: derive(*given).with_columns(desk=pl.lit("7")))
    done = load(tmp_path, rows(2, 2), "second.csv")
    assert (done.accepted, done.skipped) == (1, 1)
    now = pl.read_parquet(store_files(tmp_path))
    assert sorted(now["desk"].to_list(), key=str) == ["7", None, None, None]
