"""One parent of kernels for all tests of the engine, and notebooks made of a few cells."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest
from papermill.engines import papermill_engines

from hoso.delivery.engine import HosoEngine, Kernels


def notebook(*sources: str, tags: dict[int, list[str]] | None = None) -> Any:
    """A notebook of code cells with ids c0, c1, …"""
    cells = [nbformat.v4.new_code_cell(source, id=f"c{number}") for number, source in enumerate(sources)]
    for number, given in (tags or {}).items():
        cells[number].metadata["tags"] = given
    about = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}
    return nbformat.v4.new_notebook(cells=cells, metadata=about)


def text(cell: Any) -> str:
    """All a cell shows, as text."""
    shown = []
    for output in cell.outputs:
        if output.output_type == "stream":
            shown.append(output.text)
        elif output.output_type == "error":
            shown.append(f"{output.ename}: {output.evalue}")
        else:
            shown.append(output.data.get("text/plain", ""))
    return "".join(shown)


def alive(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@dataclass(frozen=True)
class Ran:
    """What became of a notebook: as it lies on disk, and the error papermill raised."""

    cells: list[Any]
    metadata: Any
    error: BaseException | None

    def text(self, number: int) -> str:
        return text(self.cells[number])


Run = Callable[..., Ran]


@pytest.fixture(scope="session")
def kernels() -> Iterator[Kernels]:
    """A parent of kernels; when the tests are done neither it nor its folder is there."""
    papermill_engines.register("hoso", HosoEngine)
    with Kernels.start() as started:
        started.ready()
        yield started
    assert not alive(started.pid)
    assert not Path(started.address).parent.exists()


@pytest.fixture
def run(kernels: Kernels, tmp_path: Path) -> Run:
    """Runs cells with the engine, or another, in a folder of their own; the notebook is read back from disk."""

    def ran(
        *sources: str, engine: str = "hoso", tags: dict[int, list[str]] | None = None, **given: Any
    ) -> Ran:
        out, error = tmp_path / "executed.ipynb", None
        out.unlink(missing_ok=True)
        own = (
            {"kernels": kernels.address, "folder": str(tmp_path)}
            if engine == "hoso"
            else {"cwd": str(tmp_path)}
        )
        try:
            papermill.execute_notebook(
                notebook(*sources, tags=tags), str(out), engine_name=engine, progress_bar=False,
                request_save_on_cell_execute=False, **(own | given),
            )  # fmt: skip
        except Exception as raised:
            error = raised
        written = nbformat.read(out, as_version=4)
        ours = {f"c{number}" for number in range(len(sources))}
        return Ran([cell for cell in written.cells if cell.id in ours], written.metadata, error)

    return ran
