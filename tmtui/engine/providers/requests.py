"""One attempt's requests to models: each passes the gate of its provider, is recorded, made, recorded, and judged.

There is one loop here that makes a request again, and it is the only one in tmtui. Within it the same request goes to
the same model again after a passing failure, to the next model of the chain when that does not help, and waits when
nobody can serve it now. What comes back is an answer, or a failure that asking again does not better.
"""

from collections.abc import Sequence
from contextlib import aclosing
from typing import Final

import msgspec

from tmtui.agents.model import FromUser, Limits, Message, Model, ModelRequest, Replied
from tmtui.agents.port import Notice, Text, Thinking
from tmtui.domain.outcome import Kind, Outcome
from tmtui.domain.plan import Task
from tmtui.domain.text import clean_line
from tmtui.domain.usage import Usage
from tmtui.engine.dialogue.memory import without_thinking, write_parts, write_stop
from tmtui.engine.dialogue.turns import stands
from tmtui.engine.journal import Journal
from tmtui.engine.patience import Patience
from tmtui.engine.ports import Chain, Priced, World
from tmtui.engine.providers.applicant import Applicant, Pass, conversation_of
from tmtui.engine.providers.gate import ProviderGate
from tmtui.engine.providers.handicaps import unpriced
from tmtui.engine.providers.reckoning import Heard, Reckoned, reckon
from tmtui.engine.providers.route import Again, Give, Held, Move, Refused, Route, Switch, View, Wait, name_of
from tmtui.engine.said import Said
from tmtui.events.agent import AgentNoticed
from tmtui.events.base import Entry, Event
from tmtui.events.money import MoneySpent
from tmtui.events.request import (
    LimitsTold,
    ModelSwitched,
    RequestFinished,
    RequestReleased,
    RequestStarted,
    RequestWaiting,
)
from tmtui.events.resilience import ProviderRecovered, ProviderRetrying


CUT: Final = Outcome(Kind.STREAM_TRUNCATED, "the answer's stream ended before its end")


class Served(msgspec.Struct, frozen=True):
    """The answer to a request, whoever gave it."""

    reply: Replied
    model: str
    most_tokens: int
    """How long an answer the model that was asked can give."""


Response = Replied | Held | Refused
"""What became of one try: it was answered, or the gate held it back."""


