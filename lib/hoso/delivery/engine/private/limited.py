"""papermill's client with one time limit for the whole notebook, and an honest end of the cell that met it."""

from __future__ import annotations

import asyncio
import time
from abc import abstractmethod
from typing import Any

from jupyter_core.utils import run_sync
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat.v4 import new_output
from papermill.clientwrap import PapermillNotebookClient

from ..connection import Exit
from ..errors import Killed, TimedOut


class Limited(PapermillNotebookClient):  # type: ignore[misc]  # papermill ships no types
    """Runs the notebook of papermill's `nb_man` within `seconds` for all of it."""

    def __init__(self, nb_man: Any, seconds: float, **given: Any) -> None:
        super().__init__(nb_man, **given)
        self._seconds, self._until = seconds, time.monotonic() + seconds
        self._late = False

    @abstractmethod
    def killed(self) -> Exit:
        """Ends the kernel and all it has started; how it ended."""

    @property
    def left(self) -> float:
        """Seconds that remain for the notebook."""
        return max(0.0, self._until - time.monotonic())

    def execute_cell(self, cell: Any, cell_index: int, **given: Any) -> Any:
        """As nbclient's; a kernel that ends or takes too long is told apart."""
        place = (cell_index, cell.get("id", ""))
        try:
            return super().execute_cell(cell, cell_index, **given)
        except CellTimeoutError as error:
            self._late = True
            seconds = float(self._get_timeout(cell)) if self.left else self._seconds
            self._failed(cell, cell_index, self.killed())
            raise TimedOut(str(error), *place, seconds) from None
        except DeadKernelError:
            ended = self.killed()
            self._failed(cell, cell_index, ended)
            raise Killed(*place, ended.signal, ended.code, ended.lost) from None

    async def _async_poll_output_msg(self, *given: Any) -> None:
        """nbclient lets go of this task when time is up: then nobody hears it tell of the kernel that was killed."""
        try:
            await super()._async_poll_output_msg(*given)
        except DeadKernelError:
            if not self._late:
                raise

    def _failed(self, cell: Any, index: int, ended: Exit) -> None:
        """Marks the cell: papermill would call it completed. What a kernel said last, below Python, often tells why."""
        run_sync(asyncio.sleep)(0)  # nbclient has cancelled what awaited the kernel: it comes to know
        self.nb["cells"][index] = cell
        for name, text in ended.words.items():
            if text:
                cell.outputs.append(new_output("stream", name=name, text=text))
        self.nb_man.cell_exception(cell, cell_index=index)

    def _get_timeout(self, cell: Any) -> float:
        """What is left for the notebook, or less where a cell has a limit of its own."""
        own = super()._get_timeout(cell)
        left = max(0.001, self.left)
        return left if own is None else min(own, left)

    async def _async_handle_timeout(self, timeout: float, cell: Any = None) -> Any:
        """Out of time for the notebook: no interrupt can give it back."""
        if self.left and self.interrupt_on_timeout:
            return await super()._async_handle_timeout(timeout, cell)
        limit = timeout if self.left else self._seconds
        raise CellTimeoutError.error_from_timeout_and_cell("Cell execution timed out", limit, cell)
