"""One notebook run by papermill, with its own engine or with ours, and what is left on disk afterwards."""

from __future__ import annotations

import copy
import logging
import shutil
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest
from nbformat import NotebookNode
from papermill.engines import papermill_engines

REFERENCE, OURS = "nbclient", "hoso"
_USUAL = {"progress_bar": False, "request_save_on_cell_execute": False}


@dataclass(frozen=True)
class Ran:
    """What a run left: the notebook as it lies on disk, and what papermill raised."""

    notebook: NotebookNode
    error: BaseException | None

    @property
    def code(self) -> dict[str, NotebookNode]:
        """The code cells by their ids."""
        return {cell.id: cell for cell in self.notebook.cells if cell.cell_type == "code"}


def engine() -> None:
    """Makes papermill know our engine, also in an installation made before its entry point was."""
    from hoso.delivery.engine import HosoEngine

    papermill_engines.register(OURS, HosoEngine)


def run(
    notebook: NotebookNode,
    folder: Path,
    by: str,
    *,
    environment: Mapping[str, str] | None = None,
    parameters: Mapping[str, Any] | None = None,
    files: Iterable[Path] = (),
    **options: Any,
) -> Ran:
    """Runs a notebook in a working folder below `folder` that holds copies of `files` and nothing else.

    The environment reaches the kernel the way the engine has; further options are those of papermill.execute_notebook.
    """
    work, out = folder / "work", folder / "out.ipynb"
    work.mkdir(parents=True)
    for file in files:
        shutil.copy(file, work)
    if by == OURS:
        engine()
        options["env"] = dict(environment or {})
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PYTEST_CURRENT_TEST", raising=False)  # ipykernel sees it and captures no descriptors
        if by != OURS:
            for name, value in (environment or {}).items():
                patch.setenv(name, value)
        error = _executed(copy.deepcopy(notebook), out, parameters, engine_name=by, cwd=str(work), **options)
    if not out.is_file():
        raise AssertionError(f"nothing was saved: {error!r}") from error
    return Ran(nbformat.read(out, as_version=4), error)


def _executed(
    notebook: NotebookNode, out: Path, parameters: Mapping[str, Any] | None, **options: Any
) -> BaseException | None:
    said = logging.getLogger("papermill").level
    logging.getLogger("papermill").setLevel(logging.CRITICAL)  # it repeats what notebooks of errors say
    try:
        # In a thread of its own: a browser test before may have left an event loop running in this one, and nbclient would
        # take another thread's, in which ZeroMQ's messages can get lost.
        with ThreadPoolExecutor(1) as apart:
            apart.submit(
                papermill.execute_notebook, notebook, out, dict(parameters or {}), **(_USUAL | options)
            ).result()
    except Exception as error:  # whatever it is, is compared
        return error
    finally:
        logging.getLogger("papermill").setLevel(said)
    return None
