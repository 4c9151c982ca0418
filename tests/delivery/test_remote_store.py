"""The store in an object store: against an S3 server as a process of its own, several machines' working copies of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import obstore
import polars as pl
import pytest
from obstore.store import S3Store, from_url

from hoso.records import as_of, bucket, commits, joined, keys, ledger, mirror, pinned, sums, tidying, turns
from hoso.records import store as stored
from hoso.records.check import check
from hoso.records.importer import heal, import_file
from hoso.records.imports import Import
from hoso.records.repair import ledger_again
from hoso.records.store import TABLES, Store
from hoso.statistics.data import Data
from hoso.vocabulary.errors import HosoError, NoDataError, StoreBusyError, StoreError, UsageError
from tests import stores
from tests.delivery import quick, servers
from tests.delivery.conftest import Command

IMPORTS = """
import sys
from pathlib import Path
from hoso.records import keys
from hoso.records.importer import import_file
from hoso.records.store import Store
from hoso.vocabulary.errors import HosoError
from hoso.vocabulary.places import find_province
root, key, file = map(Path, sys.argv[1:])
try:
    import_file(Store.prepare(root, key), file, find_province("ha-giang", "63"), keys.load(key))
except HosoError as error:
    sys.exit(f"{type(error).__name__}: {error}")
