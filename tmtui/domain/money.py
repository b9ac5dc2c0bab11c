"""Money in whole micro-dollars: sums of prices never drift."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Final


MICRO: Final = 1_000_000
"""Micro-dollars in a dollar."""

LARGEST_EXPONENT: Final = 12
"""Amounts have at most one digit more in front of the point."""


def micro_from_usd(usd: Decimal | float | str) -> int:
    """Turn dollars into micro-dollars, half a micro-dollar rounded up.

    Raises:
        decimal.InvalidOperation: `usd` is no number, or one that no amount can be.
    """
    amount = Decimal(str(usd))
    if not amount.is_finite() or amount.adjusted() > LARGEST_EXPONENT:
        raise InvalidOperation(f"{usd} is no amount")
    return int((amount * MICRO).to_integral_value(ROUND_HALF_UP))


def format_usd(micro: int | None, *, digits: int = 2) -> str:
    """Show an amount: `$0.42`; one too small for that gets more digits; unknown is `$?`, never $0."""
    if micro is None:
        return "$?"
    dollars = Decimal(micro) / MICRO
    if micro:
        digits = next(enough for enough in (digits, 4, 6) if abs(micro) >= 10 ** (6 - enough))
    sign = "-" if micro < 0 else ""
    return f"{sign}${abs(dollars):,.{digits}f}"


def tell_usd(micro: int | None, *, partly: bool = False, estimated: bool = False) -> str:
    """Say what requests cost, and how well that is known: `$0.42`, `~$0.42`, `at least $0.42`, `$?`.

    Args:
        micro: Micro-dollars; None when no price is known.
        partly: Whether the price of some of them is not known.
        estimated: Whether something of it is an estimate.
    """
    if micro is None:
        return format_usd(None)
    return f"{'at least ' if partly else ''}{'~' if estimated else ''}{format_usd(micro)}"
