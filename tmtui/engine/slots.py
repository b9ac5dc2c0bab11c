"""Who works and who only waits: a task that waits for a person lends its place to another."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager


class Slots:
    """Places for `capacity()` tasks that work at the same time.

    Args:
        capacity: How many there are; asked anew each time, since a resume may change it.
        changed: Called when a place was lent, so that somebody may take it.
    """

    def __init__(self, capacity: Callable[[], int], changed: Callable[[], None]) -> None:
        self._capacity = capacity
        self._changed = changed
        self._working = 0
        self.lending: set[str] = set()
        """The tasks that have lent their place."""
        self._returning: deque[asyncio.Future[None]] = deque()

    @property
    def free(self) -> int:
        """Places that a new task may take: those who want theirs back come first."""
        return self._capacity() - self._working - len(self._returning)

    def take(self) -> None:
        """A task begins to work."""
        self._working += 1

    def leave(self, task: str) -> None:
        """A task has ended, with its place or without."""
        if task in self.lending:
            self.lending.discard(task)
        else:
            self._working -= 1
        self._let_return()

    @asynccontextmanager
    async def lent(self, task: str) -> AsyncGenerator[None, None]:
        """Wait for somebody without holding a place; have one again before going on."""
        if task in self.lending:
            yield
            return
        self.lending.add(task)
        self._working -= 1
        self._let_return()
        self._changed()
        yield
        await self._back()
        self.lending.discard(task)

    async def _back(self) -> None:
        if self._working < self._capacity() and not self._returning:
            self._working += 1
            return
        waiter = asyncio.get_running_loop().create_future()
        self._returning.append(waiter)
        try:
            await waiter
        except asyncio.CancelledError:
            if waiter in self._returning:
                self._returning.remove(waiter)
            else:
                self._working -= 1
            raise

    def _let_return(self) -> None:
        while self._returning and self._working < self._capacity():
            waiter = self._returning.popleft()
            if not waiter.done():
                waiter.set_result(None)
                self._working += 1
