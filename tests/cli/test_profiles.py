"""Profiles and settings from the command line: shown, chosen and changed."""

import json
from collections.abc import Callable

import pytest

from tests.cli.conftest import Done
from tests.written_examples import JSON_SETTINGS
from tmtui.cli.project import Project


Command = Callable[..., Done]


@pytest.fixture
def written(project: Project) -> Project:
    (project.root / ".taskmaster/config.json").write_text(JSON_SETTINGS["runtime profiles"])
    return project


def test_the_built_in_profiles_are_listed(project: Project, command: Command) -> None:
    lines = command("list-profiles").out.splitlines()
    assert lines[0].split() == ["NAME", "MODEL", "EFFORT", "OUTPUT", "TIMEOUT", "FOR"]
    assert [line.split()[-0 if line[0] == " " else 1] for line in lines[1:]] == [
        "interactive",
        "automation",
        "analysis",
    ]
    assert lines[1].startswith("*  interactive  claude-sonnet-5-5")


def test_profiles_that_are_written_are_listed_and_their_doubts_told(written: Project, command: Command) -> None:
    done = command("list-profiles")
    assert done.code == 0
    assert "30 s" in done.out
    assert "claude-3-haiku-20240307` has its end of life on 2026-04-20: claude-haiku-5-5" in done.err
    told = json.loads(command("list-profiles", "--json").out)
    assert [profile["name"] for profile in told] == ["interactive", "automation", "analysis"]
    assert told[0] == {
        **told[0],
        "model": "claude-3-5-sonnet-20241022",
        "temperature": 0.5,
        "max_tokens": 1500,
        "timeout": 30.0,
        "default": True,
        "budget": None,
        "fallback": [],
    }


@pytest.mark.parametrize("arguments", [("--name", "automation"), ("automation",)])
def test_a_profile_is_shown_with_who_said_what(
    written: Project, command: Command, arguments: tuple[str, ...]
) -> None:
    done = command("show-profile", *arguments)
    rows = {line.split()[0]: line.split()[1:] for line in done.out.splitlines()[1:]}
    assert rows["model"] == ["claude-3-haiku-20240307", ".taskmaster/config.json:16"]
    assert rows["enforce_schema"] == ["true", ".taskmaster/config.json:21"]
    assert rows["effort"] == ["-", "built-in"]
    assert json.loads(command("show-profile", *arguments, "--json").out)["output_format"] == "json"


def test_a_profile_is_shown_with_its_chain_and_its_budget(project: Project, command: Command) -> None:
    (project.root / ".taskmaster.yml").write_text(
        "fallback: {chains: {interactive: [a, b]}}\n"
        "cost_controls: {per_profile_budget: {interactive: {daily_usd: 20}}}\n"
    )
    out = command("show-profile").out
    assert out.startswith("Profile interactive (the default)\n")
    assert "a → b" in out
    assert "$20.00" in out


def test_a_profile_that_is_not_there_is_told_with_those_that_are(project: Project, command: Command) -> None:
    done = command("show-profile", "nightly")
    assert done.code == 2
    assert "interactive, automation, analysis" in done.err
    assert command("show-profile", "a", "--name", "b").code == 2


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("--default-profile", "analysis"), "profile: analysis\n"),
        (
            ("--budget-warn", "80", "--budget-critical", "95"),
            "cost_controls:\n  alerts:\n    warn_at_percentage: 80\n    critical_at_percentage: 95\n",
        ),
        (("--prompt-version", "v2"), "prompt_version: v2\n"),
        (("--schema-version", "v2"), "schema_version: v2\n"),
        (("set", "max_parallel", "3"), "max_parallel: 3\n"),
    ],
)
def test_settings_are_written_from_the_command_line(
    project: Project, command: Command, arguments: tuple[str, ...], text: str
) -> None:
    done = command("config", *arguments)
    assert done.code == 0
    assert done.out.endswith("✓ .taskmaster.yml: written\n")
    assert (project.root / ".taskmaster.yml").read_text() == text
    assert "so already" in command("config", *arguments).out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--default-profile", "nobody"), "there is no profile `nobody`"),
        (("set", "max_parallel", "many"), "must be a whole number"),
        (("set", "max_paralell", "2"), "Did you mean `max_parallel`?"),
        (("--budget-warn", "80", "show"), "stands alone"),
    ],
)
def test_what_cannot_be_written_is_told_and_not_written(
    project: Project, command: Command, arguments: tuple[str, ...], words: str
) -> None:
    done = command("config", *arguments)
    assert done.code == 2
    assert words in done.err
    assert not (project.root / ".taskmaster.yml").exists()


def test_migration_is_shown_first_and_written_when_told_to(written: Project, command: Command) -> None:
    path = written.root / ".taskmaster/config.json"
    shown = command("config", "migrate")
    assert '-      "model": "claude-3-haiku-20240307",' in shown.out
    assert '+      "model": "claude-haiku-5-5",' in shown.out
    assert path.read_text() == JSON_SETTINGS["runtime profiles"]
    assert "written" in command("config", "migrate", "--write").out
    assert "claude-3" not in path.read_text()
    assert "current" in command("config", "migrate").out
    assert json.loads(command("config", "migrate", "--json").out) == {"files": [], "written": False}


PLAN = "tasks: [{id: a, title: A}]\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--profile", "nobody"), "There are: interactive, automation, analysis."),
        (("--provider", "nobody"), "There are: claude, openai, claude-code, codex."),
        (("--budget", "free"), "amount in US dollars"),
    ],
)
def test_a_run_with_a_wrong_choice_does_not_start(
    project: Project, command: Command, arguments: tuple[str, ...], words: str
) -> None:
    (project.root / "tasks.yml").write_text(PLAN)
    done = command("run", "--dry-run", *arguments)
    assert done.code == 2
    assert words in done.err


def test_a_plan_that_names_what_is_not_there_is_refused(project: Project, command: Command) -> None:
    (project.root / "tasks.yml").write_text("tasks: [{id: a, title: A, profile: fast, provider: cloud}]\n")
    done = command("config", "validate")
    assert done.code == 2
    assert "the task `a` names the profile `fast`" in done.err
    assert "the task `a` names the provider `cloud`" in done.err


def test_a_template_that_asks_for_what_is_not_there_is_told_before_anything_starts(
    project: Project, command: Command
) -> None:
    (project.root / "tasks.yml").write_text(PLAN)
    (project.root / ".taskmaster/prompts").mkdir()
    (project.root / ".taskmaster/prompts/task.txt").write_text("# {{ task_title }}\n{{ task_descripton }}\n")
    for arguments in (("config", "validate"), ("run", "--dry-run")):
        done = command(*arguments)
        assert done.code == 2
        assert ".taskmaster/prompts/task.txt:2:4: unknown variable `task_descripton`" in done.err
        assert "task_description" in done.err
