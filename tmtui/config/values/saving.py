"""What spares requests."""

import msgspec


class Cache(msgspec.Struct, frozen=True, kw_only=True):
    """Answers that are used again for the same question, where that is sound."""

    enabled: bool = True
    ttl: float = 86_400.0
    """Seconds that an answer is good for."""
