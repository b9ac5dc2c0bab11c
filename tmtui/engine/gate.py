"""Where work holds while the run is paused: before an attempt, a hook, a turn or a tool call."""

import asyncio


class Gate:
    """Open until somebody pauses the run."""

    def __init__(self) -> None:
        self._open = asyncio.Event()
        self._open.set()

    def close(self) -> None:
        """Hold whoever comes."""
        self._open.clear()

    def open(self) -> None:
        """Let everybody go on."""
        self._open.set()

    async def passed(self) -> None:
        """Return once the gate is open."""
        await self._open.wait()
