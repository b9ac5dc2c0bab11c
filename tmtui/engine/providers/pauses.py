"""The waits of the run as a whole: for a limit to reset, a provider to come back, somebody to raise a budget.

Each is kept in the log with its end, by the model that is waited for, so that an engine that comes after a crash
waits for the same moment. Those who wait for one model wait for the same moment too, the latest that any of them was
told. A wait without an end needs a person; where nobody is there, the run is laid down instead.
"""

from collections import Counter
from typing import Final

from tmtui.engine.journal import Journal
from tmtui.engine.providers.block import Block
from tmtui.engine.providers.helm import Helm
from tmtui.engine.providers.sleepers import Sleepers
from tmtui.events.base import Entry
from tmtui.events.run import RunWaiting, RunWoken


LOOKED_AT_ANEW: Final = ("budget", "quota")
"""What is better asked than waited for: a budget is known here, and a limit that was raised shows by one request."""


class Pauses:
    """Has the run wait, and go on."""

    def __init__(self, journal: Journal, sleepers: Sleepers, helm: Helm) -> None:
        self._journal = journal
        self._sleepers = sleepers
        self._helm = helm
        self._waiting: Counter[str] = Counter()
        """How many wait for each model."""

    async def hold(self, who: str, key: str, cause: str, until_ms: int | None, reason: str) -> None:
        """Wait until a time, or until woken.

        Args:
            who: Whom it holds up.
            key: What is waited for, as `provider/model`.
            cause: What for, in the words of `RunWaiting`.
            until_ms: Wall time; None when nobody knows.
            reason: For a person.
        """
        if until_ms is None and self._journal.state.limits.on_decision != "ask":
            self._helm.lay_down(reason)
        self._waiting[key] += 1
        committed = False
        try:
            until_ms = self._latest(key, until_ms)
            await self._journal.record(Entry(RunWaiting(cause, until_ms, key, reason)))
            committed = True
            await self._sleepers.sleep(who, until_ms)
        finally:
            self._waiting -= Counter((key,))
            self._go_on(committed=committed)
        await self._journal.settled()

    def _go_on(self, *, committed: bool) -> None:
        """Say that the run goes on, unless that was said. One that is laid down keeps what it waits for."""
        said = committed and not self._journal.state.holds
        if not self._waiting and not self._helm.is_ending() and not said:
            self._journal.note(RunWoken())

    def _latest(self, key: str, until_ms: int | None) -> int | None:
        known = self._journal.state.holds.get(key)
        if until_ms is None or known is None or known.until_ms is None:
            return until_ms
        return max(until_ms, known.until_ms)

    def block(self, key: str, now_ms: int) -> Block | None:
        """Why a model is not asked, when the run waits for it, or did when an engine before this one ended."""
        hold = self._journal.state.holds.get(key)
        if hold is None or hold.until_ms is None or hold.until_ms <= now_ms or hold.cause in LOOKED_AT_ANEW:
            return None
        return Block(hold.cause, hold.reason, hold.until_ms)
