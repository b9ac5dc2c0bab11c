"""The file that tells what went wrong inside tmtui."""

import os
import tempfile
import time
import traceback
from pathlib import Path

from tmtui import __version__
from tmtui.domain.text import clean


def write_crash(error: BaseException) -> Path | None:
    """Write the traceback, made safe to show, where only its owner can read it; None when nowhere can be written."""
    story = "".join(traceback.format_exception(error))
    text = clean(f"tmtui {__version__}\n{story}")
    for folder in _folders():
        path = folder / f"crash-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{os.getpid()}.txt"
        try:
            _write_private(path, text)
        except OSError:
            continue
        return path
    return None


def _folders() -> list[Path]:
    """The project's log folder when it has one, then the machine's folder for temporary files."""
    from tmtui.system.state_dir import find_root, state_dir  # noqa: PLC0415  # only a crash needs it

    try:
        logs = state_dir(find_root(Path.cwd())) / "logs"
    except OSError:
        return [Path(tempfile.gettempdir())]
    return [*([logs] if logs.is_dir() else []), Path(tempfile.gettempdir())]


def _write_private(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(text)
