"""papermill's engine `hoso`: what it refuses, what it leaves to papermill, what lies on disk."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import papermill
import pytest
from jupyter_client.kernelspec import NoSuchKernel
from papermill.exceptions import PapermillExecutionError

from hoso.delivery.engine import Kernels, Limits, TimedOut, private, save
from hoso.vocabulary.errors import UsageError
from tests.delivery.engine.conftest import Run, notebook, text

PARAMETERS = 'province = "ha-giang"  # tỉnh\nperiod = "2024-09"  # kỳ\nma = "02"  # mã'
REFUSED = {
    "a number": {"ma": 1},
    "unknown": {"other": "x"},
    "code": {"ma=1\nimport os\nx": "1"},
    "upwards": {"ma": "../x"},
    "a path": {"ma": "a/b"},
    "no province": {"province": "atlantis"},
    "no period": {"period": "someday"},
}


@pytest.mark.parametrize("given", REFUSED.values(), ids=REFUSED)
def test_parameters_are_refused_before_anything_runs(
    tmp_path: Path, kernels: Kernels, given: dict[str, object]
) -> None:
    """A value that is no text, a name that is not declared or has code in it, a way out of the folder."""
    cells = notebook(PARAMETERS, "open('ran', 'w')", tags={0: ["parameters"]})
    with pytest.raises(UsageError):
        papermill.execute_notebook(
            cells, str(tmp_path / "out.ipynb"), parameters=given, engine_name="hoso", progress_bar=False,
            kernels=kernels.address, folder=tmp_path,
        )  # fmt: skip
    assert list(tmp_path.iterdir()) == []


def test_parameters_reach_the_notebook(run: Run) -> None:
    """What is declared and of its closed list is set, as text."""
    ran = run(PARAMETERS, "province, period, ma", tags={0: ["parameters"]}, parameters={"ma": "01"})
    assert ran.error is None
    assert ran.text(1) == "('ha-giang', '2024-09', '01')"


def test_a_failing_cell_is_papermills_error(run: Run) -> None:
    """The same class and words as papermill's own engine raises, the banner in the notebook as there."""
    theirs, ours = run("1", "1/0", "2", engine="nbclient"), run("1", "1/0", "2")
    assert isinstance(ours.error, PapermillExecutionError)
    assert (ours.error.ename, ours.error.exec_count) == (theirs.error.ename, theirs.error.exec_count)  # type: ignore[union-attr]
    assert [text(c) for c in ours.cells] == [text(c) for c in theirs.cells]
    assert [c.metadata.papermill.status for c in ours.cells] == [
        c.metadata.papermill.status for c in theirs.cells
    ]


def test_the_notebook_is_saved_by_the_cell_when_asked(tmp_path: Path, kernels: Kernels) -> None:
    """papermill's default: what is done so far can be read while the rest runs."""
    look = "import nbformat\nlen([c for c in nbformat.read('out.ipynb', 4).cells if c.get('outputs')])"
    done = papermill.execute_notebook(
        notebook("1", look), str(tmp_path / "out.ipynb"), engine_name="hoso", progress_bar=False,
        kernels=kernels.address, folder=tmp_path,
    )  # fmt: skip
    assert text(done.cells[1]) == "1"


