from collections.abc import Callable
from typing import get_args

import pytest
from hypothesis import given

from tests.state.strategies import damaged_runs
from tests.tui.recordings import START_MS, Tape, failed, finished, needs_you, running, two_questions
from tmtui.domain.outcome import Kind, Outcome
from tmtui.domain.plan import Plan, Task
from tmtui.domain.status import RunStatus
from tmtui.events.base import Event, Recorded
from tmtui.events.resilience import ProviderRetrying
from tmtui.events.run import Limits, RunFinished, RunPaused, RunSuspended, RunWaiting
from tmtui.state.fold import fold_all
from tmtui.state.model import State
from tmtui.state.selectors import (
    RunWord,
    attempt_ms,
    budget_gone_ms,
    evidence,
    falls_if_skipped,
    is_over,
    micro_per_minute,
    next_decision,
    outline,
    phase_count,
    run_word,
    running_task,
    short_reason,
    totals,
    try_count,
    unmet,
    worked_ms,
)


def state_of(tape: Tape) -> State:
    return fold_all(tape.events)


def plan_of(*tasks: Task) -> Plan:
    return Plan(path="tasks.yml", name="demo", tasks=tasks, hash="0")


def test_tasks_are_counted_by_where_they_stand() -> None:
    counts = totals(state_of(finished()))
    assert (counts.tasks, counts.done, counts.skipped, counts.blocked, counts.settled) == (6, 4, 1, 1, 6)
    counts = totals(state_of(needs_you()))
    assert (counts.done, counts.running, counts.needs_you, counts.settled) == (2, 1, 1, 2)
    assert totals(state_of(failed())).failed == 1


@pytest.mark.parametrize(
    ("event", "alive", "word"),
    [
        (None, True, "running"),
        (None, False, "interrupted"),
        (RunPaused("person"), True, "pausing"),
        (RunWaiting("rate_limit", 5), True, "waiting"),
        (RunSuspended("stopped by a person"), True, "stopped"),
        (RunSuspended("stopped by a person"), False, "stopped"),
        (RunFinished(RunStatus.ABORTED), False, "aborted"),
        (RunFinished(RunStatus.SUCCEEDED), True, "succeeded"),
    ],
)
def test_the_run_stands_somewhere_in_one_word(event: Event | None, alive: bool, word: str) -> None:
    tape = running()
    if event is not None:
        tape.add(event)
    assert run_word(state_of(tape), engine_alive=alive) == word


def test_a_paused_run_is_paused_when_nothing_runs_any_more() -> None:
    tape = two_questions()
    tape.add(RunPaused("person"))
    assert run_word(state_of(tape)) == "paused"


def test_before_the_plan_a_run_is_starting() -> None:
    assert run_word(State()) == "starting"
    assert run_word(fold_all(Tape().events[:1])) == "planned"


def test_a_run_is_over_when_nothing_comes_by_itself() -> None:
    tape = running()
    assert not is_over(state_of(tape))
    tape.add(RunSuspended("by a person"))
    assert is_over(state_of(tape))
    assert is_over(state_of(finished()))


def test_a_rate_needs_time_and_known_prices() -> None:
    state = state_of(running())
    assert micro_per_minute(state, START_MS + 200 + 60_000) == state.spending.micro
    assert micro_per_minute(state, START_MS + 200 + 5_000) is None
    assert micro_per_minute(state_of(Tape()), START_MS + 60_000) is None


def test_a_budget_is_gone_when_its_rest_is_spent_at_the_present_rate() -> None:
    state = state_of(running())
    now = START_MS + 200 + 60_000
    state.limits = Limits()
    assert budget_gone_ms(state, now) is None
    state.limits = Limits(budget_micro=3 * state.spending.micro)
    assert budget_gone_ms(state, now) == now + 2 * 60_000
    assert budget_gone_ms(state, START_MS + 200) is None


def test_the_task_to_look_at_began_its_attempt_last_or_asks() -> None:
    assert running_task(state_of(running())) == "calc-3"
    assert running_task(state_of(needs_you())) == "calc-3"
    assert running_task(state_of(two_questions())) == "calc-3"
    assert running_task(state_of(finished())) == ""


def test_questions_are_walked_in_a_circle() -> None:
    state = state_of(two_questions())

    def walk(after: str) -> str:
        decision = next_decision(state, after)
        return decision.id if decision else ""

    assert [walk(""), walk("d1"), walk("d2"), walk("gone")] == ["d1", "d2", "d1", "d1"]
    assert next_decision(state_of(running()), "") is None


# The tree.


def test_phases_stand_in_the_plans_order_with_their_tasks_below() -> None:
    rows = outline(state_of(running()))
    assert [row.key for row in rows if row.kind == "phase"] == ["Foundation", "Features"]
    assert [row.key for row in rows if row.kind == "task"] == [f"calc-{number}" for number in range(1, 7)]
    assert {row.depth for row in rows if row.kind == "task"} == {1}


def test_a_folded_phase_keeps_its_own_row() -> None:
    rows = outline(state_of(running()), {"Features"})
    assert [row.key for row in rows] == ["Foundation", "calc-1", "calc-2", "Features"]


