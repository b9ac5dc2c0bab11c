"""The log, the trees and the socket in the form in which the cockpit asks for them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from tmtui.domain.text import clean, clean_line
from tmtui.events.attempt import AttemptCheckpointed, AttemptPrompted, AttemptStarted
from tmtui.events.base import Recorded
from tmtui.events.codec import UnreadableEventError
from tmtui.events.commands import Command, Reply
from tmtui.state.model import State
from tmtui.state.timeline import Surveyed
from tmtui.store.errors import NoLogError, StorageError
from tmtui.store.feed import LogView, replay, tail
from tmtui.store.history import History
from tmtui.store.selection import END
from tmtui.system.control import ControlError, send_command
from tmtui.tui.ports import DiffUnavailableError, SourceLostError
from tmtui.workspace.diff import open_diff
from tmtui.workspace.git import GitError


RunId = Callable[[], Awaitable[str]]
"""Tells which run is meant, once that is known."""


LONG_PAST: Final = 5_000
"""Events of a run that goes on, from which on its state is had by snapshots and not by folding all of them."""

BEGINNING: Final = (AttemptStarted, AttemptCheckpointed, AttemptPrompted)
"""What begins an attempt."""

T = TypeVar("T")


class LogSource:
    """`tui.ports.Source`: the log of one run, followed or played from its record."""

    def __init__(self, state_dir: Path, run: RunId, *, live: bool, idle: bool = False) -> None:
        self._state_dir = state_dir
        self._run = run
        self._live = live
        self._idle = idle
        self._past: Past | None = None

    async def open(self) -> AsyncIterator[State | list[Recorded]]:
        """The run's events, from the first; in place of a long past, the state that it led to."""
        run = await self._run()
        after = 0
        with _told_plainly():
            if self._live and await self._is_long(run):
                state = await self.state_at(END)
                after = state.seq
                yield state
            feed = tail if self._live else replay
            async with contextlib.aclosing(feed(self._state_dir, run, after)) as batches:
                async for batch in batches:
                    yield batch

    async def _is_long(self, run: str) -> bool:
        try:
            async with await LogView.open(self._state_dir, idle=self._idle) as view:
                return await view.reach(run) > LONG_PAST
        except NoLogError:
            return False

    async def fetch(self, task: str, attempt: int, upto: int, last: int = 0) -> list[Recorded]:
        """The events of one attempt."""
        run = await self._run()
        with _told_plainly():
            async with await LogView.open(self._state_dir, idle=self._idle) as view:
                if not last:
                    return await view.fetch(run, task=task, attempt=attempt, upto=upto)
                latest = await view.fetch(run, task=task, attempt=attempt, upto=upto, limit=last, newest_first=True)
                if len(latest) < last:
                    return latest[::-1]
                before = latest[-1].seq - 1
                begun = await view.fetch(run, task=task, attempt=attempt, upto=before, kinds=BEGINNING, limit=3)
                return [*begun, *latest[::-1]]

    async def survey(self) -> AsyncIterator[Surveyed]:
        """When the run's events happened."""
        parts = await self._ask(History.survey)
        while (part := await self._ask(lambda _: next(parts, None))) is not None:
            yield part

    async def state_at(self, seq: int) -> State:
        """The state behind an event."""
        return await self._ask(lambda history: history.state_at(seq))

    async def between(self, after: int, upto: int) -> list[Recorded]:
        """The events of a stretch."""
        return await self._ask(lambda history: history.between(after, upto))

    async def _ask(self, question: Callable[[History], T]) -> T:
        if self._past is None:
            self._past = Past(self._state_dir, await self._run(), idle=self._idle)
        with _told_plainly():
            return await self._past.ask(question)


class Past:
    """A history with a thread of its own, which lives as long as the program."""

    def __init__(self, state_dir: Path, run: str, *, idle: bool) -> None:
        self._open = partial(History.open, state_dir, run, idle=idle)
        self._history: History | None = None
        self._thread = ThreadPoolExecutor(1, "history")

    async def ask(self, question: Callable[[History], T]) -> T:
        """Have a question answered.

        Raises:
            StorageError: the log cannot be read.
            UnreadableEventError: an event is damaged or of a kind that only a newer tmtui knows.
        """
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._answer, question)

    def _answer(self, question: Callable[[History], T]) -> T:
        if self._history is None:
            self._history = self._open()
        return question(self._history)


@contextlib.contextmanager
def _told_plainly() -> Iterator[None]:
    try:
        yield
    except (StorageError, UnreadableEventError) as error:
        raise SourceLostError(clean_line(str(error))) from error


def sender(state_dir: Path) -> Callable[[Command], Awaitable[Reply]]:
    """`tui.ports.Send`: over the engine's socket."""

    async def send(command: Command) -> Reply:
        try:
            return await send_command(state_dir, command)
        except (ControlError, OSError) as error:
            return Reply(ok=False, message=clean_line(str(error)))

    return send


def differ(root: Path, state_dir: Path) -> Callable[[str, str], Awaitable[str]]:
    """`tui.ports.DiffOf`: from the recorded trees."""

    async def diff(before: str, after: str) -> str:
        try:
            raw = await open_diff(root, state_dir).between(before, after)
        except GitError as error:
            raise DiffUnavailableError(clean_line(str(error))) from error
        from tmtui.cli.veil import veiled  # noqa: PLC0415  # a screen that shows no diff does without

        return clean(veiled(raw).decode("utf-8", "replace"))

    return diff
