"""The schema of `rates`."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Final

import msgspec

from tmtui.config.blocks.block import Tokens
from tmtui.domain.problem import WrongValueError
from tmtui.domain.rate import Rate, Step, make_prices
from tmtui.system.documents.values import Exact, OneOrMany
from tmtui.system.documents.written import After, Before, InJsonSchema, Written


DEAREST: Final = 100_000
"""Dollars for a million tokens: more is a slip."""

PRICES: Final = ("input", "output", "cache_read", "cache_write", "cache_write_1h")


def parse_price(value: Any) -> Decimal:
    """A price from `3`, `0.25` or `$3`.

    Raises:
        WrongValueError: it is none.
    """
    text = str(value).strip().removeprefix("$").strip()
    if not re.fullmatch(r"[0-9]{1,6}(?:\.[0-9]{1,9})?", text) or Decimal(text) > DEAREST:
        raise WrongValueError("must be US dollars for a million tokens", "Write a number, such as 3 or 0.25.")
    return Decimal(text)


Price = Annotated[
    Decimal,
    Before(parse_price),
    InJsonSchema({"type": ["number", "string"], "description": "US dollars for a million tokens."}),
]


class PricesWritten(Written):
    """Prices, of which some may be left out."""

    input: Price | None = None
    """Of tokens that are read afresh."""
    output: Price | None = None
    """Of tokens that the model writes, thinking included."""
    cache_read: Price | None = None
    """Of tokens read from a cache; the default is the price of input."""
    cache_write: Price | None = None
    """Of tokens written into a cache; the default is 1.25 times that of input."""
    cache_write_1h: Price | None = None
    """Of tokens written into a cache that lasts an hour; the default is twice that of input."""

    def prices(self) -> dict[str, Decimal]:
        """Those that are said."""
        said = ((name, getattr(self, name)) for name in PRICES)
        return {name: price for name, price in said if price is not None}


class AboveWritten(PricesWritten, kw_only=True):
    """Prices of requests with a long prompt. What is left out is as it is below."""

    prompt_tokens: Tokens
    """Prompts with more tokens than this are meant; the whole request is."""


class RateWritten(PricesWritten, kw_only=True):
    """What the tokens of a model cost."""

    input: Price
    """Of tokens that are read afresh."""
    output: Price
    """Of tokens that the model writes, thinking included."""
    since: dt.date | None = None
    """The first day, in UTC, such as 2026-10-07; also written `from`. Without it: for ever since."""
    above: OneOrMany[AboveWritten] | None = None
    """Prices of requests with a long prompt."""

    spellings: ClassVar[Mapping[str, str]] = {"from": "since"}

    def as_said(self) -> dict[str, Any]:
        """The fields of a `domain.rate.Rate`."""
        below = self.prices()
        above = sorted(self.above or [], key=lambda each: each.prompt_tokens)
        steps = tuple(Step(each.prompt_tokens, make_prices({**below, **each.prices()})) for each in above)
        return msgspec.structs.asdict(Rate(make_prices(below), steps, self.since))


def _one_to_a_day(rates: Sequence[RateWritten]) -> Sequence[RateWritten]:
    if not rates:
        raise WrongValueError("must hold at least one set of prices")
    days = [rate.since for rate in rates]
    if len(set(days)) < len(days):
        raise WrongValueError("says twice what holds from the same day on", "Give each a `from` of its own.")
    return rates


Rates = Annotated[OneOrMany[RateWritten], After(_one_to_a_day)]


class RatesBlock(Written):
    """The part of a settings file that says what models cost."""

    rates: dict[Exact, Rates] | None = None
    """US dollars for a million tokens, by the id of the model: one set of prices, or several from different days on.
    `*` stands for every model whose price nobody knows."""
