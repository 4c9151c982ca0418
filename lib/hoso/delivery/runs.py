"""One run: a notebook for a province and a period, executed by papermill, judged, and published as documents.

A run that fails leaves the last good report where it is and puts its own notebook beside it, with what went wrong.
papermill and the exporters are imported by the run that needs them: to find a report unchanged takes none.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

from .. import __version__
from ..records.store import Store
from ..vocabulary.errors import NoDataError, UsageError
from ..vocabulary.periods import Period
from ..vocabulary.places import Province, find_province
from ..vocabulary.workbook import Workbook
from . import outputs, verdict
from .faults import told_in_a_line

FORMATS: Final = ("html", "pdf")
CELL_SECONDS: Final = 600
Status = Literal["done", "warnings", "failed", "no_data", "unchanged"]
# A kernel on TCP can be read by every user of the machine; sockets in the file system are the owner's alone.
_KERNEL: Final = {"KernelManager": {"transport": "ipc"}} if os.name == "posix" else {}
_STORE_TABLES: Final = ("facts", "units", "procedures", "imports", "scores")


@dataclass(frozen=True)
class Run:
    """A report asked for. Names come from closed lists, so paths built from them stay inside the output folder."""

    notebook: str
    province: Province
    period: Period

    @classmethod
    def of(cls, workbook: Workbook, notebook: str, province: str, period: str) -> Run:
        """Checks names before anything runs. UsageError names the ones that exist."""
        known = sorted(path.stem for path in workbook.notebooks.glob("*.ipynb"))
        if notebook not in known:
            raise UsageError(f"không có báo cáo {notebook}", expected=", ".join(known))
        chosen = Period.parse(period).within_one_era()
        return cls(notebook, find_province(province, chosen.era, chosen.end), chosen)

    def folder(self, reports: Path) -> Path:
        """Where its documents lie: reports/<province>/<period>."""
        return reports / self.province.slug / self.period.id

    def machine_folder(self, reports: Path) -> Path:
        """Where its figures, manifest and executed notebook lie, beside the documents leaders read."""
        return self.folder(reports) / self.notebook


@dataclass(frozen=True)
class Outcome:
    """What became of a run."""

    run: Run
    status: Status
    files: tuple[Path, ...] = ()
    messages: tuple[str, ...] = field(default=())


def report(
    run: Run, workbook: Workbook, store: Store, formats: Sequence[str] = FORMATS, force: bool = False
) -> Outcome:
    """Makes a report, unless nothing it depends on has changed. A notebook that fails is an outcome, not an error."""
    reports = workbook.reports
    if not any(store.files(table, run.province.id) for table in _sources(run, workbook)):
        return Outcome(run, "no_data", messages=(f"chưa có dữ liệu hồ sơ của {run.province.title}",))
    inputs = fingerprint(run, workbook, store, formats)
    if not force and _unchanged(run, reports, inputs):
        _forget_failure(run, reports)  # what failed since was put back as it was
        return Outcome(run, "unchanged", tuple(_documents(run, reports, formats)))
    reports.mkdir(parents=True, exist_ok=True)
    stage = Path(tempfile.mkdtemp(prefix=f".{run.notebook}-", dir=reports))
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


def _sources(run: Run, workbook: Workbook) -> list[str]:
    """The tables a notebook can stand on, one of which must hold the province; dossiers unless its metadata name others."""
    notebook = json.loads((workbook.notebooks / f"{run.notebook}.ipynb").read_text("utf-8"))
    return list(notebook["metadata"].get("hoso", {}).get("sources", ["facts"]))


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
        input_path=f"{run.notebook}.ipynb", output_path="executed.ipynb"
    )
    nbformat.write(notebook, stage / "executed.ipynb")
    if crash:
        return _failed(run, workbook.reports, stage, verdict.errors(notebook) or [crash])
    document = assemble(notebook, run.notebook)
    faults = verdict.faults(notebook, document, run.province.slug, run.period.id)
    if faults:
        return _failed(run, workbook.reports, stage, faults)
    _write(stage / run.notebook, document, formats, run.notebook)
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
            str(workbook.notebooks / f"{run.notebook}.ipynb"),
            str(stage / "executed.ipynb"),
            parameters={"province": run.province.slug, "period": run.period.id},
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


def _one_line(text: str) -> str:
    return " ".join(text.split())[:500]


def _write(base: Path, document: dict[str, Any], formats: Sequence[str], name: str) -> None:
    from .export.html import page
    from .export.pdf import pdf

    base.mkdir()
    if "html" in formats:
        (base.parent / f"{name}.html").write_text(page(document), "utf-8")
    if "pdf" in formats:
        (base.parent / f"{name}.pdf").write_bytes(pdf(document))
    outputs.write_json(base / "figures.json", outputs.figures(document))
    shutil.move(base.parent / "executed.ipynb", base / f"{name}.ipynb")


def _published(
    run: Run, reports: Path, stage: Path, document: dict[str, Any], formats: Sequence[str], inputs: dict[str, str],
    started: datetime, warnings: list[str],
) -> Outcome:  # fmt: skip
    name = run.notebook
    made = [f"{name}.{suffix}" for suffix in formats] + [f"{name}/figures.json", f"{name}/{name}.ipynb"]
    manifest = {
        "notebook": name,
        "province": run.province.slug,
        "province_name": run.province.title,
        "period": run.period.id,
        "period_text": run.period.label,
        "title": document["title"],
        "status": "warnings" if warnings else "done",
        "warnings": warnings,
        "synthetic": document["synthetic"],
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
    outputs.publish(stage, run.folder(reports), [*made, f"{name}/manifest.json"])
    _forget_failure(run, reports)
    return Outcome(
        run, "warnings" if warnings else "done", tuple(_documents(run, reports, formats)), tuple(warnings)
    )


def _forget_failure(run: Run, reports: Path) -> None:
    for name in ("failed.ipynb", "failed.json"):
        (run.machine_folder(reports) / name).unlink(missing_ok=True)


def _failed(run: Run, reports: Path, stage: Path, faults: list[str]) -> Outcome:
    folder = run.machine_folder(reports)
    folder.mkdir(parents=True, exist_ok=True)
    note = {
        "notebook": run.notebook,
        "province": run.province.slug,
        "period": run.period.id,
        "faults": faults,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    outputs.write_json(stage / "failed.json", note)
    (stage / "failed.json").replace(folder / "failed.json")
    kept: tuple[Path, ...] = ()
    if (stage / "executed.ipynb").exists():
        (stage / "executed.ipynb").replace(folder / "failed.ipynb")
        kept = (folder / "failed.ipynb",)
    return Outcome(run, "failed", kept, tuple(faults))


def _documents(run: Run, reports: Path, formats: Sequence[str]) -> list[Path]:
    return [run.folder(reports) / f"{run.notebook}.{suffix}" for suffix in formats]


def _unchanged(run: Run, reports: Path, inputs: dict[str, str]) -> bool:
    """Whether the last published set is complete, untouched and made from the same inputs."""
    try:
        manifest = json.loads((run.machine_folder(reports) / "manifest.json").read_text("utf-8"))
        files = {run.folder(reports) / name: digest for name, digest in manifest["files"].items()}
        return bool(manifest["inputs"] == inputs) and all(
            outputs.sha256(file) == digest for file, digest in files.items()
        )
    except (OSError, ValueError, KeyError):
        return False


def fingerprint(run: Run, workbook: Workbook, store: Store, formats: Sequence[str]) -> dict[str, str]:
    """What a report depends on, part by part: data, notebook, definitions and library, reference data, parameters."""
    tables = [Path(file).name for table in _STORE_TABLES for file in store.files(table, run.province.id)]
    library = sorted(Path(__file__).resolve().parents[1].rglob("*"))
    return {
        "data": _digest(sorted(tables)),
        "notebook": outputs.sha256(workbook.notebooks / f"{run.notebook}.ipynb"),
        "library": _digest_files(file for file in library if file.suffix in _LIBRARY),
        "reference": _digest_files(sorted(file for file in workbook.reference.rglob("*") if file.is_file())),
        "parameters": f"{run.province.id} {run.period.id} {','.join(sorted(formats))}",
    }


_LIBRARY: Final = {".py", ".toml", ".typ", ".j2", ".css", ".js", ".ttf"}


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _digest_files(files: Iterable[Path]) -> str:
    return _digest(outputs.sha256(file) for file in files)
