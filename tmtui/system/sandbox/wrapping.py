"""What every sandbox is: a way to turn a command into one that is confined."""

from collections.abc import Sequence
from typing import Final, Protocol

import msgspec

from tmtui.system.sandbox.confinement import Confinement


BUBBLEWRAP: Final = "bubblewrap"
LANDLOCK: Final = "landlock"
SEATBELT: Final = "seatbelt"
NONE: Final = "none"
"""The kinds, as they are recorded with a run. `none` is shown as UNSANDBOXED."""


class Sandbox(Protocol):
    """Confines commands."""

    @property
    def kind(self) -> str:
        """Its name."""
        ...

    @property
    def stays(self) -> bool:
        """Whether its own process stays above the command's, and everything ends with it."""
        ...

    def wrap(self, argv: Sequence[str], confinement: Confinement) -> tuple[str, ...]:
        """The command line that runs `argv` confined. Its working directory is where it is started."""
        ...

    def temporary_in(self, confinement: Confinement) -> str:
        """Where the confined command finds its folder for temporary files."""
        ...


class NoSandbox(msgspec.Struct, frozen=True):
    """Confines nothing."""

    kind: str = NONE
    stays: bool = False

    def wrap(self, argv: Sequence[str], confinement: Confinement) -> tuple[str, ...]:  # noqa: ARG002 - the protocol's
        """The command as it is."""
        return tuple(argv)

    def temporary_in(self, confinement: Confinement) -> str:
        """The folder itself."""
        return confinement.temporary
