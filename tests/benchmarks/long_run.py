"""A long run as an engine would have recorded it: four tasks at a time, and nine events of ten are output."""

import itertools
import random
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from tests.store.logs import RUN, START_MS
from tmtui.domain.hook import Stage
from tmtui.domain.outcome import OK, Kind, Outcome
from tmtui.domain.plan import Plan, Task
from tmtui.domain.status import AttemptStatus, HookStatus, RunStatus, ToolStatus
from tmtui.domain.usage import Usage
from tmtui.events.agent import AgentFinished, AgentSpoke, AgentStarted
from tmtui.events.attempt import (
    AttemptCheckpointed,
    AttemptFinished,
    AttemptMeasured,
    AttemptPrompted,
    AttemptStarted,
)
from tmtui.events.base import Entry, Event
from tmtui.events.hook import HookFinished, HookPrinted, HookStarted
from tmtui.events.money import MoneySpent
from tmtui.events.request import RequestFinished, RequestStarted
from tmtui.events.run import Limits, RunFinished, RunPlanned, RunStarted
from tmtui.events.task import TaskStarted, TaskSucceeded
from tmtui.events.tool import ToolFinished, ToolPrinted, ToolStarted
from tmtui.store.appender import Appender, Claim
from tmtui.store.batch import Batch
from tmtui.store.intake import Submission


TASKS: Final = 250
PARALLEL: Final = 4
TURNS: Final = 25
MODEL: Final = "claude-sonnet-5-5"
GAP_MS: Final = 30
COMMIT: Final = 2_000

SAID: Final = "The divisor is checked before the division, and an error names the operands.\n"
LINE: Final = "tests/test_root.py::test_square_root_of_a_negative_number PASSED                    [ 42%]\n"

_FAILURE: Final = Outcome(Kind.HOOK_POST_FAILED, "pytest exited with code 1: ZeroDivisionError in test_root")


def write_long_run(state_dir: Path, events: int) -> None:
    """Record a run of so many events in a folder that has no log yet."""
    appender = Appender.open(state_dir, Claim(pid=1, host="host", boot_id="boot", at_wall=START_MS))
    try:
        entries = _entries(events)
        while group := list(itertools.islice(entries, COMMIT)):
            batch = Batch(appender.last_seq, appender.opened.epoch)
            for number, entry in enumerate(group):
                at_wall = START_MS + GAP_MS * (batch.after + number)
                batch.add(Submission((entry,), RUN, at_wall, at_wall * 1_000_000, None))
            appender.append(batch)
    finally:
        appender.close(START_MS)


def _entries(events: int) -> Iterator[Entry]:
    """All of them, from the plan to the end."""
    chance = random.Random(events)
    names = [f"task-{number}" for number in range(TASKS)]
    tasks = tuple(
        Task(id=name, title=f"Task {name}", phase=f"Phase {place // 25}") for place, name in enumerate(names)
    )
    plan = Plan(path="tasks.yml", name="long", tasks=tasks, hash="0" * 64)
    yield Entry(RunPlanned(plan=plan, root="/srv/project", limits=Limits(), agent="scripted", version="1"))
    yield Entry(RunStarted(pid=1, host="host", boot_id="boot"))
    pieces = max(2, (events // TASKS // 2 - 100) // (TURNS + 1))
    woven = _woven(chance, [_task(chance, name, pieces) for name in names])
    yield from itertools.islice(woven, events - 3)
    yield Entry(RunFinished(outcome=RunStatus.INCOMPLETE, reason="recorded for a measurement"))


def _woven(chance: random.Random, tasks: Iterable[Iterator[Entry]]) -> Iterator[Entry]:
    """A few tasks at a time, each a stretch of events in turn."""
    waiting = iter(tasks)
    running = list(itertools.islice(waiting, PARALLEL))
    while running:
        current = chance.choice(running)
        stretch = list(itertools.islice(current, chance.randint(1, 12)))
        yield from stretch
        if not stretch:
            running.remove(current)
            running += itertools.islice(waiting, 1)


def _task(chance: random.Random, task: str, pieces: int) -> Iterator[Entry]:
    yield Entry(TaskStarted(), task)
    for attempt in (1, 2):
        for event in _attempt(chance, f"{task}:{attempt}", pieces, well=attempt == 2):  # the last
            yield Entry(event, task, attempt)
    yield Entry(TaskSucceeded(evidence="pytest passed"), task)


def _attempt(chance: random.Random, mark: str, pieces: int, *, well: bool) -> Iterator[Event]:
    yield AttemptStarted(round=1, agent="scripted", model=MODEL)
    yield AttemptCheckpointed(tree="a" * 40, commit="b" * 40, ref=f"refs/tmtui/{mark}", head="c" * 40)
    yield AttemptPrompted(system="You work on a calculator.", prompt="Divide safely.\n" * 40, digest="d" * 64)
    yield AgentStarted(agent="scripted", model=MODEL)
    for turn in range(TURNS):
        yield from _turn(chance, f"{mark}:{turn}", turn, pieces)
    yield AgentFinished(outcome=OK, stop_reason="end_turn", seconds=60.0)
    yield AttemptMeasured(tree="e" * 40, head="c" * 40, progressed=True)
    yield from _hook(f"{mark}:hook", pieces, well=well)
    status = AttemptStatus.SUCCEEDED if well else AttemptStatus.FAILED
    yield AttemptFinished(status=status, outcome=OK if well else _FAILURE, counted=True, seconds=70.0)


def _turn(chance: random.Random, mark: str, turn: int, pieces: int) -> Iterator[Event]:
    yield RequestStarted(id=f"{mark}:r", provider="anthropic", model=MODEL, turn=turn, estimated_tokens=9_000)
    spoken = chance.randint(0, pieces)
    yield from (AgentSpoke(text=SAID * chance.randint(1, 3)) for _ in range(spoken))
    yield RequestFinished(id=f"{mark}:r", outcome=OK, usage=Usage(1_200, 340, 9_000, 0), context=200_000)
    yield MoneySpent(model=MODEL, usage=Usage(1_200, 340, 9_000, 0), micro=4_210)
    yield ToolStarted(id=f"{mark}:t", name="bash", input='{"command": "pytest -q"}', summary="bash pytest -q")
    yield from (ToolPrinted(id=f"{mark}:t", text=LINE * chance.randint(1, 3)) for _ in range(pieces - spoken))
    yield ToolFinished(id=f"{mark}:t", status=ToolStatus.OK, output=LINE, exit_code=0, seconds=1.5)


def _hook(mark: str, pieces: int, *, well: bool) -> Iterator[Event]:
    yield HookStarted(id=mark, name="pytest", stage=Stage.POST, command="pytest -q")
    yield from (HookPrinted(id=mark, text=LINE) for _ in range(pieces))
    status = HookStatus.PASSED if well else HookStatus.FAILED
    yield HookFinished(id=mark, status=status, exit_code=0 if well else 1, seconds=9.0, tail=LINE)
