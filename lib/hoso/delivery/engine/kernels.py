"""`Kernels`: starts the warm parent, starts it again when it dies, ends it; and where to find the one at hand."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from ...vocabulary.errors import HosoError
from .connection import Place, Unavailable
from .warmup import PRELOAD

VARIABLE: Final = "HOSO_KERNELS"
_SOCKET: Final = "kernels"
_LONGEST: Final = 70  # what is left of a socket's 108 bytes for the temporary folder
_SHORT_LIVED: Final = 10.0  # seconds; a parent that dies sooner three times in a row is not started again
_DEATHS: Final = 3
_BACKLOG: Final = 256
# Libraries that would start threads at import are told to have one; each fork has its client's environment again.
_SINGLE: Final = {
    "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
    "_RJEM_MALLOC_CONF": "background_thread:false,dirty_decay_ms:500,muzzy_decay_ms:1000",  # the rest is what polars sets
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}  # fmt: skip


class Kernels:
    """The parent of kernels, as a process of its own that lives no longer than the process that started it.

    The listening socket is held here, so a parent that dies is replaced without a client noticing more than a wait.
    """

    def __init__(self, preload: Sequence[str] = PRELOAD) -> None:
        if sys.platform != "linux":
            raise Unavailable("kernels are forked on Linux only")
        self._modules = tuple(preload)
        self._folder = Path(tempfile.mkdtemp(prefix="hoso-kernels-", dir=_short_folder()))
        self.address = str(self._folder / _SOCKET)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._listener.bind(self.address)
        self._listener.listen(_BACKLOG)
        self._owner, self._closing, self._lock = os.getpid(), False, threading.Lock()
        self._said: dict[str, Any] = {}
        self._settled = threading.Event()
        self._process = self._spawned()
        self._keeper = threading.Thread(target=self._keep, daemon=True)
        self._keeper.start()

    @classmethod
    def start(cls, preload: Sequence[str] = PRELOAD) -> Self:
        """Starts the parent and returns at once: who asks for a kernel meanwhile waits for it. Unavailable elsewhere than on
        Linux."""
        return cls(preload)

    def ready(self, seconds: float = 60.0) -> dict[str, Any]:
        """Waits until kernels can be forked; what the parent says of itself. HosoError when it cannot be started."""
        if not self._settled.wait(seconds) or "ready" not in self._said:
            raise HosoError(
                "không khởi động được tiến trình mẹ của các sổ tay",
                where=self.address,
                expected=self._said.get("refused"),
                remedy="chạy lại; nếu vẫn lỗi, cài lại hoso theo requirements.lock",
            )
        return self._said

    @property
    def pid(self) -> int:
        """The parent's process id, of the one that lives now."""
        return self._process.pid

    def close(self) -> None:
        """Ends the parent and every kernel, removes the folder. Nothing happens in a fork of the process that started it."""
        if self._closing or os.getpid() != self._owner:
            return
        with self._lock:
            self._closing = True
            self._listener.close()
        self._stop()
        self._keeper.join()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _spawned(self) -> subprocess.Popen[bytes]:
        handle = self._listener.fileno()
        return subprocess.Popen(
            [sys.executable, "-m", f"{__package__}.parent", str(handle), str(self._folder), *self._modules],
            stdin=subprocess.PIPE,  # its end is how the parent learns that this process is gone
            stdout=subprocess.PIPE,
            pass_fds=[handle],
            env=os.environ | _SINGLE,
            start_new_session=True,  # Ctrl-C at the terminal is for the supervisor, which ends its kernels in order
        )

    def _keep(self) -> None:
        """Starts the parent again whenever it dies, unless it cannot live."""
        early = 0
        while True:
            started, process = time.monotonic(), self._process
            self._hear(process)
            process.wait()
            early = early + 1 if time.monotonic() - started < _SHORT_LIVED else 0
            with self._lock:
                if self._closing or "refused" in self._said or early == _DEATHS:
                    break
                self._process = self._spawned()
        self._settled.set()
        self._listener.close()

    def _hear(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        with process.stdout as said:
            for line in said:
                self._said = json.loads(line)
                self._settled.set()

    def _stop(self) -> None:
        process = self._process
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def _short_folder() -> str | None:
    """The usual temporary folder, unless its path leaves no room for a socket's."""
    usual = tempfile.gettempdir()
    return "/tmp" if len(os.fsencode(usual)) > _LONGEST else None


_OWN: Final[dict[int, Kernels]] = {}  # by process id: what a fork inherits belongs to its parent
_OWN_LOCK: Final = threading.Lock()


def kernels_at(address: str | None = None) -> Place:
    """Where to ask for kernels: at this address, else that of HOSO_KERNELS, else at this process's own `Kernels`, started at
    first use and closed at exit. Unavailable where kernels cannot be forked."""
    named = address or os.environ.get(VARIABLE)
    if named:
        return Place(named)
    with _OWN_LOCK:
        own = _OWN.get(os.getpid())
        if own is None:
            own = _OWN[os.getpid()] = Kernels.start()
            atexit.register(own.close)
    return Place(own.address)