class Requests:
    """Makes the requests of one attempt."""

    def __init__(
        self,
        world: World,
        journal: Journal,
        gate: ProviderGate,
        patience: Patience,
        said: Said,
        chain: Chain,
        task: Task,
        attempt: int,
    ) -> None:
        self._world = world
        self._journal = journal
        self._gate = gate
        self._patience = patience
        self._said = said
        self._chain = chain
        self._subject = task
        self._task = task.id
        self._attempt = attempt
        self._who = conversation_of(task.id, attempt)
        self.paid_micro: int | None = None
        """Micro-dollars of the last request; None when nobody knows."""
        self._made = 0
        self._turn = 0
        self._route = Route(chain, world.rules)

    def sizes(self, before: Sequence[Message], after: Sequence[Message]) -> tuple[int, int]:
        """Two conversations in tokens, estimated."""
        model = self._route.model
        sizes = [model.estimate(ModelRequest(system="", messages=tuple(each))) for each in (before, after)]
        return sizes[0], sizes[1]

    async def ask(self, request: ModelRequest) -> Served:
        """Ask until there is an answer, or a failure that stays."""
        self._turn += 1
        tries = 0
        while True:
            model = self._route.model
            response = await self._once(model, request, tries)
            tries += isinstance(response, Replied)
            view = self._view(model, request)
            match move := self._move(response, tries, view):
                case Give(outcome):
                    if tries > 1 and outcome.ok:
                        self._note(ProviderRecovered(model.provider, tries))
                    return self._served(response, outcome, model)
                case Again():
                    await self._pause(model, move, tries, view)
                case Switch():
                    tries = 0
                    await self._record(ModelSwitched(move.before, move.after, move.hop, move.reason))
                case Wait():
                    await self._wait(model, move, view)

    def _view(self, model: Model, request: ModelRequest) -> View:
        return self._gate.view(self._chain, model, model.estimate(request), request.max_tokens)

    def _move(self, response: Response, tries: int, view: View) -> Move:
        if isinstance(response, Held):
            return self._route.around(response, view)
        if isinstance(response, Refused):
            return Give(response.outcome)
        return self._route.after(response, tries, view, self._world.rng)

    def _served(self, response: Response, outcome: Outcome, model: Model) -> Served:
        match response:
            case Replied() if response.outcome == outcome:
                reply = response
            case _:
                reply = Replied(outcome=outcome)
        return Served(reply, model.model, model.traits.max_output)

    async def _pause(self, model: Model, again: Again, tries: int, view: View) -> None:
        until_ms = self._world.clock.wall_ms() + round(again.pause * 1000)
        await self._record(ProviderRetrying(model.provider, again.outcome, tries, again.pause, until_ms, again.of))
        async with self._patience.held():
            await self._gate.rest(self._who, until_ms, has_next=self._route.has_next(view))

    async def _wait(self, model: Model, wait: Wait, view: View) -> None:
        await self._record(RequestWaiting(model.provider, model.model, wait.reason, wait.cause, wait.until_ms))
        async with self._patience.held():
            await self._gate.hold_run(self._who, model, wait, has_next=self._route.has_next(view))
        await self._record(RequestReleased(model.provider, model.model))

    # One request.

    async def _once(self, model: Model, request: ModelRequest, tries: int) -> Response:
        request = fitted(request, model, self._chain.timeouts.get(name_of(model)))
        tokens = model.estimate(request)
        self._made += 1
        applicant = Applicant(
            request=f"{self._task}:{self._attempt}:r{self._made}",
            task=self._task,
            attempt=self._attempt,
            profile=self._chain.manner.profile,
            model=model,
            tokens=tokens,
            worst_micro=self._world.prices.worst(
                model.model, tokens, request.max_tokens, self._world.clock.wall_ms()
            ),
            tries=tries,
            priority=self._subject.priority,
            task_cap=self._subject.budget_micro,
            has_fallback=self._route.has_next(self._view(model, request)),
        )
        async with self._patience.held():
            granted = await self._gate.admit(applicant, self._note)
        match granted:
            case Outcome():
                return Replied(outcome=granted)
            case Held() | Refused():
                return granted
            case Pass():
                return await self._make(model, request, granted, tokens)

    async def _make(self, model: Model, request: ModelRequest, granted: Pass, estimated: int) -> Replied:
        name = granted.applicant.request
        began = self._world.clock.mono_ns()
        reply = Replied(outcome=Outcome(Kind.CANCELED_USER, "the request was canceled"), model=model.model)
        heard = Heard()
        started = RequestStarted(
            id=name,
            provider=model.provider,
            model=model.model,
            turn=self._turn,
            profile=self._chain.manner.profile,
            hop=self._route.hop,
            why=self._route.why,
            reserved_micro=granted.reserved_micro,
            estimated_tokens=estimated,
        )
        try:
            await self._record(started)
            heard.asked = True
            reply = await self._listen(model, request, granted, heard)
        finally:
            seconds = (self._world.clock.mono_ns() - began) / 1e9
            reckoned = reckon(reply, heard, estimated, request.max_tokens, seconds)
            self._close(name, model, reply, reckoned, seconds, granted)
        await self._journal.settled()
        return reply

    async def _listen(self, model: Model, request: ModelRequest, granted: Pass, heard: Heard) -> Replied:
        self._said.begin()
        async with aclosing(model.ask(request)) as chunks:
            async for chunk in chunks:
                match chunk:
                    case Text() | Thinking():
                        if not heard.characters:
                            self._gate.answers(granted)
                        heard.characters += len(chunk.text)
                        self._said.feed(chunk)
                    case Notice():
                        self._said.flush()
                        self._note(AgentNoticed(clean_line(chunk.text)))
                    case Limits(notice):
                        self._gate.told(model, notice)
                        self._note(LimitsTold(model.provider, model.model, notice))
                    case Replied():
                        outcome = msgspec.structs.replace(chunk.outcome, message=clean_line(chunk.outcome.message))
                        return msgspec.structs.replace(chunk, outcome=outcome)
        return Replied(outcome=CUT, model=model.model)

    def _close(
        self, name: str, model: Model, reply: Replied, reckoned: Reckoned | None, seconds: float, granted: Pass
    ) -> None:
        """Record how a request ended with what it cost, and give back what was set aside for it."""
        self._said.flush()
        finished = RequestFinished(
            id=name,
            outcome=reply.outcome,
            stop=clean_line(write_stop(reply), 80) if reply.outcome.ok else "",
            parts=write_parts(reply.parts) if stands(reply) else "",
            usage=reply.usage,
            served_by=clean_line(reply.model, 80),
            request_id=clean_line(reply.request_id, 80),
            first_byte=reply.first_byte,
            seconds=seconds,
            context=model.traits.context,
        )
        spent = self._spent(name, model, reply, reckoned)
        events = [finished, *([spent] if spent else []), *self._gate.settle(granted, reply.outcome, spent)]
        self.paid_micro = spent.micro if spent else None
        entries = [Entry(event, self._task, self._attempt) for event in events]
        self._journal.note_all(entries)

    def _spent(self, name: str, model: Model, reply: Replied, reckoned: Reckoned | None) -> MoneySpent | None:
        if reckoned is None:
            return None
        usage = reckoned.usage
        priced = self._world.prices.price(reply.model or model.model, usage, self._world.clock.wall_ms())
        if priced.warning:
            self._price_unknown(reply.model or model.model, priced.warning)
        tiered = self._tiered(model, usage, priced)
        return MoneySpent(
            clean_line(reply.model or model.model, 80),
            usage,
            priced.micro,
            priced.source,
            provider=model.provider,
            profile=self._chain.manner.profile,
            request=name,
            user=self._world.user,
            estimated=reckoned.estimated or not priced.known,
            saved_micro=priced.saved + tiered,
            instead_of=self._chain.manner.instead_of if tiered else "",
            tiered_micro=tiered,
        )

    def _price_unknown(self, model: str, warning: str) -> None:
        """Say once for each model that its price is a guess."""
        said = unpriced(model, warning)
        if said not in self._journal.state.degraded:
            self._journal.note(said)

    def _tiered(self, model: Model, usage: Usage, priced: Priced) -> int:
        """Micro-dollars that the choice of the model by the task's complexity saved."""
        other = self._chain.manner.instead_of
        if not other or model is not self._chain.models[0] or not priced.known or priced.micro is None:
            return 0
        would = self._world.prices.price(other, usage, self._world.clock.wall_ms())
        return would.micro - priced.micro if would.known and would.micro is not None else 0

    def _note(self, event: Event) -> None:
        self._journal.note(event, self._task, self._attempt)

    async def _record(self, event: Event) -> None:
        await self._journal.record(Entry(event, self._task, self._attempt))


def fitted(request: ModelRequest, model: Model, timeout: float | None = None) -> ModelRequest:
    """A request as this model takes it: without what others thought, and no longer an answer than it can give."""
    messages = tuple(_fitted_message(message, model.model) for message in request.messages)
    return msgspec.structs.replace(
        request,
        messages=messages,
        max_tokens=min(request.max_tokens, model.traits.max_output),
        temperature=request.temperature if model.traits.takes_temperature else None,
        effort=request.effort if model.traits.takes_effort else "",
        timeout=request.timeout if timeout is None else min(timeout, request.timeout),
    )


def _fitted_message(message: Message, model: str) -> Message:
    if isinstance(message, FromUser) or message.model == model:
        return message
    return without_thinking((message,))[0]
