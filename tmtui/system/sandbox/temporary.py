"""The folder for temporary files of what one engine runs confined."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def temporary_folder(mark: str) -> Iterator[Path]:
    """Make a folder for temporary files, and take it away in the end, with what an earlier engine could not.

    Args:
        mark: Names the state folder, whose lock is held by whoever asks.

    Raises:
        OSError: it cannot be made.
    """
    prefix = f"tmtui-{mark}-"
    for left in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        if left.lstat().st_uid == os.geteuid():
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True) as folder:
        yield Path(folder)
