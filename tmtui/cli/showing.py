"""Takes a feed's batches to a face, and the face's text to standard output.

The writing is done in a thread, so that a pipe whose reader is slow never holds up the loop in which the engine may
be at work.
"""

import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncGenerator, Callable

from tmtui.cli.faces import Face
from tmtui.events.base import Recorded
from tmtui.state.fold import fold
from tmtui.state.model import State


def write_out(text: str) -> None:
    """Write text to standard output, at once."""
    sys.stdout.write(text)
    sys.stdout.flush()


def write_error(text: str) -> None:
    """Write text to standard error, at once. Where nobody reads it, it is lost: nothing depends on it."""
    with contextlib.suppress(OSError):
        sys.stderr.write(text)
        sys.stderr.flush()


async def show_feed(
    feed: AsyncGenerator[list[Recorded], None],
    face: Face,
    *,
    on_batch: Callable[[State], None] | None = None,
    write: Callable[[str], None] = write_out,
    state: State | None = None,
    alive: bool = False,
) -> State:
    """Show a feed until it ends, and the face's last text after it. The feed is closed on every way out.

    Args:
        feed: Batches of events in order.
        face: How to show them.
        on_batch: Told the state after each batch was shown.
        write: Takes text; called in a thread.
        state: What is known from before the feed's first event.
        alive: Whether an engine goes on with the run after the feed's end.

    Returns:
        The state at the end.

    Raises:
        BrokenPipeError: whoever read the output has gone.
    """
    state = State() if state is None else state
    async with contextlib.aclosing(feed) as batches:
        async for batch in batches:
            pieces, warnings = [], []
            for recorded in batch:
                fold(state, recorded)
                pieces.append(face.show(recorded, state))
                warnings.append(face.warn(recorded, state))
            if warning := "".join(warnings):
                await asyncio.to_thread(write_error, warning)
            if text := "".join(pieces):
                await asyncio.to_thread(write, text)
            if on_batch is not None:
                on_batch(state)
    last = face.end(state, time.time_ns() // 1_000_000, alive=alive)
    if last:
        await asyncio.to_thread(write, last)
    return state
