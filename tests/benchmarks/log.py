"""The event log: writing, reading again, following.

The yardstick for writing is the plainest loop there is: rows that were encoded before, by `executemany`, a thousand
to a transaction, into the same table with the same settings. Ours takes events, in submissions of ten as the
engine's loop makes them, through queue, thread, encoding, projections, fencing, witness and the call back.
"""

import asyncio
import contextlib
import os
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from tests.benchmarks.measure import Row, Steal, compare, interleave, row, seconds
from tmtui.domain.outcome import OK
from tmtui.domain.plan import Plan, Task
from tmtui.domain.status import AttemptStatus, ToolStatus
from tmtui.domain.usage import Usage
from tmtui.events.agent import AgentFinished, AgentSpoke, AgentStarted
from tmtui.events.attempt import AttemptFinished, AttemptStarted
from tmtui.events.base import Entry, Recorded
from tmtui.events.codec import KINDS, encode
from tmtui.events.money import MoneySpent
from tmtui.events.run import Limits, RunPlanned, RunStarted
from tmtui.events.task import TaskStarted, TaskSucceeded
from tmtui.events.tool import ToolFinished, ToolStarted
from tmtui.store import feed
from tmtui.store.connection import connect_reader, connect_writer, transaction
from tmtui.store.errors import StorageError
from tmtui.store.migrations import create
from tmtui.store.reader import LogReader
from tmtui.store.schema import DATABASE
from tmtui.store.writer import LogWriter


ROWS: Final = 50_000
RUN: Final = "20261120-190512-7f3c"
TASKS: Final = 50
SUBMISSION: Final = 10
AHEAD: Final = 5_000
"""How far the benchmark's producer runs ahead of the disk, twice."""

LINE: Final = "tests/test_root.py::test_square_root_of_a_negative_number PASSED                    [ 42%]\n"


class _RealClock:
    def wall_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def mono_ns(self) -> int:
        return time.monotonic_ns()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def run() -> list[Row]:
    """Measure all of it."""
    entries = _entries()
    with tempfile.TemporaryDirectory(prefix="tmtui-benchmark-") as folder:
        state_dir = Path(folder)
        asyncio.run(_write(state_dir, entries))
        return [
            _writing(entries),
            _submitting(entries),
            _committing(),
            *_replaying(state_dir),
            _finding(state_dir),
            _polling(state_dir),
        ]


