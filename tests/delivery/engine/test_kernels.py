"""The parent of kernels and its forks: alone, private, gone with whoever started them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import papermill
import pytest

from hoso.delivery.engine import Kernels, Killed, kernels_at
from hoso.delivery.engine.connection import Unavailable
from hoso.vocabulary.errors import HosoError
from tests.delivery.engine.conftest import Run, alive, notebook, text


def program(source: str, folder: Path) -> subprocess.Popen[str]:
    """A Python process of its own that uses the library, and knows of no parent of kernels."""
    variables = {name: value for name, value in os.environ.items() if name != "HOSO_KERNELS"}
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(source)],
        env=variables | {"PYTHONPATH": str(Path(__file__).parents[3])},
        cwd=folder, stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip


def until(true: Callable[[], bool], seconds: float = 20.0) -> bool:
    """Waits for something that takes a moment."""
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.02)
    return true()


def test_the_parent_is_single_threaded(kernels: Kernels) -> None:
    """Before any fork only the main thread runs, beside the one that polars starts at import and that holds no lock of ours;
    no allocator's, no BLAS's, no history's."""
    threads = [name for name in kernels.ready()["threads"] if not name.startswith("polars-ooc")]
    assert len(threads) == 1


def test_a_kernel_has_a_session_folder_and_temporary_folder_of_its_own(run: Run, tmp_path: Path) -> None:
    """It works in the folder given, keeps temporary files apart from everyone's, and these are gone when it is."""
    ran = run(
        "import os, tempfile\nos.getsid(0) == os.getpid() == os.getpgid(0)", "os.getcwd()",
        "open(tempfile.mkstemp()[1], 'w').write('x')\nprint(tempfile.gettempdir())",
        "oct(os.stat(tempfile.gettempdir()).st_mode)[-3:]", "os.getpid()",
    )  # fmt: skip
    assert ran.error is None
    assert ran.text(0) == "True"
    assert ran.text(1) == repr(str(tmp_path))
    assert Path(ran.text(2)).is_absolute()
    assert not Path(ran.text(2).strip()).exists()
    assert ran.text(3) == "'700'"
    assert not alive(int(ran.text(4)))


def test_the_environment_is_the_callers(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables given to the engine and those of the calling process are in the kernel; what keeps the parent's libraries to
    one thread is not."""
    monkeypatch.setenv("HOSO_TEST_OURS", "của ta")
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.delenv(
        "PYDEVD_DISABLE_FILE_VALIDATION", raising=False
    )  # as a test of the command line may have left it
    names = ("HOSO_ROOT", "HOSO_TEST_OURS", "OMP_NUM_THREADS", "PYDEVD_DISABLE_FILE_VALIDATION")
    ran = run(f"import os\n[os.environ.get(n) for n in {names}]", env={"HOSO_ROOT": "/x"})
    assert ran.text(0) == "['/x', 'của ta', None, None]"
    assert run("import os\n'background' in os.environ.get('_RJEM_MALLOC_CONF', '')").text(0) == "False"
    assert "HOSO_ROOT" not in os.environ or os.environ["HOSO_ROOT"] != "/x"


def test_two_notebooks_share_nothing(run: Run) -> None:
    """Names, modules' settings, random numbers and options of one are unknown to the next."""
    change = "import pandas as pd, random, numpy\npd.set_option('display.max_rows', 3)\nmine = 1"
    look = (
        "import pandas as pd, random, numpy\n"
        "pd.get_option('display.max_rows'), 'mine' in globals(), random.random(), numpy.random.rand()"
    )
    run(change)
    first, second = run(look).text(0), run(look).text(0)
    assert first.startswith("(60, False")
    assert second.startswith("(60, False")
    assert first.split(",")[2:] != second.split(",")[2:]


def test_eight_at_once(kernels: Kernels, tmp_path: Path) -> None:
    """Kernels asked for by several threads run side by side; each has its own answer."""

    def one(number: int) -> str:
        cells = notebook(
            "import time, os\ntime.sleep(0.3)", f"print({number}, os.path.basename(os.getcwd()))"
        )
        (tmp_path / str(number)).mkdir()
        done = papermill.execute_notebook(
            cells, str(tmp_path / f"{number}.ipynb"), engine_name="hoso", progress_bar=False,
            kernels=kernels.address, folder=tmp_path / str(number),
        )  # fmt: skip
        return text(done.cells[1])

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(one, range(8))) == [f"{n} {n}\n" for n in range(8)]


def test_twenty_in_a_row_leave_nothing(run: Run, kernels: Kernels) -> None:
    """No process, no descriptor and no folder of a kernel stays behind, neither here nor in the parent."""
    run("1")

    def descriptors() -> list[int]:
        return [len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in (os.getpid(), kernels.pid)]

    time.sleep(0.2)  # the parent closes its end of the last kernel's socket after it has told of it
    ours, parents = descriptors()
    for _ in range(20):
        assert run("2").error is None
    assert until(lambda: descriptors()[0] <= ours and descriptors()[1] <= parents)
    assert Path(f"/proc/{kernels.pid}/task/{kernels.pid}/children").read_text() == ""
    assert [file.name for file in Path(kernels.address).parent.iterdir()] == ["kernels"]


def test_what_a_notebook_leaves_running_ends_with_it(run: Run) -> None:
    """A process started in the background does not outlive the notebook."""
    ran = run("import subprocess\nsubprocess.Popen(['sleep', '600']).pid")
    assert ran.error is None
    assert until(lambda: not alive(int(ran.text(0))))


