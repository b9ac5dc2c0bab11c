"""A hundred conversations that stream at once, through a real engine, to the screen.

The program is `tmtui run` as its user calls it, on a pty: an engine in a process of its own, and the cockpit beside
it. The provider is the loopback server, in a third process. It writes the time at which it sends a delta into the
delta, so what the screen shows tells how old it is, and the log, in the end, whether any was lost.
"""

import asyncio
import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from tests.benchmarks.measure import Row, Steal, user_environment
from tests.benchmarks.screen import HERE, part, read, terminal
from tests.loopback import Loopback, Reply, Say
from tests.loopback.record import Received
from tmtui.events.agent import AgentSpoke
from tmtui.events.base import Recorded
from tmtui.store.reader import LogReader
from tmtui.system.lock import holder_of


CONVERSATIONS: Final = 100
RATES: Final = (20, 50)
"""Deltas a second of each conversation: what models do, and what they will not do soon."""
LENGTH: Final = 20
"""Seconds that an answer takes."""
SETTLING: Final = 2.0
"""Seconds from the hundredth request until it counts."""
WINDOW: Final = 10.0
"""Seconds that count."""
PATIENCE: Final = 60.0
MACHINE: Final = "machine"

STAMP: Final = "@" * 16
STAMPED: Final = re.compile(r"\b\d{16}\b")
ON_SCREEN: Final = re.compile(rb"\d{16}")
LINE: Final = STAMP + " {number:05} and the answer goes on.\n"

SETTINGS: Final = """\
agent: claude:claude-sonnet-5-5
max_parallel: {parallel}
checkpoints: "off"
agent_timeout: 600
"""


def rows() -> list[Row]:
    """Measure it once at each rate."""
    found: list[Row] = []
    for rate in RATES:
        with tempfile.TemporaryDirectory(prefix="tmtui-benchmark-") as folder:
            found += _judged(_Watching(Path(folder), rate).watch(), rate)
    return found


class _Seen(NamedTuple):
    """What was measured."""

    let_in: float
    """Milliseconds from the first request to the hundredth."""
    delays: list[float]
    """Milliseconds from the sending of each line of the task in sight until it is drawn."""
    logged: list[float]
    """The same for all tasks, until they are on their way into the log."""
    sent: float
    """Deltas a second."""
    events: float
    """A second."""
    cpu: dict[str, float]
    """Of one core, by program."""
    others: float
    """Of one core: what had nothing to do with this."""
    lost: int
    """Conversations whose text in the log is not what was sent."""
    steal: float | None


def _judged(seen: _Seen, rate: int) -> list[Row]:
    offered = CONVERSATIONS * rate
    at = f"at {rate} a second: "

    def figure(name: str, value: float, unit: str, target: str = "", note: str = "") -> Row:
        return Row(name=at + name, value=value, unit=unit, target=target, note=note, steal=seen.steal)

    shown = f"{len(seen.delays)} lines of the task in sight, {CONVERSATIONS} conversations"
    return [
        figure("sent until drawn, half of the lines", part(seen.delays, 0.5), "ms", "", shown),
        figure("sent until drawn, 95 of 100", part(seen.delays, 0.95), "ms", "<= 100", shown),
        figure("sent until drawn, 99 of 100", part(seen.delays, 0.99), "ms", "", shown),
        figure("sent until handed to the log, 95 of 100", part(seen.logged, 0.95), "ms", "", "all conversations"),
        Row(
            name=at + "deltas taken of those offered",
            value=seen.sent,
            yardstick=offered,
            ratio=seen.sent / offered,
            target=">= 0.95",
            unit="deltas/s",
            note="the server waits for nobody: less means that it got no CPU itself",
            steal=seen.steal,
        ),
        figure("conversations with a delta lost or changed", float(seen.lost), "", "<= 0"),
        figure("from the first request to the hundredth", seen.let_in, "ms"),
        figure("events recorded", seen.events, "events/s"),
        *(figure(f"CPU of the {name}", 100 * share, "% of a core") for name, share in seen.cpu.items()),
        figure("CPU of everything else", 100 * seen.others, "% of a core", "", "more than 20: repeat it"),
    ]


