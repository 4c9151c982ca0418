"""From the words of `hoso report` to runs: which units, which options, where the documents will lie."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from hoso.delivery import notebooks, verdict
from hoso.delivery.asked import Asked, matrix, runs_of
from hoso.delivery.runs import Run
from hoso.records.store import Store
from hoso.vocabulary.errors import InputError, NoDataError, UsageError
from hoso.vocabulary.workbook import Workbook
from tests import stores

ROOT = Path(__file__).parents[2]
ROW = {"received": "02/01/2024 08:00", "due": "10/01/2024", "finished": "09/01/2024 10:00"}
DOSSIERS = [
    ROW | {"id": "1", "unit": "Sở Tư pháp"},
    ROW | {"id": "2", "unit": "UBND huyện Đồng Văn"},
    ROW
    | {
        "id": "3",
        "unit": "UBND xã Lũng Cú",
        "parent": "UBND huyện Đồng Văn",
        "received": "05/03/2024 08:00",
        "due": "",
        "finished": "",
    },
    ROW | {"id": "4", "unit": "Sở Nội vụ", "received": "02/10/2024 08:00", "due": "", "finished": ""},
]
Of = Callable[..., list[Run]]


def write_notebook(folder: Path, name: str, parameters: str, **about: Any) -> None:
    """A notebook with a parameters cell."""
    folder.mkdir(exist_ok=True)
    cell = nbformat.v4.new_code_cell(parameters, id="parameters", metadata={"tags": ["parameters"]})
    nbformat.write(
        nbformat.v4.new_notebook(cells=[cell], metadata={"hoso": about} if about else {}),
        folder / f"{name}.ipynb",
    )


PLACE = 'province = "ha-giang"  # tỉnh\nperiod = "2024-01"  # kỳ\n'


@pytest.fixture
def of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Of:
    """The runs of a command on a workbook with a notebook of each kind."""
    folder = tmp_path / "notebooks"
    write_notebook(folder, "review", PLACE)
    write_notebook(
        folder, "reminder", PLACE + 'indicator = "online_rate"  # chỉ tiêu\ndeadline = ""  # thời hạn\n'
    )
    write_notebook(folder, "unit", PLACE + 'unit = "so-tu-phap"  # đơn vị\n', sources=["facts", "scores"])
    write_notebook(folder, "explore", PLACE, published=False)
    stores.load(tmp_path, DOSSIERS)

    def runs(*names: str, period: str = "2024-9M", **more: Any) -> list[Run]:
        asked = Asked(names, period, **({"provinces": ("ha-giang",)} | more))
        return runs_of(Workbook(tmp_path), Store.open(tmp_path / "store"), asked)

    return runs


def places(runs: list[Run]) -> list[str]:
    """The documents of runs, below the folder of reports."""
    return [(run.folder(Path()) / run.stem).as_posix() for run in runs]


def test_every_unit_is_every_unit_with_data(of: Of) -> None:
    """Units that received or handled a dossier in the period, no other of the province's list; of one level where asked."""
    assert [run.unit for run in of("unit", every_unit=True)] == [
        "huyen-dong-van", "so-tu-phap", "xa-lung-cu--huyen-dong-van",
    ]  # fmt: skip
    assert [run.unit for run in of("unit", every_unit=True, level="commune")] == [
        "xa-lung-cu--huyen-dong-van"
    ]
    with pytest.raises(NoDataError):
        of("unit", every_unit=True, period="2023-11")


@pytest.mark.parametrize(
    ("names", "more", "where"),
    [
        (("review",), {}, "ha-giang/2024-9M/review"),
        (("reminder",), {}, "ha-giang/2024-9M/reminder"),
        (("reminder",), {"indicator": "online_rate"}, "ha-giang/2024-9M/reminder"),
        (
            ("reminder",),
            {"indicator": "electronic_result_rate"},
            "ha-giang/2024-9M/reminder-electronic-result-rate",
        ),
        (
            ("reminder",),
            {"indicator": "ELECTRONIC_CERTIFIED_COPY"},
            "ha-giang/2024-9M/reminder-electronic-certified-copy",
        ),
        (("reminder",), {"deadline": "2024-12-25"}, "ha-giang/2024-9M/reminder-2024-12-25"),
        (
            ("reminder",),
            {"deadline": "2024-12-25", "indicator": "sync_rate"},
            "ha-giang/2024-9M/reminder-sync-rate-2024-12-25",
        ),
        (("unit",), {"units": ("so-tu-phap",)}, "ha-giang/2024-9M/unit/so-tu-phap"),
    ],
)
def test_documents_lie_where_they_are_looked_for(
    of: Of, names: tuple[str, ...], more: dict[str, Any], where: str
) -> None:
    """A report by its name, of another indicator or deadline by that too, a unit's in the report's folder."""
    assert places(of(*names, **more)) == [where]


