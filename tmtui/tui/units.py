"""In what use is counted on the screen: dollars, tokens, or a part of the window that is nearest its end.

Who pays by the token looks at the first; who has a subscription, at the last.
"""

from enum import StrEnum

from tmtui.state.model import Spending, State
from tmtui.tui.figures import money, percent, small_money, tokens
from tmtui.tui.windows import Window, windows


class Unit(StrEnum):
    """What is counted in."""

    MONEY = "$"
    TOKENS = "tokens"
    WINDOW = "% of window"

    @property
    def following(self) -> "Unit":
        """The one that comes after it."""
        units = list(Unit)
        return units[(units.index(self) + 1) % len(units)]


def unit_named(name: str) -> Unit:
    """The unit of that name; money where there is none of it."""
    return next((each for each in Unit if each == name), Unit.MONEY)


def amount(unit: Unit, spending: Spending, state: State, now_ms: int) -> str:
    """What the whole run used."""
    match unit:
        case Unit.MONEY:
            return money(spending.micro_or_unknown)
        case Unit.TOKENS:
            return f"{tokens(spending.usage.total)} tokens"
        case Unit.WINDOW:
            fullest = next(iter(windows(state, now_ms)), None)
            return f"{percent(fullest.part)} of {fullest.name}" if fullest else "no window known"


def share(unit: Unit, spending: Spending, counted: Window | None) -> str:
    """What one task used, in the space of a cell; nothing where it used nothing.

    Args:
        unit: What is counted in.
        spending: The task's.
        counted: The window of tokens that parts are taken of; tokens are shown where there is none.
    """
    if unit is Unit.MONEY:
        return small_money(spending.micro_or_unknown)
    used = spending.usage.total
    if not used:
        return ""
    return percent(used / counted.tokens) if unit is Unit.WINDOW and counted else tokens(used)


def counted_window(state: State, now_ms: int) -> Window | None:
    """The fullest window that counts tokens and says how many."""
    return next((each for each in windows(state, now_ms) if each.tokens), None)
