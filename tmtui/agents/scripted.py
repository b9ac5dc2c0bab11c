"""The agent that plays a script: it needs no key and no network, and does the same thing every time.

Its tool calls are real ones, so whatever it edits is edited and whatever it runs runs. That makes it the agent of
the demo, of rehearsals of one's own plan, and of every test of the engine.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from typing import Final

from tmtui.agents.port import Chunk, Request, Spent, Stop, Text, Thinking, Tools
from tmtui.agents.script import Fault, Manner, Pay, Say, Script, Think, Use, Wait, remaining
from tmtui.domain.clock import Clock
from tmtui.domain.outcome import OK, Kind, Outcome


PIECES_A_SECOND: Final = 30
"""Paced text comes in so many pieces, which is as often as a screen is drawn."""

END_OF_TURN: Final = "end_turn"
PRICE_SOURCE: Final = "script"


class ScriptedAgent:
    """Plays a script."""

    def __init__(self, script: Script, clock: Clock, *, name: str = "", pace: float | None = None) -> None:
        self.name = name or f"scripted:{script.path}"
        self.model = script.model
        self._script = script
        self._clock = clock
        self._pace = script.pace if pace is None else pace

    async def run(self, request: Request, tools: Tools) -> AsyncGenerator[Chunk, None]:
        """Play the task's entry for this round from where the request's history leaves off."""
        steps = self._script.steps(request.task.id, request.round, noted=bool(request.note))
        if steps is None:
            yield Stop(self._unknown(request.task.id))
            return
        for step in remaining(steps, request.history):
            match step:
                case Say(text) | Think(text):
                    voice = Text if isinstance(step, Say) else Thinking
                    for piece in pieces(text, self._pace):
                        await self._pause(piece)
                        yield voice(piece)
                case Use(call):
                    await tools.call(call)
                case Pay(usage, micro):
                    yield Spent(self.model, usage, micro, "" if micro is None else PRICE_SOURCE)
                case Wait(seconds):
                    await self._clock.sleep(seconds)
                case Fault() if step.hits(request.tries):
                    if stop := await _meet(step):
                        yield stop
                    return
        yield Stop(OK, END_OF_TURN)

    async def _pause(self, piece: str) -> None:
        if self._pace:
            await self._clock.sleep(len(piece) / self._pace)

    def _unknown(self, task: str) -> Outcome:
        return Outcome(
            Kind.CONFIG_INVALID,
            f"the script {self._script.path} has no entry for the task {task}; add one, or '*' for all others",
        )


async def _meet(fault: Fault) -> Stop | None:
    """How a conversation ends that meets `fault`: None is without a stop. One that hangs has no end."""
    if fault.manner is Manner.HANG:
        await asyncio.Event().wait()
    return Stop(fault.outcome, fault.outcome.kind) if fault.manner is Manner.STOP else None


def pieces(text: str, pace: float) -> Iterator[str]:
    """Cut `text` into what is shown at once at `pace` characters a second; a pace of 0 does not cut."""
    size = max(1, round(pace / PIECES_A_SECOND)) if pace else max(1, len(text))
    return (text[start : start + size] for start in range(0, len(text), size))
