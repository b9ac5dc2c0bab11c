import json
from collections.abc import Callable
from pathlib import Path

from tests.cli.conftest import Done
from tests.cli.program import tmtui
from tmtui.cli.project import Project


Run = Callable[..., Done]


def test_a_project_is_begun_and_what_is_written_is_right(project: Project) -> None:
    (project.root / "pyproject.toml").write_text("")
    done = tmtui("init", cwd=project.root)
    assert (done.returncode, done.stderr) == (0, "")
    assert "✓ tasks.yml: written\n✓ .taskmaster.yml: written\n✓ tasks.agent.yml: written\n" in done.stdout
    assert "pytest" in (project.root / ".taskmaster.yml").read_text()
    checked = tmtui("config", "validate", cwd=project.root)
    assert (checked.returncode, checked.stderr) == (0, "")


def test_what_is_written_can_be_rehearsed_at_once(project: Project) -> None:
    assert tmtui("init", cwd=project.root).returncode == 0
    done = tmtui("run", "--plain", cwd=project.root)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "tests run" in (project.root / "GREETING.md").read_text()


def test_nothing_is_ever_overwritten(project: Project, command: Run) -> None:
    (project.root / "tasks.yml").write_text("mine")
    done = command("init")
    assert done.code == 0
    assert "· tasks.yml: was there already and stays as it is\n✓ .taskmaster.yml: written\n" in done.out
    assert (project.root / "tasks.yml").read_text() == "mine"
    assert "written\n" not in command("init").out.split("Next")[0]


def test_a_link_to_nowhere_is_not_followed(project: Project, command: Run, tmp_path: Path) -> None:
    (project.root / "tasks.yml").symlink_to(tmp_path / "elsewhere.yml")
    assert "· tasks.yml: was there already" in command("init").out
    assert not (tmp_path / "elsewhere.yml").exists()


def test_in_a_repository_the_state_folder_is_to_be_ignored(project: Project, command: Run) -> None:
    (project.root / ".git").mkdir()
    assert "Add .taskmaster/ to .gitignore" in command("init").out
    (project.root / ".gitignore").write_text("build/\n.taskmaster/\n")
    assert "gitignore" not in command("init").out


def test_json_names_what_was_written(project: Project, command: Run) -> None:
    assert json.loads(command("init", "--json").out)["written"] == ["tasks.yml", ".taskmaster.yml", "tasks.agent.yml"]
    assert json.loads(command("init", "--json").out)["written"] == []
