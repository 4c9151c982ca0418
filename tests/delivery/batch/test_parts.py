"""The parts of a batch by themselves: its size, its private folder, its log, its summary, and what a process is prepared for."""

import json
import os
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from hoso.delivery.batch import Order, Summary, folders, perform, size
from hoso.delivery.batch.journal import Journal
from hoso.delivery.batch.order import Process, process
from hoso.delivery.engine import Limits
from hoso.delivery.notebooks import Notebook
from hoso.delivery.runs import Outcome, Run, Status
from hoso.records import pinned
from hoso.vocabulary.periods import Period
from hoso.vocabulary.places import find_province
from tests.delivery.small import Small

RUN = Run(
    Notebook("review", {"province": "", "period": ""}),
    find_province("ha-giang", "63"),
    Period.parse("2024-9M"),
)


# ── size ─────────────────────────────────────────────────────────────────────────────────────────

AVAILABLE = "MemTotal: 64000000 kB\nMemAvailable: {} kB\n"


@pytest.mark.parametrize(
    ("files", "jobs"),
    [
        ({}, 8),
        ({"proc/meminfo": AVAILABLE.format(64_000_000)}, 8),
        ({"proc/meminfo": AVAILABLE.format(2_200_000)}, 3),
        ({"proc/meminfo": AVAILABLE.format(100)}, 1),
        ({"sys/fs/cgroup/cpu.max": "250000 100000"}, 2),
        ({"sys/fs/cgroup/cpu.max": "max 100000"}, 8),
        ({"sys/fs/cgroup/cpu.max": "50000 100000"}, 1),
        ({"sys/fs/cgroup/memory.max": str(3 * 2**30), "sys/fs/cgroup/memory.current": str(2**30)}, 2),
        ({"sys/fs/cgroup/memory.max": "max", "sys/fs/cgroup/memory.current": "0"}, 8),
    ],
)
def test_a_machine_makes_as_many_reports_at_once_as_it_has_cores_and_memory_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], jobs: int
) -> None:
    """Of the machine or of the container, whichever has less; at least one."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)))
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert size.usual_jobs(tmp_path) == jobs


# ── the private folder ───────────────────────────────────────────────────────────────────────────


def test_a_batch_s_folder_is_private_and_goes_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mode 0700 while it is there; one whose process was killed is taken away by the next; a living one's is not."""
    monkeypatch.setattr(folders.tempfile, "tempdir", str(tmp_path))
    with folders.private() as living:
        orphan = tmp_path / living.name.replace(living.name[-4:], "dead")
        (orphan / "kept").mkdir(parents=True)
        (orphan / "owner.lock").touch()
        with folders.private() as folder:
            assert folder.stat().st_mode & 0o777 == 0o700
            assert sorted(path.name for path in tmp_path.iterdir()) == sorted([living.name, folder.name])
    assert list(tmp_path.iterdir()) == []


# ── the log and the summary ──────────────────────────────────────────────────────────────────────


def outcome(status: Status, *messages: str) -> Outcome:
    return Outcome(RUN, status, messages=messages, seconds=1.5, cpu_seconds=0.5, peak_bytes=1000)


def test_the_log_has_a_line_for_each_event_and_nothing_of_a_dossier(tmp_path: Path) -> None:
    """JSON lines; how a run ended and what it cost, never what its notebook said; logs older than 90 days are gone."""
    folder = tmp_path / ".hoso" / "log"
    folder.mkdir(parents=True)
    for name, days in (("old", 91), ("young", 89)):
        (folder / f"{name}.jsonl").touch()
        past = (folder / f"{name}.jsonl").stat().st_mtime - timedelta(days=days).total_seconds()
        os.utime(folder / f"{name}.jsonl", (past, past))
    with Journal.opened(tmp_path, "now") as log:
        log.write("started", RUN, worker=7)
        log.finished(outcome("failed", "KeyError: H05.00-240101-0001"))
    assert sorted(file.name for file in folder.iterdir()) == ["now.jsonl", "young.jsonl"]
    text = (folder / "now.jsonl").read_text("utf-8")
    started, finished = map(json.loads, text.splitlines())
    assert (started["event"], started["run"], started["worker"]) == ("started", "review ha-giang 2024-9M", 7)
    assert (finished["status"], finished["seconds"], finished["peak_bytes"]) == ("failed", 1.5, 1000)
    assert "H05" not in text


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    """The reports count, not the log."""
    (tmp_path / ".hoso").touch()  # a file where the folder should be
    with Journal.opened(tmp_path, "now") as log:
        log.write("batch_started")
        log.finished(outcome("done"))


