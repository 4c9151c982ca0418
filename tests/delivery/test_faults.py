"""Real faults, one after the other: each has its verdict, leaves the report before it whole, and the next run completes."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
import psutil
import pytest

from hoso.delivery.engine import Kernels, Limits
from hoso.delivery.freshness import unchanged
from hoso.delivery.recovery import recover
from hoso.delivery.runs import Outcome
from tests import stores
from tests.conftest import missing
from tests.delivery.small import BEGUN, CELLS, DOSSIERS, NAME, Small, with_cell

HERE = Path(__file__).parents[2]
GIB = 2**30


@pytest.fixture(scope="module", autouse=True)
def kernels() -> Iterator[Kernels]:
    """One warm parent of kernels for all faults: none of them may harm it."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HOSO_ROOT", "HOSO_STORE", "HOSO_REPORTS", "HOSO_BATCH"):
            patch.delenv(name, raising=False)
        with Kernels.start() as started:
            patch.setenv("HOSO_KERNELS", started.address)
            yield started


@dataclass(frozen=True)
class Good:
    """A workbook with a finished report, and what its run said."""

    place: Small
    first: Outcome


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory, kernels: Kernels) -> Good:
    place = Small.filled(tmp_path_factory.mktemp("good") / "workbook")
    return Good(place, place.make())


@pytest.fixture
def small(good: Good, tmp_path: Path) -> Iterator[Small]:
    """A copy of it, to be spoilt. Afterwards no process works there any more."""
    yield good.place.copy(tmp_path / "workbook")
    until(lambda: working_in(str(tmp_path)) == [])


def test_a_finished_report_says_what_it_cost(good: Good) -> None:
    """Wall seconds, CPU seconds and peak memory of its kernel: in the outcome, and in the manifest as facts of the run."""
    manifest = good.place.manifest
    assert good.first.status == "done"
    assert good.first.seconds >= manifest["seconds"] > 0
    assert good.first.cpu_seconds == manifest["cpu_seconds"] > 0
    assert good.first.peak_bytes == manifest["peak_bytes"] > 10 * 2**20
    executed = nbformat.read(good.place.machine / f"{NAME}.ipynb", as_version=4)
    assert "hoso_run" not in executed.metadata  # what a run cost is no part of the report
    assert manifest["data_version"] == good.place.inputs.data_version
    assert manifest["inputs"] == good.place.inputs.of(good.place.run)


# ── what a notebook does ─────────────────────────────────────────────────────────────────────────

