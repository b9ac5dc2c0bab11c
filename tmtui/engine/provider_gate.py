"""The gate before each provider, shared by all tasks of a run: what every request has to pass."""

from collections.abc import Callable

import msgspec

from tmtui.agents.model import Model, Replied
from tmtui.domain.limits import LimitNotice
from tmtui.domain.outcome import Outcome
from tmtui.engine.gate import Gate
from tmtui.engine.journal import Journal
from tmtui.engine.ports import Chain, World
from tmtui.engine.route import View
from tmtui.events.base import Event
from tmtui.events.money import MoneySpent


class Applicant(msgspec.Struct, frozen=True):
    """Who wants to make a request, and how large it may get."""

    task: str
    attempt: int
    profile: str
    model: Model
    tokens: int
    """Estimated, of the prompt."""
    worst_micro: int | None
    """What it can cost at most; None when nobody knows."""
    tries: int


class Pass(msgspec.Struct, frozen=True):
    """Leave to make one request. It is given back with `ProviderGate.settle`."""

    applicant: Applicant
    reserved_micro: int | None


class ProviderGate:
    """Lets requests through, one decision for all tasks."""

    def __init__(self, world: World, journal: Journal, gate: Gate) -> None:
        self._world = world
        self._journal = journal
        self._gate = gate

    async def admit(self, applicant: Applicant, note: Callable[[Event], None]) -> Pass | Outcome:  # noqa: ARG002
        """Wait until a request may be made; an outcome when it may not."""
        await self._gate.passed()
        return Pass(applicant, applicant.worst_micro)

    def settle(self, granted: Pass, reply: Replied, spent: MoneySpent | None) -> list[Event]:  # noqa: ARG002
        """A request has ended: take account of how, and say what changed by it."""
        return []

    def told(self, model: Model, notice: LimitNotice, now_ms: int) -> None:
        """A provider told of its limits."""

    def view(self, chain: Chain, now_ms: int) -> View:  # noqa: ARG002
        """What a decision about the next step needs to know."""
        return View(now_ms, frozenset())

    async def hold_run(self, model: Model, cause: str, until_ms: int | None, reason: str) -> None:
        """Have the run wait."""
        await self._world.clock.sleep(max(0.0, ((until_ms or 0) - self._world.clock.wall_ms()) / 1000))
