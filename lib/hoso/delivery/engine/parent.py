"""The parent of kernels (tiến trình mẹ): imports everything once, then forks itself for each notebook.

A program of its own (`python -m hoso.delivery.engine.parent`), single-threaded. It is given a listening socket, a folder,
and a standard input that ends when the process that started it does. A client connects, sends one end of a socket pair,
and is told the new kernel's process id and, in the end, how it ended and what it used. Whatever a kernel leaves (processes
of its group, its temporary folder) goes with it; the kernel goes with its client, all go with the parent.
"""

from __future__ import annotations

import ctypes
import gc
import importlib.util
import json
import os
import selectors
import shutil
import signal
import socket
import sys
import tempfile
import threading
import traceback
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn

from . import limits, wire
from .private import OF_FIGURES, OF_KERNEL, lacking

FORK, KILL, INTERRUPT = b"fork", b"kill", b"interrupt"
_PR_SET_PDEATHSIG: Final = 1
_LAST_WORDS: Final = 1 << 13  # with escapes and both streams it still fits one packet
_BROKEN: Final = 70  # EX_SOFTWARE: the fork failed before any cell of the notebook could


@dataclass
class _Kernel:
    """A fork at work."""

    pid: int
    client: socket.socket
    folder: Path
    pipes: tuple[int, int]  # what it writes below Python; read here only for its last words


class Parent:
    """Forks for clients until its standard input ends."""

    def __init__(self, listener: socket.socket, folder: Path, app: Any) -> None:
        self._listener, self._folder, self._app = listener, folder, app
        self._kernels: dict[int, _Kernel] = {}
        self._libc = ctypes.CDLL(None)
        self._selector = selectors.DefaultSelector()
        self._woken, wake = socket.socketpair()
        self._wake = wake
        wake.setblocking(False)
        signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGCHLD, signal.SIGTERM):
            signal.signal(number, lambda *_: None)
        self._ended = False

    def serve(self) -> None:
        """Until the end of the process that started it."""
        self._watch(self._listener, self._accept)
        self._watch(self._woken, self._signalled)
        self._watch(sys.stdin.fileno(), self._end)
        while not self._ended:
            for key, _ in self._selector.select():
                if (
                    self._selector.get_map().get(key.fd) == key
                ):  # else what came before it has ended its kernel
                    key.data()

    def close(self) -> None:
        """Ends every kernel and removes the folder."""
        self._listener.close()
        for kernel in list(self._kernels.values()):
            _kill(kernel.pid, signal.SIGKILL)
            os.waitpid(kernel.pid, 0)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _watch(self, source: Any, then: Any) -> None:
        self._selector.register(source, selectors.EVENT_READ, then)

    def _end(self) -> None:
        self._ended = True

    def _signalled(self) -> None:
        if bytes([signal.SIGTERM]) in self._woken.recv(4096):
            self._end()
        while self._kernels and (ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)):
            self._buried(ended.si_pid)

    def _accept(self) -> None:
        client, _ = self._listener.accept()
        self._watch(client, lambda: self._asked(client))

    def _asked(self, client: socket.socket) -> None:
        message, handles, _, _ = socket.recv_fds(client, 64, 1)
        self._selector.unregister(client)
        if message != FORK or len(handles) != 1:
            client.close()
            return
        self._fork(client, socket.socket(fileno=handles[0]))

    def _fork(self, client: socket.socket, channel: socket.socket) -> None:
        folder = Path(tempfile.mkdtemp(prefix="k", dir=self._folder))
        pipes = [os.pipe(), os.pipe()]
        try:
            pid = os.fork()
        except OSError as error:  # no room for another process: this client's trouble alone
            _tell(client, {"failed": str(error)})
            _dropped(client, channel, folder, pipes)
            return
        if pid == 0:
            self._become(channel, client, folder, pipes)
        channel.close()
        for _, written in pipes:
            os.close(written)
        kernel = self._kernels[pid] = _Kernel(pid, client, folder, (pipes[0][0], pipes[1][0]))
        _tell(client, {"pid": pid})
        self._watch(client, lambda: self._ordered(kernel))

    def _ordered(self, kernel: _Kernel) -> None:
        """What a client wants of its kernel. A client that is gone wants it no more."""
        order = _received(kernel.client)
        if order == INTERRUPT:
            _kill(kernel.pid, signal.SIGINT)
            return
        _kill(kernel.pid, signal.SIGKILL)
        if not order:
            self._selector.unregister(kernel.client)

    def _buried(self, pid: int) -> None:
        """Ends what a kernel left, before its id can belong to anyone else, and tells its client."""
        _kill(pid, signal.SIGKILL)
        _, status, spent = os.wait4(pid, 0)
        kernel = self._kernels.pop(pid, None)
        if kernel is None:
            return  # a process that a kernel had let go
        if kernel.client in [key.fileobj for key in self._selector.get_map().values()]:
            self._selector.unregister(kernel.client)
        words = {name: _rest(pipe) for name, pipe in zip(("stdout", "stderr"), kernel.pipes, strict=True)}
        used = limits.usage(spent)
        shutil.rmtree(kernel.folder, ignore_errors=True)
        _tell(
            kernel.client,
            {"status": status, "cpu": used.cpu_seconds, "peak": used.peak_bytes, "words": words},
        )
        kernel.client.close()

    def _become(
        self, channel: socket.socket, client: socket.socket, folder: Path, pipes: Sequence[tuple[int, int]]
    ) -> NoReturn:
        """The rest of a fork's life."""
        parent, code = os.getppid(), _BROKEN
        try:
            os.setsid()
            self._libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != parent:
                os._exit(_BROKEN)  # it died before it could take this one along
            self._let_go(client)
            _rewire(pipes)
            code = _run(self._app, channel, folder, (pipes[0][0], pipes[1][0]))
        except SystemExit as left:
            code = left.code if isinstance(left.code, int) else 1
        except BaseException:
            os.write(2, traceback.format_exc().encode())
        finally:
            os._exit(code)

    def _let_go(self, client: socket.socket) -> None:
        """A fork holds on to nothing of its parent's."""
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        self._selector.close()
        for held in (self._listener, self._woken, self._wake, client):
            held.close()
        for kernel in self._kernels.values():
            kernel.client.close()
            for pipe in kernel.pipes:
                os.close(pipe)


