"""A run without a screen: what it prints while it goes on, and what becomes of it when nobody can be told."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.cli.program import PATIENCE, environment, tmtui
from tmtui.cli.exit_codes import ExitCode
from tmtui.cli.faces import Face, JsonFace, PlainFace, QuietFace
from tmtui.cli.headless import run_headless
from tmtui.cli.order import Order
from tmtui.cli.project import Project, load_state, open_log
from tmtui.cli.showing import show_feed
from tmtui.events.base import Recorded
from tmtui.events.hook import HookFinished
from tmtui.state.model import State
from tmtui.store.feed import replay


SETTINGS = """\
agent: scripted:agent.yml
checkpoints: "off"
max_parallel: 2
hooks:
  says: {command: "printf 'collected 3 items\\nhalf a li'; printf 'ne'"}
  fails: {command: "echo no; exit 3"}
  talks: {command: "while :; do echo still here; sleep 0.02; done", timeout: 60}
"""
PLAN = """\
tasks:
  - {id: first, title: Add, post_hooks: [says]}
  - {id: second, title: Divide, post_hooks: [says, fails], max_attempts: 2}
  - {id: third, title: Root, depends_on: [first], pre_hooks: [says]}
"""
SCRIPT = "version: 1\npace: 0\ntasks: {'*': [text: I look at it.]}\n"


@pytest.fixture
def written(project: Project) -> Project:
    """A project with a plan whose second task comes to nothing."""
    for name, text in ((".taskmaster.yml", SETTINGS), ("tasks.yml", PLAN), ("agent.yml", SCRIPT)):
        (project.root / name).write_text(text)
    return project


def order(project: Project, resume: str = "") -> Order:
    return Order(
        root=str(project.root), state_dir=str(project.state_dir), plan="tasks.yml", resume=resume, attended=False
    )


def recorded_state(project: Project) -> State:
    with open_log(project) as reader:
        latest = reader.latest_run()
        assert latest is not None
        return load_state(reader, latest.run)


@pytest.mark.parametrize("make_face", [PlainFace, QuietFace, JsonFace])
def test_what_is_printed_as_it_happens_is_what_a_replay_prints(
    written: Project, capsys: pytest.CaptureFixture[str], make_face: Callable[[], Face]
) -> None:
    assert run_headless(order(written), make_face(), asks=False) is ExitCode.INCOMPLETE
    live = capsys.readouterr().out
    again: list[str] = []
    asyncio.run(show_feed(replay(written.state_dir, recorded_state(written).run), make_face(), write=again.append))
    assert live == "".join(again)
    assert live.count("\n") > len(recorded_state(written).tasks)


def test_a_run_that_is_taken_up_prints_only_what_is_new(written: Project, capsys: pytest.CaptureFixture[str]) -> None:
    run_headless(order(written), JsonFace(), asks=False)
    before = recorded_state(written)
    capsys.readouterr()
    run_headless(order(written, resume=before.run), JsonFace(), asks=False)
    numbers = [json.loads(line)["seq"] for line in capsys.readouterr().out.splitlines()]
    assert numbers == list(range(before.seq + 1, recorded_state(written).seq + 1))


class StumblingFace(JsonFace):
    """Fails at the first hook that ends."""

    def show(self, recorded: Recorded, state: State) -> str:
        if isinstance(recorded.event, HookFinished):
            raise ZeroDivisionError("a fault of the face")
        return super().show(recorded, state)


def test_a_face_that_fails_lays_the_run_down_and_leaves_its_state_whole(written: Project) -> None:
    with pytest.raises(ZeroDivisionError):
        run_headless(order(written), StumblingFace(), asks=False)
    state = recorded_state(written)
    assert state.suspended
    assert not state.anomalies
    assert run_headless(order(written, resume=state.run), QuietFace(), asks=False) is ExitCode.INCOMPLETE


def test_a_run_whose_reader_goes_away_is_laid_down(written: Project) -> None:
    (written.root / "tasks.yml").write_text("tasks: [{id: only, title: Talk, post_hooks: [talks]}]\n")
    process = subprocess.Popen(
        [sys.executable, "-m", "tmtui", "run", "--plain"],
        cwd=written.root,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    with process.stdout, process.stderr:
        assert any(b"still here" in line for line in process.stdout)
        process.stdout.close()
        assert process.wait(PATIENCE) == ExitCode.RESUMABLE
        assert process.stderr.read() == b""
    assert recorded_state(written).suspended


def test_a_plan_that_cannot_be_read_prints_no_report(written: Project) -> None:
    (written.root / "tasks.yml").write_text("tasks: [{title: nameless}]\n")
    done = tmtui("run", "--plain", cwd=written.root)
    assert (done.returncode, done.stdout) == (ExitCode.USAGE, "")
    assert "tasks.yml:1" in done.stderr
