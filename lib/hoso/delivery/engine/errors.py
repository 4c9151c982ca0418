"""How a kernel ends before its notebook does, told so that nbclient's and papermill's callers understand it too."""

from __future__ import annotations

import signal as signals
from typing import Any

from nbclient.exceptions import CellTimeoutError, DeadKernelError


class TimedOut(CellTimeoutError):  # type: ignore[misc]  # noqa: N818  # nbclient ships no types; a name of the verdict
    """The notebook, or one cell of it, took longer than it may; its kernel was killed, with all it had started.

    `cell` is the cell's index in `nb.cells`, `cell_id` its id, `seconds` the limit that was reached.
    """

    def __init__(self, message: str, cell: int, cell_id: str, seconds: float) -> None:
        super().__init__(message)
        self.cell, self.cell_id, self.seconds = cell, cell_id, seconds

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), self.cell, self.cell_id, self.seconds)


class Killed(DeadKernelError):  # type: ignore[misc]  # noqa: N818  # the same
    """The kernel ended while a cell ran (`cell`, `cell_id`), or badly after the last one (`cell` is None).

    `signal` is the number of the signal that ended it, `exit_code` what it returned else. `lost` is True when the kernels'
    parent went with it and nobody can tell: not the notebook's doing, running again can heal.
    """

    def __init__(
        self, cell: int | None, cell_id: str | None, signal: int | None, exit_code: int | None, lost: bool = False
    ) -> None:  # fmt: skip
        super().__init__(f"Kernel died: {_how(signal, exit_code, lost)}")
        self.cell, self.cell_id = cell, cell_id
        self.signal, self.exit_code, self.lost = signal, exit_code, lost

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.cell, self.cell_id, self.signal, self.exit_code, self.lost)


def _how(signal: int | None, exit_code: int | None, lost: bool) -> str:
    if lost:
        return "the kernels' parent was lost"
    return f"killed by {signals.Signals(signal).name}" if signal else f"exit code {exit_code}"
