import asyncio
import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli import story
from tests.cli.conftest import Done, Teller
from tests.cli.program import environment, tmtui
from tmtui.cli.faces import JsonFace
from tmtui.cli.project import Project
from tmtui.cli.showing import show_feed
from tmtui.cli.watching import live_feed, run_to_watch
from tmtui.domain.status import RunStatus
from tmtui.events.base import Entry
from tmtui.events.run import RunFinished
from tmtui.state.model import State
from tmtui.store.errors import StorageError
from tmtui.store.writer import LogWriter
from tmtui.system.clock import SystemClock
from tmtui.system.lock import EngineLock, Holder


Run = Callable[..., Done]


def test_a_replay_prints_the_whole_run_and_its_report(tell: Teller, project: Project) -> None:
    tell(story.finished())
    done = tmtui("replay", cwd=project.root)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert re.fullmatch(r"\d\d:\d\d:\d\d run    ○ run 7f3c planned: 5 tasks from tasks.yml, agent .*", lines[0])
    assert "✓ Run 7f3c of tasks.yml: succeeded" in lines
    assert "5 of 5 tasks done" in done.stdout


def test_the_replay_of_a_sample_ends_with_how_to_carry_it_out(command: Run) -> None:
    done = command("replay", "--sample", "calculator", "--quiet")
    assert done.out.endswith("\nNext: carry it out yourself: tmtui demo calculator\n")


def test_a_replay_as_json_is_the_log(tell: Teller, command: Run) -> None:
    tell(story.finished())
    events = [json.loads(line) for line in command("replay", "--json").out.splitlines()]
    assert [event["seq"] for event in events] == list(range(1, len(story.finished().entries) + 1))
    assert events[0]["kind"] == "run.planned"
    assert events[-1]["kind"] == "run.finished"


def test_watching_a_run_that_is_over_ends_with_the_runs_code(tell: Teller, project: Project) -> None:
    tell(story.finished())
    assert tmtui("watch", "--quiet", cwd=project.root).returncode == 0
    tell(story.planned().then(RunFinished(RunStatus.FAILED, "no")), "20261121-080000-00aa")
    assert tmtui("watch", "--quiet", cwd=project.root).returncode == 1


def test_watching_an_interrupted_run_ends_and_says_how_to_go_on(tell: Teller, command: Run) -> None:
    tell(story.as_in_the_guide())
    done = command("watch", "--plain")
    assert done.code == 4
    assert "⚠ Run 7f3c of tasks.yml: interrupted" in done.out
    assert "Next: its engine is gone; take it up: tmtui resume" in done.out


def test_a_run_that_is_just_being_started_is_the_one_to_watch(tell: Teller) -> None:
    project = tell(story.finished())
    assert run_to_watch(project, None) == story.RUN
    lock = EngineLock.acquire(project.state_dir, Holder.here(now_ms=0, argv0="tmtui", run="20261121-080000-00aa"))
    assert run_to_watch(project, None) == "20261121-080000-00aa"
    assert run_to_watch(project, "7f3c") == story.RUN
    lock.release()


async def test_a_watcher_is_told_when_the_log_goes_away(tell: Teller) -> None:
    project = await asyncio.to_thread(tell, story.as_in_the_guide())
    lock = EngineLock.acquire(project.state_dir, Holder.here(now_ms=0, argv0="tmtui", run=story.RUN))
    first = asyncio.Event()

    def notice(_: State) -> None:
        first.set()

    watching = asyncio.create_task(
        show_feed(live_feed(project, story.RUN), JsonFace(), on_batch=notice, write=lambda _: None)
    )
    await first.wait()
    for path in project.state_dir.glob("state.db*"):
        path.unlink()
    lock.release()
    with pytest.raises(StorageError):
        await watching


async def test_a_watcher_sees_each_event_once_and_leaves_with_the_engine(tmp_path: Path) -> None:
    project = Project(tmp_path, tmp_path / ".taskmaster")
    project.state_dir.mkdir(mode=0o700)
    entries = story.finished().entries
    lock = EngineLock.acquire(project.state_dir, Holder.here(now_ms=0, argv0="tmtui", run=story.RUN))
    writer = await LogWriter.open(
        project.state_dir, clock=SystemClock(), on_commit=lambda _: None, on_trouble=lambda _: None, pid=1
    )
    await writer.submit(entries[:3], story.RUN, critical=True)
    seen: list[str] = []
    first = asyncio.Event()

    def notice(_: State) -> None:
        first.set()

    watching = asyncio.create_task(
        show_feed(live_feed(project, story.RUN), JsonFace(), on_batch=notice, write=seen.append)
    )
    await first.wait()
    for entry in entries[3:]:
        await writer.submit([Entry(entry.event, entry.task, entry.attempt)], story.RUN, critical=True)
    await writer.close()
    assert not watching.done()
    lock.release()
    state = await watching
    numbers = [json.loads(line)["seq"] for text in seen for line in text.splitlines()]
    assert numbers == list(range(1, len(entries) + 1))
    assert state.status is RunStatus.SUCCEEDED


def test_ctrl_c_leaves_the_run_alone_and_says_nothing(tell: Teller) -> None:
    project = tell(story.as_in_the_guide())
    lock = EngineLock.acquire(project.state_dir, Holder.here(now_ms=0, argv0="tmtui", run=story.RUN))
    watching = subprocess.Popen(
        [sys.executable, "-m", "tmtui", "watch", "--json"],
        cwd=project.root,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert watching.stdout is not None
    assert watching.stdout.readline()
    watching.send_signal(signal.SIGINT)
    _, errors = watching.communicate(timeout=60)
    lock.release()
    assert (watching.returncode, errors) == (130, b"")
