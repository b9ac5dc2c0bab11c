r"""Server-sent events, read strictly: bytes as they come from the network to whole events.

Only what is complete counts. An event ends with an empty line; what stands behind the last one when the stream ends
is a cut event, and is dropped, as the standard has it. What no sane server sends is an error and not a guess: bytes
that are not UTF-8, an event or a stream that does not end.

Almost every event has the same two lines, `event: NAME` and `data: JSON`, so those take a short way through. All the
rest of the standard takes the long one: `\r\n` and `\r`, comments, several lines of data, fields nobody needs.
However the bytes are cut into pieces, the events are the same.
"""

from typing import Final, NamedTuple

from tmtui.resilience.defaults import RESPONSE_BYTES, STREAM_EVENT_BYTES


BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"

_EVENT: Final = b"event: "
_DATA: Final = b"data: "
_NEXT_DATA: Final = b"\ndata: "
_HEAD: Final = 16
"""Bytes by which a stream of events is known."""

_FIELDS: Final = (b"event", b"data", b"id", b"retry", b":")


class MalformedStreamError(Exception):
    """What came is no stream of events, or one beyond all measure. The message is one line for a person."""


class StreamEvent(NamedTuple):
    """One event."""

    name: str
    """Empty when the event has none."""
    data: bytes
    """Valid UTF-8; several lines are joined by line feeds."""


class EventReader:
    """Makes events of bytes.

    Args:
        event_cap: Bytes that one event may have.
        total_cap: Bytes that the whole stream may have.
    """

    def __init__(self, event_cap: int = STREAM_EVENT_BYTES.value, total_cap: int = RESPONSE_BYTES.value) -> None:
        self._event_cap = event_cap
        self._total_cap = total_cap
        self._buffer = bytearray()
        """What is not an event yet."""
        self._carriage = False
        """Whether a carriage return is held back: it may be half of a line end."""
        self._total = 0
        self._begun = False
        self._head = b""
        """The first bytes."""

    def feed(self, data: bytes) -> list[StreamEvent]:
        """The events that end with `data`.

        Raises:
            MalformedStreamError: the stream is not UTF-8, or too long.
        """
        self._total += len(data)
        if self._total > self._total_cap:
            raise MalformedStreamError(f"the answer is longer than {_megabytes(self._total_cap)}")
        if len(self._head) < _HEAD:
            self._head += data[:_HEAD]
        events = self._take(self._with_line_feeds(data) if self._carriage or b"\r" in data else data)
        if len(self._buffer) > self._event_cap:
            raise self._too_long()
        return events

    def finish(self) -> list[StreamEvent]:
        """What ends with the stream itself.

        Raises:
            MalformedStreamError: what came was no stream of events at all.
        """
        events = self._take(b"\n" if self._carriage else b"")
        self._carriage = False
        if not self._begun and not self._may_be_field():
            raise MalformedStreamError("what came is not a stream of events")
        return events

    def _may_be_field(self) -> bool:
        start = self._head.removeprefix(BYTE_ORDER_MARK).lstrip(b"\r\n")
        return any(start.startswith(field) or field.startswith(start) for field in _FIELDS)

    def _with_line_feeds(self, data: bytes) -> bytes:
        if self._carriage:
            data = b"\r" + data
        self._carriage = data.endswith(b"\r")
        if self._carriage:
            data = data[:-1]
        return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")

    def _take(self, data: bytes) -> list[StreamEvent]:
        """The events that end in `data`; what is left is kept."""
        buffer = self._buffer
        if buffer:
            begun = len(buffer)
            buffer += data
            if buffer.find(b"\n\n", begun - 1) < 0:
                return []
            data = bytes(buffer)
            buffer.clear()
        *blocks, rest = data.split(b"\n\n")
        buffer += rest
        return [event for block in blocks if (event := self._event(block))]

    def _event(self, block: bytes) -> StreamEvent | None:
        if len(block) > self._event_cap:
            raise self._too_long()
        if not block.isascii():
            _check(block)
        if not self._begun:
            block = block.removeprefix(BYTE_ORDER_MARK)
        event = parsed(block)
        self._begun = self._begun or event is not None
        return event

    def _too_long(self) -> MalformedStreamError:
        return MalformedStreamError(f"one event is longer than {_megabytes(self._event_cap)}")


def _megabytes(count: int) -> str:
    return f"{count / 1024 / 1024:.3g} MB"


def _check(block: bytes) -> None:
    try:
        block.decode()
    except UnicodeDecodeError as error:
        raise MalformedStreamError(f"an event is not UTF-8: {error.reason}") from error


def parsed(block: bytes) -> StreamEvent | None:
    """The event of a block of lines; None when it holds no data."""
    head, found, data = block.partition(_NEXT_DATA)
    if found and head.startswith(_EVENT) and b"\n" not in head and b"\n" not in data:
        return StreamEvent(head[len(_EVENT) :].decode(), data)
    if not found and block.startswith(_DATA) and b"\n" not in block:
        return StreamEvent("", block[len(_DATA) :])
    return _parsed_in_full(block)


def _parsed_in_full(block: bytes) -> StreamEvent | None:
    name = ""
    lines: list[bytes] = []
    for line in block.split(b"\n"):
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"event":
            name = value.decode()
        elif field == b"data":
            lines.append(value)
    return StreamEvent(name, b"\n".join(lines)) if lines else None
