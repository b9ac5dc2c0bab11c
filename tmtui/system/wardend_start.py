"""Starting a command, in the warden's process.

`posix_spawn` starts it without copying this process, and says why when it cannot.
"""

# ruff: noqa: PTH113 - pathlib would slow the warden's start

import errno
import os
import signal
from typing import Final


_SETTABLE: Final = signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}


def start_command(argv: list[str], cwd: str, env: dict[str, str], handles: list[int]) -> int:
    """Start a command in a session of its own.

    Args:
        argv: The program and its arguments. A program without a slash is looked up on the PATH of `env`.
        cwd: Where it starts.
        env: All that it gets.
        handles: Where its output goes, where its errors go, and, if there is a third, where its input comes from.

    Returns:
        Its process number.

    Raises:
        OSError: the folder or the program is missing or cannot be used.
        ValueError: an argument or a variable holds what none can hold.
    """
    if not argv:
        raise ValueError("no program is named")
    os.chdir(cwd)
    try:
        output, errors, *given = handles
        stdin = (os.POSIX_SPAWN_DUP2, given[0], 0) if given else (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)
        return os.posix_spawn(
            find_program(argv[0], env.get("PATH", os.defpath)),
            argv,
            env,
            file_actions=[stdin, (os.POSIX_SPAWN_DUP2, output, 1), (os.POSIX_SPAWN_DUP2, errors, 2)],
            setsid=True,
            setsigmask=[],
            setsigdef=_SETTABLE,
        )
    finally:
        os.chdir("/")


def find_program(name: str, search: str) -> str:
    """Where a program is. Empty and relative entries of the search path are passed over.

    Raises:
        FileNotFoundError: there is none.
        PermissionError: there is one, but it cannot be executed.
    """
    if "/" in name:
        return name
    candidates = [f"{folder}/{name}" for folder in search.split(":") if folder.startswith("/")]
    for path in candidates:
        if os.access(path, os.X_OK) and os.path.isfile(path):
            return path
    for path in candidates:
        if os.path.isfile(path):
            raise PermissionError(errno.EACCES, "is not executable", path)
    raise FileNotFoundError(errno.ENOENT, "not found on PATH", name)


def explain(error: OSError | ValueError, cwd: str) -> str:
    """Why a command could not be started, in one line."""
    if not isinstance(error, OSError) or error.filename is None:
        return str(error)
    reason = error.strerror or "cannot be used"
    place = f"{'working directory ' if error.filename == cwd else ''}{error.filename}"
    return f"{place}: {reason[0].lower()}{reason[1:]}"
