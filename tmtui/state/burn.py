"""How fast money is spent, and when it is used up at this rate.

Time is wall time in milliseconds, so that the rate goes on after a restart.
"""

from typing import Final

import msgspec

from tmtui.domain.tally import Tally, add, at_most


SECONDS: Final = 600
"""How far back the rate looks."""

_WIDTH: Final = 10.0
_SHORTEST_S: Final = 30.0
"""Seconds before which a rate would be a guess."""
_FARTHEST_MS: Final = 365 * 86_400_000
"""Milliseconds beyond which nobody plans."""


class Burn(msgspec.Struct, frozen=True):
    """What was spent in the last minutes."""

    since_ms: int = 0
    """Wall time from which on it was watched."""
    spent: Tally = Tally(width=_WIDTH, kept=int(SECONDS // _WIDTH) + 1)
    """Micro-dollars."""


def spend(burn: Burn, micro: int, now_ms: int) -> Burn:
    """Note an amount that was paid."""
    return Burn(burn.since_ms, add(burn.spent, now_ms / 1_000, micro))


def micro_per_minute(burn: Burn, now_ms: int) -> float | None:
    """The rate over the last minutes, or since it is watched; None while that is too short to tell."""
    watched = (now_ms - burn.since_ms) / 1_000
    if watched < _SHORTEST_S:
        return None
    seconds = min(watched, float(SECONDS))
    return at_most(burn.spent, now_ms / 1_000, seconds) * 60 / seconds


def exhausted_at_ms(burn: Burn, left_micro: int, now_ms: int) -> int | None:
    """Wall time at which `left_micro` is spent at this rate; None when that is a year off, or nobody can tell."""
    rate = micro_per_minute(burn, now_ms)
    if not rate:
        return None
    lasts = max(0, left_micro) / rate * 60_000
    return now_ms + round(lasts) if lasts <= _FARTHEST_MS else None
