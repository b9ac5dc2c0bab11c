"""How long to wait before the next try, and whether there is one.

The taxonomy says how often each kind may be tried again and how the pauses grow; `RetryRules` are what the user says
about it. They can name what is tried again and what is not, how often and how slowly; they cannot make a kind passing
that is not: to repeat what the provider refused for good only costs.
"""

import math
from typing import Final

import msgspec

from tmtui.domain.clock import Rng
from tmtui.domain.outcome import Kind, Outcome
from tmtui.resilience.defaults import BACKOFF_MULTIPLIER, HINT_JITTER, LONGEST_HINT_SECONDS
from tmtui.resilience.taxonomy import TREATMENTS, Family


LONGEST_HINT: Final = LONGEST_HINT_SECONDS.value
"""Seconds: a server that asks for more than a day is not believed."""

LARGEST_MULTIPLIER: Final = 100.0

_LARGEST_EXPONENT: Final = 30


class RetryRules(msgspec.Struct, frozen=True, kw_only=True):
    """What is configured about trying again. None leaves it to each kind's treatment."""

    tries: int | None = None
    """Requests in all, the first one included; 1 for never again."""
    base: float | None = None
    """Seconds of the first pause at most."""
    cap: float | None = None
    """Seconds of any pause at most."""
    multiplier: float = BACKOFF_MULTIPLIER.value
    """By which the pause grows from one try to the next."""
    again: frozenset[Kind] = frozenset()
    """When there are any, only these are tried again, as often as `tries` says; without them, every kind is, as often
    as its treatment and `tries` both allow."""
    never: frozenset[Kind] = frozenset()
    """Tried once; it prevails over `again`."""


UNCONFIGURED: Final = RetryRules()


def sane_hint(seconds: float | None) -> float | None:
    """A server's `Retry-After`, or None when it is missing, not a number, beyond belief, or no time at all."""
    if seconds is None or not math.isfinite(seconds) or not 0 < seconds <= LONGEST_HINT:
        return None
    return seconds


def retries_of(kind: Kind, rules: RetryRules = UNCONFIGURED) -> int:
    """How often a request that ended with `kind` may be made again."""
    treatment = TREATMENTS[kind]
    shut_out = kind in rules.never or (rules.again and kind not in rules.again)
    if treatment.family is not Family.PASSING or shut_out:
        return 0
    if rules.tries is None:
        return treatment.retries
    most = max(0, rules.tries - 1)
    return most if rules.again else min(most, treatment.retries)


def pause_before_retry(
    outcome: Outcome, tries: int, rng: Rng, rules: RetryRules = UNCONFIGURED, *, time_left: float | None = None
) -> float | None:
    """Seconds to wait after the `tries`-th failed request, or None when it should not be made again.

    Full jitter, `uniform(0, min(cap, base * 2**n))`, after "Exponential Backoff And Jitter" (AWS Architecture Blog,
    2015). A sane hint of the server is honoured and gets up to a tenth on top, so that clients do not return at once.
    A try that could not even begin within `time_left` seconds is not made.
    """
    if tries > retries_of(outcome.kind, rules):
        return None
    pause = _pause(outcome, tries, rng, rules)
    return None if time_left is not None and pause >= time_left else pause


def _pause(outcome: Outcome, tries: int, rng: Rng, rules: RetryRules) -> float:
    hint = sane_hint(outcome.retry_after)
    if hint is not None:
        return hint * (1 + HINT_JITTER.value * rng.random())
    return rng.random() * longest_pause(outcome.kind, tries, rules)


def longest_pause(kind: Kind, tries: int, rules: RetryRules = UNCONFIGURED) -> float:
    """Seconds that the pause after the `tries`-th failed request may last when the server names none."""
    treatment = TREATMENTS[kind]
    base = treatment.base if rules.base is None else rules.base
    cap = treatment.cap if rules.cap is None else rules.cap
    multiplier = min(max(rules.multiplier, 1.0), LARGEST_MULTIPLIER)
    return min(cap, base * multiplier ** min(max(tries, 1) - 1, _LARGEST_EXPONENT))
