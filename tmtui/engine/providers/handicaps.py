"""What works less well with a provider, in the words in which it is told."""

from tmtui.domain.text import clean_line
from tmtui.events.monitor import Degraded


OFFLINE = "offline"
"""The cause of a wait for a provider that cannot be reached."""


def unpriced(model: str, warning: str) -> Degraded:
    """The price of a model is a guess. `warning` is the rate card's: why, then what to do."""
    why, _, remedy = clean_line(warning).partition("; ")
    return Degraded(clean_line(f"price of {model}", 100), why, remedy)


def unreachable(key: str, reason: str) -> Degraded:
    """A model's provider cannot be reached at all, and there is nobody else to ask."""
    why = f"it cannot be reached ({reason})" if reason else "it cannot be reached"
    return Degraded(f"provider {key}", why, "check the network; it is tried again by itself")
