"""A project folder of its own for every test that wants one."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cli.story import RUN, Story
from tmtui.cli.main import run_program
from tmtui.cli.project import Project


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """An empty project; the test stands in its root."""
    root = tmp_path / "project"
    root.mkdir()
    (root / ".taskmaster").mkdir(mode=0o700)
    monkeypatch.chdir(root)
    return Project(root, root / ".taskmaster")


@pytest.fixture
def tell(project: Project) -> "Teller":
    """Writes a story into the project's log."""
    return Teller(project)


class Teller:
    """Writes stories into a project's log."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def __call__(self, story: Story, run: str = RUN) -> Project:
        story.write(self._project.state_dir, run)
        return self._project


class Done(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Runs the program in this process, its boundary included."""

    def run(*arguments: str) -> Done:
        capsys.readouterr()
        code = run_program(list(arguments))
        return Done(code, *capsys.readouterr())

    return run
