"""The same run on two terminals, steered from a third."""

import re
from contextlib import ExitStack
from pathlib import Path

from tests.acceptance.project import Project
from tests.acceptance.terminal import Terminal


TREE = 44
"""Columns of the task tree at 120 columns."""


def tree(screen: str) -> list[str]:
    """What the task tree shows, without times and the border."""
    lines = [line[:TREE] for line in screen.splitlines()]
    rows = [line for line in lines if re.search(r"calc-\d", line)]
    return [re.sub(r"\s+(\d+:\d\d|\d/\d|\$[\d.]+)", "", row).strip("│ ") for row in rows]


def test_a_second_terminal_shows_the_same_and_a_third_settles_the_question_for_both(tmp_path: Path) -> None:
    project = Project.of_sample("calculator", tmp_path)
    with Terminal(project.argv("run", "tasks.yml"), cwd=project.root, env=project.env) as first, ExitStack() as stack:
        first.until("calc-1")
        second = stack.enter_context(Terminal(project.argv("watch"), cwd=project.root, env=project.env))
        first.until("needs you:")
        second.until("needs you:")
        for terminal in (first, second):
            terminal.until("6/8")
            terminal.press("!")
        assert tree(first.until("calc-7")) == tree(second.until("calc-7"))
        assert project.run("status").stdout.count("needs you") >= 1

        answered = project.run("answer", "calc-5", "retry", "--note", "use real numbers")

        assert answered.returncode == 0, answered.stdout + answered.stderr
        for terminal in (first, second):
            terminal.until("SUCCEEDED")
            terminal.press("q")
            assert terminal.until_exit() == 0
            assert "8 of 8 tasks done" in terminal.text
            assert terminal.settings == terminal.before
    answers = [event for event in project.events() if event["kind"] == "decision.answered"]
    assert [(event["choice"], event["by"]) for event in answers] == [("retry", "person")]
