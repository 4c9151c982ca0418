"""A workbook small enough to be spoilt often: three dossiers in the store, a notebook of a few cells, everything else real."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from hoso.delivery.engine import Limits
from hoso.delivery.freshness import Inputs
from hoso.delivery.making import report
from hoso.delivery.runs import Outcome, Run
from hoso.records.store import Store
from hoso.vocabulary.workbook import Workbook
from tests import stores

NAME = "small"
_ROWS = (("02/01/2024", "10/01/2024", "09/01/2024"), ("03/01/2024", "11/01/2024", "12/01/2024"),
         ("13/09/2024", "20/09/2024", "13/09/2024"))  # fmt: skip
DOSSIERS = [
    {
        "id": f"H05.00-2401-{number:04}",
        "received": f"{received} 08:00",
        "due": due,
        "finished": f"{finished} 10:00",
    }
    for number, (received, due, finished) in enumerate(_ROWS)
]  # the last of them reaches to the end of the period, so that its report is not provisional
Cell = tuple[str, str]  # its id and source
USUAL = Limits()
PARAMETERS = 'province = "ha-giang"  # tỉnh\nperiod = "2024-9M"  # kỳ'
BEGUN: Cell = ("begun", 'print("đã bắt đầu")')
CELLS: tuple[Cell, ...] = (
    BEGUN,
    (
        "report",
        "%load_ext hoso\nfrom hoso.presentation import open_report, tables\n\n"
        'report = open_report("small", province, period)\nreceived = report.count("received")',
    ),
    ("head", 'report.open("kết quả tiếp nhận hồ sơ")'),
    ("summary", "%%narrative\nTiếp nhận **{{ received }}** hồ sơ."),
    ("methods", 'tables.methods("methods", "Cách tính", [received])'),
    ("closing", 'report.close(["Lưu: VT"], ["TM. ỦY BAN NHÂN DÂN"])'),
)


def with_cell(cell: Cell, after: str = "begun") -> tuple[Cell, ...]:
    """The cells with one more after the named one."""
    at = [name for name, _ in CELLS].index(after) + 1
    return (*CELLS[:at], cell, *CELLS[at:])


@dataclass(frozen=True)
class Small:
    """A workbook with store and reports in its own folder."""

    folder: Path

    @classmethod
    def filled(cls, folder: Path) -> Small:
        """With dossiers of Hà Giang imported, and the notebook."""
        (folder / "data" / "reference").mkdir(parents=True)
        stores.load(folder / "data", DOSSIERS)
        return cls(folder).write(CELLS)

    def copy(self, folder: Path) -> Small:
        """The same elsewhere, to be spoilt."""
        shutil.copytree(self.folder, folder)
        return Small(folder)

    def write(self, cells: Sequence[Cell], name: str = NAME) -> Small:
        """Puts a notebook of these cells into the workbook."""
        self.workbook.notebooks.mkdir(exist_ok=True)
        nodes = [new_code_cell(source, id=identifier) for identifier, source in cells]
        first = new_code_cell(PARAMETERS, id="parameters", metadata={"tags": ["parameters"]})
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        notebook = new_notebook(cells=[first, *nodes], metadata={"kernelspec": kernel})
        nbformat.write(notebook, self.workbook.notebooks / f"{name}.ipynb")
        return self

    @property
    def workbook(self) -> Workbook:
        return Workbook(self.folder)

    @property
    def store(self) -> Store:
        return Store.open(self.workbook.store)

    @property
    def reports(self) -> Path:
        return self.folder / "reports"

    @property
    def run(self) -> Run:
        return Run.of(self.workbook, NAME, "ha-giang", "2024-9M")

    @property
    def inputs(self) -> Inputs:
        return Inputs(self.workbook, self.store)

    def make(
        self, limits: Limits = USUAL, force: bool = False, formats: Sequence[str] = ("html",)
    ) -> Outcome:
        """Makes the report, as a batch does."""
        return report(self.run, self.workbook, self.store, formats, force, limits=limits)

    @property
    def machine(self) -> Path:
        return self.run.machine_folder(self.reports)

    @property
    def manifest(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads((self.machine / "manifest.json").read_text("utf-8"))
        return told

    def published(self) -> dict[str, bytes]:
        """The files of the last good report, and its manifest."""
        names = [*self.manifest["files"], f"{NAME}/manifest.json"]
        return {name: (self.run.folder(self.reports) / name).read_bytes() for name in names}

    def left(self) -> list[str]:
        """What lies in the folder of stages: nothing, unless a process was killed."""
        folder = self.reports / ".hoso" / "stage"
        return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
