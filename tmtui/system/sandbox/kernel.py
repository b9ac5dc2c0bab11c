"""The system calls that Python has no name for, for whoever is about to confine itself (Linux).

The launcher loads this in every child: standard library only, and little of it.
"""

from __future__ import annotations

import ctypes
import os


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final


NEW_MOUNTS: Final = 0x00020000
NEW_IPC: Final = 0x08000000
NEW_USERS: Final = 0x10000000
NEW_NETWORK: Final = 0x40000000

READ_ONLY: Final = 1
NO_SUID: Final = 2
NO_DEVICES: Final = 4
NO_EXEC: Final = 8
REMOUNT: Final = 32
BIND: Final = 4096
RECURSIVE: Final = 16384
SLAVE: Final = 1 << 19

_CREATE_RULESET: Final = 444
_ADD_RULE: Final = 445
_RESTRICT_SELF: Final = 446
_VERSION_ASKED: Final = 1
_PATH_BENEATH: Final = 1
_NO_NEW_PRIVS: Final = 38
_DROP_BOUND: Final = 24
_LAST_CAPABILITY: Final = 63
_INTERNET: Final = 2
_DATAGRAMS: Final = 2
_UP: Final = 1
_SET_FLAGS: Final = 0x8914

_libc: Final = ctypes.CDLL(None, use_errno=True)


def _checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)
    return result


def _call(what: str, number: int, *arguments: Any) -> int:
    _libc.syscall.restype = ctypes.c_long
    return _checked(int(_libc.syscall(ctypes.c_long(number), *arguments)), what)


def landlock_abi() -> int:
    """The version of the kernel's Landlock; 0 when it has none, or has it switched off."""
    try:
        return _call("Landlock", _CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION_ASKED))
    except OSError:
        return 0


def create_ruleset(files: int, network: int, scoped: int) -> int:
    """A handle on a set of rules that denies what is named here, but for what is then allowed.

    Raises:
        OSError: the kernel refuses.
    """
    asked = (ctypes.c_uint64 * 3)(files, network, scoped)
    size = 24 if scoped else 16 if network else 8
    return _call("create ruleset", _CREATE_RULESET, asked, ctypes.c_size_t(size), ctypes.c_uint32(0))


class _PathRule(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("rights", ctypes.c_uint64), ("handle", ctypes.c_int32))


def allow_beneath(ruleset: int, rights: int, handle: int) -> None:
    """Allow rights on a file, or on a folder with all that lies in it.

    Raises:
        OSError: the kernel refuses.
    """
    rule = _PathRule(rights, handle)
    _call(
        "add rule",
        _ADD_RULE,
        ctypes.c_int(ruleset),
        ctypes.c_int(_PATH_BENEATH),
        ctypes.byref(rule),
        ctypes.c_uint32(0),
    )


def restrict_self(ruleset: int) -> None:
    """Have the rules hold for this process and everything it starts, for ever.

    Raises:
        OSError: the kernel refuses.
    """
    _call("restrict", _RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint32(0))


def give_up_privileges() -> None:
    """Have no program that this process becomes give it any right.

    Raises:
        OSError: the kernel refuses.
    """
    _checked(_libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0), "no new privileges")


def keep_capabilities(kept: frozenset[int]) -> None:
    """Take all of root's rights away but these, from the next program on."""
    for number in range(_LAST_CAPABILITY + 1):
        if number not in kept:
            _libc.prctl(_DROP_BOUND, number, 0, 0, 0)


def heed_signals(*numbers: int) -> None:
    """Have signals do what they do by themselves."""
    for number in numbers:
        _libc.signal(number, None)


def unshare(what: int) -> None:
    """Part with others.

    Raises:
        OSError: the kernel refuses.
    """
    _checked(_libc.unshare(ctypes.c_int(what)), "namespaces")


def mount(source: str, target: str, flags: int, kind: str = "", options: str = "") -> None:
    """Lay one thing over another.

    Raises:
        OSError: the kernel refuses.
    """
    result = _libc.mount(
        os.fsencode(source), os.fsencode(target), kind.encode(), ctypes.c_ulong(flags), options.encode() or None
    )
    _checked(result, target)


def raise_loopback() -> None:
    """Bring up the network's way to oneself. Without it, one cannot speak to oneself; nothing else is lost."""
    request = b"lo".ljust(16, b"\0") + ctypes.string_at(ctypes.byref(ctypes.c_short(_UP)), 2) + bytes(22)
    any_socket = _checked(_libc.socket(_INTERNET, _DATAGRAMS, 0), "loopback")
    _libc.ioctl(any_socket, ctypes.c_ulong(_SET_FLAGS), request)
    os.close(any_socket)
