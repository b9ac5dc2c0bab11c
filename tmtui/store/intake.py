"""Between the loop and the writer's thread: what has been submitted and not yet been taken.

The thread sleeps while nothing is there and is woken at most twice for a commit: by the first submission, and when
the waiting has to end. Submissions in between find nobody listening, so they cost the loop a queue's `put` and no
change of threads.
"""

import asyncio
import queue
import threading
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from tmtui.events.base import Entry, Recorded


LINGER: Final = 0.02
"""Seconds that events nobody waits for may stay untaken."""

COMMIT_ROWS: Final = 500
"""Events that are taken without lingering."""

BATCH_ROWS: Final = 2_000
"""Events after which no more are taken at a time."""

Waiter = asyncio.Future[list[Recorded]]


class Submission(msgspec.Struct, frozen=True, gc=False):
    """Events that are stored together, with the time at which they were submitted."""

    entries: Sequence[Entry]
    run: str
    at_wall: int
    at_mono: int
    waiter: Waiter | None
    """Resolved after the commit; None when nobody waits."""


class Intake:
    """A queue with one taker, which takes in groups."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Submission | None] = queue.SimpleQueue()
        self._urgent = threading.Event()
        # Each counter has one thread that writes it, so neither needs a lock.
        self._put = 0
        self._taken = 0

    def put(self, submission: Submission) -> None:
        """Hand a submission over."""
        self._queue.put(submission)
        self._put += len(submission.entries)
        hurry = submission.waiter is not None or self._put - self._taken >= COMMIT_ROWS
        if hurry and not self._urgent.is_set():
            self._urgent.set()

    def close(self) -> None:
        """Nothing more will come; what is there is still taken."""
        self._queue.put(None)
        self._urgent.set()

    def take(self) -> list[Submission] | None:
        """Wait for the next group: as long as nobody is in a hurry and the group is small. None at the end."""
        first = self._queue.get()
        if first is None:
            return None
        self._urgent.wait(LINGER)
        self._urgent.clear()
        group = [first]
        rows = len(first.entries)
        for submission in self._rest():
            group.append(submission)
            rows += len(submission.entries)
            if rows >= BATCH_ROWS:
                self._urgent.set()
                break
        self._taken += rows
        return group

    def drain(self) -> list[Submission]:
        """Everything that nobody will take any more."""
        return list(self._rest())

    def _rest(self) -> Iterator[Submission]:
        while True:
            try:
                submission = self._queue.get_nowait()
            except queue.Empty:
                return
            if submission is None:
                self.close()
                return
            yield submission
