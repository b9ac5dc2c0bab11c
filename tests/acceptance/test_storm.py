"""Fifty tasks, ten at a time, and a provider that fails in every way that a provider can.

The engine, its gate and the real SDK speak to a real server over real sockets, in real time; only what tasks do
besides asking is simulated. The server writes down who asked when and what that cost, and the auditor holds the log
against it.
"""

import asyncio
import random
import re
import time
from collections.abc import Callable, Iterator, Sequence
from email.utils import formatdate
from typing import Final

import pytest

from tests.acceptance.test_real_agent import sweep_seed
from tests.auditor import Asked, Record, audit, logged
from tests.engine.simulation import Crash, Drive, SimulatedClock, SimulatedWorld
from tests.engine.weather import Rates
from tests.loopback import (
    Answer,
    Cut,
    End,
    Fail,
    Failure,
    Hangup,
    Loopback,
    Page,
    Pings,
    Received,
    Reply,
    Reset,
    Say,
    Slow,
    Stall,
    Tokens,
)
from tmtui.agents.anthropic.client import Account
from tmtui.agents.anthropic.model import AnthropicModel
from tmtui.agents.anthropic.watch import Patience
from tmtui.agents.port import Agent
from tmtui.domain.outcome import Kind
from tmtui.domain.plan import Task
from tmtui.domain.status import RunStatus, TaskStatus
from tmtui.engine.ports import Chain, Manner
from tmtui.engine.providers.rules import GateRules
from tmtui.engine.runner import Runner
from tmtui.events.commands import Unpause
from tmtui.events.request import RequestFinished
from tmtui.events.resilience import ProviderRetrying
from tmtui.events.run import Limits
from tmtui.resilience.backoff import RetryRules
from tmtui.resilience.breaker import BreakerConfig
from tmtui.state.model import State


pytestmark = pytest.mark.slow  # it starts the program many times over


TASKS: Final = 50
PARALLEL: Final = 10
MODEL: Final = "claude-haiku-5-5"
KEY: Final = f"anthropic/{MODEL}"
USED: Final = Tokens(input=100, output=20)

GOOD: Final = Reply((Say("It is done."),), tokens=USED)

RULES: Final = GateRules(
    retry=RetryRules(base=0.02, cap=0.2),
    breaker=BreakerConfig(reset_ms=300, longest_ms=600),
)
HASTY: Final = Patience(connect=5.0, first_byte=5.0, no_bytes=1.0, only_pings=1.5)
"""For storms in which answers stop in the middle."""

Choose = Callable[[int, float], Answer]
"""The answer to a request, by its number from 1, and the seconds since the first one."""


class Provider:
    """Answers by a script, and writes down who asked when, and what it cost."""

    def __init__(self, world: "StormyShop", choose: Choose) -> None:
        self._world = world
        self._choose = choose
        self._began = 0.0
        self.asked: list[Asked] = []
        self.times: list[float] = []
        """Seconds since the first request."""

    def __call__(self, received: Received) -> Answer:
        now = asyncio.get_running_loop().time()
        self._began = self._began or now
        self.times.append(now - self._began)
        answer = self._choose(len(self.times), now - self._began)
        found = re.search(rb"\bt\d\d\b", received.body)
        assert found is not None
        clock_ms = SimulatedClock().wall_ms()
        cost = 2 * USED.input + 20 * USED.output if answer is GOOD else 0
        if isinstance(answer, Reply) and answer.fault is not None:
            cost = 2 * USED.input + 20
        opens = self._opens(answer, clock_ms)
        told = clock_ms if opens else None
        self.asked.append(
            Asked(KEY, found[0].decode(), clock_ms, len(self._world.events), cost, answered_ms=told, opens_ms=opens)
        )
        return answer

    @staticmethod
    def _opens(answer: Answer, now_ms: int) -> int | None:
        """Before when it wants no further request, as its answer says."""
        if not isinstance(answer, Failure) or answer.status != 429:
            return None
        hint = answer.headers.get("retry-after", "")
        return now_ms + int(hint) * 1000 if hint.isdigit() and int(hint) else None


class StormyShop(SimulatedWorld):
    """Fifty tasks that are done by one answer each."""

    led = True

    def __init__(self, choose: Choose, *, patience: Patience | None = None, **limits: object) -> None:
        names = [f"t{number:02}" for number in range(TASKS)]
        super().__init__(
            [Task(id=name, title=name, progress=False) for name in names],
            {},
            {},
            limits=Limits(**{"on_decision": "skip", "max_parallel": PARALLEL, **limits}),  # type: ignore[arg-type]  # its fields
        )
        self.rules = RULES
        self.prices = Rates()
        self._patience = patience or Patience()
        self.provider = Provider(self, choose)
        self._model: AnthropicModel | None = None

    def worker(self, task: Task, crash: Crash) -> Agent | Chain:
        assert self._model is not None
        return Chain(name="claude", models=(self._model,), manner=Manner(max_tokens=1_000, max_turns=5))

    async def live(self, drive: Drive | None = None) -> State:
        async with Loopback(self.provider) as server:
            self._model = AnthropicModel(MODEL, Account("sk-ant-loopback", server.url), patience=self._patience)
            await self._model.warm()
            try:
                async with asyncio.timeout(60):
                    state = await self.sit(Crash(), drive)
            finally:
                await self._model.close()
            assert not server.record.complaints
        return state

    def audit(self) -> list[str]:
        events = [logged(recorded.event, recorded) for recorded in self.events]
        return audit(events, Record(asked=self.provider.asked))

    def ended_with(self) -> set[Kind]:
        return {r.event.outcome.kind for r in self.events if isinstance(r.event, RequestFinished)}

    @property
    def retries(self) -> int:
        return sum(isinstance(recorded.event, ProviderRetrying) for recorded in self.events)


