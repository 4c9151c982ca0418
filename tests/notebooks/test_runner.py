"""The runner of these tests gives what papermill gives, so that what holds here holds for the reports that are published."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest
from nbformat import NotebookNode

from hoso.delivery.export.document import document
from hoso.vocabulary.errors import NoDataError
from tests.notebooks.cases import CASES
from tests.notebooks.runner import NOTEBOOKS, ROOT, parameters, published, run

CASE = CASES["all on time"]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return CASE.store(tmp_path_factory.mktemp("runner"))


def by_papermill(store: Path, out: Path) -> NotebookNode:
    """The review by papermill in a kernel of its own."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"ROOT": ROOT, "STORE": store, "REPORTS": store.parent / "reports"}.items():
            patch.setenv(f"HOSO_{name}", str(value))
        given = {"province": CASE.province, "period": CASE.period}
        papermill.execute_notebook(NOTEBOOKS["review"], out, given, progress_bar=False, cwd=out.parent)
    return nbformat.read(out, as_version=4)


def told(notebook: NotebookNode) -> dict[str, Any]:
    """The document, as plain JSON values."""
    plain: dict[str, Any] = json.loads(json.dumps(document(notebook, "review")))
    return plain


def test_the_runner_gives_what_papermill_gives(store: Path, tmp_path: Path) -> None:
    """The same blocks, figures and facts in the same order, and every code cell has run."""
    own = run("review", store, **CASE.parameters)
    assert told(own) == told(by_papermill(store, tmp_path / "out.ipynb"))
    assert all(cell.execution_count for cell in own.cells if cell.cell_type == "code")


def test_a_run_leaves_nothing_behind(store: Path) -> None:
    """Names of one notebook are unknown to the next, and the environment is as it was."""
    import os

    before = dict(os.environ)
    run("review", store, **CASE.parameters)
    with pytest.raises(NoDataError):
        run("review", store.parent / "no-store", **CASE.parameters)
    assert dict(os.environ) == before
    assert sys.displayhook is sys.__displayhook__


def test_parameters_are_those_of_the_cell() -> None:
    """Read by running the cell, as a kernel does; all are words."""
    assert parameters("reminder")["period"] == "2023-01-01..2023-11-15"
    assert {type(value) for name in published() for value in parameters(name).values()} == {str}
