"""A provider with weather: what befalls each request is drawn from a seed, and what it is worth is written down.

Nothing of a seed but its number is needed to have the same weather again. A storm has an end, so that every run can
come to one.
"""

import asyncio
import random
from collections.abc import AsyncGenerator, Iterator
from typing import Any, Final

import msgspec

from tests.auditor import Asked
from tests.engine.simulation import Crash, Price, SimulatedClock, SimulatedWorld
from tmtui.agents.model import (
    Answered,
    Called,
    FromModel,
    FromUser,
    Limits,
    ModelChunk,
    ModelPart,
    ModelRequest,
    Replied,
    Said,
    StopKind,
    Thought,
    Traits,
)
from tmtui.agents.port import Text
from tmtui.domain.limits import LimitNotice
from tmtui.domain.outcome import Kind, Outcome
from tmtui.domain.usage import Usage


STORM_SECONDS: Final = 900
"""No weather is bad for longer."""

MOST_TOKENS: Final = 100
"""Of an answer."""


class Fault(msgspec.Struct, frozen=True):
    """What befalls a request instead of a whole answer."""

    kind: Kind
    seconds: float = 0.0
    """Before it is told."""
    words: int = 0
    """Words that are said before it breaks off."""
    hint: float | None = None
    """What it asks for, in seconds."""


PASSING: Final = (
    Fault(Kind.NET_CONNECT, 0.1),
    Fault(Kind.TIMEOUT_CONNECT, 10),
    Fault(Kind.TIMEOUT_FIRST_BYTE, 120),
    Fault(Kind.STALL_NOBYTES, 60, words=3),
    Fault(Kind.STREAM_INTERRUPTED, 0.5, words=4),
    Fault(Kind.STREAM_TRUNCATED, 0.5, words=2),
    Fault(Kind.PROTOCOL_ERROR, 0.1),
    Fault(Kind.API_500, 0.1),
    Fault(Kind.OVERLOADED, 0.1),
    Fault(Kind.OVERLOADED, 0.3, words=2),
    Fault(Kind.RATE_LIMITED, 0.1),
    Fault(Kind.RATE_LIMITED, 0.1, hint=0),
    Fault(Kind.RATE_LIMITED, 0.1, hint=1),
    Fault(Kind.RATE_LIMITED, 0.1, hint=45),
    Fault(Kind.RATE_LIMITED, 0.1, hint=600),
)
STAYING: Final = (
    Fault(Kind.QUOTA_EXHAUSTED, 0.1),
    Fault(Kind.QUOTA_EXHAUSTED, 0.1, hint=400),
    Fault(Kind.AUTH, 0.1),
    Fault(Kind.MODEL_NOT_FOUND, 0.1),
    Fault(Kind.INVALID_REQUEST, 0.1),
    Fault(Kind.CONTEXT_TOO_LONG, 0.1),
    Fault(Kind.REQUEST_TOO_LARGE, 0.1),
    Fault(Kind.THINKING_BINDING, 0.1),
)
STOPS: Final = (
    StopKind.MAX_TOKENS,
    StopKind.REFUSAL,
    StopKind.UNKNOWN,
    StopKind.CONTEXT_EXCEEDED,
    StopKind.END_TURN,
)
"""Reasons for which a model may stop before it is done; the last one says nothing at all."""


class Storm(msgspec.Struct, frozen=True):
    """A fault that befalls whoever asks within a time."""

    key: str
    """A provider, or `provider/model`."""
    begins: float
    ends: float
    fault: Fault


class Weather:
    """All that befalls requests."""

    def __init__(self, rng: random.Random, keys: list[str]) -> None:
        self._rng = rng
        self._chance = rng.choice((0.0, 0.1, 0.25, 0.5))
        self._storms = [self._storm(keys) for _ in range(rng.choice((0, 1, 1, 2, 3)))]

    def _storm(self, keys: list[str]) -> Storm:
        key = self._rng.choice(keys)
        begins = self._rng.choice((0.0, self._rng.uniform(0, 15)))
        ends = min(STORM_SECONDS, begins + self._rng.expovariate(1 / 150))
        faults = PASSING if self._rng.random() < 0.8 else STAYING  # most weather passes
        where = self._rng.choice((key, key.partition("/")[0]))
        return Storm(where, begins, ends, self._rng.choice(faults))

    def befalls(self, key: str, now: float) -> Fault | StopKind | None:
        """What befalls a request to `provider/model`."""
        for storm in self._storms:
            if storm.begins <= now < storm.ends and storm.key in (key, key.partition("/")[0]):
                return storm.fault
        if now >= STORM_SECONDS or self._rng.random() >= self._chance:
            return None
        draw = self._rng.random()
        if draw < 0.7:  # as above
            return self._rng.choice(PASSING)
        return self._rng.choice(STOPS if draw < 0.85 else STAYING)  # likewise


def true_usage(request: ModelRequest, output: int) -> Usage:
    """What the provider counts."""
    return Usage(input_tokens=50 + 10 * len(request.messages), output_tokens=output)


class Rates:
    """Two micro-dollars for each token that is read, twenty for each that is said."""

    def price(self, model: str, usage: Usage, at_ms: int) -> Price:
        return Price(cost(usage))

    def worst(self, model: str, prompt_tokens: int, max_tokens: int, at_ms: int) -> int | None:
        return cost(Usage(prompt_tokens, max_tokens))


