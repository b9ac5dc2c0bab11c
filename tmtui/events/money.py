"""Money and tokens."""

from typing import Final

from tmtui.domain.usage import Usage
from tmtui.events.base import Event


REUSED: Final = "cache"
"""The source of an answer that was there, so that no request was made for it."""


class MoneyWarned(Event, frozen=True, tag="money.warned"):
    """A budget has been used up to a mark."""

    budget: str
    """Which one, such as `run`, `day` or `profile automation`."""
    level: str
    """`warning`, `critical` or `exceeded`."""
    spent_micro: int
    cap_micro: int
    action: str = ""
    """What follows from it, when it is exceeded."""


class MoneySpent(Event, frozen=True, tag="money.spent"):
    """One request was paid for."""

    model: str
    usage: Usage
    micro: int | None = None
    """Micro-dollars; None when the price is not known, which is not the same as nothing."""
    source: str = ""
    """Where the price comes from, with its date."""
    provider: str = ""
    profile: str = ""
    request: str = ""
    """The request's id in the log; empty when the agent makes its requests by itself."""
    user: str = ""
    """The name of the user whose run it is."""
    estimated: bool = False
    """Whether the tokens were not told, or the price is not the model's own, so that the amount is an estimate."""
    saved_micro: int = 0
    """What it would have cost in addition without caches and cheaper models."""
    instead_of: str = ""
    """The model that its profile names, where the task's complexity chose this one."""
    tiered_micro: int = 0
    """The part of `saved_micro` that comes from that choice; below zero for a dearer model."""

    @property
    def reused(self) -> bool:
        """Whether no request was made at all, since the answer was there."""
        return self.source == REUSED
