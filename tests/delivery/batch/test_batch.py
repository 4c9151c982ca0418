"""Whole batches with real workers and kernels: a matrix, a failure in it, what is killed or interrupted, two at once."""

import contextlib
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hoso.delivery import expected
from hoso.delivery.batch import Summary, run_all
from hoso.delivery.batch.locks import locked
from hoso.delivery.engine import Limits
from hoso.delivery.provenance import machine_folders, told
from hoso.delivery.runs import Outcome, Run
from hoso.vocabulary.errors import InputError
from tests.delivery.small import Small, with_cell

PERIODS = ("2024-01", "2024-6M", "2024-9M", "2024")
FAILS = with_cell(("fails", "1 / 0"))
# Notebooks of other periods than January wait for a word: so a test meets them at work.
WAITS = with_cell(
    (
        "waits",
        "import os, time\nfrom pathlib import Path\n"
        'go = Path(os.environ["HOSO_ROOT"]) / "go"\n'
        'while period != "2024-01" and not go.exists():\n    time.sleep(0.02)',
    )
)
SECONDS = 120.0


@pytest.fixture(scope="module", autouse=True)
def temporary(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder for temporary files of this module's processes alone; its path is short, for a socket lies in it."""
    tmp_path_factory.getbasetemp()  # pytest's own are made elsewhere
    with tempfile.TemporaryDirectory(prefix="b") as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", folder)
        patch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Small:
    small = Small.filled(tmp_path_factory.mktemp("batch") / "workbook")
    return small.write(FAILS, "fails").write(WAITS, "waits")


@pytest.fixture
def small(filled: Small, tmp_path: Path) -> Small:
    return filled.copy(tmp_path / "workbook")


def runs(small: Small, name: str, *periods: str) -> list[Run]:
    return [Run.of(small.workbook, name, "ha-giang", period) for period in periods]


def run(
    small: Small, asked: list[Run], jobs: int = 2, tell: Callable[[Outcome], None] = lambda _: None
) -> Summary:
    return run_all(
        asked, small.workbook, small.store, formats=("html",), force=False, jobs=jobs, limits=Limits(),
        scheduler=None, tell=tell, command="hoso report",
    )  # fmt: skip


def log(small: Small) -> list[dict[str, Any]]:
    """The events of all batches of a workbook, as they are by now."""
    files = sorted((small.reports / ".hoso" / "log").glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]


def events(small: Small, event: str) -> list[dict[str, Any]]:
    return [line for line in log(small) if line["event"] == event]


def until(condition: Callable[[], object]) -> None:
    """Waits for something to have happened."""
    end = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


@pytest.fixture(autouse=True)
def nothing_stays() -> Iterator[None]:
    """After each batch no worker is left, and no thread of its own."""
    threads = threading.active_count()
    yield
    assert multiprocessing.active_children() == []
    assert threading.active_count() <= threads


# ── a matrix ─────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Twice:
    """The same batch two times."""

    small: Small
    first: Summary
    second: Summary
    left: list[str]


@pytest.fixture(scope="module")
def twice(filled: Small, temporary: Path, tmp_path_factory: pytest.TempPathFactory) -> Twice:
    small = filled.copy(tmp_path_factory.mktemp("twice") / "workbook")
    asked = [*runs(small, "small", *PERIODS), *runs(small, "fails", "2024-01")]
    first, environment = run(small, asked), dict(os.environ)
    second = run(small, asked)
    assert dict(os.environ) == environment
    return Twice(small, first, second, [path.name for path in temporary.glob("hoso-*")])


def test_one_failure_stops_nothing(twice: Twice) -> None:
    """The others are published, the failure is told with its cell, and the exit code says that somebody must look."""
    assert Counter(o.status in ("done", "warnings") for o in twice.first.outcomes) == {True: 4, False: 1}
    assert twice.first.exit_code == 1
    (failed,) = twice.first.failed
    assert failed.run.name == "fails"
    assert "ZeroDivisionError" in failed.messages[0]
    for period in PERIODS:
        assert (twice.small.reports / "ha-giang" / period / "small.html").is_file()


def test_a_second_batch_makes_only_what_is_not_there(twice: Twice) -> None:
    """What is unchanged is found so without a worker; what failed is tried again."""
    assert twice.second.counts == {"unchanged": 4, "failed": 1}
    started = Counter(line["run"] for line in events(twice.small, "started"))
    assert sorted(started.values()) == [1, 1, 1, 1, 2]


def test_a_log_tells_the_whole_batch(twice: Twice) -> None:
    """From batch_started to batch_ended, each run once, with what it cost."""
    told = [line for line in log(twice.small) if line["batch"] == twice.first.batch]
    assert (told[0]["event"], told[-1]["event"]) == ("batch_started", "batch_ended")
    assert told[-1]["counts"] == twice.first.counts
    finished = [line for line in told if line["event"] == "finished"]
    assert len({line["run"] for line in finished}) == len(finished) == 5
    assert all(line["cpu_seconds"] > 0 and line["peak_bytes"] > 10**6 for line in finished)


def test_nothing_is_left_of_a_batch(twice: Twice) -> None:
    """No private folder, no socket of kernels, no stage."""
    assert twice.left == []
    assert twice.small.left() == []


def test_why_says_what_a_report_was_made_from(twice: Twice) -> None:
    """By its document, its folder or its figures: the data, and that nothing has changed; then what has."""
    small, place = twice.small, twice.small.reports / "ha-giang" / "2024-9M"
    for path in (place / "small.html", place / "small", place / "small" / "figures.json"):
        assert machine_folders(path) == [place / "small"]
    assert len(machine_folders(small.reports)) == 5
    with pytest.raises(InputError):
        machine_folders(small.reports / "kon-tum")
    ((_, before),) = told(small.workbook, small.store, [place / "small"])
    assert before[1].startswith("dữ liệu: phiên bản 0, đến ngày")
    assert before[-1] == "không lập lại: không có gì thay đổi"
    notebook = small.workbook.notebooks / "small.ipynb"
    content = notebook.read_bytes()
    notebook.write_bytes(content + b"\n")
    ((_, after),) = told(small.workbook, small.store, [place / "small"])
    notebook.write_bytes(content)
    assert after[-1] == "sẽ lập lại: sổ tay báo cáo đã thay đổi"


def test_why_says_what_failed(twice: Twice) -> None:
    """A report that was never made: the cell that stopped it, and that it is still to be made."""
    ((_, lines),) = told(
        twice.small.workbook, twice.small.store, [twice.small.reports / "ha-giang" / "2024-01" / "fails"]
    )
    assert "ZeroDivisionError" in lines[0]
    assert lines[-1] == "sẽ lập lại: chưa phát hành lần nào"


def test_the_roster_lists_what_is_not_there(twice: Twice) -> None:
    """Made, failed, missing for lack of data or not, and what is due next and after which day."""
    found = expected.lines(twice.small.reports, twice.small.store, date(2024, 12, 20))
    states = {(line.report, line.period): (line.state, line.words) for line in found}
    assert states["fails", "2024-01"][0] == "failed"
    assert states["small", "2024-01"][0] in ("done", "warnings")
    assert states["small", "2024-02"][0] == "missing"
    assert states["small", "2024-12"][0] == "no_data"  # the dossiers end in September
    assert states["small", "2025-01"] == ("not_due", "Chưa đến hạn, lập sau ngày 14/01/2025")
    assert ("small", "2025-02") not in states
    without_store = expected.lines(twice.small.reports, None, date(2024, 3, 20))
    assert [line.period for line in without_store if line.state == "missing"] == ["2024-02", "2024-03"]


# ── lost workers ─────────────────────────────────────────────────────────────────────────────────


def test_a_run_whose_worker_died_is_tried_once_more(small: Small) -> None:
    """A worker that is killed is replaced and its run made; a run under which two died ends as killed, and the roster knows
    it; the rest go on."""
    asked = runs(small, "waits", "2024", "2024-9M", "2024-01")
    found: list[Summary] = []
    batch = threading.Thread(target=lambda: found.append(run(small, asked, jobs=1)))
    batch.start()
    for count in (1, 2, 3):  # the first run twice, the second once
        until(lambda count=count: len(events(small, "started")) == count and at_work(small))  # type: ignore[misc]
        os.kill(events(small, "started")[-1]["worker"], signal.SIGKILL)
        until(lambda count=count: len(events(small, "started")) > count)  # type: ignore[misc]
    (small.folder / "go").touch()
    batch.join()
    (summary,) = found
    assert [(o.run.period.id, o.status == "killed") for o in summary.outcomes] == [
        ("2024", True),
        ("2024-9M", False),
        ("2024-01", False),
    ]
    assert summary.counts["killed"] == len(summary.failed) == 1
    assert "tín hiệu 9" in summary.outcomes[0].messages[0]
    assert [line["exit_code"] for line in events(small, "retried")] == [-9, -9]
    states = {line.period: line.state for line in expected.lines(small.reports, None, date(2024, 3, 20))}
    assert states["2024"] == "failed"


def at_work(small: Small) -> bool:
    """Whether the run that was started last has its stage: its worker is carrying it out."""
    name = events(small, "started")[-1]["run"].split()[2]
    return any(name in path for path in small.left() if not path.endswith(".lock"))


# ── the command, as a process ────────────────────────────────────────────────────────────────────


def command(small: Small, *words: str, jobs: int = 1) -> "subprocess.Popen[str]":
    """`hoso report` in a process and session of its own, as a terminal or a timer starts it."""
    names = {"ROOT": small.folder, "STORE": small.workbook.store, "REPORTS": small.reports}
    line = [str(Path(sys.executable).with_name("hoso")), "report", *words, "--province", "ha-giang"]
    return subprocess.Popen(
        [*line, "--formats", "html", "--jobs", str(jobs)],
        env={**os.environ, **{f"HOSO_{name}": str(path) for name, path in names.items()}},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip


def periods(*ids: str) -> list[str]:
    return [word for period in ids for word in ("--period", period)]


def session(leader: int) -> set[int]:
    """The processes of a command: those of its session, and the kernels', which name its folders."""
    found = set()
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            parts = (entry / "stat").read_text().rpartition(")")[2].split()
            if int(parts[3]) == leader and parts[0] != "Z":
                found.add(int(entry.name))
    return found


def ended(process: "subprocess.Popen[str]") -> tuple[int, str, str]:
    out, err = process.communicate(timeout=SECONDS)
    return process.returncode, out, err


def test_a_batch_goes_on_where_it_was_stopped(small: Small, temporary: Path) -> None:
    """Killed by -9, then stopped by Ctrl-C, then left alone: nothing half in between, each report made once, no one left over."""
    asked = ["waits", *periods("2024-01", "2024-6M", "2024-9M")]
    first = command(small, *asked)
    until(lambda: len(events(small, "started")) == 2 and at_work(small))
    first.kill()
    ended(first)
    until(lambda: not session(first.pid))
    assert published(small) == ["2024-01"]

    second = command(small, *asked)
    until(lambda: len(events(small, "started")) == 3 and at_work(small))
    os.killpg(second.pid, signal.SIGINT)  # as a terminal does: to every process there
    code, _, err = ended(second)
    assert code == 130
    assert "xong 1/3" in err
    assert "Traceback" not in err
    assert small.left() == []
    until(lambda: not session(second.pid))

    (small.folder / "go").touch()
    code, _, _ = ended(command(small, *asked))
    assert code == 0
    assert published(small) == ["2024-01", "2024-6M", "2024-9M"]
    finished = Counter((line["run"], line["status"]) for line in events(small, "finished"))
    assert all(count == 1 for (_, status), count in finished.items() if status != "unchanged")
    assert not {status for _, status in finished} & {"failed", "killed", "timed_out"}
    until(lambda: not list(temporary.glob("hoso-*")))


def published(small: Small) -> list[str]:
    return sorted(file.parts[-3] for file in small.reports.glob("*/*/waits/manifest.json"))


def test_two_timers_share_the_work(small: Small) -> None:
    """Two commands on the same runs at once: each report is made by one of them, and found unchanged by the other."""
    both = [command(small, "small", *periods(*PERIODS)) for _ in range(2)]
    said = [ended(process) for process in both]
    assert [code for code, _, _ in said] == [0, 0], said
    found = Counter(
        (line["run"].split()[2], line["status"] == "unchanged") for line in events(small, "finished")
    )
    assert found == {(period, unchanged): 1 for period in PERIODS for unchanged in (True, False)}


def test_what_waits_is_made_by_whoever_is_free(small: Small) -> None:
    """A run that another process makes now is left for later, and taken up when that one is done."""
    asked = [Run.of(small.workbook, "small", "kon-tum", period) for period in ("2024-01", "2024")]
    found: list[Summary] = []
    batch = threading.Thread(target=lambda: found.append(run(small, asked, jobs=1)))
    with locked(small.reports, str(asked[0].machine_folder(Path()))):
        batch.start()
        until(lambda: events(small, "waiting"))
    batch.join()
    assert [(o.run.period.id, o.status) for o in found[0].outcomes] == [
        ("2024", "no_data"),
        ("2024-01", "no_data"),
    ]
    assert found[0].exit_code == 3
