"""The client's side of the parent of kernels: asks for a fork, talks to it, learns how it ended."""

from __future__ import annotations

import json
import select
import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from . import wire
from .limits import Usage
from .parent import FORK, INTERRUPT, KILL

_PACKET: Final = 1 << 20
_TRIES: Final = 3  # a parent that dies under a client is started again; one that dies each time is not there


class Unavailable(Exception):  # noqa: N818  # it is no error: the engine has another way
    """No kernel can be forked here; why. The engine then runs the notebook in papermill's own kernel."""


@dataclass(frozen=True)
class Exit:
    """How a kernel ended: by a signal or with a code, or `lost` with its parent; what it used, its last words."""

    signal: int | None = None
    code: int | None = None
    usage: Usage = field(default_factory=Usage)
    words: Mapping[str, str] = field(default_factory=dict)
    lost: bool = False

    @property
    def clean(self) -> bool:
        return self.code == 0


class Kernel:
    """A running kernel: its process id and two sockets. `channel` carries Jupyter's messages."""

    def __init__(self, pid: int, channel: socket.socket, control: socket.socket) -> None:
        self.pid, self.channel, self._control = pid, channel, control
        self._exit: Exit | None = None

    def kill(self) -> None:
        """Its whole process group, at once."""
        self._order(KILL)

    def interrupt(self) -> None:
        """As Ctrl-C at a terminal."""
        self._order(INTERRUPT)

    @property
    def control(self) -> socket.socket:
        """Readable as soon as the kernel has ended."""
        return self._control

    def exit(self, seconds: float | None = None) -> Exit | None:
        """How it ended, waiting for that as long as given (None: as long as it takes); None while it runs."""
        if self._exit is None and select.select([self._control], [], [], seconds)[0]:
            self._exit = _told(self._control)
        return self._exit

    def end(self, seconds: float) -> Exit:
        """Lets it leave by itself, for at most this long; how it ended."""
        with suppress(OSError):  # it may have left already
            self.channel.shutdown(socket.SHUT_WR)
        ended = self._drained(time.monotonic() + seconds)
        if ended is None:
            self.kill()
            ended = self.exit()
        self.channel.close()
        self._control.close()
        assert ended is not None
        return ended

    def _drained(self, until: float) -> Exit | None:
        """Waits, reading and dropping what it still says: a kernel that cannot write cannot leave."""
        sources = [self.channel, self._control]
        while (left := until - time.monotonic()) > 0:
            ready = select.select(sources, [], [], left)[0]
            if self._control in ready:
                return self.exit()
            if self.channel in ready and not _more(self.channel):
                sources.remove(self.channel)
        return self.exit(0)

    def _order(self, order: bytes) -> None:
        with suppress(OSError):  # it may have ended
            self._control.send(order)


@dataclass(frozen=True)
class Place:
    """Where kernels are forked: the path of the parent's socket. Nothing is held open between two kernels, so a place may
    be shared by threads and survives a fork."""

    address: str

    def kernel(self, folder: Path, environment: Mapping[str, str], memory: int | None) -> Kernel:
        """A new kernel in this working folder. Unavailable when there is no parent (any more)."""
        for _ in range(_TRIES):
            if (forked := self._forked()) is not None:
                request = {"folder": str(folder), "environment": dict(environment), "memory": memory}
                wire.send(forked.channel, [json.dumps(request).encode()])
                return forked
        raise Unavailable("the parent of kernels ends before it forks one")

    def _forked(self) -> Kernel | None:
        control = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        channel, other = socket.socketpair()
        try:
            control.connect(self.address)
            with other:
                socket.send_fds(control, [FORK], [other.fileno()])
            answer = _received(control)
        except ConnectionResetError:
            answer = {}
        except OSError as error:
            answer = {"failed": str(error)}
        if "pid" in answer:
            return Kernel(answer["pid"], channel, control)
        channel.close()
        control.close()
        if "failed" in answer:
            raise Unavailable(f"no kernel from {self.address}: {answer['failed']}")
        return None


def _more(channel: socket.socket) -> bool:
    try:
        return bool(channel.recv(wire.CHUNK))
    except BlockingIOError:
        return True
    except OSError:
        return False


def _told(control: socket.socket) -> Exit:
    try:
        told = _received(control)
    except (
        ConnectionResetError
    ):  # it was closed over an order of ours that nobody read; what it said before is there
        told = _received(control)
    if "status" not in told:
        return Exit(lost=True)
    status = told["status"]
    signal, code = status & 0x7F, status >> 8
    return Exit(
        signal or None, None if signal else code, Usage(told["cpu"], told["peak"]), told["words"]
    )  # fmt: skip


def _received(control: socket.socket) -> dict[str, Any]:
    """One packet; empty when the other side is gone."""
    packet = control.recv(_PACKET)
    return dict(json.loads(packet)) if packet else {}
