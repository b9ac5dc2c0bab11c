"""The limits a user sets, as sliding windows: requests per minute, tokens per hour, and so on.

A fixed window lets twice its cap through around its edge. Here the sum over the last minute (hour, day, week) is
what counts at every moment, over a ledger of what was used and when.

- A request is counted when it starts. Its tokens are held from then on by an estimate, however long it takes, and
  entered as used, in their true number, when it ends. So no window of the length, wherever it lies, holds more than
  the cap, as long as everybody asks first and estimates are not too low.
- The ledger is bounded: what is older is kept in coarser grains, each at the time of its latest use. That is never
  too generous, and late by no more than a 600th of the window.
- All of it can be rebuilt from the log, and so survives a restart.

Time is wall time in milliseconds. A use in the future (the clock jumped back) is one of this moment.
"""

from bisect import insort
from collections.abc import Iterable, Mapping
from enum import StrEnum
from operator import attrgetter
from typing import Final

import msgspec

from tmtui.domain.limits import CapUsed
from tmtui.domain.problem import WrongValueError


class Unit(StrEnum):
    """What a window counts."""

    REQUESTS = "requests"
    TOKENS = "tokens"


_SECOND: Final = 1_000
LENGTHS: Final[Mapping[str, int]] = {
    "minute": 60 * _SECOND,
    "hour": 3_600 * _SECOND,
    "day": 86_400 * _SECOND,
    "week": 7 * 86_400 * _SECOND,
}
"""Milliseconds of each length that a window may have."""

GRAINS: Final = 600
"""Of each length: finer is kept of nothing that is as old as the next shorter length."""

EXACT: Final = 512
"""Uses up to which nothing is put together."""


class Cap(msgspec.Struct, frozen=True):
    """At most so much in any window of a length."""

    name: str
    """As it is configured: `max_requests_minute`."""
    unit: Unit
    length: str
    """One of `LENGTHS`."""
    most: int

    @property
    def length_ms(self) -> int:
        """Milliseconds."""
        return LENGTHS[self.length]


class Use(msgspec.Struct, frozen=True, array_like=True):
    """What was used at a moment."""

    at_ms: int
    requests: int = 0
    tokens: int = 0


class Hold(msgspec.Struct, frozen=True, array_like=True):
    """A request under way."""

    at_ms: int
    tokens: int
    """As estimated."""


class Windows(msgspec.Struct, frozen=True):
    """What was used and is held: all that the caps of one provider, or of one profile, look at."""

    uses: tuple[Use, ...] = ()
    """Oldest first."""
    holds: dict[str, Hold] = {}
    """By the id of the request."""


class Room(msgspec.Struct, frozen=True):
    """Whether one more request fits under every cap."""

    ok: bool
    cap: Cap | None = None
    """The one that is in the way for the longest."""
    used: int = 0
    """Of it, with what is held."""
    wait_until_ms: int | None = None
    """When there is room; None when that depends on requests under way, or can never be."""
    never: bool = False
    """The request is larger than the cap."""


class Standing(msgspec.Struct, frozen=True):
    """How far a cap is used up, for the screen."""

    cap: Cap
    used: int
    reset_ms: int | None
    """Wall time at which the oldest use leaves the window; None when there is none."""

    @property
    def told(self) -> CapUsed:
        """As the log tells it."""
        return CapUsed(self.cap.name, self.cap.unit, self.cap.length, self.used, self.cap.most, self.reset_ms)


def caps_of(written: Mapping[str, int]) -> tuple[Cap, ...]:
    """The caps that `max_requests_minute: 10` and its like configure; `per` may stand in the name.

    Raises:
        WrongValueError: a name is not one of them, or a number is not above 0.
    """
    return tuple(_cap(name, most) for name, most in written.items())


def _cap(name: str, most: int) -> Cap:
    words = [word for word in name.split("_") if word != "per"]
    match words:
        case ["max", "requests" | "tokens" as unit, length] if length in LENGTHS:
            if most < 1:
                raise WrongValueError(f"{name} is {most}", "Leave it out for no limit, or write a number above 0.")
            return Cap(name, Unit(unit), length, most)
        case _:
            lengths = "|".join(LENGTHS)
            raise WrongValueError(
                f"there is no limit {name!r}", f"Limits are max_requests_ and max_tokens_{lengths}."
            )


def room(windows: Windows, caps: Iterable[Cap], tokens: int, now_ms: int) -> Room:
    """Whether a request of about so many tokens may start."""
    looked = [_room_under(cap, windows, tokens, now_ms) for cap in caps]
    blocked = [each for each in looked if not each.ok]
    return max(blocked, key=_lasting) if blocked else Room(ok=True)


