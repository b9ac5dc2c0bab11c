"""The models that are known, as data. Which of them go, and when, stands in `domain.models`.

A family's name stands for all whose ids begin with it: `gpt-5.4` is also `gpt-5.4-2026-05-01`. The longest name that
fits counts. A model that is not here is one of a server of one's own, of which little can be known: it gets modest
figures, which its settings can better.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from tmtui.agents.model import Traits


EFFORTS: Final = ("low", "medium", "high", "xhigh")
"""From the least to the most."""

_MILLION: Final = 1_050_000


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a model, or of a family of them."""

    id: str
    context: int = 400_000
    """Tokens."""
    max_output: int = 128_000
    """Tokens, reasoning included."""
    efforts: tuple[str, ...] = EFFORTS
    """The levels of reasoning that it takes; a model with none does not reason, and takes a temperature."""

    @property
    def traits(self) -> Traits:
        """The same in the port's words."""
        return Traits(
            context=self.context,
            max_output=self.max_output,
            thinking=bool(self.efforts),
            takes_temperature=not self.efforts,
            takes_effort=bool(self.efforts),
        )


CARDS: Final[Mapping[str, Card]] = {
    card.id: card
    for card in (
        Card(id="gpt-5.6", context=_MILLION),
        Card(id="gpt-5.5", context=_MILLION),
        Card(id="gpt-5.4", context=_MILLION),
        Card(id="gpt-5.4-mini"),
        Card(id="gpt-5.4-nano"),
        Card(id="gpt-5.3", context=128_000, max_output=16_384, efforts=()),
        Card(id="gpt-5.3-codex"),
        Card(id="gpt-5.2"),
        Card(id="gpt-5.1", efforts=EFFORTS[:3]),
        Card(id="gpt-5", efforts=EFFORTS[:3]),
        Card(id="o1", context=200_000, max_output=100_000, efforts=EFFORTS[:3]),
        Card(id="o3", context=200_000, max_output=100_000, efforts=EFFORTS[:3]),
        Card(id="o4-mini", context=200_000, max_output=100_000, efforts=EFFORTS[:3]),
        Card(id="gpt-4.1", context=1_000_000, max_output=32_768, efforts=()),
        Card(id="gpt-4o", context=128_000, max_output=16_384, efforts=()),
        Card(id="gpt-4-turbo", context=128_000, max_output=4_096, efforts=()),
        Card(id="gpt-4", context=8_192, max_output=4_096, efforts=()),
    )
}
"""By what their ids begin with."""

MODEST: Final = Card(id="", context=128_000, max_output=8_192, efforts=())
"""What is taken to be true of a model that is not known."""


def card_of(model: str) -> Card:
    """What is known of a model."""
    fitting = [name for name in CARDS if model == name or model.startswith((f"{name}-", f"{name}."))]
    known = CARDS[max(fitting, key=len)] if fitting else MODEST
    return msgspec.structs.replace(known, id=model)


def nearest_effort(wanted: str, card: Card) -> str:
    """The level to ask for: the one wanted, or the highest that there is below it; empty for none."""
    if wanted == "max":
        wanted = EFFORTS[-1]
    if wanted not in EFFORTS or not card.efforts:
        return ""
    below = [level for level in card.efforts if EFFORTS.index(level) <= EFFORTS.index(wanted)]
    return below[-1] if below else card.efforts[0]
