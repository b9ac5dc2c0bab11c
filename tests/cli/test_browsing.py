"""The runs of a project as the cockpit is given them, from a real log and a real lock."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from tests.acceptance.terminal import Terminal
from tests.cli import story
from tests.cli.conftest import Teller
from tmtui.cli.browsing import shelf_of
from tmtui.cli.project import Project
from tmtui.events.run import RunSuspended
from tmtui.system.lock import EngineLock, Holder
from tmtui.tui.ports import SourceLostError


OTHER = "20261121-090000-00bb"


def test_each_run_is_told_with_where_it_stands(tell: Teller, project: Project) -> None:
    tell(story.finished())
    tell(story.as_in_the_guide().then(RunSuspended("SIGTERM")), OTHER)
    rows = asyncio.run(shelf_of(project).rows())
    assert [(each.run, each.word, each.done, each.total) for each in rows] == [
        (OTHER, "stopped", 2, 5),
        (story.RUN, "succeeded", 5, 5),
    ]
    assert all(each.micro and each.took_ms >= 0 for each in rows)


def test_a_run_is_watched_while_somebody_works_on_it_and_played_otherwise(tell: Teller, project: Project) -> None:
    tell(story.as_in_the_guide())
    shelf = shelf_of(project)
    (row,) = asyncio.run(shelf.rows())
    assert row.word == "interrupted"
    assert not shelf.rig(row).live
    lock = EngineLock.acquire(project.state_dir, Holder.here(now_ms=0, argv0="tmtui", run=story.RUN))
    try:
        (row,) = asyncio.run(shelf.rows())
        rig = shelf.rig(row)
        assert (row.word, rig.live) == ("running", True)
        assert rig.engine_alive is not None
        assert rig.engine_alive()
    finally:
        lock.release()


def test_the_state_of_a_run_is_read_for_a_comparison(tell: Teller, project: Project) -> None:
    tell(story.finished())
    state = asyncio.run(shelf_of(project).state(story.RUN))
    assert (state.run, len(state.tasks)) == (story.RUN, 5)


def test_a_project_without_a_log_has_no_runs_and_a_damaged_one_says_why(project: Project) -> None:
    assert asyncio.run(shelf_of(project).rows()) == []
    (project.state_dir / "state.db").write_bytes(b"this is no database" * 100)
    with pytest.raises(SourceLostError):
        asyncio.run(shelf_of(project).rows())


def test_without_a_verb_a_terminal_shows_the_runs(tell: Teller, project: Project) -> None:
    tell(story.finished())
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with Terminal([sys.executable, "-m", "tmtui"], cwd=project.root, env=env) as terminal:
        terminal.until("Runs of project")
        terminal.until("succeeded")
        terminal.press("\r")
        terminal.until("REPLAY")
        terminal.press("\x1b")
        terminal.until("latest first")
        terminal.press("q")
        assert terminal.until_exit() == 0
        assert terminal.settings == terminal.before
