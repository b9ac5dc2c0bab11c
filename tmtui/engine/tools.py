"""Tool calls on their way to the world: judged, intent recorded, carried out, result recorded, and only then told."""

import asyncio
import json
from typing import Final

from tmtui.agents.port import ToolCall, ToolResult
from tmtui.domain.outcome import Kind, Outcome
from tmtui.domain.status import ToolStatus
from tmtui.domain.text import clean, clean_line
from tmtui.engine.gate import Gate
from tmtui.engine.journal import Journal
from tmtui.engine.output import OutputStream
from tmtui.engine.patience import Patience
from tmtui.engine.permissions import OTHERWISE, Permission, Permissions
from tmtui.engine.ports import Planned, Trespass, World
from tmtui.engine.secrecy import redacted
from tmtui.engine.silence import SilenceWatch
from tmtui.events.base import Entry, Event
from tmtui.events.tool import ToolFinished, ToolFlagged, ToolPrinted, ToolStalled, ToolStarted


MALFORMED_CAP: Final = 3
"""Malformed calls in a row after which an agent is not going to get it right."""
DENIED_CAP: Final = 3
"""Denied calls in a row after which somebody should look (`reference` of the taxonomy: `policy_tool`)."""
PLACES: Final = 20
"""Files that are named when a call has changed what it must not."""


