import msgspec
import pytest
from hypothesis import given, strategies as st

from tests.cli import story
from tmtui.domain.outcome import Kind, Outcome
from tmtui.domain.status import AttemptStatus, RunStatus, TaskStatus
from tmtui.domain.usage import Usage
from tmtui.events.attempt import AttemptFinished, AttemptMeasured, AttemptStarted, FileChange
from tmtui.events.decision import DecisionAnswered
from tmtui.events.money import MoneySpent
from tmtui.events.run import Limits, RunFinished, RunPlanned, RunSuspended
from tmtui.events.task import TaskSkipped, TaskStarted
from tmtui.monitor.report import Report, make_report
from tmtui.state.fold import fold_all


LATER = story.NOON + 3_600_000


def report(told: story.Story, *, alive: bool = True) -> Report:
    return make_report(told.state(), LATER, engine_alive=alive)


def test_tasks_are_counted_by_status() -> None:
    found = report(story.asking())
    assert (found.total, found.done) == (5, 2)
    assert found.counts == {TaskStatus.SUCCEEDED: 2, TaskStatus.NEEDS_YOU: 1, TaskStatus.READY: 2}


def test_a_task_has_its_attempts_and_its_failures() -> None:
    task = report(story.as_in_the_guide()).tasks[2]
    assert (task.tries, task.failures, task.allowance) == (2, 1, 3)
    assert [attempt.status for attempt in task.attempts] == [AttemptStatus.FAILED, AttemptStatus.RUNNING]
    assert task.attempts[0].outcome == "hook_post_failed"
    assert task.last_error == "test hook failed: AssertionError in test_login"


def test_an_attempt_that_a_crash_cut_off_is_no_try() -> None:
    told = story.begin(story.planned(), "task-1", 1)
    crashed = Outcome(Kind.INTERRUPTED_CRASH, "the engine ended")
    told.then(AttemptFinished(AttemptStatus.INTERRUPTED, crashed, counted=False), "task-1", 1)
    told.then(AttemptStarted(1, "s", continues=1), "task-1", 2)
    task = report(told).tasks[0]
    assert (len(task.attempts), task.tries, task.failures) == (2, 1, 0)


@pytest.mark.parametrize(
    ("told", "current"),
    [
        (story.planned(), (0,)),
        (story.as_in_the_guide(), (2,)),
        (story.asking(), (2,)),
        (story.begin(story.as_in_the_guide(), "task-5", 1), (2, 4)),
        (story.finished(), ()),
        (story.planned().then(TaskSkipped("person", "no"), "task-1"), (1,)),
    ],
)
def test_the_current_tasks_are_those_at_work_or_else_the_next(told: story.Story, current: tuple[int, ...]) -> None:
    assert report(told).current == current


def test_a_run_without_its_engine_is_interrupted_and_its_time_stands_still() -> None:
    alive, gone = report(story.as_in_the_guide()), report(story.as_in_the_guide(), alive=False)
    assert (alive.word, gone.word) == ("running", "interrupted")
    assert gone.seconds < alive.seconds
    assert gone.seconds == len(story.as_in_the_guide().entries) - 2


@pytest.mark.parametrize(
    ("ending", "word"),
    [
        (RunFinished(RunStatus.SUCCEEDED), "succeeded"),
        (RunFinished(RunStatus.FAILED), "failed"),
        (RunSuspended("SIGTERM"), "stopped"),
    ],
)
def test_a_run_that_ended_in_good_order_says_so_with_and_without_an_engine(
    ending: RunFinished | RunSuspended, word: str
) -> None:
    for alive in (True, False):
        assert report(story.as_in_the_guide().then(ending), alive=alive).word == word


def test_money_that_is_not_known_is_not_nothing() -> None:
    told = story.planned().then(TaskStarted(), "task-1").then(AttemptStarted(1, "s"), "task-1", 1)
    assert report(told).cost.requests == 0
    told.then(MoneySpent("m", Usage(10, 2)), "task-1", 1)
    assert report(told).cost.micro is None
    told.then(MoneySpent("m", Usage(10, 2), 500), "task-1", 1)
    cost = report(told).tasks[0].cost
    assert (cost.micro, cost.unknown, cost.requests, cost.usage.total) == (500, 1, 2, 24)


def test_files_are_named_once_and_what_is_not_known_is_not_zero() -> None:
    told = story.fail(story.planned(), "task-1", 1)
    told.then(AttemptStarted(2, "s"), "task-1", 2)
    changes = (FileChange("b.py", "added", 1), FileChange("main.py", "modified", 1, 1))
    told.then(AttemptMeasured("c" * 40, "", True, changes, 2), "task-1", 2)
    found = report(told)
    assert found.files == ("b.py", "main.py")
    assert [attempt.files_total for attempt in found.tasks[0].attempts] == [1, 2]
    told.then(AttemptMeasured("", problem="no git"), "task-1", 2)
    assert report(told).tasks[0].attempts[1].files_total is None


def test_questions_are_told_open_and_settled() -> None:
    told = story.asking()
    (asked,) = report(told).questions
    assert (asked.task, asked.choice, asked.falls) == ("task-3", "", ("task-4", "task-5"))
    told.then(DecisionAnswered("task-3:1", "retry", "person", "be careful"), "task-3")
    (asked,) = report(told).questions
    assert (asked.choice, asked.by, asked.note) == ("retry", "person", "be careful")


@given(st.integers(0, len(story.asking().entries)), st.booleans())
def test_a_report_can_be_made_at_every_moment_and_written_as_json(upto: int, alive: bool) -> None:
    state = fold_all(story.asking().recorded()[:upto])
    made = make_report(state, LATER, engine_alive=alive)
    assert sum(made.counts.values()) == made.total == len(state.tasks)
    assert msgspec.json.decode(msgspec.json.encode(made), type=Report) == made


def test_a_report_changes_nothing_in_the_state() -> None:
    state = story.asking().state()
    before = msgspec.json.encode(state)
    make_report(state, LATER, engine_alive=True)
    assert msgspec.json.encode(state) == before


def test_a_run_that_was_only_planned_has_no_time() -> None:
    told = story.Story().then(RunPlanned(story.plan(), "/", Limits(), "s", "0.1.0"))
    assert report(told).seconds == 0
