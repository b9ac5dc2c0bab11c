"""The cockpit in a real terminal: how soon it is there, and how soon a key is seen while output pours in.

Every program here runs on a pty of 120 by 40. A first frame counts from the spawn to the first chunk with the app's
text; the yardstick is the smallest Textual app there is. A key counts from its write to the arrival of the row that
it changes, with its new colour; in the busy case an engine's stand-in writes 10,000 lines a second into a real log,
which the cockpit follows.
"""

import asyncio
import contextlib
import fcntl
import os
import pty
import random
import re
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from tests.benchmarks.measure import Row, Steal, compare


ROUNDS: Final = 9
KEYS: Final = 100
"""In each round of each case."""
KEY_ROUNDS: Final = 3
LINES_A_SECOND: Final = 10_000
FLUSHES_A_SECOND: Final = 30
COLUMNS, LINES = 120, 40
RUN: Final = "20261120-190512-7f3c"
PATIENCE: Final = 20.0
HERE: Final = Path(__file__).parents[2]

SMALLEST: Final = """
from textual.app import App
from textual.widgets import Static
class Smallest(App):
    def compose(self):
        yield Static("first frame")
Smallest().run()
"""

EMPTY: Final = """
import asyncio, time
from tmtui.tui.app import open_cockpit
from tmtui.tui.ports import Rig
class Source:
    async def open(self):
        await asyncio.sleep(3600)
        yield []
open_cockpit(Rig(source=Source(), live=True, now=lambda: time.time_ns() // 1_000_000))
"""
"""The cockpit over a log that does not answer yet."""

PHASE_ROW, TASK_ROW = 3, 4
"""Where the first two rows of the tree stand, counted from 1."""

CURSOR_COLOR: Final = rb"48;2;34;52;79"
"""The ground of the row with the cursor, in the default theme."""


def run() -> list[Row]:
    """Measure the first frame, then keys with and without output."""
    here = [sys.executable, "-m", "tests.benchmarks.screen"]
    first = compare(
        "first frame of the cockpit",
        lambda: _first_frame([sys.executable, "-c", EMPTY], b"Tasks"),
        lambda: _first_frame([sys.executable, "-c", SMALLEST], b"first frame"),
        target="<= 1.3",
        unit="ms",
        note="yardstick: a Textual app with one Static",
        rounds=ROUNDS,
    )
    return [first, *_keys(here)]


# A program on a terminal.


class Terminal(NamedTuple):
    """A program that runs on a terminal."""

    master: int
    """The terminal's end to read from and write to."""
    pid: int


@contextlib.contextmanager
def terminal(argv: Sequence[str], *, cwd: Path = HERE, more: Mapping[str, str] | None = None) -> Iterator[Terminal]:
    """Run a program, with `more` in its environment."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    left_out = ("PYTHONDONTWRITEBYTECODE", "NO_COLOR", "TEXTUAL_FPS")
    env = {name: value for name, value in os.environ.items() if name not in left_out}
    env |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", **(more or {})}
    process = subprocess.Popen(
        argv, stdin=slave, stdout=slave, stderr=slave, env=env, cwd=cwd, start_new_session=True
    )
    os.close(slave)
    try:
        yield Terminal(master, process.pid)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        os.close(master)


def read(master: int, seconds: float) -> bytes:
    """What the program draws next; nothing when it draws nothing for so long."""
    ready, _, _ = select.select([master], [], [], seconds)
    return os.read(master, 65_536) if ready else b""


def _until(master: int, wanted: re.Pattern[bytes]) -> None:
    seen, end = b"", time.monotonic() + PATIENCE
    while not wanted.search(seen):
        if time.monotonic() > end:
            raise TimeoutError(f"{wanted.pattern!r} was never drawn")
        seen = seen[-8_192:] + read(master, 0.5)


def _first_frame(argv: Sequence[str], mark: bytes) -> float:
    start = time.perf_counter()
    with terminal(argv) as (master, _):
        _until(master, re.compile(re.escape(mark)))
        return 1e3 * (time.perf_counter() - start)


# Keys.


def _keys(here: list[str]) -> list[Row]:
    idle: list[float] = []
    busy: list[float] = []
    steal = Steal()
    for _ in range(KEY_ROUNDS):
        idle += _latencies([*here, "idle"])
        with (
            tempfile.TemporaryDirectory(prefix="tmtui-benchmark-") as folder,
            subprocess.Popen([*here, "write", folder], cwd=HERE) as writer,
        ):
            try:
                busy += _latencies([*here, "show", folder])
            finally:
                writer.kill()
    stolen = steal.percent()
    keys = f"{KEYS * KEY_ROUNDS} keys in {KEY_ROUNDS} rounds"
    note = f"{keys}, {LINES_A_SECOND:,} lines a second through a real log; yardstick: the same screen, idle"

    def figure(name: str, share: float, target: str, ratio: float | None = None) -> Row:
        ours, still = part(busy, share), part(idle, share)
        return Row(
            name=name, value=ours, yardstick=still, ratio=ratio, target=target, unit="ms", note=note, steal=stolen
        )

    return [
        figure("key to repaint, half of the keys", 0.5, ""),
        figure("key to repaint, 99 of 100 keys", 0.99, "<= 50"),
        figure("the same, against the idle screen", 0.99, "<= 3", part(busy, 0.99) / part(idle, 0.99)),
    ]


def part(latencies: list[float], share: float) -> float:
    """The figure that so much of all stay below."""
    return sorted(latencies)[min(len(latencies) - 1, int(len(latencies) * share))]


def _row_drawn(row: int) -> re.Pattern[bytes]:
    """The row was drawn with the cursor's colour: it comes before the terminal is sent anywhere else."""
    return re.compile(rb"\x1b\[%d;1H(?:(?!\x1b\[\d+;\d+H).)*?%s" % (row, CURSOR_COLOR), re.DOTALL)