"""
ID = "H05.00-2401-{:04}"
FIGURES = ("figures", "--province", "ha-giang", "--period", "2024-9M", "--format", "json")
Rows = Sequence[Mapping[str, object]]


def rows(first: int, count: int = 2) -> Rows:
    """Dossiers with numbers from `first` on, of January and September, every second of them late."""
    return [
        {
            "id": ID.format(number),
            "received": f"02/0{1 + 8 * (number % 2)}/2024 08:00",
            "due": f"10/0{1 + 8 * (number % 2)}/2024",
            "finished": f"{9 + number % 4:02}/0{1 + 8 * (number % 2)}/2024 10:00",
        }
        for number in range(first, first + count)
    ]


@dataclass
class Country:
    """A store at a prefix of the bucket that no other test uses, machines that share it, and the same store on a disk."""

    url: str
    gate: servers.Gate
    folder: Path
    monkeypatch: pytest.MonkeyPatch
    disks: Path
    known: dict[str, list[Any]]
    begun: dict[str, bytes]

    def begin(self) -> None:
        """The store with one import (rows(0), a.csv), of a machine that no test names."""
        for path, content in self.begun.items():
            obstore.put(self.objects, path, content)

    @property
    def key(self) -> Path:
        return self.disks.parent / "key"

    def at(self, machine: str) -> Path:
        """From now on this process is a machine: where its working copy lies."""
        self.monkeypatch.setenv("HOSO_STORE", self.url)
        self.monkeypatch.setenv("HOSO_STORE_COPY", str(self.folder / machine))
        return self.folder / machine

    def open(self, machine: str) -> Store:
        return Store.open(self.at(machine))

    def load(self, machine: str, numbers: Rows, name: str = "export.csv") -> Import:
        file = stores.write_csv(self.folder / name, numbers)
        store = Store.prepare(self.at(machine), self.key)
        return import_file(store, file, stores.HA_GIANG, keys.load(self.key))

    def started(self, machine: str, numbers: Rows, name: str) -> subprocess.Popen[str]:
        """The same as a process of its own."""
        file = stores.write_csv(self.folder / name, numbers)
        words = [sys.executable, "-c", IMPORTS, str(self.at(machine)), str(self.key), str(file)]
        return subprocess.Popen(words, stderr=subprocess.PIPE, text=True)

    @property
    def objects(self) -> S3Store:
        opened = from_url(self.url)
        assert isinstance(opened, S3Store)
        return opened

    def there(self) -> dict[str, bytes]:
        """Every object by its path below the prefix."""
        paths = [one["path"] for page in obstore.list(self.objects) for one in page]
        return {path: bytes(obstore.get(self.objects, path).bytes()) for path in paths}

    def is_put(self, what: str) -> Callable[[str, str], bool]:
        """Whether a request puts an object whose path has this in it, here."""
        here = f"/{self.url.removeprefix('s3://')}/"
        return lambda method, path: method == "PUT" and path.startswith(here) and what in path

    def on_disk(self, *imports: Rows) -> list[Any]:
        """What a store on a disk holds after the same imports with the same key; each such store is made once."""
        folder = self.disks / str(len(list(self.disks.iterdir())))
        if (wanted := repr(imports)) not in self.known:
            with self.monkeypatch.context() as patch:
                patch.delenv("HOSO_STORE", raising=False)
                store = Store.prepare(folder, self.key)
                for number, own in enumerate(imports):
                    file = stores.write_csv(folder / f"{number}.csv", own)
                    import_file(store, file, stores.HA_GIANG, keys.load(self.key))
                self.known[wanted] = counted(store)
        return self.known[wanted]


@pytest.fixture(scope="module")
def disks(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, list[Any]]]:
    """Where the stores on a disk lie, beside the one key of all, and what they hold."""
    folder = tmp_path_factory.mktemp("disks") / "stores"
    folder.mkdir()
    return folder, {}


@pytest.fixture(scope="module")
def begun(
    server: tuple[str, servers.Gate],
    disks: tuple[Path, dict[str, list[Any]]],
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, bytes]:
    """The objects of a store with one import, made once: what most tests begin with."""
    with pytest.MonkeyPatch.context() as patch:
        _environment(patch, server[0])
        folder = tmp_path_factory.mktemp("begun")
        first = Country(f"s3://{servers.BUCKET}/{folder.name}", server[1], folder, patch, *disks, {})
        first.load("one", rows(0), "a.csv")
        return first.there()


def _environment(monkeypatch: pytest.MonkeyPatch, endpoint: str) -> None:
    for name, value in servers.environment(endpoint).items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def country(
    server: tuple[str, servers.Gate],
    disks: tuple[Path, dict[str, list[Any]]],
    begun: dict[str, bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Country]:
    endpoint, gate = server
    _environment(monkeypatch, endpoint)
    gate.seen.clear()
    gate.held.clear()
    gate.freed.clear()
    yield Country(f"s3://{servers.BUCKET}/{tmp_path.name}", gate, tmp_path, monkeypatch, *disks, begun)
    gate.refuses = gate.holds = gate.mutes = lambda method, path: False


def counted(store: Store) -> list[Any]:
    """What reports are made from: the ledger and the facts it was built from, whoever imported them."""
    data = Data(store, stores.HA_GIANG)
    facts = pl.read_parquet(store.files("facts", stores.HA_GIANG.id, data.version), hive_partitioning=True)
    built = ledger.scan(store.files("ledger", stores.HA_GIANG.id, grain="unit")).collect()
    hidden = facts.drop("import_id").sort("dossier", "line")
    return [hidden.to_dicts(), built.sort("received_month", "unit_id", "day").to_dicts()]


def one_line(error: HosoError) -> str:
    told = str(error)
    assert len(told.splitlines()) == 1
    assert servers.SECRET not in told
    return told


# ── the same store, elsewhere ────────────────────────────────────────────────────────────────────


def test_commands_give_the_same_from_another_machine_as_from_a_disk(
    country: Country, hoso: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Imported on one machine, figures printed on another with an empty copy: byte for byte those of a store on a disk."""
    file = stores.write_csv(country.folder / "export.csv", rows(0, 6))
    monkeypatch.setenv("HOSO_KEY", str(country.key))
    told = {}
    for place in ("disk", country.url):
        monkeypatch.setenv("HOSO_STORE", str(country.folder / place) if place == "disk" else place)
        monkeypatch.setenv("HOSO_STORE_COPY", str(country.folder / "one"))
        assert hoso("import", file, "--province", "ha-giang")[0] == 0
        monkeypatch.setenv("HOSO_STORE_COPY", str(country.folder / "two"))
        code, told[place], _ = hoso(*FIGURES)
        assert code == 0
    assert told["disk"] == told[country.url]
    assert '"received"' in told["disk"]
    code, out, _ = hoso("status")
    assert code == 0 and f"store: {country.url} " in out and "export.csv" in out
    code, out, _ = hoso("status", "--check")
    assert code == 0 and "facts: 2 files, 0 of older versions: whole" in out
    assert hoso("status", "--repair")[0] == 0


