"""What an agent is asked in a real run: by the templates of the project, and kept for people where that is wanted."""

import stat
import subprocess
from pathlib import Path

import pytest

from tests.cli.program import tmtui
from tmtui.cli.project import FACTS, Project, open_log
from tmtui.events.attempt import AttemptPrompted


SETTINGS = """\
agent: scripted:agent.yml
prompt_templates: {variables: {team: blue}}
prompt_context: {include_file_contents: true}
hooks: {fails: {command: "echo this is the fault; exit 3"}}
"""
PLAN = "tasks: [{id: a, title: Add, description: Do it., post_hooks: [fails], max_attempts: 2}]\n"
SCRIPT = """\
version: 1
pace: 0
tasks:
  a:
    - steps: [{text: I look at it first.}, {create: {path: made.py, content: "x = 1\\n"}}]
    - steps: [{text: Once more., }]
"""


@pytest.fixture
def written(project: Project) -> Project:
    for name, text in (
        (".taskmaster.yml", SETTINGS),
        ("tasks.yml", PLAN),
        ("agent.yml", SCRIPT),
        (".env", "KEY=hidden"),
    ):
        (project.root / name).write_text(text)
    (project.state_dir / "prompts").mkdir()
    (project.state_dir / "prompts/system.txt").write_text("You work for the {{ team }} team.\n")
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=project.root, check=True)
    return project


def prompts(project: Project) -> list[AttemptPrompted]:
    with open_log(project) as reader:
        latest = reader.latest_run()
        assert latest is not None
        events = [recorded.event for recorded in reader.events(latest.run, kinds=FACTS)]
    return [event for event in events if isinstance(event, AttemptPrompted)]


def run(project: Project, *arguments: str) -> None:
    done = tmtui("run", "--plain", "--on-decision", "skip", *arguments, cwd=project.root)
    assert done.returncode == 1, done.stdout + done.stderr


def test_each_attempt_is_told_of_the_project_and_of_what_went_wrong_before(written: Project) -> None:
    run(written)
    first, second = prompts(written)
    assert first.system.startswith("You work for the blue team.\n")
    assert "On branch main\nNo commits yet" in first.prompt
    assert "tasks.yml" in first.prompt
    assert "hidden" not in first.prompt
    assert ".env" not in first.prompt
    assert "this is the fault" in second.prompt
    assert "I look at it first." in second.prompt
    assert "x = 1" in second.prompt
    assert first.digest != second.digest
    assert not (written.state_dir / "logs/a/prompt.txt").exists()


def test_the_exact_prompt_is_kept_where_that_is_wanted(written: Project) -> None:
    run(written, "--verbose")
    path: Path = written.state_dir / "logs/a/prompt.txt"
    last = prompts(written)[-1]
    assert path.read_text() == f"{last.system}\n{last.prompt}"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
