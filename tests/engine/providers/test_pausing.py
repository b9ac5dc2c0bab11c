"""A long limit lays the run to sleep: it goes on by itself, at the same moment whatever happens."""

import asyncio

import pytest

from tests.engine.providers.calm import CalmWorld, at_requests, between, until
from tests.engine.simulation import BEGINNING_MS
from tests.engine.weather import Fault
from tmtui.domain.outcome import Kind
from tmtui.domain.status import RunStatus
from tmtui.engine.providers.rules import GateRules
from tmtui.engine.runner import Runner
from tmtui.events.commands import Answer, CancelTask, Pause, Stop, Unpause, UseFallback
from tmtui.events.request import ModelSwitched, RequestWaiting
from tmtui.events.run import RunWaiting, RunWoken
from tmtui.resilience.windows import caps_of
from tmtui.state.model import State


TEN_MINUTES = Fault(Kind.RATE_LIMITED, 0.1, hint=600)


def waits(runner: Runner) -> bool:
    return runner.state.status is RunStatus.WAITING


def uncounted(state: State) -> bool:
    """Whether no attempt was used up but the one that did it."""
    return all(subject.used == 1 for subject in state.tasks.values())


@pytest.mark.parametrize("tasks", [1, 8])
def test_a_pause_of_ten_minutes_ends_by_itself(tasks: int) -> None:
    world = CalmWorld(at_requests({1: TEN_MINUTES}), tasks=tasks, max_parallel=8)
    state = world.live()
    assert state.status is RunStatus.SUCCEEDED
    assert uncounted(state)
    first, second, *_ = world.asked_at()
    assert 600 <= second - first <= 661, "no sooner than asked for, and a tenth later at most"
    waiting = world.told(RunWaiting)[-1]
    assert isinstance(waiting, RunWaiting)
    assert waiting.reason == "rate_limit"
    assert waiting.until_ms is not None
    assert abs(waiting.until_ms - BEGINNING_MS - second * 1000) < 100, "the end that was told is the end"
    assert len(world.told(RunWoken)) == 1
    assert not world.audit()


@pytest.mark.parametrize("tasks", [1, 8])
def test_after_a_crash_in_the_pause_it_ends_at_the_same_moment(tasks: int) -> None:
    world = CalmWorld(at_requests({1: TEN_MINUTES}), tasks=tasks, max_parallel=8)
    state = world.live(crash_when=waits)
    assert world.epoch == 2
    assert state.status is RunStatus.SUCCEEDED
    assert uncounted(state)
    promised = [event.until_ms for event in world.told(RunWaiting) if isinstance(event, RunWaiting)]
    assert max(filter(None, promised)) - min(filter(None, promised)) < 61_000
    second = world.asked_at()[1] * 1000 + BEGINNING_MS
    assert promised[0] is not None
    assert promised[0] <= second < promised[0] + 61_000
    assert not world.audit()


def test_the_hold_is_in_the_state_so_that_anybody_can_see_it() -> None:
    seen: list[State] = []

    async def look(runner: Runner) -> None:
        await until(lambda: waits(runner))
        await asyncio.sleep(60)
        seen.append(runner.state)
        hold = runner.state.holds["east/large"]
        assert hold.cause == "rate_limit"
        assert hold.until_ms == runner.state.until_ms
        attempt = runner.state.tasks["a"].attempt
        assert attempt is not None
        assert attempt.waiting is not None
        assert attempt.waiting.until_ms == hold.until_ms

    state = CalmWorld(at_requests({1: TEN_MINUTES})).live(look)
    assert seen
    assert state.holds == {}


def test_a_person_can_end_it_early() -> None:
    async def person(runner: Runner) -> None:
        await until(lambda: waits(runner))
        await asyncio.sleep(5)
        assert (await runner.handle(Unpause())).ok
        assert runner.state.status is RunStatus.RUNNING
        assert runner.state.holds == {}

    world = CalmWorld(at_requests({1: TEN_MINUTES}))
    assert world.live(person).status is RunStatus.SUCCEEDED
    assert world.asked_at()[1] < 10
    assert not world.audit()


def test_a_stop_keeps_the_hold() -> None:
    world = CalmWorld(at_requests({1: TEN_MINUTES}), tasks=3, max_parallel=3)

    async def person(runner: Runner) -> None:
        await until(lambda: waits(runner))
        await asyncio.sleep(100)
        await runner.handle(Stop())

    state = world.live(person)
    assert state.suspended
    assert "east/large" in state.holds


