"""What the gate may do to the run as a whole, and know of it."""

from collections.abc import Callable

import msgspec


class Helm(msgspec.Struct, frozen=True):
    """The runner's, in the gate's hands."""

    abort: Callable[[str], None]
    """Give the run up."""
    lay_down: Callable[[str], None]
    """Lay it down, so that a resume goes on."""
    is_ending: Callable[[], bool]
    """Whether it is being given up or laid down."""
