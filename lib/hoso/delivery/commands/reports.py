"""`hoso verify` and `site`: proving documents, listing them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ...vocabulary.workbook import Workbook
from ..terminal import ERR, OUT, progress
from .at_hand import reports_at_hand
from .options import FAILED


def verify(
    paths: Annotated[
        list[Path],
        typer.Argument(
            help="Reports: a folder, a document or a figures.json; or a table of published figures (.tsv)."
        ),
    ],
) -> None:
    """Recompute every printed figure from the facts, every published one from its parts; exit 1 when one differs."""
    from ..verification import figures_files, verify_claims, verify_file

    workbook = Workbook.find()
    failed = False
    published = {path: found for path in paths if (found := verify_claims(path)) is not None}
    for path, claims in published.items():
        OUT.print(
            f"{path}: {claims}", style="red" if claims.new else "green", highlight=False, soft_wrap=True
        )
        for line in claims.known:
            OUT.print(f"  {line}", markup=False, highlight=False, soft_wrap=True)
        for line in claims.new:
            ERR.print(f"  {line}", markup=False, highlight=False, soft_wrap=True)
        failed = failed or bool(claims.new)
    for file in figures_files([path for path in paths if path not in published]):
        with progress(str(file)):
            checked = verify_file(workbook, file)
        verdict = "differs" if checked.differences else "verified"
        verdict += f", {len(checked.restated)} restated since" if checked.restated else ""
        OUT.print(
            f"{file}: {checked.numbers} numbers, {verdict}",
            style="red" if checked.differences else "green",
            highlight=False,
            soft_wrap=True,
        )
        for restated in checked.restated:
            OUT.print(f"  {restated}", markup=False, highlight=False, soft_wrap=True)
        for difference in checked.differences:
            ERR.print(f"  {difference}", markup=False, highlight=False, soft_wrap=True)
        failed = failed or bool(checked.differences)
    if failed:
        raise typer.Exit(FAILED)


def site() -> None:
    """Bring reports/index.html, its pages and the handbook of indicators up to date."""
    from ..site import write

    workbook = Workbook.find()
    with reports_at_hand(workbook) as remote:
        index = str(write(workbook.reports, with_handbook=True))
        if remote is not None:
            remote.push_site()
            index = f"{remote.url}/index.html"
    OUT.print(index, markup=False, highlight=False, soft_wrap=True)
