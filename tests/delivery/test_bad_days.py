"""Bad days of a store, as the commands meet them: one clear line with the way back, the right exit code, nothing lost."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from hoso.records import keys
from hoso.records.check import check
from hoso.records.store import Store
from hoso.statistics.data import Data
from tests import stores
from tests.conftest import missing
from tests.delivery.conftest import Command
from tests.delivery.small import CELLS, DOSSIERS, Small
from tests.stores import write_csv

HERE = Path(__file__).parents[2]
PLACE = ("--province", "ha-giang", "--period", "2024-9M")
REPORT = ("report", "small", *PLACE, "--formats", "html")
HOSO = "from hoso.delivery.cli import main; main()"


def dossiers(first: int, count: int) -> list[dict[str, Any]]:
    """Dossiers that no other call has with other numbers."""
    return [DOSSIERS[0] | {"id": f"H05.00-2402-{number:04}"} for number in range(first, first + count)]


@pytest.fixture
def spoilable(hoso: Command, workbook: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workbook of one small notebook with dossiers imported."""
    monkeypatch.setenv("HOSO_ROOT", str(Small(workbook).write(CELLS).folder))
    (workbook / "data").mkdir()
    (workbook / "data" / "reference").symlink_to(HERE / "data" / "reference")
    file = write_csv(workbook / "a.csv", DOSSIERS)
    assert hoso("import", file, "--province", "ha-giang")[0] == 0
    return workbook


def live(workbook: Path, table: str) -> Path:
    return Path(Store.open(workbook / "store").listed(table)[0])


