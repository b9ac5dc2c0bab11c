"""How many requests may be under way at once: few after a silence, more with every success, half after an overload.

Providers limit acceleration as well as rate: forty requests at once after an hour of nothing are refused although
forty a minute would be fine. So the number starts at 1 and grows by one with each success. An answer that has begun
is a success whose request stays under way, so it makes room for two: with each round twice as many may be waiting
for their first word, however long the answers are. An overload halves the number, once for all the requests that
were under way together, since they all tell of the same moment.

Time is monotonic, in seconds.
"""

import msgspec

from tmtui.resilience.defaults import SLOW_START_IDLE_SECONDS


class SlowStart(msgspec.Struct, frozen=True):
    """The gate of one provider."""

    most: int
    """The number that is never passed."""
    allowed: int = 1
    """How many may be under way at this point."""
    under_way: int = 0
    active: float | None = None
    """When a request last started or ended; None for never."""
    halved: float | None = None
    """When the number was last halved; None for never."""


def enter(gate: SlowStart, now: float, idle: float = SLOW_START_IDLE_SECONDS.value) -> tuple[SlowStart, bool]:
    """Ask to start a request. When refused, ask again once another has left."""
    quiet = gate.under_way == 0 and (gate.active is None or now - gate.active >= idle)
    allowed = 1 if quiet else gate.allowed
    if gate.under_way >= allowed:
        return gate, False
    changed = {"allowed": allowed, "under_way": gate.under_way + 1, "active": now}
    return msgspec.structs.replace(gate, **changed), True


def begun_well(gate: SlowStart, now: float) -> SlowStart:
    """A request's answer has begun, so the provider took it: one may wait in its place, and one more."""
    return msgspec.structs.replace(gate, allowed=min(gate.most, gate.allowed + 2), active=now)


def leave_well(gate: SlowStart, now: float) -> SlowStart:
    """A request came back well: one more may be under way."""
    return msgspec.structs.replace(_left(gate, now), allowed=min(gate.most, gate.allowed + 1))


def leave_overloaded(gate: SlowStart, now: float, started: float) -> SlowStart:
    """The provider asked for less. `started` is when the request had entered."""
    if gate.halved is not None and started <= gate.halved:
        return _left(gate, now)
    return msgspec.structs.replace(_left(gate, now), allowed=max(1, gate.allowed // 2), halved=now)


def leave(gate: SlowStart, now: float) -> SlowStart:
    """A request ended in a way that says nothing about how much the provider can take."""
    return _left(gate, now)


def resize(gate: SlowStart, most: int) -> SlowStart:
    """Take another bound; those who are under way go on."""
    return msgspec.structs.replace(gate, most=most, allowed=min(gate.allowed, most))


def _left(gate: SlowStart, now: float) -> SlowStart:
    return msgspec.structs.replace(gate, under_way=max(0, gate.under_way - 1), active=now)
