"""The verdict on a run, proved from its notebook and not believed from its metadata.

papermill marks cells completed after a killed kernel or a time-out, so a run is done only if every code cell was executed
without error, the blocks a report needs are there, and the place and period printed are the ones asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbformat import NotebookNode


def errors(notebook: NotebookNode) -> list[str]:
    """The cells that stopped with an error, by id."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    failed = [(cell, output) for cell in code for output in cell.outputs if output.output_type == "error"]
    return [f"ô {cell.id}: {output.ename}: {output.evalue}" for cell, output in failed]


def faults(notebook: NotebookNode, document: Mapping[str, Any], province: str, period: str) -> list[str]:
    """Why a run is no finished report; empty when it is one."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    found = errors(notebook) or [f"ô {cell.id}: chưa chạy" for cell in code if cell.execution_count is None]
    if found:
        return found
    blocks = [block["type"] for block in document["blocks"]]
    found += [
        f"no {needed} in the output" for needed in ("letterhead", "table", "closing") if needed not in blocks
    ]
    found += ["no figure in the output"] if not document["figures"] else []
    found += [
        f"made for {document[name]}, asked for {asked}"
        for name, asked in (("province", province), ("period", period))
        if document[name] != asked
    ]
    return found


def warnings(document: Mapping[str, Any]) -> list[str]:
    """What a finished report must say on page 1: identities that fail, provisional figures."""
    found = [] if document["identities"] else ["các đẳng thức của biểu II.06a không khớp"]
    return found + ([document["provisional"]] if document["provisional"] else [])
