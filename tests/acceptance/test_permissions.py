"""An agent wants something that a person is asked about: asked on a terminal, answered from any, and remembered."""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.project import Project
from tests.acceptance.terminal import Terminal


pytestmark = pytest.mark.slow  # it starts the program many times over


PUSH = "git push --force"
"""Asked about whoever is there, in a sandbox or not. There is nowhere to push to, so it fails when it is let."""
RULE = f"Bash({PUSH})"

SETTINGS = "max_attempts_per_task: 1\n"


def project(folder: Path, *tasks: str, steps: dict[str, list[dict[str, Any]]]) -> Project:
    plan = [{"id": name, "title": name.upper(), "description": name, "progress": False} for name in tasks]
    return Project.of_files(
        {
            ".taskmaster.yml": SETTINGS,
            "tasks.yml": json.dumps({"tasks": plan}),
            "it.agent.yml": json.dumps({"version": 1, "tasks": steps}),
            ".gitignore": ".taskmaster/\n",
        },
        folder,
    )


RUN = ("run", "tasks.yml", "--agent", "scripted:it.agent.yml", "--plain")


@contextmanager
def running(it: Project, *arguments: str) -> Iterator[Terminal]:
    with Terminal(it.argv(*arguments), cwd=it.root, env=it.env, columns=160, rows=50) as terminal:
        yield terminal


def pushes(it: Project) -> list[tuple[str, str, str]]:
    """For each push, in order: the verdict, what decided, and how it ended."""
    events = it.events()
    ended = {event["id"]: event["status"] for event in events if event["kind"] == "tool.finished"}
    started = [event for event in events if event["kind"] == "tool.started" and PUSH in event["input"]]
    return [(event["verdict"], event["rule"], ended[event["id"]]) for event in started]


def asked(it: Project) -> int:
    return sum(event["kind"] == "decision.opened" for event in it.events())


@pytest.mark.parametrize(
    ("key", "questions", "verdicts"),
    [
        ("a", 2, [("allow", "person: once", "error"), ("deny", "person: reject", "denied")]),
        ("A", 1, [("allow", "person: always", "error"), ("allow", RULE, "error")]),
        ("r", 2, [("deny", "person: reject", "denied"), ("deny", "person: reject", "denied")]),
        ("R", 1, [("deny", "person: reject_always", "denied"), ("deny", RULE, "denied")]),
    ],
)
def test_it_is_asked_as_text_and_a_small_letter_is_for_once(
    tmp_path: Path, key: str, questions: int, verdicts: list[tuple[str, str, str]]
) -> None:
    it = project(tmp_path, "a", steps={"a": [{"bash": PUSH}, {"bash": PUSH}]})
    with running(it, *RUN) as terminal:
        terminal.until("Choice:")
        assert PUSH in terminal.text
        assert f"Always means the rule: {RULE}" in terminal.text
        terminal.press(f"{key}\n")
        if questions > 1:
            terminal.until(lambda screen: screen.count("Choice:") > 1)
            terminal.press("r\n")
        assert terminal.until_exit() == 0
    assert asked(it) == questions
    assert pushes(it) == verdicts


def test_a_note_to_a_no_reaches_the_agent(tmp_path: Path) -> None:
    it = project(tmp_path, "a", steps={"a": [{"bash": PUSH}]})
    with running(it, *RUN) as terminal:
        terminal.until("Choice:")
        terminal.press("r push to a branch of your own\n")
        assert terminal.until_exit() == 0
    (told,) = [event["output"] for event in it.events() if event["kind"] == "tool.finished"]
    assert "push to a branch of your own" in told


@pytest.mark.parametrize("choice", ["once", "always", "reject", "reject_always"])
def test_it_can_be_answered_from_another_terminal(tmp_path: Path, choice: str) -> None:
    it = project(tmp_path, "a", steps={"a": [{"bash": PUSH}]})
    with running(it, *RUN) as terminal:
        terminal.until("Choice:")
        done = it.run("answer", "a", choice)
        assert done.returncode == 0, done.stderr
        assert terminal.until_exit() == 0
    ((verdict, rule, _),) = pushes(it)
    assert (verdict, rule) == ("deny" if "reject" in choice else "allow", f"person: {choice}")


