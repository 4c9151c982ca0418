"""What a disk does to a store: a bit, a piece, a file, an entry of a log. Each is told by name, and the ledger comes back."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from deltalake import DeltaTable

from hoso.records import sums
from hoso.records.as_of import at
from hoso.records.check import check
from hoso.records.importer import heal
from hoso.records.repair import ledger_again
from hoso.records.store import Store
from hoso.statistics.data import Data
from hoso.vocabulary.errors import StoreError
from tests import stores
from tests.delivery.small import DOSSIERS

LOG = "_delta_log"
Spoil = Callable[[Path], None]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of three imports, the later ones into months of the first."""
    folder = tmp_path_factory.mktemp("made")
    stores.load(folder, DOSSIERS, "a.csv")
    for number in (1, 2):
        stores.load(folder, [DOSSIERS[0] | {"id": f"H05.00-2402-000{number}"}], f"{number}.csv")
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "spoilt")


def flip(file: Path) -> None:
    """One bit in the middle, which most readers take for another number."""
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def empty(file: Path) -> None:
    file.write_bytes(b"")


def a_line_less(file: Path) -> None:
    """What is left is JSON, and a commit that adds nothing."""
    file.write_text(file.read_text("utf-8").splitlines()[0], "utf-8")


SPOILT: dict[str, Spoil] = {"flipped": flip, "cut": cut, "empty": empty, "missing": Path.unlink}


def live(folder: Path, table: str) -> Path:
    return Path(Store.open(folder / "store").listed(table)[0])


def entry(folder: Path, table: str, back: int = 1) -> Path:
    return sorted((folder / "store" / table / LOG).glob("*.json"))[-back]


def daily(folder: Path, version: int | None = None) -> str:
    """The ledger, read by who looks at the facts first, as every report does."""
    store = Store.open(folder / "store")
    data = Data(store if version is None else at(store, str(version)), stores.HA_GIANG)
    assert data.first_day <= data.last_day
    days = data.daily
    return str(days.sort_values(["level", "day"]).to_csv(index=False))


def faults(folder: Path) -> list[str]:
    return [str(fault) for one in check(Store.open(folder / "store")) for fault in one.faults]


def test_a_whole_store_is_told_whole(folder: Path) -> None:
    """Each table that was written, with its files; those that only older versions list are counted and read too."""
    told = {one.table: one for one in check(Store.open(folder / "store"))}
    assert set(told) == {"facts", "ledger", "imports"}
    assert [one.faults for one in told.values()] == [()] * 3
    assert told["facts"].files == len(Store.open(folder / "store").listed("facts"))
    assert (told["facts"].older, told["ledger"].older) == (2, 4)  # of the ledger each import writes two
    assert [one.unsummed for one in told.values()] == [0, 0, 0]


READS_FLIPPED = """
import sys
import polars as pl
from pathlib import Path
file, start = Path(sys.argv[1]), int(sys.argv[2])
content, before = file.read_bytes(), pl.read_parquet(file, hive_partitioning=False)
for at in range(start, len(content), 37):
    beside = file.with_name("flipped.parquet")
    beside.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
    print(at, end=" ", flush=True)
    try:
        print("same" if pl.read_parquet(beside, hive_partitioning=False).equals(before) else "silent", flush=True)
    except BaseException:
        print("error", flush=True)
"""


def read_flipped(file: Path) -> dict[int, str]:
    """What polars makes of the file with the lowest bit of one byte flipped, by the byte; it may die of it ("")."""
    told, start = {}, 8
    while start < file.stat().st_size:
        command = [sys.executable, "-c", READS_FLIPPED, str(file), str(start)]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        assert ended.stdout, ended.stderr
        lines = [line.partition(" ") for line in ended.stdout.splitlines()]
        told |= {int(at_byte): word for at_byte, _, word in lines}
        start = max(told) + 37
    return told


def test_a_flipped_bit_is_no_error_to_a_reader(folder: Path) -> None:
    """Why sums are kept: the engine reads other values than were written and says nothing, or takes the process down with it.
    We name the file before any engine sees it."""
    file = live(folder, "facts")
    content, told = file.read_bytes(), read_flipped(file)
    assert "silent" in told.values()
    for at_byte in told:
        file.write_bytes(content[:at_byte] + bytes([content[at_byte] ^ 1]) + content[at_byte + 1 :])
        with pytest.raises(StoreError, match="một tệp của kho dữ liệu bị hỏng"):
            Store.open(folder / "store").files("facts")


@pytest.mark.parametrize("table", ["facts", "ledger", "imports"])
@pytest.mark.parametrize("how", SPOILT)
def test_a_spoilt_data_file_is_named(folder: Path, table: str, how: str) -> None:
    """Whoever reads the table, and the check, name that file and no other, in one line with the way back."""
    file = live(folder, table)
    SPOILT[how](file)
    with pytest.raises(StoreError) as raised:
        Store.open(folder / "store").files(table)
    told = str(raised.value)
    assert str(file.relative_to(folder)) in told and "\n" not in told
    assert ("thiếu một tệp" in told) == (how == "missing")
    assert ("hoso status --repair" in told) == (table == "ledger")
    assert ("chép lại tệp cùng tên từ bản sao lưu" in told) == (table != "ledger")
    assert faults(folder) == [told]


