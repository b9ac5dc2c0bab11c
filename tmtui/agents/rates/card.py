"""Requests to money: `price` after one, `worst_case` before it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

import msgspec

from tmtui.agents.rates import published, shipped
from tmtui.agents.rates.names import forms
from tmtui.domain.rate import Rate, cost, in_force, uncached_cost, worst_cost
from tmtui.domain.usage import Usage


OwnTable = Mapping[str, Sequence[Rate]]
"""The user's table: for each model, its rates from different days on."""

OWN: Final = "own rates"
ANY_OTHER: Final = "*"
"""The entry of the user's table that stands for every model that nobody knows."""

HALF: Final = Decimal("0.5")

REGIONS: Final[Mapping[str, Decimal]] = {"us": Decimal("1.1")}


class Terms(msgspec.Struct, frozen=True):
    """What of a request changes its price."""

    batch: bool = False
    """Whether it was answered when there was time: half the price."""
    region: str = ""
    """Where it was bound to be carried out (Anthropic's `inference_geo`): `us` costs a tenth more."""

    @property
    def factor(self) -> Decimal:
        """What every price is multiplied with."""
        return (Decimal("0.5") if self.batch else Decimal(1)) * (
            Decimal("1.1") if self.region == "us" else Decimal(1)
        )


LIST_PRICE: Final = Terms()


class Priced(msgspec.Struct, frozen=True):
    """What a request costs."""

    micro: int
    """Micro-dollars."""
    source: str
    """Which table says so, with its date or version."""
    known: bool = True
    """Whether the price is the model's own; otherwise `micro` is an estimate and `warning` says why."""
    warning: str = ""
    saved: int = 0
    """Micro-dollars that caches saved; below zero when they were written and not yet read."""


class Found(msgspec.Struct, frozen=True):
    """A rate, and who says it."""

    rate: Rate
    source: str
    known: bool = True
    warning: str = ""


class RateCard:
    """All tables together, the user's own among them."""

    def __init__(self, own: OwnTable | None = None) -> None:
        self._own = {name.strip().lower(): rates for name, rates in (own or {}).items()}

    def price(self, model: str, usage: Usage, at_ms: int, terms: Terms = LIST_PRICE) -> Priced:
        """What a request cost that was made at a wall time."""
        found = self.find(model, at_ms)
        micro = cost(found.rate, usage, terms.factor)
        saved = uncached_cost(found.rate, usage, terms.factor) - micro if found.known else 0
        return Priced(micro, found.source, found.known, found.warning, saved)

    def worst_case(
        self, model: str, prompt_tokens: int, max_output: int, at_ms: int, terms: Terms = LIST_PRICE
    ) -> Priced:
        """What a request can cost at most whose prompt and answer keep to these sizes.

        A prompt is reckoned as if all of it were written into a cache, where that is dearer than reading it.
        """
        found = self.find(model, at_ms)
        micro = worst_cost(found.rate, prompt_tokens, max_output, terms.factor)
        return Priced(micro, found.source, found.known, found.warning)

    def worst(self, model: str, prompt_tokens: int, max_tokens: int, at_ms: int) -> int:
        """The micro-dollars of `worst_case`."""
        return self.worst_case(model, prompt_tokens, max_tokens, at_ms).micro

    def find(self, model: str, at_ms: int) -> Found:
        """The rate of a model at a wall time, whoever knows it."""
        moment = dt.datetime.fromtimestamp(at_ms / 1000, dt.UTC)
        known = self._known(model, moment)
        if known is not None:
            return known
        others = in_force(self._own.get(ANY_OTHER, ()), moment.date())
        return _unknown(model, moment) if others is None else Found(others, OWN)

    def _known(self, model: str, moment: dt.datetime) -> Found | None:
        for table, source in ((self._own, OWN), (shipped.TABLE, shipped.SOURCE)):
            for form in forms(model):
                rate = in_force(table.get(form, ()), moment.date())
                if rate is not None:
                    return Found(rate, source)
        for form in forms(model):
            rate = published.find(form, moment)
            if rate is not None:
                return Found(rate, published.source())
        return None


def _unknown(model: str, moment: dt.datetime) -> Found:
    prices, maker = published.dearest(model, moment)
    warning = (
        f"no price is known for {model}: it is counted at the dearest one known{f' of {maker}' if maker else ''}"
        f" (${prices.input:f} in, ${prices.output:f} out for a million tokens); say it in the settings, such as"
        f" rates: {{{model}: {{input: 3, output: 15}}}}"
    )
    return Found(Rate(prices), f"dearest known, {published.source()}", known=False, warning=warning)


def price(model: str, usage: Usage, at_ms: int, own: OwnTable | None = None, terms: Terms = LIST_PRICE) -> Priced:
    """`RateCard.price`, for one request."""
    return RateCard(own).price(model, usage, at_ms, terms)


def worst_case(model: str, prompt_tokens: int, max_output: int, at_ms: int, own: OwnTable | None = None) -> Priced:
    """`RateCard.worst_case`, for one request."""
    return RateCard(own).worst_case(model, prompt_tokens, max_output, at_ms)
