"""Runs as a log tells them, written to a real one, so that the command line has something to read."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

from tmtui.domain.hook import Hook, Stage
from tmtui.domain.outcome import OK, Kind, Outcome
from tmtui.domain.plan import Plan, Task, plan_hash
from tmtui.domain.status import AttemptStatus, HookStatus, RunStatus, ToolStatus
from tmtui.domain.usage import Usage
from tmtui.events.agent import AgentFinished, AgentSpoke, AgentStarted
from tmtui.events.attempt import (
    AttemptCheckpointed,
    AttemptFinished,
    AttemptMeasured,
    AttemptPrompted,
    AttemptStarted,
    FileChange,
)
from tmtui.events.base import Entry, Event, Recorded
from tmtui.events.decision import DecisionOpened
from tmtui.events.hook import HookFinished, HookPrinted, HookStarted
from tmtui.events.money import MoneySpent
from tmtui.events.run import Limits, RunFinished, RunPlanned, RunStarted
from tmtui.events.task import TaskStarted, TaskSucceeded
from tmtui.events.tool import ToolFinished, ToolPrinted, ToolStarted
from tmtui.state.fold import fold_all
from tmtui.state.model import State
from tmtui.store.writer import LogWriter
from tmtui.system.state_dir import prepare


RUN = "20261120-190512-7f3c"
NOON = 1_795_000_000_000
"""Wall time of the first event of a story that is not written to a log."""


class Story:
    """Events in the order in which they happen."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def then(self, event: Event, task: str = "", attempt: int = 0) -> "Story":
        """Something happens next."""
        self.entries.append(Entry(event, task, attempt))
        return self

    def recorded(self, run: str = RUN) -> list[Recorded]:
        """As a log would give them, one a second."""
        return [
            Recorded(seq, run, 1, entry.task, entry.attempt, NOON + 1000 * seq, 10**9 * seq, entry.event)
            for seq, entry in enumerate(self.entries, 1)
        ]

    def state(self) -> State:
        """What they come to."""
        return fold_all(self.recorded())

    def write(self, state_dir: Path, run: str = RUN) -> "Story":
        """Write them to the log of a state folder."""
        prepare(state_dir)
        asyncio.run(_write(state_dir, run, self.entries))
        return self


class _Clock:
    """The machine's wall time, and a second of monotonic time to each event."""

    def __init__(self) -> None:
        self._seconds = 0

    def wall_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def mono_ns(self) -> int:
        self._seconds += 1
        return self._seconds * 10**9

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


async def _write(state_dir: Path, run: str, entries: Sequence[Entry]) -> None:
    writer = await LogWriter.open(
        state_dir, clock=_Clock(), on_commit=lambda _: None, on_trouble=lambda _: None, pid=1
    )
    async with writer:
        await writer.submit(entries, run, critical=True)


TITLES = {
    "task-1": "Setup project structure",
    "task-2": "Create database models",
    "task-3": "Implement login endpoint",
    "task-4": "Add password reset",
    "task-5": "Implement 2FA",
}

TEST = Hook(name="test", command="pytest tests/ -v", quiet=False)


def plan(titles: dict[str, str] | None = None) -> Plan:
    """The plan of the source text: five tasks, each with the tests as its post-hook."""
    tasks = tuple(Task(id=name, title=title, post_hooks=(TEST,)) for name, title in (titles or TITLES).items())
    return Plan(path="tasks.yml", name="auth", tasks=tasks, hash=plan_hash(tasks))


def planned(root: str = "/nowhere", titles: dict[str, str] | None = None, limits: Limits | None = None) -> Story:
    """A run that has been started and has done nothing."""
    return (
        Story()
        .then(RunPlanned(plan(titles), root, limits or Limits(), "scripted:demo.agent.yml", "0.1.0"))
        .then(RunStarted(4711, "workbench", "boot"))
    )


