"""Running hooks: each run is recorded before it starts, streamed while it runs, and judged by how it ended."""

import asyncio
import posixpath
from collections.abc import Iterable
from contextlib import nullcontext
from typing import Final

import msgspec

from tmtui.domain.hook import Hook, Stage
from tmtui.domain.outcome import OK, Kind, Outcome
from tmtui.domain.status import HookStatus
from tmtui.engine.gate import Gate
from tmtui.engine.headline import headline
from tmtui.engine.journal import Journal
from tmtui.engine.output import OutputStream
from tmtui.engine.ports import Ended, World
from tmtui.engine.silence import SilenceWatch
from tmtui.events.base import Entry
from tmtui.events.hook import HookFinished, HookPrinted, HookStalled, HookStarted
from tmtui.state.fold import UNFINISHED_HOOKS
from tmtui.state.model import HookState
from tmtui.system.sandbox.limits import limit_reached
from tmtui.system.variables import expand_known


NOT_EXECUTABLE: Final = 126
NOT_FOUND: Final = 127
"""The shell's exit codes for a command that it could not run (POSIX, Shell Command Language 2.8.2)."""


class StageResult(msgspec.Struct, frozen=True):
    """What the hooks of one stage came to."""

    outcome: Outcome
    passed: tuple[str, ...] = ()


def places(hooks: Iterable[Hook]) -> dict[str, Hook]:
    """Hooks by a name of their own: one that stands in a stage again is `name#2`."""
    found: dict[str, Hook] = {}
    for hook in hooks:
        times = sum(known.name == hook.name for known in found.values()) + 1
        found[hook.name if times == 1 else f"{hook.name}#{times}"] = hook
    return found


def place_of(hook_id: str) -> str:
    """The name of a hook in its stage, from the id of a run of it: `task:attempt:stage:name:round`."""
    return hook_id.split(":", 3)[-1].rpartition(":")[0]


class Hooks:
    """Runs the hooks of one attempt."""

    def __init__(self, world: World, journal: Journal, gate: Gate, task: str, attempt: int) -> None:
        self._world = world
        self._journal = journal
        self._gate = gate
        self._task = task
        self._attempt = attempt

    async def run_stage(self, hooks: Iterable[Hook], stage: Stage, known: Iterable[HookState]) -> StageResult:
        """Run hooks in order until one fails that must not.

        Args:
            hooks: What to run.
            stage: When.
            known: Runs that an interrupted attempt had brought to their end: their results stand.
        """
        results = {
            place_of(run.id): run for run in known if run.stage is stage and run.status not in UNFINISHED_HOOKS
        }
        passed: list[str] = []
        for place, hook in places(hooks).items():
            ended = results[place] if place in results else await self._run(hook, stage, place)
            if ended.status is HookStatus.PASSED:
                passed.append(hook.name)
            elif hook.stop_on_failure:
                limit = limit_reached(ended.signal, ended.exit_code)
                outcome = outcome_of(ended.status, stage, ended.message, over_limit=bool(limit))
                return StageResult(outcome, tuple(passed))
        return StageResult(OK, tuple(passed))

    async def _run(self, hook: Hook, stage: Stage, place: str) -> HookFinished:
        for round_ in range(1, hook.retry_count + 2):
            if round_ > 1:
                await self._world.clock.sleep(hook.retry_delay)
            await self._gate.passed()
            ended = await self._run_once(hook, stage, f"{place}:{round_}", round_)
            if ended.status in (HookStatus.PASSED, HookStatus.NOT_FOUND):
                break
        return ended

    async def _run_once(self, hook: Hook, stage: Stage, name: str, round_: int) -> HookFinished:
        hook_id = f"{self._task}:{self._attempt}:{stage}:{name}"
        stream = OutputStream(
            lambda text, skipped: self._note_output(hook, hook_id, text, skipped),
            self._world.logs.open(self._task, stage) if hook.log_output else None,
            self._world.redactor,
        )
        await self._journal.record(
            self._entry(HookStarted(hook_id, hook.name, stage, hook.command, round_, hook.quiet))
        )
        finished = HookFinished(hook_id, HookStatus.CANCELED, message=f"{hook.name} hook was canceled")
        try:
            with self._world.guard.excused() if self._world.guard else nullcontext():
                ended = await self._supervise(hook, hook_id, stream)
            finished = judge(hook, hook_id, ended, stream.tail)
        finally:
            stream.finish()
            self._journal.note(finished, self._task, self._attempt)
        return finished

    async def _supervise(self, hook: Hook, hook_id: str, stream: OutputStream) -> Ended:
        variables = expand_known(hook.env, self._world.variables)
        process = await self._world.processes.run(
            hook.command,
            cwd=posixpath.join(self._world.root, hook.working_dir) if hook.working_dir else self._world.root,
            env={**self._world.child_env, "TMTUI_TASK_ID": self._task, **variables},
            timeout=hook.timeout,
            job=hook_id,
            sandbox=hook.sandbox,
            network=hook.network,
        )
        watch = SilenceWatch(stream, lambda line, seconds: self._note_question(hook_id, line, seconds))
        try:
            async for data in process.output():
                stream.feed(data)
            return await process.wait()
        except asyncio.CancelledError:
            process.cancel()
            await asyncio.shield(process.wait())
            raise
        finally:
            watch.cancel()

    def _note_question(self, hook_id: str, line: str, seconds: float) -> None:
        self._journal.note(HookStalled(hook_id, line, seconds), self._task, self._attempt)

    def _note_output(self, hook: Hook, hook_id: str, text: str, skipped: int) -> None:
        if hook.capture_output:
            self._journal.note(HookPrinted(hook_id, text, skipped), self._task, self._attempt)

    def _entry(self, event: HookStarted) -> Entry:
        return Entry(event, self._task, self._attempt)


