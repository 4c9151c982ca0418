"""The command line: a thin skin over the library.

Exit codes: 0 all done, 1 something failed (the rest is done), 2 wrong use, 3 nothing to do for lack of data. An error is one
line on standard error: what · where · what was expected · what to do.
"""

from __future__ import annotations

import os
import sys
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated, Literal, cast, get_args

import typer
from rich.table import Table

from ..vocabulary.errors import NoDataError, UsageError
from ..vocabulary.workbook import Workbook
from .faults import told_in_a_line
from .terminal import ERR, OUT, progress, rows_read, say_error, tell

app = typer.Typer(
    help="hoso: reports on Vietnamese administrative procedures from dossier exports.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
Level = Literal["province", "department", "district", "commune"]
FAILED = 1

ProvinceOption = Annotated[
    str, typer.Option("--province", help="Province: slug (ha-giang) or code of its era (02).")
]
PeriodOption = Annotated[
    str,
    typer.Option(
        "--period",
        help="Period: 2024-09, 2024-Q3, 2024-6M, 2024-9M, 2024 (+ @calendar), 2023-01-01..2023-11-15.",
    ),
]


def main() -> None:
    """Entry point: turns the library's errors into one line and an exit code."""
    # A kernel or a child must not draw on more cores than the machine shares.
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    try:
        app()
    except BaseException as error:
        told = told_in_a_line(error)
        if told is None:
            raise
        say_error(told)
        sys.exit(told.exit_code)


@app.command()
def sample(
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder to write to (data/sample/exports).")
    ] = None,
    province: Annotated[list[str] | None, typer.Option("--province", help="Only these provinces.")] = None,
) -> None:
    """Write the sample: synthetic exports (dữ liệu mô phỏng) of five provinces, and real portal responses."""
    from ..records.sample import write

    folder = out or Workbook.find().sample / "exports"
    with progress("sample") as say:
        files = write(folder, province, progress=say)
    size = sum(file.stat().st_size for file in files) / 1e6
    OUT.print(
        f"{len(files)} files, {size:.0f} MB, dossiers synthetic (dữ liệu mô phỏng): {folder}",
        highlight=False,
        soft_wrap=True,
    )


@app.command(name="import")
def import_(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="Exports (.xlsx, .xls, .csv), sync records, procedure catalogues, portal responses (.json)."
        ),
    ],
    province: ProvinceOption,
    era: Annotated[
        str | None, typer.Option("--era", help="63 (to 30/6/2025) or 34, where the data do not tell.")
    ] = None,
    period: Annotated[
        str | None,
        typer.Option(
            "--period", help="Of portal responses that do not say: 2026-08, 2026-Q3, 2026 (calendar)."
        ),
    ] = None,
    captured: Annotated[
        str | None,
        typer.Option("--captured", help="When they were taken: 2026-10-10 or 2026-10-10T07:00:13Z."),
    ] = None,
) -> None:
    """Read exports into the store; prints accepted, replaced, rejected and skipped rows."""
    from ..records import keys
    from ..records.importer import import_file
    from ..records.intake.portal import Given
    from ..records.store import Store
    from .imports import choose_province, known_province, notices, portal_only, show

    workbook = Workbook.find()
    known_province(province, era)  # a wrong name is refused before any file is read
    given = Given.of(period, captured)
    if given:
        portal_only(files)
    store = Store.prepare(workbook.store, workbook.key_file)
    key = keys.load(workbook.key_file)
    done, failed = [], 0
    for file in files:
        try:
            with progress(file.name) as say:
                place = partial(choose_province, province, era)  # once more, by the days in the file
                done.append(import_file(store, file, place, key, partial(rows_read, say, file), given))
        except BaseException as error:
            told = told_in_a_line(error)
            if told is None:
                raise
            say_error(told)
            failed += 1
    if done:
        OUT.print(show(done))
        for line in notices(store, done):
            OUT.print(line, markup=False, highlight=False, soft_wrap=True)
    if failed:
        raise typer.Exit(FAILED)


