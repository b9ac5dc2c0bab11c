"""Adaptive throttling: when a provider turns away much of what it is asked, ask less to begin with.

After "Handling Overload" (Site Reliability Engineering, chapter 21): a request is refused here, unsent, with the
probability `(requests - K * accepts) / (requests + 1)`. With K = 2 nothing is refused as long as half of all requests
are accepted. Requests are counted before they are sent, the refused ones as well, or the refusals would never end up
in balance with what the provider takes.

Time is monotonic, in seconds.
"""

import msgspec

from tmtui.domain.clock import Rng
from tmtui.resilience.defaults import THROTTLE_K, THROTTLE_SECONDS
from tmtui.resilience.tally import Tally, add, at_most


_SLOTS = Tally(width=5.0, kept=THROTTLE_SECONDS.value // 5 + 1)


class Throttle(msgspec.Struct, frozen=True):
    """What was asked of one provider in the last minutes, and what of it was accepted."""

    requests: Tally = _SLOTS
    accepts: Tally = _SLOTS


def refusal_chance(throttle: Throttle, now: float, k: float = THROTTLE_K.value) -> float:
    """The probability with which a request is refused here."""
    requests = at_most(throttle.requests, now, THROTTLE_SECONDS.value)
    accepts = at_most(throttle.accepts, now, THROTTLE_SECONDS.value)
    return max(0.0, (requests - k * accepts) / (requests + 1))


def ask(throttle: Throttle, now: float, rng: Rng, k: float = THROTTLE_K.value) -> tuple[Throttle, bool]:
    """Count a request, and say whether it may be sent."""
    sent = rng.random() >= refusal_chance(throttle, now, k)
    return Throttle(add(throttle.requests, now), throttle.accepts), sent


def on_accept(throttle: Throttle, now: float) -> Throttle:
    """The provider took a request on, whatever became of it: it was not overloaded."""
    return Throttle(throttle.requests, add(throttle.accepts, now))
