"""`hoso report`: making documents, one or a country's worth."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...vocabulary.errors import HosoError, StoreBusyError, StoreError, UsageError
from ...vocabulary.periods import resolve
from ...vocabulary.workbook import Workbook
from ..faults import told_in_a_line
from ..terminal import OUT, Watch, show_summary
from .at_hand import copy_of, shown
from .options import EngineOption, PeriodsOption, choose_engine, formats_of, jobs_of, limits_of, pairs_of

if TYPE_CHECKING:
    from ...records.store import Store
    from ..objects import Remote
    from ..runs import Outcome, Run
    from ..signing import Signer


def report(  # noqa: PLR0913, PLR0917 - the options of a command are its arguments
    names: Annotated[list[str], typer.Argument(metavar="NAME…", help="Reports: the names in notebooks/.")],
    period: PeriodsOption,
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
    parameters: Annotated[
        list[str] | None,
        typer.Option(
            "-p",
            "--parameter",
            metavar="NAME VALUE",
            help="A parameter of your own notebook; values are words.",
        ),
    ] = None,
    catch_up: Annotated[
        int, typer.Option("--catch-up", help="With last-month and the like: so many periods before, too.")
    ] = 0,
    formats: Annotated[str, typer.Option("--formats", help="Of html, pdf, docx, xlsx.")] = "html,pdf",
    sign: Annotated[
        Path | None,
        typer.Option("--sign", metavar="CERT.p12", help="Sign each PDF, as hoso sign --certificate does."),
    ] = None,
    out: Annotated[
        str | None,
        typer.Option("--out", help="Output folder (reports), or an object store: s3://bucket/prefix."),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            metavar="VERSION|TIME",
            help="From the data as they were: a version (hoso status), 2026-11-20 or 2026-11-20T15:00; needs --out.",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Make it again even when nothing changed.")] = False,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", help="Reports made at once; by default as the machine allows."),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option("--scheduler", help="A Dask scheduler instead of this machine: tcp://host:8786."),
    ] = None,
    engine: EngineOption = None,
    timeout: Annotated[
        float | None, typer.Option("--timeout", help="Seconds that one notebook may take (900).")
    ] = None,
    memory: Annotated[
        str | None,
        typer.Option("--memory", help="Memory that one notebook may take: 3G, 800M; none for no limit."),
    ] = None,
    notify: Annotated[
        str | None,
        typer.Option("--notify", help="Whom to tell what became of it: https://… or mailto:office@…."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the runs and make none.")] = False,
) -> None:
    """Run notebooks and publish their documents: of one place, or of all in one go."""
    from ..asked import Asked, matrix
    from ..batch import run_all
    from ..notify import Target
    from ..notify import notify as send

    _refuse_over_the_newest(as_of, out)
    if out is not None:
        os.environ["HOSO_REPORTS"] = _where(out)
    workbook, chosen, limits = Workbook.find(), formats_of(formats), limits_of(timeout, memory)
    choose_engine(engine)
    at_once = jobs_of(jobs)
    if notify is not None:
        Target.of(notify)  # a wrong one is refused now, not at the end of the night
    asked = Asked(
        names, "", province or (), every_province, unit or (), every_unit, level, indicator, deadline,
        pairs_of(parameters or []),
    )  # fmt: skip
    store = _opened(workbook, as_of, heals=not dry_run)
    runs = matrix(workbook, store, asked, _periods(period, catch_up))
    if dry_run:
        _list(runs)
        return
    with _publishing(workbook, runs, sign, chosen, scheduler is not None) as publish:
        with Watch(len(runs), shown=lambda file: shown(file, publish.remote)) as watch:
            summary = run_all(
                runs, workbook, store, formats=chosen, force=force, jobs=at_once, limits=limits,
                scheduler=scheduler, publish=publish.publish, tell=watch.tell, command=_command(),
            )  # fmt: skip
        index = publish.write_site(workbook)
    show_summary(summary)
    OUT.print(f"index: {index}", markup=False, highlight=False, soft_wrap=True)
    if notify is not None:
        send(summary.as_dict(), notify)
    if summary.exit_code:
        raise typer.Exit(summary.exit_code)


def _refuse_over_the_newest(as_of: str | None, out: str | None) -> None:
    """What is made from data of before would take the place of the report of today."""
    usual = Workbook.find().reports_uri
    if as_of is not None and (out is None or _where(out) == _where(usual)):
        raise UsageError(
            "--as-of lập lại báo cáo từ dữ liệu cũ, không ghi đè báo cáo hiện hành",
            expected=f"một nơi khác {usual}",
            remedy="thêm --out THƯ_MỤC",
        )


def _where(address: str) -> str:
    return address.rstrip("/") if "://" in address else str(Path(address).resolve())


def _opened(workbook: Workbook, as_of: str | None, heals: bool) -> Store:
    """The store as this command reads it: at its newest, or as it was."""
    from ...records.as_of import at
    from ...records.store import Store

    store = Store.open(workbook.store)
    if heals:
        _heal(store)
    return store if as_of is None else at(store, as_of)


def _periods(asked: Sequence[str], catch_up: int) -> list[str]:
    return [period for text in asked for period in resolve(text, date.today(), catch_up)]


def _command() -> str:
    return shlex.join(["hoso", *sys.argv[1:]])


def _list(runs: Sequence[Run]) -> None:
    """The runs a command means, a line each."""
    for run in runs:
        OUT.print(str(run), markup=False, highlight=False, soft_wrap=True)


def _heal(store: Store) -> None:
    """Completes an import that was killed midway, before anything reads the store.

    While an import is under way there is nothing to wait for: reports read the state before it, and it heals by itself.
    """
    from ...records.importer import heal

    if store.remote is not None and store.note("ledger", "facts_version") == str(store.version("facts")):
        return  # nothing to complete, so nothing to ask the object store for
    # A machine that may only read there leaves it to the others: what stands in its way to read is told when it reads.
    with suppress(StoreBusyError if store.remote is None else StoreError), store.writing(seconds=0):
        heal(store)


# ── what becomes of a finished report ────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Publishing:
    """What is done with each report besides lying in its folder: it is signed, it is sent to an object store."""

    signer: Signer | None
    remote: Remote | None
    runs: Sequence[Run]
    elsewhere: bool  # made on a cluster, whose machines push to the object store themselves

    def publish(self, outcome: Outcome) -> Outcome:
        """Signs its PDFs and pushes its files; what cannot be done is the report's failure, and the others go on."""
        done = outcome if self.signer is None else _signed(outcome, self.signer)
        return done if self.remote is None or self._is_there(done) else self.remote.publish(done)

    def _is_there(self, outcome: Outcome) -> bool:
        """Whether a cluster's machine has pushed it. What was found unchanged here may lie here only, since a push failed,
        and of a run whose machines died there is a note here."""
        return self.elsewhere and outcome.status not in ("unchanged", "killed")

    def write_site(self, workbook: Workbook) -> str:
        """Brings the site up to date; where its first page is."""
        from .. import site

        if self.remote is not None and self.elsewhere:
            self.remote.pull(self.runs)
        index = site.write(workbook.reports)
        if self.remote is None:
            return str(index)
        self.remote.push_site()
        return f"{self.remote.url}/{index.name}"


