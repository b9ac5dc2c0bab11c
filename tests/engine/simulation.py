"""A small world in memory for the engine to work in, which can end at any moment.

The world keeps its own record of what was done to it (`Effects`), so that the engine is not judged by what it says
of itself. A crash is what a `kill -9` is to a real engine: from one moment on nothing is committed, nothing has an
effect and nobody is told anything; what had been committed and done stays.
"""

import asyncio
import hashlib
import json
import random
import re
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from datetime import UTC
from typing import Any, ClassVar, Final

import msgspec

from tmtui.agents.model import Answered, Called, FromUser, ModelChunk, ModelRequest, Replied, Said, StopKind, Traits
from tmtui.agents.port import Agent, Chunk, Done, Request, Spent, Stop, Text, ToolCall, ToolResult, Tools
from tmtui.domain.hook import Hook
from tmtui.domain.outcome import OK, Kind, Outcome
from tmtui.domain.plan import Plan, Task, plan_hash
from tmtui.domain.status import ToolStatus
from tmtui.domain.usage import Usage
from tmtui.engine.decide import Answers
from tmtui.engine.journal import Journal
from tmtui.engine.ports import Chain, Judge, Prices, World
from tmtui.engine.providers.rules import GateRules, PastCharge
from tmtui.engine.runner import Runner
from tmtui.events.attempt import AttemptCheckpointed, AttemptMeasured, AttemptRestored, FileChange
from tmtui.events.base import Entry, Recorded
from tmtui.events.money import MoneySpent
from tmtui.events.run import Limits, RunPlanned, RunStarted
from tmtui.events.tool import FileEffect, ToolStarted
from tmtui.state.fold import fold_all
from tmtui.state.model import State


Files = dict[str, str]
Step = ToolCall | Outcome | str
Drive = Callable[[Runner], Coroutine[Any, Any, None]]
"""What a person does while an engine works."""

Check = Callable[[Files], tuple[int, str]]
"""What a hook's command does: look at the files, and give an exit code and what it prints."""


class CrashError(BaseException):
    """The moment at which the world ended."""


class Crash:
    """Ends the world at the `at`-th commit, before or after it counts. None never does."""

    def __init__(self, at: int | None = None, *, before: bool = False) -> None:
        self.at = at
        self.before = before
        self.dead = False
        self.ended = asyncio.Event()

    def end(self) -> None:
        self.dead = True
        self.ended.set()

    async def alive(self) -> None:
        """Return at once, or never when the world has ended."""
        if self.dead:
            await asyncio.Event().wait()


class MemoryLog:
    """Commits a batch each time the loop comes round, like the real writer."""

    def __init__(self, events: list[Recorded], epoch: int, crash: Crash) -> None:
        self.events = events
        self.commits = 0
        self.journal: Journal | None = None
        self._epoch = epoch
        self._crash = crash
        self._queue: list[tuple[Sequence[Entry], asyncio.Future[None]]] = []

    def submit(self, entries: Sequence[Entry], *, critical: bool) -> Awaitable[object]:
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[None] = loop.create_future()
        if not self._queue:
            loop.call_later(0 if critical else 0.02, self._commit)
        elif critical:
            loop.call_soon(self._commit)
        self._queue.append((entries, waiter))
        return waiter

    def _commit(self) -> None:
        if self._crash.dead or not self._queue:
            return
        self.commits += 1
        if self.commits == self._crash.at and self._crash.before:
            self._crash.end()
            return
        queue, self._queue = self._queue, []
        entries = [entry for told, _ in queue for entry in told]
        clock = SimulatedClock()
        batch = [
            Recorded(
                place, "run", self._epoch, entry.task, entry.attempt, clock.wall_ms(), clock.mono_ns(), entry.event
            )
            for place, entry in enumerate(entries, len(self.events) + 1)
        ]
        self.events.extend(batch)
        if self.commits == self._crash.at:
            self._crash.end()
            return
        assert self.journal is not None
        self.journal.committed(batch)
        for _, waiter in queue:
            if not waiter.done():
                waiter.set_result(None)


BEGINNING_MS: Final = 1_795_190_400_000
"""Wall time at which the world begins."""


class SimulatedClock:
    def wall_ms(self) -> int:
        return BEGINNING_MS + round(asyncio.get_running_loop().time() * 1000)

    def mono_ns(self) -> int:
        return round(asyncio.get_running_loop().time() * 1e9)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Past:
    def __init__(self, events: list[Recorded]) -> None:
        self._events = events

    def of_attempt(self, task: str, attempt: int) -> list[Recorded]:
        return [recorded for recorded in self._events if (recorded.task, recorded.attempt) == (task, attempt)]


