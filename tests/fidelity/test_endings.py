"""How a run ends: the same exception as nbclient raises, and on disk at least the outputs it leaves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError

from tests.fidelity.cases import small
from tests.fidelity.comparing import differences, merged
from tests.fidelity.running import OURS, REFERENCE, Ran, run

BEFORE, AFTER = "print('trước')", "print('không tới đây')"


@dataclass(frozen=True)
class Ending:
    """A notebook whose second cell ends it, and what is raised then."""

    source: str
    raised: type[Exception] | None
    options: dict[str, Any] = field(default_factory=dict)
    goes_on: bool = False

    @property
    def notebook(self) -> NotebookNode:
        return small(BEFORE, f"print('một dòng', flush=True)\n{self.source}", AFTER)


QUIET = {
    "error": Ending("1 / 0", PapermillExecutionError),
    "syntax": Ending("pass\na = = 1", PapermillExecutionError),
    "exit-code": Ending("raise SystemExit(3)", PapermillExecutionError),
    "exit-zero": Ending("raise SystemExit(0)", None),
    "interrupt": Ending("raise KeyboardInterrupt", PapermillExecutionError),
    "all-allowed": Ending("1 / 0", PapermillExecutionError, {"allow_errors": True}, goes_on=True),
    "one-allowed": Ending("1 / 0", PapermillExecutionError, {"allow_error_names": ["ZeroDivisionError"]}, goes_on=True),
    "interrupted": Ending("import time; time.sleep(60)", PapermillExecutionError, {"execution_timeout": 1, "interrupt_on_timeout": True}),
}  # fmt: skip
SUDDEN = {
    "os-exit": Ending("import os, time; time.sleep(0.3); os._exit(3)", DeadKernelError),
    "segfault": Ending("import ctypes, time; time.sleep(0.3); ctypes.string_at(0)", DeadKernelError),
    "kill": Ending("import os, time; time.sleep(0.3); os.kill(os.getpid(), 9)", DeadKernelError),
    "loop": Ending("while True: pass", CellTimeoutError, {"execution_timeout": 2}),
}
Both = Callable[[str], tuple[Ran, Ran, list[str]]]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Both:
    """A notebook run by nbclient and by us, once each; papermill saves after each cell, or nothing were left of the first."""

    @cache
    def made(name: str) -> tuple[Ran, Ran, list[str]]:
        ending, ways = (QUIET | SUDDEN)[name], (REFERENCE, OURS)
        folders = [tmp_path_factory.mktemp(way) for way in ways]
        one, other = (
            run(ending.notebook, folder, way, request_save_on_cell_execute=True, **ending.options)
            for folder, way in zip(folders, ways, strict=True)
        )
        return one, other, [str(folder) for folder in folders]

    return made


@pytest.mark.parametrize("name", QUIET)
def test_an_error_ends_a_notebook_as_with_nbclient(name: str, both: Both) -> None:
    """The same exception with the same words, the same notebook on disk, the rest not run unless errors are allowed."""
    (reference, ours, folders), ending = both(name), QUIET[name]
    assert isinstance(reference.error, ending.raised or type(None))
    assert repr(ours.error) == repr(reference.error)
    assert reference.code["c2"].outputs
    assert bool(reference.code["c3"].execution_count) is ending.goes_on
    assert differences(reference, ours, folders) == {}


@pytest.mark.parametrize("name", SUDDEN)
def test_a_kernel_that_dies_or_hangs_ends_as_with_nbclient(name: str, both: Both) -> None:
    """An exception of the same family; the outputs of the cells before, and what the cell had said, are on disk."""
    (reference, ours, folders), raised = both(name), SUDDEN[name].raised
    assert raised is not None
    assert isinstance(reference.error, raised)
    assert isinstance(ours.error, raised)
    assert "c1" not in differences(reference, ours, folders)
    assert [ran.code["c3"].execution_count for ran in (reference, ours)] == [None, None]
    said = [merged(ran.code["c2"].outputs)[0]["text"] for ran in (reference, ours)]
    assert said[1].startswith(said[0])
    assert said[0] == "một dòng\n"
    assert ours.notebook.metadata["papermill"]["exception"] is True


def test_a_notebook_after_a_dead_one_is_not_disturbed(both: Both, tmp_path: Path) -> None:
    """The parent of kernels outlives what it forked."""
    both("segfault")
    assert run(small("6 * 7"), tmp_path, OURS).code["c1"].outputs[0]["data"]["text/plain"] == "42"
