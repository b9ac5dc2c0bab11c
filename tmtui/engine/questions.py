"""Questions that an attempt asks in passing, and waits for: may this call run, shall this change be made?

The question is state in the log like any other, shown by every client and settled by the first answer. What waits
here is only the attempt that asked. When the attempt ends, its question goes with it.
"""

import asyncio

from tmtui.engine.journal import Journal
from tmtui.engine.slots import Slots
from tmtui.events.base import Entry, Recorded
from tmtui.events.decision import DecisionAnswered, DecisionOpened
from tmtui.state.model import State


class Questions:
    """Asks, and hears the answers."""

    def __init__(self, journal: Journal, slots: Slots) -> None:
        self._journal = journal
        self._slots = slots
        self._waiting: dict[str, asyncio.Future[DecisionAnswered]] = {}
        journal.listen(self._hear)

    def next_id(self, task: str) -> str:
        """An id for the next question about a task."""
        asked = sum(1 for decision in self._journal.state.decisions.values() if decision.task == task)
        return f"{task}:{asked + 1}"

    async def ask(self, question: DecisionOpened, task: str, attempt: int) -> DecisionAnswered:
        """Open a question and wait for its answer. Others may work meanwhile."""
        waiter: asyncio.Future[DecisionAnswered] = asyncio.get_running_loop().create_future()
        self._waiting[question.id] = waiter
        try:
            async with self._slots.lent(task):
                await self._journal.record(Entry(question, task, attempt))
                return await waiter
        finally:
            del self._waiting[question.id]

    def _hear(self, recorded: Recorded, _: State) -> None:
        event = recorded.event
        if isinstance(event, DecisionAnswered):
            waiter = self._waiting.get(event.id)
            if waiter is not None and not waiter.done():
                waiter.set_result(event)
