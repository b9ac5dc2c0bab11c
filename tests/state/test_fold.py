"""The fold's laws: total, never raising, the same in pieces as in one go, and never where no table leads."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given, strategies as st

from tests.state.strategies import damaged_runs, disorders, runs
from tmtui.domain.status import (
    ATTEMPT_TRANSITIONS,
    RUN_ENDED,
    RUN_TRANSITIONS,
    TASK_ENDED,
    TASK_TRANSITIONS,
    AttemptStatus,
    TaskStatus,
)
from tmtui.events.attempt import AttemptFinished
from tmtui.events.base import Recorded
from tmtui.events.codec import EVENT_TYPES
from tmtui.events.decision import DecisionAnswered
from tmtui.events.money import MoneySpent
from tmtui.state.fold import ANOMALY_CAP, HANDLERS, fold, fold_all
from tmtui.state.model import Spending, State


any_logs = runs() | damaged_runs | disorders
"""Logs of every sort: of an engine's, of an engine's with damage, and of nobody's."""

DERIVED = {TaskStatus.PENDING, TaskStatus.READY, TaskStatus.BLOCKED}
"""What follows from other tasks, so that one event may lead through several of them."""


def copied(state: State) -> State:
    """The state as a snapshot would bring it back."""
    return msgspec.json.decode(msgspec.json.encode(state), type=State)


def facts(state: State) -> Any:
    """All that a state says but for where in the log it stands."""

    def without_places(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: without_places(each) for key, each in value.items() if key != "last_seq"}
        if isinstance(value, list):
            return [without_places(each) for each in value]
        return value

    said: dict[str, Any] = msgspec.to_builtins(state)
    return without_places(
        {key: value for key, value in said.items() if key not in ("seq", "updated_ms", "anomalies")}
    )


def statuses(state: State) -> dict[str, TaskStatus]:
    return {name: subject.status for name, subject in state.tasks.items()}


def expected_status(state: State, name: str) -> TaskStatus:
    """Whether a task is pending, ready or blocked, worked out afresh from what its needs are."""
    subject = state.tasks[name]
    if subject.status not in DERIVED:
        return subject.status
    needs = [expected_status(state, need) for need in subject.task.depends_on if need in state.tasks]
    lost = {TaskStatus.FAILED, TaskStatus.SKIPPED, TaskStatus.ABORTED, TaskStatus.BLOCKED}
    if lost & set(needs):
        return TaskStatus.BLOCKED
    return TaskStatus.READY if set(needs) <= {TaskStatus.SUCCEEDED} else TaskStatus.PENDING


def leads(before: TaskStatus, after: TaskStatus) -> bool:
    """Whether the table leads from one status to the other, through nothing but what is derived."""
    return after in TASK_TRANSITIONS[before] or any(
        after in TASK_TRANSITIONS[through] for through in TASK_TRANSITIONS[before] & DERIVED if after in DERIVED
    )


def test_every_event_has_its_function_and_nothing_else_has() -> None:
    assert set(HANDLERS) == set(EVENT_TYPES)


@given(runs())
def test_what_an_engine_records_fits(log: list[Recorded]) -> None:
    assert fold_all(log).anomalies == []


@given(any_logs)
def test_no_log_whatever_makes_it_raise(log: list[Recorded]) -> None:
    state = fold_all(log)
    assert state.seq == (log[-1].seq if log else 0)
    assert len(state.anomalies) <= ANOMALY_CAP


@given(any_logs, st.integers(0, 200))
def test_a_part_and_then_the_rest_is_the_same_as_all_of_it(log: list[Recorded], place: int) -> None:
    snapshot = copied(fold_all(log[:place]))
    assert fold_all(log[place:], snapshot) == fold_all(log)


@given(any_logs)
def test_what_does_not_fit_changes_nothing_but_the_list_of_anomalies(log: list[Recorded]) -> None:
    state = State()
    for recorded in log:
        before = facts(state)
        state.anomalies.clear()
        fold(state, recorded)
        if state.anomalies:
            assert facts(state) == before, recorded


@given(any_logs)
def test_pending_ready_and_blocked_always_follow_from_the_other_tasks(log: list[Recorded]) -> None:
    state = State()
    for recorded in log:
        fold(state, recorded)
        assert statuses(state) == {name: expected_status(state, name) for name in state.tasks}, recorded
        for subject in state.tasks.values():
            assert bool(subject.blocked_by) == (subject.status is TaskStatus.BLOCKED)
            assert set(subject.blocked_by) <= set(subject.task.depends_on)


