"""Confines with macOS's own `sandbox-exec`: a profile says what is denied, and the last line that fits decides."""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from tmtui.system.sandbox.confinement import Confinement, Treatment
from tmtui.system.sandbox.wrapping import SEATBELT


PROGRAM: Final = "/usr/bin/sandbox-exec"

_DEVICES: Final = ("/dev/null", "/dev/zero", "/dev/tty", "/dev/stdout", "/dev/stderr", "/dev/dtracehelper")
_RULES: Final = {
    Treatment.WRITABLE: ("(allow file-read* {place})", "(allow file-write* {place})"),
    Treatment.READ_ONLY: ("(allow file-read* {place})", "(deny file-write* {place})"),
    Treatment.HIDDEN: ("(deny file-read* {place})", "(deny file-write* {place})"),
}


class Seatbelt(msgspec.Struct, frozen=True):
    """Confines with the program `sandbox-exec`, which becomes the command."""

    program: str = PROGRAM
    kind: str = SEATBELT
    stays: bool = False

    def wrap(self, argv: Sequence[str], confinement: Confinement) -> tuple[str, ...]:
        """The command line that runs `argv` confined."""
        return (self.program, "-p", profile(confinement), *argv)

    def temporary_in(self, confinement: Confinement) -> str:
        """The folder itself."""
        return confinement.temporary


def profile(confinement: Confinement) -> str:
    """The profile that says what `confinement` says."""
    return "\n".join(_lines(confinement))


def _lines(confinement: Confinement) -> Iterator[str]:
    yield "(version 1)"
    yield "(allow default)"
    yield "(deny file-write*)"
    for device in _DEVICES:
        yield f"(allow file-write* (literal {quoted(device)}))"
    for path, treatment in confinement.places():
        for rule in _RULES[treatment]:
            yield rule.format(place=f"(subpath {quoted(path)})")
    yield "(deny signal)"
    yield "(allow signal (target same-sandbox))"
    if not confinement.network:
        yield "(deny network*)"


def quoted(text: str) -> str:
    """A string of the profile's language."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
