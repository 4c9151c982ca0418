"""What all runs of a batch have in common (lệnh chạy), and one run carried out under it, whatever process or machine.

An order is plain values, so it goes to a worker process over a pipe and to a cluster's worker over the network. A process
prepares itself once for the orders of a batch: the workbook's places, the store at the batch's versions, the digests that
tell whether a report is unchanged.
"""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ...records import engine as engines
from ...records import pinned
from ...records.store import Store
from ...vocabulary.workbook import Workbook
from ..faults import told_in_a_line
from ..runs import Outcome, Run
from . import folders
from .locks import locked

if TYPE_CHECKING:
    from ..engine import Limits
    from ..freshness import Inputs


@dataclass(frozen=True)
class Order:
    """How the runs of one batch are made: places as absolute paths, what to make, within which limits."""

    batch: str  # its id: names its log, and tells a process whether it is prepared
    root: str
    store: str
    reports: str
    formats: tuple[str, ...]
    limits: Limits
    versions: Mapping[str, Any]  # of the store's tables (records.pinned)
    common: Mapping[str, str] | None = (
        None  # freshness.common_to_all when the batch began; None: of this machine, when it is first asked
    )
    force: bool = False
    kernels: str | None = (
        None  # the address of the warm parent on this machine; None: the process has its own
    )
    engine: str = engines.OWN  # what counts the facts (records.engine)
    folder: str | None = None  # the batch's private folder on this machine; None: the process makes its own


@dataclass(frozen=True)
class Session:
    """What a process has ready for the runs of an order."""

    workbook: Workbook
    store: Store
    inputs: Inputs


def perform(order: Order, run: Run, wait: bool = True) -> Outcome:
    """One run in this process. Never raises for what a notebook, a disk or the store does: that is an outcome.

    The first run of a batch prepares the process: it sets HOSO_ROOT, HOSO_STORE, HOSO_REPORTS, HOSO_BATCH,
    HOSO_ENGINE and HOSO_KERNELS.
    While another process makes the same report, this one waits and then mostly finds it unchanged; `wait=False` raises
    `locks.Busy` instead.
    """
    from .. import making

    try:
        with (
            process.prepared(order) as session,
            locked(Path(order.reports), str(run.machine_folder(Path())), wait),
        ):
            return making.report(
                run, session.workbook, session.store, order.formats, order.force, session.inputs, order.limits
            )
    except Exception as error:
        told = told_in_a_line(error)
        if told is None:
            raise
        return Outcome(run, "failed", messages=(str(told),))


# ── the process ──────────────────────────────────────────────────────────────────────────────────


class Process:
    """What this process is prepared for: one batch at a time, whose variables are the whole process's.

    A cluster's worker may carry out runs in several threads and get runs of two batches: those of the second wait until
    those of the first are done.
    """

    def __init__(self) -> None:
        self._turn = threading.Condition()
        self._running = 0
        self._batch: str | None = None
        self._session: Session
        self._open = ExitStack()

    @contextmanager
    def prepared(self, order: Order) -> Iterator[Session]:
        """The session of an order, prepared at its batch's first run; it stays for the next ones until `release`."""
        with self._turn:
            self._turn.wait_for(lambda: self._batch == order.batch or not self._running)
            if self._batch != order.batch:
                self._close()
                self._session = self._open.enter_context(_session(order))
                self._batch = order.batch
            self._running += 1
        try:
            yield self._session
        finally:
            with self._turn:
                self._running -= 1
                self._turn.notify_all()

    def release(self) -> None:
        """Takes down what the last batch needed: its variables and, where it was made here, its folder."""
        with self._turn:
            self._close()

    def _close(self) -> None:
        self._batch = None
        self._open.close()


process: Final = Process()  # its variables are the process's, so there is one
atexit.register(process.release)


@contextmanager
def _session(order: Order) -> Iterator[Session]:
    from ..freshness import Inputs

    with ExitStack() as stack:
        folder = Path(order.folder) if order.folder else stack.enter_context(folders.private())
        if not order.folder:
            pinned.write(folder, Path(order.store), order.versions)
        stack.enter_context(_environment(order, folder))
        workbook = Workbook(Path(order.root))
        store = Store.open(workbook.store)
        yield Session(workbook, store, Inputs(workbook, store, order.common))


@contextmanager
def _environment(order: Order, folder: Path) -> Iterator[None]:
    """The variables by which the library finds its places; afterwards as they were."""
    wanted = {
        "HOSO_ROOT": order.root,
        "HOSO_STORE": order.store,
        "HOSO_REPORTS": order.reports,
        pinned.VARIABLE: str(folder),
        engines.VARIABLE: order.engine,
        **({"HOSO_KERNELS": order.kernels} if order.kernels else {}),
    }
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
