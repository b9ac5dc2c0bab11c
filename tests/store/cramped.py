"""A process that writes until there is no room, makes room, and goes on.

It is run as `python -m tests.store.cramped STATE_DIR HOW`: `limit` has the kernel refuse files beyond a size;
`ballast` fills the file system, which should be a small one. It prints what it was told, a word to a line, and last
how many events it knows to be stored.
"""

import asyncio
import contextlib
import os
import resource
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.store.logs import RUN, SteppingClock, said
from tmtui.store.errors import StorageError
from tmtui.store.writer import LogWriter


ROOM = 300_000
TEXT = "x" * 1000


@contextlib.contextmanager
def file_size_limit(_state_dir: Path) -> Iterator[None]:
    """No file grows beyond `ROOM` bytes."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))


@contextlib.contextmanager
def ballast(state_dir: Path) -> Iterator[None]:
    """The file system has `ROOM` bytes left."""
    free = os.statvfs(state_dir).f_bavail * os.statvfs(state_dir).f_frsize
    path = state_dir / "ballast"
    path.write_bytes(b"\0" * (free - ROOM))
    yield
    path.unlink()


async def write(state_dir: Path, how: str) -> None:
    """Write into a corner and out of it again."""
    troubles: list[StorageError | None] = []
    told = asyncio.Event()

    def on_trouble(trouble: StorageError | None) -> None:
        troubles.append(trouble)
        told.set()

    writer = await LogWriter.open(
        state_dir,
        clock=SteppingClock(),
        on_commit=lambda _: None,
        on_trouble=on_trouble,
        pid=os.getpid(),
        retry_seconds=0.02,
    )
    trouble_comes = asyncio.ensure_future(told.wait())
    with {"limit": file_size_limit, "ballast": ballast}[how](state_dir):
        while True:
            waiter = writer.submit(said(TEXT), RUN, critical=True)
            either: list[asyncio.Future[Any]] = [waiter, trouble_comes]
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if not waiter.done():
                break
        print("waiting")
    await waiter
    events = await writer.submit(said("room again"), RUN, critical=True)
    for trouble in (troubles[0], troubles[-1]):
        print(trouble.kind if trouble else "over")
    print(events[-1].seq)
    await writer.close()


if __name__ == "__main__":
    asyncio.run(write(Path(sys.argv[1]), sys.argv[2]))