@app.command()
def report(
    names: Annotated[list[str], typer.Argument(metavar="NAME…", help="Reports: the names in notebooks/.")],
    period: PeriodOption,
    province: Annotated[
        list[str] | None, typer.Option("--province", help="Province, again for more than one.")
    ] = None,
    every_province: Annotated[
        bool, typer.Option("--every-province", help="Every province with data.")
    ] = False,
    formats: Annotated[str, typer.Option("--formats", help="html,pdf")] = "html,pdf",
    out: Annotated[Path | None, typer.Option("--out", help="Output folder (reports).")] = None,
    force: Annotated[bool, typer.Option("--force", help="Make it again even when nothing changed.")] = False,
) -> None:
    """Run notebooks and publish their documents."""
    from ..records.importer import heal
    from ..records.store import Store
    from . import runs, site
    from .imports import provinces_with_data

    if out is not None:
        os.environ["HOSO_REPORTS"] = str(out.resolve())
    workbook = Workbook.find()
    chosen_formats = _formats(formats)
    if not province and not every_province:
        raise UsageError("chưa chọn tỉnh", expected="--province SLUG hoặc --every-province")
    store = Store.open(workbook.store)
    places = province or provinces_with_data(store, period)
    asked = [runs.Run.of(workbook, name, place, period) for name in names for place in places]
    with store.writing():
        heal(store)
    results = []
    for run in asked:
        with progress(f"{run.notebook} · {run.province.slug} · {run.period.id}"):
            results.append(runs.report(run, workbook, store, chosen_formats, force))
        tell(results[-1])
    index = site.write(workbook.reports)
    OUT.print(f"index: {index}", highlight=False, soft_wrap=True)
    statuses = {outcome.status for outcome in results}
    if "failed" in statuses:
        raise typer.Exit(FAILED)
    if statuses == {"no_data"}:
        raise typer.Exit(NoDataError.exit_code)


def _formats(text: str) -> tuple[str, ...]:
    from .runs import FORMATS

    asked = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    unknown = [name for name in asked if name not in FORMATS]
    if unknown or not asked:
        raise UsageError(f"không có định dạng {', '.join(unknown) or text}", expected=",".join(FORMATS))
    return asked


@app.command()
def figures(
    province: ProvinceOption,
    period: PeriodOption,
    unit: Annotated[str | None, typer.Option("--unit", help="One unit's id.")] = None,
    level: Annotated[
        str | None, typer.Option("--level", help="Each unit of a level: department, district, commune.")
    ] = None,
    by: Annotated[
        str | None, typer.Option("--by", help="Break down by field, procedure, channel or month.")
    ] = None,
    assess: Annotated[
        bool, typer.Option("--assess", help="Each figure beside its target, its past and its rank.")
    ] = False,
    format_: Annotated[str, typer.Option("--format", help="csv or json")] = "csv",
) -> None:
    """Print results without a notebook: counts, rates and what others published or the portal shows."""
    from .figures import Breakdown, as_csv, as_json, table

    if by is not None and assess:
        raise UsageError("chỉ tiêu giao cho cả đơn vị", expected="--assess hoặc --by, không cả hai")
    if format_ not in ("csv", "json"):
        raise UsageError(f"không có định dạng {format_}", expected="csv, json")
    if level is not None and level not in get_args(Level):
        raise UsageError(f"không có cấp {level}", expected=", ".join(get_args(Level)))
    if by is not None and by not in get_args(Breakdown):
        raise UsageError(f"không có cách chia nhóm {by}", expected=", ".join(get_args(Breakdown)))
    rows = table(Workbook.find(), province, period, unit, level, cast("Breakdown | None", by), assess)
    sys.stdout.write(as_json(rows) if format_ == "json" else as_csv(rows))