def flip(file: Path) -> bytes:
    """One bit in the middle; what was there before."""
    before = file.read_bytes()
    file.write_bytes(
        before[: len(before) // 2] + bytes([before[len(before) // 2] ^ 1]) + before[len(before) // 2 + 1 :]
    )
    return before


def told(hoso: Command, *words: object) -> str:
    """The one line of a command that fails."""
    code, _, err = hoso(*words)
    assert code == 1, (words, err)
    assert err.count("\n") == 1, err
    return err


def test_facts_with_a_flipped_bit(hoso: Command, spoilable: Path) -> None:
    """Whatever reads the facts names the file and the way back; the report before stays; the right file puts it right."""
    assert hoso(*REPORT)[0] == 0
    figures = spoilable / "reports" / "ha-giang" / "2024-9M" / "small" / "figures.json"
    before, file = figures.read_bytes(), live(spoilable, "facts")
    whole = flip(file)
    more = write_csv(spoilable / "more.csv", dossiers(1, 3))
    for words in (
        ("status", "--check"),
        ("verify", figures),
        ("import", more, "--province", "ha-giang"),
        ("figures", *PLACE, "--by", "field"),
    ):
        line = told(hoso, *words)
        assert "một tệp của kho dữ liệu bị hỏng" in line and file.name in line
        assert "chép lại tệp cùng tên từ bản sao lưu (docs/backup.md)" in line
    assert Store.open(spoilable / "store").version("facts") == 0
    assert figures.read_bytes() == before
    file.write_bytes(whole)
    assert hoso("status", "--check")[0] == 0
    assert hoso("verify", figures)[0] == 0


def test_a_ledger_with_a_flipped_bit(hoso: Command, spoilable: Path) -> None:
    """No report is made of it, and the line says how it comes back; then the same figures are printed."""
    before = hoso("figures", *PLACE)
    assert before[0] == 0 and "received" in before[1]
    file = Path(Store.open(spoilable / "store").listed("ledger", grain="level")[0])  # what these read of it
    flip(file)
    for words in (("figures", *PLACE), ("status", "--check")):
        line = told(hoso, *words)
        assert file.name in line and "chạy: hoso status --repair" in line
    code, out, err = hoso(*REPORT)
    assert code == 1
    assert file.name in out + err and "hoso status --repair" in out + err
    assert "Traceback" not in out + err
    code, out, _ = hoso("status", "--repair", "--check")
    assert code == 0
    assert file.name in out and "đã dựng lại sổ theo ngày từ dữ liệu hồ sơ: " in out
    assert hoso("figures", *PLACE) == before
    assert hoso(*REPORT)[0] == 0


@pytest.mark.parametrize("how", ["cut", "missing"])
def test_a_log_without_its_last_entry(hoso: Command, spoilable: Path, how: str) -> None:
    """Of the facts: no command takes the day before for today, or writes over today."""
    more = write_csv(spoilable / "more.csv", dossiers(1, 3))
    assert hoso("import", more, "--province", "ha-giang")[0] == 0
    entry = sorted((spoilable / "store" / "facts" / "_delta_log").glob("*.json"))[-1]
    content = entry.read_bytes()
    entry.write_bytes(content[:400]) if how == "cut" else entry.unlink()
    for words in (
        ("status",),
        ("status", "--check"),
        ("status", "--repair"),
        ("figures", *PLACE),
        (*REPORT, "--force"),
        ("import", more, "--province", "ha-giang"),
    ):
        line = told(hoso, *words)
        assert entry.name in line and "khôi phục kho từ bản sao lưu (docs/backup.md)" in line
    entry.write_bytes(content)
    assert hoso("status", "--check")[0] == 0
    assert hoso(*REPORT)[0] == 0


def test_a_store_of_a_newer_program(hoso: Command, spoilable: Path) -> None:
    """Every command refuses a layout it does not know, and changes nothing."""
    note = spoilable / "store" / "store.json"
    newer = json.dumps(json.loads(note.read_text("utf-8")) | {"layout": 99})
    note.write_text(newer, "utf-8")
    for words in (
        ("status",),
        ("status", "--check"),
        ("status", "--repair"),
        ("figures", *PLACE),
        REPORT,
        ("import", spoilable / "a.csv", "--province", "ha-giang"),
    ):
        line = told(hoso, *words)
        assert "kho dữ liệu theo bố cục 99" in line and "dùng phiên bản hoso đã ghi kho này" in line
    assert note.read_text("utf-8") == newer


def test_a_report_of_a_version_that_was_not_restored(hoso: Command, spoilable: Path) -> None:
    """After the restore of an older state, what was reported since cannot be proved, and verify says so."""
    shutil.copytree(spoilable / "store", spoilable / "backup")
    more = write_csv(spoilable / "more.csv", dossiers(1, 3))
    assert hoso("import", more, "--province", "ha-giang")[0] == 0
    assert hoso(*REPORT)[0] == 0
    shutil.rmtree(spoilable / "store")
    shutil.copytree(spoilable / "backup", spoilable / "store")
    line = told(hoso, "verify", spoilable / "reports")
    assert "kho không có phiên bản 1 của bảng facts" in line and "lập lại báo cáo" in line
    assert hoso("import", more, "--province", "ha-giang")[0] == 0
    assert hoso(*REPORT)[0] == 0
    assert hoso("verify", spoilable / "reports")[0] == 0


# ── real processes, a real disk ──────────────────────────────────────────────────────────────────


def started(workbook: Path, *words: object) -> subprocess.Popen[str]:
    """The command as a process of its own, on the workbook's store."""
    own = {"HOSO_STORE": workbook / "store", "HOSO_KEY": workbook / "key"}
    environment = os.environ | {name: str(path) for name, path in own.items()}
    command = [sys.executable, "-c", HOSO, *map(str, words)]
    return subprocess.Popen(
        command, env=environment, cwd=HERE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def counted(workbook: Path) -> tuple[int, int]:
    """The dossiers of the facts, and those that the ledger received."""
    data = Data(Store.open(workbook / "store"), stores.HA_GIANG)
    rows = data.scan().collect().to_native().height  # type: ignore[attr-defined]
    province = data.daily[data.daily["level"] == "department"]
    return rows, int(province["received_all"].sum())


def test_two_imports_of_one_province_at_once(tmp_path: Path) -> None:
    """They take turns: every dossier of both is there once, in facts and ledger, and the store is whole."""
    stores.prepare(tmp_path)
    files = [write_csv(tmp_path / f"{n}.csv", dossiers(n * 100, 150)) for n in (0, 1)]
    both = [started(tmp_path, "import", file, "--province", "ha-giang") for file in files]
    ends = [(process.communicate()[1], process.returncode) for process in both]
    assert [code for _, code in ends] == [0, 0], ends
    assert counted(tmp_path) == (250, 250)
    store = Store.open(tmp_path / "store")
    listed = store.frame("imports")
    assert (listed["read"].sum(), listed["accepted"].sum()) == (300, 250)
    assert not [fault for one in check(store) for fault in one.faults]


def test_imports_into_a_store_that_is_read(tmp_path: Path) -> None:
    """A reader sees the state before an import or after it, in facts and ledger alike, never one between."""
    stores.load(tmp_path, dossiers(0, 10), "first.csv")
    files = [write_csv(tmp_path / f"{n}.csv", dossiers(n * 10, 10)) for n in range(1, 4)]
    process = started(tmp_path, "import", *files, "--province", "ha-giang")
    ended = threading.Thread(target=process.communicate)
    ended.start()
    seen = [counted(tmp_path)]
    while ended.is_alive():
        seen.append(counted(tmp_path))
    ended.join()
    assert process.returncode == 0
    assert counted(tmp_path) == (40, 40)
    assert len(set(seen)) > 1
    assert [pair for pair in seen if pair[0] != pair[1] or pair[0] % 10] == []


ON_A_SMALL_DISK = """
import os, subprocess, sys
from pathlib import Path
folder, file, first, *rests = Path(sys.argv[1]), *sys.argv[2:]
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m,mode=700", "tmpfs", str(folder)], check=True)
os.environ |= {"HOSO_STORE": str(folder / "store"), "HOSO_KEY": str(folder / "key"), "HOSO_REPORTS": str(folder / "reports")}
from hoso.delivery.cli import main
said = [os.open(f"{folder}.{name}", os.O_RDWR | os.O_CREAT) for name in ("out", "err")]
real = [os.dup(1), os.dup(2)]
def hoso(*words):
    "A command in this process: its exit code, output and errors."
    for number, descriptor in enumerate(said, 1):
        os.ftruncate(descriptor, 0), os.lseek(descriptor, 0, 0), os.dup2(descriptor, number)
    sys.argv, code = ["hoso", *words], 0
    try:
        main()
    except SystemExit as ended:
        code = int(ended.code or 0)
    sys.stdout.flush(), sys.stderr.flush(), os.dup2(real[0], 1), os.dup2(real[1], 2)
    return code, *(Path(f"{folder}.{name}").read_text("utf-8") for name in ("out", "err"))
def imported(name):
    return hoso("import", name, "--province", "ha-giang")
def figures():
    return hoso("figures", "--province", "ha-giang", "--period", "2024-9M")[1]
assert imported(first)[0] == 0
before, facts = figures(), folder / "store" / "facts" / "_delta_log"
entries = len(os.listdir(facts))
for free in map(int, rests):
    left = os.statvfs(folder)
    (folder / "filler").write_bytes(bytes(max(0, left.f_bavail * left.f_frsize - free * 1024)))
    code, _, err = imported(file)
    now = figures()
    print(free, code, err.count(chr(10)), now == before, len(os.listdir(facts)) - entries, err.strip())
    (folder / "filler").unlink()
assert imported(file)[0] == 0
code, _, err = hoso("status", "--check")
print("after", code, err, sep="|")
print(figures())
"""


def test_a_disk_that_fills_during_an_import(tmp_path: Path) -> None:
    """On a real small disk filled to different rests: one line that says so, the figures of before; with room again the same
    import completes, and the store is as one that never met a full disk."""
    small = tmp_path / "disk"
    small.mkdir()
    first = write_csv(tmp_path / "first.csv", DOSSIERS)
    more = write_csv(tmp_path / "more.csv", dossiers(1, 40))
    rests = ("0", "16", "1070")  # the last: room for the facts, and none for the ledger
    command = ["unshare", "--mount", "--map-root-user", sys.executable, "-c", ON_A_SMALL_DISK]
    if shutil.which("unshare") is None or subprocess.run([*command[:3], "true"], check=False).returncode:
        missing("a mount namespace (unshare)", "HOSO_REQUIRE_MOUNTS")
    words = [*command, str(small), str(more), str(first), *rests]
    ended = subprocess.run(words, cwd=HERE, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr + ended.stdout
    lines = ended.stdout.splitlines()
    for rest, line in zip(rests, lines, strict=False):
        assert line.startswith(f"{rest} 1 1 True "), line
        assert "đĩa hết chỗ trống" in line and "kho dữ liệu không mất gì" in line
    assert [line.split()[4] for line in lines[: len(rests)]] == ["0", "0", "1"]  # commits of the facts
    assert lines[len(rests)] == "after|0|"
    stores.load(tmp_path, DOSSIERS, "first.csv")
    stores.load(tmp_path, dossiers(1, 40), "more.csv")
    same = started(tmp_path, "figures", *PLACE).communicate()[0]
    assert lines[len(rests) + 1 :] == [*same.splitlines(), ""]


def test_the_key_is_not_in_the_store(spoilable: Path) -> None:
    """A copy of the store alone leads back to no dossier's pseudonym: the key lies elsewhere."""
    key = keys.load(spoilable / "key")
    files = [path for path in (spoilable / "store").rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if key in path.read_bytes() or key.hex() in path.read_text("latin-1")]
