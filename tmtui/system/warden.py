"""Running commands, each as a whole tree of processes that ends when it is told to.

An engine has one `Warden`. Behind it stands a process (`tmtui.system.wardend`) that starts the commands, so that
none of them outlives its timeout, its cancellation, or the engine:

- A command that cannot be started, times out, is canceled or loses its warden is no exception but an `Ended`.
- Its timeout is kept in the warden's process, and holds when the engine is stopped or busy.
- Its output comes through pipes that the engine reads itself. Once the command's first process has ended, they are
  read for at most `DRAIN` seconds more, whoever holds them open.
- `Child.wait` returns when nothing of the command is left. Then the files that it could change are at rest.

If the warden's process dies, every command ends as `lost`, what they left is swept away by its label, and the next
`spawn` starts another warden.
"""

import asyncio
import os
import sys
from pathlib import Path
from typing import IO, Any

from tmtui.system.child import DRAIN, GRACE, Child, Ended, Spawn
from tmtui.system.lock import Held
from tmtui.system.pipe import OutputPipe
from tmtui.system.processes import LABEL
from tmtui.system.sweep import sweep
from tmtui.system.warden_link import WardenError, WardenLink
from tmtui.system.warden_words import JobWord


__all__ = ["DRAIN", "GRACE", "Child", "Ended", "Held", "Spawn", "Warden", "WardenError"]


class Warden:
    """Runs the commands of one engine. Made by `start`, ended by `close`."""

    def __init__(self, mark: str, lock_path: Path | None, lock_wait: float) -> None:
        self._mark = mark
        self._lock_path = lock_path
        self._lock_wait = lock_wait
        self._link: WardenLink | None = None
        self._watch: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()
        self._children: dict[int, Child] = {}
        self._spawned = 0
        self._closed = False
        self.problem = ""
        """What the last warden process said before it failed."""
        self.leftovers = 0
        """Processes that were found from an earlier warden, and ended."""

    @classmethod
    async def start(cls, *, mark: str, lock_path: Path | None = None, lock_wait: float = 10.0) -> "Warden":
        """Start the warden's process, wait for an earlier one to be done, and sweep up what that left.

        Args:
            mark: Names the state folder in the label of every process (`tmtui.system.state_dir.mark_of`).
            lock_path: Held by the warden for as long as it lives. Without one nothing is waited for or swept up.
            lock_wait: Seconds to wait for an earlier warden, which may still be killing what its engine ran.

        Raises:
            Held: an earlier warden still holds the lock.
            WardenError: the process could not be started.
        """
        warden = cls(mark, lock_path, lock_wait)
        await warden._connect()
        if lock_path:
            warden.leftovers = await asyncio.to_thread(sweep, mark)
        return warden

    @property
    def pid(self) -> int:
        """The process that keeps the commands; 0 while there is none."""
        return self._link.process.pid if self._link else 0

    async def spawn(self, spawn: Spawn, job: str) -> Child:
        """Start a command.

        Args:
            spawn: What to run.
            job: Names it in its label; unique among those that run.

        Returns:
            The child, started or not: a command that cannot be started is an `Ended` with a `spawn_error`.

        Raises:
            Held: the warden died, and its lock is held by another.
            WardenError: the warden died, and no other could be started.
        """
        link = await self._connect()
        self._spawned += 1
        number = self._spawned
        try:
            pipes, handles = _open_streams(spawn)
        except OSError as error:
            child = Child([], lambda _: None)
            child.finish(Ended(spawn_error=f"no pipe for its output: {error.strerror}"))
            return child
        child = self._children[number] = Child(
            pipes,
            lambda grace: link.send({"do": "cancel", "job": number, "grace": grace}),
            lambda: self._forget(number),
        )
        link.send(_request(spawn, number, f"{self._mark}:{job}", len(handles)), handles)
        try:
            await child.begun()
        except asyncio.CancelledError:
            child.cancel(grace=0)
            raise
        return child

    def cancel_all(self, grace: float | None = None) -> None:
        """End every command, each as by `Child.cancel`."""
        for child in list(self._children.values()):
            child.cancel(grace)

    async def close(self) -> None:
        """End every command with everything below it, then the warden's process."""
        self._closed = True
        self.cancel_all()
        for child in list(self._children.values()):
            await child.wait()
        if self._link:
            self._link.hang_up()
        if self._watch:
            await self._watch

    async def _connect(self) -> WardenLink:
        if self._link and not self._link.gone.is_set():
            return self._link
        async with self._starting:
            if self._watch:
                await asyncio.shield(self._watch)
            if self._closed:
                raise WardenError("this warden is closed")
            if self._link is None:
                link = WardenLink(self._mark, self._lock_path, self._lock_wait, self._hear)
                self._watch = asyncio.create_task(self._see_off(link))
                try:
                    await link.ready()
                except BaseException:
                    link.hang_up()
                    await self._watch
                    raise
                self._link = link
            return self._link

    async def _see_off(self, link: WardenLink) -> None:
        """Wait for the end of a warden process, and clear up after it."""
        await link.gone.wait()
        await link.reaped()
        self.problem = link.problem
        self._link = None
        if self._children:
            lost = dict(self._children)
            sessions = {child.pid for child in lost.values() if child.pid}
            ended = await asyncio.to_thread(sweep, self._mark, sessions)
            for child in lost.values():
                child.finish(Ended(lost=True, survivors=ended))
        self._watch = None

    def _forget(self, number: int) -> None:
        del self._children[number]

    def _hear(self, word: JobWord) -> None:
        if child := self._children.get(word.job):
            child.hear(word)


def _request(spawn: Spawn, number: int, label: str, handles: int) -> dict[str, Any]:
    return {
        "do": "spawn",
        "job": number,
        "label": label,
        "argv": spawn.argv,
        "cwd": spawn.cwd,
        "env": spawn.env | {LABEL: label},
        "timeout": spawn.timeout,
        "grace": spawn.grace,
        "stays": spawn.stays,
        "handles": handles,
    }


def _open_streams(spawn: Spawn) -> tuple[list[OutputPipe], list[int]]:
    """The pipes to read, and the handles that the command gets: output, errors, and input when it has some."""
    pipes: list[OutputPipe] = []
    try:
        pipes.append(OutputPipe())
        if spawn.split_stderr:
            pipes.append(OutputPipe())
        handles = [pipes[0].write_end, pipes[-1].write_end]
        return pipes, [*handles, _filled(spawn.stdin)] if spawn.stdin else handles
    except OSError:
        for pipe in pipes:
            os.close(pipe.write_end)
            pipe.finish()
        raise


def _filled(data: bytes) -> int:
    """A handle from which a command reads these bytes and then the end. A file, since a pipe would need a writer."""
    with _nameless_file() as file:
        file.write(data)
        file.seek(0)
        return os.dup(file.fileno())


def _nameless_file() -> IO[bytes]:
    if sys.platform == "linux":
        return os.fdopen(os.memfd_create("stdin", os.MFD_CLOEXEC), "wb")
    import tempfile  # noqa: PLC0415 - only where memory cannot be a file

    return tempfile.TemporaryFile()
