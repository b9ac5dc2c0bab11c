"""How programs are started, and what of their settings makes no sense."""

from pathlib import Path
from typing import Any

import pytest

from tests.agents.playing import StillClock
from tests.agents.programs.stubs import Direct, stub
from tmtui.agents.port import Agent, Request
from tmtui.agents.programs.claude_code import ClaudeCode
from tmtui.agents.programs.codex import Codex
from tmtui.agents.programs.command import Command
from tmtui.agents.programs.program import ProgramAgent
from tmtui.agents.registry import KINDS, AgentSpecError, make_agent
from tmtui.domain.plan import Task


class Nobody(Direct):
    """A launcher of which nothing is asked."""

    def __init__(self) -> None:
        pass


@pytest.fixture(name="path")
def _path(tmp_path: Path) -> str:
    for name in ("claude", "codex", "mytool"):
        stub(tmp_path / "bin", name, "")
    return str(tmp_path / "bin")


def made(path: str, spec: str, options: dict[str, Any] | None = None, env: dict[str, str] | None = None) -> Agent:
    return make_agent(
        spec, Path("/project"), StillClock(), {"PATH": path, **(env or {})}, options=options, launcher=Nobody()
    )


def request(**changes: Any) -> Request:
    asked = {"run": "r", "task": Task(id="t", title="t", budget_micro=2_500_000), "attempt": 1, "round": 1}
    return Request(**{**asked, "root": "/project", "system": "You work.", "prompt": "Do it.", **changes})


def program_of(agent: Agent) -> Any:
    assert isinstance(agent, ProgramAgent)
    return agent._program


def flags(argv: tuple[str, ...]) -> dict[str, list[str]]:
    """The words behind each flag."""
    found: dict[str, list[str]] = {}
    for word in argv:
        if word.startswith("-") and word != "-":
            found[word] = []
        elif found:
            next(reversed(found.values())).append(word)
    return found


def test_claude_code_is_started_to_stream_within_its_bounds(path: str) -> None:
    options = {"effort": "high", "max_turns": 7, "disallowed_tools": ["Bash(git push *)"], "args": ["--debug"]}
    start = program_of(made(path, "claude-code:opus", options)).start(request(), "")
    said = flags(start.argv)

    assert start.argv[:2] == ("claude", "-p")
    assert said["--output-format"] == ["stream-json"]
    assert {"--verbose", "--include-partial-messages", "--debug"} <= set(said)
    assert (said["--model"], said["--effort"], said["--max-turns"]) == (["opus"], ["high"], ["7"])
    assert said["--max-budget-usd"] == ["2.500000"]
    assert said["--permission-mode"] == ["acceptEdits"]
    assert "Bash" in said["--allowedTools"]
    assert said["--disallowedTools"] == ["Bash(git push *)"]
    assert said["--append-system-prompt"] == ["You work."]
    assert start.stdin == b"Do it."


@pytest.mark.parametrize(
    ("options", "env", "bare"),
    [
        ({}, {}, False),
        ({}, {"CLAUDE_CODE_OAUTH_TOKEN": "t"}, False),
        ({}, {"ANTHROPIC_API_KEY": "k"}, True),
        ({"api_key": "k"}, {}, True),
        ({"api_key": "k", "bare": False}, {}, False),
    ],
)
def test_the_project_s_own_hooks_and_servers_are_left_out(
    path: str, options: dict[str, Any], env: dict[str, str], *, bare: bool
) -> None:
    """With a key altogether; with a login, which knows no other way, only the user's own settings hold."""
    said = flags(program_of(made(path, "claude-code", options, env)).start(request(), "").argv)

    assert ("--bare" in said) is bare
    assert said.get("--setting-sources") == (None if bare else ["user"])


def test_a_system_prompt_that_is_no_argument_goes_to_the_input(path: str) -> None:
    start = program_of(made(path, "claude-code")).start(request(system="x" * 200_000), "")

    assert "--append-system-prompt" not in start.argv
    assert start.stdin.endswith(b"x\n\nDo it.")


def test_codex_is_started_to_stream_in_its_own_sandbox(path: str) -> None:
    start = program_of(made(path, "codex:gpt-5.4", {"access": "read-only", "effort": "low"})).start(request(), "")

    assert start.argv == (
        *("codex", "exec", "--json", "--skip-git-repo-check", "-C", "/project", "-s", "read-only", "-m", "gpt-5.4"),
        *("-c", 'model_reasoning_effort="low"', "-"),
    )


def test_a_command_is_named_as_it_is_typed(path: str) -> None:
    agent = made(path, "command:mytool --flag 'two words'")

    assert agent.name == "command:mytool --flag 'two words'"
    assert program_of(agent) == Command(command=("mytool", "--flag", "two words"))


def test_a_provider_of_one_s_own_is_named_by_its_name(path: str) -> None:
    agent = made(path, "work", {"type": "command", "command": ["mytool"]})

    assert (agent.name, program_of(agent).command) == ("work", ("mytool",))


def test_where_they_keep_their_own_files_they_may_write(path: str) -> None:
    assert program_of(made(path, "claude-code")).own == ClaudeCode().own
    assert program_of(made(path, "claude-code", env={"CLAUDE_CONFIG_DIR": "/c"})).own == ("/c",)
    assert program_of(made(path, "codex")).own == Codex().own
    assert program_of(made(path, "codex", env={"CODEX_HOME": "/c"})).own == ("/c",)


@pytest.mark.parametrize(
    ("spec", "options", "words"),
    [
        ("command:", {}, "write command:'mytool --flag'"),
        ("command:'open", {}, "a quote that is never closed"),
        ("command:no-such-tool", {}, "no-such-tool is not on the PATH"),
        ("command:./no/such/tool", {}, "there is no program ./no/such/tool"),
        ("command:\x1b]52;c;x\x07", {}, "is not on the PATH"),
        ("claude-code", {"command": ["no-such-tool"]}, "no-such-tool is not on the PATH"),
        ("claude-code", {"permission_mode": "anything"}, "providers.claude-code.permission_mode must be one of"),
        ("claude-code", {"max_turns": 0}, "a whole number above 0"),
        ("claude-code", {"max_turns": True}, "a whole number above 0"),
        ("claude-code", {"stallSeconds": 0}, "a number of seconds above 0"),
        ("claude-code", {"allowed_tools": "Bash"}, "a list of texts"),
        ("claude-code", {"sandbox": "no"}, "true or false"),
        ("claude-code", {"env": ["A=1"]}, "names with texts"),
        ("codex", {"access": "all"}, "providers.codex.access must be one of"),
    ],
)
def test_what_is_missing_or_makes_no_sense_is_said_with_its_place(
    path: str, spec: str, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(AgentSpecError) as caught:
        made(path, spec, options)

    assert words in str(caught.value)
    assert str(caught.value).isprintable()


def test_a_program_is_looked_for_on_the_path_that_it_will_get() -> None:
    with pytest.raises(AgentSpecError, match="claude is not on the PATH"):
        made("/nowhere", "claude-code")


def test_where_nothing_can_be_started_no_program_is_made(path: str) -> None:
    with pytest.raises(AgentSpecError, match="cannot be started here"):
        make_agent("codex", Path("/project"), StillClock(), {"PATH": path})


def test_every_kind_is_written_as_it_is_named() -> None:
    assert all(kind.form.startswith(name) for name, kind in KINDS.items())