class ConversationOverError(Exception):
    """The conversation cannot go on. Raised through the agent; caught where the conversation is led."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.message)
        self.outcome = outcome


class RecordedTools:
    """The engine's side of `agents.port.Tools`, for one attempt."""

    def __init__(
        self,
        world: World,
        journal: Journal,
        gate: Gate,
        patience: Patience,
        permissions: Permissions,
        task: str,
        attempt: int,
    ) -> None:
        self._world = world
        self._journal = journal
        self._gate = gate
        self._patience = patience
        self._permissions = permissions
        self._task = task
        self._attempt = attempt
        self._calls = 0
        self._malformed = 0
        self._denied = 0
        self._asking = asyncio.Lock()

    @property
    def calls(self) -> int:
        """How many calls were made."""
        return self._calls

    def only_reads(self, call: ToolCall) -> bool:
        """Whether a call changes nothing, so that it may run beside others of its kind."""
        planned = self._world.toolbox.plan(call)
        return bool(planned.only_reads and not planned.problem)

    async def call(self, call: ToolCall) -> ToolResult:
        """Carry a call out.

        Raises:
            ConversationOverError: too many calls in a row were malformed, or denied.
        """
        self._calls += 1
        call_id = f"{self._task}:{self._attempt}:{self._calls}"
        async with self._patience.held():
            await self._gate.passed()
        planned = self._world.toolbox.plan(call)
        if problem := call.problem or planned.problem:
            await self._record_start(call, planned, call_id, Permission())
            return await self._refuse(call_id, problem)
        permission = await self._permitted(call, planned)
        if not permission.allowed:
            await self._record_start(call, planned, call_id, permission)
            return await self._deny(call_id, permission)
        planned = self._world.toolbox.plan(call) if permission.asked else planned
        await self._record_start(call, planned, call_id, permission)
        if permission.objection:
            objection = ToolFlagged(call_id, f"only your mode allows it: {permission.objection}")
            await self._journal.record(Entry(objection, self._task, self._attempt))
        self._malformed = 0
        return await self._carry_out(call, planned, call_id, permission)

    async def _permitted(self, call: ToolCall, planned: Planned) -> Permission:
        permission = self._permissions.judge(call, planned)
        if permission is not None:
            return permission
        async with self._patience.held(), self._asking:
            return await self._permissions.ask(call, planned, self._task, self._attempt)

    async def _record_start(self, call: ToolCall, planned: Planned, call_id: str, permission: Permission) -> None:
        started = ToolStarted(
            id=call_id,
            name=clean_line(call.name, 80),
            input=json.dumps(call.input, ensure_ascii=True),
            summary=clean_line(planned.summary),
            effect=planned.effect if permission.allowed and not (call.problem or planned.problem) else None,
            call=call.id,
            verdict=permission.verdict,
            rule=permission.rule,
        )
        await self._journal.record(Entry(started, self._task, self._attempt))

    async def _refuse(self, call_id: str, problem: str) -> ToolResult:
        result = ToolResult(ToolStatus.ERROR, clean(problem))
        await self._journal.record(self._finished(call_id, result, 0.0))
        self._malformed += 1
        if self._malformed >= MALFORMED_CAP:
            words = f"{self._malformed} malformed tool calls in a row: {clean_line(problem)}"
            raise ConversationOverError(Outcome(Kind.TOOL_INPUT_INVALID, words))
        return result

    async def _deny(self, call_id: str, permission: Permission) -> ToolResult:
        result = ToolResult(ToolStatus.DENIED, clean(permission.words))
        await self._journal.record(self._finished(call_id, result, 0.0))
        self._count_denied(permission.rule)
        return result

    def _count_denied(self, rule: str) -> None:
        self._denied += 1
        if self._denied >= DENIED_CAP:
            words = f"{self._denied} tool calls in a row were denied, the last by {clean_line(rule)}"
            raise ConversationOverError(Outcome(Kind.POLICY_TOOL, words))

    async def _carry_out(self, call: ToolCall, planned: Planned, call_id: str, permission: Permission) -> ToolResult:
        stream = OutputStream(
            lambda text, skipped: self._note(ToolPrinted(call_id, text, skipped)), redactor=self._world.redactor
        )
        watch = SilenceWatch(stream, lambda line, seconds: self._note(ToolStalled(call_id, line, seconds)))
        guard = None if planned.only_reads else self._world.guard
        before = guard.look() if guard else None
        trespass = None
        began = self._world.clock.mono_ns()
        result = ToolResult(ToolStatus.CANCELED, "canceled before it ended")
        try:
            raw = await self._world.toolbox.execute(call, planned, call_id, stream.feed)
            result = ToolResult(raw.status, clean(redacted(raw.output, self._world.veil)), raw.exit_code)
        finally:
            watch.cancel()
            stream.finish()
            if guard and (trespass := guard.settle(before, permission.named)):
                self._note(flagged(call_id, trespass))
                result = ToolResult(ToolStatus.ERROR, f"{result.output}\n{told_of(trespass)}", result.exit_code)
            self._flag_output(call_id, result.output)
            seconds = (self._world.clock.mono_ns() - began) / 1e9
            self._note(self._finished(call_id, result, seconds).event)
        await self._journal.settled()
        if trespass is None:
            self._denied = 0
        else:
            self._count_denied("what is guarded")
        return result

    def _flag_output(self, call_id: str, output: str) -> None:
        for notice in self._world.scanner.output(output) if self._world.scanner else ():
            self._note(ToolFlagged(call_id, f"what it told holds {notice}"))

    def _note(self, event: Event) -> None:
        self._journal.note(event, self._task, self._attempt)

    def _finished(self, call_id: str, result: ToolResult, seconds: float) -> Entry:
        event = ToolFinished(call_id, result.status, result.output, result.exit_code, seconds)
        return Entry(event, self._task, self._attempt)


def flagged(call_id: str, trespass: Trespass) -> ToolFlagged:
    """The event that tells of a trespass; its files are counted, and the first of them named."""
    places = tuple(clean_line(place, 200) for place in trespass.places)
    more = f" ({len(places)} files)" if len(places) > PLACES else ""
    what = f"it changed what is not its to change{more}"
    return ToolFlagged(call_id, what, places[:PLACES], trespass.undone, clean_line(trespass.kept))


def told_of(trespass: Trespass) -> str:
    """What the agent is told of it."""
    places = ", ".join(clean_line(place, 200) for place in trespass.places[:PLACES])
    became = "It was put back" if trespass.undone else "Somebody was told"
    return f"[this changed {places}, which no call may change. {became}. {OTHERWISE}]"