@pytest.mark.parametrize(
    ("statuses", "interrupted", "code"),
    [
        (["done", "unchanged", "warnings"], False, 0),
        ([], False, 0),
        (["done", "failed"], False, 1),
        (["timed_out"], False, 1),
        (["killed", "no_data"], False, 1),
        (["no_data", "no_data"], False, 3),
        (["no_data", "done"], False, 0),
        (["done", "failed"], True, 130),
    ],
)
def test_the_exit_code_says_whether_anybody_must_look(
    statuses: list[Status], interrupted: bool, code: int
) -> None:
    """0 all done, 1 something failed, 3 no data for any, 130 stopped."""
    summary = Summary("b", 2, outcomes=[outcome(status) for status in statuses], interrupted=interrupted)
    assert summary.exit_code == code


def test_the_summary_is_plain_data() -> None:
    """What is sent on: counts by status, each failure by name with its messages, and the command."""
    summary = Summary("b", 3, "hoso report review", outcomes=[outcome("done"), outcome("failed", "ô x: lỗi")])
    told = json.loads(json.dumps(summary.as_dict()))
    assert told["counts"] == {"done": 1, "failed": 1}
    assert told["failed"] == [
        {"run": "review ha-giang 2024-9M", "status": "failed", "messages": ["ô x: lỗi"]}
    ]
    assert {"batch", "started", "ended", "seconds", "command"} <= told.keys()


# ── a process ────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    return Small.filled(tmp_path_factory.mktemp("batch") / "workbook")


@pytest.fixture
def order(small: Small) -> Order:
    """An order of a batch elsewhere: without a folder or a parent of kernels here."""
    places = {"root": small.folder, "store": small.workbook.store, "reports": small.reports}
    return Order(
        "first",
        **{name: str(path) for name, path in places.items()},
        formats=("html",),
        limits=Limits(),
        versions=pinned.versions(small.store),
    )


def test_a_process_is_prepared_once_and_left_as_it_was(
    small: Small, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first run sets the variables and makes a folder with the pinned versions; release takes both back."""
    monkeypatch.delenv("HOSO_BATCH", raising=False)
    before = dict(os.environ)
    elsewhere = Run.of(small.workbook, "small", "kon-tum", "2024-9M")
    assert perform(order, elsewhere).status == "no_data"
    folder = Path(os.environ["HOSO_BATCH"])
    assert pinned.of(small.workbook.store) == pinned.versions(small.store)
    assert perform(order, elsewhere).status == "no_data"
    assert os.environ["HOSO_BATCH"] == str(folder)
    assert perform(replace(order, batch="second"), elsewhere).status == "no_data"
    assert os.environ["HOSO_BATCH"] != str(folder) and not folder.exists()
    process.release()
    assert dict(os.environ) == before


def test_runs_of_two_batches_take_turns_in_one_process(order: Order) -> None:
    """The second batch's variables are not set while a run of the first is under way in another thread."""
    own, begun, second = Process(), threading.Event(), replace(order, batch="second")
    batches: list[str] = []

    def other() -> None:
        begun.set()
        with own.prepared(second):
            batches.append("second")

    thread = threading.Thread(target=other)
    with own.prepared(order), own.prepared(order):
        thread.start()
        begun.wait()
        thread.join(0.2)
        batches.append("first")
    thread.join()
    own.release()
    assert batches == ["first", "second"]


def test_what_the_disk_does_is_an_outcome(small: Small, order: Order, tmp_path: Path) -> None:
    """A folder of reports that cannot be made fails the run in one line; the batch goes on."""
    (tmp_path / "file").touch()
    found = perform(replace(order, batch="third", reports=str(tmp_path / "file" / "reports")), small.run)
    process.release()
    assert found.status == "failed"
    assert len(found.messages) == 1
