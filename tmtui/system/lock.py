"""One engine to a state folder.

The kernel decides, by `flock`: it lets go the moment the holder dies, however it dies, so there is no stale lock to
guess about. What the file says about its holder is for people; nothing is ever decided by it. The handle is closed
on exec: a child that inherited it would hold the lock for its dead parent.

Two gentle corners. Asking whether anybody holds the lock takes it, shared, for some microseconds; so whoever wants
it tries a few times before giving up. And a lock file that somebody deletes would let a second engine lock its
replacement; so the file that was locked has to be the one that stands there.
"""

import fcntl
import os
import time
from pathlib import Path
from typing import Final

import msgspec


FILE_NAME: Final = "engine.lock"

_TRIES: Final = 6
_PAUSE: Final = 0.005
"""Seconds between two tries; all tries together outlast any number of askers."""
_WORD_WAIT: Final = 1.0
"""Seconds for a holder that has just won to say who it is."""


class Holder(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who holds the lock, in its own words."""

    pid: int = 0
    """0 when it did not say."""
    host: str = ""
    started_wall_ms: int = 0
    tty: str = ""
    run: str = ""
    argv0: str = ""

    @classmethod
    def here(cls, *, now_ms: int, argv0: str, run: str = "") -> "Holder":
        """This process."""
        return cls(os.getpid(), os.uname().nodename, now_ms, _terminal(), run, argv0)

    def __str__(self) -> str:
        if not self.pid:
            return "another process"
        parts = [f"pid {self.pid}", self.host and f"on {self.host}", self.tty, self.run and f"run {self.run}"]
        return " ".join([self.argv0 or "a process", f"({', '.join(filter(None, parts))})"])


class Held(Exception):  # noqa: N818 - a state of affairs that callers expect, not a fault
    """Another process holds the lock."""

    def __init__(self, holder: Holder) -> None:
        super().__init__(f"held by {holder}")
        self.holder = holder


class EngineLock:
    """The right to be the engine of a state folder, from `acquire` until `release` or death."""

    def __init__(self, handle: int, holder: Holder) -> None:
        self._handle = handle
        self._holder = holder

    @classmethod
    def acquire(cls, state_dir: Path, holder: Holder, wait: float = 0) -> "EngineLock":
        """Take the lock, and say in it who did.

        Args:
            state_dir: The folder; it exists.
            holder: Who takes it.
            wait: Seconds to wait for the present holder to let go. Blocks.

        Raises:
            Held: somebody else has it.
            OSError: the file cannot be opened, for example because it is a symbolic link.
        """
        path = state_dir / FILE_NAME
        until = time.monotonic() + max(wait, _TRIES * _PAUSE)
        while True:
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            if _locked(handle, path):
                lock = cls(handle, holder)
                lock.describe()
                return lock
            os.close(handle)
            if time.monotonic() >= until:
                raise Held(_winner(path))
            time.sleep(_PAUSE)

    def describe(self, run: str | None = None) -> None:
        """Write into the file who holds it, and which run it carries out."""
        if run is not None:
            self._holder = msgspec.structs.replace(self._holder, run=run)
        line = msgspec.json.encode(self._holder) + b"\n"
        os.pwrite(self._handle, line, 0)
        os.ftruncate(self._handle, len(line))

    def release(self) -> None:
        """Let go. A second call does nothing."""
        if self._handle >= 0:
            os.ftruncate(self._handle, 0)
            os.close(self._handle)
            self._handle = -1


def holder_of(state_dir: Path) -> Holder | None:
    """Who is the engine of a state folder; None when nobody is.

    Raises:
        OSError: the file cannot be opened for another reason than that it is missing.
    """
    path = state_dir / FILE_NAME
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return read_holder(os.pread(handle, 4096, 0))
    finally:
        os.close(handle)
    return None


def read_holder(text: bytes) -> Holder:
    """What a lock file says; an empty `Holder` when it cannot be read."""
    try:
        return msgspec.json.decode(text.split(b"\n", 1)[0], type=Holder)
    except msgspec.MsgspecError:
        return Holder()


def _locked(handle: int, path: Path) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.path.samestat(os.fstat(handle), path.lstat())
    except (BlockingIOError, FileNotFoundError):
        return False


def _winner(path: Path) -> Holder:
    """Who holds the lock; a moment is given to one that has only just got it and has not yet said so."""
    until = time.monotonic() + _WORD_WAIT
    while True:
        try:
            holder = read_holder(path.read_bytes())
        except FileNotFoundError:
            holder = Holder()
        if _lives(holder) or time.monotonic() > until:
            return holder
        time.sleep(_PAUSE)


def _lives(holder: Holder) -> bool:
    """Whether there is such a process here. Only to tell a fresh word from a dead holder's: it decides nothing."""
    if not holder.pid or holder.host != os.uname().nodename:
        return bool(holder.pid)
    try:
        os.kill(holder.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _terminal() -> str:
    try:
        return os.ttyname(0)
    except OSError:
        return ""
