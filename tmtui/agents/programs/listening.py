"""Listening to a program: what it prints, the end of its errors, and when it has gone silent.

Both its outputs are read all the time, since a program whose errors nobody reads waits for ever. What it prints comes
one piece at a time; a piece of its errors comes as an empty one, a sign of life.
"""

import asyncio
from typing import Final

from tmtui.system.child import Child, Ended


TAIL: Final = 2_000
"""Bytes of its errors that are kept: the last."""
AHEAD: Final = 4
"""Pieces that may wait to be taken."""


class SilentError(Exception):
    """Nothing came for too long."""


class Listening:
    """Both outputs of one child.

    Args:
        child: Whom to listen to.
        silence: Seconds without a sign of life after which it is taken to hang.
    """

    def __init__(self, child: Child, silence: float) -> None:
        self._child = child
        self._silence = silence
        self._deadline = float("inf")
        self._pieces: asyncio.Queue[bytes | None] = asyncio.Queue(AHEAD)
        self._dropping = False
        self._reading = asyncio.create_task(self._read())
        self.errors = b""
        """The end of what it wrote to its errors."""

    def hurry(self, seconds: float) -> None:
        """It should end within so many seconds. The first call counts."""
        if self._deadline == float("inf"):
            self._deadline = _now() + seconds

    async def next(self) -> bytes | None:
        """The next piece that it printed; None at the end.

        Raises:
            SilentError: none came in time.
        """
        try:
            async with asyncio.timeout(self._left):
                return await self._pieces.get()
        except TimeoutError:
            raise SilentError from None

    async def ended(self) -> Ended:
        """How the child ended, once nothing of it is left.

        Raises:
            SilentError: it does not.
        """
        try:
            async with asyncio.timeout(self._left):
                return await self._child.wait()
        except TimeoutError:
            raise SilentError from None

    async def end(self) -> Ended:
        """End the child, and wait until nothing of it is left, so that the files are at rest."""
        self._child.cancel()
        self._dropping = True
        while not self._pieces.empty():
            self._pieces.get_nowait()
        ended = await self._child.wait()
        await self._reading
        return ended

    @property
    def _left(self) -> float:
        return min(self._silence, max(0.0, self._deadline - _now()))

    async def _read(self) -> None:
        await asyncio.gather(self._read_output(), self._read_errors())
        await self._put(None)

    async def _read_output(self) -> None:
        async for piece in self._child.output():
            await self._put(piece)

    async def _read_errors(self) -> None:
        async for piece in self._child.errors():
            self.errors = (self.errors + piece)[-TAIL:]
            await self._put(b"")

    async def _put(self, piece: bytes | None) -> None:
        if not self._dropping:
            await self._pieces.put(piece)


def _now() -> float:
    return asyncio.get_running_loop().time()
