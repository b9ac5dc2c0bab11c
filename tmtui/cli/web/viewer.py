"""The cockpit process behind one tab, as the server sees it.

It speaks Textual's packets on its pipes: a letter, a length, and bytes. What is text for the terminal goes to the
browser as it is; of all else only the news of its end is heard, so that nothing in a tab opens pages or sends files.
"""

import asyncio
import contextlib
import os
import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Final, Self

import msgspec
from textual_serve.app_service import AppService


GREETING: Final = b"__GANGLION__\n"
"""With this Textual's driver begins."""

GRACE_SECONDS: Final = 2.0
"""For a cockpit to leave in good order."""

WIDEST: Final = 500
TALLEST: Final = 200
"""Cells of a screen: a browser may ask for any size, and each of them costs."""

_TEXT: Final = b"D"
_NEWS: Final = b"M"


class Viewer:
    """One cockpit."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        if process.stdin is None or process.stdout is None:
            raise ValueError("a viewer speaks over pipes")
        self._process = process
        self._to = process.stdin
        self._from = process.stdout

    @classmethod
    async def start(cls, argv: Sequence[str], env: Mapping[str, str], folder: Path, log: IO[bytes]) -> Self:
        """Start one.

        Args:
            argv: The command.
            env: Its whole environment.
            folder: Where it works.
            log: What it prints as errors.
        """
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *argv, stdin=pipe, stdout=pipe, stderr=log, env=dict(env), cwd=folder, start_new_session=True
        )
        return cls(process)

    # What it shows.

    async def show(self, send: Callable[[bytes], Awaitable[None]]) -> None:
        """Give everything that it draws to `send`, until it ends or says that it will."""
        with contextlib.suppress(asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            if await self._from.readuntil(b"\n") != GREETING:
                return
            while True:
                kind, payload = await self._packet()
                if kind == _TEXT:
                    await send(payload)
                elif kind == _NEWS and msgspec.json.decode(payload, type=dict[str, Any]).get("type") == "exit":
                    return

    async def _packet(self) -> tuple[bytes, bytes]:
        head = await self._from.readexactly(5)
        return head[:1], await self._from.readexactly(int.from_bytes(head[1:], "big"))

    # What it is told.

    async def type(self, keys: str) -> None:
        """Somebody has typed."""
        await self._tell(AppService.encode_packet(_TEXT, keys.encode("utf-8", "replace")))

    async def resize(self, width: int, height: int) -> None:
        """The screen has another size."""
        width, height = screen_size(width, height)
        await self._tell_news({"type": "resize", "width": width, "height": height})

    async def look(self, *, here: bool) -> None:
        """The tab has the focus, or has it no more."""
        await self._tell_news({"type": "focus" if here else "blur"})

    async def _tell_news(self, news: Mapping[str, str | int]) -> None:
        await self._tell(AppService.encode_packet(_NEWS, msgspec.json.encode(news)))

    async def _tell(self, packet: bytes) -> None:
        with contextlib.suppress(ConnectionError):
            self._to.write(packet)
            await self._to.drain()

    # Its end.

    async def close(self) -> bool:
        """End it, gently if it can be, and say whether it was in good order."""
        try:
            async with asyncio.timeout(GRACE_SECONDS):
                await self._tell_news({"type": "quit"})
                while await self._from.read(65_536):
                    pass
                await self._process.wait()
        except TimeoutError:
            pass
        finally:
            self.kill()
            code = await self._process.wait()
        return code in (0, -signal.SIGKILL)

    def kill(self) -> None:
        """End it and whatever it has started at once."""
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)


def screen_size(width: int, height: int) -> tuple[int, int]:
    """A size in cells that a screen may have."""
    return max(1, min(width, WIDEST)), max(1, min(height, TALLEST))
