"""What a worker of a cluster does: one run at a time and thread, under the order of its batch.

A worker may be lost when its run is published and its answer not yet delivered. So the answer is noted beside the reports,
and whoever is given the run then finds the note instead of making the report a second time.
"""

from __future__ import annotations

import hashlib
import json
import threading
import traceback
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from ..batch import folders
from ..batch.order import Order, perform, process
from ..faults import told_in_a_line
from ..objects import Remote, address_of
from ..outputs import MANIFEST
from ..publishing import PRIVATE
from ..runs import Outcome, Run

_changing: Final = threading.RLock()
_under_way: Final[set[object]] = set()


def carry_out(order: Order, run: Run, address: str | None) -> Outcome:
    """One run on this machine. `address`: the object store it is published to; None: the folder all machines share.

    Raises nothing: what goes wrong is the run's outcome, as in a worker of a single machine.
    """
    with _counted():
        try:
            return _to_objects(order, run, address) if address else _to_folder(order, run)
        except Exception as error:
            told = told_in_a_line(error)
            if told is None:  # a defect of the program: where it happened is in the worker's own log
                traceback.print_exc()
            words = str(told) if told else f"lỗi chương trình trên cụm máy: {type(error).__name__}"
            return Outcome(run, "failed", messages=(words,))


def release() -> None:
    """Takes down what a batch left in this worker; one that carries out a run keeps it until the next batch."""
    with _changing:
        if not _under_way:
            process.release()
            _opened.clear()
            _folders.close()


@contextmanager
def _counted() -> Iterator[None]:
    mark = object()
    with _changing:
        _under_way.add(mark)
    try:
        yield
    finally:
        with _changing:
            _under_way.discard(mark)


# ── a folder that all machines share ─────────────────────────────────────────────────────────────


def notes(reports: Path, batch: str) -> Path:
    """Where the workers of a batch note what they have done; private, gone with the batch."""
    return reports / PRIVATE / "cluster" / batch


def _to_folder(order: Order, run: Run) -> Outcome:
    note = notes(Path(order.reports), order.batch) / f"{hashlib.sha256(str(run).encode()).hexdigest()}.json"
    found = _noted(note, run)
    if found is not None:
        return found
    before = _begun(note.with_suffix(".begun"))
    outcome = perform(order, run)
    if before is not None and outcome.status == "unchanged":
        outcome = _of_before(outcome, Path(order.reports), before)
    with suppress(OSError):  # without a note the next worker to be given the run reads the report's manifest
        _note(note, outcome)
    return outcome


def _begun(mark: Path) -> float | None:
    """When a worker of this batch was given the run before, by the folder's clock; None for the first, which is noted."""
    with suppress(OSError):  # without a mark the run is at worst told as unchanged
        try:
            mark.touch(exist_ok=False)
        except FileExistsError:
            return mark.stat().st_mtime
    return None


def _of_before(outcome: Outcome, reports: Path, begun: float) -> Outcome:
    """A report found as it should be was made by that worker, which was lost before it told, if it was published since."""
    manifest = outcome.run.machine_folder(reports) / MANIFEST
    try:
        if manifest.stat().st_mtime < begun:
            return outcome
        told = json.loads(manifest.read_text("utf-8"))
        return replace(outcome, status=told["status"], messages=tuple(told["warnings"]))
    except (OSError, ValueError, KeyError, TypeError):
        return outcome


def _note(file: Path, outcome: Outcome) -> None:
    """As JSON and not as a pickle: reading it runs nothing, whoever may have written there."""
    told = {name: value for name, value in vars(outcome).items() if name != "run"}
    beside = file.with_name(f"{file.name}.{threading.get_ident()}")
    beside.write_text(json.dumps(told, default=str, ensure_ascii=False), "utf-8")
    beside.replace(file)


def _noted(file: Path, run: Run) -> Outcome | None:
    try:
        told: dict[str, Any] = json.loads(file.read_text("utf-8"))
        files, messages = tuple(map(Path, told.pop("files"))), tuple(told.pop("messages"))
        return Outcome(run, files=files, messages=messages, **told)
    except (OSError, ValueError, KeyError, TypeError):
        return None


# ── an object store ──────────────────────────────────────────────────────────────────────────────

_folders: Final = ExitStack()
_opened: Final[dict[tuple[str, str], Remote]] = {}


def _to_objects(order: Order, run: Run, address: str) -> Outcome:
    """In a private copy of what the run published before, pushed when it is made. Its files are then nobody's here."""
    remote = _remote(order.batch, address)
    remote.pull([run], only=True)
    outcome = remote.publish(perform(replace(order, reports=str(remote.copy)), run))
    for path in remote.files(run):
        (remote.copy / path).unlink(missing_ok=True)
    there = tuple(Path(order.reports) / file.relative_to(remote.copy) for file in outcome.files)
    return replace(outcome, files=there)


def _remote(batch: str, address: str) -> Remote:
    """The object store with a copy that all runs of a batch in this process share."""
    with _changing:
        key = (batch, address)
        if key not in _opened:
            folder = _folders.enter_context(folders.private())
            _opened[key] = Remote(address, folder / "reports")
        return _opened[key]


def url_of(order: Order) -> str | None:
    """The object store whose working copy the order's reports are."""
    return address_of(Path(order.reports))
