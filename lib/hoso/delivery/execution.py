"""The execution of a run's notebook by papermill on the engine `hoso`, and what its end means (chạy sổ tay).

papermill tells an exception of a cell; a kernel that died or ran out of time is told by the engine. Either way the notebook
comes back as far as it came.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ..records.store import Store
from ..vocabulary.errors import NoDataError
from ..vocabulary.workbook import Workbook
from . import failures
from .failures import Failure, told_or_logged
from .lean import load_papermill
from .runs import Run

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from .engine import Limits

FILE: Final = "executed.ipynb"
_NO_MEMORY: Final = {"MemoryError", "OutOfMemoryException", "_ArrayMemoryError"}
_SIGNALS: Final = {
    "SIGKILL": "bị hệ thống dừng đột ngột (SIGKILL), thường vì máy hết bộ nhớ",
    "SIGSEGV": "hỏng vì truy cập bộ nhớ sai (SIGSEGV)",
    "SIGABRT": "tự dừng vì lỗi nặng (SIGABRT), thường vì hết bộ nhớ được cấp",
    "SIGTERM": "bị yêu cầu dừng (SIGTERM)",
}


@dataclass(frozen=True)
class Executed:
    """A notebook as far as it ran, why it stopped (None: to its end) and what it cost."""

    notebook: NotebookNode | None
    stopped: Failure | None
    seconds: float
    cpu_seconds: float = 0
    peak_bytes: int = 0

    @property
    def facts(self) -> dict[str, Any]:
        """What the manifest tells of the run."""
        return {"seconds": self.seconds, "cpu_seconds": self.cpu_seconds, "peak_bytes": self.peak_bytes}


def executed(run: Run, workbook: Workbook, store: Store, stage: Path, limits: Limits) -> Executed:
    """Runs the notebook in the stage, within the limits.

    What only the machine did, a lost parent of kernels, heals by running again: that is done once.
    """
    started = time.perf_counter()
    (stage / "work").mkdir()
    error, notebook = _tried(run, workbook, store, stage, limits)
    if getattr(error, "lost", False):
        error, notebook = _tried(run, workbook, store, stage, limits)
    return _ended(error, notebook, limits, round(time.perf_counter() - started, 3))


def _tried(
    run: Run, workbook: Workbook, store: Store, stage: Path, limits: Limits
) -> tuple[Exception | None, NotebookNode | None]:
    """What papermill ended with, None when the notebook ran to its end; and the notebook as far as it came.

    Prepared, run and checked by papermill in three calls: its one call for all would also write the notebook out indented,
    twice, even to no file, which costs as much as running a unit's sheet.
    """
    load_papermill()
    import papermill
    from papermill.engines import papermill_engines
    from papermill.execute import raise_for_execution_errors

    from .engine import HosoEngine

    # by hand, so that it is this library's own; its entry point is for papermill's command line
    papermill_engines.register("hoso", HosoEngine)
    notebook: NotebookNode | None = None
    try:
        source = str(workbook.notebooks / f"{run.notebook.name}.ipynb")
        notebook = papermill.execute_notebook(source, None, run.parameters, prepare_only=True)
        papermill_engines.execute_notebook_with_engine(
            "hoso",
            notebook,
            papermill_engines.nb_kernel_name("hoso", notebook),
            progress_bar=False,
            folder=stage / "work",  # not where the documents are made: a notebook may write what it likes
            limits=limits,
            env=_environment(workbook, store),
        )
        raise_for_execution_errors(notebook, None)
    except Exception as error:
        return error, _without_places(run, notebook)
    return None, _without_places(run, notebook)


def _without_places(run: Run, notebook: NotebookNode | None) -> NotebookNode | None:
    """The notebook without where it ran: a reader elsewhere learns nothing of the machine."""
    if notebook is not None:
        notebook.metadata.papermill.update(input_path=f"{run.notebook.name}.ipynb", output_path=FILE)
    return notebook


def _environment(workbook: Workbook, store: Store) -> dict[str, str]:
    """The variables by which the kernel finds its places, over this process's own, which stay as they are."""
    places = {"HOSO_ROOT": workbook.root, "HOSO_STORE": store.root, "HOSO_REPORTS": workbook.reports}
    return {name: str(place) for name, place in places.items()}


# ── the end ──────────────────────────────────────────────────────────────────────────────────────


def _ended(
    error: Exception | None, notebook: NotebookNode | None, limits: Limits, seconds: float
) -> Executed:
    spent: Mapping[str, Any] = notebook.metadata.pop("hoso_run", {}) if notebook is not None else {}
    stopped = None if error is None else _failure(error, notebook, limits)
    cpu, peak = float(spent.get("cpu_seconds", 0)), int(spent.get("peak_bytes", 0))
    return Executed(notebook, stopped, seconds, round(cpu, 3), peak)


def _failure(error: Exception, notebook: NotebookNode | None, limits: Limits) -> Failure:
    """Why a notebook stopped, as a person needs to hear it."""
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    cell = getattr(error, "cell_id", None) or _stopped_at(notebook)
    where = failures.place_of(notebook, cell)
    if isinstance(error, PapermillExecutionError):
        return _raised(error, where, cell, limits)
    if isinstance(error, CellTimeoutError):
        words = f"{where}chạy quá thời hạn {limits.seconds:g} giây của cả sổ tay"
        return Failure("timed_out", [words], cell, "Sửa ô này, hoặc chạy lại với --timeout lớn hơn.")
    if isinstance(error, DeadKernelError):
        remedy = f"Bộ nhớ được cấp: {_memory(limits)}. Sửa ô này, hoặc chạy lại với --memory khác."
        return Failure("killed", [f"{where}tiến trình {_death(error)}"], cell, remedy)
    return Failure("failed", [told_or_logged(error)])


def _raised(error: Any, where: str, cell: str | None, limits: Limits) -> Failure:
    """An exception of a cell. NoDataError is no fault of the notebook's: there is nothing to report on."""
    if error.ename == NoDataError.__name__:
        return Failure("no_data", [error.evalue], cell)
    words = f"{where}{error.ename}: {error.evalue}" if error.evalue else f"{where}{error.ename}"
    if error.ename in _NO_MEMORY:
        return Failure("failed", [f"{words} – hết bộ nhớ được cấp ({_memory(limits)})"], cell)
    return Failure("failed", [words], cell)


def _stopped_at(notebook: NotebookNode | None) -> str | None:
    """The id of the cell with an error; else of the last that papermill saw begin."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"] if notebook is not None else []
    failed = [cell for cell in code if any(output.output_type == "error" for output in cell.outputs)]
    begun = [cell for cell in code if cell.metadata.get("papermill", {}).get("start_time")]
    return next((str(cell.get("id")) for cell in (*failed[:1], *begun[-1:])), None)


def _death(error: Any) -> str:
    """How a kernel ended: by which signal, or with which code."""
    number, code = getattr(error, "signal", None), getattr(error, "exit_code", None)
    if number:
        name = signal.Signals(number).name
        return _SIGNALS.get(name, f"bị dừng bởi tín hiệu {name}")
    return f"kết thúc giữa chừng với mã {code}" if code is not None else "kết thúc giữa chừng"


def _memory(limits: Limits) -> str:
    """ "500 MB", "3 GB", as --memory 500M and 3G say it."""
    if limits.memory is None:
        return "không giới hạn"
    size, unit = (limits.memory / 2**30, "GB") if limits.memory >= 2**30 else (limits.memory / 2**20, "MB")
    return f"{size:.4g} {unit}".replace(".", ",")