def test_tasks_without_a_phase_stand_above_and_subtasks_below_their_parent() -> None:
    plan = plan_of(
        Task(id="a", title="A", phase="One"),
        Task(id="a.1", title="A1", phase="One", parent="a"),
        Task(id="a.1.1", title="A11", phase="One", parent="a.1"),
        Task(id="b", title="B"),
    )
    rows = outline(state_of(Tape(plan)))
    assert [(row.key, row.depth) for row in rows] == [("b", 0), ("One", 0), ("a", 1), ("a.1", 2), ("a.1.1", 3)]


def test_parents_in_a_circle_end_somewhere() -> None:
    plan = plan_of(Task(id="a", title="A", parent="b"), Task(id="b", title="B", parent="a"))
    assert {row.depth for row in outline(state_of(Tape(plan)))} == {1}


def test_a_phase_counts_what_is_done() -> None:
    assert phase_count(state_of(running()), "Foundation") == (2, 2)
    assert phase_count(state_of(running()), "Features") == (0, 4)


# A task.


def test_work_counts_the_attempts_and_not_what_lies_between() -> None:
    tape = running()
    subject = state_of(tape).tasks["calc-3"]
    first, second = subject.attempts
    assert attempt_ms(first, 0) == 6_100
    assert attempt_ms(second, second.started_ms + 4_000) == 4_000
    assert worked_ms(subject, second.started_ms + 4_000) == 10_100
    assert attempt_ms(second, second.started_ms - 1) == 0


def test_tries_are_counted_against_what_is_allowed() -> None:
    state = state_of(needs_you())
    assert try_count(state.tasks["calc-5"]) == (3, 3)
    assert try_count(state.tasks["calc-3"]) == (1, 3)
    assert try_count(state.tasks["calc-4"]) is None


@pytest.mark.parametrize(
    ("tape", "task", "reason"),
    [
        (needs_you, "calc-5", "needs you"),
        (needs_you, "calc-6", "after calc-5"),
        (needs_you, "calc-3", ""),
        (needs_you, "calc-1", ""),
        (finished, "calc-5", "skipped"),
        (finished, "calc-6", "needs calc-5"),
        (running, "calc-5", "ready"),
        (failed, "calc-1", "failed"),
    ],
)
def test_a_row_says_why_a_task_neither_runs_nor_is_done(tape: Callable[[], Tape], task: str, reason: str) -> None:
    state = state_of(tape())
    assert short_reason(state, state.tasks[task]) == reason


def test_a_running_task_says_what_keeps_it() -> None:
    tape = running()
    tape.on("calc-3", ProviderRetrying("anthropic", Outcome(Kind.OVERLOADED), 1, 4.0, 0))
    state = state_of(tape)
    assert short_reason(state, state.tasks["calc-3"]) == "retrying"


def test_several_tasks_in_the_way_are_counted() -> None:
    plan = plan_of(Task(id="a", title="A"), Task(id="b", title="B"), Task(id="c", title="C", depends_on=("a", "b")))
    state = state_of(Tape(plan))
    assert short_reason(state, state.tasks["c"]) == "after a +1"
    assert unmet(state, state.tasks["c"]) == ["a", "b"]


def test_what_falls_with_a_task_is_still_open() -> None:
    assert falls_if_skipped(state_of(needs_you()), "calc-5") == ["calc-6"]
    assert falls_if_skipped(state_of(needs_you()), "calc-2") == ["calc-3", "calc-4", "calc-5", "calc-6"]
    assert falls_if_skipped(state_of(finished()), "calc-3") == []


@pytest.mark.parametrize(
    ("tape", "task", "fact"),
    [
        (running, "calc-1", "post-hook test passed with exit code 0"),
        (running, "calc-3", "attempt 2 runs under engine 4242 on lovelace; its last step is event 85"),
        (running, "calc-4", "calc-3 is running"),
        (running, "calc-5", "every task it depends on has succeeded"),
        (needs_you, "calc-5", "pytest exited with code 1: ZeroDivisionError in test_root"),
        (needs_you, "calc-5", "tree 9b1e77f0aa: 2 files changed"),
        (finished, "calc-6", "calc-5 is skipped"),
        (finished, "calc-5", "skipped by a person"),
    ],
)
def test_every_status_can_say_why_it_is_believed(tape: Callable[[], Tape], task: str, fact: str) -> None:
    state = state_of(tape())
    assert fact in evidence(state, state.tasks[task])


@given(damaged_runs)
def test_no_state_is_too_strange_to_be_asked(events: list[Recorded]) -> None:
    state = fold_all(events)
    now = state.updated_ms
    assert totals(state).tasks == len(state.tasks)
    assert run_word(state) in get_args(RunWord)
    assert run_word(state, engine_alive=False) in get_args(RunWord)
    assert running_task(state) in {"", *state.tasks}
    rows = outline(state)
    assert sorted(row.key for row in rows if row.kind == "task") == sorted(state.tasks)
    for task_id, subject in state.tasks.items():
        assert worked_ms(subject, now) >= 0
        assert isinstance(short_reason(state, subject), str)
        assert all(evidence(state, subject))
        assert task_id not in falls_if_skipped(state, task_id)
