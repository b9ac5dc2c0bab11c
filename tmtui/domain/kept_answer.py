"""An answer that is kept, so that the same question need not be asked again."""

import msgspec


class KeptAnswer(msgspec.Struct, frozen=True):
    """What a model answered to a question, in one go and without a tool."""

    key: str
    """SHA-256 of all that the answer depends on, in hex."""
    text: str
    model: str
    provider: str
    answered_ms: int
    """Wall time."""
    run: str
    """In which it was asked."""
    micro: int | None
    """What it cost; None when nobody knows."""
