"""Landlock's rules, as the kernel takes them and as they follow from a confinement.

Landlock knows no exceptions: a right that is given on a folder holds for all that lies in it. So what is hidden is
left out by giving the right on everything around it, name by name. What may not be written within what may is beyond
it; where the kernel lets one, `namespaces` sees to that.

The launcher loads this in every child: standard library only, and little of it.
"""

from __future__ import annotations

import stat


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Final


EXECUTE: Final = 1 << 0
WRITE_FILE: Final = 1 << 1
READ_FILE: Final = 1 << 2
READ_DIR: Final = 1 << 3
TRUNCATE: Final = 1 << 14
IOCTL_DEV: Final = 1 << 15

_OF_ABI: Final = ((1, (1 << 13) - 1), (2, 1 << 13), (3, TRUNCATE), (5, IOCTL_DEV))
"""The rights over files that each version of the interface brought."""
_OF_FILES: Final = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV
"""Those that mean something for a file itself. A rule on a file may hold no other: EINVAL."""
_READING: Final = EXECUTE | READ_FILE

NETWORK_ABI: Final = 4
"""From here on, TCP can be denied."""
TRUNCATE_ABI: Final = 3
SCOPE_ABI: Final = 6
"""From here on, signals to others and their abstract sockets can be denied."""

WRITABLE: Final = "writable"
READ_ONLY: Final = "read-only"
HIDDEN: Final = "hidden"

DEVICES: Final = ("null", "zero", "full", "random", "urandom", "tty", "ptmx", "pts", "shm", "fd")
"""What a command needs of `/dev`. The rest are disks and the like."""
_DEVICE_PLACES: Final = (("/dev", HIDDEN), *((f"/dev/{name}", WRITABLE) for name in DEVICES))

Place = tuple[str, str]
"""A path and one of `writable`, `read-only` and `hidden`."""
Rule = tuple[str, int]
"""A path and the rights on it."""


def file_rights(abi: int) -> int:
    """All rights over files that a kernel knows."""
    rights = 0
    for since, brought in _OF_ABI:
        rights |= brought if abi >= since else 0
    return rights


def rules(places: Sequence[Place], abi: int, list_dir: Callable[[str], list[str]]) -> Iterator[Rule]:
    """The rules for a list of places. The names in hidden folders can be seen, what they hold cannot be read.

    Args:
        places: Those of a confinement.
        abi: The version of the kernel's interface.
        list_dir: The names in a folder.
    """
    known = {**dict(_DEVICE_PLACES), **dict(places)}
    yield "/", READ_DIR
    for start in ("/", *(path for path, treatment in known.items() if treatment == READ_ONLY)):
        yield from ((path, _READING | READ_DIR) for path in _around(start, known, list_dir))
    yield from ((path, file_rights(abi)) for path, treatment in known.items() if treatment == WRITABLE)


def _around(folder: str, known: dict[str, str], list_dir: Callable[[str], list[str]]) -> Iterator[str]:
    """The paths that together hold all of a folder but what is hidden in it."""
    hidden = [path for path, treatment in known.items() if treatment == HIDDEN]
    if folder in hidden:
        return
    prefix = folder.rstrip("/") + "/"
    if not any(path.startswith(prefix) for path in hidden):
        yield folder
        return
    for name in list_dir(folder):
        yield from _around(prefix + name, known, list_dir)


def fitting(rights: int, mode: int) -> int:
    """What of these rights a rule on something with this mode may hold."""
    if stat.S_ISLNK(mode):
        return 0
    return rights if stat.S_ISDIR(mode) else rights & _OF_FILES