def failing(answers: Sequence[Answer]) -> Choose:
    """These answers to the first requests; good ones from then on."""
    return lambda number, _: answers[number - 1] if number <= len(answers) else GOOD


def limited(hint: str | None) -> Failure:
    headers = {} if hint is None else {"retry-after": hint}
    return Failure(429, "rate_limit_error", "too many", headers=headers)


class Case:
    """What the provider does, what requests then end with, and how many there may be beyond one for each task."""

    def __init__(
        self,
        answers: Sequence[Answer],
        kind: Kind,
        most: int,
        *,
        seconds: float = 0.0,
        patience: Patience | None = None,
    ) -> None:
        self.answers = answers
        self.kind = kind
        self.most = most
        self.seconds = seconds
        self.patience = patience


RETRIES: Final = 5
"""A tenth of fifty requests."""

PASSING: Final = {
    "429 without a time": Case([limited(None)] * 3, Kind.RATE_LIMITED, 3),
    "429 with no time at all": Case([limited("0")] * 3, Kind.RATE_LIMITED, 3),
    "429 with a second": Case([limited("1")] * 2, Kind.RATE_LIMITED, 2, seconds=2.0),
    "429 with a time that lies behind": Case([limited("-10")] * 3, Kind.RATE_LIMITED, 3),
    "429 with garbage": Case([limited("soon\x7f")] * 3, Kind.RATE_LIMITED, 3),
    "529": Case([Failure(529, "overloaded_error", "busy")] * 3, Kind.OVERLOADED, 3),
    "529 in the middle of an answer": Case(
        [Reply((Say("It"), Fail("overloaded_error")), tokens=USED)] * 2, Kind.OVERLOADED, 2
    ),
    "500": Case([Failure(500, "api_error", "oops")] * 3, Kind.API_500, 3),
    "503 from a proxy": Case([Page(503)] * 3, Kind.API_500, 3),
    "a page instead of an answer": Case([Page()], Kind.PROTOCOL_ERROR, 1),
    "resets before the answer": Case([Hangup(reset=True)] * 3, Kind.NET_CONNECT, 3),
    "resets in the answer": Case(
        [Reply(GOOD.steps, fault=Reset(after=4), tokens=USED)] * 2, Kind.STREAM_INTERRUPTED, 2
    ),
    "cuts in the answer": Case([Reply(GOOD.steps, fault=Cut(after=4), tokens=USED)] * 2, Kind.STREAM_INTERRUPTED, 2),
    "answers that just end": Case([Reply(GOOD.steps, fault=End(after=4), tokens=USED)] * 2, Kind.STREAM_TRUNCATED, 2),
    "silence in the answer": Case(
        [Reply(GOOD.steps, fault=Stall(after=4), tokens=USED)], Kind.STALL_NOBYTES, 1, patience=HASTY
    ),
    "nothing but pings": Case(
        [Reply(GOOD.steps, fault=Pings(after=4), tokens=USED)], Kind.STALL_PINGS, 1, patience=HASTY
    ),
}

EVERY_DAY: Final = ("429 with a second", "529", "resets in the answer")


def cases() -> Iterator[object]:
    for name in PASSING:
        yield name if name in EVERY_DAY else pytest.param(name, marks=pytest.mark.slow)


@pytest.mark.parametrize("name", cases())
async def test_a_storm_that_passes_costs_no_task_and_few_requests(name: str) -> None:
    case = PASSING[name]
    shop = StormyShop(failing(case.answers), patience=case.patience)
    state = await shop.live()
    assert case.kind in shop.ended_with()
    assert state.status is RunStatus.SUCCEEDED, state.reason
    assert all(subject.used == 1 for subject in state.tasks.values())
    assert len(shop.provider.asked) <= TASKS + case.most
    assert shop.retries <= RETRIES
    assert shop.provider.times[len(case.answers)] >= case.seconds
    assert not shop.audit()


@pytest.mark.slow
async def test_a_date_is_as_good_as_a_time() -> None:
    shop = StormyShop(lambda number, _: limited(formatdate(time.time() + 2.5, usegmt=True)) if number == 1 else GOOD)
    assert (await shop.live()).status is RunStatus.SUCCEEDED
    assert shop.provider.times[1] >= 1.4, "dates count whole seconds"
    assert not shop.audit()


