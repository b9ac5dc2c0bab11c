"""Somebody who holds the lock of a state folder and listens, in a thread of this process."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.cli.story import RUN
from tmtui.events.commands import AnyCommand, Reply
from tmtui.system.control import ControlServer, Peer
from tmtui.system.lock import EngineLock, Holder


class Listener:
    """Keeps what it is asked, and replies as it is told to. Use it as a context manager."""

    def __init__(
        self, state_dir: Path, *, reply: Callable[[AnyCommand], Reply] | None = None, listens: bool = True
    ) -> None:
        self.heard: list[AnyCommand] = []
        self._state_dir = state_dir
        self._reply = reply or (lambda _: Reply(ok=True, run=RUN, seq=1))
        self._listens = listens
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._work()))

    def __enter__(self) -> Self:
        self._lock = EngineLock.acquire(self._state_dir, Holder.here(now_ms=0, argv0="tmtui", run=RUN))
        if self._listens:
            self._thread.start()
            self._ready.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._listens:
            self._loop.call_soon_threadsafe(self._done.set)
            self._thread.join()
        self._lock.release()

    async def _work(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._done = asyncio.Event()
        server = await ControlServer.start(self._state_dir, self._hear)
        self._ready.set()
        await self._done.wait()
        await server.close()

    async def _hear(self, command: AnyCommand, _: Peer) -> Reply:
        self.heard.append(command)
        return self._reply(command)
