"""Lines out of a stream of bytes, however it is cut, and however long a line is.

A line beyond the cap is dropped while it comes, so that none can fill the memory; what is told of it is its length.
"""

from typing import Final

import msgspec


LINE_CAP: Final = 8 * 1024 * 1024
"""Bytes that a line may have."""


class TooLong(msgspec.Struct, frozen=True):
    """A line was dropped."""

    length: int
    """Bytes that it had."""


class LineFramer:
    """Makes lines of bytes.

    Args:
        cap: Bytes that a line may have.
    """

    def __init__(self, cap: int = LINE_CAP) -> None:
        self._cap = cap
        self._begun: list[bytes] = []
        self._length = 0
        """Of the line that has begun, what was dropped of it included."""

    def feed(self, data: bytes) -> list[bytes | TooLong]:
        """The lines that end in `data`, without their ends."""
        *whole, rest = data.split(b"\n")
        lines = [self._end(piece) for piece in whole]
        self._begin(rest)
        return lines

    def finish(self) -> list[bytes | TooLong]:
        """The line that the stream ended in, if any."""
        return [self._end(b"")] if self._length else []

    def _begin(self, piece: bytes) -> None:
        self._length += len(piece)
        if self._length > self._cap:
            self._begun.clear()
        elif piece:
            self._begun.append(piece)

    def _end(self, piece: bytes) -> bytes | TooLong:
        self._begin(piece)
        length, begun = self._length, self._begun
        self._length, self._begun = 0, []
        return TooLong(length) if length > self._cap else b"".join(begun)
