"""Adaptive throttling: when a provider turns away much of what it is asked, ask less to begin with.

After "Handling Overload" (Site Reliability Engineering, chapter 21): a request is refused here, unsent, with the
probability `(requests - K * accepts) / (requests + 1)`. With K = 2 nothing is refused as long as half of all requests
are accepted. Requests are counted before they are sent, the refused ones as well, or the refusals would never end up
in balance with what the provider takes.

Two things differ, because a model may take minutes and is asked a few times in each: what is still under way does not
speak against the provider, and a tenth is always sent, so that the end of an outage is noticed soon.

Time is monotonic, in seconds.
"""

from typing import Final

import msgspec

from tmtui.domain.clock import Rng
from tmtui.domain.tally import Tally, add, at_most
from tmtui.resilience.defaults import THROTTLE_K, THROTTLE_SECONDS


LARGEST_CHANCE: Final = 0.9
"""The probability of a refusal that is never passed."""


class Throttle(msgspec.Struct, frozen=True):
    """What was asked of one provider of late, and what of it was accepted."""

    requests: Tally = Tally(kept=THROTTLE_SECONDS.value + 1)
    accepts: Tally = Tally(kept=THROTTLE_SECONDS.value + 1)
    under_way: int = 0
    """Sent, without a word so far."""


def refusal_chance(throttle: Throttle, now: float, k: float = THROTTLE_K.value) -> float:
    """The probability with which a request is refused here."""
    requests = at_most(throttle.requests, now, THROTTLE_SECONDS.value)
    accepts = at_most(throttle.accepts, now, THROTTLE_SECONDS.value)
    chance = (requests - throttle.under_way - k * accepts) / (requests + 1)
    return min(LARGEST_CHANCE, max(0.0, chance))


def ask(throttle: Throttle, now: float, rng: Rng, k: float = THROTTLE_K.value) -> tuple[Throttle, bool]:
    """Count a request, and say whether it may be sent. When it is, `on_accept` or `on_reject` must follow."""
    if rng.random() >= refusal_chance(throttle, now, k):
        return on_send(throttle, now), True
    return msgspec.structs.replace(throttle, requests=add(throttle.requests, now)), False


def on_send(throttle: Throttle, now: float) -> Throttle:
    """A request is sent, asked or not. `on_accept` or `on_reject` must follow."""
    return Throttle(add(throttle.requests, now), throttle.accepts, throttle.under_way + 1)


def on_accept(throttle: Throttle, now: float) -> Throttle:
    """The provider took a request on, whatever became of it: it was not overloaded."""
    return Throttle(throttle.requests, add(throttle.accepts, now), max(0, throttle.under_way - 1))


def on_reject(throttle: Throttle) -> Throttle:
    """The provider turned a request away, or nobody will know."""
    return msgspec.structs.replace(throttle, under_way=max(0, throttle.under_way - 1))