class Ended(msgspec.Struct):
    exit_code: int | None = 0
    signal: int | None = None
    timed_out: bool = False
    canceled: bool = False
    lost: bool = False
    survivors: int = 0
    seconds: float = 0.5
    spawn_error: str = ""


class SimulatedProcess:
    def __init__(self, crash: Crash, result: tuple[int, str], seconds: float) -> None:
        self._crash = crash
        self._result = result
        self._seconds = seconds
        self._canceled = asyncio.Event()

    async def output(self) -> AsyncIterator[bytes]:
        try:
            await asyncio.wait_for(self._canceled.wait(), self._seconds)
        except TimeoutError:
            await self._crash.alive()
            yield self._result[1].encode()

    async def wait(self) -> Ended:
        await self._crash.alive()
        canceled = self._canceled.is_set()
        return Ended(None if canceled else self._result[0], canceled=canceled)

    def cancel(self) -> None:
        self._canceled.set()


class Effects(msgspec.Struct):
    """What was done to the world, by its own account."""

    hooks: list[str] = []
    """The job ids of hooks that were started."""
    written: list[tuple[str, str]] = []
    """The job id and path of each file write that was carried out."""
    asked: list[str] = []
    """The task of each request to the agent."""


class SimulatedWorld:
    """Files, commands, an agent and a log."""

    led: ClassVar[bool] = False
    """Whether the engine leads the conversation with a model, or an agent does its errand by itself."""
    judge: Judge
    prices: Prices

    def __init__(
        self,
        tasks: Sequence[Task],
        checks: Mapping[str, Check],
        script: Mapping[str, Sequence[Sequence[Step]]],
        *,
        limits: Limits,
        answers: Answers | None = None,
        seed: int = 0,
    ) -> None:
        self.plan = Plan(path="tasks.yml", name="simulated", tasks=tuple(tasks), hash=plan_hash(tuple(tasks)))
        self.limits = limits
        self.answers = answers or {}
        self.checks = checks
        self.script = script
        self.files: Files = {}
        self.events: list[Recorded] = []
        self.effects = Effects()
        self.epoch = 0
        self.seed = seed
        self.commits = 0
        self.met: set[tuple[str, int, int]] = set()
        """The faults that a model has met: task, round and step."""
        self.rules = GateRules(zone=UTC)
        self.judge = AllowAll()
        self.prices = SimulatedPrices()

    def worker(self, task: Task, crash: Crash) -> Agent | Chain:
        """Who does a task."""
        if not self.led:
            return SimulatedAgent(self, crash)
        return Chain(name="simulated", models=(SimulatedModel(self, crash, task.id),))

    async def sit(self, crash: Crash, drive: Drive | None = None) -> State:
        """One engine's life, from taking the log up to its end or the crash."""
        self.epoch += 1
        state = fold_all(self.events)
        log = MemoryLog(self.events, self.epoch, crash)
        journal = Journal(log, state)
        log.journal = journal
        runner = Runner(self._world(crash), journal, self.answers)
        life = asyncio.create_task(self._live(journal, runner))
        driver = asyncio.create_task(drive(runner)) if drive else None
        end = asyncio.create_task(crash.ended.wait())
        await asyncio.wait({life, end}, return_when=asyncio.FIRST_COMPLETED)
        self.commits = log.commits
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            for task in others:
                task.cancel()
            await asyncio.sleep(0)
        if driver is not None and driver.done() and not driver.cancelled():
            driver.result()
        if not crash.dead:
            life.result()
        return fold_all(self.events)

    async def _live(self, journal: Journal, runner: Runner) -> None:
        if journal.state.plan is None:
            planned = RunPlanned(self.plan, "/project", self.limits, "simulated", "0")
            await journal.record(Entry(planned))
        await runner.run(RunStarted(1, "here", "boot", resumed=self.epoch > 1))

    def _world(self, crash: Crash) -> World:
        return World(
            clock=SimulatedClock(),
            rng=random.Random(self.seed * 1000 + self.epoch),
            past=Past(self.events),
            processes=SimulatedProcesses(self, crash),
            checkpoints=SimulatedCheckpoints(self, crash),
            toolbox=SimulatedToolbox(self, crash),
            logs=NoLogs(),
            worker=lambda task: self.worker(task, crash),
            prices=self.prices,
            rules=msgspec.structs.replace(self.rules, past=tuple(past_charges(self.events))),
            judge=self.judge,
            root="/project",
            child_env={},
            agent_timeout=600.0,
        )


def past_charges(events: Sequence[Recorded]) -> Iterator[PastCharge]:
    """What earlier sittings paid, as the store's ledger tells the next one."""
    for recorded in events:
        event = recorded.event
        if isinstance(event, MoneySpent):
            yield PastCharge(
                recorded.at_wall,
                recorded.run,
                recorded.task,
                event.provider,
                event.profile,
                event.usage.total,
                event.micro,
            )


