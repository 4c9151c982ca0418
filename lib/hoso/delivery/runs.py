"""One run: a notebook for a place and a period, executed by papermill, judged, and published as documents.

A run that fails leaves the last good report where it is and puts its own notebook beside it, with what went wrong.
papermill and the exporters are imported by the run that needs them: to find a report unchanged takes none.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

from .. import __version__
from ..records.store import Store
from ..vocabulary.errors import NoDataError, UsageError
from ..vocabulary.periods import Period
from ..vocabulary.places import Province, find_province
from ..vocabulary.text import slug
from ..vocabulary.workbook import Workbook
from . import history, notebooks, outputs, verdict
from .export.formats import FORMATS, USUAL, exported
from .faults import told_in_a_line
from .notebooks import Notebook

CELL_SECONDS: Final = 600
COUNTRY: Final = "ca-nuoc"  # the slug of the whole country as a place
_PLAIN: Final = re.compile(
    r"[a-z0-9]+(?:-+[a-z0-9]+)*"
)  # a slug: no dot, no separator, nothing a shell reads
Status = Literal["done", "warnings", "failed", "no_data", "unchanged"]
# A kernel on TCP can be read by every user of the machine; sockets in the file system are the owner's alone.
_KERNEL: Final = {"KernelManager": {"transport": "ipc"}} if os.name == "posix" else {}
_STORE_TABLES: Final = ("facts", "units", "procedures", "imports", "scores")


@dataclass(frozen=True)
class Run:
    """A report asked for. Names come from closed lists, so paths built from them stay inside the output folder."""

    notebook: Notebook
    province: Province
    period: Period
    unit: str = ""  # a unit's id: its own report; blank: that of the whole place
    options: tuple[tuple[str, str], ...] = ()  # further parameters that were asked for

    @classmethod
    def of(
        cls,
        workbook: Workbook,
        notebook: str,
        province: str,
        period: str,
        options: Mapping[str, str] | None = None,
    ) -> Run:
        """Checks names before anything runs. UsageError names the ones that exist."""
        chosen = Period.parse(period).within_one_era()
        place = find_province(province, chosen.era, chosen.end)
        given = tuple(sorted((options or {}).items()))
        return cls(notebooks.read(workbook.notebooks, notebook), place, chosen, options=given)

    def of_unit(self, unit: str) -> Run:
        """The same report of one unit. UsageError for an id that is no name of a file."""
        if not _PLAIN.fullmatch(unit):
            raise UsageError(
                f"mã đơn vị {unit} không đặt tên tệp được", expected="chữ thường, số và gạch nối"
            )
        return replace(self, unit=unit)

    @property
    def name(self) -> str:
        """The notebook's name, with each option that is not the notebook's own: reminder, reminder-sync-rate,
        reminder-2024-12-25. Two dispatches with two deadlines are two documents."""
        given = dict(self.options)
        others = (
            slug(given[name]) for name, own in self.notebook.parameters.items() if given.get(name, own) != own
        )
        return "-".join([self.notebook.name, *others])

    @property
    def stem(self) -> str:
        """What its documents are called: the report's name, or the unit's id in the folder of that name."""
        return self.unit or self.name

    @property
    def parameters(self) -> dict[str, str]:
        """What papermill gets: only parameters the notebook has, all as words."""
        asked = {
            "province": self.province.slug,
            "period": self.period.id,
            "unit": self.unit,
            **dict(self.options),
        }
        return {name: value for name, value in asked.items() if value and name in self.notebook.parameters}

    def folder(self, reports: Path) -> Path:
        """Where its documents lie: reports/<province>/<period>, a unit's in a folder of the report's name there."""
        whole = reports / self.province.slug / self.period.id
        return whole / self.name if self.unit else whole

    def machine_folder(self, reports: Path) -> Path:
        """Where its figures, manifest and executed notebook lie, beside the documents leaders read."""
        return self.folder(reports) / self.stem

    def __str__(self) -> str:
        return " ".join(filter(None, (self.name, self.province.slug, self.period.id, self.unit)))


@dataclass(frozen=True)
class Outcome:
    """What became of a run."""

    run: Run
    status: Status
    files: tuple[Path, ...] = ()
    messages: tuple[str, ...] = field(default=())


def report(
    run: Run, workbook: Workbook, store: Store, formats: Sequence[str] = USUAL, force: bool = False
) -> Outcome:
    """Makes a report, unless nothing it depends on has changed. A notebook that fails is an outcome, not an error."""
    reports = workbook.reports
    if not any(_files(run, store, table) for table in run.notebook.sources):
        lacking = (
            "dữ liệu hồ sơ" if notebooks.FACTS in run.notebook.sources else "số liệu của Cổng Dịch vụ công"
        )
        return Outcome(run, "no_data", messages=(f"chưa có {lacking} của {run.province.title}",))
    inputs = fingerprint(run, workbook, store)
    if not force and _unchanged(run, reports, formats, inputs):
        _forget_failure(run, reports)  # what failed since was put back as it was
        return Outcome(run, "unchanged", tuple(_documents(run, reports, formats)))
    reports.mkdir(parents=True, exist_ok=True)
    stage = Path(tempfile.mkdtemp(prefix=f".{run.name}-", dir=reports))
    try:
        return _made(run, workbook, stage, formats, inputs)
    except NoDataError as error:
        return Outcome(run, "no_data", messages=(error.what,))
    except Exception as error:
        told = told_in_a_line(error)
        if told is None:
            raise
        return _failed(run, reports, stage, [str(told)])  # the other runs go on
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _files(run: Run, store: Store, table: str) -> list[str]:
    """The files of a table that a run reads: its province's; of scores every province's, where places are ranked by them."""
    of_all = run.province.slug == COUNTRY or (table == "scores" and table in run.notebook.sources)
    return store.files(table, None if of_all else run.province.id)


def _made(
    run: Run, workbook: Workbook, stage: Path, formats: Sequence[str], inputs: dict[str, str]
) -> Outcome:
    import nbformat

    from .export.document import document as assemble

    started = datetime.now(UTC)
    crash = _execute(run, workbook, stage)
    if crash and not (stage / "executed.ipynb").exists():
        return _failed(run, workbook.reports, stage, [crash])
    notebook = nbformat.read(stage / "executed.ipynb", as_version=4)
    # papermill notes where it ran; a reader elsewhere learns nothing of the machine
    notebook.metadata.get("papermill", {}).update(
        input_path=f"{run.notebook.name}.ipynb", output_path="executed.ipynb"
    )
    nbformat.write(notebook, stage / "executed.ipynb")
    if crash:
        return _failed(run, workbook.reports, stage, verdict.errors(notebook) or [crash])
    document = assemble(notebook, run.name)
    faults = verdict.faults(notebook, document, _expected(run))
    if faults:
        return _failed(run, workbook.reports, stage, faults)
    _write(stage / run.stem, document, formats, run.stem)
    warnings = verdict.warnings(document)
    return _published(run, workbook.reports, stage, document, formats, inputs, started, warnings)


def _execute(run: Run, workbook: Workbook, stage: Path) -> str | None:
    """Runs the notebook into the stage; why it could not be finished, or None."""
    import papermill
    from papermill.exceptions import PapermillExecutionError
    from traitlets.config import Config

    for name, value in {
        "HOSO_ROOT": workbook.root,
        "HOSO_STORE": workbook.store,
        "HOSO_REPORTS": workbook.reports,
    }.items():
        os.environ[name] = str(value)
    try:
        papermill.execute_notebook(
            str(workbook.notebooks / f"{run.notebook.name}.ipynb"),
            str(stage / "executed.ipynb"),
            parameters=run.parameters,
            progress_bar=False,
            request_save_on_cell_execute=False,
            execution_timeout=CELL_SECONDS,
            cwd=str(stage),
            config=Config(_KERNEL),
        )
    except PapermillExecutionError as error:
        if error.ename == NoDataError.__name__:
            raise NoDataError(
                error.evalue
            ) from error  # not a fault of the notebook: there is nothing to tell
        return _one_line(f"ô {error.exec_count}: {error.ename}: {error.evalue}")
    except Exception as error:  # a dead kernel, a time-out: papermill has no type for them
        return _one_line(f"{type(error).__name__}: {error}")
    return None


def _expected(run: Run) -> dict[str, Any]:
    """What the document must say it is of."""
    return {
        "province": run.province.slug, "period": run.period.id, "unit": run.unit or None, "options": dict(run.options),
    }  # fmt: skip


def _one_line(text: str) -> str:
    return " ".join(text.split())[:500]


def _write(base: Path, document: dict[str, Any], formats: Sequence[str], name: str) -> None:
    base.mkdir()
    for suffix in formats:
        (base.parent / f"{name}.{suffix}").write_bytes(exported(document, suffix))
    outputs.write_json(base / "figures.json", outputs.figures(document))
    shutil.move(base.parent / "executed.ipynb", base / f"{name}.ipynb")


def _published(
    run: Run, reports: Path, stage: Path, document: dict[str, Any], formats: Sequence[str], inputs: dict[str, str],
    started: datetime, warnings: list[str],
) -> Outcome:  # fmt: skip
    name = run.stem
    revision = history.keep(run.machine_folder(reports), stage / name)
    made = [f"{name}.{suffix}" for suffix in formats] + [f"{name}/figures.json", f"{name}/{name}.ipynb"]
    manifest = {
        "notebook": run.notebook.name,
        "name": run.name,
        "province": run.province.slug,
        "province_name": run.province.title,
        "period": run.period.id,
        "period_text": run.period.label,
        "unit": run.unit or None,
        "options": dict(run.options),
        "title": document["title"],
        "status": "warnings" if warnings else "done",
        "warnings": warnings,
        "synthetic": document["synthetic"],
        "provisional": document["provisional"],
        "revision": revision,
        "data_version": document["data_version"],
        "data_date": document["data_date"],
        "figures": len(document["figures"]),
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round((datetime.now(UTC) - started).total_seconds(), 2),
        "hoso": __version__,
        "inputs": inputs,
        "files": {file: outputs.sha256(stage / file) for file in made},
    }
    outputs.write_json(stage / name / "manifest.json", manifest)
    run.machine_folder(reports).mkdir(parents=True, exist_ok=True)
    _forget_formats(run, reports, formats)
    outputs.publish(stage, run.folder(reports), [*made, f"{name}/manifest.json"])
    _forget_failure(run, reports)
    return Outcome(
        run, "warnings" if warnings else "done", tuple(_documents(run, reports, formats)), tuple(warnings)
    )


def _forget_formats(run: Run, reports: Path, kept: Sequence[str]) -> None:
    """Takes away what was published in formats that this run does not make: a reader would find old figures there."""
    for stale in _documents(run, reports, [suffix for suffix in FORMATS if suffix not in kept]):
        stale.unlink(missing_ok=True)


def _forget_failure(run: Run, reports: Path) -> None:
    for name in ("failed.ipynb", "failed.json"):
        (run.machine_folder(reports) / name).unlink(missing_ok=True)


def _failed(run: Run, reports: Path, stage: Path, faults: list[str]) -> Outcome:
    folder = run.machine_folder(reports)
    folder.mkdir(parents=True, exist_ok=True)
    note = {
        "notebook": run.notebook.name,
        "province": run.province.slug,
        "period": run.period.id,
        "unit": run.unit or None,
        "options": dict(run.options),
        "faults": faults,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    outputs.write_json(stage / "failed.json", note)
    (stage / "failed.json").replace(folder / "failed.json")
    kept: tuple[Path, ...] = ()
    if (stage / "executed.ipynb").exists():
        _forget_dossiers(stage / "executed.ipynb")
        (stage / "executed.ipynb").replace(folder / "failed.ipynb")
        kept = (folder / "failed.ipynb",)
    return Outcome(run, "failed", kept, tuple(faults))


def _forget_dossiers(executed: Path) -> None:
    """Takes outputs that list dossiers out of a notebook: it lies among the reports, where others than analysts read."""
    import nbformat

    from .export.document import lists_dossiers

    notebook = nbformat.read(executed, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if not lists_dossiers(output)]
    nbformat.write(notebook, executed)


def _documents(run: Run, reports: Path, formats: Sequence[str]) -> list[Path]:
    return [run.folder(reports) / f"{run.stem}.{suffix}" for suffix in formats]


def _unchanged(run: Run, reports: Path, formats: Sequence[str], inputs: dict[str, str]) -> bool:
    """Whether the last published set is complete, untouched, made from the same inputs, and has the formats asked for."""
    try:
        manifest = json.loads((run.machine_folder(reports) / "manifest.json").read_text("utf-8"))
        files = {run.folder(reports) / name: digest for name, digest in manifest["files"].items()}
        there = files.keys() >= set(_documents(run, reports, formats)) and manifest["inputs"] == inputs
        return there and all(outputs.sha256(file) == digest for file, digest in files.items())
    except (OSError, ValueError, KeyError):
        return False


def fingerprint(run: Run, workbook: Workbook, store: Store) -> dict[str, str]:
    """What a report depends on, part by part: data, notebook, definitions and library, reference data, parameters."""
    tables = [Path(file).name for table in _STORE_TABLES for file in _files(run, store, table)]
    library = sorted(Path(__file__).resolve().parents[1].rglob("*"))
    return {
        "data": _digest(sorted(tables)),
        "notebook": outputs.sha256(workbook.notebooks / f"{run.notebook.name}.ipynb"),
        "library": _digest_files(file for file in library if file.suffix in _LIBRARY),
        "reference": _digest_files(sorted(file for file in workbook.reference.rglob("*") if file.is_file())),
        "parameters": " ".join([run.province.id, *run.parameters.values()]),
    }


_LIBRARY: Final = {".py", ".toml", ".typ", ".j2", ".css", ".js", ".ttf"}


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _digest_files(files: Iterable[Path]) -> str:
    return _digest(outputs.sha256(file) for file in files)
