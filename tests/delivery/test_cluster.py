"""Runs on a Dask cluster: a scheduler and two workers as processes on loopback, one of them killed while it makes a report."""

from __future__ import annotations

import json
import logging
import os
import shutil
import signal
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import psutil
import pytest
from distributed import Client

import hoso
from hoso.delivery.cluster import run_on, supervision, task
from hoso.delivery.objects import Remote
from hoso.delivery.runs import Outcome, Run
from hoso.vocabulary.errors import HosoError, UsageError
from tests.delivery import quick, servers

PERIODS = [f"2024-{month:02}" for month in range(2, 11)]
HELD = PERIODS[3]
# What the notebooks of these tests leave behind: which report was begun under which worker.
TRACE = """import os, psutil, time
from pathlib import Path
log = Path(os.environ["HOSO_ROOT"]) / "log"
above = psutil.Process().parents()
worker = next(p for p in above if any(word in " ".join(p.cmdline()) for word in ("multiprocessing", "dask")))
with (log / "begun").open("a") as file: print(period, worker.pid, file=file, flush=True)"""
HOLD = f"""while period == "{HELD}" and (log / "hold").exists(): time.sleep(0.05)"""
KILL = "worker.kill(); time.sleep(60)"


@dataclass
class Cluster:
    """A running cluster and the workbook whose reports it makes."""

    address: str
    folder: Path
    workbook: quick.Quick

    @property
    def log(self) -> Path:
        return self.workbook.folder / "log"

    def workers(self) -> dict[str, int]:
        """The workers' process ids by address."""
        with Client(self.address, set_as_default=False) as client:
            found: dict[str, int] = client.run(os.getpid)
        return found

    def begun(self) -> list[tuple[str, int]]:
        """Which report was begun under which worker, in order."""
        file = self.log / "begun"
        lines = file.read_text("utf-8").splitlines() if file.exists() else []
        return [(line.split()[0], int(line.split()[1])) for line in lines]

    def run_on(self, name: str, runs: list[Run], reports: Path, force: bool = False) -> list[Outcome]:
        """Has the runs carried out; their outcomes as they came."""
        (self.log / "begun").unlink(missing_ok=True)
        found: list[Outcome] = []
        order = self.workbook.order(name, reports, force)
        run_on(self.address, order, runs, done=found.append)
        return found


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment by which a process finds the S3 server."""
    with servers.s3(tmp_path_factory.mktemp("s3")) as endpoint:
        yield servers.environment(endpoint)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory, s3: dict[str, str]) -> Iterator[Cluster]:
    """A scheduler and two workers, one of them with two threads; nothing of them is left at the end."""
    folder = tmp_path_factory.mktemp("cluster")
    workbook = quick.made(folder / "workbook")
    for name, more in {"traced": "", "held": HOLD, "killer": KILL}.items():
        workbook.notebook(name, {"trace": TRACE, "more": more or "pass"})
    (workbook.folder / "log").mkdir()
    with ExitStack() as stack:
        address, _ = stack.enter_context(servers.scheduler(folder))
        for name, threads in (("one", 1), ("two", 2)):
            stack.enter_context(servers.worker(address, folder, name, threads, s3))
        with Client(address, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=60)
        made = Cluster(address, folder, workbook)
        yield made
        pids = list(made.workers().values())
        below = [child for pid in pids for child in psutil.Process(pid).children(recursive=True)]
    servers.until("the workers and their kernels end", lambda: not any(map(psutil.pid_exists, pids)))
    servers.until("their children end", lambda: not [child for child in below if child.is_running()])


def is_whole(run: Run, reports: Path) -> bool:
    manifest = json.loads((run.machine_folder(reports) / "manifest.json").read_text("utf-8"))
    files = {run.folder(reports) / name: digest for name, digest in manifest["files"].items()}
    return len(files) == 3 and all(
        sha256(f.read_bytes()).hexdigest() == digest for f, digest in files.items()
    )


def leftovers(reports: Path) -> list[str]:
    """What is half made or not cleared away, besides locks."""
    found = [*reports.glob(".hoso/stage/*"), *reports.glob(".hoso/cluster/*")]
    return [path.name for path in found if not path.name.endswith(".lock")]


# ── many machines ────────────────────────────────────────────────────────────────────────────────


def test_results_go_to_an_object_store(
    cluster: Cluster, s3: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Workers make reports in copies of their own and push them; the machine that asked pulls them; the next batch of a
    machine with an empty copy finds them unchanged, and nothing is made."""
    for name, value in s3.items():
        monkeypatch.setenv(name, value)
    runs = [cluster.workbook.run(period, "traced") for period in PERIODS[:2]]
    remotes = [Remote(f"s3://{servers.BUCKET}/cluster", tmp_path / copy) for copy in ("ours", "empty")]
    first = cluster.run_on("objects-1", runs, remotes[0].copy)
    begun = cluster.begun()
    assert [outcome.status for outcome in first] == ["done", "done"], first
    assert {file for outcome in first for file in outcome.files} == {
        file for run in runs for file in run.documents(remotes[0].copy, ["html"])
    }
    assert sorted(period for period, _ in begun) == PERIODS[:2]
    remotes[0].pull(runs)
    assert all(is_whole(run, remotes[0].copy) for run in runs)
    again = cluster.run_on("objects-2", runs, remotes[1].copy)
    assert [outcome.status for outcome in again] == ["unchanged", "unchanged"]
    assert cluster.begun() == []


