"""The log, the trees and the socket in the form in which the cockpit asks for them."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from tmtui.domain.text import clean, clean_line
from tmtui.events.base import Recorded
from tmtui.events.codec import UnreadableEventError
from tmtui.events.commands import Command, Reply
from tmtui.store.errors import StorageError
from tmtui.store.feed import LogView, replay, tail
from tmtui.system.control import ControlError, send_command
from tmtui.tui.ports import DiffUnavailableError, SourceLostError
from tmtui.workspace.diff import open_diff
from tmtui.workspace.git import GitError


RunId = Callable[[], Awaitable[str]]
"""Tells which run is meant, once that is known."""


class LogSource:
    """`tui.ports.Source`: the log of one run, followed or played from its record."""

    def __init__(self, state_dir: Path, run: RunId, *, live: bool) -> None:
        self._state_dir = state_dir
        self._run = run
        self._feed = tail if live else replay

    async def open(self) -> AsyncIterator[list[Recorded]]:
        """The run's events, from the first."""
        try:
            async with contextlib.aclosing(self._feed(self._state_dir, await self._run())) as batches:
                async for batch in batches:
                    yield batch
        except (StorageError, UnreadableEventError) as error:
            raise SourceLostError(clean_line(str(error))) from error

    async def fetch(self, task: str, attempt: int, upto: int) -> list[Recorded]:
        """The events of one attempt."""
        try:
            async with await LogView.open(self._state_dir) as view:
                return await view.fetch(await self._run(), task=task, attempt=attempt, upto=upto)
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
            return clean((await open_diff(root, state_dir).between(before, after)).decode("utf-8", "replace"))
        except GitError as error:
            raise DiffUnavailableError(clean_line(str(error))) from error

    return diff
