"""What the web library has to say of its own: into the log, never on the terminal.

It reports every request that is no HTTP with a traceback. Whoever reaches the port can send as many of those as he
likes, and they mean nothing: only what was answered with an error of ours is kept.
"""

import logging
from typing import IO, Final

from aiohttp.http_exceptions import HttpProcessingError

from tmtui.domain.text import clean


LOGGERS: Final = ("aiohttp", "asyncio")


class Faults(logging.Handler):
    """Writes what is wrong with the server to a file, safe to show."""

    def __init__(self, log: IO[bytes]) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it, unless it is only a request that nobody can read."""
        fault = record.exc_info[1] if record.exc_info else None
        if not isinstance(fault, HttpProcessingError):
            self._log.write(f"{clean(self.format(record))}\n".encode("utf-8", "replace"))


def keep_faults(log: IO[bytes]) -> None:
    """From here on the web library reports to this file."""
    handler = Faults(log)
    for name in LOGGERS:
        logger = logging.getLogger(name)
        logger.addHandler(handler)
        logger.propagate = False
