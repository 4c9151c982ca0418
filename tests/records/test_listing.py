"""The list of what a table's newest version has: read in place of the log, and only where it is of that version and whole."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from deltalake import DeltaTable

from hoso.records import delta, joined, listing, sums
from hoso.records.repair import ledger_again
from hoso.records.store import Store
from tests import stores
from tests.records.test_damage import cut, empty, flip

TABLES: Final = ("facts", "ledger", "imports")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a store of three imports, of two months."""
    folder = tmp_path_factory.mktemp("listed")
    for number, month in enumerate((1, 2, 1)):
        stores.load(folder, of(month, 4 * number), f"{number}.csv")
    return folder


def of(month: int, first: int) -> list[dict[str, str]]:
    """Four dossiers of a month that no other call has, if it begins with another number."""
    rows = stores.of_a_month(month, range(4), lambda n: f"1{n}/0{month}/2024")
    return [row | {"id": f"H19-{month}-{first + place}"} for place, row in enumerate(rows)]


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A copy of it, of which this process has opened nothing."""
    return shutil.copytree(made, tmp_path / "store-and-key")


def table(folder: Path, name: str) -> Path:
    return folder / "store" / name


def noted(folder: Path, name: str) -> listing.Listing | None:
    newest = delta.stamp(table(folder, name))
    assert newest is not None
    return listing.of(table(folder, name), newest[0])


def is_as_the_log(folder: Path, name: str) -> bool:
    """Whether the list is there and says what Delta itself reads from the log."""
    found, opened = noted(folder, name), DeltaTable(table(folder, name))
    if found is None:
        return False
    here = [f"{table(folder, name).resolve()}/{file}" for file in found.files]
    assert sorted(here) == sorted(opened.file_uris())
    assert found.columns == {field.name for field in opened.schema().fields}
    return True


def daily(folder: Path) -> str:
    """The figures of a page."""
    data = stores.data(folder)
    assert data.first_day <= data.last_day
    return str(data.daily.to_csv(index=False))


@pytest.mark.parametrize("name", TABLES)
def test_every_commit_leaves_it(folder: Path, name: str, tmp_path: Path) -> None:
    """The one that makes the table too."""
    assert is_as_the_log(folder, name)
    new = tmp_path / "new"
    new.mkdir()
    assert stores.load(new, of(2, 20), "first.csv").accepted == 4
    assert is_as_the_log(new, name)
    assert stores.load(folder, of(2, 20), "later.csv").accepted == 4
    assert is_as_the_log(folder, name)


def test_joining_and_repairing_leave_it(folder: Path) -> None:
    for number in range(joined.MANY):
        stores.load(folder, of(1, 30 + 4 * number), f"more-{number}.csv")
    store = Store.open(folder / "store")
    with store.writing():
        assert joined.join(store, "imports")
    assert is_as_the_log(folder, "imports")
    shutil.rmtree(table(folder, "ledger"))
    with store.writing():
        ledger_again(store)
    assert noted(folder, "ledger") is None or is_as_the_log(folder, "ledger")


def test_a_page_opens_no_log(folder: Path, made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = daily(made)

    def refused(*_asked: object) -> DeltaTable:
        raise AssertionError("a log was opened")

    monkeypatch.setattr(delta, "_open", refused)
    assert daily(folder) == wanted


@pytest.mark.parametrize("spoil", [flip, cut, empty, Path.unlink])
def test_what_is_not_whole_is_not_there(folder: Path, made: Path, spoil: Callable[[Path], None]) -> None:
    """The figures are then those of the log."""
    files = sorted((folder / "store" / "sums").rglob("listing.json"))
    assert len(files) >= len(TABLES)
    for file in files:
        spoil(file)
    assert noted(folder, "facts") is None
    assert daily(folder) == daily(made)


def test_a_commit_of_another_tool_is_seen(folder: Path) -> None:
    """It leaves no list, and that of the commit before does not speak for it."""
    assert Store.open(folder / "store").listed("ledger")
    DeltaTable(table(folder, "ledger")).delete()
    assert noted(folder, "ledger") is None
    assert Store.open(folder / "store").listed("ledger") == []


def test_of_an_entry_by_the_same_name(folder: Path) -> None:
    """As after a log was wound back and grew again: another entry has another sum."""
    before = noted(folder, "ledger")
    assert before is not None
    newest = max((table(folder, "ledger") / sums.LOG).glob("*.json"))
    newest.write_text(newest.read_text("utf-8") + "\n", "utf-8")
    sums.forget_log(folder / "store", "ledger", [f"{sums.LOG}/{newest.name}"])
    assert noted(folder, "ledger") is None
    sums.note(folder / "store", "ledger")
    assert noted(folder, "ledger") is None


def test_a_list_that_cannot_be_written_is_missed_by_nobody(folder: Path) -> None:
    for name in TABLES:
        file = folder / "store" / "sums" / name / "listing.json"
        file.unlink()
        (file / "in the way").mkdir(parents=True)
    done = stores.load(folder, of(2, 40), "later.csv")
    assert done.accepted == 4
    assert noted(folder, "facts") is None
    assert not list((folder / "store" / "sums").rglob("listing.????????"))
    assert "2024-02-1" in daily(folder)
