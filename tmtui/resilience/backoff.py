"""How long to wait before the next try."""

import math
from typing import Final

from tmtui.domain.clock import Rng
from tmtui.domain.outcome import Outcome
from tmtui.resilience.taxonomy import TREATMENTS


LONGEST_HINT: Final = 24 * 3600.0
"""Seconds: a server that asks for more than a day is not believed."""

_LARGEST_EXPONENT: Final = 30


def sane_hint(seconds: float | None) -> float | None:
    """A server's `Retry-After`, or None when it is missing, not a number, beyond belief, or no time at all."""
    if seconds is None or not math.isfinite(seconds) or not 0 < seconds <= LONGEST_HINT:
        return None
    return seconds


def pause_before_retry(outcome: Outcome, tries: int, rng: Rng) -> float | None:
    """Seconds to wait after the `tries`-th failed request, or None when it should not be made again.

    Full jitter, `uniform(0, min(cap, base * 2**n))`, after "Exponential Backoff And Jitter" (AWS Architecture Blog,
    2015). A sane hint of the server is honoured and gets up to a tenth on top, so that clients do not return at once.
    """
    treatment = TREATMENTS[outcome.kind]
    if tries > treatment.retries:
        return None
    hint = sane_hint(outcome.retry_after)
    if hint is not None:
        return hint * (1 + 0.1 * rng.random())
    exponent = min(tries - 1, _LARGEST_EXPONENT)
    return rng.random() * min(treatment.cap, treatment.base * 2.0**exponent)
