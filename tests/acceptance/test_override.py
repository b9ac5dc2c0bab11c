"""Setting one's own limits aside on a terminal: a word has to be typed, and it is said what can come of it."""

from pathlib import Path

import pytest

from tests.acceptance.project import Project
from tests.acceptance.terminal import Terminal


pytestmark = pytest.mark.slow  # it starts the program many times over


FILES = {
    "tasks.yml": "tasks: [{id: only, title: Only, progress: false}]\n",
    ".taskmaster.yml": 'agent: scripted:agent.yml\ncheckpoints: "off"\n',
    "agent.yml": "version: 1\npace: 0\ntasks: {'*': [text: I look at it.]}\n",
}
COMMAND = ("run", "tasks.yml", "--plain", "--ignore-config-limits")


@pytest.mark.parametrize(("typed", "code"), [("ignore\n", 0), ("yes\n", 2), ("\n", 2)])
def test_the_word_has_to_be_typed(typed: str, code: int, tmp_path: Path) -> None:
    project = Project.of_files(FILES, tmp_path)
    with Terminal(project.argv(*COMMAND), cwd=project.root, env=project.env) as terminal:
        shown = terminal.until("Type ignore to go on:")
        assert "Unexpected API bills" in shown
        terminal.press(typed)
        assert terminal.until_exit() == code
        assert ("nothing was started" in terminal.text) is bool(code)
    assert (project.state / "state.db").exists() is not bool(code)


def test_where_the_word_was_given_nothing_is_asked(tmp_path: Path) -> None:
    project = Project.of_files(FILES, tmp_path)
    with Terminal(project.argv(*COMMAND, "--yes-ignore-limits"), cwd=project.root, env=project.env) as terminal:
        assert terminal.until_exit() == 0
        assert "to go on:" not in terminal.text
