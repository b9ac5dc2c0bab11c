"""tmtui's own table: the rows that genai-prices has wrong or lacks. A test holds one against the other."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from tmtui.domain.rate import Rate, make_prices


DATE: Final = "2026-11-09"
"""The day of the latest price list that was taken into account."""

SOURCE: Final = f"tmtui rates {DATE}"


def _rate(usd_in: str, usd_out: str, cache_read: str, since: dt.date | None = None) -> Rate:
    """Anthropic's cache writes cost 1.25 and 2 times the input, which is what is taken for them."""
    said = {"input": usd_in, "output": usd_out, "cache_read": cache_read}
    return Rate(make_prices({name: Decimal(price) for name, price in said.items()}), since=since)


TABLE: Final[Mapping[str, tuple[Rate, ...]]] = {
    "claude-sonnet-5-5": (
        _rate("2", "10", "0.20"),
        _rate("2", "10", "0.10", dt.date(2026, 10, 7)),
    ),
    "claude-mythos-5": (_rate("10", "50", "1.00"),),
    "claude-mythos-5-1": (_rate("10", "50", "0.25"),),
}
"""By the plain name of the model."""