def test_widgets_run_in_papermills_own_kernel(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    """By itself, said in the log, under the same limits, in the same folder and environment."""
    with caplog.at_level(logging.WARNING, "papermill"):
        ran = run(
            "import ipywidgets as w\nw.IntSlider(value=3)", "import os\nos.environ['HOSO_ROOT']",
            "import resource\nresource.getrlimit(resource.RLIMIT_DATA)[0]", "os.getppid()",
            env={"HOSO_ROOT": "/x"}, limits=Limits(memory=2**31),
        )  # fmt: skip
    assert ran.error is None
    assert "it uses widgets" in caplog.text
    assert len(ran.metadata.widgets["application/vnd.jupyter.widget-state+json"].state) >= 2
    assert [ran.text(n) for n in (1, 2, 3)] == ["'/x'", str(2**31), str(os.getpid())]


def test_the_limits_hold_in_papermills_own_kernel(run: Run, tmp_path: Path) -> None:
    """A notebook with widgets ends at its time limit too, and its kernel with it."""
    ran = run(
        "import ipywidgets\nimport os\nprint(os.getpid())", "import time\ntime.sleep(600)",
        limits=Limits(seconds=10),
    )  # fmt: skip
    assert isinstance(ran.error, TimedOut)
    assert ran.error.cell == 1
    assert ran.cells[1].metadata.papermill.status == "failed"
    assert not Path(f"/proc/{ran.text(0).strip()}").exists()


def test_what_is_missing_is_told_politely(
    run: Run, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A release without something the engine takes from the inside: the notebook runs as papermill runs it."""
    assert private.lacking(private.OF_CLIENT) == []
    assert private.lacking(["nbclient.client:NotebookClient.gone", "gone:x"]) == [
        "nbclient.client:NotebookClient.gone", "gone:x",
    ]  # fmt: skip
    monkeypatch.setattr("hoso.delivery.engine.papermill.OF_CLIENT", ("nbclient.client:NotebookClient.gone",))
    with caplog.at_level(logging.WARNING, "papermill"):
        ran = run("6 * 7", "import os\nos.getppid()")
    assert (ran.error, ran.text(0), ran.text(1)) == (None, "42", str(os.getpid()))
    assert "nbclient.client:NotebookClient.gone" in caplog.text


def test_another_kernel_is_not_ours(kernels: Kernels, tmp_path: Path) -> None:
    """A notebook for a kernel that is not this interpreter's is left to papermill, which says what it has to say."""
    with pytest.raises(NoSuchKernel, match="no-such-kernel"):
        papermill.execute_notebook(
            notebook("1"), str(tmp_path / "out.ipynb"), engine_name="hoso", progress_bar=False,
            kernel_name="no-such-kernel", language="python", kernels=kernels.address,
        )  # fmt: skip


def test_papermills_command_has_the_engine(tmp_path: Path, kernels: Kernels) -> None:
    """`papermill --engine hoso` finds it by its entry point; `-p ma 01` has become a number there and is refused."""
    nbformat.write(notebook(PARAMETERS, "ma", tags={0: ["parameters"]}), tmp_path / "in.ipynb")
    words = [
        sys.executable,
        "-m",
        "papermill",
        "--engine",
        "hoso",
        "--no-progress-bar",
        "in.ipynb",
        "out.ipynb",
    ]
    command = {"cwd": tmp_path, "env": os.environ | {"HOSO_KERNELS": kernels.address}, "capture_output": True}
    done = subprocess.run([*words, "-r", "ma", "01"], **command, text=True, check=False)  # type: ignore[call-overload]
    assert done.returncode == 0, done.stderr
    assert text(nbformat.read(tmp_path / "out.ipynb", 4).cells[-1]) == "'01'"
    refused = subprocess.run([*words, "-p", "ma", "01"], **command, text=True, check=False)  # type: ignore[call-overload]
    assert refused.returncode != 0
    assert "UsageError" in refused.stderr


def test_a_saved_notebook_is_what_nbformat_writes(run: Run, tmp_path: Path) -> None:
    """Every value of it, also half a letter; nothing transient."""
    ran = run("print('Đ\\nê')", "import pandas as pd\npd.DataFrame({'a': [1.5]})")
    held = nbformat.v4.new_notebook(cells=ran.cells, metadata=ran.metadata | {"signature": "x"})
    for odd in (None, "\udcff"):
        held.metadata["odd"] = odd
        save(held, tmp_path / "ours.ipynb")
        theirs = nbformat.writes(held).encode("utf-8", "replace")
        assert nbformat.reads(theirs, 4) == nbformat.read(tmp_path / "ours.ipynb", 4)
    assert ran.error is None
