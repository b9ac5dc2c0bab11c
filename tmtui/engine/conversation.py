"""The agent's part of an attempt: asked, listened to, asked again after a passing failure.

What an agent says becomes events in safe pieces. A conversation that a crash cut off goes on: the calls that came to
their end are its history, whichever of the attempts in the chain had made them.
"""

import asyncio
from collections.abc import Iterable
from contextlib import aclosing
from typing import Final

import msgspec

from tmtui.agents.port import Done, Notice, Request, Spent, Stop, Text, Thinking, ToolCall, ToolResult
from tmtui.domain.outcome import Kind, Outcome
from tmtui.domain.text import clean_line
from tmtui.engine.decide import may_retry_request
from tmtui.engine.gate import Gate
from tmtui.engine.journal import Journal
from tmtui.engine.ports import World
from tmtui.engine.said import Said
from tmtui.engine.tools import ConversationOverError, RecordedTools
from tmtui.events.agent import AgentFinished, AgentNoticed, AgentStarted
from tmtui.events.attempt import AttemptPrompted
from tmtui.events.base import Entry, Event, Recorded
from tmtui.events.money import MoneySpent
from tmtui.events.resilience import ProviderRecovered, ProviderRetrying
from tmtui.events.tool import ToolFinished, ToolStarted
from tmtui.prompts.compose import Prompt
from tmtui.resilience.backoff import pause_before_retry
from tmtui.state.model import AttemptState, TaskState


CUT: Final = Outcome(Kind.STREAM_TRUNCATED, "the agent's stream ended before its end")


def history_of(events: Iterable[Recorded]) -> tuple[Done, ...]:
    """The calls of a conversation that came to an end, in order, from its events."""
    calls: dict[str, ToolCall] = {}
    done: list[Done] = []
    for recorded in events:
        match recorded.event:
            case ToolStarted() as started:
                calls[started.id] = ToolCall(started.name, msgspec.json.decode(started.input, type=dict))
            case ToolFinished() as finished if finished.id in calls:
                result = ToolResult(finished.status, finished.output, finished.exit_code)
                done.append(Done(calls[finished.id], result))
            case _:
                pass
    return tuple(done)


def chain(subject: TaskState, attempt: AttemptState) -> list[int]:
    """The numbers of the attempts whose conversation this one is, oldest first, itself included."""
    numbers = [attempt.number]
    while attempt.continues:
        attempt = subject.attempts[attempt.continues - 1]
        numbers.append(attempt.number)
    return numbers[::-1]


class Conversation:
    """Leads the agent through one attempt."""

    def __init__(self, world: World, journal: Journal, gate: Gate, subject: TaskState, attempt: AttemptState) -> None:
        self._world = world
        self._journal = journal
        self._gate = gate
        self._subject = subject
        self._attempt = attempt
        self._task = subject.task.id
        self._tools = RecordedTools(world, journal, gate, self._task, attempt.number)

    async def hold(self, prompt: Prompt) -> Outcome:
        """Ask until there is an outcome that asking again would not better."""
        began = self._world.clock.mono_ns()
        finished = Outcome(Kind.CANCELED_USER, "the conversation was canceled")
        agent = self._world.agent
        asked = AttemptPrompted(prompt.system, prompt.text, prompt.digest)
        await self._journal.record(self._entry(asked), self._entry(AgentStarted(agent.name, agent.model)))
        limit = self._subject.task.timeout or self._world.agent_timeout
        try:
            async with asyncio.timeout(limit):
                finished = await self._ask_until_answered(prompt)
        except TimeoutError:
            finished = Outcome(Kind.TURN_LIMIT, f"the agent was stopped after {limit:g} s")
        except ConversationOverError as over:
            finished = over.outcome
        finally:
            seconds = (self._world.clock.mono_ns() - began) / 1e9
            self._note(AgentFinished(finished, finished.kind, seconds))
        return finished

    async def _ask_until_answered(self, prompt: Prompt) -> Outcome:
        tries = 0
        while True:
            await self._gate.passed()
            outcome = await self._ask(prompt, tries)
            if tries and outcome.ok:
                self._note(ProviderRecovered(self._world.agent.name, tries))
            tries += 1
            pause = pause_before_retry(outcome, tries, self._world.rng) if may_retry_request(outcome) else None
            if pause is None:
                return outcome
            until = self._world.clock.wall_ms() + round(pause * 1000)
            retrying = ProviderRetrying(self._world.agent.name, outcome, tries, pause, until)
            await self._journal.record(self._entry(retrying))
            await self._world.clock.sleep(pause)

    async def _ask(self, prompt: Prompt, tries: int) -> Outcome:
        request = Request(
            run=self._journal.state.run,
            task=self._subject.task,
            attempt=self._attempt.number,
            round=self._attempt.round,
            tries=tries,
            root=self._world.root,
            system=prompt.system,
            prompt=prompt.text,
            note=self._attempt.note,
            history=self._history() if tries or self._attempt.continues else (),
        )
        said = Said(self._note, self._world.logs.open(self._task, "agent"))
        try:
            async with aclosing(self._world.agent.run(request, said.before(self._tools))) as chunks:
                async for chunk in chunks:
                    match chunk:
                        case Text() | Thinking():
                            said.feed(chunk)
                        case Notice():
                            said.flush()
                            self._note(AgentNoticed(clean_line(chunk.text)))
                        case Spent():
                            spent = MoneySpent(clean_line(chunk.model, 80), chunk.usage, chunk.micro, chunk.source)
                            await self._journal.record(self._entry(spent))
                        case Stop():
                            return _safe(chunk.outcome)
        finally:
            said.finish()
        return CUT

    def _history(self) -> tuple[Done, ...]:
        numbers = chain(self._subject, self._attempt)
        return history_of(
            recorded for number in numbers for recorded in self._world.past.of_attempt(self._task, number)
        )

    def _note(self, event: Event) -> None:
        self._journal.note(event, self._task, self._attempt.number)

    def _entry(self, event: Event) -> Entry:
        return Entry(event, self._task, self._attempt.number)


def _safe(outcome: Outcome) -> Outcome:
    return msgspec.structs.replace(outcome, message=clean_line(outcome.message))
