"""What tokens cost, and how a request is reckoned from it.

A price of one dollar for a million tokens is one micro-dollar for a token, so a request costs the sum of its tokens
times their prices. The sum is exact; it is rounded once for each request, at the very end, half a micro-dollar up.
Where a model has steps, the size of the prompt picks the prices of the *whole* request, its answer included.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from typing import Final

import msgspec

from tmtui.domain.usage import Usage


PART_OF_INPUT: Final[Mapping[str, Decimal]] = {
    "cache_read": Decimal(1),
    "cache_write": Decimal("1.25"),
    "cache_write_1h": Decimal(2),
}
"""What a price is taken for that a table leaves out, as a multiple of `input`: never less than it can be."""

_EXACT: Final = Context(prec=60, rounding=ROUND_HALF_UP)
"""More digits than any sum of tokens times prices has, whatever the context of the caller."""


class Prices(msgspec.Struct, frozen=True):
    """Dollars for a million tokens of each kind."""

    input: Decimal
    output: Decimal
    cache_read: Decimal
    cache_write: Decimal
    cache_write_1h: Decimal

    @property
    def dearest_prompt(self) -> Decimal:
        """The most that a token of a prompt costs, when no cache is asked to last an hour."""
        return max(self.input, self.cache_read, self.cache_write)


class Step(msgspec.Struct, frozen=True):
    """Prices of requests with a long prompt."""

    prompt_tokens: int
    """Prompts with more tokens than this are on the step."""
    prices: Prices


class Rate(msgspec.Struct, frozen=True):
    """The prices of a model, from a day on."""

    prices: Prices
    steps: tuple[Step, ...] = ()
    """From the shortest prompts to the longest."""
    since: dt.date | None = None
    """The first day, in UTC; None for ever since."""

    def for_prompt(self, tokens: int) -> Prices:
        """The prices of a request with a prompt of that size."""
        return next((step.prices for step in reversed(self.steps) if tokens > step.prompt_tokens), self.prices)


def make_prices(said: Mapping[str, Decimal]) -> Prices:
    """Prices of which `input` and `output` are said, and others may be.

    Raises:
        KeyError: `input` or `output` is missing.
    """
    derived = {name: said["input"] * part for name, part in PART_OF_INPUT.items()}
    return Prices(**{"output": said["output"], **derived, **said})


def in_force(rates: Sequence[Rate], day: dt.date) -> Rate | None:
    """The rate of a day in UTC: the one that began last. None when none has begun."""
    begun = [rate for rate in rates if rate.since is None or rate.since <= day]
    return max(begun, key=lambda rate: rate.since or dt.date.min, default=None)


def cost(rate: Rate, usage: Usage, factor: Decimal = Decimal(1)) -> int:
    """Micro-dollars of one request; `factor` multiplies every price."""
    prices = rate.for_prompt(usage.prompt_tokens)
    with localcontext(_EXACT):
        return _rounded(_exact(prices, usage) * factor)


def uncached_cost(rate: Rate, usage: Usage, factor: Decimal = Decimal(1)) -> int:
    """Micro-dollars that the request would have cost, had there been no cache."""
    return cost(rate, Usage(input_tokens=usage.prompt_tokens, output_tokens=usage.output_tokens), factor)


def worst_cost(rate: Rate, prompt_tokens: int, output_tokens: int, factor: Decimal = Decimal(1)) -> int:
    """Micro-dollars that no request costs more than with prompt and answer up to these sizes.

    Caches that last an hour are left out of account.
    """
    tops = [rate.prices, *(step.prices for step in rate.steps if prompt_tokens > step.prompt_tokens)]
    with localcontext(_EXACT):
        amounts = [prompt_tokens * prices.dearest_prompt + output_tokens * prices.output for prices in tops]
        return _rounded(max(amounts) * factor)


def _exact(prices: Prices, usage: Usage) -> Decimal:
    return (
        usage.input_tokens * prices.input
        + usage.output_tokens * prices.output
        + usage.cache_read_tokens * prices.cache_read
        + usage.cache_write_tokens * prices.cache_write
        + usage.cache_write_1h_tokens * prices.cache_write_1h
    )


def _rounded(micro: Decimal) -> int:
    return int(micro.to_integral_value(ROUND_HALF_UP))
