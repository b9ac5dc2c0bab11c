"""What a provider tells of its limits. Whoever hears it passes it on; `tmtui.resilience` acts upon it."""

import msgspec


class Quota(msgspec.Struct, frozen=True):
    """One of a provider's limits, as far as it was told."""

    name: str
    """`requests`, `input_tokens`, `output_tokens`, `tokens`; or a subscription's window, such as `five_hour`."""
    limit: int | None = None
    remaining: int | None = None
    used: float | None = None
    """The share that is used up, 0 to 1, where that is what was told."""
    reset_ms: int | None = None
    """Wall time at which it is full again."""


class CapUsed(msgspec.Struct, frozen=True):
    """How far one of the user's own limits is used up."""

    name: str
    """As it is configured: `max_requests_minute`."""
    unit: str
    """`requests` or `tokens`."""
    length: str
    """`minute`, `hour`, `day` or `week`: any stretch of time that is so long."""
    used: int
    most: int
    reset_ms: int | None = None
    """Wall time from which on it is less; None when nothing is used."""


class LimitNotice(msgspec.Struct, frozen=True):
    """What one answer of a provider told of its limits."""

    quotas: tuple[Quota, ...] = ()
    retry_after: float | None = None
    """Seconds, as they came: not yet held against what is sane."""
    status: str = ""
    """`allowed`, `warning` or `rejected`, where the provider says so; empty otherwise."""
