"""`%%narrative` in a notebook: the prose of a report, where the analyst reads and edits it."""

from __future__ import annotations

from typing import Any

from IPython.display import display

from ..vocabulary.errors import HosoError
from .narrative import render
from .report import Report


def register(shell: Any) -> None:
    """Adds the magic to an IPython shell."""
    shell.register_magic_function(
        lambda _line, cell: narrative(shell, cell), magic_kind="cell", magic_name="narrative"
    )


def narrative(shell: Any, cell: str) -> None:
    """Renders a cell with the notebook's own names; the notebook must hold a `report` made by `open_report`."""
    report = shell.user_ns.get("report")
    if not isinstance(report, Report):
        raise HosoError(
            "chưa mở báo cáo",
            where="%%narrative",
            expected="biến report",
            remedy="chạy ô report = open_report(…) trước",
        )
    display(render(cell, shell.user_ns, report.registry))
