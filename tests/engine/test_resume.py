"""Taking a run up again: what has changed in the plan, and who gets another chance."""

import msgspec
import pytest
from hypothesis import given

from tests.state.story import Log, make_plan, make_task
from tests.state.strategies import plans, runs
from tests.state.tale import Tale
from tmtui.domain.plan import Plan
from tmtui.domain.status import RunStatus, TaskStatus
from tmtui.engine.resume import reopen, replan
from tmtui.events.base import Entry, Recorded
from tmtui.events.run import Limits, RunFinished, RunReplanned, RunStarted
from tmtui.events.task import TaskAborted, TaskFailed, TaskReopened, TaskSkipped
from tmtui.state.fold import fold_all
from tmtui.state.model import State


def recorded(entries: list[Entry], state: State) -> State:
    log = Log()
    for entry in entries:
        log.tell(entry.event, entry.task, entry.attempt)
    return fold_all(log.events, state)


# The plan.


def test_a_plan_that_says_the_same_is_no_new_plan() -> None:
    tale = Tale(make_task("a"))
    assert replan(tale.state, make_plan(make_task("a"))) == []


def test_a_changed_plan_is_told_with_what_differs() -> None:
    tale = Tale(make_task("a"), make_task("b"), make_task("c"))
    plan = make_plan(make_task("a"), msgspec.structs.replace(make_task("c"), title="Otherwise"), make_task("d", "a"))
    assert replan(tale.state, plan) == [Entry(RunReplanned(plan, added=("d",), removed=("b",), changed=("c",)))]


@given(runs(), plans)
def test_any_new_plan_fits(log: list[Recorded], plan: Plan) -> None:
    state = recorded(replan(fold_all(log), plan), fold_all(log))
    assert state.anomalies == []
    assert list(state.tasks) == [task.id for task in plan.tasks]


# Another chance.


def ended(outcome: RunStatus) -> Tale:
    """A run that ended with one task of each sort."""
    names = ("failed", "aborted", "skipped by me", "skipped by policy", "skipped unasked", "ready")
    tale = Tale(*map(make_task, names), limits=Limits(max_parallel=9))
    for name in ("failed", "skipped by me", "skipped by policy"):
        tale.begin(task=name)
        tale.finish(1, task=name)
    tale.tell(TaskFailed("hook_post_failed", "test hook failed"), "failed")
    tale.tell(TaskAborted("enough"), "aborted")
    tale.tell(TaskSkipped("person", "not today"), "skipped unasked")
    for name, by in (("skipped by me", "person"), ("skipped by policy", "policy")):
        tale.ask(task=name)
        tale.answer("skip", task=name, by=by)
        tale.tell(TaskSkipped(by, f"skipped by {by}"), name)
    tale.tell(RunFinished(outcome))
    return tale


@pytest.mark.parametrize("outcome", [RunStatus.FAILED, RunStatus.INCOMPLETE, RunStatus.ABORTED])
def test_what_nobody_wanted_to_end_so_gets_another_chance(outcome: RunStatus) -> None:
    entries = reopen(ended(outcome).state, "person")
    assert entries == [Entry(TaskReopened("person"), name) for name in ("failed", "aborted", "skipped by policy")]


def test_a_run_that_has_not_ended_or_went_well_reopens_nothing() -> None:
    assert reopen(ended(RunStatus.SUCCEEDED).state, "person") == []
    going_on = fold_all(ended(RunStatus.FAILED).events[:-1])
    assert reopen(going_on, "person") == []


@given(runs())
def test_reopening_fits_and_leaves_nothing_failed(log: list[Recorded]) -> None:
    state = fold_all(log)
    if state.status not in (RunStatus.FAILED, RunStatus.INCOMPLETE, RunStatus.ABORTED):
        return
    state = recorded([*reopen(state, "person"), Entry(RunStarted(2, "deck", "boot", resumed=True))], state)
    assert state.anomalies == []
    statuses = {subject.status for subject in state.tasks.values()}
    assert not statuses & {TaskStatus.FAILED, TaskStatus.ABORTED}
