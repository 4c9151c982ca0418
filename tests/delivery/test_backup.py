"""docs/backup.md, run as it stands: a copy made while imports run is whole, and makes every report that the store makes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hoso.records.check import check
from hoso.records.store import Store
from hoso.vocabulary.errors import StoreBusyError
from tests import stores
from tests.delivery.conftest import Command
from tests.delivery.small import CELLS, DOSSIERS, Small
from tests.stores import write_csv

HERE = Path(__file__).parents[2]
DOCUMENT = HERE / "docs" / "backup.md"
COMMANDS = dict(re.findall(r"(?ms)^```sh (\w+)\n(.*?)^```", DOCUMENT.read_text("utf-8")))
REPORT = ("report", "small", "--province", "ha-giang", "--period", "2024-9M", "--formats", "html")
FIGURES = Path("ha-giang", "2024-9M", "small", "figures.json")
IMPORTS = "from hoso.delivery.cli import main; main()"


def started(name: str, folder: Path, bin_: Path) -> subprocess.Popen[str]:
    """The commands under a name in the document, with `hoso` on the path."""
    own = {
        "BACKUP": folder / "backup",
        "VAULT": folder / "vault",
        "PATH": f"{bin_}{os.pathsep}{os.environ['PATH']}",
    }
    environment = os.environ | {variable: str(value) for variable, value in own.items()}
    return subprocess.Popen(
        ["bash", "-euc", COMMANDS[name]], env=environment, cwd=HERE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )  # fmt: skip


def run(name: str, folder: Path, bin_: Path) -> str:
    process = started(name, folder, bin_)
    out, err = process.communicate()
    assert process.returncode == 0, err
    return out


@pytest.fixture
def bin_(tmp_path: Path) -> Path:
    """A folder with the command, as an installation has it."""
    script = tmp_path / "bin" / "hoso"
    script.parent.mkdir()
    script.write_text(f"#!{sys.executable}\n{IMPORTS}\n", "utf-8")
    script.chmod(0o700)
    return script.parent


@pytest.fixture
def filled(
    hoso: Command, workbook: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> tuple[bytes, bytes]:
    """A workbook of two imports, and figures.json as it was made after each."""
    monkeypatch.setenv("HOSO_ROOT", str(Small(workbook).write(CELLS).folder))
    (workbook / "data" / "reference").mkdir(parents=True)
    made = []
    for name, rows in (("a", DOSSIERS), ("b", [DOSSIERS[0] | {"id": "H05.00-2402-0001"}])):
        file = write_csv(tmp_path / f"{name}.csv", rows)
        assert hoso("import", file, "--province", "ha-giang")[0] == 0
        assert hoso(*REPORT)[0] == 0
        made.append((workbook / "reports" / FIGURES).read_bytes())
    assert made[0] != made[1]
    return made[0], made[1]


def test_the_document_has_its_commands() -> None:
    """Those that the test below runs, and no others."""
    assert list(COMMANDS) == ["copy", "key", "test", "restore"]


def test_a_copy_made_during_imports_makes_the_same_reports(
    hoso: Command,
    filled: tuple[bytes, bytes],
    workbook: Path,
    bin_: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Copied between two imports of a process that goes on, tested, restored on another machine with the key: every file
    whole, nothing to complete, the newest and the older figures to the byte, and imports go on from there."""
    names = [f"c{number}.csv" for number in range(4)]
    later = [
        write_csv(tmp_path / name, [DOSSIERS[0] | {"id": f"H05.00-2403-{number:04}"}])
        for number, name in enumerate(names)
    ]
    process = subprocess.Popen(
        [sys.executable, "-c", IMPORTS, "import", *map(str, later), "--province", "ha-giang"]
    )
    until_it_imports(workbook / "store", process)
    run("copy", tmp_path, bin_)
    was_running = process.poll() is None
    run("key", tmp_path, bin_)
    assert process.wait() == 0
    assert was_running
    assert "damaged" not in run("test", tmp_path, bin_)

    elsewhere = tmp_path / "elsewhere"
    monkeypatch.setenv("HOSO_STORE", str(elsewhere / "store"))
    monkeypatch.setenv("HOSO_KEY", str(elsewhere / "key"))
    run("restore", tmp_path, bin_)
    store = Store.open(elsewhere / "store")
    assert not [fault for one in check(store) for fault in one.faults]
    assert int(store.note("ledger", "facts_version") or -1) == store.version("facts")  # no import half
    assert store.version("facts") in range(2, 6)
    for version, figures in enumerate(filled):
        monkeypatch.setenv("HOSO_REPORTS", str(workbook / "reports"))  # --out sets it in this process
        out = tmp_path / f"as-of-{version}"
        assert hoso(*REPORT, "--as-of", version, "--out", out)[0] == 0
        assert (out / FIGURES).read_bytes() == figures
    assert hoso("import", *later, "--province", "ha-giang")[0] == 0
    assert len(store.listed("facts")) == len(Store.open(workbook / "store").listed("facts"))
    assert (elsewhere / "key").stat().st_mode & 0o777 == 0o600
    assert (elsewhere / "store" / "private").stat().st_mode & 0o777 == 0o700


def until_it_imports(store: Path, process: subprocess.Popen[bytes]) -> None:
    """Until the process has committed the first of its imports."""
    before = Store.open(store).version("facts")
    while Store.open(store).version("facts") == before:
        assert process.poll() is None, "it ended before"
        time.sleep(0.01)


def test_flock_and_the_store_keep_each_other_out(tmp_path: Path) -> None:
    """flock(1) waits for an import's lock, and an import for that of flock(1): the same kernel lock on the same file."""
    stores.load(tmp_path, DOSSIERS)
    store, lock = Store.open(tmp_path / "store"), tmp_path / "store" / ".write.lock"
    with store.writing():
        assert subprocess.run(["flock", "--nonblock", lock, "true"], check=False).returncode == 1
    assert subprocess.run(["flock", "--nonblock", lock, "true"], check=False).returncode == 0
    holding = subprocess.Popen(["flock", lock, "sh", "-c", "echo held; read end"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # fmt: skip
    assert holding.stdout is not None
    assert holding.stdout.readline() == "held\n"
    with pytest.raises(StoreBusyError), store.writing(seconds=0):
        pass
    holding.communicate("\n")
    with store.writing(seconds=0):
        pass