class SimulatedProcesses:
    def __init__(self, world: SimulatedWorld, crash: Crash) -> None:
        self._world = world
        self._crash = crash

    async def run(
        self,
        command: str,
        *,
        cwd: str,
        env: dict[str, str],
        timeout: float,
        job: str,
        sandbox: bool | None = None,
        network: bool | None = None,
    ) -> SimulatedProcess:
        await self._crash.alive()
        self._world.effects.hooks.append(job)
        return SimulatedProcess(self._crash, self._world.checks[command](self._world.files), seconds=0.5)

    def end_all(self) -> None:
        pass


class SimulatedCheckpoints:
    def __init__(self, world: SimulatedWorld, crash: Crash) -> None:
        self._world = world
        self._crash = crash
        self._trees: dict[str, Files] = {}

    def _tree(self) -> str:
        return hashlib.sha256(json.dumps(self._world.files, sort_keys=True).encode()).hexdigest()

    async def checkpoint(self, run: str, task: str, attempt: int) -> AttemptCheckpointed:
        await self._crash.alive()
        self._trees[self._tree()] = dict(self._world.files)
        return AttemptCheckpointed(tree=self._tree())

    async def measure(self, before: AttemptCheckpointed, run: str, task: str, attempt: int) -> AttemptMeasured:
        await self._crash.alive()
        tree = self._tree()
        files = () if tree == before.tree else (FileChange("file", "modified"),)
        return AttemptMeasured(tree, progressed=tree != before.tree, files=files, files_total=len(files))

    async def restore(
        self, before: AttemptCheckpointed, after: AttemptMeasured, run: str, task: str, attempt: int
    ) -> AttemptRestored:
        await self._crash.alive()
        self._world.files = dict(self._trees.get(before.tree, {}))
        return AttemptRestored(before.tree, "")


class Planned(msgspec.Struct):
    summary: str
    effect: FileEffect | None = None
    problem: str = ""
    only_reads: bool = False
    path: str = ""
    command: str = ""


def digest(text: str | None) -> str:
    return "" if text is None else hashlib.sha256(text.encode()).hexdigest()


class SimulatedToolbox:
    """Knows `append`, which adds a line to a file: done twice, it shows; and `look`, which changes nothing."""

    def __init__(self, world: SimulatedWorld, crash: Crash) -> None:
        self._world = world
        self._crash = crash

    def plan(self, call: ToolCall) -> Planned:
        if call.name == "look":
            return Planned(f"look at {call.input['path']}", only_reads=True)
        if call.name != "append":
            return Planned(call.name, problem=f"there is no tool {call.name!r}")
        before = self._world.files.get(call.input["path"])
        after = (before or "") + call.input["line"] + "\n"
        return Planned(
            f"append to {call.input['path']}", FileEffect(call.input["path"], digest(before), digest(after))
        )

    async def execute(self, call: ToolCall, planned: Any, job: str, on_output: Callable[[bytes], None]) -> ToolResult:
        await self._crash.alive()
        path = call.input["path"]
        if call.name == "look":
            await asyncio.sleep(0.05)
            await self._crash.alive()
            return ToolResult(ToolStatus.OK, self._world.files.get(path, ""))
        self._world.files[path] = self._world.files.get(path, "") + call.input["line"] + "\n"
        self._world.effects.written.append((job, path))
        on_output(b"written\n")
        await asyncio.sleep(0.1)
        await self._crash.alive()
        return ToolResult(ToolStatus.OK, f"appended to {path}")

    def was_done(self, effect: FileEffect) -> bool | None:
        now = digest(self._world.files.get(effect.path))
        return {effect.after: True, effect.before: False}.get(now)


class SimulatedAgent:
    """Plays a list of steps for each round of a task; the last list serves all later rounds."""

    name = "simulated"
    model = "simulated-1"

    def __init__(self, world: SimulatedWorld, crash: Crash) -> None:
        self._world = world
        self._crash = crash

    async def run(self, request: Request, tools: Tools) -> AsyncGenerator[Chunk, None]:
        await self._crash.alive()
        self._world.effects.asked.append(request.task.id)
        rounds = self._world.script.get(request.task.id, [[]])
        steps = list(rounds[min(request.round, len(rounds)) - 1])
        done = list(request.history)
        failures = request.tries
        for step in steps:
            await self._crash.alive()
            match step:
                case ToolCall():
                    if not _skip(done):
                        await tools.call(step)
                case Outcome():
                    if failures == 0:
                        yield Stop(step)
                        return
                    failures -= 1
                case str():
                    if not done:
                        yield Text(step)
                        yield Spent(self.model, Usage(10, 5), 100, "simulated")
        yield Stop(OK)


