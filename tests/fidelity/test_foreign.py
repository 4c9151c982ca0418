"""nbclient's and papermill's own test notebooks, run by nbclient and by us: they behave the same where they apply.

They are not ours to ship: `tools/notebooks/notebooks` fetches them by their hashes and prints the folder that
HOSO_FOREIGN_NOTEBOOKS names.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import nbformat
import pytest

from tests.conftest import missing
from tests.fidelity.comparing import differences
from tests.fidelity.running import OURS, REFERENCE, run

FOLDER = os.environ.get("HOSO_FOREIGN_NOTEBOOKS", "")
FEWEST = 24  # that apply: a folder with less is not what was fetched
APART = {  # what does not apply, and why
    "binder": "runs papermill in papermill's own repository",
    "notimplemented_translator": "is written in R",
    "keyboard_interrupt": "waits a minute for somebody to press Ctrl-C",
    "gcs-simple_notebook": "crashes after ten seconds: test_endings has crashes",
    "Parallel Execute A": "waits for its twin: test_many has eight that wait for each other",
    "Parallel Execute B": "waits for its twin: test_many has eight that wait for each other",
    "Sleep1s": "prints what time it is",
    "blank-vscode": "has no code",
    "s3-simple_notebook": "is no_parameters again",
    "test_notebooknode_io": "is HelloWorld again",
    "UnicodePy3": "is Unicode again",
    "systemexit": "is sysexit again",
    "result_no_exec": "sets two names: test_cells does",
    "sysexit1": "is test_endings' exit-code",
    "broken1": "is broken2 without its displays",
    "nb_version_4.4": "prints a number",
    "report_mode_test": "prints a sum",
    "Factorials": "prints in a loop",
    "Output": "is widgets, so nbclient's own in both runs (JupyterWidgets, too), and at times it waits for ever there",
}
KERNEL = {"kernel_name": "python3", "language": "python"}  # some of them do not say
OPTIONS: dict[str, dict[str, Any]] = {
    "Autokill": {"request_save_on_cell_execute": True},
    "Interrupt": {"execution_timeout": 1, "interrupt_on_timeout": True},
    "simple_execute": {"parameters": {"msg": "Xin chào"}},
}
SHOWS_NOTHING = {"Autokill", "Check History in Memory", "Other Comms", "test_autosave"}
DIES = {"Autokill"}  # what a dead kernel's cell is told of its end is our own (test_endings)


def found() -> dict[str, Path]:
    """Those that were fetched and apply, by name."""
    files = sorted(Path(FOLDER).glob("**/*.ipynb")) if FOLDER else []
    return {file.stem: file for file in files if file.stem not in APART}


@pytest.fixture(scope="module")
def fetched() -> dict[str, Path]:
    """The notebooks, or a clear word why not."""
    if not FOLDER:
        missing("the notebooks of others (tools/notebooks/notebooks)", "HOSO_REQUIRE_FOREIGN_NOTEBOOKS")
    return found()


def test_they_are_all_there(fetched: dict[str, Path]) -> None:
    """None of those that are set aside is unknown, and enough are left."""
    assert len(fetched) >= FEWEST
    assert APART.keys() - {file.stem for file in Path(FOLDER).glob("**/*.ipynb")} == set()


@pytest.mark.parametrize("name", sorted(found()) or ["(none)"])
def test_a_foreign_notebook_is_as_nbclient_leaves_it(
    name: str, fetched: dict[str, Path], tmp_path: Path
) -> None:
    """The same outputs and the same exception; the reference ran, and showed something where there is something to show."""
    asked = nbformat.read(fetched[name], as_version=4)
    asked.metadata.pop("papermill", None)  # what an earlier run was given is not given to this one
    check = tmp_path / "check.txt"  # papermill's test makes it, too
    check.touch()
    beside = [check, *fetched[name].parent.glob("python.png")]
    reference, ours = (
        run(asked, tmp_path / by, by, files=beside, **KERNEL, **OPTIONS.get(name, {}))
        for by in (REFERENCE, OURS)
    )
    ran = [cell for cell in reference.notebook.cells if cell.cell_type == "code" and cell.execution_count]
    assert ran or name in DIES
    assert any(cell.outputs for cell in ran) or name in SHOWS_NOTHING
    assert isinstance(ours.error, type(reference.error))
    if name not in DIES:
        assert str(ours.error) == str(reference.error)
        assert differences(reference, ours, [str(tmp_path / by) for by in (REFERENCE, OURS)]) == {}
