import json
import re
import sqlite3
from collections.abc import Callable

import pytest

from tests.cli import story
from tests.cli.conftest import Done, Teller
from tests.cli.program import tmtui
from tmtui.cli.output import as_text
from tmtui.cli.project import Project
from tmtui.cli.status import status_lines
from tmtui.domain.plan import Plan, Task
from tmtui.domain.status import RunStatus
from tmtui.events.base import Entry
from tmtui.events.run import Limits, RunFinished, RunPaused, RunPlanned, RunSuspended
from tmtui.events.task import TaskSkipped
from tmtui.monitor.report import make_report
from tmtui.system.lock import EngineLock, Holder


Run = Callable[..., Done]

GUIDE = """\
Current Task Status
━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━

Task File: tasks.yml
Total Tasks: 5
Completed: 2
Current: 3 (Implement login endpoint)

Progress:
✓ task-1: Setup project structure
✓ task-2: Create database models
→ task-3: Implement login endpoint (2 attempts, 1 failure)
○ task-4: Add password reset
○ task-5: Implement 2FA
"""


def page(told: story.Story, *, alive: bool = True) -> str:
    report = make_report(told.state(), story.NOON + 120_000, engine_alive=alive)
    return as_text(status_lines(report, report.updated_ms + 120_000))


def test_the_page_is_the_guides(tell: Teller, project: Project) -> None:
    tell(story.as_in_the_guide())
    done = tmtui("status", cwd=project.root)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(GUIDE)


def test_a_run_whose_engine_is_gone_is_interrupted(tell: Teller, command: Run) -> None:
    tell(story.as_in_the_guide())
    assert command("status").out.endswith(
        "\n⚠ Run 7f3c: interrupted, last event just now; its engine is gone; take it up: tmtui resume\n"
    )


def test_a_run_whose_engine_holds_the_lock_is_running(tell: Teller, command: Run) -> None:
    project = tell(story.as_in_the_guide())
    lock = EngineLock.acquire(project.state_dir, Holder.here(now_ms=0, argv0="tmtui", run=story.RUN))
    try:
        assert command("status").out.endswith("▶ Run 7f3c: running, last event just now; watch it: tmtui watch\n")
    finally:
        lock.release()


def test_an_engine_that_is_at_work_on_another_run_keeps_none_alive(tell: Teller, command: Run) -> None:
    project = tell(story.as_in_the_guide())
    lock = EngineLock.acquire(project.state_dir, Holder.here(now_ms=0, argv0="tmtui", run="another"))
    try:
        assert "interrupted" in command("status").out
    finally:
        lock.release()


def test_a_task_that_asks_is_shown_with_the_way_to_answer() -> None:
    text = page(story.asking())
    assert "Current: 3 (Implement login endpoint)\n" in text
    assert "? task-3: Implement login endpoint (needs you, 3 attempts, 3 failures)\n" in text
    assert text.endswith(
        "\nNeeds you (1):\n"
        "? task-3: failed 3 times: test hook failed: AssertionError in test_login; if it is skipped,"
        " 2 tasks cannot be done\n"
        "    Answer it: tmtui answer task-3 retry|skip|abort\n"
    )


def test_a_done_run_has_nothing_left_and_no_next_step() -> None:
    text = page(story.finished())
    assert "Completed: 5\nCurrent: none, nothing is left to do\n" in text
    assert text.endswith("✓ Run 7f3c: succeeded, last event 2 minutes ago\n")


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (story.as_in_the_guide().then(RunPaused("person")), "⏸ Run 7f3c: pausing (paused by person), last event 2"),
        (
            story.as_in_the_guide().then(RunSuspended("SIGTERM")),
            "⏸ Run 7f3c: laid down (SIGTERM), last event 2 minutes ago; take it up: tmtui resume",
        ),
        (
            story.planned().then(RunFinished(RunStatus.FAILED, "2 tasks failed")),
            "✗ Run 7f3c: failed (2 tasks failed), last",
        ),
    ],
)
def test_how_the_run_stands_is_told_with_its_reason(told: story.Story, words: str) -> None:
    assert words in page(told)


