"""Time and chance, as protocols: whoever decides takes them as arguments."""

from typing import Protocol


class Clock(Protocol):
    """Tells the time and waits. The real one is the machine's; tests bring a virtual one."""

    def wall_ms(self) -> int:
        """Milliseconds since the epoch, for people. It may jump."""
        ...

    def mono_ns(self) -> int:
        """Nanoseconds that only grow, for durations. The origin means nothing."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds` of this clock's time."""
        ...


class Rng(Protocol):
    """The part of `random.Random` that decisions use."""

    def random(self) -> float:
        """A float in [0, 1)."""
        ...

    def randrange(self, stop: int, /) -> int:
        """An integer in [0, stop)."""
        ...
