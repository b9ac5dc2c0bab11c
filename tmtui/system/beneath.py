"""Opening what lies beneath a folder, and nothing that does not.

A path is more than its text: each part of it may be a symbolic link, or become one between a check and its use. So
the check and the use are one step. Linux's `openat2` does it in the kernel: `RESOLVE_BENEATH` refuses whatever
leaves the folder, by `..`, by an absolute link, or by a rename at the wrong moment. Where there is no such call, the
path is walked part by part, from handle to handle, and no symbolic link is followed at all.
"""

import errno
import functools
import os
import stat
import sys
from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol


_OPENAT2: Final = 437
_RESOLVE_NO_MAGICLINKS: Final = 0x02
_RESOLVE_NO_SYMLINKS: Final = 0x04
_RESOLVE_BENEATH: Final = 0x08
_RACES: Final = 64
"""How often to try again when something is renamed under our hands, before giving up."""


class LeavesError(OSError):
    """The path leads out of the folder, or through a symbolic link where none is followed."""


class Opener(Protocol):
    """Opens the path that `parts` make up, beneath the folder that `folder` is a handle of."""

    def __call__(self, folder: int, parts: Sequence[str], flags: int, *, follow: bool) -> int:
        """A new handle, closed on exec.

        Args:
            folder: A handle on the folder.
            parts: Names; none is empty, `.` or `..`, or holds a slash. No names stand for the folder itself.
            flags: As for `os.open`, without those that make a file.
            follow: Whether symbolic links that stay beneath may be followed.

        Raises:
            LeavesError: it leads elsewhere.
            OSError: it cannot be opened for another reason.
        """
        ...


def open_by_hand(folder: int, parts: Sequence[str], flags: int, *, follow: bool = False) -> int:  # noqa: ARG001  # one signature
    """Walk from handle to handle. Follows no symbolic link, whatever `follow` says."""
    here = os.dup(folder)
    for at, part in enumerate(parts or ["."]):
        last = at >= len(parts) - 1
        step = flags if last else os.O_RDONLY | os.O_DIRECTORY
        try:
            deeper = os.open(part, step | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=here)
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.ENOTDIR) and _is_link(part, here):
                raise LeavesError(errno.ELOOP, "leads through a symbolic link") from error
            raise
        finally:
            os.close(here)
        here = deeper
    if stat.S_ISLNK(os.fstat(here).st_mode):  # O_PATH opens the link itself
        os.close(here)
        raise LeavesError(errno.ELOOP, "leads through a symbolic link")
    return here


def open_by_kernel(folder: int, parts: Sequence[str], flags: int, *, follow: bool) -> int:
    """Have `openat2` walk."""
    resolve = _RESOLVE_BENEATH | _RESOLVE_NO_MAGICLINKS | (0 if follow else _RESOLVE_NO_SYMLINKS)
    for _ in range(_RACES):
        handle, problem = _openat2(folder, "/".join(parts) or ".", flags | os.O_CLOEXEC, resolve)
        if problem != errno.EAGAIN:
            break
    if problem == errno.EXDEV:
        raise LeavesError(problem, "leads out of the folder")
    if problem == errno.ELOOP:
        raise LeavesError(problem, "leads through a symbolic link")
    if problem:
        raise OSError(problem, os.strerror(problem), "/".join(parts))
    return handle


@functools.cache
def best_opener() -> Opener:
    """The kernel's way where this system has it, else ours."""
    if sys.platform != "linux":
        return open_by_hand
    handle, problem = _openat2(-100, ".", os.O_PATH | os.O_CLOEXEC, 0)
    if problem:
        return open_by_hand
    os.close(handle)
    return open_by_kernel


def _is_link(name: str, folder: int) -> bool:
    try:
        os.readlink(name, dir_fd=folder)
    except OSError:
        return False
    return True


def _openat2(folder: int, path: str, flags: int, resolve: int) -> tuple[int, int]:
    """The handle and 0, or anything and the number of the error."""
    import ctypes  # noqa: PLC0415 - only whoever opens files this way pays for it

    how = (ctypes.c_uint64 * 3)(flags, 0, resolve)
    handle = _syscall()(_OPENAT2, folder, os.fsencode(path), how, ctypes.sizeof(how))
    return int(handle), 0 if handle >= 0 else ctypes.get_errno()


@functools.cache
def _syscall() -> Callable[..., Any]:
    import ctypes  # noqa: PLC0415 - as above

    call = ctypes.CDLL(None, use_errno=True).syscall
    call.restype = ctypes.c_long
    return call
