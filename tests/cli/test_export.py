from collections.abc import Callable

from tests.cli import story
from tests.cli.conftest import Done, Teller
from tests.cli.program import tmtui
from tmtui.agents.script_reading import load_script
from tmtui.cli.project import Project


Run = Callable[..., Done]


def test_a_run_becomes_a_script_that_can_be_read(tell: Teller, project: Project) -> None:
    tell(story.finished())
    done = tmtui("export", "--script", "saved.agent.yml", cwd=project.root)
    assert (done.returncode, done.stderr) == (0, "")
    assert "tmtui run PLAN --agent scripted:saved.agent.yml" in done.stdout
    assert set(load_script(project.root / "saved.agent.yml").tasks) == set(story.TITLES)


def test_a_script_can_be_printed(tell: Teller, command: Run) -> None:
    tell(story.finished())
    assert command("export", "--script", "-").out.startswith("version: 1\n")


def test_a_file_is_overwritten_only_when_asked_to(tell: Teller, command: Run) -> None:
    project = tell(story.finished())
    (project.root / "mine.yml").write_text("mine")
    done = command("export", "--script", "mine.yml")
    assert done.code == 2
    assert "mine.yml is there already\n" in done.err
    assert (project.root / "mine.yml").read_text() == "mine"
    assert command("export", "--script", "mine.yml", "--force").code == 0
    assert (project.root / "mine.yml").read_text() != "mine"


def test_a_place_that_cannot_be_written_is_told(tell: Teller, command: Run) -> None:
    tell(story.finished())
    done = command("export", "--script", "no/such/folder/x.yml")
    assert done.code == 5
    assert "no/such/folder/x.yml: No such file or directory" in done.err
