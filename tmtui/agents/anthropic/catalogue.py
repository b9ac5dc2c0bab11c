"""The models that are known, as data: what each takes. Which of them go, and when, stands in `domain.models`.

What is true of a model is true of the ids that only name it more exactly (`claude-haiku-4-5-20251001`). A model
that is not here is taken for one of the newest, since those come out faster than this table is kept: what it does
not take, the API will say.
"""

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from tmtui.agents.model import Traits
from tmtui.domain.models import END_OF_LIFE, EndOfLife


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

UNPRICED: Final[Mapping[str, EndOfLife]] = {
    "claude-1.3-100k": EndOfLife("2024-11-06", ALIASES["sonnet"]),
    "claude-instant-1.1-100k": EndOfLife("2024-11-06", ALIASES["haiku"]),
    "claude-mythos-preview": EndOfLife("2026-06-30", "claude-mythos-5-2"),
}
"""Models that went, of which no price is known: they are no part of `domain.models`, but the SDK warns of them."""

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


def farewell(model: str, today: str) -> str:
    """What a person should know of a model that is gone or going; empty for one that stays.

    Args:
        model: Its id, with or without a date.
        today: A date such as `2026-11-20`.
    """
    end = END_OF_LIFE.get(model) or END_OF_LIFE.get(undated(model)) or UNPRICED.get(model)
    if end is None:
        return ""
    return f"{model} {'was' if end.date <= today else 'will be'} retired on {end.date}; use {end.successor}"


def nearest_effort(wanted: str, card: Card) -> str:
    """The highest level that a model takes and that is not above the one wanted; empty when it takes none."""
    if wanted not in EFFORTS or not card.efforts:
        return ""
    below = [level for level in card.efforts if EFFORTS.index(level) <= EFFORTS.index(wanted)]
    return below[-1] if below else card.efforts[0]
