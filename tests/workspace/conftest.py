"""A user with a home of their own and a project in it."""

from pathlib import Path

import pytest

from tests.workspace.project import Project


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder that says who commits and nothing else."""
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text("[user]\n\tname = User\n\temail = user@example.org\n")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    return home


@pytest.fixture
def folder(tmp_path: Path) -> Project:
    """A project in no repository."""
    return Project(tmp_path / "project")


@pytest.fixture
def project(folder: Project) -> Project:
    """A project with one commit and a rule that ignores logs."""
    folder.init()
    folder.write(".gitignore", "*.log\n")
    folder.write("src/app.py", "one\ntwo\nthree\n")
    folder.write("README", "hello\n")
    folder.commit()
    return folder
