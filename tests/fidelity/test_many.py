"""Many kernels: eight at once, each by itself; two hundred in a row, and nothing is left of them."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple, dataclass
from pathlib import Path

import papermill
import pytest
from nbformat import NotebookNode

from hoso.delivery.engine import Kernels, kernels_at
from tests.fidelity.cases import small
from tests.fidelity.running import OURS, engine

AT_ONCE, IN_A_ROW, LATER = 8, 200, 100
MEETING = """
import os, pathlib, random, time, uuid
import numpy as np
place = pathlib.Path(meeting)
(place / name).touch()
until = time.monotonic() + 60
while len(list(place.iterdir())) < {count} and time.monotonic() < until: time.sleep(0.01)
len(list(place.iterdir()))
"""
SELF = "[os.getpid(), os.getpgid(0), os.getcwd(), os.environ['TMPDIR'], random.random(), float(np.random.rand()), str(uuid.uuid4())]"


@dataclass(frozen=True)
class Left:
    """What a process holds: descriptors, threads, children."""

    descriptors: int
    threads: int
    children: int

    @classmethod
    def of(cls, pid: int) -> Left:
        own = Path(f"/proc/{pid}")
        children = [(task / "children").read_text().split() for task in (own / "task").iterdir()]
        return cls(
            len(list((own / "fd").iterdir())), len(list((own / "task").iterdir())), sum(map(len, children))
        )

    def within(self, other: Left) -> bool:
        """Whether it holds no more of anything than `other`."""
        pairs = zip(astuple(self), astuple(other), strict=True)
        return all(mine <= theirs for mine, theirs in pairs)


def settled(pid: int, then: Left) -> Left:
    """What a process holds once it is no more than then, or after a while.

    A client hears of its kernel's end before the parent has closed its own side of it.
    """
    until = time.monotonic() + 20
    while not (now := Left.of(pid)).within(then) and time.monotonic() < until:
        time.sleep(0.05)
    return now


@pytest.fixture(scope="module")
def kernels() -> Iterator[Kernels]:
    """A warm parent of this module's own."""
    engine()
    with Kernels.start() as started:
        started.ready(180)
        yield started
        pid = started.pid
    assert not alive(pid)
    assert not Path(started.address).parent.exists()


def execute(notebook: NotebookNode, folder: Path, kernels: Kernels, **parameters: str) -> NotebookNode:
    """Runs a notebook beside others: in a folder of its own without moving the process there."""
    folder.mkdir()
    asked = {"engine_name": OURS, "folder": str(folder), "kernels": kernels.address, "progress_bar": False}
    return papermill.execute_notebook(notebook, folder / "out.ipynb", parameters, **asked)