def _latencies(argv: Sequence[str]) -> list[float]:
    chance = random.Random(1)
    latencies: list[float] = []
    with terminal(argv) as (master, _):
        _until(master, re.compile(rb"task-0"))
        _settle(master, 1.0)
        for number in range(KEYS):
            key, row = ((b"k", PHASE_ROW), (b"j", TASK_ROW))[number % 2]
            start = time.perf_counter()
            os.write(master, key)
            _until(master, _row_drawn(row))
            latencies.append(1e3 * (time.perf_counter() - start))
            _settle(master, chance.uniform(0.03, 0.06))
    return latencies


def _settle(master: int, seconds: float) -> None:
    """Let time pass; what is drawn meanwhile is read, as a terminal does."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        read(master, left)


# The programs.


def _write(folder: Path) -> None:
    """An engine's stand-in: one task that speaks, as fast as was said."""
    from tmtui.events.agent import AgentSpoke  # noqa: PLC0415  # each program loads what it needs
    from tmtui.events.base import Entry  # noqa: PLC0415  # likewise
    from tmtui.store.writer import LogWriter  # noqa: PLC0415  # likewise
    from tmtui.system.clock import SystemClock  # noqa: PLC0415  # likewise

    def ignore(_: object) -> None:
        pass

    async def work() -> None:
        lines = LINES_A_SECOND // FLUSHES_A_SECOND
        async with await LogWriter.open(
            folder, clock=SystemClock(), on_commit=ignore, on_trouble=ignore, pid=os.getpid()
        ) as writer:
            writer.submit(_beginning(), RUN)
            number = 0
            while True:
                text = "".join(f"line {number + index} of {'output ' * 11}\n" for index in range(lines))
                number += lines
                writer.submit([Entry(AgentSpoke(text), "task-0", 1)], RUN)
                await asyncio.sleep(1 / FLUSHES_A_SECOND)

    asyncio.run(work())


def _beginning() -> list:  # type: ignore[type-arg]  # of entries, whose module is loaded by the programs alone
    from tmtui.domain.plan import Plan, Task  # noqa: PLC0415  # each program loads what it needs
    from tmtui.events.attempt import AttemptStarted  # noqa: PLC0415  # likewise
    from tmtui.events.base import Entry  # noqa: PLC0415  # likewise
    from tmtui.events.run import Limits, RunPlanned, RunStarted  # noqa: PLC0415  # likewise
    from tmtui.events.task import TaskStarted  # noqa: PLC0415  # likewise

    tasks = tuple(Task(id=f"task-{number}", title=f"Task {number}", phase="One") for number in range(20))
    plan = Plan(path="tasks.yml", name="firehose", tasks=tasks, hash="0")
    return [
        Entry(RunPlanned(plan, "/", Limits(), "scripted", "0")),
        Entry(RunStarted(os.getpid(), "here", "", sandbox="bubblewrap")),
        Entry(TaskStarted(), "task-0"),
        Entry(AttemptStarted(1, "scripted"), "task-0", 1),
    ]


def _show(folder: Path) -> None:
    from tmtui.cli.sources import LogSource  # noqa: PLC0415  # each program loads what it needs

    async def which() -> str:
        return RUN

    _open(LogSource(folder, which, live=True))


def _open(source: object) -> None:
    from tmtui.tui.app import open_cockpit  # noqa: PLC0415  # each program loads what it needs
    from tmtui.tui.ports import Rig  # noqa: PLC0415  # likewise

    rig = Rig(source=source, live=True, now=lambda: time.time_ns() // 1_000_000)  # type: ignore[arg-type]  # a Source
    open_cockpit(rig)


class _Still:
    """A run in which nothing happens."""

    async def open(self) -> AsyncIterator[list[object]]:
        from tmtui.events.base import Recorded  # noqa: PLC0415  # each program loads what it needs

        now = time.time_ns() // 1_000_000
        yield [
            Recorded(seq, RUN, 1, entry.task, entry.attempt, now, 0, entry.event)
            for seq, entry in enumerate(_beginning(), 1)
        ]
        await asyncio.sleep(3_600)

    async def fetch(self, task: str, attempt: int, upto: int, last: int = 0) -> list[object]:
        return []


def _program(name: str, *rest: str) -> None:
    match name:
        case "write":
            _write(Path(rest[0]))
        case "show":
            _show(Path(rest[0]))
        case _:
            _open(_Still())


if __name__ == "__main__":
    _program(*sys.argv[1:])
