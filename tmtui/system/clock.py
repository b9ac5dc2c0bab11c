"""The machine's time."""

import asyncio
import time


class SystemClock:
    """The clock of `tmtui.domain.clock` that the world runs by."""

    def wall_ms(self) -> int:
        """Milliseconds since the epoch."""
        return time.time_ns() // 1_000_000

    def mono_ns(self) -> int:
        """Nanoseconds since a moment that means nothing. A machine that sleeps does not count them."""
        return time.monotonic_ns()

    async def sleep(self, seconds: float) -> None:
        """Return after that many seconds."""
        await asyncio.sleep(seconds)
