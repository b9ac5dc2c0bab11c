"""Money and tokens."""

from tmtui.domain.usage import Usage
from tmtui.events.base import Event


class MoneySpent(Event, frozen=True, tag="money.spent"):
    """One request was paid for."""

    model: str
    usage: Usage
    micro: int | None = None
    """Micro-dollars; None when the price is not known, which is not the same as nothing."""
    source: str = ""
    """Where the price comes from."""