def cost(usage: Usage) -> int:
    return 2 * usage.input_tokens + 20 * usage.output_tokens


class WeatherModel:
    """A model that does its task line by line, when the weather lets it."""

    traits = Traits(max_output=MOST_TOKENS)

    def __init__(self, world: SimulatedWorld, sky: "Sky", crash: Crash, task: str, key: str) -> None:
        self._world = world
        self._sky = sky
        self._crash = crash
        self._task = task
        self.provider, _, self.model = key.partition("/")
        self._key = key

    async def ask(self, request: ModelRequest) -> AsyncGenerator[ModelChunk, None]:
        await self._crash.alive()
        clock = SimulatedClock()
        asked = Asked(self._key, self._task, clock.wall_ms(), len(self._world.events))
        self._sky.asked.append(asked)
        self._sky.complaints += complaints(request, self.model)
        befallen = self._sky.weather.befalls(self._key, asyncio.get_running_loop().time())
        if isinstance(befallen, Fault):
            async for chunk in self._fail(request, asked, befallen):
                yield chunk
            return
        reply = self._reply(request, befallen)
        assert reply.usage is not None
        asked.cost_micro = cost(msgspec.structs.replace(reply.usage, output_tokens=0))
        await asyncio.sleep(0.3)
        await self._crash.alive()
        for part in reply.parts:
            if isinstance(part, Said):
                yield Text(part.text)
        asked.cost_micro = cost(reply.usage)
        await asyncio.sleep(0.7)
        await self._crash.alive()
        asked.answered_ms = clock.wall_ms()
        yield reply

    async def _fail(self, request: ModelRequest, asked: Asked, fault: Fault) -> AsyncGenerator[ModelChunk, None]:
        clock = SimulatedClock()
        if fault.words or fault.kind is Kind.TIMEOUT_FIRST_BYTE:
            asked.cost_micro = cost(true_usage(request, fault.words))
        if fault.words:
            yield Text("word " * fault.words)
        await asyncio.sleep(fault.seconds)
        await self._crash.alive()
        asked.answered_ms = clock.wall_ms()
        if fault.hint:
            if fault.kind is Kind.RATE_LIMITED:
                asked.opens_ms = clock.wall_ms() + round(fault.hint * 1000)
            yield Limits(LimitNotice(retry_after=fault.hint))
        told = Outcome(fault.kind, f"simulated {fault.kind}", fault.hint)
        yield Replied(outcome=told, model=self.model, first_byte=0.1 if fault.words else None)

    def _reply(self, request: ModelRequest, stop: StopKind | None) -> Replied:
        thought = Thought(f"{self.model}:{len(request.messages)}")
        missing = [line for line in self._sky.wanted[self._task] if line not in self._have()]
        parts: tuple[ModelPart, ...]
        match stop:
            case StopKind.END_TURN:
                parts = ()
            case StopKind.MAX_TOKENS if missing and len(request.messages) % 4 == 1:
                parts = (thought, Called("cut", "append", {}, "it was cut off"))
            case None if missing:
                parts, stop = (thought, Said("On it."), *self._calls(request, missing)), StopKind.TOOL_USE
            case None:
                parts, stop = (thought, Said("Done.")), StopKind.END_TURN
            case _:
                parts = (thought, Said("As I was"))
        return Replied(stop=stop, parts=parts, usage=true_usage(request, 5 + 10 * len(parts)), model=self.model)

    def _have(self) -> list[str]:
        return self._world.files.get(self._task, "").splitlines()

    def _calls(self, request: ModelRequest, missing: list[str]) -> Iterator[Called]:
        name = f"toolu_{len(self._sky.asked)}"
        for place in range(len(missing) % 3):
            yield Called(f"{name}_look{place}", "look", {"path": self._task})
        for line in missing[:2]:
            yield Called(f"{name}_{line}", "append", {"path": self._task, "line": line})

    def estimate(self, request: ModelRequest) -> int:
        return 60 + 12 * len(request.messages)

    async def close(self) -> None:
        pass


class Sky(msgspec.Struct):
    """What all models of a world share, and what the provider writes down."""

    weather: Any
    wanted: dict[str, list[str]]
    """The lines that each task is to write into the file of its name."""
    asked: list[Asked] = []
    complaints: list[str] = []


def complaints(request: ModelRequest, model: str) -> Iterator[str]:
    """What of the API's rules a conversation breaks."""
    roles = [isinstance(message, FromUser) for message in request.messages]
    if roles != [place % 2 == 0 for place in range(len(roles))] or not roles or not roles[-1]:
        yield f"roles must alternate from the user's to the user's: {roles}"
    for place, message in enumerate(request.messages):
        if isinstance(message, FromModel):
            after = request.messages[place + 1] if place + 1 < len(request.messages) else FromUser(())
            calls = [part.id for part in message.parts if isinstance(part, Called)]
            answers = [part.id for part in after.parts[: len(calls)] if isinstance(part, Answered)]
            if calls != answers or sum(isinstance(part, Answered) for part in after.parts) != len(calls):
                yield f"the calls {calls} are answered by {answers}"
            for part in message.parts:
                if isinstance(part, Thought) and part.raw != f"{model}:{place}":
                    yield f"thinking {part.raw} is bound to another conversation than {model}:{place}"
