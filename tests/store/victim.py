"""A process that writes until it is killed: `python -m tests.store.victim STATE_DIR SEED`.

It prints the number of each event that it was told is stored.
"""

import asyncio
import os
import random
import sys
from pathlib import Path

from tests.store.logs import RUN, SteppingClock, said
from tmtui.store.errors import StorageError
from tmtui.store.writer import LogWriter


async def write_for_ever(state_dir: Path, seed: int) -> None:
    """Submit pieces of any number and size; now and then wait for one, and say so."""
    rng = random.Random(seed)
    writer = await LogWriter.open(
        state_dir, clock=SteppingClock(), on_commit=lambda _: None, on_trouble=_stop, pid=os.getpid()
    )
    count = 0
    while True:
        pieces = [f"{count + number} {'x' * rng.randrange(300)}" for number in range(1, rng.randrange(1, 40))]
        count += len(pieces)
        waiter = writer.submit(said(*pieces), RUN, critical=rng.random() < 0.4)
        if waiter is not None:
            events = await waiter
            os.write(1, b"%d\n" % events[-1].seq if events else b"")


def _stop(error: StorageError | None) -> None:
    raise SystemExit(str(error))


if __name__ == "__main__":
    asyncio.run(write_for_ever(Path(sys.argv[1]), int(sys.argv[2])))
