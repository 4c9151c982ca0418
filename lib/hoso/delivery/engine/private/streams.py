"""sys.stdout and sys.stderr of a forked kernel: ipykernel's own stream over a plain socket instead of ZeroMQ's.

What is written at the level of file descriptors (a shell command, a C library) is read by one thread and takes its place
among what Python wrote, as in ipykernel; before a cell's reply all that has arrived is taken in, so the order is settled.
"""

from __future__ import annotations

import codecs
import os
import select
import socket
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from io import StringIO
from typing import Any, Final

from ipykernel.iostream import IOPubThread, OutStream

from .. import wire

_CHUNK: Final = 1 << 16
_FORWARDING_SECONDS: Final = OutStream.flush_interval


class Wire:
    """The socket to the client, as jupyter_client's Session sends to one: `send_multipart`. Closed until a fork opens it."""

    def __init__(self) -> None:
        self.socket: socket.socket | None = None
        self._lock = threading.Lock()

    def send(self, channel: bytes, parts: Sequence[wire.Part]) -> None:
        """One message on a channel; dropped when the client is gone, which ends the kernel anyway."""
        with self._lock:
            if self.socket is not None:
                try:
                    wire.send(self.socket, [channel, *parts])
                except OSError:
                    self.socket = None


class Channel:
    """One channel of the wire: `shell` for replies, `iopub` for what a cell shows."""

    def __init__(self, wire_: Wire, name: bytes) -> None:
        self._wire, self._name = wire_, name

    def send_multipart(self, parts: Sequence[wire.Part], *_: Any, **__: Any) -> None:
        self._wire.send(self._name, parts)


class Publisher(IOPubThread):  # type: ignore[misc]  # ipykernel ships no types we follow
    """What ipykernel's streams take for the thread that publishes: here each caller sends for itself.

    Only what waits for the next flush of a stream needs a thread, started when the first text does.
    """

    def __init__(self, channel: Channel) -> None:  # the parent's own would make sockets and a thread
        self._channel = channel
        self.thread = None
        self.io_loop = self
        self._due: list[Callable[[], None]] = []
        self._wake: threading.Event | None = None

    def send_multipart(self, parts: Sequence[wire.Part], *_: Any, **__: Any) -> None:
        self._channel.send_multipart(parts)

    def schedule(self, job: Callable[[], None]) -> None:
        job()

    def call_later(self, _seconds: float, job: Callable[[], None]) -> None:
        """A stream asks to be flushed soon."""
        self._due.append(job)
        if self._wake is None:
            self._wake = threading.Event()
            threading.Thread(target=self._flush_for_ever, args=(self._wake,), daemon=True).start()
        self._wake.set()

    @contextmanager
    def unhurried(self) -> Iterator[None]:
        """Streams are flushed at the end of cells alone, so no thread starts: for the parent of kernels."""
        self._wake = threading.Event()
        yield
        self._wake = None
        self._due.clear()

    def _flush_for_ever(self, wake: threading.Event) -> None:
        pause = threading.Event()  # never set: a sleep that no test or notebook has patched
        while True:
            wake.wait()
            wake.clear()
            pause.wait(_FORWARDING_SECONDS)
            due, self._due = self._due, []
            for job in due:
                job()


class Stream(OutStream):  # type: ignore[misc]  # the same
    """ipykernel's stream; made in the parent of kernels, where libraries may take hold of it, opened in the fork."""

    def __init__(self, session: Any, publisher: Publisher, name: str, number: int) -> None:
        # The parent's own would redirect file descriptors and start threads; these are all its fields.
        self.session = session
        self.name = name
        self.topic = b"stream." + name.encode()
        self.pub_thread = publisher
        self.echo = None
        self._fid = None
        self._exc = None
        self._parent_header: ContextVar[dict[str, Any]] = ContextVar("parent_header")
        self._parent_header.set({})
        self._parent_header_global: dict[str, Any] = {}
        self._master_pid = os.getpid()
        self._flush_pending = self._subprocess_flush_pending = False
        self._io_loop = publisher.io_loop
        self._buffer_lock = threading.RLock()
        self._buffers: Any = defaultdict(StringIO)
        self._isatty = self._should_watch = False
        self._local = threading.local()
        self._number, self._open = number, False
        self.taken: Callable[[], None] | None = None
        self._original_stdstream_copy: int | None = None

    def opened(self, elsewhere: int) -> None:
        """In the fork: `elsewhere` is what `fileno()` gives, as in ipykernel not what the notebook shows."""
        self._master_pid, self._open = os.getpid(), True
        self._original_stdstream_copy = elsewhere

    def closed_again(self) -> None:
        """In the parent, after it has practised."""
        self._open = self._flush_pending = False
        self._buffers.clear()

    def write(self, string: str) -> int | None:
        """A process the notebook forked has no share in the socket: what it prints goes the way of a shell command's.

        What a library says while it is loaded ahead, in no notebook, is for the terminal.
        """
        if not isinstance(string, str) or (self._open and self._is_master_process()):
            return super().write(string)  # type: ignore[no-any-return]
        data = memoryview(string.encode("utf-8", "replace"))
        while data:
            data = data[os.write(self._number if self._open else 2, data) :]
        return len(string)

    def flush(self) -> None:
        """Sends at once; first what was written below Python, which came before."""
        if self._open and self._is_master_process():
            if self.taken is not None:
                self.taken()
            self._flush()


class Descriptors:
    """Takes what arrives at the file descriptors of both streams into them."""

    def __init__(self, sources: dict[int, Stream]) -> None:
        decoder = codecs.getincrementaldecoder("utf-8")
        self._sources = {number: (stream, decoder("replace")) for number, stream in sources.items()}
        self._lock = threading.Lock()
        for number, stream in sources.items():
            os.set_blocking(number, False)
            stream.taken = self.take
        threading.Thread(target=self._take_for_ever, daemon=True).start()

    def _take_for_ever(self) -> None:
        while self._sources:
            select.select(list(self._sources), [], [])
            self.take()

    def take(self) -> None:
        """All that has arrived."""
        with self._lock:
            for number in list(self._sources):
                self._take(number)

    def _take(self, number: int) -> None:
        stream, decoder = self._sources[number]
        while (data := _read(number)) is not None:
            stream.write(decoder.decode(data))
            if not data:  # nobody can write any more: the notebook has closed its own
                del self._sources[number]
                return


def _read(number: int) -> bytes | None:
    try:
        return os.read(number, _CHUNK)
    except BlockingIOError:
        return None