def _entries() -> list[Entry]:
    """A run's worth of events: mostly output, with the rest of an attempt's life around it."""
    tasks = tuple(Task(id=f"task-{number}", title=f"Task {number}") for number in range(TASKS))
    plan = Plan(path="tasks.yml", name="benchmark", tasks=tasks, hash="0" * 64)
    entries = [
        Entry(RunPlanned(plan=plan, root="/srv/project", limits=Limits(), agent="scripted", version="1")),
        Entry(RunStarted(pid=1, host="host", boot_id="boot")),
    ]
    for task in tasks:
        entries += _attempt(task.id, ROWS // TASKS - 11)
    return entries


def _attempt(task: str, pieces: int) -> Iterator[Entry]:
    yield Entry(TaskStarted(), task)
    yield Entry(AttemptStarted(round=1, agent="scripted", model="claude-sonnet-5-5"), task, 1)
    yield Entry(AgentStarted(agent="scripted", model="claude-sonnet-5-5"), task, 1)
    for call in ("a", "b"):
        started = ToolStarted(id=f"{task}-{call}", name="bash", input='{"command": "pytest"}', summary="pytest")
        yield Entry(started, task, 1)
        yield from (Entry(AgentSpoke(text=LINE * 2), task, 1) for _ in range(pieces // 2))
        yield Entry(ToolFinished(id=f"{task}-{call}", status=ToolStatus.OK, output=LINE, seconds=1.5), task, 1)
    yield Entry(MoneySpent(model="claude-sonnet-5-5", usage=Usage(1200, 340, 9000, 0), micro=4210), task, 1)
    yield Entry(AgentFinished(outcome=OK, stop_reason="end_turn", seconds=4.2), task, 1)
    yield Entry(AttemptFinished(status=AttemptStatus.SUCCEEDED, outcome=OK, counted=True, seconds=5.0), task, 1)
    yield Entry(TaskSucceeded(evidence="pytest passed"), task)


# Writing.


def _writing(entries: list[Entry]) -> Row:
    rows: list[tuple[object, ...]] = [
        (seq, RUN, 1, entry.task, entry.attempt, KINDS[type(entry.event)], 0, 0, encode(entry.event).decode())
        for seq, entry in enumerate(entries, start=1)
    ]
    return compare(
        "events written, encoded and committed",
        lambda: _in_folder(lambda folder: asyncio.run(_write(folder, entries))),
        lambda: _in_folder(lambda folder: _write_raw(folder, rows)),
        target=">= 0.8",
        unit="events/s",
        note="yardstick: executemany of encoded rows, 1000 to a commit, FULL",
        rounds=7,
    )


def _in_folder(write: Callable[[Path], float]) -> float:
    with tempfile.TemporaryDirectory(prefix="tmtui-benchmark-") as folder:
        return write(Path(folder))


async def _write(state_dir: Path, entries: list[Entry]) -> float:
    async with await _open(state_dir) as writer:
        start = time.perf_counter()
        stored = writer.submit((), RUN, critical=True)
        for first in range(0, len(entries), SUBMISSION):
            writer.submit(entries[first : first + SUBMISSION], RUN)
            if first % AHEAD == 0:
                await stored
                stored = writer.submit((), RUN, critical=True)
        await writer.flush()
        return len(entries) / (time.perf_counter() - start)


async def _open(state_dir: Path) -> LogWriter:
    return await LogWriter.open(state_dir, clock=_RealClock(), on_commit=_ignore, on_trouble=_stop, pid=os.getpid())


def _ignore(_: list[Recorded]) -> None:
    pass


def _stop(error: StorageError | None) -> None:
    if error is not None:
        raise error


def _write_raw(folder: Path, rows: list[tuple[object, ...]], to_a_commit: int = 1000) -> float:
    path = folder / DATABASE
    create(path)
    insert = "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
    with contextlib.closing(connect_writer(path)) as connection:
        start = time.perf_counter()
        for first in range(0, len(rows), to_a_commit):
            with transaction(connection):
                connection.executemany(insert, rows[first : first + to_a_commit])
        return len(rows) / (time.perf_counter() - start)


def _submitting(entries: list[Entry]) -> Row:
    return compare(
        "cost of submit to the event loop",
        lambda: _in_folder(lambda folder: asyncio.run(_submit(folder, entries))),
        lambda: 1e6 * seconds(lambda: _append(entries)) / len(entries),
        unit="us/event",
        note="yardstick: append the same events to a queue, with two clock readings",
    )


async def _submit(state_dir: Path, entries: list[Entry]) -> float:
    """Microseconds of this thread's own time to an event; what the writer does meanwhile does not count."""
    async with await _open(state_dir) as writer:
        start = time.thread_time()
        for first in range(0, len(entries), SUBMISSION):
            writer.submit(entries[first : first + SUBMISSION], RUN)
        return 1e6 * (time.thread_time() - start) / len(entries)


def _append(entries: list[Entry]) -> None:
    kept: deque[tuple[list[Entry], int, int]] = deque()
    for first in range(0, len(entries), SUBMISSION):
        kept.append((entries[first : first + SUBMISSION], time.time_ns(), time.monotonic_ns()))


def _committing() -> Row:
    entry = Entry(AgentSpoke(text=LINE), "task-1", 1)
    rows: list[tuple[object, ...]] = [
        (seq, RUN, 1, "task-1", 1, "agent.spoke", 0, 0, encode(entry.event).decode()) for seq in range(1, 201)
    ]
    return compare(
        "a critical event, submitted until it is stored and shown",
        lambda: _in_folder(lambda folder: asyncio.run(_commit(folder, entry))),
        lambda: _in_folder(lambda folder: 1e6 / _write_raw(folder, rows, to_a_commit=1)),
        unit="us",
        note="yardstick: one row to a commit on the same thread",
    )


async def _commit(state_dir: Path, entry: Entry) -> float:
    async with await _open(state_dir) as writer:
        start = time.perf_counter()
        for _ in range(200):
            await writer.submit([entry], RUN, critical=True)
        return 1e6 * (time.perf_counter() - start) / 200


# Reading.


def _replaying(state_dir: Path) -> list[Row]:
    steal = Steal()
    contenders = {
        "bare": lambda: _select(state_dir),
        "decode": lambda: asyncio.run(_replay(state_dir)),
        "fold": lambda: asyncio.run(_replay_and_fold(state_dir)),
    }
    figures = interleave(contenders, rounds=7)
    stolen = steal.percent()
    note = "yardstick: iterate over SELECT *"
    return [
        row(
            "replay, decoded",
            figures["decode"],
            figures["bare"],
            target=">= 0.5",
            unit="events/s",
            note=note,
            steal=stolen,
        ),
        row(
            "replay, decoded and folded into a state",
            figures["fold"],
            figures["bare"],
            target=">= 0.3",
            unit="events/s",
            note=note,
            steal=stolen,
        ),
    ]


def _select(state_dir: Path) -> float:
    with contextlib.closing(connect_reader(state_dir / DATABASE)) as connection:
        start = time.perf_counter()
        count = sum(1 for _ in connection.execute("SELECT * FROM events ORDER BY seq"))
        return count / (time.perf_counter() - start)


async def _replay(state_dir: Path) -> float:
    start = time.perf_counter()
    count = 0
    async for batch in feed.replay(state_dir, RUN):
        count += len(batch)
    return count / (time.perf_counter() - start)


async def _replay_and_fold(state_dir: Path) -> float:
    from tmtui.state.fold import fold  # noqa: PLC0415  # only this row needs it
    from tmtui.state.model import State  # noqa: PLC0415  # likewise

    state = State()
    start = time.perf_counter()
    async for batch in feed.replay(state_dir, RUN):
        for recorded in batch:
            fold(state, recorded)
    return state.seq / (time.perf_counter() - start)


def _finding(state_dir: Path) -> Row:
    def find() -> float:
        with LogReader.open(state_dir) as reader:
            return 1e3 * seconds(lambda: list(reader.events(RUN, task="task-40", attempt=1)))

    def scan() -> float:
        with contextlib.closing(connect_reader(state_dir / DATABASE)) as connection:
            select = "SELECT * FROM events WHERE run = ? AND task = ? AND attempt = ?"
            return 1e3 * seconds(lambda: connection.execute(select, (RUN, "task-40", 1)).fetchall())

    return compare(
        "the events of one attempt of many",
        find,
        scan,
        target="<= 1",
        unit="ms",
        note=f"yardstick: SELECT without decoding, which looks at all {ROWS:,} events",
    )


def _polling(state_dir: Path) -> Row:
    def poll_raw() -> float:
        with contextlib.closing(connect_reader(state_dir / DATABASE)) as connection:
            return (
                1e6
                * seconds(lambda: [connection.execute("PRAGMA data_version").fetchall() for _ in range(200)])
                / 200
            )

    return compare(
        "a tail's look at a log that has not changed",
        lambda: asyncio.run(_poll(state_dir)),
        poll_raw,
        unit="us",
        note="yardstick: PRAGMA data_version on the same thread; 30 a second",
    )


async def _poll(state_dir: Path) -> float:
    async with await feed.LogView.open(state_dir) as view:
        start = time.perf_counter()
        for _ in range(200):
            await view.version()
        return 1e6 * (time.perf_counter() - start) / 200