ENDLESS = "import duckdb\nduckdb.execute('set threads = 1')\n" + (
    "duckdb.sql('select count(*) from range(100000000) a, range(100000000) b where a.range * b.range % 7 = 3').show()"
)
BRIEF = Limits(seconds=4)
FAULTS = {
    "an exception": ("1 / 0", Limits(), "failed", "ZeroDivisionError: division by zero"),
    "an exit": ("import os\nos._exit(3)", Limits(), "killed", "mã 3"),
    "a kill": ("import os\nos.kill(os.getpid(), 9)", Limits(), "killed", "SIGKILL"),
    "a segfault": ("import ctypes\nctypes.string_at(0)", Limits(), "killed", "SIGSEGV"),
    "a loop in Python": ("while True:\n    pass", BRIEF, "timed_out", "thời hạn 4 giây"),
    "a loop in C": (ENDLESS, BRIEF, "timed_out", "thời hạn 4 giây"),
    "too much memory": ("held = bytearray(8 * 2**30)", Limits(memory=4 * GIB), "failed", "hết bộ nhớ được cấp (4 GB)"),
    "nothing to report": ("from hoso.vocabulary.errors import NoDataError\nraise NoDataError('chưa có')", Limits(), "no_data", "chưa có"),
    "a lost picture": ("from hoso.presentation import charts\ncharts.__name__", Limits(), "failed", "thiếu biểu đồ"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_has_its_verdict_and_harms_nothing(small: Small, fault: str) -> None:
    """The status, what happened, in which cell; the report before stays byte for byte; the notebook put right is done again."""
    source, limits, status, words = FAULTS[fault]
    before = small.published()
    small.write(with_cell(("broken", source)))
    outcome = small.make(limits)
    assert (outcome.status, small.published(), small.left()) == (status, before, [])
    assert len(outcome.messages) == 1
    assert words in outcome.messages[0]
    assert (small.machine / "failed.json").exists() == (status != "no_data")
    if status != "no_data":
        assert_told(small, outcome)
    small.write(CELLS)
    assert small.make().status == "unchanged"  # every file as it was published
    assert {path.name for path in small.machine.iterdir()} == {
        f"{NAME}.ipynb", "figures.json", "manifest.json",
    }  # fmt: skip


def assert_told(small: Small, outcome: Outcome) -> None:
    """failed.json has the verdict; failed.ipynb a red banner that names the cell, then the output as far as it came."""
    note = json.loads((small.machine / "failed.json").read_text("utf-8"))
    assert (note["status"], note["faults"]) == (outcome.status, list(outcome.messages))
    assert outcome.files == (small.machine / "failed.ipynb",)
    notebook = nbformat.read(outcome.files[0], as_version=4)
    banner, begun = notebook.cells[0], next(cell for cell in notebook.cells if cell.id == BEGUN[0])
    assert (banner.cell_type, banner.metadata.tags) == ("markdown", ["hoso-failed"])
    assert "background-color:#b00020" in banner.source and "BÁO CÁO CHƯA LẬP ĐƯỢC" in banner.source
    assert "broken" in banner.source
    assert "đã bắt đầu" in begun.outputs[0].text
    assert "papermill-error-cell-tag" not in str([cell.metadata for cell in notebook.cells])
    if note["cell"]:
        assert note["cell"] == "broken" and "ô thứ 3 (mã broken" in banner.source
        above = notebook.cells[[cell.id for cell in notebook.cells].index("broken") - 1]
        assert "dừng ở đây" in above.source and above.metadata.tags == ["hoso-failed"]


def test_a_failure_tells_no_dossier(small: Small) -> None:
    """The key of a dossier in an error goes neither into the outcome, of which the log is made, nor into what is kept."""
    small.write(with_cell(("broken", "print('HS-0123456789ab')\nraise ValueError('HS-0123456789ab')")))
    outcome = small.make()
    assert outcome.status == "failed" and "ValueError" in outcome.messages[0]
    kept = [(small.machine / name).read_text("utf-8") for name in ("failed.json", "failed.ipynb")]
    shown = nbformat.reads(kept[1], as_version=4)
    for cell in shown.cells:
        cell.source = (
            cell.source if cell.cell_type == "markdown" else ""
        )  # what the analyst wrote is the analyst's
    assert not any("HS-0123456789ab" in text for text in (*outcome.messages, kept[0], nbformat.writes(shown)))


def test_a_report_after_all_faults_is_made(small: Small) -> None:
    """The same warm parent still makes reports; a forced one is published over the old."""
    made = small.make(force=True, formats=("html", "pdf"))
    assert (made.status, small.left()) == ("done", [])
    assert set(small.manifest["files"]) == {
        "small.html", "small.pdf", "small/figures.json", "small/small.ipynb",
    }  # fmt: skip
    assert small.make(formats=("html", "pdf")).status == "unchanged"


# ── what happens to the machine ──────────────────────────────────────────────────────────────────


def started(small: Small, before: str = "", **more: str) -> subprocess.Popen[str]:
    """A process that makes the report; what it says of it is the last line."""
    code = f"{before}\nfrom pathlib import Path\nfrom tests.delivery.small import Small\n" + (
        f"outcome = Small(Path({str(small.folder)!r})).make(force=True)\n"
        "print(outcome.status, *outcome.messages, flush=True)"
    )
    environment = os.environ | {"PYTHONPATH": str(HERE)} | more
    return subprocess.Popen(
        [sys.executable, "-c", code], env=environment, cwd=HERE, stdout=subprocess.PIPE, text=True
    )  # fmt: skip


def until(true: Callable[[], bool]) -> None:
    """Waits for something that comes; whatever the machine is busy with."""
    for _ in range(1500):
        if true():
            return
        time.sleep(0.02)
    raise AssertionError("it never came")


def gone(pid: int) -> bool:
    """Whether a process has ended; one that nobody has buried yet has."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_kill_9_of_the_supervisor(small: Small) -> None:
    """Its own kernels die with it, the report before stays, what was begun is taken away, and the next run completes."""
    before, note = small.published(), small.folder / "pid"
    tell = (
        f"import os, time\nfrom pathlib import Path\nPath({str(note)!r}).write_text(str(os.getpid()) + ' ')"
    )
    small.write(with_cell(("waits", f"{tell}\ntime.sleep(600)")))
    process = started(small, "import os\nos.environ.pop('HOSO_KERNELS')")
    until(lambda: note.exists() and note.read_text().endswith(" "))
    kernel = int(note.read_text())
    process.kill()
    process.communicate()
    until(lambda: gone(kernel))
    assert small.published() == before
    assert len(small.left()) == 2  # the stage and the lock of a process that is no more
    assert len(recover(small.reports)) == 1
    assert (small.published(), small.left()) == (before, [])
    small.write(CELLS)
    assert small.make(force=True).status == "done"


DIES = """
import os, signal
_replace, _count = os.replace, iter(range({at}))
def replace(source, target, **options):
    live = ".hoso" not in str(target) and str(target).startswith({reports!r})
    if live and next(_count, None) is None:
        os.kill(os.getpid(), signal.SIGKILL)
    return _replace(source, target, **options)
os.replace = replace
"""


@pytest.mark.parametrize("at", [0, 2])
def test_a_power_cut_during_the_renames(small: Small, at: int) -> None:
    """Killed before the first file goes live, and before the manifest does: then the new set is there, complete and whole."""
    before = small.manifest
    process = started(small, DIES.format(at=at, reports=str(small.reports)))
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert len(recover(small.reports)) == 1
    assert small.left() == []
    assert small.manifest != before
    assert unchanged(small.run, small.reports, ("html",), small.manifest["inputs"])


def test_an_import_during_the_run(small: Small) -> None:
    """A report is of one version of the data, whatever is imported meanwhile, and the next run is of the new one."""
    small.write(with_cell(("waits", waits_for(small)), after="report"))
    old = small.inputs.data_version
    process = started(small)
    until((small.folder / "waiting").exists)
    stores.load(small.folder / "data", [DOSSIERS[0] | {"id": "H05.00-240199-0001"}], "more.csv")
    (small.folder / "go").touch()
    assert process.communicate()[0].split()[0] == "done"
    assert small.manifest["data_version"] == old
    again = small.make()
    assert (again.status, small.manifest["data_version"]) == ("done", small.inputs.data_version)
    assert small.manifest["data_version"] != old


def waits_for(small: Small) -> str:
    """A cell that says it is there and waits until it is let go."""
    return (
        f"import time\nfrom pathlib import Path\nplace = Path({str(small.folder)!r})\n(place / 'waiting').touch()\n"
        "_ = [time.sleep(0.02) for _ in iter(lambda: (place / 'go').exists(), True)]"
    )


# ── disks ────────────────────────────────────────────────────────────────────────────────────────

ON_A_DISK = """
import os, subprocess, sys
from pathlib import Path
del os.environ["HOSO_KERNELS"]  # whose kernels would not see this disk
from tests.delivery.small import Small
small = Small(Path(sys.argv[1]))
mount = lambda *words: subprocess.run(["mount", *words, str(small.reports)], check=True)
small.reports.mkdir(exist_ok=True)
mount("-t", "tmpfs", "-o", "size=4m,mode=755", "tmpfs")
print(small.make().status)
before = small.published()
def fault(name):
    made = small.make(force=True)
    print(name, made.status, len(made.messages), before == small.published(), *made.messages)
for free in (0, 20, 50):
    left = os.statvfs(small.reports)
    room = left.f_bavail * left.f_frsize - free * 1024
    (small.reports / "filler").write_bytes(bytes(room))
    fault(f"full {free}")
    (small.reports / "filler").unlink()
    print("left", small.left())
mount("-o", "remount,ro")
fault("read-only")
mount("-o", "remount,rw")
print(small.make().status, small.make(force=True).status, small.left())
"""


def test_a_full_disk_and_a_folder_closed_to_writing(small: Small) -> None:
    """On a real small disk, filled to different rests, then mounted read-only: failed in one line, the report before whole,
    nothing half; with room again the next run completes."""
    shutil.rmtree(small.reports)
    command = ["unshare", "--mount", "--map-root-user", sys.executable, "-c", ON_A_DISK, str(small.folder)]
    if shutil.which("unshare") is None or subprocess.run([*command[:3], "true"], check=False).returncode:
        missing("a mount namespace (unshare)", "HOSO_REQUIRE_MOUNTS")
    environment = os.environ | {"PYTHONPATH": str(HERE)}
    ended = subprocess.run(command, env=environment, cwd=HERE, capture_output=True, text=True, check=False)
    lines = ended.stdout.splitlines()
    assert ended.returncode == 0, ended.stderr
    assert lines[0] == "done"
    faults = [line for line in lines if line.startswith(("full", "read-only"))]
    assert len(faults) == 4
    for line in faults:
        assert "failed 1 True" in line
        assert "đĩa hết chỗ trống" in line or "Read-only file system" in line
    assert [line for line in lines if line.startswith("left")] == ["left []"] * 3
    assert lines[-1] == "unchanged done []"


def test_nothing_is_left_running(kernels: Kernels) -> None:
    """After all faults no kernel of the warm parent is alive."""
    until(lambda: psutil.Process(kernels.pid).children() == [])


def working_in(folder: str) -> list[str]:
    """The processes whose working folder lies in it, this one aside."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if str((process / "cwd").readlink()).startswith(folder) and int(process.name) != os.getpid():
                found.append(process.name)
    return found