def test_a_report_is_made_and_verified_from_an_empty_copy(
    country: Country, hoso: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`hoso report` runs its notebook in a process of its own on the batch's versions; `hoso verify` finds every figure."""
    workbook = quick.Quick(country.folder / "workbook")
    (workbook.folder / "notebooks").mkdir(parents=True)
    (workbook.folder / "data").mkdir()
    (workbook.folder / "data" / "reference").symlink_to(quick.ROOT / "data" / "reference")
    workbook.notebook(quick.NAME, {})
    country.load("one", rows(0, 6))
    country.at("two")
    monkeypatch.setenv("HOSO_ROOT", str(workbook.folder))
    made = ("report", quick.NAME, "--province", "ha-giang", "--period", "2024-09", "--formats", "html")
    code, out, told = hoso(*made)
    assert code == 0, (out, told)
    assert "unchanged" in hoso(*made)[1]
    code, out, told = hoso("verify", country.folder / "reports")
    assert code == 0, (out, told)
    country.gate.mutes = country.is_put("facts/_delta_log")
    with country.started("one", rows(6), "b.csv") as dying:
        assert country.gate.held.wait(60)
        os.kill(dying.pid, signal.SIGKILL)
    country.at("two")
    country.gate.mutes = lambda method, path: False
    country.gate.refuses = lambda method, path: method not in {"GET", "HEAD"}
    assert "unchanged" in hoso(*made)[1]  # it may only read: what the dead import left is others' to complete


def test_only_what_is_read_comes_and_nothing_twice(country: Country) -> None:
    """Opening an empty copy brings logs; reading brings the files read; opening again asks once a table and brings none."""
    country.begin()
    country.gate.seen.clear()
    second = country.open("two")
    assert not [path for path in country.gate.paths("GET") if path.endswith(".parquet")]
    assert {table for table in TABLES if second.version(table) == 0} == {"facts", "ledger", "imports"}
    country.gate.seen.clear()
    assert second.frame("imports").height == 1
    assert len(country.gate.paths("GET")) == 1
    assert second.frame("imports").height == 1
    assert len(country.gate.paths("GET")) == 1
    country.gate.seen.clear()
    country.open("two")
    assert country.gate.paths("GET") == []
    assert len(country.gate.seen) == len(TABLES) + 1


def test_each_machine_sees_what_the_other_imported(country: Country) -> None:
    """Imports by turns from two machines: both read the same as a store on a disk that had all of them, old states too."""
    country.load("one", rows(0), "a.csv")
    before = counted(country.open("two"))
    country.load("two", rows(2), "b.csv")
    country.load("two", rows(1), "again.csv")
    first = country.open("one")
    assert first.frame("imports").sort("imported_at")["file"].to_list() == ["a.csv", "b.csv", "again.csv"]
    assert counted(first) == counted(country.open("two")) == country.on_disk(rows(0), rows(2), rows(1))
    assert counted(as_of.at(country.open("three"), "0")) == before


def test_a_batch_reads_its_pinned_versions_without_asking(country: Country) -> None:
    """A process of a batch opens the copy at the versions pinned, whatever came since, and asks the object store nothing."""
    country.begin()
    second = country.open("two")
    before, folder = counted(second), country.folder / "batch"
    pinned.write(folder, second.root, pinned.versions(second))
    country.load("one", rows(2), "b.csv")
    country.at("two")
    country.monkeypatch.setenv(pinned.VARIABLE, str(folder))
    country.gate.seen.clear()
    assert counted(Store.open(second.root)) == before
    assert country.gate.seen == []
    country.monkeypatch.delenv(pinned.VARIABLE)
    assert counted(Store.open(second.root)) != before


def test_a_long_log_comes_with_its_checkpoint(country: Country) -> None:
    """Delta's own short cut through a log is sent too, and an empty copy reads from it."""
    country.monkeypatch.setitem(commits._KEEPS_HISTORY, "delta.checkpointInterval", "2")
    for number in range(3):
        country.load("one", rows(number, 1), f"{number}.csv")
    marks = [path for path in country.there() if path.startswith("imports/") and "checkpoint" in path]
    assert len(marks) == 1
    second = country.open("two")
    assert (second.root / marks[0]).is_file()
    assert second.frame("imports").height == 3
    assert counted(second) == counted(country.open("one"))


# ── what stays on the machine ────────────────────────────────────────────────────────────────────


def test_no_id_and_no_key_is_ever_sent(country: Country) -> None:
    """In the bucket lie the tables and the store's note; the ids of citizens' dossiers, kept here, and the key are nowhere."""
    country.load("one", [*rows(0, 4), {"id": ID.format(9), "received": "no day"}])
    there, root = country.there(), country.folder / "one"
    assert {path.partition("/")[0] for path in there} == {
        "facts",
        "ledger",
        "imports",
        "rejects",
        mirror.NOTE,
    }
    secret = keys.load(country.key)
    assert not [path for path, content in there.items() if b"H05.00" in content or secret in content]
    for path in (path for path in there if path.endswith(".parquet")):
        columns = pl.read_parquet(there[path])
        assert not [
            name
            for name in columns.columns
            if columns[name].cast(pl.String, strict=False).str.contains("H05.00").any()
        ]
    kept = keys.recall(root / "private", stores.HA_GIANG.id, [keys.pseudonym(secret, ID.format(0))])
    assert list(kept.values()) == [ID.format(0)]
    assert root.stat().st_mode & 0o077 == (root / "private").stat().st_mode & 0o077 == 0


def test_another_key_is_refused_and_a_folder_that_is_no_copy_too(country: Country) -> None:
    """A machine with a key of its own cannot add to the store; a store on a disk and another's copy are left alone."""
    country.begin()
    country.open("one")
    with pytest.raises(StoreError, match="khóa không phải khóa đã dùng khi lập kho"):
        Store.prepare(country.at("two"), country.folder / "another-key")
    stores.load(country.folder, rows(0))  # into its folder "store", on this disk
    for folder, address in (("store", country.url), ("one", f"{country.url}-2")):
        country.at(folder)
        country.monkeypatch.setenv("HOSO_STORE", address)
        with pytest.raises(UsageError, match="HOSO_STORE_COPY") as refused:
            Store.open(country.folder / folder)
        one_line(refused.value)


# ── two writers ──────────────────────────────────────────────────────────────────────────────────


def test_machines_take_turns(country: Country) -> None:
    """Two machines import at once: the second waits for the first, both are in, and the lease is gone."""
    country.begin()
    country.gate.holds = country.is_put("facts/_delta_log")
    first = country.started("one", rows(2), "b.csv")
    assert country.gate.held.wait(60)
    with pytest.raises(StoreBusyError), country.open("two").writing(seconds=0):
        pass
    country.gate.holds = lambda method, path: False
    second = country.started("two", rows(4), "c.csv")
    country.gate.freed.set()
    assert [first.wait(60), second.wait(60)] == [0, 0]
    assert counted(country.open("three")) == country.on_disk(rows(0), rows(2), rows(4))
    assert turns.LEASE not in country.there()


def test_of_two_that_make_the_same_version_one_is_refused(country: Country) -> None:
    """A machine that stood still while another took its turn over comes back: its version is refused in one line, its copy
    is as the store, and the same import again adds what it had."""
    country.begin()
    country.gate.holds = country.is_put("facts/_delta_log")
    late = country.started("one", rows(2), "b.csv")
    assert country.gate.held.wait(60)
    country.gate.holds = lambda method, path: False
    country.monkeypatch.setattr(turns, "LEASE_SECONDS", 0.5)
    country.load("two", rows(4), "c.csv")
    country.gate.freed.set()
    _, told = late.communicate(timeout=60)
    assert late.returncode == 1
    assert told.startswith("StoreBusyError: một máy khác") and len(told.splitlines()) == 1
    assert counted(country.open("one")) == counted(country.open("two"))
    country.load("one", rows(2), "b.csv")
    assert counted(country.open("two")) == country.on_disk(rows(0), rows(4), rows(2))


# ── a machine that dies ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("moment", "answered", "is_in"),
    [
        ("facts/province_id", True, False),  # while data files are sent that no log lists yet
        ("facts/_delta_log", True, False),  # before the entry is put
        ("facts/_delta_log", False, True),  # when it is there, and this machine does not know
        ("ledger/_delta_log", True, True),  # between two tables
    ],
)
def test_a_killed_import_is_the_old_state_or_the_new_one(
    country: Country, moment: str, answered: bool, is_in: bool
) -> None:
    """kill -9: reports elsewhere read the state before; the next import, of any machine, heals what was committed, and the
    dead machine's next command finds its copy in order."""
    country.begin()
    before = counted(country.open("one"))
    setattr(country.gate, "holds" if answered else "mutes", country.is_put(moment))
    with country.started("one", rows(2), "b.csv") as dying:
        assert country.gate.held.wait(60)
        os.kill(dying.pid, signal.SIGKILL)
    country.gate.holds = country.gate.mutes = lambda method, path: False
    assert counted(country.open("two")) == counted(country.open("one")) == before
    country.monkeypatch.setattr(turns, "LEASE_SECONDS", 0.5)
    country.load("two", rows(4), "c.csv")
    after = [rows(0), rows(2), rows(4)] if is_in else [rows(0), rows(4)]
    assert counted(country.open("one")) == counted(country.open("two")) == country.on_disk(*after)
    done = country.load("one", rows(2), "b.csv")
    assert done.accepted == (0 if is_in else 2)
    assert country.open("two").frame("imports")["file"].sort().to_list() == ["a.csv", "b.csv", "c.csv"]


