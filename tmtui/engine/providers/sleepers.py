"""Those who wait for a time of day, and can be woken before it comes."""

import asyncio
from collections.abc import Container
from typing import Final

from tmtui.domain.clock import Clock
from tmtui.engine.providers.line import LOOK_AGAIN


SHORTEST: Final = 0.001
"""Seconds: a time that has just come is not waited for in circles."""


class Sleepers:
    """Sleeps by the wall clock: a machine that was asleep itself, or set right, is not waited for twice."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._beds: dict[str, asyncio.Event] = {}

    async def sleep(self, who: str, until_ms: int | None) -> None:
        """Sleep until a wall time, or until woken; None only until woken. Each has one bed."""
        bed = self._beds[who] = asyncio.Event()
        try:
            while not bed.is_set() and (seconds := seconds_until(until_ms, self._clock)) != 0:
                await _set_within(bed, seconds)
        finally:
            del self._beds[who]

    def wake(self, who: Container[str] | None = None) -> None:
        """Wake these, or everybody."""
        for name, bed in self._beds.items():
            if who is None or name in who:
                bed.set()


async def _set_within(event: asyncio.Event, seconds: float | None) -> None:
    try:
        async with asyncio.timeout(None if seconds is None else min(seconds, LOOK_AGAIN)):
            await event.wait()
    except TimeoutError:
        pass


def seconds_until(until_ms: int | None, clock: Clock) -> float | None:
    """How long it is to a wall time; 0 when it has come, None for a time that nobody knows."""
    if until_ms is None:
        return None
    left_ms = until_ms - clock.wall_ms()
    return 0 if left_ms <= 0 else max(SHORTEST, left_ms / 1000)
