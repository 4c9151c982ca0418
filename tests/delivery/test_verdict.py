"""The verdict: what the cells of a notebook promise, and which executed notebooks are no finished report."""

from __future__ import annotations

from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_output

from hoso.delivery import promises, verdict
from hoso.delivery.export.document import document
from hoso.presentation.display import MIME, Display
from tests.delivery.export import sample_document
from tests.notebooks.runner import NOTEBOOKS, published

CHART = Display([sample_document.chart("flow", "Hồ sơ", ["Quý I"], [48.1])])
PROSE = Display([{"type": "paragraph", "runs": [{"t": "text", "s": "Lời văn"}]}])
IMPORTS = "from hoso.presentation import charts, open_report, tables\nreport = open_report(province)"
DRAWS = "charts.flow(report)"


def cell(source: str, *shown: Display, count: int | None = 1) -> NotebookNode:
    """An executed cell with what it displayed."""
    outputs = [new_output("display_data", data=one._repr_mimebundle_()) for one in shown]
    return new_code_cell(source, outputs=outputs, execution_count=count, id="a-cell")


# ── promises ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("charts.flow(report)", "chart"),
        ("charts.flow(report).when(shown)", "chart"),
        ("behind = report.behind()\ncharts.ranked(report, behind)", "chart"),
        ("%matplotlib inline\ncharts.flow(report)", "chart"),
        ("tables.overview(report)", "table"),
        ("forms = tables.Forms(report)\nforms.appendices()", "block"),
        ("report.close([])", "block"),
        ("await charts.flow(report)", "chart"),
        ("%%narrative\nKết quả", "narrative"),
        ("%%time\ncharts.flow(report)", None),
        ("charts.flow(report);", None),
        ("drawn = charts.flow(report)", None),
        ("report = 1\nreport", None),
        ("print(charts)", None),
        ("len([report])", None),
        ("charts.flow(report", None),
        ("", None),
    ],
)  # fmt: skip
def test_what_a_cell_promises(source: str, kind: str | None) -> None:
    """Read from the source: prose, a picture, a table, something of the library's; an analyst's own lines promise nothing."""
    assert promises.promised([IMPORTS, source])[1] == kind


@pytest.mark.parametrize("name", published())
def test_the_reports_promise_all_they_show(name: str) -> None:
    """Head, prose, every table and chart, end: of the published notebooks all but the cells that prepare figures."""
    code = [c for c in nbformat.read(NOTEBOOKS[name], as_version=4).cells if c.cell_type == "code"]
    kinds = dict(zip((c.id for c in code), promises.promised([c.source for c in code]), strict=True))
    silent = {identifier for identifier, kind in kinds.items() if kind is None}
    assert silent <= {"parameters", "report", "figures", "published", "sections"}
    assert (kinds["head"], kinds["closing"]) == ("block", "block")
    assert "narrative" in kinds.values()


@pytest.mark.parametrize(
    ("source", "shown", "kept"),
    [
        (DRAWS, [CHART], True),
        (DRAWS, [], False),
        (DRAWS, [PROSE], True),
        (DRAWS, [CHART.when(False)], True),
        (DRAWS, [Display([])], True),
        ("tables.overview(report)", [], False),
        ("tables.overview(report)", [CHART], True),
        ("%%narrative\nKết quả", [PROSE], True),
        ("%%narrative\nKết quả", [], False),
        ("print(1)", [], True),
    ],
)
def test_a_promise_is_kept_or_excused(source: str, shown: list[Display], kept: bool) -> None:
    """A cell shows something of the library's, be it why there is no picture, or says that the report has no use for it; an
    absent output is no excuse."""
    lacking = promises.broken([cell(IMPORTS), cell(source, *shown)])
    assert len(lacking) == (0 if kept else 1)
    assert all("ô a-cell: thiếu" in line for line in lacking)


