"""Tool calls on their way to the world: intent recorded, carried out, result recorded, and only then told."""

import json
from typing import Final

from tmtui.agents.port import ToolCall, ToolResult
from tmtui.domain.outcome import Kind, Outcome
from tmtui.domain.status import ToolStatus
from tmtui.domain.text import clean, clean_line
from tmtui.engine.gate import Gate
from tmtui.engine.journal import Journal
from tmtui.engine.output import OutputStream
from tmtui.engine.ports import Planned, World
from tmtui.events.base import Entry
from tmtui.events.tool import ToolFinished, ToolPrinted, ToolStarted


MALFORMED_CAP: Final = 3
"""Malformed calls in a row after which an agent is not going to get it right."""


class ConversationOverError(Exception):
    """The conversation cannot go on. Raised through the agent; caught where the conversation is led."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.message)
        self.outcome = outcome


class RecordedTools:
    """The engine's side of `agents.port.Tools`, for one attempt."""

    def __init__(self, world: World, journal: Journal, gate: Gate, task: str, attempt: int) -> None:
        self._world = world
        self._journal = journal
        self._gate = gate
        self._task = task
        self._attempt = attempt
        self._calls = 0
        self._malformed = 0

    async def call(self, call: ToolCall) -> ToolResult:
        """Carry a call out.

        Raises:
            ConversationOverError: too many calls in a row were malformed.
        """
        await self._gate.passed()
        self._calls += 1
        call_id = f"{self._task}:{self._attempt}:{self._calls}"
        planned = self._world.toolbox.plan(call)
        problem = call.problem or planned.problem
        started = ToolStarted(
            id=call_id,
            name=clean_line(call.name, 80),
            input=json.dumps(call.input, ensure_ascii=True),
            summary=clean_line(planned.summary),
            effect=None if problem else planned.effect,
        )
        await self._journal.record(Entry(started, self._task, self._attempt))
        if problem:
            return await self._refuse(call_id, problem)
        self._malformed = 0
        return await self._carry_out(call, planned, call_id)

    async def _refuse(self, call_id: str, problem: str) -> ToolResult:
        result = ToolResult(ToolStatus.ERROR, clean(problem))
        await self._journal.record(self._finished(call_id, result, 0.0))
        self._malformed += 1
        if self._malformed >= MALFORMED_CAP:
            raise ConversationOverError(
                Outcome(
                    Kind.TOOL_INPUT_INVALID, f"{self._malformed} malformed tool calls in a row: {clean_line(problem)}"
                )
            )
        return result

    async def _carry_out(self, call: ToolCall, planned: Planned, call_id: str) -> ToolResult:
        stream = OutputStream(
            lambda text, skipped: self._journal.note(ToolPrinted(call_id, text, skipped), self._task, self._attempt)
        )
        began = self._world.clock.mono_ns()
        result = ToolResult(ToolStatus.CANCELED, "canceled before it ended")
        try:
            raw = await self._world.toolbox.execute(call, planned, call_id, stream.feed)
            result = ToolResult(raw.status, clean(raw.output), raw.exit_code)
        finally:
            stream.finish()
            seconds = (self._world.clock.mono_ns() - began) / 1e9
            finished = self._finished(call_id, result, seconds)
            self._journal.note(finished.event, finished.task, finished.attempt)
        await self._journal.settled()
        return result

    def _finished(self, call_id: str, result: ToolResult, seconds: float) -> Entry:
        event = ToolFinished(call_id, result.status, result.output, result.exit_code, seconds)
        return Entry(event, self._task, self._attempt)
