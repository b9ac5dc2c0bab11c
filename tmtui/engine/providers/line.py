"""A line of those who wait: first come first served, within priority."""

import asyncio
from bisect import insort
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager


class Line:
    """Whoever stands first may look whether there is room; the others wait behind."""

    def __init__(self) -> None:
        self._places: list[tuple[int, int]] = []
        self._tickets = 0
        self._moved = asyncio.Event()

    @asynccontextmanager
    async def stand(self, priority: int) -> AsyncGenerator["Place", None]:
        """Stand in the line; lower priorities stand in front."""
        self._tickets += 1
        place = (priority, self._tickets)
        insort(self._places, place)
        try:
            yield Place(self, place)
        finally:
            self._places.remove(place)
            self.stir()

    @property
    def waiting(self) -> bool:
        """Whether anybody stands in it."""
        return bool(self._places)

    def stir(self) -> None:
        """Something has changed: whoever waits looks again."""
        self._moved.set()
        self._moved = asyncio.Event()

    def is_first(self, place: tuple[int, int]) -> bool:
        """Whether nobody stands in front."""
        return self._places[0] == place

    async def moved(self, seconds: float | None) -> None:
        """Wait until something has changed, or so many seconds have passed."""
        try:
            async with asyncio.timeout(seconds):
                await self._moved.wait()
        except TimeoutError:
            pass


class Place:
    """Where somebody stands."""

    def __init__(self, line: Line, place: tuple[int, int]) -> None:
        self._line = line
        self._place = place

    async def first(self) -> None:
        """Return once nobody stands in front."""
        while not self._line.is_first(self._place):
            await self._line.moved(None)
