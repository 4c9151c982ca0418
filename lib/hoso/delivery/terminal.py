"""What the command line writes to the terminal: one-line errors, progress, what became of a run."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from ..vocabulary.errors import HosoError

if TYPE_CHECKING:
    from .runs import Outcome

_ON_A_PIPE: Final = 160  # columns, where no terminal says how wide it is
OUT: Final = Console(width=None if sys.stdout.isatty() else _ON_A_PIPE)
ERR: Final = Console(stderr=True)
_COLOURS: Final = {
    "done": "green",
    "warnings": "yellow",
    "failed": "red",
    "no_data": "yellow",
    "unchanged": "blue",
}


def say_error(error: HosoError) -> None:
    """An error as one line on standard error."""
    ERR.print(str(error), style="red", markup=False, highlight=False, soft_wrap=True)


@contextmanager
def progress(what: str) -> Iterator[Any]:
    """A line with a spinner and the time gone by; on a pipe nothing is drawn."""
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=ERR, transient=True, disable=not ERR.is_terminal) as bar:
        task = bar.add_task(what)
        yield lambda text: bar.update(task, description=text)


def rows_read(say: Any, file: Path, rows: int) -> None:
    """How far the reading of a file is."""
    say(f"{file.name}: {rows:,} rows")


def tell(outcome: Outcome) -> None:
    """What became of a run, its messages and files; failures on standard error."""
    console = ERR if outcome.status in ("failed", "no_data") else OUT
    line = f"{outcome.run}: {outcome.status}"
    console.print(line, style=_COLOURS[outcome.status], highlight=False)
    for text in (*outcome.messages, *map(str, outcome.files)):
        console.print(f"  {text}", markup=False, highlight=False, soft_wrap=True)