def test_papermill_gets_what_the_notebook_has(of: Of) -> None:
    """Only parameters of its cell, all as words: "01" stays "01"."""
    (run,) = of("reminder", indicator="sync_rate", deadline="2024-12-25", provinces=("02",))
    assert run.parameters == {
        "province": "ha-giang", "period": "2024-9M", "indicator": "sync_rate", "deadline": "2024-12-25",
    }  # fmt: skip
    (unit,) = of("unit", units=("so-tu-phap",))
    assert unit.parameters == {"province": "ha-giang", "period": "2024-9M", "unit": "so-tu-phap"}


def test_several_periods_are_one_batch(of: Of, tmp_path: Path) -> None:
    """Each run once, in the order of the periods; a period without any unit's data adds none, unless all are such."""
    workbook, store = Workbook(tmp_path), Store.open(tmp_path / "store")
    asked = Asked(["unit"], "", ("ha-giang",), every_unit=True, level="department")
    found = matrix(workbook, store, asked, ["2024-01", "2023-11", "2024-10", "2024-01"])
    assert [(run.unit, run.period.id) for run in found] == [
        ("so-tu-phap", "2024-01"), ("so-noi-vu", "2024-10"),
    ]  # fmt: skip
    with pytest.raises(NoDataError):
        matrix(workbook, store, asked, ["2023-10", "2023-11"])


def test_units_are_for_the_reports_that_have_them(of: Of, tmp_path: Path) -> None:
    """One command for a month: of every unit its sheet, of the province its review; no report with units: refused."""
    asked = Asked(["review", "unit"], "2024-01", ("ha-giang",), every_unit=True, level="department")
    found = runs_of(Workbook(tmp_path), Store.open(tmp_path / "store"), asked)
    assert [(run.notebook.name, run.unit) for run in found] == [("review", ""), ("unit", "so-tu-phap")]
    with pytest.raises(UsageError, match="review không có tham số unit"):
        of("review", every_unit=True)
    with pytest.raises(UsageError, match="review không có tham số unit"):
        of("review", units=("so-tu-phap",))


def test_a_unit_s_id_cannot_leave_the_folder(of: Of) -> None:
    """An id is a slug: no dot, no separator, whatever the store may hold."""
    (run,) = of("review")
    for unit in ("../../etc", "a/b", "a b", ".", "A", "xã", "a\n"):
        with pytest.raises(UsageError):
            run.of_unit(unit)


def test_a_notebook_that_is_no_notebook_is_one_line(of: Of, tmp_path: Path) -> None:
    """A file cut off, or a parameter that is computed: the error names the file."""
    whole = (tmp_path / "notebooks" / "review.ipynb").read_text("utf-8")
    (tmp_path / "notebooks" / "review.ipynb").write_text(whole[:50], "utf-8")
    write_notebook(tmp_path / "notebooks", "unit", "province = open('x')  # tỉnh")
    for name in ("review", "unit"):
        with pytest.raises(InputError, match=f"{name}.ipynb"):
            notebooks.read(tmp_path / "notebooks", name)


DOCUMENT = {
    "blocks": [{"type": "letterhead"}, {"type": "table"}, {"type": "closing"}], "figures": {"f1": {}},
    "province": "ha-giang", "period": "2024-9M", "unit": "so-tu-phap", "options": {"deadline": "2024-12-25"},
}  # fmt: skip
ASKED: dict[str, Any] = {
    "province": "ha-giang", "period": "2024-9M", "unit": "so-tu-phap", "options": {"deadline": "2024-12-25"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        ({}, 0),
        ({"options": {}}, 0),
        ({"unit": None}, 1),
        ({"unit": "so-noi-vu"}, 1),
        ({"options": {"deadline": "2024-12-31"}}, 1),
        ({"options": {"indicator": "sync_rate"}}, 1),
        ({"period": "2024-6M", "province": "kon-tum"}, 2),
    ],
)
def test_a_report_of_something_else_is_no_report(change: dict[str, Any], faults: int) -> None:
    """The unit and the options printed are those asked for; a notebook that ignores one is found out."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1", execution_count=1)])
    found = verdict.faults(notebook, json.loads(json.dumps(DOCUMENT)), ASKED | change)
    assert len(found) == faults
