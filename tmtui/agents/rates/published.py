"""The prices that genai-prices carries with it. Its import costs a third of a second, so it waits for a need.

Only its table is used: the request is reckoned by `domain.rate`, so that all tables round alike.
"""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from tmtui.domain.rate import Prices, Rate, Step, make_prices


if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, ModelPrice, TieredPrices


KINDS: Final = {
    "input": "input_mtok",
    "output": "output_mtok",
    "cache_read": "cache_read_mtok",
    "cache_write": "cache_write_mtok",
    "cache_write_1h": "cache_write_1h_mtok",
}
"""Our names of prices, and the library's."""

MAKERS: Final = ("anthropic", "openai")
"""Whose models stand for one that nobody knows."""


@cache
def source() -> str:
    """The library and its version, which is the version of its data."""
    from genai_prices import __version__  # noqa: PLC0415  # see the module's docstring

    return f"genai-prices {__version__}"


def find(model: str, moment: dt.datetime) -> Rate | None:
    """The rate of a model at a moment; None when the library does not know the model, or no price of its tokens."""
    found = _model(model)
    return None if found is None else _rate(found.get_prices(moment))


def dearest(model: str, moment: dt.datetime) -> tuple[Prices, str]:
    """The highest price of each kind among the models of who seems to have made this one, and who that is."""
    maker = _maker(model)
    every = [prices for each in ([maker] if maker else MAKERS) for prices in _all_prices(each, moment.date())]
    top = {name: max(getattr(prices, name) for prices in every) for name in KINDS}
    return Prices(**top), maker


@lru_cache(maxsize=1_024)
def _model(name: str) -> "ModelInfo | None":
    from genai_prices.data_snapshot import get_snapshot  # noqa: PLC0415  # see the module's docstring

    try:
        return get_snapshot().find_provider_model(name, None, None, None)[1]
    except LookupError:
        return None


@lru_cache(maxsize=1_024)
def _maker(model: str) -> str:
    """One of `MAKERS`, or empty."""
    from genai_prices.data_snapshot import get_snapshot  # noqa: PLC0415  # see the module's docstring

    try:
        found = get_snapshot().find_provider(model, None, None).id
    except LookupError:
        return ""
    return found if found in MAKERS else ""


@lru_cache(maxsize=16)
def _all_prices(maker: str, day: dt.date) -> tuple[Prices, ...]:
    from genai_prices.data_snapshot import get_snapshot  # noqa: PLC0415  # see the module's docstring

    moment = dt.datetime.combine(day, dt.time(), dt.UTC)
    models = get_snapshot().find_provider(None, maker, None).models
    rates = filter(None, (_rate(each.get_prices(moment)) for each in models))
    return tuple(prices for rate in rates for prices in _prices_of(rate))


def _prices_of(rate: Rate) -> Iterator[Prices]:
    yield rate.prices
    yield from (step.prices for step in rate.steps)


def _rate(listed: "ModelPrice") -> Rate | None:
    given = {name: getattr(listed, key) for name, key in KINDS.items()}
    known = {name: price for name, price in given.items() if price is not None}
    if "input" not in known or "output" not in known:
        return None
    starts = sorted({tier.start for price in known.values() for tier in getattr(price, "tiers", ())})
    steps = tuple(Step(start, make_prices(_beyond(known, start))) for start in starts)
    return Rate(make_prices(_beyond(known, -1)), steps)


def _beyond(known: dict[str, "Decimal | TieredPrices"], start: int) -> dict[str, Decimal]:
    """The prices of prompts with more tokens than `start`."""
    return {name: _reached(price, start) for name, price in known.items()}


def _reached(price: "Decimal | TieredPrices", start: int) -> Decimal:
    if isinstance(price, Decimal):
        return price
    return next((tier.price for tier in reversed(price.tiers) if tier.start <= start), price.base)
