"""Money in whole micro-dollars: sums of prices never drift."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Final


MICRO: Final = 1_000_000
"""Micro-dollars in a dollar."""


def micro_from_usd(usd: Decimal | float | str) -> int:
    """Turn dollars into micro-dollars, half a micro-dollar rounded up.

    Raises:
        decimal.InvalidOperation: `usd` is text that is no number.
    """
    return int((Decimal(str(usd)) * MICRO).to_integral_value(ROUND_HALF_UP))


def format_usd(micro: int | None, *, digits: int = 2) -> str:
    """Show an amount: `$0.42`; a positive amount below a cent keeps its first digits; unknown is `$?`, never $0."""
    if micro is None:
        return "$?"
    dollars = Decimal(micro) / MICRO
    if 0 < abs(micro) < 10 ** (6 - digits):
        digits = 4
    sign = "-" if micro < 0 else ""
    return f"{sign}${abs(dollars):,.{digits}f}"
