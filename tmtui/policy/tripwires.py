"""Commands that are seldom meant: asked about when somebody is there, refused when nobody is.

Each wire looks at everything that a command may run. It is a tripwire and no wall: it catches the usual spellings of
a mistake, not somebody who means harm. What bounds that is the sandbox, and the checkpoint makes good the rest.
"""

from collections.abc import Iterator
from typing import Final

from tmtui.policy.programs import Programs
from tmtui.policy.wires import bypasses, crosses, destroys, leaks, weakens
from tmtui.policy.wires.wire import Group, Tripwire


TRIPWIRES: Final[tuple[Tripwire, ...]] = (
    *destroys.WIRES,
    *leaks.WIRES,
    *weakens.WIRES,
    *crosses.WIRES,
    *bypasses.WIRES,
)
"""All wires, the graver first."""


def tripped(programs: Programs) -> Iterator[Tripwire]:
    """The wires that a command trips, in their order."""
    return (wire for wire in TRIPWIRES if wire.trips(programs))


__all__ = ["TRIPWIRES", "Group", "Tripwire", "tripped"]