def test_a_machine_takes_its_own_dead_lease_over_at_once(country: Country) -> None:
    """What died here is known to be dead, for this machine's own lock is free: no waiting."""
    country.begin()
    country.gate.holds = country.is_put("facts/province_id")
    with country.started("one", rows(2), "b.csv") as dying:
        assert country.gate.held.wait(60)
        os.kill(dying.pid, signal.SIGKILL)
    country.gate.holds = lambda method, path: False
    with country.open("one").writing(seconds=0):
        assert turns.LEASE in country.there()
    assert turns.LEASE not in country.there()


# ── damage ───────────────────────────────────────────────────────────────────────────────────────


def flip(file: Path) -> None:
    """One bit of a file, as a disk forgets."""
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(bytes(content))


def test_a_damaged_copy_is_brought_again(country: Country) -> None:
    """A flipped bit in a data file, a lost file, a torn newest entry: reading brings them anew; `--check` the older ones."""
    country.begin()
    country.load("one", rows(2), "b.csv")
    second = country.open("two")
    before = counted(second)
    data, log = [Path(file) for file in second.files("facts")], second.path("facts") / sums.LOG
    flip(data[0])
    data[1].unlink()
    (log / f"{1:020}.json").write_text("{", "utf-8")
    assert counted(country.open("two")) == before
    flip(log / f"{0:020}.json")
    flip(data[1])
    assert [fault for one in check(country.open("two")) for fault in one.faults] == []
    there = country.there()
    assert all(
        (second.root / path).read_bytes() == there[path] for path in there if path.startswith("facts/_delta")
    )
    flip(second.path("ledger") / sums.LOG / f"{0:020}.json")
    flip(Path(second.files("ledger")[0]))
    assert ledger_again(country.open("two")) == ()
    assert counted(country.open("two")) == before


