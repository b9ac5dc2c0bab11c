"""A view of the file system and a network of one's own, entered by a process for itself (Linux).

It takes no program to be installed, only a kernel that lets one. It keeps what Landlock cannot: a folder that may not
be written within one that may. Whoever applies Landlock afterwards takes away the right to undo it.

The launcher loads this in every child: standard library only, and little of it.
"""

# ruff: noqa: PTH103, PTH109, PTH112, PTH120 - pathlib would double what the launcher takes to start

from __future__ import annotations

import os

from tmtui.system.sandbox import kernel
from tmtui.system.sandbox.landlock_rules import HIDDEN, WRITABLE, Place


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Final

_NO_ACCESS_TIME: Final = 1024 | 2048
_KEPT_FLAGS: Final = kernel.NO_SUID | kernel.NO_DEVICES | kernel.NO_EXEC | _NO_ACCESS_TIME
"""Properties of a mount that one may not take away, and that have the same number when told and when asked for."""
_RELATIVE_TIME: Final = (4096, 1 << 21)
"""One that has two numbers: as it is told, and as it is asked for."""


def enter(places: Sequence[Place], *, network: bool) -> None:
    """Part with the others' view, and lay the places over one's own, the shallow ones first.

    Raises:
        OSError: the kernel does not let one.
    """
    _part(kernel.NEW_MOUNTS | kernel.NEW_IPC | (0 if network else kernel.NEW_NETWORK))
    kernel.mount("none", "/", kernel.RECURSIVE | kernel.SLAVE)
    here = os.getcwd()
    handles = {path: os.open(path, os.O_PATH | os.O_CLOEXEC) for path, _ in places if os.path.lexists(path)}
    empty = [path for path, treatment in places if path in handles and _lay(path, treatment, handles[path])]
    for path in empty:
        kernel.mount("none", path, kernel.REMOUNT | kernel.BIND | kernel.READ_ONLY | _flags_of(path))
    for handle in handles.values():
        os.close(handle)
    os.chdir(here)
    if not network:
        kernel.raise_loopback()


def _part(what: int) -> None:
    """Root may do it as it is; another user becomes his own only subject first."""
    user, group = os.geteuid(), os.getegid()
    try:
        kernel.unshare(what)
    except PermissionError:
        kernel.unshare(what | kernel.NEW_USERS)
        _write("/proc/self/setgroups", "deny")
        _write("/proc/self/uid_map", f"{user} {user} 1")
        _write("/proc/self/gid_map", f"{group} {group} 1")


def _write(path: str, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(handle, text.encode())
    finally:
        os.close(handle)


def _lay(path: str, treatment: str, handle: int) -> bool:
    """Lay one place over the view. Whether it is an empty folder that has to be closed in the end."""
    if treatment == HIDDEN:
        if os.path.isdir(path):
            kernel.mount("tmpfs", path, kernel.NO_SUID | kernel.NO_DEVICES, "tmpfs", "size=1m,mode=755")
            return True
        _bind(os.devnull, path, kernel.READ_ONLY | kernel.NO_DEVICES)
        return False
    _make_room(path, handle)
    _bind(f"/proc/self/fd/{handle}", path, 0 if treatment == WRITABLE else kernel.READ_ONLY)
    return False


def _bind(source: str, path: str, flags: int) -> None:
    kernel.mount(source, path, kernel.BIND | kernel.RECURSIVE)
    if flags:
        kernel.mount("none", path, kernel.REMOUNT | kernel.BIND | flags | _flags_of(path))


def _make_room(path: str, handle: int) -> None:
    """Something to lay a place on, where what it lay in has become empty."""
    if os.path.lexists(path):
        return
    if os.path.isdir(f"/proc/self/fd/{handle}"):
        os.makedirs(path)
    else:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o600))


def _flags_of(path: str) -> int:
    told = os.statvfs(path).f_flag
    return told & _KEPT_FLAGS | (_RELATIVE_TIME[1] if told & _RELATIVE_TIME[0] else 0)
