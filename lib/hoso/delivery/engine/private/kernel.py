"""A whole ipykernel without ZeroMQ: made once in the parent of kernels, awake in each fork.

The application, the kernel, the shell, the messages and their order are ipykernel's; only sockets and threads are left out.
"""

from __future__ import annotations

import asyncio
import atexit
import gc
import os
import socket
import sys
import threading
import time
import uuid
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FunctionType, SimpleNamespace
from typing import Any, Final

import zmq
from ipykernel.displayhook import ZMQDisplayHook
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from ipykernel.utils import _async_in_context
from IPython.core.application import ENV_CONFIG_DIRS, SYSTEM_CONFIG_DIRS
from jupyter_client.session import Session
from tornado.ioloop import IOLoop
from traitlets import Any as AnyTrait

from .. import wire
from .streams import Channel, Descriptors, Publisher, Stream, Wire

_INLINE: Final = "module://matplotlib_inline.backend_inline"


class _Kernel(IPythonKernel):  # type: ignore[misc]  # ipykernel ships no types we follow
    """ipykernel's kernel with one shell and no other thread."""

    shell_stream = AnyTrait()

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        # A cell that awaits asks it which thread may handle an interrupt; without it such cells fail.
        self.shell_channel_thread = SimpleNamespace(parent_thread=threading.main_thread())
        self._execute_sleep = 0  # it waits for a thread that publishes; here there is none

    @property
    def _supports_kernel_subshells(self) -> bool:
        return False

    def _abort_queues(self, subshell_id: str | None = None) -> None:
        """Nothing ever waits behind a cell: the client sends the next one when this one is done."""


class KernelApp(IPKernelApp):  # type: ignore[misc]  # the same
    """ipykernel's application up to the point where it would open sockets."""

    def initialize(self, argv: list[str] | None = None) -> None:
        self.wire = Wire()
        super().initialize(argv)

    def init_connection_file(self) -> None:
        """No file: the client is connected already."""

    init_poller = init_heartbeat = write_connection_file = log_connection_info = init_connection_file

    def init_sockets(self) -> None:
        self.session.key = b""  # nobody else can write to a socket pair: nothing to sign
        self.iopub_socket = Channel(self.wire, b"iopub")
        self.shell_socket = Channel(self.wire, b"shell")
        self.iopub_thread = Publisher(self.iopub_socket)

    def init_io(self) -> None:
        streams = [
            Stream(self.session, self.iopub_thread, *named) for named in (("stdout", 1), ("stderr", 2))
        ]
        sys.stdout, sys.stderr = self.streams = streams
        self.displayhook = sys.displayhook = ZMQDisplayHook(self.session, self.iopub_socket)
        self.patch_io()

    def init_kernel(self) -> None:
        self.kernel = kernel = _Kernel.instance(
            parent=self, session=self.session, shell_stream=self.shell_socket, iopub_socket=self.iopub_socket,
            iopub_thread=self.iopub_thread, log=self.log, profile_dir=self.profile_dir, user_ns=self.user_ns,
        )  # fmt: skip
        self.displayhook.get_execution_count = lambda: kernel.execution_count

    def init_code(self) -> None:
        """What a person's IPython runs at start belongs to each kernel, so the fork runs it; mostly there is nothing."""
        folders = [
            self.profile_dir.startup_dir,
            *(f"{folder}/startup" for folder in (*ENV_CONFIG_DIRS, *SYSTEM_CONFIG_DIRS)),
        ]
        files = [file for folder in folders for file in Path(folder).glob("*.*py")]
        self._at_start = bool(files or self.exec_lines or self.exec_files)
        if not self._at_start:
            super().init_code()

    def init_code_in_fork(self) -> None:
        if self._at_start or "PYTHONSTARTUP" in os.environ:
            super().init_code()


def make() -> KernelApp:
    """The application in a process that will only fork: no thread, no socket, the history in memory as nbclient has it."""
    options = ["--HistoryManager.hist_file=:memory:", "--IPKernelApp.connection_file=hoso.json"]
    app: KernelApp = KernelApp.instance()
    app.initialize(options)
    return app


def integrate_matplotlib() -> None:
    """Figures appear at the end of a cell: pyplot, imported before a shell could tell it to, would lose them silently."""
    from matplotlib_inline.backend_inline import _enable_matplotlib_integration

    os.environ.setdefault("MPLBACKEND", _INLINE)
    _enable_matplotlib_integration()  # type: ignore[no-untyped-call]


def unburden() -> None:
    """Forgets what DuckDB's bindings want done at the end of an interpreter: they look for leaks, in each fork, for 5 ms."""
    for found in gc.get_objects():
        if isinstance(found, FunctionType) and found.__code__.co_filename == "<internal>":
            atexit.unregister(found)


def become(app: KernelApp, channel: socket.socket, pipes: tuple[int, int], held: wire.Unpacked) -> None:
    """In the fork: the kernel serves its client until that closes; then what the notebook registered for its end runs."""
    _awake(app, channel, pipes)
    app.init_code_in_fork()
    _looped(_serve(app, channel, held))
    _leave(app)


