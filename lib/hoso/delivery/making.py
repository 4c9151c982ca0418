"""Making a report (lập báo cáo): its notebook is executed by papermill, judged from outside, exported, published as one set.

A run that fails leaves the last good report where it is and puts its own notebook beside it, with what went wrong.
papermill and the exporters are imported by the run that needs them: to find a report unchanged takes none.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from .. import __version__
from ..records.store import Store
from ..vocabulary.workbook import Workbook
from . import failures, history, outputs, verdict
from .engine import Limits
from .execution import Executed, executed
from .export.formats import FORMATS, USUAL, exported
from .failures import Failure, told_or_logged
from .freshness import Inputs, unchanged
from .publishing import Stage, settle, staged
from .runs import Outcome, Run

if TYPE_CHECKING:
    from nbformat import NotebookNode

_EXPORT_SECONDS: Final = 300.0  # what exporting and publishing take at most, beside the notebook's own limit
_USUAL_LIMITS: Final = Limits()


@dataclass(frozen=True)
class _Made:
    """A finished report in its stage: the document, and what published it."""

    document: Mapping[str, Any]
    formats: Sequence[str]
    warnings: list[str]
    inputs: Mapping[str, str]
    run_facts: Mapping[str, Any]


def report(
    run: Run,
    workbook: Workbook,
    store: Store,
    formats: Sequence[str] = USUAL,
    force: bool = False,
    inputs: Inputs | None = None,
    limits: Limits = _USUAL_LIMITS,
) -> Outcome:
    """Makes a report, unless nothing it depends on has changed. Whatever a notebook, a disk or the store does is an outcome.

    `inputs` are those of the batch, read once for all its runs. Two processes that make the same report take turns.
    """
    started = time.perf_counter()
    try:
        outcome = _report(run, workbook, store, formats, force, inputs or Inputs(workbook, store), limits)
    except Exception as error:  # one failure stops nothing
        outcome = Outcome(run, "failed", messages=Failure("failed", [told_or_logged(error)]).told)
    return replace(outcome, seconds=round(time.perf_counter() - started, 3))


def _report(
    run: Run, workbook: Workbook, store: Store, formats: Sequence[str], force: bool, inputs: Inputs, limits: Limits
) -> Outcome:  # fmt: skip
    reports = workbook.reports
    lacking = inputs.lacking(run)
    if lacking:
        return Outcome(run, "no_data", messages=(f"chưa có {lacking} của {run.province.title}",))
    settle(run, reports)
    parts = inputs.of(run)
    if not force and unchanged(run, reports, formats, parts):
        _forget_failure(run, reports)  # what failed since was put back as it was
        return Outcome(run, "unchanged", tuple(run.documents(reports, formats)))
    with staged(run, reports, limits.seconds + _EXPORT_SECONDS) as stage:
        ran = executed(run, workbook, store, stage.folder, limits)
        try:
            outcome = _judged(run, stage, ran, formats, inputs, parts)
        except Exception as error:  # of an exporter, or of the disk
            outcome = _failed(run, stage, Failure("failed", [told_or_logged(error)]), ran.notebook)
    return replace(outcome, cpu_seconds=ran.cpu_seconds, peak_bytes=ran.peak_bytes)


def _judged(
    run: Run, stage: Stage, ran: Executed, formats: Sequence[str], inputs: Inputs, parts: Mapping[str, str]
) -> Outcome:
    from .export.document import document as assemble

    if ran.stopped is not None and ran.stopped.status == "no_data":
        return Outcome(run, "no_data", messages=ran.stopped.told)
    if ran.stopped is not None:
        return _failed(run, stage, ran.stopped, ran.notebook)
    assert ran.notebook is not None  # otherwise something stopped it
    document = assemble(ran.notebook, run.name)
    found = verdict.faults(ran.notebook, document, _asked(run, inputs))
    if found:
        return _failed(run, stage, Failure("failed", found), ran.notebook)
    warnings = verdict.warnings(document)
    return _published(run, stage, ran.notebook, _Made(document, formats, warnings, parts, ran.facts))


def _asked(run: Run, inputs: Inputs) -> dict[str, Any]:
    """What the document must say it is of."""
    return {
        "province": run.province.slug, "period": run.period.id, "unit": run.unit or None, "options": dict(run.options),
        "data_version": inputs.data_version, "pinned": inputs.pinned,
    }  # fmt: skip


def _failed(run: Run, stage: Stage, failure: Failure, notebook: NotebookNode | None) -> Outcome:
    try:
        kept = failures.keep(failure, run, stage, notebook)
    except OSError:  # the disk is full, or closed to writing: then there is only the word of it
        kept = ()
    return Outcome(run, failure.status, kept, failure.told)


def _published(run: Run, stage: Stage, notebook: NotebookNode, made: _Made) -> Outcome:
    name = run.stem
    _write(stage.folder, name, notebook, made)
    files = [f"{name}.{suffix}" for suffix in made.formats]
    files += [f"{name}/{outputs.FIGURES}", f"{name}/{name}.ipynb"]
    manifest = _manifest(run, made) | {
        "revision": history.keep(run.machine_folder(stage.reports), stage.folder / name),
        "files": {file: outputs.sha256(stage.folder / file) for file in files},
    }
    outputs.write_json(stage.folder / name / outputs.MANIFEST, manifest)
    # A reader would find old figures in what this run does not make, and a failure that is over.
    stale = [f"{name}.{suffix}" for suffix in FORMATS if suffix not in made.formats]
    stage.commit(
        [*files, f"{name}/{outputs.MANIFEST}"],
        [*stale, f"{name}/{outputs.FAILED}", f"{name}/{failures.NOTEBOOK}"],
    )
    documents = tuple(run.documents(stage.reports, made.formats))
    return Outcome(run, manifest["status"], documents, tuple(made.warnings))


def _write(stage: Path, name: str, notebook: NotebookNode, made: _Made) -> None:
    from .engine import save

    (stage / name).mkdir()
    for suffix in made.formats:
        (stage / f"{name}.{suffix}").write_bytes(exported(dict(made.document), suffix))
    outputs.write_json(stage / name / outputs.FIGURES, outputs.figures(made.document))
    save(notebook, stage / name / f"{name}.ipynb")


def _manifest(run: Run, made: _Made) -> dict[str, Any]:
    document = made.document
    return {
        "notebook": run.notebook.name,
        "name": run.name,
        "province": run.province.slug,
        "province_name": run.province.title,
        "period": run.period.id,
        "period_text": run.period.label,
        "unit": run.unit or None,
        "options": dict(run.options),
        "title": document["title"],
        "status": "warnings" if made.warnings else "done",
        "warnings": made.warnings,
        "synthetic": document["synthetic"],
        "provisional": document["provisional"],
        "revision": 0,
        "data_version": document["data_version"],
        "data_date": document["data_date"],
        "figures": len(document["figures"]),
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        **made.run_facts,
        "hoso": __version__,
        "inputs": dict(made.inputs),
    }


def _forget_failure(run: Run, reports: Path) -> None:
    for name in (outputs.FAILED, failures.NOTEBOOK):
        (run.machine_folder(reports) / name).unlink(missing_ok=True)
