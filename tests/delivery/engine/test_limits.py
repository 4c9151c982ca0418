"""One time limit, one memory limit, and what is told of a kernel that met one or died by itself."""

from __future__ import annotations

import pickle
import signal
import time
from pathlib import Path

import pytest
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillExecutionError

from hoso.delivery.engine import Kernels, Killed, Limits, TimedOut
from tests.delivery.engine.conftest import Ran, Run, alive
from tests.delivery.engine.test_kernels import until

SHORT = Limits(seconds=2.0)
LOOPS = {
    "in Python": "while True: pass",
    "in C": "import duckdb\nduckdb.sql('select count(*) from range(100000) a, range(100000) b, range(1000) c').fetchall()",
    "asleep": "import time\ntime.sleep(60)",
    "awaiting": "import asyncio\nawait asyncio.sleep(60)",
    "deaf": "import signal, time\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))\ntime.sleep(60)",
}


def statuses(ran: Ran) -> list[str]:
    return [cell.metadata.papermill.status for cell in ran.cells]


@pytest.mark.parametrize("loop", LOOPS.values(), ids=LOOPS)
def test_a_loop_ends_at_the_time_limit(run: Run, loop: str) -> None:
    """Whatever the notebook does, it ends when its time is over; what it showed until then is on disk, the cell is marked as
    the one that failed and those behind it as never run."""
    ran = run("print('before')", f"print('started', flush=True)\n{loop}", "'never'", limits=SHORT)
    assert isinstance(ran.error, TimedOut)
    assert isinstance(ran.error, CellTimeoutError)
    assert (ran.error.cell, ran.error.cell_id, ran.error.seconds) == (1, "c1", 2.0)
    assert [ran.text(n) for n in range(3)] == ["before\n", "started\n", ""]
    assert statuses(ran) == ["completed", "failed", "pending"]
    assert ran.cells[2].execution_count is None


def test_the_limit_is_of_the_whole_notebook(run: Run) -> None:
    """Cells that are short one by one are too long together."""
    ran = run(*["import time; time.sleep(0.5)"] * 9, limits=SHORT)
    assert isinstance(ran.error, TimedOut)
    assert 2 <= ran.error.cell <= 4


def test_a_cells_own_limit_holds_too(run: Run) -> None:
    """papermill's execution_timeout counts for each cell, as ever."""
    ran = run("1", "import time; time.sleep(60)", execution_timeout=1)
    assert isinstance(ran.error, TimedOut)
    assert (ran.error.cell, ran.error.seconds) == (1, 1.0)


def test_the_whole_process_group_is_killed(run: Run) -> None:
    """What the notebook started does not go on when its time is over."""
    loop = "import subprocess\nprint(subprocess.Popen(['sleep', '600']).pid, flush=True)\nwhile True: pass"
    ran = run(loop, limits=Limits(seconds=1.0))
    assert isinstance(ran.error, TimedOut)
    assert until(lambda: not alive(int(ran.text(0))))


DEATHS = {
    "exit": ("import os\nos._exit(3)", None, 3),
    "segfault": ("import ctypes\nctypes.string_at(0)", signal.SIGSEGV, None),
    "abort": ("import os\nos.abort()", signal.SIGABRT, None),
    "kill": ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", signal.SIGKILL, None),
    "term": (
        "import os, signal, time\nos.kill(os.getpid(), signal.SIGTERM)\ntime.sleep(60)",
        signal.SIGTERM,
        None,
    ),
}


@pytest.mark.parametrize(("death", "number", "code"), DEATHS.values(), ids=DEATHS)
def test_a_kernel_that_dies_is_told_with_its_cell(
    run: Run, kernels: Kernels, death: str, number: int | None, code: int | None
) -> None:
    """By which signal or with which code, at once, with what it had shown; it is nbclient's error for a dead kernel too."""
    began, parent = time.monotonic(), kernels.pid
    ran = run("print('before')", f"print('last', flush=True)\n{death}", "'never'")
    assert isinstance(ran.error, Killed)
    assert isinstance(ran.error, DeadKernelError)
    assert (ran.error.cell, ran.error.cell_id, ran.error.lost) == (1, "c1", False)
    assert (ran.error.signal, ran.error.exit_code) == (number, code)
    assert [ran.text(n) for n in range(3)] == ["before\n", "last\n", ""]
    assert statuses(ran) == ["completed", "failed", "pending"]
    assert kernels.pid == parent
    assert time.monotonic() - began < 60  # not a measure: a kernel that hangs would take the limit's 900


