import json
from collections.abc import Callable

from tests.cli import story
from tests.cli.conftest import Done, Teller
from tests.cli.program import tmtui
from tmtui.cli.project import Project
from tmtui.events.run import RunSuspended
from tmtui.system.lock import EngineLock, Holder


Run = Callable[..., Done]


def test_runs_are_listed_the_latest_first(tell: Teller, project: Project) -> None:
    tell(story.finished(), "20261120-190512-7f3c")
    tell(story.as_in_the_guide(), "20261121-080000-00aa")
    tell(story.as_in_the_guide().then(RunSuspended("SIGTERM")), "20261121-090000-00bb")
    done = tmtui("runs", cwd=project.root)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "⏸ 00bb  laid down    2 of 5 tasks done  tasks.yml  just now  $0.06",
        "⚠ 00aa  interrupted  2 of 5 tasks done  tasks.yml  just now  $0.06",
        "✓ 7f3c  succeeded    5 of 5 tasks done  tasks.yml  just now  $0.07",
    ]


def test_the_run_that_is_going_on_is_known_by_its_lock(tell: Teller, command: Run) -> None:
    project = tell(story.as_in_the_guide())
    lock = EngineLock.acquire(project.state_dir, Holder.here(now_ms=0, argv0="tmtui", run=story.RUN))
    try:
        assert command("runs").out.startswith("▶ 7f3c  running ")
    finally:
        lock.release()


def test_without_a_verb_and_without_a_terminal_the_runs_are_listed(tell: Teller, project: Project) -> None:
    tell(story.finished())
    assert tmtui(cwd=project.root).stdout == tmtui("runs", cwd=project.root).stdout


def test_json_has_a_record_to_a_run(tell: Teller, command: Run) -> None:
    tell(story.as_in_the_guide())
    (told,) = json.loads(command("runs", "--json").out)
    assert (told["run"], told["word"], told["status"], told["succeeded"]) == (story.RUN, "interrupted", "running", 2)


def test_a_project_without_runs_says_so(command: Run, project: Project) -> None:
    done = command("runs")
    assert done.code == 0
    assert (
        done.out
        == f"No run has been started in {project.root}. Start one: tmtui run tasks.yml. See one: tmtui demo\n"
    )
    assert command("runs", "--json").out == "[]\n"
