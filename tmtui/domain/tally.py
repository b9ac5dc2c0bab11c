"""How many of something there were of late, in bounded memory."""

from bisect import bisect_left

import msgspec


class Tally(msgspec.Struct, frozen=True):
    """Counts in slots of time. `now` is in seconds, of one clock that only grows."""

    width: float = 1.0
    """Seconds to a slot."""
    kept: int = 121
    """Slots that are remembered, the present one included."""
    slots: tuple[tuple[int, int], ...] = ()
    """The number of each slot, counted from the clock's origin, and its count; oldest first, empty ones left out."""


def add(tally: Tally, now: float, count: int = 1) -> Tally:
    """Count some more at this moment."""
    present = int(now // tally.width)
    first = bisect_left(tally.slots, (present - tally.kept + 1,))
    last = bisect_left(tally.slots, (present,))
    here = sum(slot[1] for slot in tally.slots[last:])
    return msgspec.structs.replace(tally, slots=(*tally.slots[first:last], (present, here + count)))


def at_least(tally: Tally, now: float, seconds: float) -> int:
    """The count of the slots that surely lie within the last `seconds`."""
    first = (now - seconds) / tally.width
    return sum(count for slot, count in tally.slots if slot > first)


def at_most(tally: Tally, now: float, seconds: float) -> int:
    """The count of the slots that touch the last `seconds`."""
    first = (now - seconds) / tally.width
    return sum(count for slot, count in tally.slots if slot + 1 > first)
