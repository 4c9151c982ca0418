"""The verdict on a run, proved from its notebook and not believed from its metadata.

papermill marks cells completed after a killed kernel or a time-out, so a run is done only if every code cell was executed
without error, each cell shows what its source promises, the blocks a report needs are there, and the place, period, unit,
options and data version printed are the ones asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from . import promises

if TYPE_CHECKING:
    from nbformat import NotebookNode


_NEEDED: Final[Mapping[str, str]] = {
    "letterhead": "phần đầu văn bản (quốc hiệu, tên loại)",
    "table": "bảng",
    "closing": "phần cuối văn bản (nơi nhận, chữ ký)",
}
_NAMES: Final[Mapping[str, str]] = {"province": "tỉnh", "period": "kỳ", "unit": "đơn vị"}


def errors(notebook: NotebookNode) -> list[str]:
    """The cells that stopped with an error, by id."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    failed = [(cell, output) for cell in code for output in cell.outputs if output.output_type == "error"]
    return [f"ô {cell.id}: {output.ename}: {output.evalue}" for cell, output in failed]


def faults(notebook: NotebookNode, document: Mapping[str, Any], asked: Mapping[str, Any]) -> list[str]:
    """Why a run is no finished report; empty when it is one.

    `asked`: the province, period, unit (None: the whole place) and options that the report is to be of; where given, the
    `data_version` it is to be made from, which is the very one when the store was `pinned`, and that or a later one else.
    """
    code = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    found = errors(notebook) or [f"ô {cell.id}: chưa chạy" for cell in code if cell.execution_count is None]
    if found:
        return found
    found += promises.broken(notebook.cells)
    blocks = [block["type"] for block in document["blocks"]]
    found += [f"báo cáo thiếu {words}" for needed, words in _NEEDED.items() if needed not in blocks]
    found += ["báo cáo không có số liệu nào"] if not document["figures"] else []
    return [*found, *_strayed(document, asked), *_of_other_data(document, asked)]


def _strayed(document: Mapping[str, Any], asked: Mapping[str, Any]) -> Iterator[str]:
    """Where a report is of another place, period or unit, or was made with other options, than were asked for."""
    for name, words in _NAMES.items():
        if document.get(name) != asked[name]:
            yield f"báo cáo in {words} {document.get(name)}, yêu cầu {asked[name]}"
    for name, value in asked["options"].items():
        made = document.get("options", {}).get(name)
        if made != value:
            yield f"báo cáo lập với {name} {made}, yêu cầu {value}"


def _of_other_data(document: Mapping[str, Any], asked: Mapping[str, Any]) -> Iterator[str]:
    """A report made from another state of the data than the one it is recorded with; without dossiers it names none."""
    made, wanted = document.get("data_version"), asked.get("data_version")
    if made is None or wanted is None:
        return
    if made < wanted or (asked.get("pinned") and made != wanted):
        yield f"báo cáo lập từ phiên bản dữ liệu {made}, yêu cầu {wanted}"


def warnings(document: Mapping[str, Any]) -> list[str]:
    """What a finished report must say on page 1: identities that fail, provisional figures."""
    found = [] if document["identities"] else ["các đẳng thức của biểu II.06a không khớp"]
    return found + ([document["provisional"]] if document["provisional"] else [])
