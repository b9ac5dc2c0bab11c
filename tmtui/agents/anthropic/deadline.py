"""One timer for all the waits of a request.

A timeout for each read would be made and thrown away with each word that comes. Here a wait only says until when it
may last; the timer looks once it rings, and is set anew where there is time left.
"""

import asyncio
from collections.abc import Coroutine
from math import inf
from typing import Any, TypeVar


T = TypeVar("T")


class PassedError(Exception):
    """A wait was too long."""


class Deadline:
    """Ends waits that last too long. It serves one wait at a time."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._due = inf
        self._waiting: asyncio.Task[Any] | None = None
        self._passed = False
        self._timer: asyncio.TimerHandle | None = None

    async def within(self, waiting: Coroutine[Any, Any, T], due: float) -> T:
        """Wait until `due`, on the loop's clock, and no longer.

        Raises:
            PassedError: it was too long.
        """
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("only a task can be kept from waiting too long")
        self._waiting = task
        before = task.cancelling()
        self._due, self._passed = due, False
        if self._timer is None or self._timer.when() > due:
            self._set(due)
        try:
            return await waiting
        except asyncio.CancelledError as canceled:
            # Whoever else cancels the task at the same moment is not to be taken for the timer.
            if self._passed and task.uncancel() <= before:
                raise PassedError from canceled
            raise
        finally:
            self._due, self._waiting = inf, None

    def close(self) -> None:
        """Nothing more is waited for."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _set(self, due: float) -> None:
        self.close()
        self._timer = self._loop.call_at(due, self._look)

    def _look(self) -> None:
        self._timer = None
        if self._waiting is None:
            return
        if self._loop.time() < self._due:
            self._set(self._due)
        elif not self._passed:
            self._passed = True
            self._waiting.cancel()
