"""Confines with Landlock, the kernel's access rules, which any process may apply to itself (Linux).

The command is started by a launcher that applies them and then becomes the command (`landlock_launcher`). Where the
kernel lets it, the launcher first enters namespaces of its own; what that adds is told by `gaps`.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from tmtui.system.sandbox.confinement import Confinement
from tmtui.system.sandbox.landlock_rules import NETWORK_ABI, SCOPE_ABI, TRUNCATE_ABI
from tmtui.system.sandbox.wrapping import LANDLOCK


_BOOT: Final = (
    "import sys; sys.path.append(sys.argv.pop(1)); from tmtui.system.sandbox.landlock_launcher import main; main()"
)
_PYTHON: Final = (sys.executable, "-I", "-S", "-X", "utf8", "-c", _BOOT, str(Path(__file__).parents[3]))


class Landlock(msgspec.Struct, frozen=True):
    """Confines with a launcher, which becomes the command."""

    abi: int
    """The version of the kernel's Landlock."""
    namespaces: bool
    """Whether the launcher can enter some."""
    kind: str = LANDLOCK
    stays: bool = False

    def wrap(self, argv: Sequence[str], confinement: Confinement) -> tuple[str, ...]:
        """The command line that runs `argv` confined."""
        places = (f"{treatment}={path}" for path, treatment in confinement.places())
        options = ("namespaces",) * self.namespaces + ("network",) * confinement.network
        return (*_PYTHON, *options, *places, "--", *argv)

    def temporary_in(self, confinement: Confinement) -> str:
        """The folder itself."""
        return confinement.temporary

    @property
    def gaps(self) -> tuple[str, ...]:
        """What it cannot keep on this machine."""
        told: list[str] = []
        if self.abi < TRUNCATE_ABI:
            told.append("files outside can be emptied")
        if self.abi < SCOPE_ABI:
            told.append("other processes can be signaled")
        if not self.namespaces:
            told.append("what lies in the project can all be written, .git included")
            told.append("services on this machine can be reached by their sockets")
            told.append("only TCP is denied" if self.abi >= NETWORK_ABI else "the network cannot be denied")
        return tuple(told)
