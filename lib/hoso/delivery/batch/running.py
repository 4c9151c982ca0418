"""Running a batch: what is unchanged is told at once, what is left goes to this process, to workers or to a cluster.

Everything a batch takes – its folder, the warm parent of kernels, workers, locks – goes with the process that runs it.
"""

from __future__ import annotations

import secrets
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...records import engine, pinned
from ...records.store import Store
from ...vocabulary.errors import HosoError
from ...vocabulary.workbook import Workbook
from .. import failures, freshness, recovery
from ..failures import Failure
from ..outputs import FAILED, MANIFEST
from ..publishing import staged
from ..runs import Outcome, Run
from . import folders
from .journal import Journal
from .order import Order, perform, process
from .pool import Pool
from .summary import Summary

if TYPE_CHECKING:
    from ..engine import Limits

Tell = Callable[[Outcome], None]
Publish = Callable[[Outcome], Outcome]


def run_all(  # noqa: PLR0913 - what a command says, by name
    runs: Sequence[Run], workbook: Workbook, store: Store, *, formats: Sequence[str], force: bool, jobs: int,
    limits: Limits, scheduler: str | None, tell: Tell, publish: Publish = lambda outcome: outcome, command: str = "",
) -> Summary:  # fmt: skip
    """Carries out all runs and says what became of each, in the order they end; one that fails stops no other.

    `jobs`: workers on this machine; `scheduler`: the address of a cluster instead. Ctrl-C and SIGTERM end it with what is
    done, nothing half; the same call later goes on from there. `publish`: what else is to be done with what a run left, in
    this process; its outcome is the run's. `command`: what the summary says starts it again.
    """
    summary = Summary(_new_id(), len(runs), command)
    with ExitStack() as stack:
        journal = stack.enter_context(Journal.opened(workbook.reports, summary.batch))
        folder = stack.enter_context(folders.private())
        order = _order(summary.batch, workbook, store, folder, tuple(formats), force, limits)
        stack.callback(process.release)
        journal.write("batch_started", runs=len(runs), jobs=jobs, scheduler=bool(scheduler))
        for line in recovery.recover(workbook.reports):  # what a killed batch left, whoever asked for it
            journal.write("recovered", what=line)
        batch = _Batch(order, journal, summary, publish, tell)
        try:
            with _terminable():
                batch.run(_heaviest_first(runs), jobs, scheduler)
        except KeyboardInterrupt:
            summary.interrupted = True
            recovery.recover(workbook.reports)  # a publication that was under way is carried out
        finally:
            summary.ended = datetime.now(UTC)
            ended = summary.as_dict()
            journal.write("batch_ended", **{key: ended[key] for key in ("seconds", "counts", "interrupted")})
    return summary


def _new_id() -> str:
    """Of the moment, so that logs stand in order, and of chance, so that two of a second are two."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"


def _order(
    batch: str, workbook: Workbook, store: Store, folder: Path, formats: tuple[str, ...], force: bool,
    limits: Limits,
) -> Order:  # fmt: skip
    versions = store.pins or pinned.versions(store)
    pinned.write(folder, store.root, versions)
    places = {"root": workbook.root, "store": workbook.store, "reports": workbook.reports}
    return Order(
        batch=batch,
        **{name: str(path) for name, path in places.items()},
        formats=formats,
        limits=limits,
        versions=versions,
        common=freshness.common_to_all(workbook),  # before any kernel or worker reads what it stands for
        force=force,
        engine=engine.chosen() or engine.OWN,
        folder=str(folder),
    )


def _heaviest_first(runs: Sequence[Run]) -> list[Run]:
    """Reports of whole places before those of units: a long one that comes last leaves the other cores idle."""
    return sorted(runs, key=lambda run: bool(run.unit))


@dataclass
class _Batch:
    """A batch under way."""

    order: Order
    journal: Journal
    summary: Summary
    publish: Publish
    tell: Tell

    def run(self, runs: Sequence[Run], jobs: int, scheduler: str | None) -> None:
        """Has the runs carried out where they are to be."""
        changed = self._changed(runs)
        if scheduler:
            self._on_cluster(scheduler, list(changed))
        elif len(runs) == 1:
            for run in changed:
                _begin_kernels()
                self.journal.write("started", run)
                self.done(perform(self.order, run))
        else:
            self._on_workers(changed, jobs)

    def done(self, outcome: Outcome) -> None:
        """A run has ended."""
        if outcome.status == "killed" and not outcome.files:
            self._note(outcome)
        outcome = self.publish(outcome)
        self.journal.finished(outcome)
        self.summary.outcomes.append(outcome)
        self.tell(outcome)

    def _note(self, outcome: Outcome) -> None:
        """Has the roster know of a run whose process died with it, which could leave no word itself."""
        failure = Failure(outcome.status, outcome.messages)
        with suppress(HosoError, OSError), staged(outcome.run, Path(self.order.reports)) as stage:
            if not failures.noted_since(self.summary.started, outcome.run, stage.reports):
                failures.keep(failure, outcome.run, stage, None)

    def _changed(self, runs: Sequence[Run]) -> Iterator[Run]:
        """The runs that something is to be made for; the others are told on the way. No worker is started for those."""
        reports = Path(self.order.reports)
        with process.prepared(self.order) as session:
            for run in runs:
                if not self.order.force and self._is_unchanged(run, reports, session.inputs):
                    files = run.documents(reports, self.order.formats)
                    self.done(Outcome(run, "unchanged", tuple(files)))
                else:
                    yield run

    def _is_unchanged(self, run: Run, reports: Path, inputs: freshness.Inputs) -> bool:
        folder = run.machine_folder(reports)
        if not (folder / MANIFEST).is_file() or (folder / FAILED).exists():
            return False  # what failed since is cleared away by a run
        return freshness.unchanged(run, reports, self.order.formats, inputs.of(run))

    def _on_workers(self, runs: Iterator[Run], jobs: int) -> None:
        """The warm parent of kernels and the workers are started when the first run needs them."""
        first = next(runs, None)
        if first is None:
            return
        with _kernels() as address:
            order = replace(self.order, kernels=address)
            Pool(order, max(1, jobs), self.journal).carry_out(_from(first, runs), self.done)

    def _on_cluster(self, scheduler: str, runs: Sequence[Run]) -> None:
        from ..cluster import run_on

        if runs:
            run_on(scheduler, self.order, runs, done=self.done)


def _from(first: Run, others: Iterator[Run]) -> Iterator[Run]:
    yield first
    yield from others


def _begin_kernels() -> None:
    """Has this process's own parent of kernels make itself ready while what makes a report is imported here."""
    from ..engine import kernels_at
    from ..engine.connection import Unavailable

    with suppress(Unavailable):  # then the run starts a kernel and says why
        kernels_at()


@contextmanager
def _kernels() -> Iterator[str | None]:
    """The warm parent that all workers of this machine share; None where there is no fork: each run then starts a kernel."""
    from ..engine import Kernels

    with Kernels.start() as kernels:
        yield kernels.address


@contextmanager
def _terminable() -> Iterator[None]:
    """SIGTERM – a service that is stopped, a machine shut down – ends a batch as Ctrl-C does."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only a main thread can be interrupted
        return
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(*_: Any) -> None:
    raise KeyboardInterrupt
