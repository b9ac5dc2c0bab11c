"""What a run was charged, put down to all that it was charged for.

Each view of the receipt has the same sum: that of the run. Tools have no price of their own. A request is put down,
in equal parts, to the tools that were called after it and before the next request of its attempt; one that called
none was only words.
"""

from collections.abc import Iterable
from typing import Final

import msgspec

from tmtui.events.base import Event, Recorded
from tmtui.events.money import MoneySpent
from tmtui.events.tool import ToolStarted
from tmtui.state.model import Spending


KINDS: Final[tuple[type[Event], ...]] = (MoneySpent, ToolStarted)
"""The events that a receipt is made of."""

WORDS: Final = ""
"""The tool of requests that called none."""


class ToolCharge(msgspec.Struct):
    """What is put down to one tool."""

    calls: int = 0
    micro: int = 0
    """Micro-dollars of the requests that called it, as far as their price is known."""
    unknown: int = 0
    """Requests that called it and whose price is not known."""
    estimated: int = 0
    """Requests that called it and whose tokens or price are an estimate."""


class TaskReceipt(msgspec.Struct):
    """What a task was charged."""

    total: Spending = msgspec.field(default_factory=Spending)
    attempts: dict[int, Spending] = {}


class Receipt(msgspec.Struct):
    """What a run was charged."""

    run: str = ""
    total: Spending = msgspec.field(default_factory=Spending)
    tasks: dict[str, TaskReceipt] = {}
    """In the order in which they were first charged; under an empty name what belongs to no task."""
    models: dict[str, Spending] = {}
    profiles: dict[str, Spending] = {}
    tools: dict[str, ToolCharge] = {}
    """By name; `WORDS` for requests that called none."""
    sources: dict[str, int] = {}
    """Requests by the table that their price is from; under an empty name those that no table prices."""


def make_receipt(events: Iterable[Recorded]) -> Receipt:
    """The receipt of a run, of its events of `KINDS` or more, in order."""
    receipt = Receipt()
    open_: dict[tuple[str, int], _Request] = {}
    for recorded in events:
        place = (recorded.task, recorded.attempt)
        match recorded.event:
            case MoneySpent() as spent:
                receipt.run = recorded.run
                _charge(receipt, recorded, spent)
                _put_down(receipt, open_.pop(place, None))
                open_[place] = _Request(spent, [])
            case ToolStarted(name=name):
                receipt.tools.setdefault(name, ToolCharge()).calls += 1
                if place in open_:
                    open_[place].tools.append(name)
            case _:
                pass
    for request in open_.values():
        _put_down(receipt, request)
    return receipt


class _Request(msgspec.Struct):
    spent: MoneySpent
    tools: list[str]


def _charge(receipt: Receipt, recorded: Recorded, spent: MoneySpent) -> None:
    task = receipt.tasks.setdefault(recorded.task, TaskReceipt())
    for spending in (
        receipt.total,
        task.total,
        task.attempts.setdefault(recorded.attempt, Spending()),
        receipt.models.setdefault(spent.model, Spending()),
        receipt.profiles.setdefault(spent.profile, Spending()),
    ):
        spending.charge(spent)
    if spent.reused:
        return
    source = spent.source if spent.micro is not None else ""
    receipt.sources[source] = receipt.sources.get(source, 0) + 1


def _put_down(receipt: Receipt, request: _Request | None) -> None:
    """Share what a request cost among the tools that it called, to the last micro-dollar."""
    if request is None:
        return
    names = request.tools or [WORDS]
    share, rest = divmod(request.spent.micro or 0, len(names))
    for number, name in enumerate(names):
        receipt.tools.setdefault(name, ToolCharge()).micro += share + (number < rest)
    for name in set(names):
        receipt.tools[name].unknown += request.spent.micro is None
        receipt.tools[name].estimated += request.spent.estimated