def test_a_spoilt_file_of_an_earlier_version_is_told_as_such(folder: Path) -> None:
    """Today's figures do without it, so nobody is sent to import everything again."""
    first = Path(Store.open(folder / "store").listed("facts", version=0)[0])
    assert str(first) not in Store.open(folder / "store").listed("facts")
    flip(first)
    (told,) = faults(folder)
    assert (
        str(first) in told and "chỉ các phiên bản trước dùng" in told and "nạp" not in told.split(" · ")[-1]
    )
    assert daily(folder)


def test_the_same_file_from_a_backup_puts_it_right(folder: Path, made: Path) -> None:
    """As the line says: Delta's files never change, so that of any backup will do."""
    file = live(folder, "facts")
    flip(file)
    assert len(faults(folder)) == 1
    shutil.copy2(made / file.relative_to(folder), file)
    assert faults(folder) == []


LOGS: dict[str, tuple[int, Spoil]] = {
    "the last entry cut": (1, cut),
    "the last entry empty": (1, empty),
    "the last entry without its files": (1, a_line_less),
    "the last entry missing": (1, Path.unlink),
    "an entry between cut": (2, cut),
    "an entry between missing": (2, Path.unlink),
    "the first entry missing": (3, Path.unlink),
}


@pytest.mark.parametrize("how", LOGS)
def test_a_spoilt_log_is_named_and_not_written_over(folder: Path, how: str) -> None:
    """Delta reads some of these as the table of an earlier day. We neither read that nor add to it.

    Where the last entry is whole, today's figures are what they were: the list of its files is noted beside it.
    """
    back, spoil = LOGS[how]
    file, now = entry(folder, "facts", back), daily(folder)
    spoil(file)
    before = sorted(path.name for path in (folder / "store").rglob("*.json"))
    assert back == 1 or daily(folder) == now
    with pytest.raises(StoreError) as raised:
        daily(folder, None if back == 1 else int(file.stem))
    assert str(file.relative_to(folder)) in str(raised.value)
    assert "khôi phục kho từ bản sao lưu" in str(raised.value)
    with pytest.raises(StoreError, match=file.name):
        stores.load(folder, [DOSSIERS[0] | {"id": "H05.00-2403-0001"}], "later.csv")
    assert faults(folder)[0].startswith(
        ("nhật ký của kho dữ liệu thiếu", "một bản ghi nhật ký của kho dữ liệu bị hỏng")
    )
    assert sorted(path.name for path in (folder / "store").rglob("*.json")) == before


def test_a_table_that_is_gone_is_no_empty_one(folder: Path) -> None:
    """Without its folder, the facts are missing; they were not never imported."""
    shutil.rmtree(folder / "store" / "facts")
    with pytest.raises(StoreError, match="nhật ký của kho dữ liệu thiếu"):
        daily(folder)
    assert "facts" in faults(folder)[0]


# ── the ledger ───────────────────────────────────────────────────────────────────────────────────


def repaired(folder: Path) -> tuple[str, ...]:
    store = Store.open(folder / "store")
    with store.writing():
        told = ledger_again(store)
        heal(store)
    return told


@pytest.mark.parametrize("how", SPOILT)
def test_the_ledger_comes_back_from_the_facts(folder: Path, how: str) -> None:
    """A spoilt file of it: afterwards every count is what it was, the store is whole, earlier states can be read as before."""
    before, then = daily(folder), daily(folder, 0)
    SPOILT[how](live(folder, "ledger"))
    assert len(repaired(folder)) == 1
    assert daily(folder) == before
    assert faults(folder) == []
    assert repaired(folder) == ()
    if how != "missing":
        assert len(list((folder / "store" / "damaged").rglob("*.parquet"))) == 1
    assert daily(folder, 0) == then or how == "missing"


@pytest.mark.parametrize("how", LOGS)
def test_a_spoilt_log_of_the_ledger_is_wound_back(folder: Path, how: str) -> None:
    """To before its first fault, whose states stay; then it is built again, and imports go on."""
    back, spoil = LOGS[how]
    before, then = daily(folder), daily(folder, 0)
    spoil(entry(folder, "ledger", back))
    assert repaired(folder)
    assert daily(folder) == before
    assert faults(folder) == []
    if back < 3:
        assert daily(folder, 0) == then
    stores.load(folder, [DOSSIERS[0] | {"id": "H05.00-2403-0001"}], "later.csv")
    assert faults(folder) == []
    assert daily(folder) != before