def judge(hook: Hook, hook_id: str, ended: Ended, tail: str) -> HookFinished:
    """What a hook came to, judged by how its process ended."""
    told = headline(tail) if hook.capture_output and ended.exit_code != 0 else ""
    because = f": {told}" if told else ""
    if ended.lost:
        status, words = HookStatus.INTERRUPTED, "was lost with the process that supervised it"
    elif ended.canceled:
        status, words = HookStatus.CANCELED, "was canceled"
    elif ended.spawn_error:
        status, words = HookStatus.NOT_FOUND, f"could not be started: {ended.spawn_error}"
    elif ended.timed_out:
        status, words = HookStatus.TIMED_OUT, f"was ended after its timeout of {hook.timeout:g} s"
    elif limit := limit_reached(ended.signal, ended.exit_code):
        status, words = HookStatus.SIGNALED, f"was ended: it {limit}"
    elif ended.signal is not None:
        status, words = HookStatus.SIGNALED, f"was ended by signal {ended.signal}"
    elif ended.exit_code == 0:
        status, words = HookStatus.PASSED, "passed"
    elif ended.exit_code == NOT_FOUND:
        status, words = HookStatus.NOT_FOUND, f"names a command that does not exist{because}"
    elif ended.exit_code == NOT_EXECUTABLE:
        status, words = HookStatus.FAILED, f"names a file that cannot be executed{because}"
    else:
        status, words = HookStatus.FAILED, f"failed (exit code {ended.exit_code}){because}"
    return HookFinished(
        id=hook_id,
        status=status,
        exit_code=ended.exit_code,
        signal=ended.signal,
        seconds=ended.seconds,
        tail=tail if status is not HookStatus.PASSED and hook.capture_output else "",
        message=f"{hook.name} hook {words}",
        survivors=ended.survivors,
    )


def outcome_of(status: HookStatus, stage: Stage, message: str, *, over_limit: bool = False) -> Outcome:
    """What a hook that must pass and did not means for its attempt."""
    match status:
        case HookStatus.PASSED:
            return OK
        case HookStatus.NOT_FOUND:
            kind = Kind.HOOK_NOT_FOUND
        case HookStatus.INTERRUPTED | HookStatus.RUNNING:
            kind = Kind.INTERRUPTED_CRASH
        case HookStatus.CANCELED:
            kind = Kind.CANCELED_USER
        case _ if stage is Stage.PRE:
            kind = Kind.HOOK_PRE_FAILED
        case HookStatus.TIMED_OUT:
            kind = Kind.HOOK_TIMEOUT
        case HookStatus.SIGNALED if over_limit:
            kind = Kind.HOOK_RESOURCE_LIMIT
        case HookStatus.SIGNALED:
            kind = Kind.HOOK_SIGNALED
        case HookStatus.FAILED:
            kind = Kind.HOOK_POST_FAILED
    return Outcome(kind, message)