def test_a_picture_that_vanished_is_no_finished_report() -> None:
    """What pyplot imported before the shell does silently: the cell ran, shows its object's name, and no chart."""
    printed = new_output("execute_result", data={"text/plain": "<Figure size 640x480>"}, execution_count=1)
    lost = new_code_cell(DRAWS, outputs=[printed], execution_count=1, id="flow")
    assert promises.broken([cell(IMPORTS), lost]) == ["ô flow: thiếu biểu đồ mà ô này phải in ra"]


# ── the whole ────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def review() -> NotebookNode:
    """An executed review, to be spoilt."""
    return sample_document.notebook()


def found(notebook: NotebookNode, **asked: Any) -> list[str]:
    """The faults of a notebook that was to be of the sample's place and period."""
    made = document(notebook, "review")
    wanted = {"province": "63-02", "period": "2024-9M", "unit": None, "options": {}}
    return verdict.faults(notebook, made, wanted | asked)


def test_a_whole_report_has_no_fault(review: NotebookNode) -> None:
    """Every cell ran, everything is there, and it is of what was asked."""
    assert found(review) == []


def named(notebook: NotebookNode, identifier: str) -> NotebookNode:
    return next(one for one in notebook.cells if one.id == identifier)


def test_a_cell_that_did_not_run_is_named(review: NotebookNode) -> None:
    """papermill marks it completed all the same; the execution count does not lie."""
    named(review, "trend").execution_count = None
    review.cells[-1].metadata["papermill"] = {"status": "completed"}
    assert found(review) == ["ô trend: chưa chạy"]


def test_an_error_that_let_the_next_cells_run_is_a_fault(review: NotebookNode) -> None:
    """raises-exception as a tag, or an engine that goes on: the report is not finished."""
    named(review, "after").outputs = [
        new_output("error", ename="ValueError", evalue="no such unit", traceback=[])
    ]
    assert found(review) == ["ô after: ValueError: no such unit"]


@pytest.mark.parametrize(
    ("without", "words"),
    [({"open"}, "phần đầu"), ({"closing"}, "phần cuối"), ({"overview", "appendix"}, "bảng")],
)
def test_what_every_report_needs(review: NotebookNode, without: set[str], words: str) -> None:
    """Head, table, end: each missing one is told."""
    facts = named(review, "open").outputs[0].data[MIME]["document"]
    review.cells = [one for one in review.cells if one.id not in without]
    review.cells.append(sample_document.code("facts", sample_document.display([], document=facts)))
    assert [fault for fault in found(review) if words in fault]


def test_a_report_without_a_figure_is_none(review: NotebookNode) -> None:
    """A head, a table and an end around nothing."""
    kept = {name: named(review, name) for name in ("open", "closing")}
    empty = sample_document.table("empty", "Bảng", [sample_document.column("a", "A")], [])
    review.cells = [*kept.values(), sample_document.code("empty", sample_document.display([empty]))]
    assert found(review) == ["báo cáo không có số liệu nào"]


@pytest.mark.parametrize(
    ("asked", "faults"),
    [
        ({"data_version": None}, 0),
        ({"data_version": 12, "pinned": True}, 0),
        ({"data_version": 11, "pinned": False}, 0),
        ({"data_version": 11, "pinned": True}, 1),
        ({"data_version": 13, "pinned": False}, 1),
        ({"data_version": 13, "pinned": True}, 1),
        ({"province": "kon-tum"}, 1),
        ({"period": "2024-6M", "unit": "so-tu-phap", "options": {"deadline": "2024-12-25"}}, 3),
    ],
)
def test_a_report_of_other_data_or_another_place_is_no_report(
    review: NotebookNode, asked: dict[str, Any], faults: int
) -> None:
    """Made from the version that is recorded with it: the very one in a batch, no earlier one else; of what was asked."""
    named(review, "open").outputs[0].data[MIME]["document"]["data_version"] = 12
    assert len(found(review, **asked)) == faults


def test_broken_identities_and_provisional_figures_are_warnings() -> None:
    """They are said on page 1; the report is published with them."""
    about = {"identities": False, "provisional": "số liệu tạm thời đến 30/8/2024"}
    assert [words.split()[0] for words in verdict.warnings(about)] == ["các", "số"]
    assert verdict.warnings({"identities": True, "provisional": None}) == []