def test_a_task_that_is_stopped_in_the_pause_does_not_keep_the_run_asleep() -> None:
    async def person(runner: Runner) -> None:
        await until(lambda: waits(runner))
        assert (await runner.handle(CancelTask("a"))).ok
        await until(lambda: not waits(runner))
        await runner.handle(Answer("a", "skip"))

    world = CalmWorld(at_requests({1: TEN_MINUTES}))
    state = world.live(person)
    assert state.status is RunStatus.INCOMPLETE
    assert not state.anomalies


def test_with_another_model_a_long_limit_is_no_pause() -> None:
    world = CalmWorld(
        lambda now, key: TEN_MINUTES if key == "east/large" else None, chain=("east/large", "west/large"), lines=2
    )
    assert world.live().status is RunStatus.SUCCEEDED
    assert not world.told(RunWaiting)
    assert len(world.asked_at("east")) == 1, "the switch holds for the rest of the attempt"


def test_a_short_limit_is_stood_in_line_for_and_a_person_may_choose_the_fallback_instead() -> None:
    short = Fault(Kind.RATE_LIMITED, 0.1, hint=15)

    def befalls(now: float, key: str) -> Fault | None:
        return short if key == "east/large" and now < 1 else None

    patient = CalmWorld(befalls, chain=("east/large", "west/large"))
    assert patient.live().status is RunStatus.SUCCEEDED
    assert patient.asked_at()[1] >= 15
    assert not patient.told(ModelSwitched)

    async def person(runner: Runner) -> None:
        await until(lambda: len(hasty.asked_at()) == 1)
        await asyncio.sleep(2)
        assert (await runner.handle(UseFallback())).message == "turning to the next model"

    hasty = CalmWorld(befalls, chain=("east/large", "west/large"))
    assert hasty.live(person).status is RunStatus.SUCCEEDED
    assert hasty.asked_at("west")[0] < 3
    assert len(hasty.asked_at("east")) == 1


def test_without_a_fallback_there_is_nothing_to_turn_to() -> None:
    async def person(runner: Runner) -> None:
        await until(lambda: waits(runner))
        assert "nobody waits" in (await runner.handle(UseFallback())).message

    world = CalmWorld(at_requests({1: TEN_MINUTES}))
    assert world.live(person).status is RunStatus.SUCCEEDED
    assert world.asked_at()[1] >= 600


def test_ones_own_windows_are_waited_for_with_a_countdown_and_hold_at_every_moment() -> None:
    rules = GateRules(windows={"east": caps_of({"max_requests_minute": 3})})
    world = CalmWorld(tasks=4, lines=2, rules=rules, max_parallel=4)
    assert world.live().status is RunStatus.SUCCEEDED
    at = world.asked_at()
    assert all(later - earlier >= 60 for earlier, later in zip(at, at[3:], strict=False)), at
    told = [event for event in world.told(RequestWaiting) if isinstance(event, RequestWaiting)]
    assert any(event.cause == "rate_limit" and event.until_ms and "3 of 3 requests" in event.reason for event in told)
    assert not world.audit()


def test_windows_are_remembered_by_the_next_engine() -> None:
    rules = GateRules(windows={"east": caps_of({"max_requests_hour": 3})}, pause_over=10_000)
    world = CalmWorld(tasks=2, lines=2, rules=rules)
    world.live(crash_when=lambda runner: len(world.asked_at()) == 3 and runner.state.spending.requests == 3)
    at = world.asked_at()
    assert len(at) > 3
    assert at[3] - at[0] >= 3_599
    assert not world.audit()


def test_an_unreachable_provider_is_probed_and_the_run_goes_on_when_it_is_back() -> None:
    world = CalmWorld(between(0, 300, Fault(Kind.NET_CONNECT, 0.1)), tasks=4, max_parallel=4)
    state = world.live()
    assert state.status is RunStatus.SUCCEEDED
    assert uncounted(state)
    assert len([at for at in world.asked_at() if at < 300]) <= 25, (
        "no more than a probe every 15 s, and a few retries"
    )
    assert min(at for at in world.asked_at() if at > 300) < 540, "its circuit opens for a minute, then two, then four"
    assert not world.audit()


def test_a_pause_by_a_person_holds_requests_as_well() -> None:
    world = CalmWorld(tasks=2, lines=2, max_parallel=2)

    async def person(runner: Runner) -> None:
        await until(lambda: len(world.asked_at()) == 1)
        await runner.handle(Pause())
        await asyncio.sleep(100)
        assert len(world.asked_at()) == 1
        await runner.handle(Unpause())

    assert world.live(person).status is RunStatus.SUCCEEDED
    assert not world.audit()
