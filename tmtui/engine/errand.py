"""A task given whole to an agent that leads its own conversation: asked, and asked again after a passing failure."""

from collections.abc import Iterable, Sequence
from contextlib import aclosing
from typing import Final

import msgspec

from tmtui.agents.port import Agent, Done, Notice, Request, Spent, Stop, Text, Thinking, ToolCall, ToolResult
from tmtui.domain.outcome import Kind, Outcome
from tmtui.domain.text import clean_line
from tmtui.engine.decide import may_retry_request
from tmtui.engine.gate import Gate
from tmtui.engine.journal import Journal
from tmtui.engine.patience import Patience
from tmtui.engine.ports import World
from tmtui.engine.said import Said
from tmtui.engine.tools import RecordedTools
from tmtui.events.agent import AgentNoticed
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


class Errand:
    """Sends an agent on its way with one attempt."""

    def __init__(
        self,
        world: World,
        journal: Journal,
        gate: Gate,
        patience: Patience,
        agent: Agent,
        tools: RecordedTools,
        said: Said,
        subject: TaskState,
        attempt: AttemptState,
    ) -> None:
        self._world = world
        self._journal = journal
        self._gate = gate
        self._patience = patience
        self._agent = agent
        self._tools = tools
        self._said = said
        self._subject = subject
        self._attempt = attempt
        self._task = subject.task.id

    async def hold(self, prompt: Prompt, past: Sequence[Recorded]) -> Outcome:
        """Ask until there is an outcome that asking again would not better.

        Raises:
            ConversationOverError: the agent's tool calls make no sense, over and over.
        """
        tries = 0
        while True:
            async with self._patience.held():
                await self._gate.passed()
            outcome = await self._ask(prompt, past, tries)
            if tries and outcome.ok:
                self._note(ProviderRecovered(self._agent.name, tries))
            tries += 1
            pause = pause_before_retry(outcome, tries, self._world.rng) if may_retry_request(outcome) else None
            if pause is None:
                return outcome
            until = self._world.clock.wall_ms() + round(pause * 1000)
            await self._record(ProviderRetrying(self._agent.name, outcome, tries, pause, until))
            async with self._patience.held():
                await self._world.clock.sleep(pause)

    async def _ask(self, prompt: Prompt, past: Sequence[Recorded], tries: int) -> Outcome:
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
            history=self._history(past, tries),
        )
        try:
            async with aclosing(self._agent.run(request, self._said.before(self._tools))) as chunks:
                async for chunk in chunks:
                    match chunk:
                        case Text() | Thinking():
                            self._said.feed(chunk)
                        case Notice():
                            self._said.flush()
                            self._note(AgentNoticed(clean_line(chunk.text)))
                        case Spent():
                            spent = MoneySpent(clean_line(chunk.model, 80), chunk.usage, chunk.micro, chunk.source)
                            await self._record(spent)
                        case Stop():
                            return _safe(chunk.outcome)
        finally:
            self._said.flush()
        return CUT

    def _history(self, past: Sequence[Recorded], tries: int) -> tuple[Done, ...]:
        own = self._world.past.of_attempt(self._task, self._attempt.number) if tries else []
        return history_of((*past, *own))

    def _note(self, event: Event) -> None:
        self._journal.note(event, self._task, self._attempt.number)

    async def _record(self, event: Event) -> None:
        await self._journal.record(Entry(event, self._task, self._attempt.number))


def _safe(outcome: Outcome) -> Outcome:
    return msgspec.structs.replace(outcome, message=clean_line(outcome.message))