def test_a_ledger_that_is_gone_comes_back(folder: Path) -> None:
    before = daily(folder)
    shutil.rmtree(folder / "store" / "ledger")
    with pytest.raises(StoreError, match="hoso status --repair"):
        daily(folder)
    assert repaired(folder)
    assert (daily(folder), faults(folder)) == (before, [])


def test_a_repair_that_was_cut_short(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No report reads what it left, though its note says it were of the newest facts; the next repair completes it."""
    before = daily(folder)
    flip(live(folder, "ledger"))
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", lambda _self, **_options: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            repaired(folder)
    with pytest.raises(StoreError, match=r"dừng giữa chừng.*hoso status --repair"):
        daily(folder)
    assert repaired(folder)
    assert (daily(folder), faults(folder)) == (before, [])


def test_damaged_facts_are_not_made_a_ledger_of(folder: Path) -> None:
    """Then nothing is set aside: first the facts must be put right."""
    flip(live(folder, "ledger"))
    flip(live(folder, "facts"))
    before = sorted(path.name for path in (folder / "store").rglob("*"))
    with pytest.raises(StoreError, match="từ bản sao lưu"):
        repaired(folder)
    assert sorted(path.name for path in (folder / "store").rglob("*")) == before


# ── newer programs, and sums ─────────────────────────────────────────────────────────────────────


SEALED = ["timestampNtz", "sealed"]
PROTOCOLS: list[dict[str, object]] = [
    {"minReaderVersion": 99, "minWriterVersion": 99},
    {"minReaderVersion": 3, "minWriterVersion": 7, "readerFeatures": SEALED, "writerFeatures": SEALED},
]


@pytest.mark.parametrize("protocol", PROTOCOLS, ids=["version 99", "a feature"])
@pytest.mark.parametrize("table", ["facts", "ledger", "imports"])
def test_a_table_of_a_newer_program(folder: Path, table: str, protocol: dict[str, object]) -> None:
    """It is neither read as far as one understands it nor written to, and is whole again without what the other added."""
    last = entry(folder, table)
    newer = last.with_name(f"{int(last.stem) + 1:020}.json")
    newer.write_text(json.dumps({"protocol": protocol}) + "\n", "utf-8")
    for action in (
        lambda: Store.open(folder / "store").files(table),
        lambda: stores.load(folder, [DOSSIERS[0] | {"id": "H05.00-2403-0001"}], "more.csv"),
    ):
        with pytest.raises(
            StoreError, match=r"chương trình mới hơn .*dùng chương trình đã ghi bảng"
        ) as raised:
            action()
        assert newer.name in str(raised.value)
    newer.unlink()
    assert faults(folder) == []


def test_sums_of_a_killed_process_are_noted_by_the_next(folder: Path) -> None:
    """A commit whose sums were not noted, and a list torn by a full disk: the check reads those files through, and the next
    commit notes them."""
    lists = folder / "store" / "sums" / "facts"
    log = (lists / "log.tsv").read_text("utf-8").splitlines(keepends=True)
    (lists / "log.tsv").write_text("".join(log[:-1]) + log[-1][:9], "utf-8")
    own = lists / f"{stores.HA_GIANG.id}.tsv"
    own.write_text("".join(own.read_text("utf-8").splitlines(keepends=True)[:-1]) + "0123", "utf-8")
    told = next(one for one in check(Store.open(folder / "store")) if one.table == "facts")
    assert (told.unsummed, told.faults) == (1, ())
    stores.load(folder, [DOSSIERS[0] | {"id": "H05.00-2403-0001"}], "later.csv")
    told = next(one for one in check(Store.open(folder / "store")) if one.table == "facts")
    assert (told.unsummed, told.faults) == (0, ())


def test_a_damaged_file_without_a_sum_is_read_through(folder: Path) -> None:
    """As in a store whose sums were lost: what reading tells, the check tells."""
    shutil.rmtree(folder / "store" / "sums")
    cut(live(folder, "facts"))
    assert [
        told.split(" · ")[0].startswith("không đọc được một tệp của kho dữ liệu") for told in faults(folder)
    ] == [True]
    assert sums.noted(folder / "store", "facts", "anything") is None


def test_a_note_is_of_its_version_while_others_commit(folder: Path) -> None:
    """A table opened before a commit and asked after it: each version keeps the note its own writer made.

    DeltaTable.history calls the newest commit by the version the table was opened at, and the one before by the one before.
    """
    store = Store.open(folder / "store")
    opened = DeltaTable(str(folder / "store" / "ledger"), version=1)
    assert [c["facts_version"] for c in opened.history() if c["version"] == 1] == ["2"]
    assert [store.note("ledger", "facts_version", version) for version in range(3)] == ["0", "1", "2"]
    assert [c["facts_version"] for c in store.commits("ledger", -1)] == ["0", "1", "2"]
    assert [c.version for c in store.history("ledger")] == [2, 1, 0]
