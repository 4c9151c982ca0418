"""`hoso list` and `why`: which reports there are, which are missing, and what each was made from."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from ...vocabulary.errors import UsageError
from ...vocabulary.workbook import Workbook
from ..terminal import OUT
from .at_hand import reports_at_hand, shown

if TYPE_CHECKING:
    from ..objects import Remote

STATE_NAMES = ("done", "warnings", "failed", "stale", "broken", "missing", "no_data", "not_due")


def list_(
    state: Annotated[
        list[str] | None, typer.Option("--state", help=f"Only these: {', '.join(STATE_NAMES)}.")
    ] = None,
) -> None:
    """List the reports: done, with warnings, failed, missing, without data, not due yet."""
    from ..expected import lines, opened

    if unknown := [name for name in state or () if name not in STATE_NAMES]:
        raise UsageError(f"không có trạng thái {unknown[0]}", expected=", ".join(STATE_NAMES))
    workbook = Workbook.find()
    with reports_at_hand(workbook):
        found = lines(workbook.reports, opened(workbook.store), date.today())
    asked = [line for line in found if not state or line.state in state]
    grid = Table("báo cáo", "tỉnh", "kỳ", "đơn vị", "trạng thái", "")
    for line in asked:
        cells = (line.report, line.province, line.period, line.unit, line.words, "; ".join(line.details))
        grid.add_row(*map(Text, cells), style="red" if line.state in ("failed", "broken") else None)
    counts = Counter(line.state for line in asked)
    grid.caption = " · ".join(f"{name} {counts[name]}" for name in STATE_NAMES if counts[name])
    OUT.print(grid)


def why(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH…",
            help="Reports: a document, its folder or its figures.json; in an object store by its address, s3://….",
        ),
    ],
) -> None:
    """Tell what a report was made from, and why it would or would not be made again."""
    from ...records.store import Store
    from ..provenance import machine_folders, runs_of, told

    workbook = Workbook.find()
    store = Store.open(workbook.store)
    with reports_at_hand(workbook) as remote:
        folders = [folder for path in paths for folder in machine_folders(_here(path, remote))]
        if remote is not None:
            remote.pull(runs_of(workbook, folders))  # whole, for their files are compared
        for folder, words in told(workbook, store, folders):
            OUT.print(shown(folder, remote), style="bold", markup=False, highlight=False, soft_wrap=True)
            for line in words:
                OUT.print(f"  {line}", markup=False, highlight=False, soft_wrap=True)


def _here(path: str, remote: Remote | None) -> Path:
    """A path on this machine; for the address of a report in the object store, where it lies in the working copy."""
    if "://" not in path:
        return Path(path).absolute()
    below = path.removeprefix(f"{remote.url}/") if remote is not None else path
    if remote is None or below == path or ".." in below.split("/"):
        raise UsageError(
            "địa chỉ không thuộc nơi lưu báo cáo", where=path, expected="địa chỉ dưới HOSO_REPORTS"
        )
    return remote.copy / below
