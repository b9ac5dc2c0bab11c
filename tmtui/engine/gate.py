"""Where work holds: before an attempt, a hook, a request or a tool call."""

import asyncio


class Gate:
    """Open unless somebody holds it; several may, each with a reason of his own."""

    def __init__(self) -> None:
        self._holds: set[str] = set()
        self._open = asyncio.Event()
        self._open.set()

    def hold(self, why: str) -> None:
        """Hold whoever comes, until `release` with the same reason."""
        self._holds.add(why)
        self._open.clear()

    def release(self, why: str) -> None:
        """Take one reason back."""
        self._holds.discard(why)
        if not self._holds:
            self._open.set()

    async def passed(self) -> None:
        """Return once nobody holds the gate."""
        await self._open.wait()