def test_who_waits_for_an_answer_lends_his_place(tmp_path: Path) -> None:
    it = project(tmp_path, "a", "b", steps={"a": [{"bash": PUSH}], "b": [{"bash": "echo worked"}]})
    with running(it, *RUN) as terminal:
        terminal.until("Choice:")
        terminal.until(lambda screen: "✓ done" in screen or "b      ✓" in screen)
        kinds = [(event["task"], event["kind"]) for event in it.events()]
        assert ("b", "task.succeeded") in kinds
        assert ("a", "task.succeeded") not in kinds
        assert it.run("answer", "once").returncode == 0
        assert terminal.until_exit() == 0


WAIT = "test -e go || sleep 100"


@pytest.mark.parametrize("choice", ["always", "reject_always"])
def test_what_was_answered_for_good_holds_after_a_kill(tmp_path: Path, choice: str) -> None:
    it = project(tmp_path, "a", steps={"a": [{"bash": PUSH}, {"bash": WAIT}, {"bash": PUSH}]})
    with running(it, *RUN) as terminal:
        terminal.until("Choice:")
        assert it.run("answer", choice).returncode == 0
        terminal.until(f"$ {WAIT}")
        os.killpg(terminal.process.pid, signal.SIGKILL)
        terminal.until_exit()
    (it.root / "go").touch()
    with running(it, "resume", "--plain") as terminal:
        assert terminal.until_exit() == 0, terminal.text
    assert asked(it) == 1
    assert [rule for _, rule, _ in pushes(it)] == [f"person: {choice}", RULE]


def test_a_question_that_a_kill_left_open_is_asked_again_and_answered(tmp_path: Path) -> None:
    it = project(tmp_path, "a", steps={"a": [{"bash": "echo first"}, {"bash": PUSH}]})
    with running(it, *RUN) as terminal:
        terminal.until("Choice:")
        os.killpg(terminal.process.pid, signal.SIGKILL)
        terminal.until_exit()
    with running(it, "resume", "--plain") as terminal:
        terminal.until("Choice:")
        terminal.press("a\n")
        assert terminal.until_exit() == 0, terminal.text
    assert pushes(it) == [("allow", "person: once", "error")]
    firsts = [event for event in it.events() if event["kind"] == "tool.started" and "first" in event["input"]]
    assert len(firsts) == 1


def test_an_agent_cannot_answer_for_a_person(tmp_path: Path) -> None:
    it = project(tmp_path, "a", "b", steps={"a": [{"bash": PUSH}], "b": [{"bash": "sh answer.sh > said.txt 2>&1"}]})
    (it.root / ".taskmaster.yml").write_text("sandbox: 'off'\npermissions: {allow: [Bash(sh answer.sh)]}\n")
    answer = f'PYTHONPATH="{it.env["PYTHONPATH"]}" exec "$TMTUI_PYTHON" -m tmtui answer a once\n'
    (it.root / "answer.sh").write_text(answer)
    with running(it, *RUN) as terminal:
        terminal.until("Choice:")
        terminal.until(
            lambda _: (
                (it.root / "said.txt").exists()
                and any(event["task"] == "b" and event["kind"] == "task.succeeded" for event in it.events())
            )
        )
        terminal.press("r\n")
        assert terminal.until_exit() == 0
    assert "what a run has started cannot steer it" in (it.root / "said.txt").read_text()
    assert pushes(it) == [("deny", "person: reject", "denied")]


def test_nobody_being_there_nothing_is_asked(tmp_path: Path) -> None:
    it = project(tmp_path, "a", steps={"a": [{"bash": PUSH}]})
    assert it.run(*RUN).returncode == 0
    assert asked(it) == 0
    assert pushes(it) == [("deny", "forced push", "denied")]
