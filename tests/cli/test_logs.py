import json
from collections.abc import Callable

import pytest

from tests.cli import story
from tests.cli.conftest import Done, Teller
from tests.cli.program import tmtui
from tmtui.cli.project import Project


Run = Callable[..., Done]


def words(text: str) -> list[str]:
    """The lines without their time."""
    return [line[9:] for line in text.splitlines()]


def test_everything_that_was_said_is_printed(tell: Teller, project: Project) -> None:
    tell(story.asking())
    done = tmtui("logs", cwd=project.root)
    assert (done.returncode, done.stderr) == (0, "")
    lines = words(done.stdout)
    assert "task-1 agent │ I look at the code." in lines
    assert lines[-1].startswith("task-3 ? needs you")


@pytest.mark.parametrize("arguments", [("task-3",), ("task-3", "--attempt", "2")])
def test_a_task_or_an_attempt_is_printed_alone(arguments: tuple[str, ...], tell: Teller, command: Run) -> None:
    tell(story.asking())
    lines = words(command("logs", *arguments).out)
    assert lines
    assert all(line.startswith("task-3 ") for line in lines)
    assert sum("attempt 2 of 3" in line for line in lines) == 1
    assert sum("attempt 1 of 3" in line for line in lines) == (len(arguments) == 1)


def test_a_hook_is_printed_alone(tell: Teller, command: Run) -> None:
    tell(story.asking())
    assert words(command("logs", "task-3", "--attempt", "1", "--hook", "test").out) == [
        "task-3 ▶ post-hook test: pytest tests/ -v",
        "task-3 test │ collected 1 item",
        "task-3 test │ 1 failed",
        "task-3 ✗ hook test: test hook failed: AssertionError in test_login",
    ]
    assert command("logs", "--hook", "nothing").out == ""


def test_more_is_printed_for_whoever_asks(tell: Teller, command: Run) -> None:
    tell(story.asking())
    assert "prompt │ Do task-3." in command("logs", "task-3", "-v").out


def test_following_a_run_that_nobody_works_on_ends_with_it(tell: Teller, command: Run) -> None:
    tell(story.asking())
    assert command("logs", "--follow").out == command("logs").out


def test_json_is_one_event_to_a_line(tell: Teller, command: Run) -> None:
    tell(story.asking())
    events = [json.loads(line) for line in command("logs", "task-3", "--json").out.splitlines()]
    assert {event["task"] for event in events} == {"task-3"}
    assert [event["kind"] for event in events if event["kind"].startswith("decision")] == ["decision.opened"]


@pytest.mark.parametrize(
    ("task", "hint"), [("task-9", "Did you mean task-"), ("x", "Its tasks are: task-1, task-2,")]
)
def test_a_task_that_is_not_there_is_told(task: str, hint: str, tell: Teller, command: Run) -> None:
    tell(story.asking())
    done = command("logs", task)
    assert done.code == 2
    assert f"the run has no task '{task}'" in done.err
    assert hint in done.err
