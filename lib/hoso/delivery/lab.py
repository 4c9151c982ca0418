"""`hoso lab`: JupyterLab on the workbook, on loopback, with its token; without data the sample is made and imported."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from ..records import keys
from ..records.importer import import_file
from ..records.intake.portal import Given
from ..records.sample import write
from ..records.store import Store
from ..vocabulary.errors import NoDataError, UsageError
from ..vocabulary.workbook import Workbook
from .imports import choose_province

OPENED: Final = "explore.ipynb"
_COUNTRY: Final = "ca-nuoc"
_HOME: Final = "gia-lai"  # a response for the whole country is read for any of its provinces
_PERIODS: Final = {"phu-tho": "2026-08"}  # responses that do not say their period themselves
Say = Callable[[str], None]


@dataclass(frozen=True)
class Lab:
    """The process that serves the notebooks: its words, its environment, the folder it shows."""

    words: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path

    def run(self) -> int:
        """Serves until the analyst stops it; the exit code. The process becomes JupyterLab itself where it can."""
        if os.name == "posix":
            os.chdir(self.folder)
            os.execve(self.words[0], list(self.words), dict(self.environment))
        import subprocess

        return subprocess.run(self.words, env=dict(self.environment), cwd=self.folder, check=False).returncode


def lab(workbook: Workbook, port: int | None = None, browser: bool = True, root: bool | None = None) -> Lab:
    """JupyterLab on the workbook's notebooks, on loopback alone; the token is JupyterLab's own and stays.

    UsageError when the workbook has no explore notebook.
    """
    if not (workbook.notebooks / OPENED).is_file():
        raise UsageError(
            f"không có sổ tay {OPENED}", where=str(workbook.notebooks), expected="thư mục làm việc của hoso"
        )
    words = [
        sys.executable, "-m", "jupyterlab", "--ServerApp.ip=127.0.0.1", f"--ServerApp.root_dir={workbook.notebooks}",
        f"--LabApp.default_url=/lab/tree/{OPENED}",
    ]  # fmt: skip
    words += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"] if port is not None else []
    words += [] if browser else ["--no-browser"]
    words += ["--allow-root"] if (_is_root() if root is None else root) else []
    places = {
        "ROOT": workbook.root,
        "STORE": workbook.store_uri,
        "REPORTS": workbook.reports,
        "KEY": workbook.key_file,
    }
    variables = {f"HOSO_{name}": str(place) for name, place in places.items()} | menu()
    return Lab(tuple(words), os.environ | variables, workbook.notebooks)


def menu() -> dict[str, str]:
    """The variable by which JupyterLab finds what gives its export menu our lines (delivery.lab_menu)."""
    own = [str(Path(__file__).with_name("jupyter"))]
    return {
        "JUPYTER_CONFIG_PATH": os.pathsep.join([*own, *filter(None, [os.environ.get("JUPYTER_CONFIG_PATH")])])
    }


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def empty(workbook: Workbook) -> bool:
    """Whether the store has no dossier yet."""
    try:
        imports = Store.open(workbook.store).frame("imports")
    except NoDataError:
        return True
    return imports.filter(imports["kind"] == "dossiers").is_empty()


def fill(workbook: Workbook, say: Say, provinces: Sequence[str] | None = None) -> int:
    """Makes the sample and imports it, all of it or of some provinces; how many files. `say` is told each step."""
    folder = workbook.sample / "exports"
    say("tạo dữ liệu mô phỏng")
    write(folder, list(provinces) if provinces else None, progress=say)
    store = Store.prepare(workbook.store, workbook.key_file)
    key, done = keys.load(workbook.key_file), 0
    for file, place in _files(folder, provinces):
        say(f"nạp {place}/{file.name}")
        import_file(
            store, file, partial(choose_province, place, None), key, given=Given.of(_PERIODS.get(place), None)
        )
        done += 1
    return done


def _files(folder: Path, provinces: Sequence[str] | None) -> Iterator[tuple[Path, str]]:
    """The sample's files in order, each with the province it is imported for."""
    for own in sorted(path for path in folder.iterdir() if path.is_dir()):
        if provinces is None or own.name in provinces:
            place = _HOME if own.name == _COUNTRY else own.name
            yield from ((file, place) for file in sorted(own.iterdir()) if file.suffix != ".txt")