class _Watching:
    """One run, watched from outside."""

    def __init__(self, folder: Path, rate: int) -> None:
        self._rate = rate
        self._root = folder / "project"
        self._root.mkdir()
        self._asked = folder / "asked"
        self._drawn: dict[bytes, int] = {}
        """When each stamp was first drawn, in microseconds."""
        self._tail = b""
        (self._root / ".taskmaster.yml").write_text(SETTINGS.format(parallel=CONVERSATIONS))
        tasks = (f"  - {{id: task-{number:03}, title: Talk}}\n" for number in range(CONVERSATIONS))
        (self._root / "tasks.yml").write_text("tasks:\n" + "".join(tasks))

    @property
    def _state(self) -> Path:
        return self._root / ".taskmaster"

    def watch(self) -> _Seen:
        with self._server() as (port, server):
            more = {
                **user_environment(),
                "TERM": "xterm-256color",
                "ANTHROPIC_API_KEY": "sk-ant-api03-loopback-0123456789-abcdefgh",
                "ANTHROPIC_BASE_URL": f"http://127.0.0.1:{port}",
            }
            argv = [sys.executable, "-m", "tmtui", "run", "tasks.yml", "--fresh"]
            with terminal(argv, cwd=self._root, more=more) as (master, cockpit), self._engine_ends():
                self._until(master, lambda: len(self._requests()) >= CONVERSATIONS)
                self._rest(master, SETTLING)
                pids = {"engine": self._engine(), "cockpit": cockpit, "server": server}
                steal, start, before = Steal(), time.time_ns() // 1000, _cpu(pids)
                self._rest(master, WINDOW)
                end, after, stolen = time.time_ns() // 1000, _cpu(pids), steal.percent()
                self._until(master, lambda: holder_of(self._state) is None)
        recorded = self._log()
        seconds = (end - start) / 1e6
        cpu = {name: (after[name] - before[name]) / seconds for name in after}
        machine = cpu.pop(MACHINE)
        said = [(each, each.event.text) for each in recorded if isinstance(each.event, AgentSpoke)]
        sent = [
            (int(stamp), each.at_wall)
            for each, text in said
            for stamp in STAMPED.findall(text)
            if start <= int(stamp) < end
        ]
        requests = self._requests()
        return _Seen(
            let_in=(requests[CONVERSATIONS - 1] - requests[0]) / 1e3,
            delays=[(at - int(stamp)) / 1e3 for stamp, at in self._drawn.items() if start <= int(stamp) < end],
            logged=[at - stamp / 1e3 for stamp, at in sent],
            sent=len(sent) / seconds,
            events=sum(start <= each.at_wall * 1000 < end for each in recorded) / seconds,
            cpu=cpu,
            others=machine - sum(cpu.values()),
            lost=_lost(said, self._rate),
            steal=stolen,
        )

    # Its parts.

    @contextlib.contextmanager
    def _server(self) -> Iterator[tuple[int, int]]:
        """The provider: its port and its process."""
        argv = [sys.executable, "-m", "tests.benchmarks.conversations", str(self._asked), str(self._rate)]
        with subprocess.Popen(argv, cwd=HERE, stdout=subprocess.PIPE, text=True) as server:
            try:
                assert server.stdout is not None
                yield int(server.stdout.readline()), server.pid
            finally:
                server.kill()

    def _engine(self) -> int:
        holder = holder_of(self._state)
        if holder is None:
            raise TimeoutError("the engine ended before it was measured")
        return holder.pid

    @contextlib.contextmanager
    def _engine_ends(self) -> Iterator[None]:
        """The engine outlives its screen; it does not outlive this."""
        try:
            yield
        finally:
            if (holder := holder_of(self._state)) is not None:
                os.kill(holder.pid, signal.SIGKILL)

    def _requests(self) -> list[int]:
        """When each came, in microseconds."""
        return [int(line) for line in self._asked.read_text().splitlines()] if self._asked.exists() else []

    def _log(self) -> list[Recorded]:
        with LogReader.open(self._state) as reader:
            return list(reader.events(reader.runs()[0].run))

    # The screen.

    def _until(self, master: int, met: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not met():
            if time.monotonic() > end:
                raise TimeoutError(f"nothing came of it within {PATIENCE:g} s")
            self._rest(master, 0.1)

    def _rest(self, master: int, seconds: float) -> None:
        """Let time pass, and note what is drawn meanwhile."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            data = read(master, left)
            at = time.time_ns() // 1000
            for stamp in ON_SCREEN.findall(self._tail + data):
                self._drawn.setdefault(stamp, at)
            self._tail = (self._tail + data)[-15:]


def _cpu(pids: dict[str, int]) -> dict[str, float]:
    """Seconds of CPU that each has used, and all together."""
    user, nice, system, *_ = Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:]
    found = {MACHINE: (int(user) + int(nice) + int(system)) / os.sysconf("SC_CLK_TCK")}
    for name, pid in pids.items():
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        found[name] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return found


def _lost(said: list[tuple[Recorded, str]], rate: int) -> int:
    """How many conversations are not in the log as they were sent."""
    texts: dict[str, list[str]] = {}
    for each, text in said:
        texts.setdefault(each.task, []).append(text)
    whole = sum(STAMPED.sub(STAMP, "".join(pieces)) == _answer(rate) for pieces in texts.values())
    return CONVERSATIONS - whole


def _answer(rate: int) -> str:
    return "".join(LINE.format(number=number) for number in range(LENGTH * rate))


# The provider.


async def _serve(asked: Path, rate: int) -> None:
    reply = Reply((Say(_answer(rate), len(LINE.format(number=0))),), pace=1 / rate, stamp=STAMP)

    def choose(_: Received) -> Reply:
        with asked.open("a") as file:
            file.write(f"{time.time_ns() // 1000}\n")
        return reply

    async with Loopback(choose) as server:
        print(server.port, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), int(sys.argv[2])))
