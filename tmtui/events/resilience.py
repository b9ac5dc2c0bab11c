"""Waiting, retrying and limits."""

from tmtui.domain.outcome import Outcome
from tmtui.events.base import Event


class ProviderRetrying(Event, frozen=True, tag="provider.retrying"):
    """A request failed in passing and will be made again, within the same attempt."""

    provider: str
    outcome: Outcome
    tries: int
    """How many have been made."""
    delay: float
    """Seconds until the next."""
    until_ms: int
    """Wall time of the next, for people."""


class ProviderRecovered(Event, frozen=True, tag="provider.recovered"):
    """A request went through after it had failed."""

    provider: str
    tries: int