@given(any_logs)
def test_nothing_ever_moves_but_along_the_tables(log: list[Recorded]) -> None:
    state = State()
    for recorded in log:
        run, tasks = state.status, statuses(state)
        attempts = {(name, each.number): each.status for name, task in state.tasks.items() for each in task.attempts}
        fold(state, recorded)
        assert state.status is run or state.status in RUN_TRANSITIONS[run], recorded
        for name, status in statuses(state).items():
            assert name not in tasks or status is tasks[name] or leads(tasks[name], status), (recorded, name)
        for name, subject in state.tasks.items():
            for each in subject.attempts:
                was = attempts.get((name, each.number), AttemptStatus.RUNNING)
                assert each.status is was or each.status in ATTEMPT_TRANSITIONS[was], recorded


@given(any_logs)
def test_a_question_is_open_exactly_as_long_as_its_task_waits_for_the_answer(log: list[Recorded]) -> None:
    state = State()
    for recorded in log:
        fold(state, recorded)
        asking = {subject.decision for subject in state.tasks.values() if subject.decision}
        assert asking == {decision.id for decision in state.open_decisions}
        assert all(subject.status is TaskStatus.NEEDS_YOU for subject in state.tasks.values() if subject.decision), (
            recorded
        )


@given(any_logs)
def test_the_first_answer_to_a_question_stays(log: list[Recorded]) -> None:
    state = State()
    first: dict[str, tuple[str, str]] = {}
    for recorded in log:
        fold(state, recorded)
        event = recorded.event
        if isinstance(event, DecisionAnswered) and (known := state.decisions.get(event.id)) and known.choice:
            first.setdefault(event.id, (event.choice, event.by))
        assert {name: (each.choice, each.by) for name, each in state.decisions.items() if each.choice} == first


@given(any_logs)
def test_attempts_are_numbered_without_a_gap_and_one_at_a_time(log: list[Recorded]) -> None:
    state = fold_all(log)
    for subject in state.tasks.values():
        assert [each.number for each in subject.attempts] == list(range(1, len(subject.attempts) + 1))
        running = [each.number for each in subject.attempts if each.status is AttemptStatus.RUNNING]
        assert running in ([], [len(subject.attempts)])


@given(runs())
def test_an_ended_task_has_no_attempt_under_way_and_a_reason(log: list[Recorded]) -> None:
    for subject in fold_all(log).tasks.values():
        if subject.status in TASK_ENDED:
            assert all(each.status is not AttemptStatus.RUNNING for each in subject.attempts)
            assert subject.evidence
            assert subject.ended_ms


@given(runs())
def test_counted_attempts_are_those_that_say_so(log: list[Recorded]) -> None:
    state = fold_all(log)
    counted = [
        recorded.task for recorded in log if isinstance(recorded.event, AttemptFinished) and recorded.event.counted
    ]
    assert {name: counted.count(name) for name in state.tasks} == {
        name: subject.used for name, subject in state.tasks.items()
    }


def added(parts: Sequence[Spending]) -> Spending:
    total = Spending()
    for part in parts:
        total.micro += part.micro
        total.unknown += part.unknown
        total.requests += part.requests
        total.usage = total.usage + part.usage
    return total


@given(runs())
def test_money_adds_up_by_task_attempt_and_model(log: list[Recorded]) -> None:
    state = fold_all(log)
    spent = Spending()
    for recorded in log:
        if isinstance(recorded.event, MoneySpent):
            spent.add(recorded.event.usage, recorded.event.micro)
    tasks = list(state.tasks.values())
    assert state.spending == spent
    assert added([task.spending for task in tasks]) == spent
    assert added([each.spending for task in tasks for each in task.attempts]) == spent
    assert added(list(state.models.values())) == spent


@given(runs())
def test_the_time_worked_is_never_longer_than_the_time_passed(log: list[Recorded]) -> None:
    state = State()
    worked = 0
    for recorded in log:
        fold(state, recorded)
        now = state.elapsed_ms(recorded.at_wall)
        assert worked <= now <= recorded.at_wall - state.created_ms
        worked = now


@given(runs())
def test_an_ended_run_says_when_and_nobody_works_on_it(log: list[Recorded]) -> None:
    state = fold_all(log)
    assert (state.status in RUN_ENDED) == bool(state.finished_ms)
    if state.status in RUN_ENDED:
        assert state.sitting_ms == 0


@pytest.mark.slow
@given(st.data())
def test_long_logs_of_every_sort_keep_the_laws(data: st.DataObject) -> None:
    log = data.draw(runs(max_steps=1_500))
    state = State()
    for recorded in log:
        fold(state, recorded)
    assert state.anomalies == []
    assert statuses(state) == {name: expected_status(state, name) for name in state.tasks}