def test_a_kernel_that_dies_after_the_last_cell_is_told(run: Run) -> None:
    """Every cell was done, and still the run was not clean."""
    ran = run("import atexit, os\natexit.register(os._exit, 5)")
    assert isinstance(ran.error, Killed)
    assert (ran.error.cell, ran.error.exit_code) == (None, 5)
    assert statuses(ran) == ["completed"]


def test_last_words_are_kept(run: Run) -> None:
    """What a C library wrote below Python right before it died stands in the cell that failed."""
    ran = run("import faulthandler, os, ctypes\nfaulthandler.enable(2)\nctypes.string_at(0)")
    assert isinstance(ran.error, Killed)
    assert "Segmentation fault" in ran.text(0)


HUNGRY = {
    "Python": "held = [bytes(10**8) for _ in range(40)]",
    "numpy": "import numpy\nheld = numpy.ones(4 * 10**8)",
    "DuckDB": (
        "import duckdb\nduckdb.sql(\"set memory_limit = '20GB'\")\n"
        "duckdb.sql('select list(i) from range(300000000) t(i)').fetchall()"
    ),
}


@pytest.mark.parametrize("hungry", HUNGRY.values(), ids=HUNGRY)
def test_memory_is_limited(run: Run, hungry: str) -> None:
    """A notebook that asks for more than its limit fails, with an error of its own where the library can tell."""
    ran = run("1", hungry, "'never'", limits=Limits(seconds=120, memory=10**9))
    assert isinstance(ran.error, PapermillExecutionError | Killed)
    assert ran.text(2) == ""
    assert statuses(ran)[2] != "completed"
    if isinstance(ran.error, PapermillExecutionError):
        assert "emory" in ran.text(1)


def test_a_kernel_that_dies_after_the_last_cell_is_told_with_its_signal(run: Run) -> None:
    """papermill asks it for its language at the end. A library may have brought it down by then; the cell's own error stays."""
    dies = "get_ipython().kernel.shell_handlers['kernel_info_request'] = lambda *_: __import__('os').abort()"
    ran = run(f"{dies}\nraise ValueError('first')", "'never'")
    assert isinstance(ran.error, Killed) and ran.error.signal == signal.SIGABRT
    assert ran.cells[0]["outputs"][-1]["ename"] == "ValueError" and ran.text(1) == ""


def test_the_memory_limit_leaves_room_for_what_reports_use(run: Run) -> None:
    """DuckDB, polars, pandas, matplotlib and a few threads work within a gigabyte: what they only reserve does not count."""
    ran = run(
        "import duckdb\nduckdb.connect().execute('select sum(i) from range(10000000) t(i)').fetchone()",
        "import polars as pl\npl.DataFrame({'a': list(range(10**6))}).group_by(pl.col('a') % 7).len().height",
        "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
        "from concurrent.futures import ThreadPoolExecutor as T\nlist(T(16).map(abs, range(16)))[-1]",
        limits=Limits(memory=10**9),
    )
    assert ran.error is None
    assert [ran.text(n) for n in (0, 1, 3)] == ["(49999995000000,)", "7", "15"]


def test_what_a_kernel_used_is_told(run: Run) -> None:
    """CPU seconds and peak memory as the system counted them, in the notebook's metadata; also of one that failed."""
    busy = "import time\nheld = bytearray(b'x' * 3 * 10**8)\nwhile time.process_time() < 1: pass"
    for ran in (run(busy), run(busy, "import os; os._exit(1)")):
        used = ran.metadata.hoso_run
        assert 0.9 < used["cpu_seconds"] < 30
        assert 3 * 10**8 < used["peak_bytes"] < 3 * 2**30


def test_no_core_dump_is_left(run: Run, tmp_path: Path) -> None:
    """A core dump would hold dossiers; there is none."""
    ran = run("import resource\nprint(resource.getrlimit(resource.RLIMIT_CORE))", "import os\nos.abort()")
    assert ran.text(0) == "(0, 0)\n"
    assert [file.name for file in tmp_path.iterdir()] == ["executed.ipynb"]


def test_the_errors_travel_between_processes() -> None:
    """A worker's error reaches the supervisor whole."""
    late = pickle.loads(pickle.dumps(TimedOut("too long", 2, "c2", 3.5)))
    assert (str(late), late.cell, late.cell_id, late.seconds) == ("too long", 2, "c2", 3.5)
    dead = pickle.loads(pickle.dumps(Killed(1, "c1", 9, None, True)))
    assert (dead.cell, dead.cell_id, dead.signal, dead.exit_code, dead.lost) == (1, "c1", 9, None, True)
