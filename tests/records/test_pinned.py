"""Pinned versions: a batch reads the store as it was when it began, and what its processes derive from it is made once."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable

from hoso.records import delta, pinned
from hoso.records.store import TABLES, Store
from hoso.statistics.data import Data
from hoso.statistics.results import results
from hoso.vocabulary.errors import StoreError
from hoso.vocabulary.periods import Period
from tests.stores import HA_GIANG, load

JANUARY = datetime(2024, 1, 8, 9)
PERIOD = Period.parse("2024-01@calendar")


def dossier(number: int, **given: Any) -> dict[str, Any]:
    return {
        "id": f"H19-{number}",
        "received": "08/01/2024 09:00:00",
        "finished": "09/01/2024 09:00:00",
    } | given


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store of one import."""
    load(tmp_path, [dossier(1), dossier(2)])
    return tmp_path / "store"


@pytest.fixture
def batch(tmp_path: Path, store: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A batch on that store, this process a part of it."""
    folder = tmp_path / "batch"
    pinned.write(folder, store, pinned.versions(Store.open(store)))
    monkeypatch.setenv(pinned.VARIABLE, str(folder))
    return folder


def received(store: Path) -> float:
    rows = results(Data(Store.open(store), HA_GIANG), PERIOD, "province", ("received",))
    return float(rows["value"].iloc[0])


def test_a_batch_does_not_see_what_is_imported_meanwhile(
    store: Path, batch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every way of reading stays at the pinned versions; the import writes on the newest, and so reads who is in no batch."""
    seen = Store.open(store)
    before = {name: (seen.version(name), seen.files(name), seen.exists(name)) for name in TABLES}
    notes = {key: seen.note("facts", key) for key in ("province", "import", "catalogue")}
    assert before["units"][2] is False or before["units"][0] is not None
    load(store.parent, [dossier(3, unit="Sở Mới Lập")], "later.csv")
    again = Store.open(store)
    assert {name: (again.version(name), again.files(name), again.exists(name)) for name in TABLES} == before
    assert {key: again.note("facts", key) for key in notes} == notes
    assert again.note("ledger", "facts_version") == str(before["facts"][0])
    assert again.frame("imports").height == 1
    assert [c["version"] for c in again.commits("facts", -1)] == list(range(before["facts"][0] + 1))
    assert received(store) == 2
    monkeypatch.delenv(pinned.VARIABLE)
    assert received(store) == 3
    assert Store.open(store).frame("imports").height == 2


def test_the_facts_pinned_are_those_the_ledger_was_built_from(store: Path) -> None:
    """An import that died between the facts and the ledger is not seen half."""
    opened = Store.open(store)
    whole = pinned.versions(opened)
    rows = opened.frame("imports")
    extra = opened.files("facts")
    import polars as pl

    opened.write(
        "facts",
        pl.read_parquet(extra, hive_partitioning=True).with_columns(
            province_id=pl.lit("63-02"), received_month=pl.col("received_month").cast(pl.Date)
        ),
    )
    assert opened.version("facts") != whole["tables"]["facts"]
    assert pinned.versions(opened) == whole
    assert rows.height == 1


def test_another_store_is_not_pinned(store: Path, batch: Path, tmp_path: Path) -> None:
    """Versions hold for the store they were taken from alone."""
    (tmp_path / "other").mkdir()
    load(tmp_path / "other", [dossier(n) for n in range(5)])
    assert Store.open(tmp_path / "other" / "store").pins is None
    assert Store.open(store).pins is not None


def test_who_writes_is_not_pinned(store: Path, batch: Path) -> None:
    """A store opened to be written shows the newest, whatever the process belongs to."""
    assert Store.prepare(store, store.parent / "key").pins is None


@pytest.mark.parametrize("content", [None, b"", b"{", b"[]", b'{"store": "/", "versions": 3}'])
def test_a_damaged_batch_folder_is_told_in_one_line(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    """A missing, empty or broken versions.json is a fault of the store's kind, never a newer version read in silence."""
    folder = tmp_path / f"batch-{len(content or b'')}-{content is None}"
    folder.mkdir(mode=0o700)
    if content is not None:
        (folder / pinned.FILE).write_bytes(content)
    monkeypatch.setenv(pinned.VARIABLE, str(folder))
    with pytest.raises(StoreError, match="không đọc được phiên bản dữ liệu của đợt chạy") as told:
        Store.open(store)
    assert "\n" not in str(told.value)


def test_a_folder_that_others_can_write_is_refused(store: Path, batch: Path) -> None:
    """What is kept there is unpickled, so it must be this user's alone; the folder is made so."""
    assert batch.stat().st_mode & 0o777 == 0o700
    assert (batch / "kept").stat().st_mode & 0o777 == 0o700
    batch.chmod(0o770)
    pinned._read.cache_clear()
    with pytest.raises(StoreError, match="mở cho người khác"):
        Store.open(store)


# ── kept ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A batch's folder; what is kept there asks for no store."""
    pinned.write(tmp_path / "batch", tmp_path / "store", {"tables": {}, "facts_version": None})
    monkeypatch.setenv(pinned.VARIABLE, str(tmp_path / "batch"))
    return tmp_path / "batch"


def counter(made: list[int]) -> Callable[[], str]:
    def make() -> str:
        made.append(1)
        return "value"

    return make


def test_without_a_batch_it_is_simply_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is kept between two calls."""
    monkeypatch.delenv(pinned.VARIABLE, raising=False)
    made: list[int] = []
    assert [pinned.kept(("a",), counter(made)) for _ in range(2)] == ["value", "value"]
    assert len(made) == 2


def test_it_is_made_once_a_key(folder: Path) -> None:
    """The second call reads the file; another key is another value; None is a value like any other."""
    made: list[int] = []
    assert [pinned.kept(("a", 1), counter(made)) for _ in range(2)] == ["value", "value"]
    assert len(made) == 1
    pinned.kept(("a", 2), counter(made))
    assert len(made) == 2
    none = [pinned.kept(("none",), lambda: made.append(1)) for _ in range(2)]
    assert (none, len(made)) == ([None, None], 3)


@pytest.mark.parametrize("damage", [b"", b"not a pickle", pickle.dumps((("other key",), 1)), pickle.dumps(5)])
def test_a_damaged_file_is_made_anew(folder: Path, damage: bytes) -> None:
    """A torn or foreign file is never taken for the value."""
    made: list[int] = []
    pinned.kept(("a",), counter(made))
    (file,) = (f for f in (folder / "kept").iterdir() if not f.suffix)
    file.write_bytes(damage)
    assert pinned.kept(("a",), counter(made)) == "value"
    assert len(made) == 2
    pinned.kept(("a",), counter(made))
    assert len(made) == 2


def test_a_folder_that_is_gone_costs_only_time(folder: Path) -> None:
    """The supervisor died and took the folder along: the report is made all the same."""
    for file in (folder / "kept").iterdir():
        file.unlink()
    (folder / "kept").rmdir()
    made: list[int] = []
    assert [pinned.kept(("a",), counter(made)) for _ in range(2)] == ["value", "value"]


def test_a_failure_is_not_kept(folder: Path) -> None:
    """What raises raises each time, and frees the lock."""
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            pinned.kept(("a",), lambda: 1 // 0)
    assert pinned.kept(("a",), lambda: "value") == "value"


MAKER = """
import sys, time
from pathlib import Path
from hoso.records import pinned
def make():
    with open(sys.argv[1], "a") as log: log.write("made\\n")
    time.sleep(float(sys.argv[2]))
    return "value"
print(pinned.kept(("shared",), make))
"""


def maker(log: Path, seconds: float) -> subprocess.Popen[str]:
    """A process of the batch that wants the same value as the others."""
    command = [sys.executable, "-c", MAKER, str(log), str(seconds)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ))


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[str]]]:
    processes: list[subprocess.Popen[str]] = []
    yield processes
    for process in processes:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def begun(log: Path) -> None:
    while not log.exists():
        time.sleep(0.01)


def test_processes_that_want_it_at_once_make_it_once(
    folder: Path, tmp_path: Path, started: list[subprocess.Popen[str]]
) -> None:
    """The others wait for the first and read what it left."""
    log = tmp_path / "log"
    started += [maker(log, 0.5) for _ in range(3)]
    assert [process.communicate()[0] for process in started] == ["value\n"] * 3
    assert log.read_text() == "made\n"


def test_a_maker_that_is_killed_leaves_nothing_half(
    folder: Path, tmp_path: Path, started: list[subprocess.Popen[str]]
) -> None:
    """Its lock goes with it: the next makes the value at once."""
    log = tmp_path / "log"
    started.append(maker(log, 600))
    begun(log)
    started[0].send_signal(signal.SIGKILL)
    started[0].wait()
    started.append(maker(log, 0))
    assert started[1].communicate()[0] == "value\n"
    assert log.read_text() == "made\nmade\n"
    assert not list(folder.rglob("*.new"))


# ── the log of a table ────────────────────────────────────────────────────────────────────────────


def test_a_table_is_opened_again_only_when_its_log_has_grown(store: Path) -> None:
    """One reading of the log serves the process; a later import is seen by the next question, its own or another's."""
    folder = store / "facts"
    first = delta.table(folder)
    number = first.version()
    assert delta.table(folder) is first
    load(store.parent, [dossier(9)], "later.csv")
    assert delta.table(folder) is first  # it has followed
    assert first.version() == number + 1
    assert sorted(first.file_uris()) == sorted(DeltaTable(str(folder)).file_uris())
    another = "import sys; from pathlib import Path; from tests.records.test_pinned import dossier, load\n"
    another += "load(Path(sys.argv[1]), [dossier(10)], 'last.csv')"
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", another, str(store.parent)], cwd=root, check=True)
    assert delta.table(folder) is not first
    assert delta.table(folder).version() == number + 2


def test_an_entry_of_the_same_tick_is_seen(tmp_path: Path) -> None:
    """A folder's time may stand still while entries come: what was found in one that has just changed is not kept."""
    log = tmp_path / "_delta_log"
    log.mkdir()
    (log / f"{0:020}.json").write_text("{}")
    first, moment = delta.version(tmp_path), log.stat().st_mtime_ns
    (log / f"{1:020}.json").write_text("{}")
    os.utime(log, ns=(moment, moment))
    assert (first, delta.version(tmp_path)) == (0, 1)


def test_a_log_is_looked_through_again_only_when_its_folder_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many entries it has, a page asks the folder's time alone."""
    log = tmp_path / "_delta_log"
    log.mkdir()
    (log / f"{0:020}.json").write_text("{}")
    os.utime(log, (1, 1))
    looked: list[str] = []
    scandir = os.scandir
    monkeypatch.setattr(delta.os, "scandir", lambda path: (looked.append(str(path)), scandir(path))[1])
    assert [delta.version(tmp_path) for _ in range(3)] == [0, 0, 0]
    assert looked == [str(log)]
    (log / f"{1:020}.json").write_text("{}")
    assert [delta.version(tmp_path) for _ in range(2)] == [1, 1]


def test_a_folder_without_a_log_is_no_table(tmp_path: Path) -> None:
    """Neither a missing folder nor an empty one."""
    (tmp_path / "empty" / "_delta_log").mkdir(parents=True)
    assert not delta.exists(tmp_path / "empty")
    assert not delta.exists(tmp_path / "none")
