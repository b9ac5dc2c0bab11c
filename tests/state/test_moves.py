"""The transition tables and the events held against each other: each move has an event, each event no other move."""

from collections.abc import Sequence

import msgspec
import pytest

from tests.state.story import Log, make_plan, make_task
from tmtui.domain.outcome import OK, Kind, Outcome
from tmtui.domain.plan import Task
from tmtui.domain.status import (
    ATTEMPT_TRANSITIONS,
    RUN_ENDED,
    RUN_TRANSITIONS,
    TASK_ENDED,
    TASK_TRANSITIONS,
    AttemptStatus,
    RunStatus,
    TaskStatus,
)
from tmtui.events.attempt import AttemptFinished, AttemptStarted
from tmtui.events.base import Event
from tmtui.events.decision import DecisionAnswered, DecisionOpened
from tmtui.events.run import (
    Limits,
    RunFinished,
    RunPaused,
    RunPlanned,
    RunReplanned,
    RunStarted,
    RunSuspended,
    RunUnpaused,
    RunWaiting,
    RunWoken,
)
from tmtui.events.task import TaskAborted, TaskFailed, TaskReopened, TaskSkipped, TaskStarted, TaskSucceeded
from tmtui.state.fold import fold, fold_all
from tmtui.state.model import State


Step = tuple[Event, str, int]
Steps = list[Step]

T, R, A = TaskStatus, RunStatus, AttemptStatus
BAD = Outcome(Kind.HOOK_POST_FAILED, "test hook failed")


def planned(*tasks: Task) -> Steps:
    return [(RunPlanned(make_plan(*tasks), "/project", Limits(), "scripted", "0.1.0"), "", 0), *started()]


def started() -> Steps:
    return [(RunStarted(1, "deck", "boot"), "", 0)]


def about(task: str, *events: Event, attempt: int = 0) -> Steps:
    return [(event, task, attempt) for event in events]


def begun(task: str, attempt: int = 1) -> Steps:
    return [*about(task, TaskStarted()), *about(task, AttemptStarted(1, "scripted"), attempt=attempt)]


def ended(task: str, status: AttemptStatus = A.FAILED, outcome: Outcome = BAD, *, counted: bool = True) -> Steps:
    return about(task, AttemptFinished(status, outcome, counted), attempt=1)


def succeeded(task: str) -> Steps:
    return [*begun(task), *ended(task, A.SUCCEEDED, OK), *about(task, TaskSucceeded("test passed"))]


def asked(task: str) -> Steps:
    return [*begun(task), *ended(task), *about(task, DecisionOpened(f"{task}:1", "failed once", "test hook failed"))]


def skipped(task: str) -> Steps:
    return about(task, TaskSkipped("person", "not today"))


def failed(task: str) -> Steps:
    return [*begun(task), *ended(task), *about(task, TaskFailed("hook_post_failed", "test hook failed"))]


def aborted(task: str) -> Steps:
    return about(task, TaskAborted("enough"))


def reopened(task: str) -> Steps:
    return about(task, TaskReopened("person"))


def run_ended() -> Steps:
    return [(RunFinished(RunStatus.FAILED, "enough failed"), "", 0)]


def replanned(*tasks: Task) -> Steps:
    return [(RunReplanned(make_plan(*tasks)), "", 0)]


def told(steps: Sequence[Step]) -> State:
    log = Log()
    for event, task, attempt in steps:
        log.tell(event, task, attempt)
    return fold_all(log.events)


def take(state: State, step: Step) -> bool:
    """Fold one more event; say whether it fitted."""
    log = Log()
    log.tell(*step)
    before = len(state.anomalies)
    fold(state, log.events[0])
    return len(state.anomalies) == before


ALONE = planned(make_task("it"), make_task("other"))
"""A plan of two tasks that do not depend on each other."""
BEHIND = planned(make_task("it", "other"), make_task("other"))
"""A plan in which the task waits for the other one."""
NOW_BEHIND = replanned(make_task("it", "other"), make_task("other"))

