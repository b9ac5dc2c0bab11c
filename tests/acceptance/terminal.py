"""A program on a real terminal: keys go in, bytes come out, and a screen is made of them."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pyte


PATIENCE = 60.0
"""Seconds after which something that was waited for is not going to happen."""


def _take_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


class Terminal:
    """Runs one program. Use it as a context manager: what still runs at the end is killed."""

    def __init__(
        self, argv: Sequence[str], *, cwd: Path, env: Mapping[str, str], columns: int = 120, rows: int = 40
    ) -> None:
        self.raw = bytearray()
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.before = termios.tcgetattr(slave)
        self._slave = slave
        own = {name: value for name, value in env.items() if name not in ("COLUMNS", "LINES")}
        self.process = subprocess.Popen(
            list(argv),
            cwd=cwd,
            env={**own, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=_take_terminal,  # noqa: PLW1509  # one call, and no lock is taken in it
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._slave)
        os.close(self._master)

    @property
    def text(self) -> str:
        """What the screen shows."""
        return "\n".join(self._screen.display)

    @property
    def settings(self) -> list[object]:
        """The terminal's modes, as `tcgetattr` gives them."""
        return list(termios.tcgetattr(self._slave))

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self._master, keys.encode())

    def read(self, seconds: float = 0.05) -> bool:
        """Take in what comes within `seconds`; say whether anything did."""
        ready, _, _ = select.select([self._master], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self._master, 65_536)
        except OSError:
            return False
        self.raw += data
        self._stream.feed(data)
        return bool(data)

    def until(self, wanted: str | Callable[[str], bool], patience: float = PATIENCE) -> str:
        """Wait until the screen shows it, and give the screen's text."""
        met = (lambda text: wanted in text) if isinstance(wanted, str) else wanted
        end = time.monotonic() + patience
        while not met(self.text):
            if time.monotonic() > end:
                raise AssertionError(f"not shown within {patience:g} s: {wanted!r}; the screen is:\n{self.text}")
            self.read()
            if self.process.poll() is not None and not self.read(0) and not met(self.text):
                raise AssertionError(f"the program ended before it showed {wanted!r}; the screen is:\n{self.text}")
        return self.text

    def until_exit(self, patience: float = PATIENCE) -> int:
        """Wait for the program's end, and give its exit code."""
        end = time.monotonic() + patience
        while self.process.poll() is None:
            if time.monotonic() > end:
                raise AssertionError(f"still running after {patience:g} s; the screen is:\n{self.text}")
            self.read()
        while self.read(0):
            pass
        return int(self.process.returncode)

    def kill(self, number: signal.Signals) -> None:
        """Send the program a signal."""
        self.process.send_signal(number)
