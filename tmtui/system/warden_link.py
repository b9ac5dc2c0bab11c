"""The line between an engine and its warden's process."""

import array
import asyncio
import json
import os
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from tmtui.system.lock import Held, read_holder
from tmtui.system.warden_words import Exited, Failed, JobWord, Occupied, Over, Ready, Refused, Started, Word, decode


BOOT: Final = "import sys; sys.path.append(sys.argv.pop(1)); from tmtui.system.wardend import main; main()"
"""The package's folder goes last on the path: nothing in it can stand in for the standard library."""
PATIENCE: Final = 10.0
"""Seconds for a warden to say that it is ready, beyond its wait for the lock, and again to end."""


class WardenError(Exception):
    """The warden's process could not be started. Says why."""


class WardenLink:
    """The line to one warden process: requests with open files one way, words the other.

    Args:
        mark: Stands among the process's arguments, for people who look for it.
        lock_path: The lock that it is to hold, if any.
        lock_wait: Seconds to wait for that.
        hear: Takes what it says about jobs.

    Raises:
        WardenError: the process could not be started.
    """

    def __init__(self, mark: str, lock_path: Path | None, lock_wait: float, hear: Callable[[JobWord], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._hear = hear
        self._patience = lock_wait + PATIENCE
        self._unsent: deque[tuple[memoryview, Sequence[int]]] = deque()
        self._writing = False
        self._received = b""
        self._first: asyncio.Future[Ready | Occupied | Failed] = self._loop.create_future()
        self.gone = asyncio.Event()
        self.problem = ""
        self._socket, self.process = _start_process(mark, lock_path, lock_wait)
        self._socket.setblocking(False)
        self._loop.add_reader(self._socket, self._read)

    async def ready(self) -> None:
        """Wait until the warden holds the lock.

        Raises:
            Held: another one does, and does not let go.
            WardenError: it could not start.
        """
        try:
            async with asyncio.timeout(self._patience):
                word = await self._first
        except TimeoutError:
            raise WardenError(f"the warden (pid {self.process.pid}) does not answer") from None
        match word:
            case Occupied(holder=text):
                raise Held(read_holder(text.encode()))
            case Failed(why=why):
                raise WardenError(why)
            case Ready():
                return

    def send(self, request: dict[str, Any], handles: Sequence[int] = ()) -> None:
        """Send a request. The handles are passed along, and closed here once they are on their way."""
        if self.gone.is_set():
            self._close_handles(handles)
            return
        self._unsent.append((memoryview(json.dumps(request).encode() + b"\n"), handles))
        if len(self._unsent) == 1:
            self._write()

    def _write(self) -> None:
        while self._unsent:
            data, handles = self._unsent.popleft()
            try:
                sent = self._socket.sendmsg([data], _rights(handles))
            except BlockingIOError:
                self._unsent.appendleft((data, handles))
                self._writing = True
                self._loop.add_writer(self._socket, self._write)
                return
            except OSError as error:
                self._close_handles(handles)
                self.problem = self.problem or str(error)
                return
            self._close_handles(handles)
            if sent < len(data):
                self._unsent.appendleft((data[sent:], ()))
        if self._writing:
            self._writing = False
            self._loop.remove_writer(self._socket)

    def _read(self) -> None:
        try:
            data = self._socket.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.hang_up()
            return
        *lines, self._received = (self._received + data).split(b"\n")
        for line in lines:
            self._take(decode(line))

    def _take(self, word: Word) -> None:
        match word:
            case Started() | Refused() | Exited() | Over():
                self._hear(word)
            case _ if not self._first.done():
                self._first.set_result(word)
            case Failed(why=why):
                self.problem = why

    def hang_up(self) -> None:
        """Close the line: a warden that still runs kills everything below it and ends."""
        if self.gone.is_set():
            return
        self._loop.remove_reader(self._socket)
        self._loop.remove_writer(self._socket)
        self._socket.close()
        for _, handles in self._unsent:
            self._close_handles(handles)
        self._unsent.clear()
        if not self._first.done():
            self._first.set_result(Failed("the warden's process ended before it was ready"))
        self.gone.set()

    @staticmethod
    def _close_handles(handles: Sequence[int]) -> None:
        for handle in set(handles):
            os.close(handle)

    async def reaped(self) -> None:
        """Wait until the warden's process has ended; one that hangs is killed."""
        try:
            async with asyncio.timeout(PATIENCE):
                await self._ended()
        except TimeoutError:
            self.process.kill()
            await self._ended()
        self.process.wait()

    async def _ended(self) -> None:
        """Wait for its end without asking again and again, where the system can tell."""
        handle = _pidfd_of(self.process.pid)
        if handle is None:
            await asyncio.to_thread(self.process.wait)
            return
        ended = asyncio.Event()
        self._loop.add_reader(handle, ended.set)
        try:
            await ended.wait()
        finally:
            self._loop.remove_reader(handle)
            os.close(handle)


def _pidfd_of(pid: int) -> int | None:
    if sys.platform != "linux":
        return None
    try:
        return os.pidfd_open(pid)
    except OSError:  # not in this kernel, or too many files are open
        return None


def _rights(handles: Sequence[int]) -> list[tuple[int, int, bytes]]:
    return [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", handles).tobytes())] if handles else []


def _start_process(
    mark: str, lock_path: Path | None, lock_wait: float
) -> tuple[socket.socket, "subprocess.Popen[bytes]"]:
    root = Path(__file__).parents[2]
    lock = str(lock_path.absolute()) if lock_path else ""
    try:
        ours, theirs = socket.socketpair()
    except OSError as error:
        raise WardenError(f"no socket for the warden: {error.strerror}") from error
    arguments = [str(root), str(theirs.fileno()), lock, str(lock_wait), mark]
    try:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-X", "utf8", "-c", BOOT, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={},
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
    except OSError as error:
        ours.close()
        raise WardenError(f"the warden cannot be started: {error.strerror}") from error
    finally:
        theirs.close()
    return ours, process