TASK_MOVES: dict[tuple[TaskStatus, TaskStatus], Steps] = {
    (T.PENDING, T.READY): [*BEHIND, *succeeded("other")],
    (T.PENDING, T.BLOCKED): [*BEHIND, *failed("other")],
    (T.PENDING, T.SKIPPED): [*BEHIND, *skipped("it")],
    (T.PENDING, T.ABORTED): [*BEHIND, *aborted("it")],
    (T.READY, T.PENDING): [*ALONE, *NOW_BEHIND],
    (T.READY, T.RUNNING): [*ALONE, *about("it", TaskStarted())],
    (T.READY, T.BLOCKED): [*ALONE, *skipped("other"), *NOW_BEHIND],
    (T.READY, T.SKIPPED): [*ALONE, *skipped("it")],
    (T.READY, T.ABORTED): [*ALONE, *aborted("it")],
    (T.RUNNING, T.READY): [*ALONE, *begun("it"), *ended("it", A.INTERRUPTED), *run_ended()],
    (T.RUNNING, T.NEEDS_YOU): [*ALONE, *asked("it")],
    (T.RUNNING, T.SUCCEEDED): [*ALONE, *succeeded("it")],
    (T.RUNNING, T.FAILED): [*ALONE, *failed("it")],
    (T.RUNNING, T.SKIPPED): [*ALONE, *begun("it"), *ended("it"), *skipped("it")],
    (T.RUNNING, T.ABORTED): [*ALONE, *begun("it"), *ended("it"), *aborted("it")],
    (T.NEEDS_YOU, T.READY): [
        *ALONE,
        *asked("it"),
        *about("it", DecisionAnswered("it:1", "retry", "person")),
        *run_ended(),
    ],
    (T.NEEDS_YOU, T.RUNNING): [
        *ALONE,
        *asked("it"),
        *about("it", DecisionAnswered("it:1", "retry", "person")),
        *about("it", AttemptStarted(2, "scripted"), attempt=2),
    ],
    (T.NEEDS_YOU, T.FAILED): [*ALONE, *asked("it"), *about("it", TaskFailed("internal", "a fault"))],
    (T.NEEDS_YOU, T.SKIPPED): [
        *ALONE,
        *asked("it"),
        *about("it", DecisionAnswered("it:1", "skip", "person"), TaskSkipped("person", "skipped")),
    ],
    (T.NEEDS_YOU, T.ABORTED): [*ALONE, *asked("it"), *aborted("it")],
    (T.FAILED, T.PENDING): [*ALONE, *failed("it"), *NOW_BEHIND, *reopened("it")],
    (T.SKIPPED, T.PENDING): [*BEHIND, *skipped("it"), *reopened("it")],
    (T.ABORTED, T.PENDING): [*BEHIND, *aborted("it"), *reopened("it")],
    (T.BLOCKED, T.PENDING): [*BEHIND, *skipped("other"), *reopened("other")],
    (T.BLOCKED, T.SKIPPED): [*BEHIND, *skipped("other"), *skipped("it")],
    (T.BLOCKED, T.ABORTED): [*BEHIND, *skipped("other"), *aborted("it")],
}
"""For each move in the table, a log whose last event makes it happen to the task `it`."""


def test_every_move_of_a_task_is_shown_here() -> None:
    assert set(TASK_MOVES) == {(before, after) for before, row in TASK_TRANSITIONS.items() for after in row}


@pytest.mark.parametrize("move", TASK_MOVES, ids=lambda move: f"{move[0]} to {move[1]}")
def test_every_move_of_a_task_is_made_by_an_event(move: tuple[TaskStatus, TaskStatus]) -> None:
    steps = TASK_MOVES[move]
    state = told(steps[:-1])
    assert state.tasks["it"].status is move[0]
    assert take(state, steps[-1])
    assert state.tasks["it"].status is move[1]
    assert not state.anomalies