def _dropped(
    client: socket.socket, channel: socket.socket, folder: Path, pipes: Sequence[tuple[int, int]]
) -> None:
    client.close()
    channel.close()
    shutil.rmtree(folder, ignore_errors=True)
    for pipe in pipes:
        for end in pipe:
            os.close(end)


def _rewire(pipes: Sequence[tuple[int, int]]) -> None:
    """Nothing to read from; what is written goes into the pipes."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    for number, (_, written) in enumerate(pipes, start=1):
        os.dup2(written, number)
        os.close(written)


def _run(app: Any, channel: socket.socket, folder: Path, pipes: tuple[int, int]) -> int:
    from .private import kernel

    held = wire.Unpacked()
    asked = wire.receive(channel, held)
    if asked is None:
        return 0
    request = json.loads(asked[0])
    os.chdir(request["folder"])
    kernel.take_environment(request["environment"] | {"TMPDIR": str(folder)})
    tempfile.tempdir = None
    limits.confine(request["memory"])
    gc.enable()
    kernel.become(app, channel, pipes, held)
    return 0


def _tell(client: socket.socket, what: dict[str, Any]) -> None:
    with suppress(OSError):  # gone: nobody asks any more
        client.send(json.dumps(what).encode())


def _received(client: socket.socket) -> bytes:
    try:
        return client.recv(64)
    except OSError:
        return b""


def _kill(pid: int, number: int) -> None:
    """The whole group of a kernel; the kernel alone while it has not made its group yet."""
    for kill in (os.killpg, os.kill):
        try:
            kill(pid, number)
        except OSError:
            continue
        return


def _rest(pipe: int) -> str:
    """What lies unread in a pipe nobody writes to any more."""
    os.set_blocking(pipe, False)
    try:
        return os.read(pipe, _LAST_WORDS).decode("utf-8", "replace")
    except BlockingIOError:
        return ""
    finally:
        os.close(pipe)


def main(words: Sequence[str]) -> None:
    """Makes ready, says so on standard output in one line of JSON, serves."""
    handle, folder, *modules = words
    app = None if (missing := lacking(OF_KERNEL)) else _warmed(modules)
    if missing := missing or lacking(OF_FIGURES):
        _say(refused=f"ipykernel và IPython có {', '.join(missing)}")
        os._exit(_BROKEN)
    if threading.active_count() > 1:
        _say(refused=f"không thư viện nào nạp trước mở luồng riêng, nay có: {threading.enumerate()[1:]}")
        os._exit(_BROKEN)
    parent = Parent(socket.socket(fileno=int(handle)), Path(folder), app)
    _say(ready=True, threads=_threads())
    code = 0
    try:
        parent.serve()
    except BaseException:
        traceback.print_exc(file=sys.__stderr__)
        code = _BROKEN
    parent.close()
    os._exit(code)


def _warmed(modules: Sequence[str]) -> Any:
    """The kernel first: libraries ask for IPython when they are imported and set themselves up by what they find."""
    from . import warmup
    from .private import kernel

    app = kernel.make()
    with app.shell.builtin_trap:
        warmup.load(modules)
        if warmup.REPORTS in modules:
            warmup.rehearse()
            kernel.practise(app, warmup.CELLS)
    kernel.integrate_matplotlib()
    kernel.unburden()
    gc.collect()
    gc.freeze()  # the collector of a fork need not touch, and so copy, what all share
    gc.disable()
    return app


def _say(**what: Any) -> None:
    print(json.dumps(what), file=sys.__stdout__, flush=True)


def _threads() -> list[str]:
    """The names of all threads of the process, those of libraries too."""
    tasks = Path("/proc/self/task")
    return sorted((task / "comm").read_text().strip() for task in tasks.iterdir())


def _taken() -> list[str]:
    """The words given to this program. A notebook sees those of ipykernel's, and no folder of who started the parent."""
    given = sys.argv[1:]
    launcher = importlib.util.find_spec("ipykernel_launcher")
    sys.argv[:] = [str(launcher and launcher.origin), "-f", f"{given[1]}/kernel.json"]
    if Path(sys.path[0] or ".").absolute() == Path.cwd():
        del sys.path[0]  # `python -m` put it there; in ipykernel's launcher it goes, too
    return given


if __name__ == "__main__":
    main(_taken())
