"""Output of any speed and size, made fit for the log.

What a hook prints may be a word a minute or a gigabyte a second. The log gets safe text in at most thirty pieces a
second of at most 16 KiB, what comes after a pause at once; of what is more, the beginning and the end of each moment
are kept and the middle is counted. When a source has had its share of the log, it gets one small piece a second. The
full raw text goes to a file of its own, as far as that has room.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from tmtui.domain.text import Cleaner
from tmtui.engine.ports import RawLog
from tmtui.engine.secrecy import Redactor


INTERVAL: Final = 1 / 30
"""Seconds between pieces."""

WINDOW: Final = 16 * 1024
"""Bytes to a piece."""

SHARE: Final = 4 * 1024 * 1024
"""Bytes that one source may put into the log at full speed."""

SLOW_INTERVAL: Final = 1.0
SLOW_WINDOW: Final = 2 * 1024
"""What a source gets that has had its share."""

CONTINUING: Final = bytes(range(0x80, 0xC0))
"""The bytes of UTF-8 that begin no character."""

TAIL: Final = 4 * 1024
"""Bytes of the end that are kept, for the next prompt."""

RAW_BATCH: Final = 64 * 1024
"""Bytes of raw text that are held for no longer: a write for each word costs more than the word."""

RAW_CAP: Final = 64 * 1024 * 1024
"""Bytes of one source in its raw log file."""


class OutputStream:
    """Takes bytes as they come and passes on safe pieces, each with the number of characters left out before it.

    Args:
        emit: Takes a piece, and how many characters were left out before it.
        raw: Where the full text goes.
        redactor: Takes secrets out, of the pieces and of the full text.
        whole: Whether nothing of its share is left out, however fast it comes.
    """

    def __init__(
        self,
        emit: Callable[[str, int], None],
        raw: RawLog | None = None,
        redactor: Redactor | None = None,
        *,
        whole: bool = False,
    ) -> None:
        self._emit = emit
        self._whole = whole
        self._raw = raw
        self._redacting = redactor.byte_stream() if redactor else None
        self._redacting_raw = redactor.byte_stream() if redactor and raw else None
        self._cleaner: Cleaner | None = None
        """Made for the first bytes: most sources say nothing."""
        self._head = bytearray()
        self._rest = b""
        self._skipped = 0
        self._passed = 0
        self._raw_left = RAW_CAP
        self._raw_held = bytearray()
        self._tail = b""
        self._timer: asyncio.TimerHandle | None = None
        """Set while something is held."""
        self.fed_at = asyncio.get_running_loop().time()
        """When something last came, on the loop's clock."""
        self._flushed_at = -SLOW_INTERVAL

    @property
    def tail(self) -> str:
        """The end of what came, as safe text."""
        if not self._tail:
            return ""
        cleaner = Cleaner()
        return cleaner.feed(self._tail) + cleaner.finish()

    @property
    def last_line(self) -> str:
        """The last line that is not blank."""
        return next((line for line in reversed(self.tail.split("\n")) if line.strip()), "")

    def feed(self, data: bytes) -> None:
        """Take the next bytes."""
        loop = asyncio.get_running_loop()
        self.fed_at = loop.time()
        self._keep_raw(data)
        self._tail = data[-TAIL:] if len(data) >= TAIL else (self._tail + data)[-TAIL:]
        if self._whole:
            data = self._let_out(data)
        half = self._window // 2
        if room := half - len(self._head):
            self._head += data[:room]
            data = data[room:]
        if data:
            data = self._rest + data
            if gone := data[:-half]:
                self._skipped = max(1, self._skipped + characters_in(gone))
            self._rest = data[-half:]
        if self._timer is None:
            self._timer = loop.call_at(max(self.fed_at, self._flushed_at + self._interval), self.flush)

    def flush(self) -> None:
        """Pass on what is held, now."""
        if self._timer is None:
            return
        self._timer.cancel()
        self._timer = None
        self._pass_all()

    def _let_out(self, data: bytes) -> bytes:
        """Pass on, ahead of its time, what would not fit into what is held; give what does."""
        while len(data) > (room := WINDOW // 2 - len(self._head)) and self._passed < SHARE:
            self._head += data[:room]
            data = data[room:]
            self._pass_all()
        return data

    def _pass_all(self) -> None:
        self._flushed_at = asyncio.get_running_loop().time()
        self._write_raw()
        head, rest, skipped = bytes(self._head), self._rest, self._skipped
        self._head.clear()
        self._rest, self._skipped = b"", 0
        self._passed += len(head) + len(rest)
        if not skipped:
            self._pass_on(head + rest, 0)
        else:
            self._pass_on(head, 0)
            self._pass_on(rest, skipped)

    def finish(self) -> None:
        """Nothing more comes."""
        self.flush()
        self._pass_on_held()
        if self._cleaner is not None and (text := self._cleaner.finish()):
            self._emit(text, 0)
        if self._raw is not None:
            if self._redacting_raw is not None:
                self._raw.write(self._redacting_raw.flush())
            self._raw.close()

    @property
    def _window(self) -> int:
        return WINDOW if self._passed < SHARE else SLOW_WINDOW

    @property
    def _interval(self) -> float:
        return INTERVAL if self._passed < SHARE else SLOW_INTERVAL

    def _pass_on(self, data: bytes, skipped: int) -> None:
        if self._redacting is not None:
            data = self._redacting.feed(data)
        self._cleaner = self._cleaner or Cleaner()
        text = self._cleaner.feed(data)
        if text or skipped:
            self._emit(text, skipped)

    def _pass_on_held(self) -> None:
        """What the redactor kept back, in case a secret had begun there."""
        if self._redacting is not None and (data := self._redacting.flush()):
            self._cleaner = self._cleaner or Cleaner()
            if text := self._cleaner.feed(data):
                self._emit(text, 0)

    def _keep_raw(self, data: bytes) -> None:
        if self._raw is not None and self._raw_left > 0:
            self._raw_held += data[: self._raw_left]
            self._raw_left -= len(data)
            if len(self._raw_held) >= RAW_BATCH:
                self._write_raw()

    def _write_raw(self) -> None:
        if self._raw is not None and self._raw_held:
            held, self._raw_held = bytes(self._raw_held), bytearray()
            self._raw.write(self._redacting_raw.feed(held) if self._redacting_raw else held)


def characters_in(data: bytes) -> int:
    """How many characters of UTF-8 begin in `data`."""
    return len(data.translate(None, CONTINUING))
