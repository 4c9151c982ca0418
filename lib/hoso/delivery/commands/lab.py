"""`hoso lab`: the analyst's workbook, opened in JupyterLab."""

from __future__ import annotations

from typing import Annotated

import typer

from ...vocabulary.workbook import Workbook
from ..terminal import OUT, progress


def lab(
    port: Annotated[
        int | None, typer.Option("--port", help="Port on this machine (the first free one).")
    ] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the browser.")] = True,
    sample: Annotated[
        bool, typer.Option("--sample/--no-sample", help="Without any data, make and import the sample first.")
    ] = True,
) -> None:
    """Open JupyterLab on explore.ipynb; with an empty store, on the sample."""
    from ..lab import empty, fill
    from ..lab import lab as served

    workbook = Workbook.find()
    asked = served(workbook, port, browser)
    if sample and empty(workbook):
        OUT.print("chưa có hồ sơ nào: tạo và nạp dữ liệu mô phỏng (vài phút, một lần)", highlight=False)
        with progress("sample") as say:
            done = fill(workbook, say)
        OUT.print(f"đã nạp {done} tệp mô phỏng vào {workbook.store_uri}", highlight=False, soft_wrap=True)
    raise typer.Exit(asked.run())