async def test_an_hour_lays_the_run_to_sleep_and_nobody_asks_until_a_person_says_so() -> None:
    shop = StormyShop(failing([limited("3600")]), on_decision="ask")

    async def person(runner: Runner) -> None:
        while runner.state.status is not RunStatus.WAITING:  # noqa: ASYNC110  # the state is folded in place
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.5)
        assert len(shop.provider.asked) == 1
        hold = runner.state.holds[KEY]
        assert hold.until_ms is not None
        assert 3_590_000 < hold.until_ms - SimulatedClock().wall_ms() < 3_970_000
        await runner.handle(Unpause())

    state = await shop.live(person)
    assert state.status is RunStatus.SUCCEEDED
    assert len(shop.provider.asked) == TASKS + 1
    assert not shop.audit()


async def test_a_slow_answer_is_still_an_answer() -> None:
    slow = Reply(GOOD.steps, fault=Slow(after=4, seconds=0.001), tokens=USED)
    shop = StormyShop(failing([slow] * 3))
    assert (await shop.live()).status is RunStatus.SUCCEEDED
    assert len(shop.provider.asked) == TASKS
    assert not shop.audit()


FINAL: Final = {
    "a spend limit, as 429": Failure(429, "rate_limit_error", "spent", "enforced_spend_limit_reached"),
    "a spend limit, as 400": Failure(
        400,
        "invalid_request_error",
        "You have reached your specified API usage limits. You will regain access on 2100-01-01 at 00:00 UTC.",
    ),
    "no more credit": Failure(402, "billing_error", "your credit balance is too low"),
}


@pytest.mark.parametrize("name", FINAL)
async def test_a_spend_limit_is_asked_about_once_and_the_run_can_be_taken_up_later(name: str) -> None:
    shop = StormyShop(lambda number, _: FINAL[name])
    state = await shop.live()
    assert len(shop.provider.asked) == 1
    assert shop.ended_with() == {Kind.QUOTA_EXHAUSTED}
    assert state.suspended
    assert all(subject.used == 0 for subject in state.tasks.values())
    assert not shop.audit()


async def test_a_key_that_is_refused_is_shown_once_and_every_task_is_told() -> None:
    shop = StormyShop(lambda number, _: Failure(401, "authentication_error", "invalid x-api-key"))
    state = await shop.live()
    assert len(shop.provider.asked) == 1
    outcomes = {
        subject.attempt.outcome.kind
        for subject in state.tasks.values()
        if subject.attempt and subject.attempt.outcome
    }
    assert outcomes == {Kind.AUTH}
    assert "tasks failed one after another" in state.reason
    assert all(subject.used == 0 for subject in state.tasks.values())
    assert not shop.audit()


async def test_a_key_that_is_revoked_in_mid_run_is_shown_by_those_under_way_and_by_nobody_else() -> None:
    shop = StormyShop(lambda number, _: GOOD if number <= 20 else Failure(401, "authentication_error", "revoked"))
    state = await shop.live()
    done = [subject for subject in state.tasks.values() if subject.status is TaskStatus.SUCCEEDED]
    assert len(done) == 20
    assert len(shop.provider.asked) <= 20 + PARALLEL
    assert not shop.audit()


WEATHER: Final[tuple[Answer, ...]] = (
    *(case.answers[0] for case in PASSING.values()),
    limited("2"),
    Failure(504, "timeout_error", "too slow"),
)


async def storm(seed: int) -> None:
    """A storm of a second and a half, of everything at once."""
    rng = random.Random(seed)
    chance, lasts = rng.uniform(0.3, 0.9), rng.uniform(0.5, 1.5)
    shop = StormyShop(
        lambda _, now: rng.choice(WEATHER) if now < lasts and rng.random() < chance else GOOD,
        patience=HASTY,
        max_consecutive_failures=0,
    )
    state = await shop.live()
    problems = shop.audit()
    bad = sum(subject.status is not TaskStatus.SUCCEEDED for subject in state.tasks.values())
    print(f"sweep seed {sweep_seed()}, storm {seed}: {len(shop.provider.asked)} requests, {bad} tasks not done")
    assert not problems, (seed, problems)
    assert state.status in (RunStatus.SUCCEEDED, RunStatus.INCOMPLETE), (seed, state.status, state.reason)
    assert all(subject.used <= 1 for subject in state.tasks.values()), seed
    assert shop.retries <= RETRIES + sum(kind is Kind.RATE_LIMITED for kind in _kinds(shop)), seed


def _kinds(shop: StormyShop) -> list[Kind]:
    return [r.event.outcome.kind for r in shop.events if isinstance(r.event, RequestFinished)]


async def test_a_storm_of_everything_at_once() -> None:
    await storm(sweep_seed())


@pytest.mark.slow
@pytest.mark.parametrize("number", range(1, 13))
async def test_storms(number: int) -> None:
    await storm(sweep_seed() * 100 + number)
