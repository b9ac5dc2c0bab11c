"""The process that confines itself and then becomes the command.

It is a program of its own, and not a function called between `fork` and `exec`: there, in a process with threads,
hardly anything is safe to call. Whatever it cannot apply ends it, before the command has begun.
"""

# ruff: noqa: PTH208 - pathlib would double what the launcher takes to start

from __future__ import annotations

import os
import sys

from tmtui.system.sandbox import kernel, namespaces
from tmtui.system.sandbox.landlock_rules import NETWORK_ABI, SCOPE_ABI, Place, file_rights, fitting, rules


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Final

UNCONFINED: Final = 125
"""The exit code when the command was not started, since it could not be confined."""

_TCP: Final = 1 << 1
"""To connect. To listen is harmless: whoever could connect is denied."""
_SCOPES: Final = 3
_KEPT_OF_ROOT: Final = frozenset({0, 1, 3, 4})
"""CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_FOWNER and CAP_FSETID."""
_SPOILED: Final = (13, 25)
"""SIGPIPE and SIGXFSZ: what Python ignores, and what it becomes would ignore with it."""


def parse(arguments: Sequence[str]) -> tuple[list[Place], bool, bool, list[str]]:
    """The places, whether there are namespaces, whether there is a network, and the command."""
    at = arguments.index("--")
    options, command = arguments[:at], list(arguments[at + 1 :])
    places = [(path, treatment) for treatment, _, path in (each.partition("=") for each in options) if path]
    return places, "namespaces" in options, "network" in options, command


def confine_self(places: Sequence[Place], *, apart: bool, network: bool) -> None:
    """Apply everything to this process.

    Raises:
        OSError: something cannot be applied.
    """
    abi = kernel.landlock_abi()
    kernel.give_up_privileges()
    if apart:
        namespaces.enter(places, network=network)
    if os.geteuid() == 0:
        kernel.keep_capabilities(_KEPT_OF_ROOT)
    tcp = _TCP if abi >= NETWORK_ABI and not network and not apart else 0
    ruleset = kernel.create_ruleset(file_rights(abi), tcp, _SCOPES if abi >= SCOPE_ABI else 0)
    for path, rights in rules(places, abi, _names_in):
        _allow(ruleset, path, rights & file_rights(abi))
    kernel.restrict_self(ruleset)
    os.close(ruleset)


def _names_in(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _allow(ruleset: int, path: str, rights: int) -> None:
    """Allow rights on a path, if it is there. A symbolic link is passed over: what it leads to has its own rule."""
    try:
        handle = os.open(path, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if fits := fitting(rights, os.fstat(handle).st_mode):
            kernel.allow_beneath(ruleset, fits, handle)
    finally:
        os.close(handle)


def main() -> None:
    """Become the command that the arguments name."""
    places, apart, network, command = parse(sys.argv[1:])
    kernel.heed_signals(*_SPOILED)
    try:
        confine_self(places, apart=apart, network=network)
        os.execvp(command[0], command)  # noqa: S606 - becoming it is the point
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        os.write(2, os.fsencode(f"tmtui: the command could not be confined: {place}{error.strerror}\n"))
    os._exit(UNCONFINED)
