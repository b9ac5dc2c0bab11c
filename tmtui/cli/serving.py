"""The composition root of an engine: from an order to a run that has ended or was laid down.

An engine lives in the process that `serve` is called in: the command's own when there is no screen, and a process of
its own (`engine_process`) when there is one. Either way it holds the state folder's lock, is the only one that writes
the log, and hears commands over the socket.
"""

import asyncio
import os
import random
import shutil
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from functools import partial
from pathlib import Path

import msgspec

from tmtui import __version__
from tmtui.agents.applying import SuggestedChanges
from tmtui.agents.rates import published
from tmtui.agents.rates.card import RateCard
from tmtui.agents.toolbox import Toolbox
from tmtui.cli.adapters import FolderLogs, NoTrees, RunLog, RunPast, Shells, Trees
from tmtui.cli.confining import Confining, choose_sandbox, degraded, probe_sandbox
from tmtui.cli.degraded import change, no_checkpoints, no_notifications, retired_models, unknown_prices
from tmtui.cli.errors import CommandError
from tmtui.cli.gate_rules import gate_rules
from tmtui.cli.guarding import closed_to_editors, make_guard
from tmtui.cli.judge import PolicyJudge, overreach
from tmtui.cli.look import LOOK, Look
from tmtui.cli.order import Order
from tmtui.cli.scanning import make_scanner
from tmtui.cli.staff import KEY_VARIABLES, Staff
from tmtui.config.choosing import check_names
from tmtui.config.load import load_settings
from tmtui.config.settings import Settings
from tmtui.config.templates import load_templates
from tmtui.domain.ids import new_run_id
from tmtui.domain.plan import Plan
from tmtui.domain.problem import Problem, ProblemsError
from tmtui.engine.decide import Answers, PlannedAnswer
from tmtui.engine.journal import Journal, Listener
from tmtui.engine.ports import Checkpoints, Judge, World
from tmtui.engine.resume import reopen, replan
from tmtui.engine.room import RoomWatch
from tmtui.engine.runner import Runner
from tmtui.engine.secrecy import Secrecy
from tmtui.events.base import Entry, Recorded
from tmtui.events.commands import AnyCommand, Reply
from tmtui.events.monitor import Degraded
from tmtui.events.run import Limits, RunPlanned, RunStarted
from tmtui.plans.native import load_plan
from tmtui.policy.redact import Redactor, secrets_in_env
from tmtui.prompts.compose import load_renderer
from tmtui.prompts.templates import Templates
from tmtui.state.fold import fold_all
from tmtui.state.model import State
from tmtui.store.errors import StorageError
from tmtui.store.kept_answers import FolderAnswers
from tmtui.store.reader import LogReader
from tmtui.store.writer import LogWriter
from tmtui.system.clock import SystemClock
from tmtui.system.control import ControlServer, Peer
from tmtui.system.environment import child_env
from tmtui.system.lock import EngineLock, Holder
from tmtui.system.machine import boot_id, host_name, user_name
from tmtui.system.private_memory import keep_memory_private
from tmtui.system.processes import descends_from
from tmtui.system.sandbox.choose import Chosen
from tmtui.system.sandbox.temporary import temporary_folder
from tmtui.system.state_dir import mark_of, open_log, prepare
from tmtui.system.warden import Warden
from tmtui.workspace.checkpoint import Workspace
from tmtui.workspace.context import Surroundings
from tmtui.workspace.guard import Guard


PYTHON = "TMTUI_PYTHON"
"""Tells hooks and tools the interpreter that tmtui runs on, which has pytest; their PATH stays as it is. Who sets it
chooses another."""


class Prepared(msgspec.Struct, frozen=True):
    """An order with its files read."""

    settings: Settings
    plan: Plan
    limits: Limits
    templates: Templates
    warnings: tuple[Problem, ...]


