"""A command: what to run, how it goes, how it ended."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Final

import msgspec

from tmtui.system.pipe import OutputPipe
from tmtui.system.warden_words import Exited, JobWord, Over, Refused, Started


DRAIN: Final = 1.0
"""Seconds for which output is still read after a command's first process has ended."""
GRACE: Final = 5.0
"""Seconds between TERM and KILL."""


class Spawn(msgspec.Struct, frozen=True, kw_only=True):
    """A command to run."""

    argv: tuple[str, ...]
    """The program and its arguments. A program without a slash is looked up on the PATH of `env`."""
    cwd: str
    env: dict[str, str]
    """All that it gets, save the label of its job."""
    stdin: bytes = b""
    timeout: float | None = None
    """Seconds until it is ended. None: it may run for ever."""
    grace: float = GRACE
    """Seconds between TERM and KILL when it is ended, or when what it left behind is."""
    split_stderr: bool = False
    """Whether its errors come apart from its output."""
    stays: bool = False
    """Whether its first process is a sandbox, which stays above the command and takes everything with it. It is not
    asked to end, so that the command has its grace, and does not count among what the command left behind."""


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """How a command ended."""

    exit_code: int | None = None
    """None when its first process did not exit by itself."""
    signal: int | None = None
    """The signal that ended its first process."""
    timed_out: bool = False
    canceled: bool = False
    lost: bool = False
    """Whether its warden died under it: how it ended is not known, only that it has."""
    survivors: int = 0
    """Processes that it left behind, or that outlived the grace when it was ended; they were ended too."""
    unkillable: int = 0
    """Processes that nothing could end: another user's, or stuck in the kernel. They are still there."""
    held_open: bool = False
    """Whether somebody still held its output when reading stopped."""
    seconds: float = 0.0
    """From its start to the end of its first process."""
    spawn_error: str = ""
    """Why it could not be started, such as `nope: not found on PATH`; empty when it was. Foreign text."""

    @property
    def ok(self) -> bool:
        """Whether it ended by itself, with exit code 0."""
        return self.exit_code == 0 and not (self.timed_out or self.canceled)


class Child:
    """A command that runs, or has run, or could not be started."""

    def __init__(
        self,
        pipes: list[OutputPipe],
        cancel: Callable[[float | None], None],
        when_ended: Callable[[], None] = lambda: None,
    ) -> None:
        self.pid = 0
        """Its first process; 0 when it could not be started."""
        self._cancel = cancel
        self._when_ended = when_ended
        self._pipes = pipes
        self._loop = asyncio.get_running_loop()
        self._drain: asyncio.TimerHandle | None = None
        self._over: Ended | None = None
        self._begun: asyncio.Future[None] = self._loop.create_future()
        self._ended: asyncio.Future[Ended] = self._loop.create_future()
        for pipe in pipes:
            pipe.when_closed = self._settle

    def output(self) -> AsyncIterator[bytes]:
        """Its output as it comes, in pieces of at most 64 KiB, with its errors among it unless they come apart.

        Whoever spawns reads it to its end: a command that is more than 1 MB ahead of its reader waits.
        """
        return self._pipes[0].pieces() if self._pipes else _nothing()

    def errors(self) -> AsyncIterator[bytes]:
        """Its errors, when it was asked for them apart."""
        return self._pipes[1].pieces() if len(self._pipes) > 1 else _nothing()

    async def wait(self) -> Ended:
        """Wait until nothing of it is left."""
        return await asyncio.shield(self._ended)

    def cancel(self, grace: float | None = None) -> None:
        """End it: TERM, `grace` seconds (its own, unless given), KILL. A second call may shorten the grace."""
        if not self._ended.done():
            self._cancel(grace)

    # What the warden says of it.

    def hear(self, word: JobWord) -> None:
        """Take the warden's word."""
        match word:
            case Started(pid=pid):
                self.pid = pid
                self._begin()
            case Refused(why=why):
                self.finish(Ended(spawn_error=why))
            case Exited():
                self._start_draining()
            case Over():
                self.finish(_ended(word))

    def finish(self, ended: Ended) -> None:
        """Nothing of it is left but its output."""
        if self._over is not None:
            return
        self._over = ended
        self._begin()
        self._start_draining()
        self._settle()

    async def begun(self) -> None:
        """Wait until it has been started, or could not be."""
        await self._begun

    def _begin(self) -> None:
        if not self._begun.done():
            self._begun.set_result(None)

    def _start_draining(self) -> None:
        if self._drain is None:
            self._drain = self._loop.call_later(DRAIN, self._stop_reading)
            for pipe in self._pipes:
                pipe.drain()

    def _stop_reading(self) -> None:
        for pipe in self._pipes:
            pipe.finish()

    def _settle(self) -> None:
        if self._over is None or self._ended.done() or not all(pipe.closed for pipe in self._pipes):
            return
        if self._drain:
            self._drain.cancel()
        held = any(pipe.held_open for pipe in self._pipes)
        self._ended.set_result(msgspec.structs.replace(self._over, held_open=held) if held else self._over)
        self._when_ended()


def _ended(word: Over) -> Ended:
    return Ended(
        exit_code=word.code,
        signal=word.signal,
        timed_out=word.timed_out,
        canceled=word.canceled,
        survivors=word.survivors,
        unkillable=word.unkillable,
        seconds=word.seconds,
    )


async def _nothing() -> AsyncIterator[bytes]:
    return
    yield b""
