"""No more is spent than may be, whoever asks at the same time; and what follows from a cap is what was chosen."""

import asyncio

import msgspec
import pytest

from tests.engine.providers.calm import CalmWorld, at_requests, until
from tests.engine.simulation import Crash, Price
from tests.engine.virtual_time import run_virtually
from tests.engine.weather import MOST_TOKENS, Fault
from tmtui.domain.outcome import Kind
from tmtui.domain.plan import Task
from tmtui.domain.status import RunStatus, TaskStatus
from tmtui.domain.usage import Usage
from tmtui.engine.providers.rules import GateRules
from tmtui.engine.runner import Runner
from tmtui.events.commands import Unpause
from tmtui.events.money import MoneySpent, MoneyWarned
from tmtui.events.request import ModelSwitched, RequestStarted
from tmtui.events.run import RunSuspended, RunWaiting
from tmtui.resilience.budget import Action, Caps
from tmtui.state.model import State


WORST = 2 * 80 + 20 * MOST_TOKENS
"""Micro-dollars that one request of these worlds can cost at most, about."""


def rules(cap: int, action: Action = Action.PAUSE) -> GateRules:
    return GateRules(caps=Caps(run=cap, action=action))


@pytest.mark.parametrize("cap", [WORST + 200, 10_000, 30_000])
def test_tasks_side_by_side_keep_to_the_cap(cap: int) -> None:
    world = CalmWorld(tasks=16, lines=3, max_parallel=16, rules=rules(cap), on_decision="skip")
    state = world.live()
    assert state.suspended
    assert state.spending.micro <= cap
    assert state.spending.micro > cap - 2 * WORST, "and they use it"
    assert not world.audit()


def test_reservations_never_pass_the_cap_at_any_moment() -> None:
    cap = 10_000
    world = CalmWorld(tasks=16, lines=3, max_parallel=16, rules=rules(cap), on_decision="skip")
    world.live()
    spent, reserved = 0, {}
    for recorded in world.events:
        match recorded.event:
            case RequestStarted(id=name, reserved_micro=micro):
                reserved[name] = micro or 0
            case MoneySpent(request=name, micro=micro):
                spent += micro or 0
                del reserved[name]
        assert spent + sum(reserved.values()) <= cap


def test_unattended_a_pause_lays_the_run_down_and_a_larger_budget_goes_on() -> None:
    world = CalmWorld(tasks=4, lines=2, max_parallel=4, rules=rules(6_000), on_decision="skip")

    async def main() -> tuple[State, State]:
        first = await world.sit(Crash())
        world.rules = msgspec.structs.replace(world.rules, caps=Caps(run=1_000_000))
        return first, await world.sit(Crash())

    first, second = run_virtually(main())
    assert first.suspended
    assert "the budget of the run is used up" in first.reason
    assert all(subject.used == 0 for subject in first.tasks.values() if subject.status is TaskStatus.RUNNING)
    assert second.status is RunStatus.SUCCEEDED
    assert [each.level for each in world.told(MoneyWarned) if isinstance(each, MoneyWarned)].count("exceeded") == 1
    assert not world.audit()


def test_attended_it_waits_for_a_person() -> None:
    world = CalmWorld(tasks=2, lines=3, max_parallel=2, rules=rules(6_000))
    asked: list[int] = []

    async def person(runner: Runner) -> None:
        await until(lambda: runner.state.status is RunStatus.WAITING)
        await asyncio.sleep(3_600)
        asked.append(len(world.asked_at()))
        assert runner.state.reason == "budget"
        assert (await runner.handle(Unpause())).ok
        await asyncio.sleep(10)
        assert runner.state.status is RunStatus.WAITING, "nothing has changed, so it waits again"
        asked.append(len(world.asked_at()))
        runner.stop("enough")

    state = world.live(person)
    assert asked[0] == asked[1], "and asks nobody meanwhile"
    assert state.suspended
    assert not state.anomalies


def test_abort_gives_the_run_up() -> None:
    world = CalmWorld(tasks=4, lines=3, max_parallel=4, rules=rules(6_000, Action.ABORT))
    state = world.live()
    assert state.status is RunStatus.ABORTED
    assert "the budget of the run is used up" in state.reason
    assert {subject.status for subject in state.tasks.values()} <= {TaskStatus.ABORTED, TaskStatus.SUCCEEDED}
    assert state.spending.micro <= 6_000
    assert not world.told(RunSuspended)
    assert not world.audit()