def _skip(done: list[Done]) -> bool:
    """Take the next finished call off the history; one that was cut off is made anew."""
    while done:
        if done.pop(0).result.status is not ToolStatus.INTERRUPTED:
            return True
    return False


class SimulatedModel:
    """Plays the same lists of steps, one call to an answer."""

    provider = "simulation"
    model = "simulated-1"
    traits = Traits()

    def __init__(self, world: SimulatedWorld, crash: Crash, task: str) -> None:
        self._world = world
        self._crash = crash
        self._task = task

    async def ask(self, request: ModelRequest) -> AsyncGenerator[ModelChunk, None]:
        await self._crash.alive()
        reply = self._reply(request)
        for part in reply.parts:
            if isinstance(part, Said):
                yield Text(part.text)
        await asyncio.sleep(0.1)
        await self._crash.alive()
        yield reply

    def _reply(self, request: ModelRequest) -> Replied:
        first, *_ = request.messages
        prompt = "".join(part.text for part in first.parts if isinstance(part, Said))
        failed = re.search(r"Attempt (\d+) did not pass", prompt)
        round_ = int(failed[1]) + 1 if failed else 1
        rounds = self._world.script.get(self._task, [[]])
        answers = [
            part
            for message in request.messages
            if isinstance(message, FromUser)
            for part in message.parts
            if isinstance(part, Answered)
        ]
        if not answers:
            self._world.effects.asked.append(self._task)
        return self._play(list(rounds[min(round_, len(rounds)) - 1]), answers, round_)

    def _play(self, steps: list[Step], answers: list[Answered], round_: int) -> Replied:
        made = len(answers)
        said: list[Said] = []
        for place, step in enumerate(steps):
            match step:
                case ToolCall():
                    if _skip_answered(answers):
                        said = []
                        continue
                    call = Called(f"toolu_{made}", step.name, step.input)
                    return Replied(stop=StopKind.TOOL_USE, parts=(*said, call), usage=_usage(said), model=self.model)
                case Outcome() if (self._task, round_, place) not in self._world.met:
                    self._world.met.add((self._task, round_, place))
                    return Replied(outcome=step, model=self.model)
                case str():
                    said.append(Said(step))
                case _:
                    pass
        return Replied(stop=StopKind.END_TURN, parts=(*said, Said("Done.")), usage=_usage(said), model=self.model)

    def estimate(self, request: ModelRequest) -> int:
        return 10

    async def close(self) -> None:
        pass


def _usage(said: list[Said]) -> Usage:
    return Usage(10, 5) if said else Usage()


def _skip_answered(answers: list[Answered]) -> bool:
    while answers:
        if not answers.pop(0).output.startswith("Interrupted"):
            return True
    return False


class Price(msgspec.Struct):
    micro: int | None
    source: str = "simulated"
    warning: str = ""
    saved: int = 0
    known: bool = True


class SimulatedPrices:
    """Twenty micro-dollars for each token that a model says."""

    def price(self, model: str, usage: Usage, at_ms: int) -> Price:
        return Price(20 * usage.output_tokens)

    def worst(self, model: str, prompt_tokens: int, max_tokens: int, at_ms: int) -> int | None:
        return 100


class Allowed(msgspec.Struct):
    action: str = "allow"
    rule: str = "simulated"
    reason: str = ""
    suggestion: str = ""
    objection: str = ""


class AllowAll:
    def judge(self, call: ToolCall, planned: Any, learnt: Mapping[str, str], *, attended: bool) -> Allowed:
        return Allowed()


class NoLogs:
    def open(self, task: str, name: str) -> "NoLogs":
        return self

    def write(self, data: bytes) -> None:
        pass

    def close(self) -> None:
        pass


# Parts for building worlds.


def hook(name: str, *, stop: bool = True, retries: int = 0) -> Hook:
    return Hook(name=name, command=name, stop_on_failure=stop, retry_count=retries)


def append(path: str, line: str) -> ToolCall:
    return ToolCall("append", {"path": path, "line": line})


def holds(path: str, line: str) -> Check:
    """A check that passes once `path` holds `line`."""

    def check(files: Files) -> tuple[int, str]:
        good = line in files.get(path, "").splitlines()
        return (0, "1 passed\n") if good else (1, f"E   AssertionError: no {line!r} in {path}\n")

    return check


def calls_by_id(events: Sequence[Recorded]) -> dict[str, ToolStarted]:
    return {recorded.event.id: recorded.event for recorded in events if isinstance(recorded.event, ToolStarted)}


def failing(kind: Kind) -> Outcome:
    return Outcome(kind, f"simulated {kind}")
