"""Answers that may be used again, each in a small file of its own in the state folder.

They are no part of the log: losing them costs a question, and nothing else. So they are files that may be deleted at
any time, and one that cannot be read, is torn, is another's or is too old is as good as none. There are never more
than a few hundred, the oldest going first. The engine alone writes them.
"""

import contextlib
import os
import re
import stat
from pathlib import Path
from typing import Final

import msgspec

from tmtui.domain.kept_answer import KeptAnswer
from tmtui.resilience.defaults import CACHE_ANSWERS, CACHE_BYTES
from tmtui.system.state_dir import StateDirError, open_log


FOLDER: Final = "cache"
LARGEST: Final = 256 * 1024
"""Bytes of one answer with what belongs to it; a larger one is not kept."""

_KEY: Final = re.compile("[0-9a-f]{64}")


class FolderAnswers:
    """The answers of one state folder.

    Args:
        state_dir: The folder.
        ttl: Seconds that an answer is good for.
        most: Answers that are kept.
        most_bytes: Bytes that they may take together.
    """

    def __init__(
        self,
        state_dir: Path,
        ttl: float,
        most: int = CACHE_ANSWERS.value,
        most_bytes: int = CACHE_BYTES.value,
    ) -> None:
        self._state_dir = state_dir
        self._ttl_ms = ttl * 1000
        self._most = most
        self._most_bytes = most_bytes

    def find(self, key: str, now_ms: int) -> KeptAnswer | None:
        """The answer to a question, if one is kept that is still good."""
        if not _KEY.fullmatch(key):
            return None
        try:
            found = msgspec.json.decode(_read(self._folder / f"{key}.json"), type=KeptAnswer)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
            return None
        good = found.key == key and 0 <= now_ms - found.answered_ms < self._ttl_ms
        return found if good else None

    def keep(self, answer: KeptAnswer) -> None:
        """Keep an answer, if there is room. Where it cannot be written, it is not kept."""
        data = msgspec.json.encode(answer)
        if len(data) > LARGEST or not _KEY.fullmatch(answer.key):
            return
        with (
            contextlib.suppress(OSError, StateDirError),
            open_log(self._state_dir, f"{FOLDER}/{answer.key}.json", truncate=True) as file,
        ):
            file.write(data)
        with contextlib.suppress(OSError):
            self._make_room()

    def forget(self, key: str) -> None:
        """Keep the answer to a question no longer."""
        with contextlib.suppress(OSError):
            (self._folder / f"{key}.json").unlink()

    @property
    def _folder(self) -> Path:
        return self._state_dir / FOLDER

    def _make_room(self) -> None:
        """Delete the oldest answers that are too many."""
        files = sorted((each.stat().st_mtime, each.stat().st_size, each.path) for each in os.scandir(self._folder))
        total = sum(size for _, size, _ in files)
        while files and (len(files) > self._most or total > self._most_bytes):
            _, size, path = files.pop(0)
            os.unlink(path)  # noqa: PTH108  # from scandir
            total -= size


def _read(path: Path) -> bytes:
    """A file of the owner's own, of no more than `LARGEST` bytes.

    Raises:
        OSError: it is none.
    """
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid():
            raise OSError(f"{path} is no plain file of the owner's")
        return file.read(LARGEST + 1)