def test_a_damaged_or_missing_object_is_one_line(country: Country) -> None:
    """What the object store lost or changed is named with its address, by who reads it and by `--check`; no number is."""
    country.load("one", rows(0, 4))
    paths = sorted(path for path in country.there() if path.startswith("facts/province"))
    obstore.put(country.objects, paths[0], country.there()[paths[0]][:-1] + b"?")
    with pytest.raises(StoreError, match="một tệp trong kho đối tượng bị hỏng") as damaged:
        country.open("two").files("facts")
    obstore.delete(country.objects, paths[1])
    obstore.delete(country.objects, paths[0])
    with pytest.raises(StoreError, match="kho đối tượng thiếu một tệp") as missing:
        country.open("three").files("facts")
    assert all(country.url in one_line(found.value) for found in (damaged, missing))
    found = [one_line(fault) for one in check(country.open("one")) for fault in one.faults]
    assert sorted(found) == sorted(
        line for line in found if "thiếu một tệp" in line and f"{country.url}/facts/" in line
    )
    assert len(found) == 2
    ledger = next(path for path in country.there() if path.startswith("ledger/province"))
    obstore.delete(country.objects, ledger)
    with pytest.raises(StoreError, match="thiếu"):
        ledger_again(country.open("one"))


def test_a_store_made_anew_is_not_taken_for_the_old_one(country: Country) -> None:
    """The bucket is emptied and filled again, as long as before or shorter: the old copy says so and shows no old number."""
    country.begin()
    country.open("one")
    country.open("two")
    obstore.delete(country.objects, list(country.there()))
    for machine in ("one", "two"):
        with pytest.raises(StoreError, match="khôi phục hoặc lập lại") as refused:
            country.open(machine)
        one_line(refused.value)
    country.load("three", rows(2), "b.csv")
    with pytest.raises(StoreError, match="khôi phục hoặc lập lại"):
        country.open("two")


