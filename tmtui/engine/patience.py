"""How long an attempt's conversation may take, waits for others not counted."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager


class Patience:
    """A timeout whose clock stands still while the conversation is held back by somebody else."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._scope = asyncio.timeout(seconds)
        self._holds = 0
        self._left = 0.0

    @asynccontextmanager
    async def lasts(self) -> AsyncGenerator[None, None]:
        """Work that must end in time.

        Raises:
            TimeoutError: it did not.
        """
        async with self._scope:
            yield

    @asynccontextmanager
    async def held(self) -> AsyncGenerator[None, None]:
        """A wait that is not the conversation's own: for a limit, a person, or the run's pause."""
        now = asyncio.get_running_loop().time
        if not self._holds:
            self._left = (self._scope.when() or now()) - now()
            self._scope.reschedule(None)
        self._holds += 1
        try:
            yield
        finally:
            self._holds -= 1
            if not self._holds and not self._scope.expired():
                self._scope.reschedule(now() + self._left)
