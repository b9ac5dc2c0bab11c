"""A task given whole to an agent that leads its own conversation: asked, and asked again after a passing failure."""

import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import aclosing
from typing import Final

import msgspec

from tmtui.agents.port import (
    Agent,
    Chunk,
    Done,
    Limits,
    Notice,
    Request,
    Returned,
    Session,
    Spent,
    Stop,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Used,
    WorksAlone,
)
from tmtui.domain.clock import Clock
from tmtui.domain.outcome import Kind, Outcome
from tmtui.domain.status import ToolStatus
from tmtui.domain.text import clean, clean_line
from tmtui.engine.continued import chain_of_attempts
from tmtui.engine.decide import may_retry_request
from tmtui.engine.gate import Gate
from tmtui.engine.journal import Journal
from tmtui.engine.patience import Patience
from tmtui.engine.ports import World
from tmtui.engine.providers.gate import ProviderGate
from tmtui.engine.said import Said
from tmtui.engine.tools import RecordedTools, told_of
from tmtui.events.agent import AgentNoticed, AgentSession
from tmtui.events.base import Entry, Event, Recorded
from tmtui.events.money import MoneySpent
from tmtui.events.request import LimitsTold
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
            case ToolStarted(own=False) as started:
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
        providers: ProviderGate,
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
        self._providers = providers
        self._warned: set[str] = set()
        """Models whose price is not known, which was told."""
        self._own = OwnTools(self._note, world.clock, f"{self._task}:{attempt.number}")

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
            session=self._session(tries),
        )
        outcome = CUT
        self._said.begin()
        guard = self._world.guard if isinstance(self._agent, WorksAlone) else None
        before = guard.look() if guard else None
        try:
            async with aclosing(self._agent.run(request, self._said.before(self._tools))) as chunks:
                async for chunk in chunks:
                    if isinstance(chunk, Stop):
                        outcome = _safe(chunk.outcome)
                        break
                    await self._hear(chunk)
        finally:
            self._said.flush()
            self._own.close()
            if guard and (trespass := guard.settle(before, "")):
                self._note(AgentNoticed(f"{clean_line(self._agent.name, 80)}: {told_of(trespass)}"))
        return outcome

    async def _hear(self, chunk: Chunk) -> None:
        match chunk:
            case Text() | Thinking():
                self._said.feed(chunk)
            case Notice():
                self._said.flush()
                self._note(AgentNoticed(clean_line(chunk.text)))
            case Used():
                self._said.flush()
                self._own.begin(chunk)
            case Returned():
                self._own.end(chunk)
            case Spent():
                await self._record(self._priced(chunk))
            case Session():
                await self._record(AgentSession(clean_line(chunk.id, 80)))
            case Limits():
                self._providers.heard(chunk.provider, chunk.model, chunk.notice)
                self._note(LimitsTold(clean_line(chunk.provider, 80), clean_line(chunk.model, 80), chunk.notice))
            case Stop():
                pass

    def _priced(self, spent: Spent) -> MoneySpent:
        """What was spent, by our own prices where the agent does not know."""
        model = clean_line(spent.model, 80)
        if spent.micro is not None or not spent.provider:
            return MoneySpent(model, spent.usage, spent.micro, spent.source, user=self._world.user)
        priced = self._world.prices.price(model, spent.usage, self._world.clock.wall_ms())
        if priced.warning and model not in self._warned:
            self._warned.add(model)
            self._note(AgentNoticed(clean_line(priced.warning)))
        return MoneySpent(
            model,
            spent.usage,
            priced.micro,
            priced.source,
            provider=clean_line(spent.provider, 80),
            profile=clean_line(spent.profile, 80),
            user=self._world.user,
            estimated=not priced.known,
            saved_micro=priced.saved,
        )

    def _session(self, tries: int) -> str:
        """The conversation to go on with: this attempt's own after a passing failure, or an interrupted one's."""
        numbers = chain_of_attempts(self._subject, self._attempt)
        attempts = [self._subject.attempts[number - 1] for number in (numbers if tries else numbers[:-1])]
        mine = [attempt for attempt in attempts if attempt.agent == self._agent.name and attempt.session]
        return mine[-1].session if mine else ""

    def _history(self, past: Sequence[Recorded], tries: int) -> tuple[Done, ...]:
        own = self._world.past.of_attempt(self._task, self._attempt.number) if tries else []
        return history_of((*past, *own))

    def _note(self, event: Event) -> None:
        self._journal.note(event, self._task, self._attempt.number)

    async def _record(self, event: Event) -> None:
        await self._journal.record(Entry(event, self._task, self._attempt.number))


def _safe(outcome: Outcome) -> Outcome:
    return msgspec.structs.replace(outcome, message=clean_line(outcome.message))


class OwnTools:
    """The tools that an agent's program uses by itself, noted as it tells of them."""

    def __init__(self, note: Callable[[Event], None], clock: Clock, prefix: str) -> None:
        self._note = note
        self._clock = clock
        self._prefix = prefix
        self._begun = 0
        self._open: dict[str, tuple[str, int]] = {}
        """By the program's name for it: ours, and when it began."""

    def begin(self, used: Used) -> None:
        """One is used."""
        if used.id in self._open:
            return
        self._begun += 1
        name = f"{self._prefix}:own{self._begun}"
        self._open[used.id] = name, self._clock.mono_ns()
        given = json.dumps(used.input, ensure_ascii=True)
        self._note(ToolStarted(name, clean_line(used.name, 80), given, clean_line(used.summary), own=True))

    def end(self, returned: Returned) -> None:
        """It came to its end."""
        self._finish(returned.id, returned.result)

    def close(self) -> None:
        """The program is gone: what it did not tell the end of is interrupted."""
        for id_ in list(self._open):
            self._finish(id_, ToolResult(ToolStatus.INTERRUPTED, "the program ended before it told what came of it"))

    def _finish(self, id_: str, result: ToolResult) -> None:
        if id_ not in self._open:
            return
        name, began = self._open.pop(id_)
        seconds = (self._clock.mono_ns() - began) / 1e9
        self._note(ToolFinished(name, result.status, clean(result.output), result.exit_code, seconds))
