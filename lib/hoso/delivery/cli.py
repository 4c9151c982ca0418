"""The command line: a thin skin over the library. The commands themselves are in delivery.commands.

Exit codes: 0 all done, 1 something failed (the rest is done), 2 wrong use, 3 nothing to do for lack of data, 130 stopped by
Ctrl-C. An error is one line on standard error: what · where · what was expected · what to do.
"""

from __future__ import annotations

import gc
import os
import sys

import typer

from .commands import data, lab, numbers, report, reports, roster, sign
from .commands.options import WithParameters
from .faults import told_in_a_line
from .terminal import say_error

app = typer.Typer(
    help="hoso: reports on Vietnamese administrative procedures from dossier exports.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(data.sample)
app.command(name="import")(data.import_)
app.command(cls=WithParameters)(report.report)
app.command()(numbers.figures)
app.command()(numbers.score)
app.command()(reports.verify)
app.command()(sign.sign)
app.command()(roster.why)
app.command(name="list")(roster.list_)
app.command()(data.status)
app.command()(data.tidy)
app.command()(reports.site)
app.command()(lab.lab)


def main() -> None:
    """Entry point: turns the library's errors into one line and an exit code."""
    # A kernel or a child must not draw on more cores than the machine shares.
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    gc.freeze()  # what was imported stays: the collector, 40 ms each time it goes through it, leaves it alone
    try:
        app()
    except BaseException as error:
        told = told_in_a_line(error)
        if told is None:
            raise
        say_error(told)
        sys.exit(told.exit_code)
    finally:
        gc.unfreeze()  # else modules in C tell of what they could not give back
