"""Programs that wait for somebody who is not there."""

import asyncio
from collections.abc import Callable
from typing import Final

from tmtui.engine.headline import looks_like_a_question
from tmtui.engine.output import OutputStream


SILENCE: Final = 45.0
"""Seconds without output after which a last line that looks like a question is pointed out."""


class SilenceWatch:
    """Points out once that a program has gone silent after what looks like a question."""

    def __init__(self, stream: OutputStream, tell: Callable[[str, float], None]) -> None:
        self._stream = stream
        self._tell = tell
        self._timer = asyncio.get_running_loop().call_later(SILENCE, self._look)

    def cancel(self) -> None:
        """Stop watching."""
        self._timer.cancel()

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        silent = loop.time() - self._stream.fed_at
        if silent < SILENCE:
            self._timer = loop.call_later(SILENCE - silent, self._look)
        elif looks_like_a_question(self._stream.last_line):
            self._tell(self._stream.last_line, silent)
