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
    of: int = 0
    """How many are made at most; 0 when that is not known."""


class ProviderBroken(Event, frozen=True, tag="provider.broken"):
    """A circuit changed: how it stands is stored whole, so that a restart finds it so."""

    key: str
    """`provider/model`, or `provider` for what concerns all its models."""
    state: str
    """`closed`, `open`, `half_open`, `forced_open` or `disabled`."""
    reason: str
    """Why, for people."""
    until_ms: int | None = None
    """Wall time at which it lets a probe through."""
    data: str = ""
    """JSON of the whole circuit (`tmtui.resilience.breaker`)."""


class ProviderRecovered(Event, frozen=True, tag="provider.recovered"):
    """A request went through after it had failed."""

    provider: str
    tries: int
