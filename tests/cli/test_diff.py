import asyncio
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli import story
from tests.cli.conftest import Done, Teller
from tests.cli.program import tmtui
from tmtui.cli.diff import diff_lines
from tmtui.cli.output import Tone
from tmtui.cli.project import Project
from tmtui.domain.outcome import Kind, Outcome
from tmtui.domain.status import AttemptStatus
from tmtui.events.attempt import AttemptCheckpointed, AttemptFinished, AttemptStarted
from tmtui.events.base import Event
from tmtui.events.task import TaskStarted
from tmtui.workspace.checkpoint import Workspace


Run = Callable[..., Done]


async def real_attempt(project: Project) -> list[Event]:
    """An attempt that changed a file, with real trees of both sides."""
    (project.root / "calc.py").write_text("one\ntwo\n")
    workspace = await Workspace.open(project.root, project.state_dir)
    before = await workspace.checkpoint(story.RUN, "task-1", 1)
    (project.root / "calc.py").write_text("one\n\x1b[2Jtwo and a half\n")
    return [before, await workspace.measure(before, story.RUN, "task-1", 1)]


@pytest.fixture
def changed(project: Project) -> Project:
    """A project whose first task has one attempt, whose changes are known."""
    told = story.planned(str(project.root)).then(TaskStarted(), "task-1").then(AttemptStarted(1, "s"), "task-1", 1)
    for event in asyncio.run(real_attempt(project)):
        told.then(event, "task-1", 1)
    outcome = Outcome(Kind.HOOK_POST_FAILED, "no")
    told.then(AttemptFinished(AttemptStatus.FAILED, outcome, counted=True), "task-1", 1)
    told.then(AttemptStarted(2, "s"), "task-1", 2).then(AttemptCheckpointed("", problem="no room"), "task-1", 2)
    told.write(project.state_dir)
    return project


def test_what_an_attempt_changed_is_shown_and_made_safe(changed: Project) -> None:
    done = tmtui("diff", "task-1", cwd=changed.root)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("diff --git a/calc.py b/calc.py\n")
    assert done.stdout.endswith(" one\n-two\n+␛[2Jtwo and a half\n")


def test_the_files_alone_need_no_git(changed: Project) -> None:
    done = tmtui("diff", "task-1", "--stat", cwd=changed.root, env={"PATH": "/nowhere"})
    assert done.stdout == "M calc.py  +1 -1\n1 file changed in attempt 1\n"
    without = tmtui("diff", "task-1", cwd=changed.root, env={"PATH": "/nowhere"})
    assert without.returncode == 2
    assert "git is not installed" in without.stderr


def test_json_has_the_attempt(changed: Project, command: Run) -> None:
    told = json.loads(command("diff", "task-1", "--json").out)
    assert told["attempt"]["files"] == [{"path": "calc.py", "change": "modified", "added": 1, "removed": 1}]


def test_another_path_shows_nothing(changed: Project, command: Run) -> None:
    assert command("diff", "task-1", "--path", "other.py").out == "Nothing was changed.\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("task-1", "--attempt", "2"), "it is not known what attempt 2 of task-1 changed: no room"),
        (("task-1", "--attempt", "3"), "task-1 has 2 attempts, not 3"),
        (("task-2",), "task-2 has not been tried yet"),
        (("task-77",), "the run has no task 'task-77'"),
    ],
)
def test_what_is_not_known_is_told(arguments: tuple[str, ...], words: str, changed: Project, command: Run) -> None:
    done = command("diff", *arguments)
    assert (done.code, done.out) == (2, "")
    assert words in done.err


def test_trees_that_are_gone_are_told(tell: Teller, command: Run) -> None:
    tell(story.finished())
    done = command("diff", "task-1")
    assert done.code == 2
    assert "no attempt has been recorded" in done.err
    assert "tmtui diff task-1 --stat" in done.err


def test_lines_of_a_diff_have_their_tones() -> None:
    text = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n same\n-old\n+new\n"
    assert [line.tone for line in diff_lines(text)] == [
        Tone.STRONG, Tone.STRONG, Tone.STRONG, Tone.WARN, Tone.NONE, Tone.BAD, Tone.GOOD,
    ]  # fmt: skip


def test_the_users_repository_is_left_alone(changed: Project, command: Run) -> None:
    subprocess.run(["git", "init", "-q", "."], cwd=changed.root, check=True)
    before = sorted(str(path) for path in Path(changed.root, ".git").rglob("*"))
    command("diff", "task-1")
    assert sorted(str(path) for path in Path(changed.root, ".git").rglob("*")) == before