TASK_STANDS: dict[TaskStatus, Steps] = {
    T.PENDING: BEHIND,
    T.READY: ALONE,
    T.RUNNING: [*ALONE, *begun("it"), *ended("it")],
    T.NEEDS_YOU: [*ALONE, *asked("it")],
    T.SUCCEEDED: [*ALONE, *succeeded("it")],
    T.FAILED: [*ALONE, *failed("it")],
    T.SKIPPED: [*ALONE, *skipped("it")],
    T.ABORTED: [*ALONE, *aborted("it")],
    T.BLOCKED: [*BEHIND, *skipped("other")],
}

OPEN = set(TaskStatus) - TASK_ENDED

TASK_EVENTS: list[tuple[Event, TaskStatus, set[TaskStatus]]] = [
    (TaskStarted(), T.RUNNING, {T.READY}),
    (TaskSucceeded("test passed"), T.SUCCEEDED, {T.RUNNING}),
    (TaskFailed("internal", "a fault"), T.FAILED, {T.RUNNING, T.NEEDS_YOU}),
    (TaskSkipped("person", "not today"), T.SKIPPED, OPEN),
    (TaskAborted("enough"), T.ABORTED, OPEN),
    (TaskReopened("person"), T.READY, {T.FAILED, T.SKIPPED, T.ABORTED}),
    (DecisionOpened("it:9", "failed", "test hook failed"), T.NEEDS_YOU, {T.RUNNING}),
]
"""Events, where they lead, and from where."""


@pytest.mark.parametrize("stand", TaskStatus)
@pytest.mark.parametrize(("event", "to", "taken"), TASK_EVENTS, ids=lambda value: type(value).__name__)
def test_an_event_about_a_task_is_taken_only_where_it_means_something(
    stand: TaskStatus, event: Event, to: TaskStatus, taken: set[TaskStatus]
) -> None:
    state = told(TASK_STANDS[stand])
    assert state.tasks["it"].status is stand
    assert take(state, (event, "it", 0)) is (stand in taken)
    assert state.tasks["it"].status is (to if stand in taken else stand)


@pytest.mark.parametrize("stand", TaskStatus)
def test_an_attempt_begins_only_at_a_task_that_is_under_way(stand: TaskStatus) -> None:
    state = told(TASK_STANDS[stand])
    number = len(state.tasks["it"].attempts) + 1
    assert take(state, (AttemptStarted(number, "scripted"), "it", number)) is (stand is T.RUNNING)


@pytest.mark.parametrize(
    "step",
    [
        (AttemptStarted(1, "scripted"), "it", 1),
        (AttemptStarted(1, "scripted"), "it", 3),
        (AttemptStarted(1, "scripted"), "it", 0),
        (AttemptStarted(2, "scripted", continues=2), "it", 2),
        (AttemptStarted(2, "scripted", continues=-1), "it", 2),
        (AttemptStarted(1, "scripted"), "nowhere", 1),
    ],
)
def test_an_attempt_that_does_not_follow_the_others_does_not_begin(step: Step) -> None:
    state = told([*ALONE, *begun("it"), *ended("it")])
    assert not take(state, step)
    assert len(state.tasks["it"].attempts) == 1


def test_an_attempt_does_not_begin_beside_another_or_before_an_answer() -> None:
    for steps in ([*ALONE, *begun("it")], [*ALONE, *asked("it")]):
        state = told(steps)
        assert not take(state, (AttemptStarted(2, "scripted"), "it", 2))


@pytest.mark.parametrize("status", AttemptStatus)
@pytest.mark.parametrize("again", AttemptStatus)
def test_an_attempt_ends_once_and_as_the_table_says(status: AttemptStatus, again: AttemptStatus) -> None:
    state = told([*ALONE, *begun("it")])
    finish = AttemptFinished(status, OK, counted=False)
    assert take(state, (finish, "it", 1)) is (status in ATTEMPT_TRANSITIONS[A.RUNNING])
    if status is not A.RUNNING:
        assert not take(state, (msgspec.structs.replace(finish, status=again), "it", 1))
        assert state.tasks["it"].attempts[0].status is status


# The run.


def run_of(*events: Event) -> Steps:
    plan = planned(make_task("it"))[0]
    return [plan, *((event, "", 0) for event in events)]