def alive(pid: int) -> bool:
    """Whether a process runs; one that ended and waits for the system to take note of it does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def still_alive(pids: list[int]) -> list[int]:
    """Which of the processes still run after a while: a kill is carried out by the system in its own time."""
    until = time.monotonic() + 20
    while (left := [pid for pid in pids if alive(pid)]) and time.monotonic() < until:
        time.sleep(0.05)
    return left


def shown(notebook: NotebookNode, cell: str) -> str:
    (output,) = next(c for c in notebook.cells if c.id == cell).outputs
    return str(output["data"]["text/plain"])


def test_eight_at_once(kernels: Kernels, tmp_path: Path) -> None:
    """Eight notebooks that wait for one another: each has its process, group, folders and chance, and its own outputs."""
    meeting = tmp_path / "meeting"
    meeting.mkdir()
    asked = small("name = meeting = ''", MEETING.format(count=AT_ONCE), SELF, "name")
    asked.cells[0].metadata["tags"] = ["parameters"]

    def one(number: int) -> NotebookNode:
        return execute(asked, tmp_path / f"n{number}", kernels, name=f"n{number}", meeting=meeting.as_posix())

    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(AT_ONCE) as pool:
        patch.setattr("hoso.delivery.parameters.check", lambda *_: None)  # a path is no parameter of a report
        made = list(pool.map(one, range(AT_ONCE)))
    assert [shown(notebook, "c2") for notebook in made] == [str(AT_ONCE)] * AT_ONCE
    assert [shown(notebook, "c4") for notebook in made] == [f"'n{number}'" for number in range(AT_ONCE)]
    told = [json.loads(shown(notebook, "c3").replace("'", '"')) for notebook in made]
    assert all(pid == group for pid, group, *_ in told)
    assert [row[2] for row in told] == [str(tmp_path / f"n{number}") for number in range(AT_ONCE)]
    for column in zip(*told, strict=True):
        assert len(set(column)) == AT_ONCE
    assert not [row[3] for row in told if Path(row[3]).exists()]
    assert not still_alive([row[0] for row in told])


def test_two_hundred_in_a_row(kernels: Kernels, tmp_path: Path) -> None:
    """No process, thread, descriptor or folder more after two hundred forks than after the hundredth."""
    place, processes, held = kernels_at(kernels.address), (kernels.pid, os.getpid()), list[Left]()
    for number in range(IN_A_ROW):
        ended = place.kernel(tmp_path, os.environ, None).end(30)
        assert ended.clean, (number, ended)
        if number + 1 == LATER:
            held = [Left.of(pid) for pid in processes]
    left = [settled(pid, then) for pid, then in zip(processes, held, strict=True)]
    assert all(now.within(then) for now, then in zip(left, held, strict=True)), (held, left)
    assert left[0].children == 0
    assert sorted(path.name for path in Path(kernels.address).parent.iterdir()) == [
        Path(kernels.address).name
    ]
    assert list(tmp_path.iterdir()) == []


def test_twenty_notebooks_in_a_row(kernels: Kernels, tmp_path: Path) -> None:
    """The same of whole notebooks, one of them with a thread, a task and a process that it never ended."""
    leaves = "import threading, subprocess, time\nthreading.Thread(target=time.sleep, args=(600,), daemon=True).start()\n"
    asked = small(leaves + "p = subprocess.Popen(['sleep', '600'])\np.pid")
    processes, held, pids = (kernels.pid, os.getpid()), list[Left](), list[int]()
    for number in range(20):
        pids.append(int(shown(execute(asked, tmp_path / f"n{number}", kernels), "c1")))
        if number + 1 == 10:
            held = [Left.of(pid) for pid in processes]
    left = [settled(pid, then) for pid, then in zip(processes, held, strict=True)]
    assert all(now.within(then) for now, then in zip(left, held, strict=True)), (held, left)
    assert left[0].children == 0
    assert not still_alive(pids)


def test_what_changes_in_this_process_reaches_the_next_kernel(kernels: Kernels, tmp_path: Path) -> None:
    """A variable set or taken away after the parent was warm is there or not in the notebook, as with nbclient."""
    asked = small("import os; os.environ.get('HOSO_FIDELITY'), os.environ.get('HOSO_STORE')")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOSO_FIDELITY", "một")
        patch.delenv("HOSO_STORE", raising=False)
        assert shown(execute(asked, tmp_path / "a", kernels), "c1") == "('một', None)"
        patch.setenv("HOSO_STORE", "hai")
        patch.delenv("HOSO_FIDELITY")
        assert shown(execute(asked, tmp_path / "b", kernels), "c1") == "(None, 'hai')"


def test_one_notebook_leaves_nothing_to_the_next(kernels: Kernels, tmp_path: Path) -> None:
    """Options, modules, settings and names changed in one are as they were in the next."""
    change = (
        "import pandas as pd, matplotlib, sys, warnings, decimal, builtins\n"
        "pd.set_option('display.max_rows', 3); matplotlib.rcParams['figure.dpi'] = 7; sys.path.append('/nơi/khác')\n"
        "warnings.simplefilter('error'); decimal.getcontext().prec = 3; builtins.của_tôi = 1; pd.của_tôi = 1"
    )
    look = (
        "import pandas as pd, matplotlib, sys, warnings, decimal, builtins\n"
        "[pd.get_option('display.max_rows'), matplotlib.rcParams['figure.dpi'], '/nơi/khác' in sys.path,"
        " warnings.filters[0][0] == 'error', decimal.getcontext().prec, hasattr(builtins, 'của_tôi'), hasattr(pd, 'của_tôi')]"
    )
    before = shown(execute(small(look), tmp_path / "a", kernels), "c1")
    execute(small(change), tmp_path / "b", kernels)
    assert shown(execute(small(look), tmp_path / "c", kernels), "c1") == before
    assert before == "[60, 100.0, False, False, 28, False, False]"
