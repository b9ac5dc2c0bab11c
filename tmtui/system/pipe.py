"""The output of a child process, as it comes.

A pipe of one's own, read in fixed pieces: reading by line fails on a line that never ends, and the pipes of
`asyncio.subprocess` stay open for as long as a grandchild holds them, whoever has died. When whoever reads falls
behind, reading stops, the pipe fills, and the child waits: a loud child cannot fill the memory.
"""

import asyncio
import os
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Final


CHUNK: Final = 64 * 1024
"""The most bytes in one piece."""
BEHIND: Final = 1024 * 1024
"""Bytes that may wait for the reader before the child has to."""


class OutputPipe:
    """The reading end belongs to the event loop it is made in; the writing end is to be given away.

    Raises:
        OSError: no more files can be opened.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.closed = False
        """Whether nothing more will come."""
        self.held_open = False
        """Whether somebody still held the writing end when this one was closed."""
        self.when_closed: Callable[[], None] = lambda: None
        self._handle, self.write_end = os.pipe()
        os.set_blocking(self._handle, False)
        self._pieces: deque[bytes] = deque()
        self._waiting = 0
        self._news = asyncio.Event()
        self._paused = False
        self._loop.add_reader(self._handle, self._read)

    async def pieces(self) -> AsyncIterator[bytes]:
        """What comes, in pieces of at most `CHUNK` bytes, until the end. For one reader."""
        while True:
            while self._pieces:
                piece = self._pieces.popleft()
                self._waiting -= len(piece)
                if self._paused and self._waiting <= BEHIND // 2:
                    self._resume()
                yield piece
            if self.closed:
                return
            self._news.clear()
            await self._news.wait()

    def drain(self) -> None:
        """Take what is in the pipe, and its end if that has come."""
        room = BEHIND
        while not self.closed and room > 0:
            before = self._waiting
            self._read()
            room -= self._waiting - before
            if self._waiting == before:
                return

    def finish(self) -> None:
        """Take what is in the pipe and close it, whoever still holds the other end."""
        self.drain()
        self._close(held=True)

    def _read(self) -> None:
        try:
            piece = os.read(self._handle, CHUNK)
        except BlockingIOError:
            return
        if not piece:
            self._close(held=False)
            return
        self._pieces.append(piece)
        self._waiting += len(piece)
        self._news.set()
        if self._waiting > BEHIND and not self._paused:
            self._paused = True
            self._loop.remove_reader(self._handle)

    def _resume(self) -> None:
        self._paused = False
        if not self.closed:
            self._loop.add_reader(self._handle, self._read)

    def _close(self, *, held: bool) -> None:
        if self.closed:
            return
        self._loop.remove_reader(self._handle)
        os.close(self._handle)
        self.closed = True
        self.held_open = held
        self._news.set()
        self.when_closed()
