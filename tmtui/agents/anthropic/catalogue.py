"""The models that are known, as data: what each takes, how long it serves, and what follows it.

What is true of a model is true of the ids that only name it more exactly (`claude-haiku-4-5-20251001`). A model
that is not here is taken for one of the newest, since those come out faster than this table is kept: what it does
not take, the API will say.
"""

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from tmtui.agents.model import Traits


EFFORTS: Final = ("low", "medium", "high", "xhigh", "max")
"""From the least to the most."""

_MILLION: Final = 1_000_000
_LONG: Final = 128_000


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a model."""

    id: str
    context: int = _MILLION
    """Tokens."""
    max_output: int = _LONG
    """Tokens, thinking included."""
    adaptive: bool = True
    """Whether it decides itself how much to think, and shows a summary when it is asked to."""
    always_thinks: bool = False
    """Whether thinking cannot be switched off."""
    efforts: tuple[str, ...] = EFFORTS
    """The levels of effort that it takes."""
    takes_temperature: bool = False
    """No model does with the version of the API that the SDK speaks."""
    structured: bool = True
    """Whether tool inputs and answers can be held to a schema."""

    @property
    def traits(self) -> Traits:
        """The same in the port's words."""
        return Traits(
            context=self.context,
            max_output=self.max_output,
            thinking=self.adaptive,
            takes_temperature=self.takes_temperature,
            takes_effort=bool(self.efforts),
        )


class Retirement(msgspec.Struct, frozen=True):
    """When a model stops to serve."""

    date: str
    """Such as `2026-11-30`."""
    successor: str

    def words(self, model: str, today: str) -> str:
        """It, said to a person. `today` is a date of the same form."""
        verb = "was retired" if self.date <= today else "will be retired"
        return f"{model} {verb} on {self.date}; use {self.successor}"


_LOW_TO_HIGH: Final = EFFORTS[:3]

CARDS: Final[Mapping[str, Card]] = {
    card.id: card
    for card in (
        Card(id="claude-fable-5-2", always_thinks=True),
        Card(id="claude-fable-5-1", always_thinks=True),
        Card(id="claude-fable-5", always_thinks=True),
        Card(id="claude-mythos-5-2", always_thinks=True),
        Card(id="claude-mythos-5-1", always_thinks=True),
        Card(id="claude-mythos-5", always_thinks=True),
        Card(id="claude-opus-5-5", always_thinks=True),
        Card(id="claude-opus-5"),
        Card(id="claude-sonnet-5-5"),
        Card(id="claude-sonnet-5"),
        Card(id="claude-haiku-5-5", efforts=_LOW_TO_HIGH),
        Card(id="claude-opus-4-8"),
        Card(id="claude-opus-4-7"),
        Card(id="claude-opus-4-6", efforts=(*_LOW_TO_HIGH, "max")),
        Card(id="claude-sonnet-4-6", efforts=_LOW_TO_HIGH),
        Card(id="claude-opus-4-5", context=200_000, max_output=64_000, adaptive=False, efforts=_LOW_TO_HIGH),
        Card(id="claude-sonnet-4-5", context=200_000, max_output=64_000, adaptive=False, efforts=()),
        Card(id="claude-haiku-4-5", context=200_000, max_output=64_000, adaptive=False, efforts=()),
    )
}
"""The models that serve."""

ALIASES: Final[Mapping[str, str]] = {
    "fable": "claude-fable-5-2",
    "opus": "claude-opus-5-5",
    "sonnet": "claude-sonnet-5-5",
    "haiku": "claude-haiku-5-5",
}
"""Short names of the newest of each line."""

_OPUS: Final = ALIASES["opus"]
_SONNET: Final = ALIASES["sonnet"]
_HAIKU: Final = ALIASES["haiku"]

RETIREMENTS: Final[Mapping[str, Retirement]] = {
    "claude-1.3": Retirement("2024-11-06", _SONNET),
    "claude-1.3-100k": Retirement("2024-11-06", _SONNET),
    "claude-instant-1.1": Retirement("2024-11-06", _HAIKU),
    "claude-instant-1.1-100k": Retirement("2024-11-06", _HAIKU),
    "claude-instant-1.2": Retirement("2024-11-06", _HAIKU),
    "claude-2.0": Retirement("2025-07-21", _SONNET),
    "claude-2.1": Retirement("2025-07-21", _SONNET),
    "claude-3-sonnet": Retirement("2025-07-21", _SONNET),
    "claude-3-5-sonnet": Retirement("2025-10-28", _SONNET),
    "claude-3-opus": Retirement("2026-01-05", _OPUS),
    "claude-3-7-sonnet": Retirement("2026-02-19", _SONNET),
    "claude-3-5-haiku": Retirement("2026-02-19", _HAIKU),
    "claude-3-haiku": Retirement("2026-04-20", _HAIKU),
    "claude-opus-4-0": Retirement("2026-06-15", _OPUS),
    "claude-opus-4": Retirement("2026-06-15", _OPUS),
    "claude-sonnet-4-0": Retirement("2026-06-15", _SONNET),
    "claude-sonnet-4": Retirement("2026-06-15", _SONNET),
    "claude-mythos-preview": Retirement("2026-06-30", "claude-mythos-5-2"),
    "claude-opus-4-1": Retirement("2026-08-05", _OPUS),
    "claude-sonnet-4-5": Retirement("2026-11-30", _SONNET),
}
"""The models that are gone or going, by the id without its date."""

_DATE: Final = re.compile(r"-(?:20\d{6}|latest)\Z")


def resolved(model: str) -> str:
    """The id behind a short name; any other name is an id already."""
    return ALIASES.get(model, model)


def undated(model: str) -> str:
    """An id without the date that only names it more exactly: two that agree in this are the same model."""
    return _DATE.sub("", resolved(model))


def card_of(model: str) -> Card:
    """What is known of a model; of one that is not known, what is true of the newest."""
    return CARDS.get(undated(model)) or Card(id=model)


def retirement_of(model: str) -> Retirement | None:
    """When a model stops to serve; None when nothing of that is known."""
    return RETIREMENTS.get(undated(model))


def nearest_effort(wanted: str, card: Card) -> str:
    """The highest level that a model takes and that is not above the one wanted; empty when it takes none."""
    if wanted not in EFFORTS or not card.efforts:
        return ""
    below = [level for level in card.efforts if EFFORTS.index(level) <= EFFORTS.index(wanted)]
    return below[-1] if below else card.efforts[0]