def test_a_machine_lost_midway_loses_no_report_and_makes_none_twice(cluster: Cluster, tmp_path: Path) -> None:
    """A worker and its nanny are killed (-9) in the middle of a report: that one is made by another, every other exactly
    once; each run ends once, and nothing half made is left."""
    runs = [cluster.workbook.run(period, "held") for period in PERIODS]
    (cluster.log / "hold").touch()
    before = set(cluster.workers().values())
    lost: list[int] = []

    def lose() -> None:
        found = servers.until(
            "the held report", lambda: [pid for period, pid in cluster.begun() if period == HELD]
        )
        lost.append(found[0])
        (cluster.log / "hold").unlink()
        for pid in (psutil.Process(found[0]).ppid(), found[0]):  # the nanny first: it would start another
            os.kill(pid, signal.SIGKILL)

    loser = threading.Thread(target=lose)
    loser.start()
    found = cluster.run_on("lost", runs, tmp_path)
    loser.join()
    assert Counter(str(outcome.run) for outcome in found) == Counter(map(str, runs))
    assert [(o.run.period, o.status, o.messages) for o in found if o.status != "done"] == []
    began = Counter(period for period, _ in cluster.begun())
    killed = {period for period, pid in cluster.begun() if pid == lost[0]}
    assert began[HELD] == 2
    assert {
        period for period, times in began.items() if times > 1
    } <= killed  # what it had under way, no other
    assert all(is_whole(run, tmp_path) for run in runs)
    assert leftovers(tmp_path) == []
    assert lost[0] in before and lost[0] not in cluster.workers().values()


def test_a_run_under_which_workers_die_ends_as_killed(cluster: Cluster, tmp_path: Path) -> None:
    """Two workers die under it, then it is given up, told in one line; the batch comes to its end. A run that was in another
    thread of both those workers may be suspected with it, the others are done."""
    runs = [
        cluster.workbook.run(PERIODS[0], "killer"),
        *(cluster.workbook.run(p, "traced") for p in PERIODS[:3]),
    ]
    found = {str(outcome.run): outcome for outcome in cluster.run_on("killer", runs, tmp_path)}
    (message,) = found[str(runs[0])].messages
    assert found[str(runs[0])].status == "killed"
    assert "2 lần" in message and "\n" not in message
    ended = Counter(outcome.status for outcome in found.values())
    assert ended["killed"] <= 2
    assert ended["killed"] + ended["done"] == len(runs)
    assert not runs[0].machine_folder(tmp_path).exists()
    assert all(is_whole(run, tmp_path) for run in runs[1:] if found[str(run)].status == "done")
    assert leftovers(tmp_path) == []


def test_a_report_whose_maker_was_lost_before_it_told_is_done(cluster: Cluster, tmp_path: Path) -> None:
    """Whoever is given the run next says what was made in this batch: done, once. In another batch it is unchanged."""
    run = cluster.workbook.run(PERIODS[0])
    for batch, expected in {"told": ["done", "done"], "later": ["unchanged", "unchanged"]}.items():
        order = cluster.workbook.order(batch, tmp_path)
        folder = task.notes(tmp_path, batch)
        folder.mkdir(parents=True)
        found = []
        for _ in range(2):
            found.append(task.carry_out(order, run, None))
            (note,) = folder.glob("*.json")
            note.unlink()  # as if the worker had died before it wrote it
        assert [outcome.status for outcome in found] == expected
        assert found[0].files == found[1].files != ()
        shutil.rmtree(folder)
    task.release()


