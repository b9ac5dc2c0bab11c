"""Why a request cannot be made at this moment: what every part of the gate answers."""

import msgspec

from tmtui.domain.outcome import Outcome


class Block(msgspec.Struct, frozen=True):
    """What is in the way of a request."""

    cause: str
    """`rate_limit`, `circuit`, `slow_start`, `line`, `budget`, or what a run is held for."""
    reason: str
    until_ms: int | None = None
    """When it is worth looking again; None when only an event will tell."""
    outcome: Outcome | None = None
    """What the request ends with when waiting does not help."""
    final: bool = False
    """Whether that outcome is no matter for another model either."""
    away: bool = False
    """Whether nobody knows when it will serve again, so that waiting in line is no use."""
    sleeps: bool = False
    """Whether the run is to sleep until then, whoever else could serve."""
