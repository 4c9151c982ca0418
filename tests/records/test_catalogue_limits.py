"""Time limits of the catalogue and the facts: in which order they come, what changes, and what stays provable."""

import json
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hoso.records import catalogue, importer, keys, ledger, merge, schema
from hoso.records.importer import Import, import_file
from hoso.records.store import Store
from hoso.statistics.data import Rederived
from hoso.vocabulary.errors import StoreError
from tests.stores import HA_GIANG, data, load, prepare

# 12/2/2024 is in Tết: what comes then counts from 15/2.
DOSSIERS = [
    {"id": "a", "procedure": "1.000001", "received": "08/01/2024 08:00", "finished": "16/01/2024 09:00"},
    {"id": "b", "procedure": "1.000001", "received": "12/02/2024 08:00", "finished": "", "status": "Đang xử lý"},
    {"id": "c", "procedure": "1.000002", "received": "04/03/2024 08:00", "finished": "06/03/2024 09:00"},
    {"id": "d", "procedure": "1.000001", "received": "08/01/2024 08:00", "finished": "20/01/2024 09:00", "due": "19/01/2024"},
]  # fmt: skip
HEAD = "Mã TTHC,Tên thủ tục hành chính,Mức độ DVC,Thời hạn giải quyết,Thời hạn giải quyết trực tuyến,Ngày hiệu lực"
FIRST = ["1.000001,A,Toàn trình,10 ngày làm việc,05 ngày làm việc,01/01/2020"]
SECOND = [
    "1.000002,B,Toàn trình,Trong ngày,,01/01/2020",
    "1.000001,A,Toàn trình,02 ngày làm việc,,01/02/2024",
]


def add(folder: Path, lines: Sequence[str], name: str = "danh-muc.csv", head: str = HEAD) -> Import:
    """Imports a catalogue."""
    (folder / name).write_text("\n".join([head, *lines]) + "\n", "utf-8")
    return import_file(prepare(folder), folder / name, HA_GIANG, keys.load(folder / "key"))


def facts(folder: Path) -> pl.DataFrame:
    rows = pl.read_parquet(prepare(folder).files("facts"), hive_partitioning=True)
    return rows.drop("import_id", "line", "dossier").sort("received_at", "procedure_id", "due_at", "unit_id")


def due_days(folder: Path) -> list[str]:
    return [f"{day:%d/%m}" if day else "" for day in facts(folder)["due_on"]]


def counted(folder: Path) -> pl.DataFrame:
    rows = pl.read_parquet(prepare(folder).files("ledger", grain="unit"), hive_partitioning=True)
    return rows.select(sorted(rows.columns)).sort("received_month", "unit_id", "day")


def proved(folder: Path, version: int | None = None) -> None:
    """The derived columns as verification makes them anew are those of the store."""
    store = Store.open(folder / "store")
    read = pl.read_parquet(store.files("facts", version=version), hive_partitioning=True)
    order = ["received_at", "procedure_id", "due_at"]
    anew = Rederived(store, HA_GIANG, version).facts().collect().to_native().sort(order)
    names = list(schema.DERIVED)
    assert anew.select(names).equals(schema.conform(read, schema.FACTS).sort(order).select(names))