def test_a_worker_with_another_program_gets_nothing(
    cluster: Cluster, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """One that comes during a batch, with a changed library and without the folder of reports, is left out with one line;
    a batch that finds it there is refused, again in one line that names it and what differs, before anything runs."""
    lib, elsewhere = tmp_path / "lib", tmp_path / "elsewhere"
    shutil.copytree(Path(hoso.__file__).parent, lib / "hoso", ignore=shutil.ignore_patterns("__pycache__"))
    with (lib / "hoso" / "vocabulary" / "text.py").open("a") as file:
        file.write("# another\n")
    elsewhere.mkdir()
    reports = tmp_path / "reports"
    runs = [cluster.workbook.run(period, "traced") for period in PERIODS[:6]]
    order = cluster.workbook.order("late", reports)
    found: list[Outcome] = []
    with ExitStack() as stack, caplog.at_level(logging.WARNING, supervision.__name__):

        def join(outcome: Outcome) -> None:
            found.append(outcome)
            if len(found) == 1:
                before = cluster.workers()
                stack.enter_context(
                    servers.worker(cluster.address, elsewhere, "other", 1, {"PYTHONPATH": str(lib)})
                )
                servers.until("the other worker", lambda: len(cluster.workers()) > len(before))
                late.update(cluster.workers().items() - before.items())

        late: dict[str, int] = {}
        run_on(cluster.address, order, runs, done=join)
        (warned,) = [record.getMessage() for record in caplog.records if record.name == supervision.__name__]
        with pytest.raises(HosoError) as refused:
            run_on(cluster.address, replace(order, batch="refused", force=True), runs, done=found.append)
    (address,) = late
    assert [(o.run.period, o.status, o.messages) for o in found if o.status != "done"] == []
    assert len(found) == len(runs)
    assert late[address] not in {pid for _, pid in cluster.begun()}
    for line in (warned, str(refused.value)):
        assert address in line and "chương trình hoso" in line and len(line.splitlines()) == 1


def test_a_worker_that_sees_other_folders_is_refused(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The paths of the order lead a worker elsewhere than here: one line names the folders; nothing is made."""
    monkeypatch.chdir(cluster.workbook.folder)
    runs = [cluster.workbook.run(PERIODS[0], "traced")]
    # the working folder of whoever asks: the workbook here, another folder in a worker
    order = replace(
        cluster.workbook.order("paths", tmp_path), root="/proc/self/cwd", reports="/proc/self/cwd/reports"
    )
    with pytest.raises(HosoError) as refused:
        run_on(cluster.address, order, runs, done=lambda outcome: None)
    said = str(refused.value)
    assert "thư mục báo cáo" in said and "sổ tay" in said and len(said.splitlines()) == 1
    assert leftovers(cluster.workbook.folder / "reports") == []


# ── no cluster ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "address", ["127.0.0.1:8786", "http://127.0.0.1:1", "tcp://127.0.0.1", "tcp://a b:1", ""]
)
def test_an_address_that_is_none_is_refused(address: str, cluster: Cluster, tmp_path: Path) -> None:
    """One line, before anything is connected or made."""
    with pytest.raises(UsageError, match="tcp://") as refused:
        run_on(address, cluster.workbook.order("x", tmp_path / "none"), [], done=lambda outcome: None)
    assert len(str(refused.value).splitlines()) == 1
    assert not (tmp_path / "none").exists()


def test_what_is_not_there_is_one_line(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No scheduler at the address, a scheduler without workers, one that goes away: each one line, nothing left behind."""
    order = cluster.workbook.order("x", tmp_path)
    runs = [cluster.workbook.run(PERIODS[0])]
    said = []
    monkeypatch.setattr(supervision, "CONNECT_SECONDS", 1.0)
    with pytest.raises(HosoError) as unreachable:
        run_on(f"tcp://127.0.0.1:{servers.free_port()}", order, runs, done=lambda outcome: None)
    said.append(str(unreachable.value))
    monkeypatch.setattr(supervision, "CONNECT_SECONDS", 5.0)
    with servers.scheduler(tmp_path) as (address, started):
        monkeypatch.setattr(supervision, "PATIENCE_SECONDS", 0.5)
        with pytest.raises(HosoError, match="máy trạm") as lonely:
            run_on(address, order, runs, done=lambda outcome: None)
        said.append(str(lonely.value))
        monkeypatch.setattr(supervision, "PATIENCE_SECONDS", 60.0)
        killer = threading.Timer(3.0, started.kill)
        killer.start()
        with pytest.raises(HosoError, match="mất kết nối") as gone:
            run_on(address, order, runs, done=lambda outcome: None)
        said.append(str(gone.value))
    assert [len(line.splitlines()) for line in said] == [1, 1, 1]
    assert leftovers(tmp_path) == []


def test_without_the_extra_one_line_says_what_to_install(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library of the cluster is optional."""
    hidden: Any = None
    monkeypatch.setitem(sys.modules, "distributed", hidden)
    with pytest.raises(UsageError, match=r"hoso\[cluster\]"):
        run_on(cluster.address, cluster.workbook.order("x", tmp_path), [], done=lambda outcome: None)
