"""Which task starts next: what was under way first, then by priority, then as the plan has it; never too many."""

from collections.abc import Collection

import pytest
from hypothesis import given, strategies as st

from tests.state.story import make_task
from tests.state.strategies import runs
from tests.state.tale import CRASH, Tale
from tmtui.domain.outcome import OK
from tmtui.domain.plan import Task
from tmtui.domain.status import TASK_ENDED, RunStatus, TaskStatus
from tmtui.engine.schedule import next_tasks, startable
from tmtui.events.base import Event, Recorded
from tmtui.events.run import Limits, RunFinished, RunPaused, RunStarted, RunSuspended, RunWaiting
from tmtui.events.task import TaskFailed, TaskSkipped, TaskSucceeded
from tmtui.state.fold import fold_all
from tmtui.state.model import State


def following(state: State, busy: Collection[str]) -> list[str]:
    return next_tasks(state, busy, state.limits.max_parallel - len(busy))


def tasks(*names: str, **priorities: int) -> list[Task]:
    return [make_task(name, priority=priorities.get(name, 0)) for name in names]


def tale_of(*of: Task, most: int = 9, only: tuple[str, ...] = ()) -> Tale:
    tale = Tale(*of, limits=Limits(max_parallel=most))
    tale.tell(RunStarted(1, "deck", "boot", only=only))
    return tale


def succeed(tale: Tale, name: str) -> None:
    tale.begin(task=name)
    tale.finish(1, OK, task=name)
    tale.tell(TaskSucceeded("test passed"), name)


# In which order.


def test_tasks_start_as_they_stand_in_the_plan() -> None:
    assert following(tale_of(*tasks("c", "a", "b")).state, ()) == ["c", "a", "b"]


def test_a_higher_priority_goes_first() -> None:
    assert following(tale_of(*tasks("c", "a", "b", b=10, a=-10)).state, ()) == ["b", "c", "a"]


def test_what_was_under_way_goes_before_what_is_only_ready() -> None:
    tale = tale_of(*tasks("first", "again", "asked", first=10))
    tale.begin(task="again")
    tale.finish(1, CRASH, task="again", counted=False)
    tale.begin(task="asked")
    tale.finish(1, task="asked")
    tale.ask(task="asked")
    tale.answer("retry", task="asked")
    assert following(tale.state, ()) == ["again", "asked", "first"]


def test_a_task_waits_until_all_it_depends_on_has_succeeded() -> None:
    tale = tale_of(make_task("top", "left", "right"), make_task("left"), make_task("right"))
    assert following(tale.state, ()) == ["left", "right"]
    succeed(tale, "left")
    assert following(tale.state, ()) == ["right"]
    succeed(tale, "right")
    assert following(tale.state, ()) == ["top"]


# How many.


@pytest.mark.parametrize(
    ("most", "busy", "started"),
    [
        (1, (), ["a"]),
        (2, (), ["a", "b"]),
        (2, ("a",), ["b"]),
        (2, ("a", "b"), []),
        (9, ("b",), ["a", "c"]),
        (1, ("elsewhere", "and there"), []),
    ],
)
def test_no_more_are_worked_on_than_may_be(most: int, busy: tuple[str, ...], started: list[str]) -> None:
    assert following(tale_of(*tasks("a", "b", "c"), most=most).state, busy) == started


def test_a_sitting_that_keeps_to_some_tasks_starts_no_others() -> None:
    assert following(tale_of(*tasks("a", "b", "c"), only=("c", "a")).state, ()) == ["a", "c"]


# When not at all.


@pytest.mark.parametrize(
    "event",
    [RunPaused("person"), RunWaiting("rate_limit"), RunSuspended("stopped"), RunFinished(RunStatus.FAILED)],
)
def test_nothing_starts_while_the_run_holds_or_is_over(event: Event) -> None:
    tale = tale_of(*tasks("a"))
    tale.tell(event)
    assert following(tale.state, ()) == []


def test_nothing_starts_before_an_engine_took_the_run_up() -> None:
    assert following(fold_all(tale_of(*tasks("a")).events[:1]), ()) == []


def test_nothing_starts_after_too_many_failures_in_a_row() -> None:
    tale = tale_of(*tasks("a", "b", "c"))
    tale.tell(TaskSkipped("policy", "skipped by policy"), "a")
    assert following(tale.state, ()) == ["b", "c"]
    tale.tell(TaskSkipped("policy", "skipped by policy"), "b")
    assert following(tale.state, ()) == []


def test_nothing_starts_once_somebody_has_answered_abort() -> None:
    tale = tale_of(*tasks("a", "b"))
    tale.begin(task="a")
    tale.finish(1, task="a")
    tale.ask(task="a")
    assert following(tale.state, ()) == ["b"]
    tale.answer("abort", task="a")
    assert following(tale.state, ()) == []


def test_nothing_starts_after_the_first_failure_when_that_was_asked_for() -> None:
    tale = Tale(*tasks("a", "b"), limits=Limits(stop_on_first_failure=True))
    tale.begin(task="a")
    tale.finish(1, task="a")
    tale.tell(TaskFailed("internal", "a fault"), "a")
    assert following(tale.state, ()) == []


@pytest.mark.parametrize("choice", ["", "retry", "skip", "abort"])
def test_a_task_that_asks_goes_on_only_when_it_was_answered_so(choice: str) -> None:
    tale = tale_of(make_task("it"))
    tale.begin()
    tale.finish(1)
    tale.ask()
    if choice:
        tale.answer(choice)
    assert startable(tale.it) is (choice == "retry")


# Laws.


@given(runs(), st.integers(1, 4), st.data())
def test_what_starts_can_start_fits_beside_what_is_busy_and_comes_in_order(
    log: list[Recorded], most: int, data: st.DataObject
) -> None:
    state = fold_all(log)
    state.limits = Limits(max_parallel=most, max_consecutive_failures=0)
    busy = data.draw(st.sets(st.sampled_from(sorted(state.tasks))))
    started = following(state, busy)
    free = max(0, most - len(busy))
    assert len(started) == len(set(started)) <= free
    assert not set(started) & busy
    assert all(startable(state.tasks[name]) for name in started)
    able = [name for name in state.tasks if name not in busy and startable(state.tasks[name])]
    if state.status is RunStatus.RUNNING:
        assert len(started) == min(free, len(able))
        left_out = [state.tasks[name] for name in able if name not in started]
        ranks = [(state.tasks[name].status is TaskStatus.READY, -state.tasks[name].task.priority) for name in started]
        assert ranks == sorted(ranks)
        assert all((each.status is TaskStatus.READY, -each.task.priority) >= ranks[-1] for each in left_out if ranks)
    else:
        assert started == []


@given(runs())
def test_a_run_that_goes_on_never_stands_still_without_a_reason(log: list[Recorded]) -> None:
    state = fold_all(log)
    state.limits = Limits(max_parallel=9, max_consecutive_failures=0)
    if state.status is RunStatus.RUNNING and not following(state, ()) and not state.open_decisions:
        assert {subject.status for subject in state.tasks.values()} <= TASK_ENDED | {TaskStatus.BLOCKED}
