"""What to do with a wait: stand in line, ask another model, or let the run sleep until then."""

from math import isfinite

import msgspec

from tmtui.resilience.defaults import FALLBACK_IF_OVER_SECONDS, PAUSE_OVER_SECONDS


class Queue(msgspec.Struct, frozen=True, tag=True):
    """Wait here, with a countdown."""

    until_ms: int


class FallBack(msgspec.Struct, frozen=True, tag=True):
    """Let the next model of the chain serve the request."""

    until_ms: int | None
    """Until when the first choice is away; None when nobody knows."""


class PauseRun(msgspec.Struct, frozen=True, tag=True):
    """Let the run wait: nothing is in flight, and no attempt is used up."""

    until_ms: int | None
    """When it goes on by itself; None when nobody knows, so that somebody must say when."""


Wait = Queue | FallBack | PauseRun


def decide_wait(
    wait_s: float | None,
    now_ms: int,
    *,
    has_fallback: bool,
    fallback_if_over: float = FALLBACK_IF_OVER_SECONDS.value,
    pause_over: float = PAUSE_OVER_SECONDS.value,
) -> Wait:
    """Weigh a wait of `wait_s` seconds (None or no number: unknown) that begins at wall time `now_ms`."""
    if wait_s is None or not isfinite(wait_s):
        return FallBack(None) if has_fallback else PauseRun(None)
    until_ms = now_ms + round(max(wait_s, 0.0) * 1_000)
    if has_fallback and wait_s > fallback_if_over:
        return FallBack(until_ms)
    return PauseRun(until_ms) if wait_s > pause_over else Queue(until_ms)
