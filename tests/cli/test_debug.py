import json
import re
from collections.abc import Callable

from tests.cli import story
from tests.cli.conftest import Done, Teller
from tests.cli.program import tmtui
from tmtui.cli.project import Project
from tmtui.events.monitor import Degraded, Troubled
from tmtui.events.resilience import ProviderBroken
from tmtui.events.task import TaskSucceeded


Run = Callable[..., Done]

BAR = "=" * 60


def test_the_page_has_what_the_guide_shows(tell: Teller, project: Project) -> None:
    tell(story.as_in_the_guide())
    done = tmtui("debug", cwd=project.root)
    assert (done.returncode, done.stderr) == (0, "")
    begin, tasks = done.stdout.split(f"\n{BAR}\nPER-TASK STATUS\n{BAR}\n", 1)
    assert re.fullmatch(
        rf"TaskMaster Debug State\n{BAR}\n\nTask File: tasks.yml\nCreated: {STAMP}\nUpdated: {STAMP}\n"
        r"Current Task Index: 2\n",
        begin,
    )
    for task in TASKS:
        assert task in tasks
    assert f"\n{BAR}\nRATE LIMIT USAGE\n{BAR}\n\nModel: scripted-1\n  Requests: 4\n" in tasks


STAMP = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"

TASKS = (
    "\nTask 1/5: Setup project structure\n  ID: task-1\n  Status: ✓ COMPLETED\n  Failures: 0\n  Attempts: 1\n",
    "\nTask 3/5: Implement login endpoint\n  ID: task-3\n  Status: → CURRENT/NEXT\n  Failures: 1\n  Attempts: 2\n",
    "\n  Attempts: 2\n  Last error: test hook failed: AssertionError in test_login\n",
    "\nTask 4/5: Add password reset\n  ID: task-4\n  Status: ○ PENDING\n\n",
)


def test_a_run_that_asked_nobody_says_so(tell: Teller, command: Run) -> None:
    tell(story.planned())
    assert f"RATE LIMIT USAGE\n{BAR}\n\nno provider calls yet\n" in command("debug").out


def test_engine_and_log_are_told(tell: Teller, command: Run) -> None:
    project = tell(story.as_in_the_guide())
    out = command("debug").out
    assert "Run: interrupted\nLock: nobody holds it\nLast engine: process 4711 on workbench, incarnation 1\n" in out
    assert f"\nFile: {project.state_dir / 'state.db'}\n" in out


def test_circuits_are_told(tell: Teller, command: Run) -> None:
    tell(story.planned().then(ProviderBroken("claude/m", "half_open", "5 failures in a row", 1_795_000_000_000)))
    out = command("debug").out
    assert f"{BAR}\nCIRCUITS\n{BAR}\n\nclaude/m: HALF-OPEN (5 failures in a row, until " in out


def test_trouble_is_told_with_what_did_not_fit(tell: Teller, command: Run) -> None:
    tell(
        story.planned()
        .then(Degraded("checkpoints", "git is not installed", "Install git"))
        .then(Troubled("hooks", "odd", "logs/x.txt"))
        .then(TaskSucceeded("?"), "nobody")
    )
    out = command("debug").out
    assert "TROUBLE (3 entries)" in out
    assert "⚠ degraded: checkpoints: git is not installed. Install git\n" in out
    assert "✗ hooks: odd logs/x.txt\n" in out
    assert "⚠ event 5 (TaskSucceeded) did not fit: no task 'nobody' in the plan\n" in out


def test_json_has_report_engine_and_log(tell: Teller, command: Run) -> None:
    tell(story.asking())
    told = json.loads(command("debug", "--json").out)
    assert set(told) == {"report", "engine", "log", "limits", "circuits", "anomalies"}
    assert told["log"]["runs"] == 1
