"""`%%narrative` in a notebook: the prose of a report, where the analyst reads and edits it."""

from __future__ import annotations

from typing import Any

from IPython.display import display

from ..vocabulary.errors import HosoError
from .narrative import render
from .report import Report


def register(shell: Any) -> None:
    """Adds the magic to an IPython shell, and tells the library's own faults in one line."""
    shell.register_magic_function(
        lambda _line, cell: narrative(shell, cell), magic_kind="cell", magic_name="narrative"
    )
    shell.set_custom_exc((HosoError,), _in_a_line)


def _in_a_line(
    shell: Any, kind: type[HosoError], error: HosoError, *_trace: object, **_options: object
) -> list[str]:
    """A fault that the analyst can mend, told in the one line it has instead of a traceback."""
    told = [f"{kind.__name__}: {error}"]
    shell._showtraceback(kind, error, told)
    return told


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