def practise(app: KernelApp, sources: Sequence[str]) -> None:
    """In the parent: runs cells as a fork will, so that each fork finds the way trodden; then forgets them."""
    found = _Found.of(app.shell)
    ours, theirs = socket.socketpair()
    session = Session()
    session.key = b""
    for source in sources:
        content = {"code": source, "silent": False, "store_history": True, "stop_on_error": False}
        wire.send(ours, session.serialize(session.msg("execute_request", content)))
    ours.shutdown(socket.SHUT_WR)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    with ours, theirs, app.iopub_thread.unhurried():
        app.wire.socket = theirs
        for stream in app.streams:
            stream.opened(nowhere)
        _looped(_serve(app, theirs, wire.Unpacked())).close()
        asyncio.set_event_loop(None)
        app.wire.socket = None
    os.close(nowhere)
    _forget(app, found)


@dataclass(frozen=True)
class _Found:
    """What a shell has before anything ran in it: its names, its extensions, its magic."""

    names: Mapping[str, Any]
    extensions: frozenset[str]
    magics: Mapping[str, Mapping[str, Any]]

    @classmethod
    def of(cls, shell: Any) -> _Found:
        magics = {kind: dict(known) for kind, known in shell.magics_manager.magics.items()}
        return cls(dict(shell.user_ns), frozenset(shell.extension_manager.loaded), magics)


def _forget(app: KernelApp, found: _Found) -> None:
    for stream in app.streams:
        stream.closed_again()
    shell = app.shell
    shell.reset()
    for name, value in found.names.items():
        shell.user_ns.setdefault(
            name, value
        )  # `__spec__` among them, which a process the notebook spawns asks for
    shell.extension_manager.loaded = set(found.extensions)
    shell.magics_manager.magics = {kind: dict(known) for kind, known in found.magics.items()}
    history = shell.history_manager
    history._i = history._ii = history._iii = history._i00 = ""
    history.close()
    history.init_db()
    history.new_session()
    for name in ("last_type", "last_value", "last_traceback", "last_exc"):
        if hasattr(sys, name):
            delattr(sys, name)


def _looped(work: Coroutine[Any, Any, None]) -> asyncio.AbstractEventLoop:
    """Runs in a new event loop. Not asyncio.run: that takes the interrupt for itself and waits for every task."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.run_until_complete(work)
    return loop


def take_environment(wanted: Mapping[str, str]) -> None:
    """The environment of the process that asked for the kernel, with what ipykernel adds to it."""
    for name in os.environ.keys() - wanted.keys():
        del os.environ[name]
    for name, value in wanted.items():
        if os.environ.get(name) != value:
            os.environ[name] = value
    time.tzset()


def _awake(app: KernelApp, channel: socket.socket, pipes: tuple[int, int]) -> None:
    shell, session = app.shell, app.session
    os.environ.setdefault("MPLBACKEND", _INLINE)
    shell.init_environment()
    session.session, session.pid = uuid.uuid4().hex, os.getpid()
    elsewhere = os.open(os.devnull, os.O_WRONLY)
    for stream in app.streams:
        stream.opened(elsewhere)
    Descriptors(dict(zip(pipes, app.streams, strict=True)))
    shell.history_manager.dir_hist[:] = [Path.cwd()]
    shell.starting_dir = str(Path.cwd())
    if "numpy" in sys.modules:  # Python reseeds its own generator after a fork
        sys.modules["numpy"].random.seed()
    app.wire.socket = channel


async def _serve(app: KernelApp, channel: socket.socket, held: wire.Unpacked) -> None:
    """Hands each message to ipykernel as its own event loop would, until the client closes."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    app.kernel.io_loop = IOLoop.current()
    handle = _async_in_context(partial(app.kernel.shell_main, None))
    running: set[asyncio.Task[None]] = set()  # the loop itself holds its tasks weakly

    def arrived(data: bytes) -> None:
        for message in held.feed(data):
            task = loop.create_task(handle([zmq.Frame(part) for part in message]))
            running.add(task)
            task.add_done_callback(running.discard)

    def readable() -> None:
        if data := channel.recv(wire.CHUNK):
            arrived(data)
        else:
            loop.remove_reader(channel)
            ended.set()

    arrived(b"")
    loop.add_reader(channel, readable)
    await ended.wait()
    await asyncio.gather(*running)


def _leave(app: KernelApp) -> None:
    """Ends as an interpreter does: threads are waited for, functions for the end run, what the notebook holds is closed.

    Not by the interpreter itself: taking every module of the parent apart would cost more than most notebooks.
    """
    app.shell.exit_now = True
    threading._shutdown()  # type: ignore[attr-defined]  # what the interpreter calls first
    atexit._run_exitfuncs()
    app.shell.user_ns.clear()
    gc.collect()