def test_a_task_that_was_skipped_and_one_that_needs_it_say_so() -> None:
    told = story.planned()
    tasks = tuple(
        Task(id=name, title=name, depends_on=needs) for name, needs in (("a", ()), ("b", ("a",)), ("c", ()))
    )
    told.entries[0] = Entry(
        RunPlanned(Plan(path="p.yml", name="p", tasks=tasks, hash="h"), "/", Limits(), "s", "0.1.0")
    )
    text = page(told.then(TaskSkipped("person", "no"), "a"))
    assert "» a: a (skipped)\n⊘ b: b (blocked, needs a)\n→ c: c\n" in text


def test_json_has_the_facts_for_programs(tell: Teller, project: Project) -> None:
    tell(story.asking())
    done = tmtui("status", "--json", cwd=project.root)
    told = json.loads(done.stdout)
    assert (told["alive"], told["done"], told["report"]["word"]) == (False, 2, "interrupted")
    assert [task["status"] for task in told["report"]["tasks"]] == [
        "succeeded", "succeeded", "needs_you", "ready", "ready",
    ]  # fmt: skip
    assert told["report"]["questions"][0]["choices"] == ["retry", "skip", "abort"]


def test_an_earlier_run_can_be_asked_for(tell: Teller, command: Run) -> None:
    tell(story.finished(), "20261120-190512-7f3c")
    tell(story.asking(), "20261121-080000-00aa")
    assert "Run 00aa" in command("status").out
    for name in ("7f3c", "20261120-190512-7f3c", "7f", "20261120"):
        assert "Run 7f3c" in command("status", name).out


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("zzzz", "there is no run 'zzzz'"),
        ("2026", "is the beginning of 2 runs: 20261121-080000-00aa, 20261120-190512-7f3c"),
    ],
)
def test_a_run_that_is_not_there_is_told(name: str, words: str, tell: Teller, command: Run) -> None:
    tell(story.finished(), "20261120-190512-7f3c")
    tell(story.asking(), "20261121-080000-00aa")
    done = command("status", name)
    assert done.code == 2
    assert words in done.err


@pytest.mark.parametrize("verb", ["status", "debug", "logs", "watch", "replay"])
def test_where_no_run_was_started_the_way_to_one_is_told(verb: str, command: Run, project: Project) -> None:
    done = command(verb)
    assert done == (
        2,
        "",
        f"tmtui: no run has been started in {project.root}\n  Start one: tmtui run tasks.yml. See one: tmtui demo\n",
    )


@pytest.mark.parametrize("data", [b"", b"garbage " * 1000, b"SQLite format 3\x00" + b"\x00" * 4000])
@pytest.mark.parametrize("verb", ["status", "runs", "debug"])
def test_a_log_that_cannot_be_read_is_five_and_stays_as_it_is(
    verb: str, data: bytes, command: Run, project: Project
) -> None:
    log = project.state_dir / "state.db"
    log.write_bytes(data)
    done = command(verb)
    assert (done.code, done.out) == (5, "")
    assert done.err.startswith(f"tmtui: {log} is damaged: ")
    assert "Traceback" not in done.err
    assert log.read_bytes() == data


def test_a_log_of_a_newer_program_is_five(tell: Teller, command: Run) -> None:
    project = tell(story.finished())
    with sqlite3.connect(project.state_dir / "state.db") as connection:
        connection.execute("PRAGMA user_version = 999")
    connection.close()
    done = command("status")
    assert done.code == 5
    assert re.search(r"newer tmtui.*\n  update tmtui", done.err)


def test_status_reads_a_folder_that_it_cannot_write(tell: Teller, command: Run) -> None:
    project = tell(story.finished())
    project.state_dir.chmod(0o500)
    try:
        assert command("status").code == 0
    finally:
        project.state_dir.chmod(0o700)
