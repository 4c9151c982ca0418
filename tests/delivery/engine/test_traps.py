"""Traps that forked kernels fell into once: each cell shows what it shows in papermill's own kernel, and it shows something."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from typing import Any

import nbformat
import papermill
import pytest

from hoso.delivery.engine import Kernels
from tests.delivery.engine.conftest import Run, notebook

TRAPS = {
    "figures": "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
    "no figure twice": "plt.get_fignums()",
    "settings": "import matplotlib as m\nsorted(k for k in m.rcParams if m.rcParams[k] != m.rcParamsDefault[k])",
    "pandas": (
        "import pandas as pd\n"
        "[pd.get_option(o) for o in ('display.max_columns', 'display.max_rows', 'display.width', 'display.max_colwidth')]"
    ),
    "wide frame": "pd.DataFrame({f'cột_{i}': [i] * 2 for i in range(30)})",
    "await": "import asyncio\nawait asyncio.sleep(0.01)\n'awaited'",
    "error": "def f(x): return 1 / x\nf(0)",
    "error awaited": "async def g():\n    raise ValueError('g')\nawait g()",
    "syntax": "a = = 1",
    "exit": "raise SystemExit(3)",
    "after errors": "1 + 1",
    "interrupt": "raise KeyboardInterrupt",
    "history": "%history -l 2",
    "cache": "_, Out[12 - 1], In[11]",
    "names": "sorted(n for n in globals() if not n.startswith('_'))",
    "kernel": "get_ipython().__class__.__name__, 'IPKernelApp' in get_ipython().config, get_ipython().kernel is not None",
    "folder": "import os\n_dh[0] == os.getcwd(), os.path.samefile('.', os.getcwd())",
    "streams": "import sys\nprint('out')\nprint('err', file=sys.stderr)\nsys.stdout.isatty(), type(sys.stdout).__mro__[-2].__name__",
    "order": "import time\nprint('a')\nos.system('echo b')\ntime.sleep(0.5)\nprint('c')",
    "forked": "import multiprocessing as mp\nwith mp.get_context('fork').Pool(1) as p: print(p.map(abs, [-1]))",
    "thread": "import threading\nt = threading.Thread(target=lambda: print('thread'))\nt.start(); t.join()",
    "long line": "!printf 'Đ%.0s' $(seq 40000) | tail -c 10",
    "update": "h = display('one', display_id=True)\nh.update('two')",
    "clear": "from IPython.display import clear_output\nprint('gone')\nclear_output(wait=True)\nprint('stays')",
    "task": "async def later():\n    await asyncio.sleep(0.01); done.append(1)\ndone = []\nt = asyncio.create_task(later())",
    "task done": "await t; done",
    "context": "import contextvars\nv = contextvars.ContextVar('v'); v.set(5);",
    "context kept": "v.get()",
    "input": "input('?')",
    "capture": "%%capture held\nprint('hidden'); 5",
    "captured": "held.stdout",
    "bytes": "display({'text/plain': 'x', 'image/png': b'abc'}, raw=True)",
    "surrogate": "print('\\udcff')",
    "executor": "await asyncio.get_running_loop().run_in_executor(None, lambda: 7)",
    "connection": "import duckdb\nduckdb.connect().execute('select 42').fetchone()",
}  # fmt: skip
WITHOUT_OUTPUT = {"task", "context", "capture"}
NAMES = list(TRAPS)


@pytest.fixture(scope="module")
def both(kernels: Kernels, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Any]]:
    """The cells' outputs by papermill's own kernel and by ours; every cell may fail and the next goes on."""
    here = os.environ.pop(
        "PYTEST_CURRENT_TEST"
    )  # where it is set, ipykernel does not look at file descriptors
    done = {}
    for engine in ("nbclient", "hoso"):
        folder = tmp_path_factory.mktemp(engine)
        cells = notebook(*TRAPS.values(), tags={n: ["raises-exception"] for n in range(len(TRAPS))})
        with suppress(papermill.PapermillExecutionError):  # raised for cells that may fail, once all have run
            papermill.execute_notebook(
                cells, str(folder / "out.ipynb"), engine_name=engine, progress_bar=False, cwd=str(folder),
                **({"kernels": kernels.address} if engine == "hoso" else {}),
            )  # fmt: skip
        written = nbformat.read(folder / "out.ipynb", as_version=4).cells
        done[engine] = [cell for cell in written if re.fullmatch(r"c\d{1,2}", cell.id)]
    os.environ["PYTEST_CURRENT_TEST"] = here
    return done


def plain(cell: Any) -> str:
    """What a cell shows, without addresses, process ids and names of temporary files; pieces of a stream joined."""
    pieces: list[dict[str, Any]] = []
    for output in cell.outputs:
        last = pieces[-1] if pieces else {}
        if output.output_type == "stream" and last.get("name") == output.name:
            last["text"] = f"{last['text']}{output.text}"
        else:
            pieces.append(dict(output))
    told = repr([cell.execution_count, pieces])
    return re.sub(r"0x[0-9a-f]+|ipykernel_\d+/\d+|/tmp/[\w/.-]+|[0-9a-f]{32}", "…", told)


@pytest.mark.parametrize("number", range(len(TRAPS)), ids=NAMES)
def test_a_cell_shows_what_it_shows_in_papermills_kernel(both: dict[str, list[Any]], number: int) -> None:
    """The same outputs and count; and outputs there are, so that nothing is not compared with nothing."""
    reference, ours = both["nbclient"][number], both["hoso"][number]
    assert bool(reference.outputs) is (NAMES[number] not in WITHOUT_OUTPUT)
    assert plain(ours) == plain(reference)


def test_figures_are_pictures(both: dict[str, list[Any]]) -> None:
    """pyplot is imported before any shell exists: without a hand the figure is lost, and nothing says so."""
    (figure,) = both["hoso"][0].outputs
    assert "image/png" in figure.data


def test_times_and_language_are_told(run: Run) -> None:
    """nbclient's timing of each cell and the kernel's language are in the metadata."""
    theirs, ours = run("1", engine="nbclient"), run("1")
    assert theirs.metadata.language_info == ours.metadata.language_info
    assert theirs.cells[0].metadata.execution.keys() == ours.cells[0].metadata.execution.keys() != set()


def test_nothing_of_the_warm_up_is_seen(run: Run) -> None:
    """No figure and no setting of the collector's stays from the parent; what it loaded is there."""
    ran = run(
        "import sys, gc\nsys.modules['matplotlib.pyplot'].get_fignums(), gc.isenabled(), gc.get_freeze_count() > 0"
    )
    assert ran.text(0) == "([], True, True)"


def test_output_appears_while_a_cell_runs(run: Run) -> None:
    """What was printed without flushing is there when the kernel dies a moment later, as in ipykernel."""
    ran = run("print('unflushed')\nimport time, os\ntime.sleep(1)\nos._exit(1)")
    assert ran.text(0) == "unflushed\n"


def test_widgets_outside_the_fall_back_work_too(run: Run) -> None:
    """A library that makes a widget by itself gets its comm: the state is in the notebook."""
    ran = run("w = __import__('ipywidgets')\nw.IntSlider(value=3)")
    assert ran.error is None
    assert len(ran.metadata.widgets["application/vnd.jupyter.widget-state+json"].state) >= 2
