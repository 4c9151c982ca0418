"""The verdict on a run, proved from its notebook and not believed from its metadata.

papermill marks cells completed after a killed kernel or a time-out, so a run is done only if every code cell was executed
without error, the blocks a report needs are there, and the place, period, unit and options printed are the ones asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbformat import NotebookNode


def errors(notebook: NotebookNode) -> list[str]:
    """The cells that stopped with an error, by id."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    failed = [(cell, output) for cell in code for output in cell.outputs if output.output_type == "error"]
    return [f"ô {cell.id}: {output.ename}: {output.evalue}" for cell, output in failed]


def faults(notebook: NotebookNode, document: Mapping[str, Any], asked: Mapping[str, Any]) -> list[str]:
    """Why a run is no finished report; empty when it is one.

    `asked`: the province, period, unit (None: the whole place) and options that the report is to be of.
    """
    code = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    found = errors(notebook) or [f"ô {cell.id}: chưa chạy" for cell in code if cell.execution_count is None]
    if found:
        return found
    blocks = [block["type"] for block in document["blocks"]]
    found += [
        f"no {needed} in the output" for needed in ("letterhead", "table", "closing") if needed not in blocks
    ]
    found += ["no figure in the output"] if not document["figures"] else []
    return [*found, *_strayed(document, asked)]


def _strayed(document: Mapping[str, Any], asked: Mapping[str, Any]) -> Iterator[str]:
    """Where a report is of another place, period or unit, or was made with other options, than were asked for."""
    for name in ("province", "period", "unit"):
        if document.get(name) != asked[name]:
            yield f"made for {document.get(name)}, asked for {asked[name]}"
    for name, value in asked["options"].items():
        made = document.get("options", {}).get(name)
        if made != value:
            yield f"made with {name} {made}, asked for {value}"


def warnings(document: Mapping[str, Any]) -> list[str]:
    """What a finished report must say on page 1: identities that fail, provisional figures."""
    found = [] if document["identities"] else ["các đẳng thức của biểu II.06a không khớp"]
    return found + ([document["provisional"]] if document["provisional"] else [])
