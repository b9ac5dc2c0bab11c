"""A line of those who wait: first come first served, within priority."""

import asyncio
from bisect import insort
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final


LOOK_AGAIN: Final = 30.0
"""Seconds after which whoever waits looks at the clock again, since the time of day can jump."""


class Line:
    """Everybody in it looks whether there is room; only who stands first may take it."""

    def __init__(self) -> None:
        self._places: list[tuple[int, int]] = []
        self._tickets = 0
        self._moved = asyncio.Event()

    @asynccontextmanager
    async def stand(self, priority: int) -> AsyncGenerator["Place", None]:
        """Stand in the line; lower priorities stand in front."""
        self._tickets += 1
        ticket = (priority, self._tickets)
        insort(self._places, ticket)
        try:
            yield Place(self, ticket)
        finally:
            self._places.remove(ticket)
            self.stir()

    def stir(self) -> None:
        """Something has changed: whoever waits looks again."""
        self._moved.set()
        self._moved = asyncio.Event()

    def is_first(self, ticket: tuple[int, int]) -> bool:
        """Whether nobody stands in front."""
        return self._places[0] == ticket

    async def moved(self, seconds: float | None) -> None:
        """Wait until something has changed, or so many seconds have passed; it may be less."""
        try:
            async with asyncio.timeout(None if seconds is None else min(seconds, LOOK_AGAIN)):
                await self._moved.wait()
        except TimeoutError:
            pass


class Place:
    """Where somebody stands."""

    def __init__(self, line: Line, ticket: tuple[int, int]) -> None:
        self._line = line
        self._ticket = ticket

    @property
    def is_first(self) -> bool:
        """Whether nobody stands in front."""
        return self._line.is_first(self._ticket)
