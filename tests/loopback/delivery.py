"""How an answer goes over the wire: framed by hand, so that it can fail in the middle of anything."""

import asyncio
import socket
import struct
import time
from collections.abc import AsyncIterator, Callable, Iterator
from http import HTTPStatus

from tests.loopback.record import Received
from tests.loopback.script import Cut, End, Fault, Pings, Reply, Reset, Slow, Stall


HANDSHAKE = b"\x16"
"""How TLS begins, which is no request."""


class LeftError(Exception):
    """The client closed the connection."""


class Connection(asyncio.Protocol):
    """One connection, from the server's side."""

    def __init__(self, serve: Callable[["Connection"], None], lost: Callable[["Connection"], None]) -> None:
        self._serve = serve
        self._lost = lost
        self._buffer = bytearray()
        self._came = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()
        self.left = asyncio.Event()
        """Set when the client has closed it."""
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._serve(self)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._came.set()

    def eof_received(self) -> bool:
        self._leave()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._leave()
        self._lost(self)

    def _leave(self) -> None:
        self.left.set()
        self._came.set()
        self._writable.set()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    async def _more(self) -> None:
        self._came.clear()
        if self.left.is_set():
            raise LeftError
        await self._came.wait()

    async def read_head(self) -> bytes:
        """A request up to the empty line; raises when the client leaves."""
        while (end := self._buffer.find(b"\r\n\r\n")) < 0:
            if self._buffer.startswith(HANDSHAKE):
                await self.write(head_of(400, {"connection": "close", "content-length": "0"}))
                raise LeftError
            await self._more()
        head = bytes(self._buffer[:end])
        del self._buffer[: end + 4]
        return head

    async def read_body(self, length: int) -> bytes:
        """So many bytes."""
        while len(self._buffer) < length:
            await self._more()
        body = bytes(self._buffer[:length])
        del self._buffer[:length]
        return body

    async def write(self, data: bytes) -> None:
        """Send, and wait until there is room for more; raises when the client leaves."""
        if self.left.is_set() or self.transport.is_closing():
            raise LeftError
        self.transport.write(data)
        await self._writable.wait()

    def close(self) -> None:
        """End the connection properly."""
        self.transport.close()

    def reset(self) -> None:
        """End it with a reset."""
        sock = self.transport.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()


def head_of(status: int, headers: dict[str, str]) -> bytes:
    """The head of an answer."""
    reason = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Unknown"
    lines = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"


class Body:
    """The body of a streamed answer."""

    def __init__(self, connection: Connection, received: Received, framing: str) -> None:
        self._connection = connection
        self._received = received
        self.chunked = framing == "chunked"

    async def send(self, data: bytes) -> None:
        """Some of it."""
        if not data:
            return  # an empty piece would be the end
        self._received.sent += len(data)
        await self._connection.write(b"%x\r\n%b\r\n" % (len(data), data) if self.chunked else data)

    async def send_less(self, data: bytes) -> None:
        """Some of it, after announcing more."""
        self._received.sent += len(data)
        await self._connection.write(b"%x\r\n%b" % (len(data) + 100, data) if self.chunked else data)

    async def end(self) -> None:
        """The end of it."""
        if self.chunked:
            await self._connection.write(b"0\r\n\r\n")
        else:
            self._connection.close()


def until(frames: Iterator[bytes], fault: Fault | None) -> tuple[list[bytes], bytes]:
    """The events before a fault, and the bytes after it. The last of the events may be a part of one."""
    events = list(frames)
    if fault is None or (fault.at is None and fault.after is None):
        return events, b""
    if fault.at is None:
        return events[: fault.after], b"".join(events[fault.after :])
    before: list[bytes] = []
    room = fault.at
    for number, event in enumerate(events):
        if len(event) > room:
            return [*before, event[:room]], event[room:] + b"".join(events[number + 1 :])
        before.append(event)
        room -= len(event)
    return before, b""


async def deliver(
    connection: Connection, body: Body, events: list[bytes], rest: bytes, reply: Reply, ping: bytes
) -> bool:
    """Send a streamed answer; whether it went all the way, and the connection can be used again.

    Raises:
        LeftError: the client has closed the connection.
    """
    *first, last = events or [b""]
    async for event in _paced(first, reply.pace):
        await body.send(_stamped(event, reply.stamp))
    match reply.fault:
        case Cut():
            await body.send_less(last)
            connection.close()
            return False
        case Reset():
            await body.send(last)
            connection.reset()
            return False
    await body.send(last)
    match reply.fault:
        case Stall():
            await connection.left.wait()
            raise LeftError
        case Pings(seconds=seconds):
            await _forever(body, ping, seconds)
        case Slow(seconds=seconds):
            for byte in rest:
                await asyncio.sleep(seconds)
                await body.send(bytes([byte]))
        case End() | None:
            pass
    await body.end()
    return body.chunked


def _stamped(event: bytes, stamp: str) -> bytes:
    return event.replace(stamp.encode(), b"%016d" % (time.time_ns() // 1000)) if stamp else event


async def _forever(body: Body, ping: bytes, seconds: float) -> None:
    while True:
        await body.send(ping)
        await asyncio.sleep(seconds)


async def _paced(events: list[bytes], pace: float) -> AsyncIterator[bytes]:
    if not pace:
        yield b"".join(events)
        return
    for event in events:
        yield event
        await asyncio.sleep(pace)
