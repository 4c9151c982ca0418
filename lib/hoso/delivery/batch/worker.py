"""A worker (tiến trình lập báo cáo): a process that lives as long as its batch and carries out one run after another.

It dies with its supervisor, however that dies: were it to go on, its notebooks' kernels would be gone, and it would tell
of failures that are none.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import traceback
from multiprocessing.connection import Connection
from typing import Any, Final

from ..runs import Outcome, Run
from .locks import Busy
from .order import Order, perform, process

READY: Final = "ready"
"""What a worker says first."""
BUSY: Final = "busy"
"""Its answer where another process makes the report."""
_PR_SET_PDEATHSIG: Final = 1


def work(pipe: Connection, order: Order, supervisor: int) -> None:
    """Carries out (run, wait) after (run, wait) from the pipe until it closes; answers with an outcome or BUSY."""
    _follow(supervisor)
    # Ctrl-C in a terminal reaches every process there; the supervisor decides, and stops a worker by SIGTERM.
    signal.signal(signal.SIGINT, lambda *_: None)
    signal.signal(signal.SIGTERM, _stop)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    pipe.send(READY)
    try:
        while True:
            pipe.send(_answer(order, *pipe.recv()))
    except (EOFError, OSError):  # the supervisor has no more, or is no more
        return
    finally:
        process.release()


def _answer(order: Order, run: Run, wait: bool) -> Outcome | str:
    try:
        return perform(order, run, wait)
    except Busy:
        return BUSY
    except Exception as error:  # a defect of the program stops one report, not the batch
        traceback.print_exc()
        return Outcome(run, "failed", messages=(f"lỗi chương trình: {type(error).__name__}",))


def _stop(*_: Any) -> None:
    """Ends at once; whoever holds a stage or a kernel lets go of it on the way out."""
    sys.exit(128 + signal.SIGTERM)


def _follow(supervisor: int) -> None:
    """Has Linux kill this process when its supervisor dies; elsewhere the closed pipe ends it after its run."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != supervisor:  # it died before
            os._exit(1)
