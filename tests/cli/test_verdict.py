import pytest

from tests.cli import story
from tmtui.cli.exit_codes import ExitCode
from tmtui.cli.verdict import CODES_BY_KIND, code_of_run
from tmtui.domain.outcome import Kind, Outcome
from tmtui.domain.status import AttemptStatus, RunStatus
from tmtui.events.attempt import AttemptFinished
from tmtui.events.run import RunFinished, RunSuspended, RunWaiting
from tmtui.events.task import TaskFailed, TaskSkipped


def ended(kind: Kind, status: RunStatus = RunStatus.FAILED) -> story.Story:
    told = story.begin(story.planned(), "task-1", 1)
    told.then(AttemptFinished(AttemptStatus.FAILED, Outcome(kind, "no"), counted=False), "task-1", 1)
    return told.then(TaskFailed(kind, "no"), "task-1").then(RunFinished(status))


def test_all_done_is_zero() -> None:
    assert code_of_run(story.finished().state()) is ExitCode.OK


@pytest.mark.parametrize("outcome", [RunStatus.INCOMPLETE, RunStatus.FAILED, RunStatus.ABORTED])
def test_something_left_is_one(outcome: RunStatus) -> None:
    told = story.planned().then(TaskSkipped("person", "not needed"), "task-1").then(RunFinished(outcome))
    assert code_of_run(told.state()) is ExitCode.INCOMPLETE


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (Kind.AUTH, 6),
        (Kind.TLS_CERT, 6),
        (Kind.POLICY_TOOL, 7),
        (Kind.STORAGE_FULL, 5),
        (Kind.HOOK_POST_FAILED, 1),
        (Kind.INTERNAL, 1),
    ],
)
def test_a_failure_with_a_code_of_its_own_names_it(kind: Kind, code: int) -> None:
    assert code_of_run(ended(kind).state()) == code


def test_a_failure_that_was_overcome_does_not_count() -> None:
    told = story.begin(story.planned(), "task-1", 1)
    told.then(AttemptFinished(AttemptStatus.FAILED, Outcome(Kind.AUTH), counted=False), "task-1", 1)
    story.succeed(told, "task-1", 2).then(TaskSkipped("person", "no"), "task-2").then(
        RunFinished(RunStatus.INCOMPLETE)
    )
    assert code_of_run(told.state()) == ExitCode.INCOMPLETE


def test_a_run_that_can_go_on_is_four() -> None:
    assert code_of_run(story.as_in_the_guide().then(RunSuspended("SIGHUP")).state()) is ExitCode.RESUMABLE


def test_a_run_that_waits_for_its_disk_is_five() -> None:
    assert code_of_run(story.planned().then(RunWaiting("storage")).state()) is ExitCode.STORAGE


def test_codes_are_those_of_the_readme() -> None:
    assert {code.name: int(code) for code in ExitCode} == {
        "OK": 0,
        "INCOMPLETE": 1,
        "USAGE": 2,
        "HELD": 3,
        "RESUMABLE": 4,
        "STORAGE": 5,
        "AUTH": 6,
        "POLICY": 7,
        "INTERNAL": 70,
        "INTERRUPTED": 130,
        "TERMINATED": 143,
    }
    assert set(CODES_BY_KIND.values()) == {ExitCode.AUTH, ExitCode.POLICY, ExitCode.STORAGE}