START, PAUSE, UNPAUSE = RunStarted(1, "deck", "boot"), RunPaused("person"), RunUnpaused("person")
WAIT, WAKE, SUSPEND = RunWaiting("rate_limit", 1), RunWoken(), RunSuspended("stopped")
ENDS: dict[RunStatus, Event] = {status: RunFinished(status) for status in sorted(RUN_ENDED)}

RUN_MOVES: dict[tuple[RunStatus, RunStatus], Steps] = {
    (R.PLANNED, R.RUNNING): run_of(START),
    (R.PLANNED, R.ABORTED): run_of(ENDS[R.ABORTED]),
    (R.RUNNING, R.WAITING): run_of(START, WAIT),
    (R.WAITING, R.RUNNING): run_of(START, PAUSE, UNPAUSE),
    **{(R.RUNNING, end): run_of(START, ENDS[end]) for end in ENDS},
    **{(R.WAITING, end): run_of(START, WAIT, ENDS[end]) for end in ENDS},
    **{(end, R.RUNNING): run_of(START, ENDS[end], START) for end in ENDS if end is not R.SUCCEEDED},
}


def test_every_move_of_a_run_is_shown_here() -> None:
    assert set(RUN_MOVES) == {(before, after) for before, row in RUN_TRANSITIONS.items() for after in row}


@pytest.mark.parametrize("move", RUN_MOVES, ids=lambda move: f"{move[0]} to {move[1]}")
def test_every_move_of_a_run_is_made_by_an_event(move: tuple[RunStatus, RunStatus]) -> None:
    steps = RUN_MOVES[move]
    state = told(steps[:-1])
    assert state.status is move[0]
    assert take(state, steps[-1])
    assert state.status is move[1]


UNDER_WAY = ["start again", "pause", "wait", "suspend", *ENDS]

TAKEN: dict[str, tuple[Steps, list[str]]] = {
    "planned": (run_of(), ["start again", R.ABORTED]),
    "running": (run_of(START), UNDER_WAY),
    "paused": (run_of(START, PAUSE), [*UNDER_WAY, "unpause", "wake"]),
    "waiting": (run_of(START, WAIT), [*UNDER_WAY, "wake"]),
    "waiting and paused": (run_of(START, WAIT, PAUSE), [*UNDER_WAY, "unpause", "wake"]),
    "suspended": (run_of(START, SUSPEND), [*UNDER_WAY, "wake"]),
    "succeeded": (run_of(START, ENDS[R.SUCCEEDED]), []),
    "incomplete": (run_of(START, ENDS[R.INCOMPLETE]), ["start again"]),
    "failed": (run_of(START, ENDS[R.FAILED]), ["start again"]),
    "aborted": (run_of(START, ENDS[R.ABORTED]), ["start again"]),
}
"""Where a run can stand, and which events are taken there."""

RUN_EVENTS: dict[str, Event] = {
    "start again": START,
    "pause": PAUSE,
    "unpause": UNPAUSE,
    "wait": WAIT,
    "wake": WAKE,
    "suspend": SUSPEND,
    **{str(status): event for status, event in ENDS.items()},
    **{f"finish as {status}": RunFinished(status) for status in sorted(set(RunStatus) - RUN_ENDED)},
}


@pytest.mark.parametrize("stand", TAKEN)
@pytest.mark.parametrize("name", RUN_EVENTS)
def test_an_event_about_the_run_is_taken_only_where_it_means_something(stand: str, name: str) -> None:
    steps, taken = TAKEN[stand]
    state = told(steps)
    assert not state.anomalies
    assert take(state, (RUN_EVENTS[name], "", 0)) is (name in taken)


def test_a_run_is_planned_once_and_replanned_only_after_that() -> None:
    state = told(planned(make_task("it")))
    assert not take(state, planned(make_task("other"))[0])
    assert list(state.tasks) == ["it"]
    assert not take(State(), replanned(make_task("it"))[0])


def test_a_plan_whose_tasks_wait_for_each_other_is_not_taken() -> None:
    state = told(planned(make_task("a", "b"), make_task("b", "a")))
    assert state.plan is None
    assert "a -> b -> a" in state.anomalies[0].why