def read_order(order: Order) -> Prepared:
    """Read the settings and the plan.

    Raises:
        ProblemsError: something in them is wrong; everything that is wrong is told.
    """
    root = Path(order.root)
    settings, warnings = load_settings(root, os.environ, order.overrides)
    plan, more = load_plan(
        root / order.plan, hooks=settings.hooks, defaults=settings.hook_defaults, root=root, env=os.environ
    )
    names = check_names(settings, plan, profile=order.profile, provider=order.provider)
    if wrong := (*names, *overreach(settings)):
        raise ProblemsError(wrong)
    templates = load_templates(root, settings)
    return Prepared(settings, plan, _limits(settings, order), templates, (*warnings, *more))


def _limits(settings: Settings, order: Order) -> Limits:
    limits = settings.limits()
    if order.attended or "on_decision" in order.overrides or limits.on_decision != "ask":
        return limits
    return msgspec.structs.replace(limits, on_decision=settings.unattended.on_decision or "skip")


def _answers(settings: Settings) -> Answers:
    return {
        task: [PlannedAnswer(answer.choice, answer.note, answer.restore) for answer in answers]
        for task, answers in settings.unattended.answers.items()
    }


async def serve(order: Order, listeners: Sequence[Listener], ready: Callable[[str, Runner], None]) -> State:
    """Be the engine for one order.

    Args:
        order: What to do.
        listeners: Told each event once it is committed.
        ready: Called with the run's id once the engine hears commands.

    Returns:
        The state in which the run ended or was laid down.

    Raises:
        ProblemsError: the plan or the settings cannot be used.
        CommandError: there is no such agent.
        Held: another engine is at work in the state folder.
        StorageError: the log cannot be used.
    """
    await_children_cheaply()
    keep_memory_private()
    state_dir = Path(order.state_dir)
    clock = SystemClock()
    prepared = read_order(order)
    prepare(state_dir)
    async with AsyncExitStack() as stack:
        lock = EngineLock.acquire(state_dir, Holder.here(now_ms=clock.wall_ms(), argv0=order.argv0))
        stack.callback(lock.release)
        state = _load(state_dir, order.resume) if order.resume else State(run=_new_run(clock))
        staff = make_staff(order, prepared.settings, state, clock)
        staff.check(prepared.plan)
        stack.push_async_callback(staff.close)
        lock.describe(state.run)
        leave_look(state_dir, prepared.settings)
        probing = asyncio.create_task(probe_sandbox(prepared.settings))
        pricing = asyncio.create_task(_load_prices(staff, prepared.plan))
        stack.callback(pricing.cancel)
        temporary = stack.enter_context(temporary_folder(mark_of(state_dir)))
        warden = await _start_warden(state_dir)
        stack.push_async_callback(warden.close)
        chosen = choose_sandbox(prepared.settings, await probing)
        confining = Confining(
            warden, chosen, prepared.settings, Path(order.root), state_dir, temporary, child_environment()
        )
        staff.launcher.open(confining)
        engine = _Engine(order, prepared, state)
        await engine.open_log(stack, clock, listeners)
        trees, uncovered = await _checkpoints(order, prepared.settings)
        toolbox = stack.enter_context(
            Toolbox(
                Path(order.root),
                confining.tools,
                child_environment(),
                closed_to_editors(prepared.settings, Path(order.root), state_dir, os.environ),
            )
        )
        judge = PolicyJudge(prepared.settings, Path(order.root), Path.home(), sandboxed=not chosen.lacking)
        guard = make_guard(chosen, prepared.settings, Path(order.root), state_dir, os.environ)
        runner = engine.make_runner(staff, judge, guard, Shells(warden, confining), toolbox, trees, clock)
        await pricing
        await engine.record_beginning(staff, uncovered, chosen)
        control = await ControlServer.start(state_dir, partial(engine.hear, warden=warden))
        stack.push_async_callback(control.close)
        ready(state.run, runner)
        watching = asyncio.create_task(engine.watch_room().watch())
        stack.callback(watching.cancel)
        with _signals(runner):
            await runner.run(engine.started(chosen.sandbox.kind))
    return state


def leave_look(state_dir: Path, settings: Settings) -> None:
    """Leave theme and keys for cockpits, which do not read what people write."""
    with open_log(state_dir, LOOK, truncate=True) as file:
        file.write(msgspec.json.encode(Look(settings.theme, settings.keymap)))


def _new_run(clock: SystemClock) -> str:
    return new_run_id(clock.wall_ms(), random.SystemRandom())


