"""The runs of a project, as the cockpit is given them, and which of them are shown in which order."""

from collections.abc import Callable, Coroutine, Iterable
from enum import StrEnum
from typing import Any

import msgspec

from tmtui.domain.ids import short_run_id
from tmtui.domain.money import tell_usd
from tmtui.state.model import State
from tmtui.state.selectors import RunWord
from tmtui.tui.marks import RUN_MARKS
from tmtui.tui.picking import has_words
from tmtui.tui.ports import Habits, Rig


class RunRow(msgspec.Struct, frozen=True, kw_only=True):
    """One run, in a line."""

    run: str
    name: str
    """The plan's."""
    agent: str
    word: RunWord
    done: int
    total: int
    micro: int | None
    """Micro-dollars; None when no price is known."""
    partly: bool = False
    """Whether the price of some requests is not known."""
    estimated: bool = False
    began_ms: int
    updated_ms: int
    """Wall time of its last event."""

    @property
    def took_ms(self) -> int:
        """From its first event to its last, gaps included."""
        return max(0, self.updated_ms - self.began_ms)

    @property
    def paid(self) -> str:
        """What it cost, and how well that is known; empty where it cost nothing."""
        return "" if self.micro == 0 else tell_usd(self.micro, partly=self.partly, estimated=self.estimated)


class Order(StrEnum):
    """By what runs are sorted; what is more or later stands above."""

    LATEST = "latest first"
    MONEY = "by money"
    TIME = "by time"
    STATUS = "by status"

    @property
    def following(self) -> "Order":
        """The one that comes after it."""
        orders = list(Order)
        return orders[(orders.index(self) + 1) % len(orders)]


def shown_runs(rows: Iterable[RunRow], words: str, order: Order) -> list[RunRow]:
    """The runs that have these words, sorted."""
    found = sorted((each for each in rows if has_words(_text(each), words)), key=lambda each: -each.updated_ms)
    match order:
        case Order.MONEY:
            found.sort(key=lambda each: -(each.micro or 0))
        case Order.TIME:
            found.sort(key=lambda each: -each.took_ms)
        case Order.STATUS:
            signs = list(RUN_MARKS)
            found.sort(key=lambda each: signs.index(each.word))
        case Order.LATEST:
            pass
    return found


def _text(row: RunRow) -> str:
    return f"{row.run} {short_run_id(row.run)} {row.name} {row.agent} {RUN_MARKS[row.word].word}"


class Shelf(msgspec.Struct, frozen=True, kw_only=True):
    """The runs of a project, for the cockpit."""

    title: str
    """The project's name."""
    nothing: str
    """What to say while there is no run."""
    rows: Callable[[], Coroutine[Any, Any, list[RunRow]]]
    """Every run. It raises `SourceLostError`."""
    rig: Callable[[RunRow], Rig]
    """How one of them is shown: watched while somebody works on it, else played."""
    state: Callable[[str], Coroutine[Any, Any, State]]
    """How a run stands. It raises `SourceLostError`."""
    first: str = ""
    """A run to open at once; empty for none."""
    now: Callable[[], int]
    theme: str = ""
    keymap: dict[str, str] = {}
    habits: Habits = Habits()
    keep: Callable[[Habits], None] | None = None