STEPS = {
    "dossiers": lambda folder: load(folder, DOSSIERS),
    "first": lambda folder: add(folder, FIRST, "first.csv"),
    "second": lambda folder: add(folder, SECOND, "second.csv"),
    "some": lambda folder: load(folder, DOSSIERS[:2], "some.csv"),
}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The catalogues first, in their order, then the dossiers."""
    folder = tmp_path_factory.mktemp("plain")
    for step in ("first", "second", "dossiers"):
        STEPS[step](folder)
    return folder


@settings(deadline=None, max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations([*STEPS, "first"]))
def test_the_order_of_imports_does_not_count(
    tmp_path_factory: pytest.TempPathFactory, plain: Path, order: list[str]
) -> None:
    """Catalogues before, between or after the dossiers, parts and repeats: the same facts, the same ledger, all provable."""
    folder = tmp_path_factory.mktemp("any")
    for step in order:
        STEPS[step](folder)
    assert facts(folder).equals(facts(plain))
    assert counted(folder).equals(counted(plain))
    proved(folder)


def test_a_catalogue_that_comes_later_moves_what_it_limits(tmp_path: Path) -> None:
    """Online dossiers without a due date get the online limit; the month is rewritten in the same import, and told."""
    load(tmp_path, DOSSIERS)
    assert due_days(tmp_path) == ["", "19/01", "", ""]
    done = add(tmp_path, FIRST)
    assert (done.read, done.accepted, done.kind) == (1, 1, "procedures")
    assert done.details["deadlines_moved"] == 2
    assert due_days(tmp_path) == ["15/01", "19/01", "22/02", ""]
    assert int(data(tmp_path).daily["late"].sum()) == 2
    assert json.loads(data(tmp_path).imports["details"].iloc[-1])["deadlines_moved"] == 2


def test_a_limit_changed_in_mid_year_holds_from_its_first_day(tmp_path: Path) -> None:
    """Dossiers received before the change keep the old limit."""
    load(tmp_path, DOSSIERS)
    add(tmp_path, FIRST, "first.csv")
    done = add(tmp_path, SECOND, "second.csv")
    assert due_days(tmp_path) == ["15/01", "19/01", "19/02", "04/03"]
    assert done.details["deadlines_moved"] == 2


def test_a_corrected_limit_replaces_the_old_one(tmp_path: Path) -> None:
    """A catalogue row sent again with another limit moves the deadlines back and forth."""
    load(tmp_path, DOSSIERS)
    add(tmp_path, FIRST, "first.csv")
    done = add(tmp_path, [FIRST[0].replace("05 ngày", "07 ngày")], "second.csv")
    assert (done.replaced, due_days(tmp_path)[0]) == (1, "17/01")
    proved(tmp_path)


def test_an_older_catalogue_without_limits_stays_valid(tmp_path: Path) -> None:
    """No column, no limit: the dossier has no due day, and no commit is made for nothing."""
    load(tmp_path, DOSSIERS)
    before = prepare(tmp_path).version("facts")
    done = add(tmp_path, ["1.000001,A,Toàn trình"], head="Mã TTHC,Tên thủ tục hành chính,Mức độ DVC")
    assert (done.accepted, "deadlines_moved" in done.details) == (1, False)
    assert prepare(tmp_path).version("facts") == before
    assert due_days(tmp_path) == ["", "19/01", "", ""]


def test_a_day_off_decided_later_moves_deadlines_and_handling_times(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next import, whatever it is, brings the province's facts up to the new calendar."""
    load(tmp_path, DOSSIERS)
    add(tmp_path, FIRST)
    handled = facts(tmp_path)["handling_minutes"].to_list()
    reference = tmp_path / "workbook" / "data" / "reference"
    reference.mkdir(parents=True)
    (reference / "holidays.csv").write_text("date,works,name,source\n2024-01-15,0,Nghỉ,thử\n", "utf-8")
    monkeypatch.setenv("HOSO_ROOT", str(tmp_path / "workbook"))
    load(tmp_path, [DOSSIERS[2] | {"id": "e"}], "other.csv")
    assert due_days(tmp_path)[:3] == ["16/01", "19/01", "22/02"]
    now = facts(tmp_path)["handling_minutes"].to_list()
    assert [a - b for a, b in zip(handled[:2], now[:2], strict=True)] == [480, 480]
    proved(tmp_path)


def test_a_figure_stays_provable_after_the_limits_changed(tmp_path: Path) -> None:
    """An earlier version of the facts is derived again with the catalogue of its time."""
    load(tmp_path, DOSSIERS)
    add(tmp_path, FIRST, "first.csv")
    add(tmp_path, SECOND, "second.csv")
    newest = prepare(tmp_path).version("facts")
    assert newest == 2
    for version in range(newest + 1):
        proved(tmp_path, version)


def die(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_death_between_catalogue_and_facts_is_made_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until the next import all stands as before; whatever comes next brings the deadlines up to the catalogue."""
    load(tmp_path, DOSSIERS)
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(merge, "commit", die)
        add(tmp_path, FIRST)
    proved(tmp_path)
    assert due_days(tmp_path) == ["", "19/01", "", ""]
    assert not catalogue.is_used(prepare(tmp_path), HA_GIANG.id)
    done = load(tmp_path, [DOSSIERS[0] | {"id": "e"}], "other.csv")
    assert (done.accepted, done.details["deadlines_moved"]) == (1, 2)
    assert due_days(tmp_path) == ["15/01", "15/01", "19/01", "22/02", ""]
    proved(tmp_path)


def test_a_death_after_the_facts_of_a_catalogue_is_healed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ledger and the list of imports follow from the note of the commit."""
    load(tmp_path, DOSSIERS)
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(ledger, "rebuild", die)
        add(tmp_path, FIRST)
    assert int(data(tmp_path).daily["late"].sum()) == 1
    importer.heal(prepare(tmp_path))
    assert int(data(tmp_path).daily["late"].sum()) == 2
    assert set(prepare(tmp_path).frame("imports")["file"]) == {"export.csv", "danh-muc.csv"}
    assert add(tmp_path, FIRST).skipped == 1


@pytest.mark.parametrize("layout", [1, 2])
def test_the_store_of_an_earlier_layout_is_refused(tmp_path: Path, layout: int) -> None:
    """Facts without deadlines are not read as if they had none, nor ids of before that drill-down would not find."""
    load(tmp_path, DOSSIERS)
    note = tmp_path / "store" / "store.json"
    note.write_text(json.dumps(json.loads(note.read_text("utf-8")) | {"layout": layout}), "utf-8")
    with pytest.raises(StoreError, match=f"bố cục {layout}"):
        Store.open(tmp_path / "store")