class CheapRates:
    """The model `small` costs a hundredth."""

    def __init__(self, world: CalmWorld) -> None:
        self._rates = world.prices

    def price(self, model: str, usage: Usage, at_ms: int) -> Price:
        return Price(self._of(model, self._rates.price(model, usage, at_ms).micro or 0))

    def worst(self, model: str, prompt_tokens: int, max_tokens: int, at_ms: int) -> int:
        return self._of(model, self._rates.worst(model, prompt_tokens, max_tokens, at_ms) or 0)

    def _of(self, model: str, micro: int) -> int:
        return micro // 100 if model == "small" else micro


def test_the_fallback_takes_over_when_it_fits() -> None:
    world = CalmWorld(
        tasks=2, lines=3, chain=("east/large", "east/small"), rules=rules(5_000, Action.SWITCH_TO_FALLBACK)
    )
    world.prices = CheapRates(world)
    state = world.live()
    assert state.status is RunStatus.SUCCEEDED
    assert world.told(ModelSwitched)
    assert state.spending.micro <= 5_000


def test_where_no_fallback_fits_the_run_waits() -> None:
    world = CalmWorld(
        tasks=2,
        lines=3,
        chain=("east/large", "east/small"),
        rules=rules(5_000, Action.SWITCH_TO_FALLBACK),
        on_decision="skip",
    )
    state = world.live()
    assert state.suspended
    assert state.spending.micro <= 5_000


def test_a_tasks_own_budget_holds_back_that_task_alone() -> None:
    world = CalmWorld(tasks=3, lines=3, max_parallel=3, on_decision="skip")
    poor, *others = world.plan.tasks
    tasks = (msgspec.structs.replace(poor, budget_micro=3_000), *others)
    world.plan = msgspec.structs.replace(world.plan, tasks=tasks)
    state = world.live()
    assert isinstance(state.tasks["a"].task, Task)
    assert state.tasks["a"].status is TaskStatus.SKIPPED
    assert "the budget of the task a is used up" in state.tasks["a"].last_error
    assert state.tasks["a"].spending.micro <= 3_000
    assert [state.tasks[name].status for name in "bc"] == [TaskStatus.SUCCEEDED] * 2
    assert not world.told(RunWaiting)


def test_a_task_whose_budget_is_used_up_is_not_kept_waiting_for_the_others() -> None:
    world = CalmWorld(tasks=2, lines=3, max_parallel=2, rules=GateRules(caps=Caps(turn=100)), on_decision="skip")
    state = world.live()
    assert world.asked_at() == []
    assert {subject.status for subject in state.tasks.values()} == {TaskStatus.SKIPPED}


def test_a_request_that_a_crash_cut_off_is_charged_with_what_was_set_aside_and_counts_at_once() -> None:
    world = CalmWorld(tasks=1, lines=2, rules=rules(3 * WORST), on_decision="skip")
    state = world.live(crash_when=lambda runner: bool(world.asked_at()) and world.sky.asked[-1].cost_micro > 0)
    charged = [event for event in world.told(MoneySpent) if isinstance(event, MoneySpent)]
    assert charged[0].estimated
    assert charged[0].micro == next(
        event.reserved_micro for event in world.told(RequestStarted) if isinstance(event, RequestStarted)
    )
    assert state.spending.micro <= 3 * WORST
    assert not world.audit()


@pytest.mark.parametrize(
    ("kind", "kept"), [(Kind.AUTH, TaskStatus.SKIPPED), (Kind.QUOTA_EXHAUSTED, TaskStatus.RUNNING)]
)
def test_a_refused_key_and_a_used_up_limit_are_asked_once(kind: Kind, kept: TaskStatus) -> None:
    world = CalmWorld(lambda now, key: Fault(kind, 0.1), tasks=10, max_parallel=10, on_decision="skip")
    state = world.live()
    assert len(world.asked_at()) == 1
    assert state.tasks["a"].status is kept
    assert all(subject.used == 0 for subject in state.tasks.values())
    assert not world.audit()


def test_the_next_engine_asks_once_more_and_goes_on_when_the_key_is_good() -> None:
    world = CalmWorld(at_requests({1: Fault(Kind.QUOTA_EXHAUSTED, 0.1)}), tasks=3, max_parallel=3, on_decision="skip")

    async def main() -> State:
        assert (await world.sit(Crash())).suspended
        return await world.sit(Crash())

    assert run_virtually(main()).status is RunStatus.SUCCEEDED
    assert not world.audit()
