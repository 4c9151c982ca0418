"""A notebook run in this process: its cells, its real magic, its outputs; as papermill leaves it, without a kernel to start.

One IPython shell serves all runs of a process, as one kernel serves an analyst; its namespace is emptied before each. An
error is raised as itself, so that a test sees which kind of refusal it is.
"""

from __future__ import annotations

import builtins
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from IPython.core.displayhook import CapturingDisplayHook
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from nbformat import NotebookNode
from traitlets.config import Config

ROOT = Path(__file__).parents[2]
NOTEBOOKS = {path.stem: path for path in sorted((ROOT / "notebooks").glob("*.ipynb"))}
_QUIET = Config({"HistoryManager": {"enabled": False}, "InteractiveShell": {"colors": "nocolor"}})


def published() -> list[str]:
    """The notebooks whose reports are published, as they are found: a new one joins by itself."""
    named = {name: nbformat.read(path, as_version=4).metadata for name, path in NOTEBOOKS.items()}
    return [name for name, about in named.items() if about.get("hoso", {}).get("published", True)]


def parameters(name: str) -> dict[str, str]:
    """A notebook's parameters and their defaults, as its own cell sets them."""
    cells = nbformat.read(NOTEBOOKS[name], as_version=4).cells
    given: dict[str, Any] = {}
    exec(next(c.source for c in cells if "parameters" in c.metadata.get("tags", ())), given)
    return {key: value for key, value in given.items() if key != "__builtins__"}


@contextmanager
def _environment(store: Path) -> Iterator[None]:
    """The variables a run has; as they were afterwards."""
    before = dict(os.environ)
    os.environ.update(HOSO_ROOT=str(ROOT), HOSO_STORE=str(store), HOSO_REPORTS=str(store.parent / "reports"))
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@dataclass
class _Cells:
    """The shell and what its cells show."""

    shell: InteractiveShell

    def run(self, source: str) -> list[NotebookNode]:
        """Runs a cell as a person would; its outputs. Raises what the cell raised."""
        shown: list[Any] = []
        publisher, hook = CapturingDisplayPublisher(), CapturingDisplayHook(shell=self.shell, outputs=shown)
        publisher.outputs = shown
        kept = self.shell.display_pub, self.shell.display_trap.hook
        self.shell.display_pub, self.shell.display_trap.hook = publisher, hook
        try:
            ended = self.shell.run_cell(source, store_history=False)
        finally:
            self.shell.display_pub, self.shell.display_trap.hook = kept
        ended.raise_error()
        return [
            nbformat.v4.new_output(
                "display_data", data=dict(part["data"]), metadata=dict(part.get("metadata") or {})
            )
            for part in shown
        ]


def _shell() -> InteractiveShell:
    shell = InteractiveShell.instance(config=_QUIET)
    for name in ("showtraceback", "_showtraceback"):  # the error is raised, not printed
        setattr(shell, name, lambda *_args, **_options: None)
    shell.reset(new_session=False)
    shell.extension_manager.loaded.discard("hoso")  # each notebook loads it for itself
    return shell


def run(name: str, store: Path, **given: str) -> NotebookNode:
    """The notebook `name` executed on a store with parameters; those it does not have are left out, as `hoso report` does."""
    notebook = nbformat.read(NOTEBOOKS[name], as_version=4)
    chosen = {key: value for key, value in given.items() if key in parameters(name)}
    underscore = getattr(builtins, "_", None)  # a display hook sets it, and others translate with it
    try:
        with _environment(store):
            _execute(_Cells(_shell()), notebook, chosen)
    finally:
        if underscore is None:
            vars(builtins).pop("_", None)
    return notebook


def _execute(cells: _Cells, notebook: NotebookNode, chosen: Mapping[str, str]) -> None:
    for number, cell in enumerate((c for c in notebook.cells if c.cell_type == "code"), 1):
        cell.outputs, cell.execution_count = cells.run(cell.source), number
        if "parameters" in cell.metadata.get("tags", ()):
            cells.run("\n".join(f"{key} = {value!r}" for key, value in chosen.items()))