def _lasting(blocked: Room) -> tuple[bool, float]:
    return blocked.never, float("inf") if blocked.wait_until_ms is None else blocked.wait_until_ms


def _room_under(cap: Cap, windows: Windows, tokens: int, now_ms: int) -> Room:
    wanted = 1 if cap.unit is Unit.REQUESTS else tokens
    leaving = _leaving(cap, windows, now_ms)
    used = sum(amount for _, amount in leaving) + _held_tokens(cap, windows)
    if used + wanted <= cap.most:
        return Room(ok=True)
    until = _freed_at(leaving, used + wanted - cap.most)
    return Room(ok=False, cap=cap, used=used, wait_until_ms=until, never=wanted > cap.most)


def _leaving(cap: Cap, windows: Windows, now_ms: int) -> list[tuple[int, int]]:
    """When each use inside the window leaves it, and how much goes with it; soonest first."""
    uses = [(use.at_ms, use.requests if cap.unit is Unit.REQUESTS else use.tokens) for use in windows.uses]
    if cap.unit is Unit.REQUESTS:
        uses += [(hold.at_ms, 1) for hold in windows.holds.values()]
    inside = [(min(at_ms, now_ms) + cap.length_ms, amount) for at_ms, amount in uses if amount]
    return sorted(each for each in inside if each[0] > now_ms)


def _held_tokens(cap: Cap, windows: Windows) -> int:
    return sum(hold.tokens for hold in windows.holds.values()) if cap.unit is Unit.TOKENS else 0


def _freed_at(leaving: list[tuple[int, int]], needed: int) -> int | None:
    for at_ms, amount in leaving:
        needed -= amount
        if needed <= 0:
            return at_ms
    return None


def standings(windows: Windows, caps: Iterable[Cap], now_ms: int) -> tuple[Standing, ...]:
    """How far each cap is used up."""
    found = []
    for cap in caps:
        leaving = _leaving(cap, windows, now_ms)
        used = sum(amount for _, amount in leaving) + _held_tokens(cap, windows)
        found.append(Standing(cap, used, leaving[0][0] if leaving else None))
    return tuple(found)


def reserve(windows: Windows, request: str, tokens: int, now_ms: int) -> Windows:
    """A request starts, which `room` had allowed."""
    return _with(windows, {**windows.holds, request: Hold(now_ms, tokens)}, (), now_ms)


def settle(windows: Windows, request: str, tokens: int | None, now_ms: int) -> Windows:
    """A request ended; None when nobody knows how many tokens it took, so that the estimate stands.

    A request that is not under way has been settled before, and is not counted again.
    """
    hold = windows.holds.get(request)
    if hold is None:
        return windows
    used = (Use(hold.at_ms, requests=1), Use(now_ms, tokens=hold.tokens if tokens is None else tokens))
    return _with(windows, _without(windows, request), used, now_ms)


def release(windows: Windows, request: str) -> Windows:
    """A request was not made after all."""
    return Windows(windows.uses, _without(windows, request))


def record(windows: Windows, uses: Iterable[Use], now_ms: int) -> Windows:
    """Enter what was used without having asked: by a program of its own, or before a restart."""
    return _with(windows, windows.holds, uses, now_ms)


def _without(windows: Windows, request: str) -> dict[str, Hold]:
    return {name: hold for name, hold in windows.holds.items() if name != request}


def _with(windows: Windows, holds: dict[str, Hold], more: Iterable[Use], now_ms: int) -> Windows:
    kept = [use for use in windows.uses if now_ms - use.at_ms < LENGTHS["week"]]
    for use in more:
        insort(kept, use, key=attrgetter("at_ms"))
    present = _up_to(kept, now_ms)
    return Windows(tuple(present if len(present) <= EXACT else _coarser(present, now_ms)), holds)


def _up_to(uses: list[Use], now_ms: int) -> list[Use]:
    if not uses or uses[-1].at_ms <= now_ms:
        return uses
    return [use if use.at_ms <= now_ms else msgspec.structs.replace(use, at_ms=now_ms) for use in uses]


def _coarser(uses: list[Use], now_ms: int) -> list[Use]:
    """Put together what lies in one grain, at the time of its latest use."""
    found: list[Use] = []
    last: tuple[int, int] | None = None
    for use in uses:
        grain = _grain(now_ms - use.at_ms)
        slot = grain, use.at_ms // grain
        if slot == last:
            found[-1] = Use(use.at_ms, found[-1].requests + use.requests, found[-1].tokens + use.tokens)
        else:
            found.append(use)
        last = slot
    return found


def _grain(age_ms: int) -> int:
    lengths = LENGTHS.values()
    return next((length for length in lengths if age_ms < length), LENGTHS["week"]) // GRAINS
