"""The money of an engine: what was spent and is set aside, and whether a request may be paid for."""

import msgspec

from tmtui.engine.providers.rules import GateRules
from tmtui.resilience import budget
from tmtui.resilience.budget import Crossing, Exceeded, Ledger, Payer


class Purse:
    """Holds the ledger, from what earlier engines spent on.

    Args:
        rules: With the caps, and what was spent before.
        run: Whose money it is.
        now_ms: Wall time.
    """

    def __init__(self, rules: GateRules, run: str, now_ms: int) -> None:
        self._caps = rules.caps
        self._zone = rules.zone
        self._run = run
        self.ledger = Ledger()
        for each in rules.past:
            payer = Payer(run=each.run, task=each.task, profile=each.profile)
            self.charge(payer, each.micro or 0, each.at_ms, now_ms)

    def payer(self, task: str, attempt: int, profile: str, task_cap: int | None) -> Payer:
        """On whose behalf a request is made."""
        return Payer(run=self._run, task=task, attempt=attempt, profile=profile, task_cap=task_cap)

    def reserve(self, payer: Payer, micro: int, request: str, now_ms: int) -> Exceeded | None:
        """Set money aside, or say which budget does not allow it."""
        answer = self._ask(self.ledger, payer, micro, request, now_ms)
        if isinstance(answer, Exceeded):
            return answer
        self.ledger = answer.ledger
        return None

    def frees_up(self, payer: Payer, micro: int, request: str, now_ms: int) -> bool:
        """Whether there would be room if all that is set aside came back: then it is worth waiting for."""
        unreserved = msgspec.structs.replace(self.ledger, reserved={})
        return not isinstance(self._ask(unreserved, payer, micro, request, now_ms), Exceeded)

    def _ask(
        self, ledger: Ledger, payer: Payer, micro: int, request: str, now_ms: int
    ) -> budget.Granted | budget.Exceeded:
        return budget.reserve(ledger, self._caps, payer, micro, now_ms, request=request, zone=self._zone)

    def charge(self, payer: Payer, micro: int, at_ms: int, now_ms: int) -> tuple[Crossing, ...]:
        """Enter what was paid without having been asked for; say which marks were passed by it."""
        settled = budget.record(self.ledger, self._caps, payer, micro, at_ms, now_ms, self._zone)
        self.ledger = settled.ledger
        return settled.crossings

    def settle(self, request: str, micro: int | None, now_ms: int) -> tuple[Crossing, ...]:
        """A request was paid for; say which marks were passed by it."""
        settled = budget.settle(self.ledger, self._caps, request, micro, now_ms)
        self.ledger = settled.ledger
        return settled.crossings

    def release(self, request: str) -> None:
        """A request was not made after all."""
        self.ledger = budget.release(self.ledger, request)
