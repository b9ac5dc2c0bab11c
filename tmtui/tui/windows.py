"""The limits that a run works within: the user's own windows, and what its providers told of theirs.

Both are one kind of thing to whoever looks: a name, how far it is used up, and when it is less again. What was told
of a window says nothing about the time after its end: a provider's is left out then, and one of the user's own, which
slides, is only known to be less.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from tmtui.domain.limits import CapUsed, Quota
from tmtui.state.model import State
from tmtui.tui.figures import tokens


class Window(NamedTuple):
    """One limit, as it stands."""

    name: str
    """`req/min`, `input tokens`."""
    part: float
    """How much of it is used up, from 0."""
    figures: str
    """`9/10`; empty where only the part was told."""
    reset_ms: int | None
    """When it is less again; None when that is not known."""
    owner: str
    """Whose it is: a provider, or `provider/model`."""
    own: bool
    """Whether it is the user's."""
    tokens: int = 0
    """The tokens that it allows; 0 for one that counts something else."""


_UNITS: Final = {"requests": "req", "tokens": "tok"}
_LENGTHS: Final = {"minute": "min", "hour": "h", "day": "day", "week": "week"}


def windows(state: State, now_ms: int) -> list[Window]:
    """Every limit that is known, the fullest first."""
    own = [] if state.ignores_limits else list(own_windows(state, now_ms))
    return sorted([*own, *told_windows(state, now_ms)], key=lambda each: -each.part)


def own_windows(state: State, now_ms: int) -> Iterator[Window]:
    """The user's own limits."""
    for provider, caps in state.used.items():
        for cap in caps:
            yield _own(provider, cap, now_ms)


def _own(provider: str, cap: CapUsed, now_ms: int) -> Window:
    name = f"{_UNITS.get(cap.unit, cap.unit)}/{_LENGTHS.get(cap.length, cap.length)}"
    part = cap.used / cap.most if cap.most else 1.0
    most = cap.most if cap.unit == "tokens" else 0
    if cap.reset_ms is not None and cap.reset_ms <= now_ms:
        return Window(name, 0.0, f"<{tokens(cap.used)}/{tokens(cap.most)}", None, provider, own=True, tokens=most)
    return Window(name, part, f"{tokens(cap.used)}/{tokens(cap.most)}", cap.reset_ms, provider, own=True, tokens=most)


def told_windows(state: State, now_ms: int) -> Iterator[Window]:
    """The limits that providers told of, and that have not been renewed since."""
    for key, notice in state.told.items():
        for quota in notice.quotas:
            part = used_part(quota)
            if part is not None and (quota.reset_ms is None or quota.reset_ms > now_ms):
                most = quota.limit if quota.limit and quota.name == "tokens" else 0
                yield Window(quota.name.replace("_", " "), part, "", quota.reset_ms, key, own=False, tokens=most)


def used_part(quota: Quota) -> float | None:
    """How much of a limit is used up; None where that was not told."""
    if quota.used is not None:
        return max(0.0, min(1.0, quota.used))
    if quota.limit and quota.remaining is not None:
        return max(0.0, min(1.0, 1 - quota.remaining / quota.limit))
    return None
