"""Asks the questions of a run on this terminal, one at a time, as long as nobody else answers them."""

import asyncio
from collections.abc import Awaitable, Callable

from tmtui.cli.question import PROMPT, Lines, ask
from tmtui.events.commands import Answer
from tmtui.state.model import State


class Asker:
    """Looks at each new state and keeps the right question on the terminal.

    What other tasks print while it is open goes below it, and the prompt is written again under that.
    """

    def __init__(
        self,
        lines: Lines,
        write: Callable[[str], None],
        answer: Callable[[Answer], Awaitable[object]],
        *,
        colour: bool,
    ) -> None:
        self._lines = lines
        self._write = write
        self._answer = answer
        self._colour = colour
        self._asked = ""
        self._task: asyncio.Task[None] | None = None
        self._nobody = False

    def look(self, state: State) -> None:
        """Ask what is open, and stop asking what somebody else has answered."""
        questions = state.open_decisions
        if self._task is not None and self._asked not in {question.id for question in questions}:
            self._task.cancel()
            self._task = None
        if self._task is not None:
            self._write(f"\n{PROMPT}")
        if questions and self._task is None and not self._nobody:
            self._asked = questions[0].id
            self._task = asyncio.create_task(self._ask(state))

    def close(self) -> None:
        """Ask nothing more."""
        if self._task is not None:
            self._task.cancel()

    async def _ask(self, state: State) -> None:
        decision = state.decisions[self._asked]
        answer = await ask(decision, state, self._lines, self._write, colour=self._colour)
        if answer is None:
            self._nobody = True
        else:
            await self._answer(answer)
