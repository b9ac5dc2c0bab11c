"""The engine's way into the log.

Theory of operation:

- `submit` puts events into the intake and costs the loop a few microseconds. A thread of its own numbers, encodes
  and commits them: what has come within 20 ms, or 500 events, or, when somebody waits for the commit, at once
  everything that is there. So a critical event takes what came before it into the same transaction.
- After a commit the loop gets one call, which first shows the events (`on_commit`) and then wakes who waited.
  Whoever goes on after a critical event can rely on its being stored and shown.
- While the log cannot be written, `on_trouble` is told, whoever waits goes on waiting, and the same batch is tried
  again every few seconds until it succeeds or the writer is closed.
- When it can never be written again (another engine took over, the file is damaged), whoever waits gets the error,
  and so does everybody who submits from then on.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Literal, Self, overload

from tmtui.domain.clock import Clock
from tmtui.domain.outcome import Kind
from tmtui.events.base import Entry, Recorded
from tmtui.events.monitor import Troubled
from tmtui.store.appender import Appender, Claim, Opened
from tmtui.store.batch import Batch
from tmtui.store.errors import FAULT_OF_OURS, StorageError
from tmtui.store.intake import Intake, Submission, Waiter


RETRY_SECONDS: Final = 5.0
"""Between two tries while the log cannot be written."""

OnCommit = Callable[[list[Recorded]], None]
OnTrouble = Callable[[StorageError | None], None]

_Served = list[tuple[Waiter, list[Recorded]]]
"""Who waits for a commit, each with the events that he submitted."""


class LogWriter:
    """Appends events to the log. It belongs to the event loop on which it was opened."""

    opened: Opened
    """What was found when the log was opened."""

    def __init__(
        self, state_dir: Path, clock: Clock, claim: Claim, told: tuple[OnCommit, OnTrouble], retry: float
    ) -> None:
        self._state_dir = state_dir
        self._clock = clock
        self._claim = claim
        self._on_commit, self._on_trouble = told
        self._retry_seconds = retry
        self._intake = Intake()
        self._closing = threading.Event()
        self._closed = False
        self._failure: StorageError | None = None
        self._served: _Served = []
        self._backlog = 0
        self._loop = asyncio.get_running_loop()
        self._started: asyncio.Future[Opened] = self._loop.create_future()
        self._ended: asyncio.Future[None] = self._loop.create_future()
        self._thread = threading.Thread(target=self._work, name="log-writer", daemon=True)

    @classmethod
    async def open(
        cls,
        state_dir: Path,
        *,
        clock: Clock,
        on_commit: OnCommit,
        on_trouble: OnTrouble,
        pid: int,
        host: str = "",
        boot_id: str = "",
        retry_seconds: float = RETRY_SECONDS,
    ) -> Self:
        """Open the log and take it over. The caller holds the engine's lock.

        Args:
            state_dir: an existing folder.
            clock: stamps events when they are submitted.
            on_commit: called on the loop with each commit's events, in `seq` order.
            on_trouble: called on the loop with the error after each try to commit that failed, and with None
                when one succeeds again. An error that is not passing is the last word: nothing more is written.
            pid: this engine's; it, `host` and `boot_id` are noted for people.
            host: this machine's name.
            boot_id: which start of this machine it is.
            retry_seconds: between two tries while the log cannot be written.

        Raises:
            StorageError: the log cannot be used.
        """
        claim = Claim(pid, host, boot_id, clock.wall_ms())
        writer = cls(state_dir, clock, claim, (on_commit, on_trouble), retry_seconds)
        writer._thread.start()
        try:
            writer.opened = await writer._started
        except asyncio.CancelledError:
            # Whoever gives up lets go of the engine's lock next, so the thread must be through with the file.
            writer._intake.close()
            await asyncio.shield(writer._ended)
            raise
        return writer

    @property
    def epoch(self) -> int:
        """This incarnation's number."""
        return self.opened.epoch

    @property
    def backlog(self) -> int:
        """Events submitted and not yet stored."""
        return self._backlog

    @overload
    def submit(self, entries: Sequence[Entry], run: str, *, critical: Literal[False] = False) -> None: ...
    @overload
    def submit(self, entries: Sequence[Entry], run: str, *, critical: Literal[True]) -> Waiter: ...
    @overload
    def submit(self, entries: Sequence[Entry], run: str, *, critical: bool) -> Waiter | None: ...

    def submit(self, entries: Sequence[Entry], run: str, *, critical: bool = False) -> Waiter | None:
        """Have events stored: together, behind all that were submitted before.

        Args:
            entries: the events; the caller does not change the sequence afterwards.
            run: the run that they belong to.
            critical: whether the caller waits for the commit.

        Returns:
            For critical events an awaitable with the events as they were recorded, resolved after they were
            stored and shown; otherwise None. The awaitable raises StorageError when they could not be stored.

        Raises:
            StorageError: nothing can be written any more.
            RuntimeError: the writer was closed.
        """
        if self._failure is not None:
            raise self._failure
        if self._closed:
            raise RuntimeError("the log was closed")
        waiter: Waiter | None = self._loop.create_future() if critical else None
        self._backlog += len(entries)
        self._intake.put(Submission(entries, run, self._clock.wall_ms(), self._clock.mono_ns(), waiter))
        return waiter

    async def flush(self) -> None:
        """Return when everything submitted so far is stored and shown.

        Raises:
            StorageError: it could not be stored.
        """
        await self.submit((), "", critical=True)

    async def close(self) -> None:
        """Store what was submitted, note that this engine ended in good order, and close the file.

        Raises:
            StorageError: something could not be stored.
        """
        if not self._closed:
            self._closed = True
            self._intake.close()
            self._closing.set()
        await asyncio.shield(self._ended)
        if self._failure is not None:
            raise self._failure

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    # On the loop.

    def _begin(self, opened: Opened) -> None:
        if not self._started.done():
            self._started.set_result(opened)

    def _cannot_begin(self, error: Exception) -> None:
        if not self._started.done():
            self._started.set_exception(error)
        self._ended.set_result(None)

    def _deliver(self, events: list[Recorded], served: _Served, taken: int) -> None:
        self._backlog -= taken
        try:
            if events:
                self._on_commit(events)
        finally:
            for waiter, part in served:
                if not waiter.done():
                    waiter.set_result(part)

    def _end(self, failure: StorageError | None) -> None:
        self._failure = failure
        self._ended.set_result(None)
        if failure is None:
            return
        left = [submission.waiter for submission in self._intake.drain()]
        for waiter in (*(waiter for waiter, _ in self._served), *left):
            _fail(waiter, failure)
        self._on_trouble(failure)

    # On the thread.

    def _work(self) -> None:
        """The thread. Whatever goes wrong in it becomes a value for the loop: nobody must wait for a dead thread."""
        try:
            appender = Appender.open(self._state_dir, self._claim)
        except Exception as error:  # noqa: BLE001  # the boundary of the thread
            self._post(self._cannot_begin, error)
            return
        self._post(self._begin, appender.opened)
        failure: StorageError | None = None
        try:
            self._serve(appender)
        except StorageError as error:
            failure = error
        except Exception as error:  # noqa: BLE001  # the boundary of the thread
            failure = StorageError(Kind.INTERNAL, f"the log's writer failed: {error!r}", FAULT_OF_OURS)
        appender.close(None if failure else self._clock.wall_ms())
        self._post(self._end, failure)

    def _serve(self, appender: Appender) -> None:
        while (group := self._intake.take()) is not None:
            batch = self._number(group, Batch(appender.last_seq, appender.opened.epoch))
            if batch.events:
                self._commit(appender, batch)
            taken = sum(len(submission.entries) for submission in group)
            self._post(self._deliver, batch.events, self._served, taken)

    def _number(self, group: list[Submission], batch: Batch) -> Batch:
        self._served = []
        for submission in group:
            try:
                events = batch.add(submission)
            except StorageError as refusal:
                # The log says what is missing in it, and whoever waits is told.
                batch.add(_notice(submission, refusal))
                self._post(_fail, submission.waiter, refusal)
            else:
                if submission.waiter is not None:
                    self._served.append((submission.waiter, events))
        return batch

    def _commit(self, appender: Appender, batch: Batch) -> None:
        troubled = False
        while True:
            last_try = self._closing.is_set()
            try:
                appender.append(batch)
            except StorageError as error:
                if last_try or not error.passing:
                    raise
                troubled = True
                self._post(self._on_trouble, error)
            else:
                break
            self._closing.wait(self._retry_seconds)
        if troubled:
            self._post(self._on_trouble, None)

    def _post(self, call: Callable[..., None], *arguments: object) -> None:
        # A loop that is closed has nobody left to tell.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(call, *arguments)


def _notice(submission: Submission, refusal: StorageError) -> Submission:
    entry = Entry(Troubled("log", refusal.message))
    return Submission((entry,), submission.run, submission.at_wall, submission.at_mono, None)


def _fail(waiter: Waiter | None, error: StorageError) -> None:
    if waiter is not None and not waiter.done():
        waiter.set_exception(error)
