"""Messages of several parts over a stream socket: what ZeroMQ's multipart messages are between kernel and client."""

from __future__ import annotations

import select
import socket
import struct
from collections.abc import Iterator, Sequence
from typing import Final

_NUMBER: Final = struct.Struct("!I")
CHUNK: Final = 1 << 18
Part = bytes | bytearray | memoryview


def packed(parts: Sequence[Part]) -> bytes:
    """Parts as one run of bytes: how many, how long each, then they."""
    lengths = [_NUMBER.pack(len(part) if not isinstance(part, memoryview) else part.nbytes) for part in parts]
    return b"".join((_NUMBER.pack(len(parts)), *lengths, *parts))


class Unpacked:
    """Takes bytes as they come, gives whole messages."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def feed(self, data: bytes) -> Iterator[list[bytes]]:
        """The messages that are whole now."""
        self._bytes += data
        while (message := self._next()) is not None:
            yield message

    def _next(self) -> list[bytes] | None:
        held = self._bytes
        if len(held) < 4:
            return None
        count = _NUMBER.unpack_from(held)[0]
        start = 4 + 4 * count
        if len(held) < start:
            return None
        lengths = struct.unpack_from(f"!{count}I", held, 4)
        end = start + sum(lengths)
        if len(held) < end:
            return None
        parts = []
        for length in lengths:
            parts.append(bytes(held[start : start + length]))
            start += length
        del held[:end]
        return parts


def send(channel: socket.socket, parts: Sequence[Part]) -> None:
    """Sends a message whole, whether or not the socket blocks; OSError when nobody is there any more."""
    data = memoryview(packed(parts))
    while data:
        try:
            data = data[channel.send(data) :]
        except BlockingIOError:
            select.select([], [channel], [])


def receive(channel: socket.socket, held: Unpacked) -> list[bytes] | None:
    """The next message of a socket that blocks; None at the end. What came after it stays held."""
    data = b""
    while True:
        for message in held.feed(data):
            return message
        if not (data := channel.recv(CHUNK)):
            return None
