"""Output of any size in a result of a bounded one: its head and its tail, and what lay between as a count."""

import codecs
from typing import Final


CAP: Final = 100_000
"""Bytes of output that a model is told."""

_CONTINUATION: Final = range(0x80, 0xC0)
"""Bytes that begin no UTF-8 character."""


class Capped:
    """Takes output as it comes and keeps at most `cap` bytes of it."""

    def __init__(self, cap: int = CAP) -> None:
        self._half = cap // 2
        self._head = bytearray()
        self._tail = bytearray()
        self._total = 0

    def feed(self, data: bytes) -> None:
        """Take the next piece."""
        self._total += len(data)
        room = self._half - len(self._head)
        self._head += data[:room]
        self._tail += data[room:] if room < len(data) else b""
        if len(self._tail) > 2 * self._half:
            del self._tail[: -self._half]

    @property
    def dropped(self) -> int:
        """Bytes between what is kept of the head and of the tail."""
        return max(0, self._total - 2 * self._half)

    def text(self) -> str:
        """What was kept, as text; bytes that are no UTF-8 are shown as the replacement sign."""
        if not self.dropped:
            return (self._head + self._tail).decode(errors="replace")
        head = codecs.getincrementaldecoder("utf-8")("replace").decode(bytes(self._head))
        tail = self._tail[-self._half :]
        start = next((place for place, byte in enumerate(tail[:4]) if byte not in _CONTINUATION), 0)
        return f"{head}\n… {self.dropped:,} bytes left out …\n{tail[start:].decode(errors='replace')}"


def capped(text: str, cap: int = CAP) -> str:
    """`text` in at most about `cap` bytes."""
    output = Capped(cap)
    output.feed(text.encode(errors="replace"))
    return output.text()