def test_a_log_that_names_files_elsewhere_is_refused(country: Country) -> None:
    """An entry of the log that adds a file outside its table brings none: what is below the copy alone is written."""
    country.begin()
    entry = f"facts/{sums.LOG}/{0:020}.json"
    hostile = country.there()[entry].replace(b'"path": "province_id', b'"path": "../private/province_id')
    obstore.put(country.objects, entry, hostile)
    assert hostile != b"" and b"../private" in hostile
    with pytest.raises(StoreError, match="bị hỏng") as refused:
        country.open("two")
    one_line(refused.value)


# ── what is refused ──────────────────────────────────────────────────────────────────────────────


def test_what_the_object_store_refuses_is_one_line(country: Country) -> None:
    """Wrong keys, nobody at the address, no such bucket, nothing in it yet: each one line without a secret; the last state
    of a copy is not read in silence; a batch under way goes on with what it has."""
    with pytest.raises(NoDataError, match=country.url):
        country.open("one")
    country.begin()
    counted(country.open("one"))
    country.gate.refuses = lambda method, path: True
    with pytest.raises(StoreError) as refused:
        country.open("one")
    country.gate.refuses = lambda method, path: False
    told = [one_line(refused.value)]
    country.monkeypatch.setattr(bucket, "RETRIES", {"max_retries": 0})
    country.monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{servers.free_port()}")
    with pytest.raises(StoreError) as silent:
        country.open("one")
    assert all(country.url in line for line in (*told, one_line(silent.value)))
    assert counted(Store(country.folder / "one"))  # opened before, as in a batch


def test_a_refused_put_leaves_the_old_state(country: Country) -> None:
    """A machine that may only read: its import is refused in one line, its copy stays as the store, reports are read."""
    country.begin()
    second = country.open("two")
    before = counted(second)
    country.gate.refuses = lambda method, path: method in ("PUT", "POST", "DELETE")
    with pytest.raises(StoreError) as refused:
        country.load("two", rows(2), "b.csv")
    one_line(refused.value)
    assert counted(country.open("two")) == before


# ── tidying ──────────────────────────────────────────────────────────────────────────────────────


def test_tidying_joins_and_removes_there(country: Country) -> None:
    """Small files are joined, versions given up and what an import that died left removed, in the bucket; another machine
    reads the same as before, and is told of a version that was given up."""
    for number in range(3):
        country.load("one", rows(number, 1), f"{number}.csv")
    before = counted(country.open("two"))
    orphan = "facts/province_id=63-02/received_month=2024-01-01/orphan.parquet"
    obstore.put(country.objects, orphan, b"sent by a machine that died")
    country.monkeypatch.setattr(joined, "MANY", 2)
    country.monkeypatch.setattr(tidying, "GRACE", timedelta(seconds=-5))
    now = stored.datetime.now(stored.UTC)
    one = country.open("one")
    planned = tidying.tidy(one, now, dry_run=True)
    assert orphan in country.there()
    done = tidying.tidy(one, now)
    assert orphan not in country.there()
    assert done.files >= planned.files >= 3 and done.given_up == 2
    assert counted(country.open("two")) == counted(country.open("three")) == before
    assert country.open("three").frame("imports").height == 3
    with pytest.raises(NoDataError):
        country.open("two").files("facts", version=0)
    with one.writing():
        heal(one)