@app.command()
def score(  # noqa: PLR0913, PLR0917 - the options of a command are its arguments
    file: Annotated[
        Path | None,
        typer.Argument(help="CSV: criterion,numerator,denominator; blank counts mean “not given”."),
    ] = None,
    scorecard: Annotated[
        str | None,
        typer.Option("--scorecard", help="qd766-2022, qd766-2026; the newest in force by default."),
    ] = None,
    level: Annotated[
        str | None, typer.Option("--level", help="province (when not said), agency, commune")
    ] = None,
    province: Annotated[
        str | None, typer.Option("--province", help="Instead of a file: a province in the store.")
    ] = None,
    period: Annotated[str | None, typer.Option("--period", help="With --province: the period.")] = None,
    unit: Annotated[str | None, typer.Option("--unit", help="With --province: one unit's id.")] = None,
    format_: Annotated[str, typer.Option("--format", help="text or json")] = "text",
    what_if: Annotated[
        list[str] | None,
        typer.Option("--what-if", help="CRITERION=NUM/DEN: the score with these counts instead."),
    ] = None,
    reach: Annotated[
        str | None, typer.Option("--reach", help="The fewest added counts that reach this total.")
    ] = None,
) -> None:
    """Score counts under QĐ 766, of a file or of a province in the store: points, grade, where points are lost."""
    from ..statistics import scorecard as scorecards
    from .score import as_json, counts_of, of_file, of_place, show, typed

    if format_ not in ("text", "json"):
        raise UsageError(f"không có định dạng {format_}", expected="text, json")
    changes = counts_of(what_if or [])
    wanted = None if reach is None else typed(reach, "--reach")
    if file is not None and province is None and period is None and unit is None:
        scored = of_file(file, scorecard, level)
    elif file is None and province and period and scorecard is None and level is None:
        scored = of_place(Workbook.find(), province, period, unit)
    else:
        raise UsageError(
            "cần một nguồn số đếm",
            expected="TỆP.csv [--scorecard ID] [--level CẤP], hoặc --province TỈNH --period KỲ [--unit MÃ]",
        )
    changed = scorecards.what_if(scored, changes) if changes else None
    plan = None if wanted is None else scorecards.reach(changed or scored, wanted)
    if format_ == "json":
        sys.stdout.write(as_json(scored, changed, plan))
    else:
        show(OUT, scored, changed, plan)


@app.command()
def verify(
    paths: Annotated[
        list[Path],
        typer.Argument(
            help="Reports: a folder, a document or a figures.json; or a table of published figures (.tsv)."
        ),
    ],
) -> None:
    """Recompute every printed figure from the facts, every published one from its parts; exit 1 when one differs."""
    from .verification import figures_files, verify_claims, verify_file

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


@app.command()
def status(
    rejects: Annotated[bool, typer.Option("--rejects", help="List refused rows too.")] = False,
    repair: Annotated[
        bool, typer.Option("--repair", help="Complete an import that was killed midway.")
    ] = False,
) -> None:
    """Show imports, data versions, refused rows and the reports made."""
    from ..records.importer import heal
    from ..records.store import Store
    from .imports import import_table, reject_table
    from .site import STATES, roster

    workbook = Workbook.find()
    store = Store.open(workbook.store)
    if repair:
        with store.writing():
            heal(store)
    OUT.print(
        f"store: {store.root} · facts version {store.version('facts')} · {date.today():%Y-%m-%d}",
        highlight=False,
        soft_wrap=True,
    )
    OUT.print(import_table(store))
    if rejects:
        OUT.print(reject_table(store))
    grid = Table("report", "province", "period", "state", "made from data to")
    for entry in roster(workbook.reports):
        grid.add_row(entry.notebook, entry.province, entry.period, STATES[entry.state], entry.data_date)
    OUT.print(grid)


@app.command()
def site() -> None:
    """Rebuild reports/index.html."""
    from .site import write

    OUT.print(str(write(Workbook.find().reports)), highlight=False, soft_wrap=True)
