"""`hoso report`, `verify` and `site`: making documents, proving them, listing them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...vocabulary.errors import HosoError, NoDataError, UsageError
from ...vocabulary.workbook import Workbook
from ..faults import told_in_a_line
from ..terminal import ERR, OUT, progress, say_error, tell
from .options import FAILED, PeriodOption

if TYPE_CHECKING:
    from ..runs import Outcome
    from ..signing import Signer


def report(  # noqa: PLR0913, PLR0917 - the options of a command are its arguments
    names: Annotated[list[str], typer.Argument(metavar="NAME…", help="Reports: the names in notebooks/.")],
    period: PeriodOption,
    province: Annotated[
        list[str] | None, typer.Option("--province", help="Province, again for more than one.")
    ] = None,
    every_province: Annotated[
        bool, typer.Option("--every-province", help="Every province with data.")
    ] = False,
    unit: Annotated[
        list[str] | None, typer.Option("--unit", help="A unit's id, again for more than one.")
    ] = None,
    every_unit: Annotated[
        bool, typer.Option("--every-unit", help="Every unit with data in the period.")
    ] = False,
    level: Annotated[
        str | None, typer.Option("--level", help="With --every-unit: department, district or commune only.")
    ] = None,
    indicator: Annotated[
        str | None, typer.Option("--indicator", help="The indicator a report is about: online_rate, …")
    ] = None,
    deadline: Annotated[
        str | None, typer.Option("--deadline", help="A deadline instead of the target's own: 2023-12-25.")
    ] = None,
    formats: Annotated[str, typer.Option("--formats", help="Of html, pdf, docx, xlsx.")] = "html,pdf",
    sign: Annotated[
        Path | None,
        typer.Option("--sign", metavar="CERT.p12", help="Sign each PDF, as hoso sign --certificate does."),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Output folder (reports).")] = None,
    force: Annotated[bool, typer.Option("--force", help="Make it again even when nothing changed.")] = False,
) -> None:
    """Run notebooks and publish their documents."""
    from ...records.importer import heal
    from ...records.store import Store
    from .. import runs, site
    from ..asked import Asked, runs_of

    if out is not None:
        os.environ["HOSO_REPORTS"] = str(out.resolve())
    workbook = Workbook.find()
    chosen_formats = _formats(formats)
    wanted = Asked(
        names, period, province or (), every_province, unit or (), every_unit, level, indicator, deadline
    )
    store = Store.open(workbook.store)
    asked = runs_of(workbook, store, wanted)
    results, unsigned = [], 0
    with _signer(sign, chosen_formats) as signer:  # asks for the password before anything runs
        with store.writing():
            heal(store)
        for run in asked:
            with progress(str(run)):
                results.append(runs.report(run, workbook, store, chosen_formats, force))
            tell(results[-1])
            unsigned += signer is not None and not _has_signed_copies(results[-1], signer)
    index = site.write(workbook.reports)
    OUT.print(f"index: {index}", highlight=False, soft_wrap=True)
    statuses = {outcome.status for outcome in results}
    if "failed" in statuses or unsigned:
        raise typer.Exit(FAILED)
    if statuses == {"no_data"}:
        raise typer.Exit(NoDataError.exit_code)


def _formats(text: str) -> tuple[str, ...]:
    from ..export.formats import FORMATS

    asked = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    unknown = [name for name in asked if name not in FORMATS]
    if unknown or not asked:
        raise UsageError(f"không có định dạng {', '.join(unknown) or text}", expected=",".join(FORMATS))
    return asked


@contextmanager
def _signer(certificate: Path | None, formats: tuple[str, ...]) -> Iterator[Signer | None]:
    """Who signs the PDFs of all runs, opened once; nobody unless asked for."""
    from .sign import signer_of

    if certificate is None:
        yield None
        return
    if "pdf" not in formats:
        raise UsageError("chỉ ký được tệp PDF", expected="--formats có pdf, hoặc bỏ --sign")
    with signer_of(certificate, None) as signer:
        yield signer


def _has_signed_copies(outcome: Outcome, signer: Signer) -> bool:
    """Signs the PDF a run published, unless the copy beside it is of this state; False where that could not be done."""
    from ..signing import sign_file, signed_name

    for file in (file for file in outcome.files if file.suffix == ".pdf"):
        copy = signed_name(file)
        if copy.is_file() and copy.read_bytes().startswith(file.read_bytes()):
            continue
        try:
            OUT.print(
                f"{sign_file(file, signer)}: {signer.subject}", markup=False, highlight=False, soft_wrap=True
            )
        except (
            HosoError,
            OSError,
        ) as error:  # a full disk or a folder closed to writing: the other runs go on
            if told := told_in_a_line(error):
                say_error(told)
            return False
    return True


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
        OUT.print(
            f"{file}: {checked.numbers} numbers, {verdict}",
            style="red" if checked.differences else "green",
            highlight=False,
            soft_wrap=True,
        )
        for difference in checked.differences:
            ERR.print(f"  {difference}", markup=False, highlight=False, soft_wrap=True)
        failed = failed or bool(checked.differences)
    if failed:
        raise typer.Exit(FAILED)


def site() -> None:
    """Bring reports/index.html, its pages and the handbook of indicators up to date."""
    from ..site import write

    OUT.print(str(write(Workbook.find().reports, with_handbook=True)), highlight=False, soft_wrap=True)