def test_functions_for_the_end_run_and_files_are_closed(run: Run, tmp_path: Path) -> None:
    """As at the end of an interpreter: registered functions, threads that are no daemons, buffers of open files."""
    ran = run(
        "import atexit, threading, time\natexit.register(lambda: open('atexit', 'w').write('a'))",
        "def late():\n    time.sleep(0.2); open('thread', 'w').write('t')\nthreading.Thread(target=late).start()",
        "held = open('held', 'w')\nheld.write('h');",
    )
    assert ran.error is None
    assert [(tmp_path / name).read_text() for name in ("atexit", "thread", "held")] == ["a", "t", "h"]


def test_a_dead_parent_is_replaced(tmp_path: Path) -> None:
    """A notebook that ran when the parent was killed ends as lost, its kernel is gone, and the next one runs."""
    with Kernels.start(preload=()) as own:
        own.ready()
        busy = own.address
        first = own.pid
        with ThreadPoolExecutor(1) as pool:
            cells = notebook("import os\nopen('pid', 'w').write(str(os.getpid()))\nos.rename('pid', 'there')",
                             "import time\ntime.sleep(60)")  # fmt: skip
            running = pool.submit(
                papermill.execute_notebook, cells, str(tmp_path / "a.ipynb"), engine_name="hoso",
                progress_bar=False, kernels=busy, folder=tmp_path,
            )  # fmt: skip
            assert until((tmp_path / "there").exists)
            os.kill(first, signal.SIGKILL)
            with pytest.raises(Killed) as told:
                running.result(30)
        assert told.value.lost
        assert told.value.cell == 1
        assert until(lambda: not alive(int((tmp_path / "there").read_text())))
        done = papermill.execute_notebook(
            notebook("6 * 7"), None, engine_name="hoso", progress_bar=False, kernels=busy, folder=tmp_path
        )
        assert text(done.cells[0]) == "42"
        assert own.pid != first


WAITING = """
    import os, sys, threading, papermill
    from papermill.engines import papermill_engines
    from hoso.delivery.engine import HosoEngine, Kernels, kernels_at
    from tests.delivery.engine.conftest import notebook
    papermill_engines.register("hoso", HosoEngine)
    kernels = Kernels.start(preload=())
    kernels.ready()
    cells = notebook(
        "import os, subprocess",
        "print(os.getpid(), subprocess.Popen(['sleep', '600']).pid, file=open('pids', 'w'))",
        "os.rename('pids', 'there'); import time; time.sleep(600)",
    )
    print(kernels.pid, os.path.dirname(kernels.address), flush=True)
    papermill.execute_notebook(cells, None, engine_name="hoso", progress_bar=False, kernels=kernels.address)
"""


def test_all_goes_with_the_process_that_started_it(tmp_path: Path) -> None:
    """kill -9 of the supervisor: the parent, the kernel, what the notebook had started and the folder are gone."""
    with program(WAITING, tmp_path) as supervisor:
        assert supervisor.stdout is not None
        parent, folder = supervisor.stdout.readline().split()
        assert until((tmp_path / "there").exists)
        pids = [int(parent), *map(int, (tmp_path / "there").read_text().split())]
        assert all(map(alive, pids))
        supervisor.kill()
    assert until(lambda: not any(map(alive, pids)))
    assert until(lambda: not Path(folder).exists())


OWN = """
    import json, os, papermill
    from papermill.engines import papermill_engines
    from hoso.delivery.engine import HosoEngine, Kernels, kernels_at
    from tests.delivery.engine.conftest import notebook, text
    Kernels.start.__func__.__defaults__ = ((),)  # nothing loaded ahead: this is not what is tested here
    papermill_engines.register("hoso", HosoEngine)
    def answer():
        done = papermill.execute_notebook(notebook("1 + 1"), None, engine_name="hoso", progress_bar=False)
        return text(done.cells[0]), os.path.dirname(kernels_at().address)
    first = answer()
    read, write = os.pipe()
    if os.fork() == 0:
        os.write(write, json.dumps(answer()).encode())
        os._exit(0)
    os.wait()
    second = json.loads(os.read(read, 4096))
    print(json.dumps([first, second, answer()]))
"""


def test_a_process_has_kernels_of_its_own_when_it_is_given_none(tmp_path: Path) -> None:
    """Started at first use, closed at exit; a fork of the process starts its own and leaves those of its parent alone."""
    with program(OWN, tmp_path) as asked:
        assert asked.stdout is not None
        told = asked.stdout.read()
    first, second, third = json.loads(told)
    assert [answer for answer, _ in (first, second, third)] == ["2", "2", "2"]
    assert first[1] == third[1] != second[1]
    assert until(lambda: not Path(first[1]).exists() and not Path(second[1]).exists())


def test_a_parent_that_cannot_fork_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A library that starts a thread at import is refused in one line; an address with nobody behind is unavailable."""
    (tmp_path / "threaded.py").write_text(
        "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with Kernels.start(preload=("threaded",)) as own:
        with pytest.raises(HosoError, match="mở luồng riêng"):
            own.ready()
        with pytest.raises(Unavailable):
            kernels_at(own.address).kernel(tmp_path, {}, None)
    with pytest.raises(Unavailable):
        kernels_at(str(tmp_path / "nobody")).kernel(tmp_path, {}, None)
