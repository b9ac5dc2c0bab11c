"""Confines with bubblewrap: the command gets a view of the machine of its own.

The whole file system is there, read-only; over it lie the places that may be written and nothing over the places that
are hidden. It has its own processes, so that it sees and signals nobody else; its own network, in which there is
only itself; and its own `/tmp`. All of that is the kernel's doing: nothing the command does can undo it, since it has
no right left to mount anything, and bubblewrap's `no_new_privs` keeps it from getting one.

bubblewrap stays above the command and hands its exit code on: 128 and the number of a signal when one ended it. It is
not asked to die with its parent: the warden ends it, and can tell then what the command had left running.
"""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from tmtui.system.sandbox.confinement import Confinement, Place, Treatment
from tmtui.system.sandbox.wrapping import BUBBLEWRAP


PROGRAM: Final = "bwrap"
TEMPORARY: Final = "/tmp"  # noqa: S108 - a folder of the command's own lies there

KEPT_OF_ROOT: Final = ("CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID")
"""What root is left with: what `tar` and `pip` need of its rights over files, which stop at read-only mounts."""

_VIEW: Final = ("--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc")
_APART: Final = ("--unshare-pid", "--unshare-ipc", "--new-session", "--cap-drop", "ALL")


class Bubblewrap(msgspec.Struct, frozen=True):
    """Confines with the program `bwrap`."""

    program: str
    """Its absolute path."""
    as_root: bool = False
    """Whether it is root who runs it."""
    kind: str = BUBBLEWRAP
    stays: bool = True

    def wrap(self, argv: Sequence[str], confinement: Confinement) -> tuple[str, ...]:
        """The command line that runs `argv` confined."""
        return (
            self.program,
            *_VIEW,
            *("--bind", confinement.temporary, TEMPORARY),
            *_laid_over(confinement.places()),
            *_APART,
            *(word for right in KEPT_OF_ROOT if self.as_root for word in ("--cap-add", right)),
            *(() if confinement.network else ("--unshare-net",)),
            "--",
            *argv,
        )

    def temporary_in(self, confinement: Confinement) -> str:  # noqa: ARG002 - the protocol's
        """The machine's usual one, behind which lies the command's own."""
        return TEMPORARY


def _laid_over(places: Sequence[Place]) -> Iterator[str]:
    """What is laid over the view, the shallow first. A hidden folder is closed once all that is to be in it is."""
    emptied = []
    for path, treatment in places:
        if treatment is not Treatment.HIDDEN:
            yield from ("--bind-try" if treatment is Treatment.WRITABLE else "--ro-bind-try", path, path)
        elif Path(path).is_dir():
            yield from ("--tmpfs", path)
            emptied.append(path)
        elif os.path.lexists(path):
            yield from ("--ro-bind", os.devnull, path)
    for path in emptied:
        yield from ("--remount-ro", path)