def _load(state_dir: Path, run: str) -> State:
    with LogReader.open(state_dir, idle=True) as reader:
        return fold_all(reader.events(run))


def make_staff(order: Order, settings: Settings, state: State, clock: SystemClock) -> Staff:
    """Who works: by the command line, the run that is taken up, or the settings.

    Raises:
        CommandError: nobody is named, or there is nobody of that name.
    """
    named = order.agent or ("" if order.provider else state.agent or settings.agent)
    somebody = named or order.provider or settings.providers or any(os.environ.get(name) for name in KEY_VARIABLES)
    if not somebody:
        raise CommandError(
            "no agent is chosen, and there is no key for a model",
            "Name one: tmtui run PLAN --agent scripted:FILE, or `agent: …` in .taskmaster.yml;"
            " or set ANTHROPIC_API_KEY.",
        )
    return Staff(order, settings, named, clock, os.environ)


async def _load_prices(staff: Staff, plan: Plan) -> None:
    """Load the table of prices beside all else that begins, so that the first price does not hold the loop."""
    if staff.models(plan):
        await asyncio.to_thread(published.source)


async def _start_warden(state_dir: Path) -> Warden:
    """Start the warden, and load the heavy part of prompts while its process comes up on another core."""
    starting = asyncio.create_task(Warden.start(mark=mark_of(state_dir), lock_path=state_dir / "warden.lock"))
    await asyncio.sleep(0)
    load_renderer()
    return await starting


async def _checkpoints(order: Order, settings: Settings) -> tuple[Checkpoints, str]:
    """Who saves the tree, and why nobody does."""
    if settings.checkpoints == "off":
        return NoTrees(), NoTrees.PROBLEM
    workspace = await Workspace.open(Path(order.root), Path(order.state_dir))
    return Trees(workspace), workspace.problem


def await_children_cheaply() -> None:
    """Have the running loop wait for git through pidfds: before Python 3.12 it starts a thread for each child."""
    if sys.version_info < (3, 12) and hasattr(os, "pidfd_open"):
        watcher = asyncio.PidfdChildWatcher()
        watcher.attach_loop(asyncio.get_running_loop())
        asyncio.get_event_loop_policy().set_child_watcher(watcher)


def child_environment() -> dict[str, str]:
    """What hooks and tools get of this process's environment."""
    return child_env({PYTHON: os.environ.get(PYTHON) or sys.executable})


