"""A workbook whose one notebook is small and quick, with a year of dossiers of Hà Giang: reports by the dozen in seconds."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from hoso.delivery.batch import Order
from hoso.delivery.engine import Limits
from hoso.delivery.runs import Run
from hoso.records import pinned
from hoso.records.store import Store
from hoso.vocabulary.workbook import Workbook
from tests import stores

ROOT = Path(__file__).parents[2]
NAME = "tiny"
CELLS = {
    "parameters": 'province = "ha-giang"  # tỉnh\nperiod = "2024-09"  # kỳ',
    "report": "%load_ext hoso\nfrom hoso.presentation import open_report, tables\n"
    'report = open_report("tiny", province, period)\non_time = report.rate("on_time_rate", "06a")',
    "head": 'report.open("kết quả giải quyết hồ sơ")',
    "text": "%%narrative\nĐúng hạn: {{ on_time }}.",
    "overview": 'tables.overview(report, "overview", "Kết quả", [on_time])',
    "closing": 'report.close(["Lưu: VT"], ["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"])',
}


@dataclass(frozen=True)
class Quick:
    """The workbook's folder with data/reference, notebooks, store and key; reports where they are asked for."""

    folder: Path

    @property
    def workbook(self) -> Workbook:
        return Workbook(self.folder)

    @property
    def store(self) -> Store:
        return Store.open(self.folder / "store")

    def run(self, period: str, name: str = NAME) -> Run:
        return Run.of(self.workbook, name, "ha-giang", period)

    def order(self, batch: str, reports: Path, force: bool = False) -> Order:
        """An order for pages alone, which cost the least."""
        return Order(
            batch=batch,
            root=str(self.folder),
            store=str(self.folder / "store"),
            reports=str(reports),
            formats=("html",),
            limits=Limits(seconds=120),
            versions=pinned.versions(self.store),
            force=force,
        )

    def notebook(self, name: str, extra: Mapping[str, str]) -> None:
        """Writes the notebook under a name, with further cells after its parameters."""
        (first, source), *others = CELLS.items()
        cells = {first: source, **extra, **dict(others)}
        made = [new_code_cell(source, id=cell) for cell, source in cells.items()]
        made[0].metadata["tags"] = ["parameters"]
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        file = self.folder / "notebooks" / f"{name}.ipynb"
        nbformat.write(new_notebook(cells=made, metadata={"kernelspec": kernel}), file)


def made(folder: Path, dossiers: int = 12) -> Quick:
    """A new workbook: in each month of 2024 so many dossiers, all of them on time."""
    shutil.copytree(ROOT / "data" / "reference", folder / "data" / "reference")
    (folder / "notebooks").mkdir()
    workbook = Quick(folder)
    workbook.notebook(NAME, {})
    add(workbook, dossiers, "export.csv")
    return workbook


def add(workbook: Quick, dossiers: int, file: str, finished: int = 10) -> None:
    """Imports so many dossiers of each month, due on the 20th and finished on a day."""
    rows = [
        {
            "id": f"H22-{file}-{month}-{n}",
            "received": f"02/{month:02}/2024 08:00",
            "due": f"20/{month:02}/2024",
            "finished": f"{finished}/{month:02}/2024 08:00",
        }
        for month in range(1, 13)
        for n in range(dossiers)
    ]
    stores.load(workbook.folder, rows, file)