def begin(story: Story, task: str, attempt: int, round_: int | None = None) -> Story:
    """An attempt begins, and the agent says and does something."""
    call = f"{task}:{attempt}:1"
    if attempt == 1:
        story.then(TaskStarted(), task)
    return (
        story.then(AttemptStarted(round_ or attempt, "scripted:demo.agent.yml", "scripted-1"), task, attempt)
        .then(AttemptCheckpointed("a" * 40, "c" * 40, f"refs/tmtui/{task}/{attempt}"), task, attempt)
        .then(AttemptPrompted("You are a developer.", f"Do {task}.", "d" * 64), task, attempt)
        .then(AgentStarted("scripted:demo.agent.yml", "scripted-1"), task, attempt)
        .then(AgentSpoke("I look at the "), task, attempt)
        .then(AgentSpoke("code.\nThen I write"), task, attempt)
        .then(ToolStarted(call, "bash", '{"command": "ls"}', "ls"), task, attempt)
        .then(ToolPrinted(call, "main.py\n"), task, attempt)
        .then(ToolFinished(call, ToolStatus.OK, "main.py\n", 0, 0.1), task, attempt)
        .then(MoneySpent("scripted-1", Usage(100, 20), 14_000, "script"), task, attempt)
        .then(AgentFinished(OK, "end_turn", 1.5), task, attempt)
        .then(AttemptMeasured("b" * 40, "", True, (FileChange("main.py", "modified", 3, 1),), 1), task, attempt)
    )


def run_hook(story: Story, task: str, attempt: int, *, passes: bool) -> Story:
    """The tests run after the agent."""
    hook = f"{task}:{attempt}:post:test:1"
    story.then(HookStarted(hook, "test", Stage.POST, "pytest tests/ -v"), task, attempt)
    story.then(HookPrinted(hook, "collected 1 item\n" + ("1 passed\n" if passes else "1 failed\n")), task, attempt)
    if passes:
        return story.then(HookFinished(hook, HookStatus.PASSED, 0, None, 2.0, "1 passed\n"), task, attempt)
    message = "test hook failed: AssertionError in test_login"
    return story.then(HookFinished(hook, HookStatus.FAILED, 1, None, 2.0, "1 failed\n", message), task, attempt)


def succeed(story: Story, task: str, attempt: int = 1) -> Story:
    """A task is tried, and it is done."""
    begin(story, task, attempt)
    run_hook(story, task, attempt, passes=True)
    return story.then(AttemptFinished(AttemptStatus.SUCCEEDED, OK, True, 4.0), task, attempt).then(
        TaskSucceeded("test passed"), task, attempt
    )


def fail(story: Story, task: str, attempt: int) -> Story:
    """A task is tried, and its tests fail."""
    begin(story, task, attempt)
    run_hook(story, task, attempt, passes=False)
    outcome = Outcome(Kind.HOOK_POST_FAILED, "test hook failed: AssertionError in test_login")
    return story.then(AttemptFinished(AttemptStatus.FAILED, outcome, True, 4.0), task, attempt)


def as_in_the_guide(root: str = "/nowhere") -> Story:
    """The run whose status the source text prints: two done, the third in its second attempt after a failure."""
    story = succeed(succeed(planned(root), "task-1"), "task-2")
    return begin(fail(story, "task-3", 1), "task-3", 2)


def asking(root: str = "/nowhere") -> Story:
    """The third task has failed three times and asks."""
    story = succeed(succeed(planned(root), "task-1"), "task-2")
    for attempt in (1, 2, 3):
        fail(story, "task-3", attempt)
    opened = DecisionOpened(
        id="task-3:1",
        title="failed 3 times",
        error="test hook failed: AssertionError in test_login",
        failures=(
            "Attempt 1: AssertionError in test_login",
            "Attempt 2: ImportError: cannot import 'User'",
            "Attempt 3: TypeError: missing required argument",
        ),
        falls=("task-4", "task-5"),
    )
    return story.then(opened, "task-3", 3)


def finished(root: str = "/nowhere") -> Story:
    """Everything is done."""
    story = planned(root)
    for task in TITLES:
        succeed(story, task)
    return story.then(RunFinished(RunStatus.SUCCEEDED))
