"""A project folder of its own for every test that wants one."""

from pathlib import Path

import pytest

from tests.cli.story import Story
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

    def __call__(self, story: Story, run: str = "20261120-190512-7f3c") -> Project:
        story.write(self._project.state_dir, run)
        return self._project
