"""papermill's own way, under our limits: a kernel started for the notebook, over ZeroMQ's sockets in the file system."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jupyter_core.utils import run_sync
from traitlets.config import Config

from ..connection import Exit
from .limited import Limited


class Reference(Limited):
    """Runs the notebook of papermill's `nb_man` as papermill does; `sockets` is a folder of this user's alone."""

    def __init__(self, nb_man: Any, seconds: float, memory: int | None, sockets: Path, **given: Any) -> None:
        given.setdefault("config", Config({"KernelManager": _private(sockets)}))
        super().__init__(nb_man, seconds, **given)
        self._memory = memory

    @contextmanager
    def setup_kernel(self, **given: Any) -> Iterator[None]:
        with super().setup_kernel(**given):
            if self._memory is not None and hasattr(os, "fork"):
                _confine(self.km.provisioner.pid, self._memory)
            yield

    def killed(self) -> Exit:
        provisioner = self.km.provisioner
        code = run_sync(provisioner.poll)()
        if code is None:
            run_sync(self.km.shutdown_kernel)(now=True)
            return Exit(signal=9)
        return Exit(-code, None) if code < 0 else Exit(None, code)


def _private(sockets: Path) -> dict[str, str]:
    """A kernel on TCP can be read by every user of the machine. By itself the path would be one of the working folder, which
    the two ends need not share."""
    return {"transport": "ipc", "ip": str(sockets / "kernel")} if os.name == "posix" else {}


def _confine(pid: int, memory: int) -> None:
    import resource

    if hasattr(resource, "prlimit"):
        resource.prlimit(pid, resource.RLIMIT_DATA, (memory, memory))
