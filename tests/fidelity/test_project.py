"""Every notebook of the project, on the sample: our engine leaves what nbclient leaves, to the last byte that is not drawn by lot."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import nbformat
import pytest

from tests.fidelity.comparing import differences
from tests.fidelity.running import OURS, REFERENCE, Ran, run
from tests.notebooks.runner import NOTEBOOKS, ROOT, parameters, published

Runs = Callable[[str, str], tuple[Ran, str]]
CONTROL = "unit"


@pytest.fixture(scope="module")
def ran(whole_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """A notebook with its own parameters run one way ("again" is nbclient once more); and the folder of the run."""
    names = {
        "ROOT": ROOT,
        "STORE": whole_sample / "store",
        "KEY": whole_sample / "key",
        "REPORTS": whole_sample / "none",
    }
    environment = {f"HOSO_{name}": str(value) for name, value in names.items()}

    @cache
    def made(name: str, by: str) -> tuple[Ran, str]:
        folder = tmp_path_factory.mktemp(f"{name}-{by}")
        engine = OURS if by == OURS else REFERENCE
        asked = nbformat.read(NOTEBOOKS[name], as_version=4)
        return run(asked, folder, engine, environment=environment, parameters=parameters(name)), str(folder)

    return made


def differing(ran: Runs, name: str, by: str) -> dict[str, tuple[str, str]]:
    """What differs from nbclient's."""
    (one, first), (other, second) = ran(name, REFERENCE), ran(name, by)
    assert (one.error, other.error) == (None, None)
    return differences(one, other, [first, second])


def test_the_reference_agrees_with_itself(ran: Runs) -> None:
    """The control: nothing in a report depends on the moment or on chance."""
    assert differing(ran, CONTROL, "again") == {}


@pytest.mark.parametrize("name", sorted(NOTEBOOKS))
def test_a_notebook_is_as_nbclient_leaves_it(name: str, ran: Runs) -> None:
    """All cells ran in the reference and show blocks there, and every output, count and metadata of ours is the same."""
    reference, _ = ran(name, REFERENCE)
    assert all(cell.execution_count for cell in reference.code.values())
    assert sum(bool(cell.outputs) for cell in reference.code.values()) >= 3
    assert differing(ran, name, OURS) == {}


@pytest.mark.parametrize("name", published())
def test_a_report_s_notebook_needs_no_other_engine(name: str, ran: Runs) -> None:
    """Reports are made in forks: only a fork of ours is told what it cost."""
    assert ran(name, OURS)[0].notebook.metadata["hoso_run"]["cpu_seconds"] > 0
