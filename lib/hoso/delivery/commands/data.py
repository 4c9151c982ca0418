"""`hoso sample`, `import` and `status`: what is in the store, and how it came there."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from ...vocabulary.workbook import Workbook
from ..faults import told_in_a_line
from ..terminal import OUT, Reading, progress, say_error
from .at_hand import reports_at_hand
from .options import FAILED, ProvinceOption, beginning

if TYPE_CHECKING:
    from ...records.store import Store
    from ...vocabulary.errors import StoreError


def sample(
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder to write to (data/sample/exports).")
    ] = None,
    province: Annotated[list[str] | None, typer.Option("--province", help="Only these provinces.")] = None,
) -> None:
    """Write the sample: synthetic exports (dữ liệu mô phỏng) of five provinces, and real portal responses."""
    from ...records.sample import write

    folder = out or Workbook.find().sample / "exports"
    with progress("sample") as say:
        files = write(folder, province, progress=say)
    size = sum(file.stat().st_size for file in files) / 1e6
    OUT.print(
        f"{len(files)} files, {size:.0f} MB, dossiers synthetic (dữ liệu mô phỏng): {folder}",
        highlight=False,
        soft_wrap=True,
    )


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
    from ...records import keys
    from ...records.importer import import_file
    from ...records.intake.portal import Given
    from ...records.store import Store
    from ..imports import choose_province, known_province, notices, portal_only, show

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
                done.append(import_file(store, file, place, key, Reading(say, file), given))
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


def tidy(
    forget_before: Annotated[
        str | None,
        typer.Option("--forget-before", help="Also give up versions superseded before this day: 2026-01-31."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
) -> None:
    """Join the store's small files and remove files that no version needs; versions that reports name are kept."""
    from ...records.store import Store
    from ...records.tidying import tidy as tidy_store
    from ..tidying import kept

    workbook = Workbook.find()
    before = None if forget_before is None else beginning(forget_before)
    store = Store(
        Store.open(workbook.store).root
    )  # at no pinned versions: what is tidied is the store of now
    with reports_at_hand(workbook):
        done = tidy_store(store, before, kept(store.root, workbook.reports), dry_run)
    would = "would be " if dry_run else ""
    lines = [
        f"{one.table}: {one.files} files of {one.provinces} provinces {would}joined into {one.provinces}"
        for one in done.joined
    ]
    if before is not None:
        lines.append(f"versions of the facts {would}given up: {done.given_up}")
    lines.append(f"files {would}removed: {done.files} ({done.size / 1e6:.1f} MB)")
    for line in lines:
        OUT.print(line, highlight=False, soft_wrap=True)


def status(
    rejects: Annotated[bool, typer.Option("--rejects", help="List refused rows too.")] = False,
    repair: Annotated[
        bool,
        typer.Option(
            "--repair",
            help="Complete an import that was killed midway; build a damaged ledger again from the facts.",
        ),
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Read every file of the store; name those that are damaged.")
    ] = False,
) -> None:
    """Show imports, data versions, refused rows and the reports made."""
    from ...records.store import Store
    from ..imports import import_table, reject_table
    from ..site import STATES, roster

    workbook = Workbook.find()
    store = Store.open(workbook.store)
    if repair:
        _repair(store)
    if check:
        _check(store)
        return
    OUT.print(
        f"store: {store.place} · facts version {store.version('facts')} · {date.today():%Y-%m-%d}",
        highlight=False,
        soft_wrap=True,
    )
    OUT.print(import_table(store))
    if rejects:
        OUT.print(reject_table(store))
    grid = Table("report", "province", "period", "unit", "state", "made from data to")
    with reports_at_hand(workbook):
        entries = roster(workbook.reports)
    for entry in entries:
        words = (entry.notebook, entry.province, entry.period, entry.unit)
        grid.add_row(*words, STATES[entry.state], entry.data_date)
    OUT.print(grid)


def _repair(store: Store) -> None:
    """The ledger first, for what completes an import reads it."""
    from ...records.importer import heal
    from ...records.repair import ledger_again

    with store.writing():
        for wrong in ledger_again(store):
            _say(f"đã dựng lại sổ theo ngày từ dữ liệu hồ sơ: {wrong}")
        heal(store)


def _check(store: Store) -> None:
    """A line a table, a line each fault; exit 1 when there is any."""
    from ...records.check import check

    faults: list[StoreError] = []
    for one in check(store):
        unsummed = f", {one.unsummed} without a noted sum, read through" if one.unsummed else ""
        state = f"{len(one.faults)} damaged" if one.faults else "whole"
        _say(f"{one.table}: {one.files} files, {one.older} of older versions{unsummed}: {state}")
        faults += one.faults
    for wrong in faults:
        say_error(wrong)
    if faults:
        raise typer.Exit(FAILED)


def _say(line: str) -> None:
    OUT.print(line, markup=False, highlight=False, soft_wrap=True)
