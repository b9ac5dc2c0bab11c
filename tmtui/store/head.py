"""The witness beside the log: which event was the last that anybody may have seen.

SQLite keeps what it was told to keep, unless the disk lies or somebody swaps the file. Then the log would be shorter
than what was shown, and nothing inside it could tell. So the writer notes the last `seq` in a small file after each
commit and before it shows the events. The file is not synchronised: it costs a microsecond, survives the death of
any process, and after a power cut it is at worst too low, which raises no false alarm.
"""

import contextlib
import os
from pathlib import Path
from typing import Final, Self

import msgspec


HEAD: Final = "run_head"
"""The file's name in the state directory."""

WIDTH: Final = 256
"""Bytes in the file. It never changes its length, so that one write replaces it whole."""


class Head(msgspec.Struct, frozen=True):
    """The last event that was shown."""

    run: str
    epoch: int
    seq: int


def read_head(state_dir: Path) -> Head | None:
    """What the witness says; None when there is none that can be read."""
    try:
        return msgspec.json.decode((state_dir / HEAD).read_bytes(), type=Head)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None


class HeadFile:
    """Writes the witness. It is an aid, so a fault in writing it never stops the log itself."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    @classmethod
    def open(cls, state_dir: Path) -> Self:
        """Open the file, or go without when that fails."""
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        try:
            return cls(os.open(state_dir / HEAD, flags, 0o600))
        except OSError:
            return cls(-1)

    def write(self, head: Head) -> None:
        """Replace what the file says."""
        line = msgspec.json.encode(head).ljust(WIDTH - 1) + b"\n"
        with contextlib.suppress(OSError):
            os.pwrite(self._fd, line, 0)

    def close(self) -> None:
        """Let go of the file."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
