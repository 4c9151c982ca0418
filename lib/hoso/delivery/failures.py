"""What is kept of a run that failed (lần chạy lỗi): its notebook as far as it came, under a red banner, and what went wrong.

Both lie beside the last good report, never over it, and go away with the next run that is done.
"""

from __future__ import annotations

import html
import logging
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ..records import keys
from . import outputs
from .faults import told_in_a_line
from .publishing import Stage
from .runs import Run, Status

if TYPE_CHECKING:
    from nbformat import NotebookNode

_LOG: Final = logging.getLogger(__name__)
NOTEBOOK: Final = "failed.ipynb"
BANNER: Final = "hoso-failed"
"""The tag of the cells that say what went wrong; the first is the banner."""
_PAPERMILL: Final = {"papermill-error-cell-tag", "injected-parameters"}
_ANCHOR: Final = "hoso-o-loi"
_TOLD: Final[dict[str, str]] = {
    "failed": "BÁO CÁO CHƯA LẬP ĐƯỢC: có lỗi",
    "timed_out": "BÁO CÁO CHƯA LẬP ĐƯỢC: chạy quá thời hạn",
    "killed": "BÁO CÁO CHƯA LẬP ĐƯỢC: tiến trình bị dừng",
}
# What a Markdown view lets through: no class, no script, plain colours.
_STYLE: Final = "background-color:#b00020;color:#ffffff;padding:12px;font-size:16px"


@dataclass(frozen=True)
class Failure:
    """Why a run ended without a report: its status, one line for each fault, the cell where it stopped by its id."""

    status: Status
    faults: Sequence[str]
    cell: str | None = None
    remedy: str = ""

    @property
    def told(self) -> tuple[str, ...]:
        """The faults as they may be told anywhere: no key of a dossier stands in them."""
        return tuple(keys.SHORT.sub("…", " ".join(fault.split())[:500]) for fault in self.faults)


def told_or_logged(error: Exception) -> str:
    """An error in one line. Of a defect of the program the log says where it happened, and nothing it was working on."""
    told = told_in_a_line(error)
    if told is not None:
        return str(told)
    _LOG.error("%s\n%s", type(error).__name__, "".join(traceback.format_tb(error.__traceback__)))
    return f"lỗi của chương trình: {type(error).__name__}: {error}"


def keep(failure: Failure, run: Run, stage: Stage, executed: NotebookNode | None) -> tuple[Path, ...]:
    """Leaves failed.json and, as far as the run came, failed.ipynb in the report's machine folder; the notebook's path."""
    note: dict[str, Any] = {
        "notebook": run.notebook.name,
        "province": run.province.slug,
        "period": run.period.id,
        "unit": run.unit or None,
        "options": dict(run.options),
        "status": failure.status,
        "cell": failure.cell,
        "faults": list(failure.told),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    (stage.folder / run.stem).mkdir(exist_ok=True)
    outputs.write_json(stage.folder / run.stem / outputs.FAILED, note)
    name = f"{run.stem}/{NOTEBOOK}"
    if executed is None:
        stage.commit([f"{run.stem}/{outputs.FAILED}"], gone=[name])
        return ()
    write_failed(stage.folder / name, executed, failure)
    stage.commit([name, f"{run.stem}/{outputs.FAILED}"])
    return (run.machine_folder(stage.reports) / NOTEBOOK,)


def noted_since(moment: datetime, run: Run, reports: Path) -> bool:
    """Whether a run has left its note after a moment."""
    try:
        written = (run.machine_folder(reports) / outputs.FAILED).stat().st_mtime
    except OSError:
        return False
    return written >= moment.timestamp()


def write_failed(path: Path, executed: NotebookNode, failure: Failure) -> None:
    """The notebook as far as it came: marked, and without a dossier, since others than analysts read where it will lie."""
    from .engine import save

    forget_dossiers(executed)
    mark(executed, failure)
    save(executed, path)


def forget_dossiers(executed: NotebookNode) -> None:
    """Takes outputs that list dossiers out of a notebook."""
    from .export.document import lists_dossiers

    for cell in executed.cells:
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if not lists_dossiers(output)]


# ── the banner ───────────────────────────────────────────────────────────────────────────────────


def mark(executed: NotebookNode, failure: Failure) -> None:
    """Puts a red banner first in the notebook, and a red line above the cell where it stopped."""
    cells = [cell for cell in executed.cells if not _tagged(cell, {BANNER, "papermill-error-cell-tag"})]
    at = next((n for n, cell in enumerate(cells) if cell.get("id") == failure.cell), None)
    where = "" if at is None else numbered(cells, at)
    if at is not None:
        cells.insert(at, _cell(f"{BANNER}-cell", _line(where, failure)))
    cells.insert(0, _cell(BANNER, _banner(where, failure)))
    executed.cells = cells


def numbered(cells: Sequence[NotebookNode], at: int) -> str:
    """A cell as a person finds it in the workbook's own notebook: its number there, its id, its execution count here."""
    own = [cell for cell in cells[: at + 1] if not _tagged(cell, {BANNER, *_PAPERMILL})]
    count = cells[at].get("execution_count")
    ran = f", lần chạy In [{count}]" if count else ""
    return f"ô thứ {len(own)} (mã {cells[at].get('id', 'không có')}{ran})"


def place_of(notebook: NotebookNode | None, cell: str | None) -> str:
    """Where in a notebook something happened, to stand before what did: "ô thứ 5 (mã figures): "; blank where unknown."""
    cells = notebook.cells if notebook is not None else []
    at = next((n for n, found in enumerate(cells) if cell and found.get("id") == cell), None)
    return "" if at is None else f"{numbered(cells, at)}: "


def _banner(where: str, failure: Failure) -> str:
    link = f'<a href="#{_ANCHOR}" style="color:#ffffff">{html.escape(where)}</a>' if where else ""
    stopped = [f"Dừng ở {link}."] if link else []
    faults = [html.escape(_of_itself(fault, where)) for fault in failure.told]
    rest = "Phần đã chạy được giữ lại bên dưới; báo cáo phát hành lần trước (nếu có) vẫn còn nguyên."
    lines = [f"<b>{_TOLD[failure.status]}</b>", *stopped, *faults, html.escape(failure.remedy), rest]
    return f'<div style="{_STYLE}">' + "<br>".join(filter(None, lines)) + "</div>"


def _of_itself(fault: str, where: str) -> str:
    """A fault without its place, which has been said."""
    return fault.removeprefix(f"{where}: ")


def _line(where: str, failure: Failure) -> str:
    why = [_of_itself(fault, where) for fault in failure.told[:1]]
    words = html.escape(": ".join([f"{where} dừng ở đây", *why]))
    return f'<div id="{_ANCHOR}" style="{_STYLE}">{words[:1].upper()}{words[1:]}</div>'


def _cell(identifier: str, source: str) -> NotebookNode:
    import nbformat

    return nbformat.v4.new_markdown_cell(source, id=identifier, metadata={"tags": [BANNER]})


def _tagged(cell: NotebookNode, tags: set[str]) -> bool:
    return bool(tags & set(cell.get("metadata", {}).get("tags", ())))