class _Engine:
    """The parts of one engine while they are put together."""

    def __init__(self, order: Order, prepared: Prepared, state: State) -> None:
        self._order = order
        self._prepared = prepared
        self._state = state
        self._secrets = (*prepared.settings.secrets, *secrets_in_env(os.environ))
        self._redactor = Redactor(self._secrets)
        self._clock: SystemClock
        self._writer: LogWriter
        self._journal: Journal
        self._runner: Runner

    async def open_log(self, stack: AsyncExitStack, clock: SystemClock, listeners: Sequence[Listener]) -> None:
        self._clock = clock
        self._writer = await LogWriter.open(
            Path(self._order.state_dir),
            clock=clock,
            on_commit=self._committed,
            on_trouble=self._storage_trouble,
            pid=os.getpid(),
            host=host_name(),
            boot_id=boot_id(),
        )
        stack.push_async_callback(self._writer.close)
        self._journal = Journal(RunLog(self._writer, self._state.run), self._state, Secrecy(self._redactor))
        for listener in listeners:
            self._journal.listen(listener)

    def _committed(self, batch: Sequence[Recorded]) -> None:
        self._journal.committed(batch)

    def make_runner(
        self,
        staff: Staff,
        judge: Judge,
        guard: Guard,
        shells: Shells,
        toolbox: Toolbox,
        checkpoints: Checkpoints,
        clock: SystemClock,
    ) -> Runner:
        order, settings = self._order, self._prepared.settings
        workspace = checkpoints.workspace if isinstance(checkpoints, Trees) else None
        world = World(
            clock=clock,
            rng=random.SystemRandom(),
            past=RunPast(Path(order.state_dir), self._state.run),
            processes=shells,
            checkpoints=checkpoints,
            toolbox=toolbox,
            logs=FolderLogs(Path(order.state_dir), self._redactor),
            worker=staff.worker,
            prices=RateCard(settings.rates),
            rules=gate_rules(
                settings, Path(order.state_dir), clock.wall_ms(), ignore_limits=order.ignore_config_limits
            ),
            answers=FolderAnswers(Path(order.state_dir), settings.cache.ttl) if settings.cache.enabled else None,
            user=user_name(),
            judge=judge,
            guard=guard,
            scanner=make_scanner(settings),
            redactor=self._redactor,
            veil=Redactor(self._secrets, guess=False),
            root=order.root,
            child_env=child_environment(),
            variables=dict(os.environ),
            agent_timeout=settings.agent_timeout,
            templates=self._prepared.templates,
            surroundings=Surroundings(Path(order.root), settings.prompt_context, workspace),
            changes=SuggestedChanges(
                Path(order.root), closed_to_editors(settings, Path(order.root), Path(order.state_dir), os.environ)
            ),
            auto_apply=order.auto_apply,
            keep_prompt=FolderLogs(Path(order.state_dir), self._redactor).keep_prompt if order.verbose else None,
        )
        self._runner = Runner(world, self._journal, _answers(settings))
        return self._runner

    async def record_beginning(self, staff: Staff, uncovered: str, chosen: Chosen) -> None:
        plan = self._prepared.plan
        if not self._order.resume:
            planned = RunPlanned(plan, self._order.root, self._prepared.limits, staff.name, __version__)
            await self._journal.record(Entry(planned))
        else:
            await self._journal.record(*replan(self._state, plan))
            await self._journal.record(*reopen(self._state, "resume"))
        if lost := self._writer.opened.tail_lost:
            await self._journal.record(Entry(lost))
        await self._journal.record(*change(self._state, self._degraded(staff, uncovered, chosen)))

    def _degraded(self, staff: Staff, uncovered: str, chosen: Chosen) -> list[Degraded | None]:
        """What works less well from the start."""
        settings, plan, now_ms = self._prepared.settings, self._prepared.plan, self._clock.wall_ms()
        models = [model.model for model in staff.models(plan)]
        return [
            no_checkpoints(uncovered, settings),
            degraded(chosen),
            no_notifications(settings),
            *retired_models(staff.written_models(plan), now_ms),
            *unknown_prices(models, RateCard(settings.rates), now_ms),
        ]

    def watch_room(self) -> RoomWatch:
        """Who looks after the room on the disk of the log."""
        return RoomWatch(self._clock, self._journal, self._free, self._runner)

    def _free(self) -> int:
        return shutil.disk_usage(self._order.state_dir).free

    def started(self, sandbox: str) -> RunStarted:
        return RunStarted(
            pid=os.getpid(),
            host=host_name(),
            boot_id=boot_id(),
            resumed=bool(self._order.resume),
            sandbox=sandbox,
            only=self._order.only,
            limits=self._prepared.limits,
            ignores_limits=self._order.ignore_config_limits,
        )

    async def hear(self, command: AnyCommand, peer: Peer, *, warden: Warden) -> Reply:
        """Do what a client asks, unless this run has started the client: an agent does not answer for people."""
        if warden.pid and peer.pid and descends_from(peer.pid, warden.pid):
            return Reply(False, "what a run has started cannot steer it", self._state.run, self._state.seq)
        return await self._runner.handle(command)

    def _storage_trouble(self, error: StorageError | None) -> None:
        if error is None:
            self._runner.storage_is_back()
        elif error.passing:
            self._runner.hold_for_storage(f"{error} ({error.hint})" if error.hint else str(error))


SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def _signals(runner: Runner) -> Iterator[None]:
    """Lay the run down on the first signal; on the second, end what still runs at once."""
    loop = asyncio.get_running_loop()
    heard: list[signal.Signals] = []

    def hear(number: signal.Signals) -> None:
        heard.append(number)
        runner.stop(heard[0].name, force=len(heard) > 1)

    for number in SIGNALS:
        loop.add_signal_handler(number, hear, number)
    try:
        yield
    finally:
        for number in SIGNALS:
            loop.remove_signal_handler(number)
