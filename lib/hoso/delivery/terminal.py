"""What the command line writes to the terminal: one-line errors, progress, what became of a run."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from ..vocabulary.errors import HosoError
from .runs import MADE, STATUSES

if TYPE_CHECKING:
    from .batch import Summary
    from .runs import Outcome

_ON_A_PIPE: Final = 160  # columns, where no terminal says how wide it is
OUT: Final = Console(width=None if sys.stdout.isatty() else _ON_A_PIPE)
ERR: Final = Console(stderr=True)
_COLOURS: Final = {
    "done": "green",
    "warnings": "yellow",
    "failed": "red",
    "timed_out": "red",
    "killed": "red",
    "no_data": "yellow",
    "unchanged": "blue",
}
_GOOD: Final = (*MADE, "unchanged")
_TOLD_ONE_BY_ONE: Final = 20
"""Runs up to which each is told; of more only those that a person must look at."""
_NAMED: Final = 50  # failures that the summary names again; the log has them all


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


class Reading:
    """How the reading of a file goes: rows, rows a second, and how much of the file where that is known.

    `say` renews the line of a terminal; on a log there is a line a minute, so of a short reading none.
    """

    def __init__(self, say: Any, file: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._say, self._clock = say, clock
        self._name = file.name.encode(errors="replace").decode()  # an archive's name may be no text
        self._begun = self._told_at = clock()

    def __call__(self, rows: int, share: float | None) -> None:
        """So many rows are read by now, the given share of the file."""
        line = self._line(rows, share)
        self._say(line)
        if not ERR.is_terminal and self._clock() - self._told_at >= _MINUTE:
            self._told_at = self._clock()
            ERR.print(line, markup=False, highlight=False, soft_wrap=True)

    def _line(self, rows: int, share: float | None) -> str:
        pace = rows / max(self._clock() - self._begun, 1e-3)
        far = "" if share is None else " · all read, writing" if share >= 1 else f" · {share:.0%} of the file"
        return f"{self._name}: {rows:,} rows · {pace:,.0f} rows/s{far}"


def tell(outcome: Outcome, shown: Callable[[Path], str] = str) -> None:
    """What became of a run, its messages and files; failures on standard error."""
    console = OUT if outcome.status in _GOOD else ERR
    line = f"{outcome.run}: {outcome.status}"
    console.print(line, style=_COLOURS[outcome.status], highlight=False)
    for text in (*outcome.messages, *map(shown, outcome.files)):
        console.print(f"  {text}", markup=False, highlight=False, soft_wrap=True)


# ── a batch ──────────────────────────────────────────────────────────────────────────────────────


class Watch:
    """The progress of a batch on standard error: a bar with rate and time left, on a pipe a line a minute.

    A single run has a spinner with its time. Each outcome is told as it comes; of many runs only what went wrong.
    """

    def __init__(
        self, total: int, clock: Callable[[], float] = time.monotonic, shown: Callable[[Path], str] = str
    ) -> None:
        self._total, self._clock, self._shown = total, clock, shown
        self._begun = self._told_at = clock()
        self._done = 0
        counted = (BarColumn(), MofNCompleteColumn()) if total > 1 else (SpinnerColumn(),)
        columns = (*counted, TextColumn("{task.description}", markup=False), TimeElapsedColumn())
        self._bar = Progress(*columns, console=ERR, transient=True, disable=not ERR.is_terminal)
        self._task = self._bar.add_task("", total=total)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def tell(self, outcome: Outcome) -> None:
        """One run has ended."""
        self._done += 1
        if self._total <= _TOLD_ONE_BY_ONE or outcome.status not in _GOOD:
            tell(outcome, self._shown)
        self._bar.update(self._task, completed=self._done, description=self._pace())
        if not ERR.is_terminal and self._clock() - self._told_at >= _MINUTE and self._done < self._total:
            self._told_at = self._clock()
            ERR.print(f"{self._done}/{self._total} báo cáo, {self._pace()}", highlight=False, soft_wrap=True)

    def _pace(self) -> str:
        """ "412 báo cáo/phút, còn khoảng 5 phút"."""
        gone = max(self._clock() - self._begun, 1e-3)
        rate = self._done / gone
        left = (self._total - self._done) / rate
        return f"{rate * _MINUTE:.0f} báo cáo/phút, còn khoảng {_duration(left)}"


_MINUTE: Final = 60.0


def _duration(seconds: float) -> str:
    """ "40 giây", "5 phút", "2 giờ 10 phút"."""
    if seconds < 2 * _MINUTE:
        return f"{seconds:.0f} giây"
    hours, minutes = divmod(round(seconds / _MINUTE), 60)
    return f"{hours} giờ {minutes} phút" if hours else f"{minutes} phút"


def show_summary(summary: Summary) -> None:
    """What became of a batch of several runs, and what is left to do when it was stopped."""
    if summary.asked > 1:
        grid = Table(
            "kết quả", "số báo cáo", caption=f"{summary.asked} báo cáo trong {_duration(summary.seconds)}"
        )
        grid.columns[1].justify = "right"
        for status, words in STATUSES.items():
            if count := summary.counts.get(status):
                grid.add_row(words, str(count), style=_COLOURS[status])
        OUT.print(grid)
        if summary.asked > _TOLD_ONE_BY_ONE:
            for outcome in summary.failed[:_NAMED]:
                ERR.print(
                    f"{outcome.run}: {STATUSES[outcome.status]}", style="red", markup=False, highlight=False
                )
    if summary.interrupted:
        words = f"đã dừng theo yêu cầu: xong {len(summary.outcomes)}/{summary.asked}; chạy lại lệnh này để làm tiếp"
        ERR.print(words, style="yellow", markup=False, highlight=False, soft_wrap=True)