@contextmanager
def _publishing(
    workbook: Workbook,
    runs: Sequence[Run],
    certificate: Path | None,
    formats: tuple[str, ...],
    elsewhere: bool,
) -> Iterator[_Publishing]:
    address = workbook.reports_uri
    if certificate is not None and elsewhere and "://" in address:
        raise UsageError(
            "ký số cần tệp trên máy này", expected="--sign không cùng --scheduler và kho đối tượng"
        )
    with ExitStack() as stack:
        signer = stack.enter_context(
            _signer(certificate, formats)
        )  # asks for the password before anything runs
        remote = stack.enter_context(copy_of(address, runs)) if "://" in address else None
        yield _Publishing(signer, remote, runs, elsewhere)


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


def _signed(outcome: Outcome, signer: Signer) -> Outcome:
    """Signs the PDF a run published, unless the copy beside it is of this state."""
    from ..signing import sign_file, signed_name

    for file in (file for file in outcome.files if file.suffix == ".pdf"):
        copy = signed_name(file)
        if copy.is_file() and copy.read_bytes().startswith(file.read_bytes()):
            continue
        try:
            made = f"{sign_file(file, signer)}: {signer.subject}"
        except (HosoError, OSError) as error:  # a full disk, a folder closed to writing
            told = f"chưa ký được {file.name}: {told_in_a_line(error)}"
            return replace(outcome, status="failed", messages=(*outcome.messages, told))
        OUT.print(made, markup=False, highlight=False, soft_wrap=True)
    return outcome
