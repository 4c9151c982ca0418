"""papermill's client of a forked kernel: nbclient's handling of messages over plain sockets, without ZeroMQ's channels."""

from __future__ import annotations

import asyncio
import queue
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from jupyter_client.session import Session
from nbclient.exceptions import DeadKernelError

from .. import wire
from ..connection import Exit, Kernel
from .limited import Limited

_LEAVING_SECONDS: Final = 5.0  # what jupyter_client grants a kernel that was asked to leave


class _Inbox:
    """One channel as nbclient reads it: messages in order; the end of the kernel is an error where one is awaited."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._messages: deque[dict[str, Any]] = deque()
        self._waiting: asyncio.Future[None] | None = None

    def put(self, message: dict[str, Any]) -> None:
        self._messages.append(message)
        self.wake()

    def wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    async def get_msg(self, timeout: float | None = None) -> dict[str, Any]:
        """The next message; queue.Empty when none comes in time, DeadKernelError when none can come any more."""
        until = None if timeout is None else time.monotonic() + timeout
        while not self._messages:
            if self._talk.over:
                raise DeadKernelError("Kernel died")
            self._talk.listen()
            await self._wait(until)
        return self._messages.popleft()

    async def _wait(self, until: float | None) -> None:
        loop = asyncio.get_running_loop()
        self._waiting = waiting = loop.create_future()
        late = None if until is None else loop.call_later(max(0.0, until - time.monotonic()), self.wake)
        await waiting
        if late is not None:
            late.cancel()
            if until is not None and time.monotonic() >= until and not self._messages:
                raise queue.Empty

    def send(self, message: dict[str, Any]) -> None:
        """What nbclient's Output widget sends by itself."""
        self._talk.send(message)


class Talk:
    """The kernel client nbclient holds: sends requests, hands out replies (`shell`) and outputs (`iopub`)."""

    allow_stdin = False

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.over = False
        self.session = Session()
        self.session.key = b""  # nobody else can write to a socket pair: nothing to sign
        self.shell_channel, self.iopub_channel = _Inbox(self), _Inbox(self)
        self._inboxes = {b"shell": self.shell_channel, b"iopub": self.iopub_channel}
        self._held = wire.Unpacked()
        self._loop: asyncio.AbstractEventLoop | None = None
        kernel.channel.setblocking(False)

    def is_alive(self) -> bool:
        return not self.over

    def execute(self, code: str, store_history: bool = True, stop_on_error: bool = True) -> str:
        """As jupyter_client's; the id of the request."""
        content = {
            "code": code, "silent": False, "store_history": store_history, "user_expressions": {},
            "allow_stdin": False, "stop_on_error": stop_on_error,
        }  # fmt: skip
        return self.send(self.session.msg("execute_request", content))

    def kernel_info(self) -> str:
        return self.send(self.session.msg("kernel_info_request"))

    def send(self, message: dict[str, Any]) -> str:
        """A kernel that is gone takes nothing; whoever waits for its reply is told."""
        try:
            wire.send(self.kernel.channel, self.session.serialize(message))
        except OSError:
            self._finish()
        return str(message["header"]["msg_id"])

    def stop_channels(self) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.remove_reader(self.kernel.channel)
            self._loop.remove_reader(self.kernel.control)
        self._loop = None

    def listen(self) -> None:
        """Has the running event loop watch the sockets."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self.stop_channels()
            self._loop = loop
            loop.add_reader(self.kernel.channel, self._readable)
            loop.add_reader(self.kernel.control, self._ended)

    def _readable(self) -> None:
        if not self._take():
            self._finish()

    def _ended(self) -> None:
        """The kernel has ended: what it still said is read first."""
        while self._take():
            pass
        self._finish()

    def _take(self) -> bool:
        """Reads what is there; whether more may come at once."""
        try:
            data = self.kernel.channel.recv(wire.CHUNK)
        except OSError:
            return False
        for channel, *parts in self._held.feed(data):
            _, frames = self.session.feed_identities(parts)
            self._inboxes[channel].put(self.session.deserialize(frames))
        return bool(data)

    def _finish(self) -> None:
        self.over = True
        self.stop_channels()
        for inbox in self._inboxes.values():
            inbox.wake()


class Manager:
    """What nbclient asks of a kernel's manager: there is one, and it can be interrupted."""

    has_kernel = True

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def interrupt_kernel(self) -> None:
        self._kernel.interrupt()


class Client(Limited):
    """Runs the notebook of papermill's `nb_man` in a forked kernel."""

    def __init__(self, nb_man: Any, kernel: Kernel, seconds: float, **given: Any) -> None:
        super().__init__(nb_man, seconds, km=Manager(kernel), **given)
        self._kernel = kernel
        self.ended: Exit | None = None

    @contextmanager
    def setup_kernel(self, **_: Any) -> Iterator[None]:
        """The kernel is there; afterwards it is let go, or was killed."""
        self.kc = Talk(self._kernel)
        try:
            yield
        except BaseException:
            self._kernel.kill()
            raise
        finally:
            self.kc.stop_channels()
            self.ended = self._kernel.end(min(_LEAVING_SECONDS, self.left))

    def killed(self) -> Exit:
        self._kernel.kill()
        ended = self._kernel.exit()
        assert ended is not None
        return ended

    async def _async_poll_kernel_alive(self) -> None:
        """Nothing to poll: the end of a kernel is an event of its sockets."""
