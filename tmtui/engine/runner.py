"""Holds a run together: starts what can start, hears commands, and ends in good order.

Each task that is being worked on has one worker, which makes one attempt and leaves; what follows from the attempt is
in the state by then, and the loop looks at the state again. So there is no second place where it stands what a task
is to do next.
"""

import asyncio
import traceback
from collections.abc import Sequence

from tmtui.domain.outcome import Kind, Outcome
from tmtui.domain.status import RUN_ENDED, AttemptStatus, RunStatus
from tmtui.domain.text import clean_line
from tmtui.engine.attempt import Attempt, Cancel, Sitting
from tmtui.engine.conversation import Desk
from tmtui.engine.decide import (
    Answers,
    Refusal,
    Work,
    abort_run,
    after_attempt,
    describe_run,
    on_command,
    reason_to_abort,
    reason_to_stop,
    run_verdict,
)
from tmtui.engine.gate import Gate
from tmtui.engine.journal import Journal
from tmtui.engine.permissions import Permissions
from tmtui.engine.ports import World
from tmtui.engine.providers.gate import ProviderGate
from tmtui.engine.providers.helm import Helm
from tmtui.engine.questions import Questions
from tmtui.engine.recover import answer_left_open, close_half_done, half_done
from tmtui.engine.schedule import next_tasks
from tmtui.engine.secrecy import redacted
from tmtui.engine.slots import Slots
from tmtui.events.base import Entry, Recorded
from tmtui.events.commands import (
    Abort,
    AnyCommand,
    CancelTask,
    OpenCircuit,
    Pause,
    Reply,
    ResetCircuit,
    Stop,
    Unpause,
    UseFallback,
)
from tmtui.events.monitor import Troubled
from tmtui.events.resilience import ProviderBroken
from tmtui.events.run import RunStarted, RunSuspended, RunWaiting, RunWoken
from tmtui.events.tool import ToolStarted
from tmtui.state.model import State


class Runner:
    """One engine's life with one run."""

    def __init__(self, world: World, journal: Journal, answers: Answers) -> None:
        self._journal = journal
        self._gate = Gate()
        self._cancels: dict[str, Cancel] = {}
        self._wake = asyncio.Event()
        self._slots = Slots(lambda: self.state.limits.max_parallel, self._wake.set)
        questions = Questions(journal, self._slots)
        permissions = Permissions(world.judge, questions, journal.state)
        helm = Helm(self._give_up, self.stop, lambda: bool(self._stopping or self._aborting))
        self._providers = ProviderGate(world, journal, self._gate, helm)
        desk = Desk(world, journal, self._gate, self._providers, permissions, questions)
        self._sitting = Sitting(desk, answers, self._cancels)
        self._world = world
        self._answers = answers
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._deciding = asyncio.Lock()
        self._stopping = ""
        self._aborting = ""
        self._fatal: BaseException | None = None
        journal.listen(self._heard)

    def _heard(self, recorded: Recorded, _: State) -> None:
        if type(recorded.event) is RunWoken:
            self._wake.set()

    @property
    def state(self) -> State:
        """Where the run stands, as far as it is durable."""
        return self._journal.state

    async def run(self, started: RunStarted) -> None:
        """Work until the run has ended or was laid down. A run that has succeeded is left alone.

        Raises:
            StorageError: the log can no longer be written.
        """
        if self.state.status is RunStatus.SUCCEEDED:
            return
        await self._journal.record(Entry(started))
        await self._recover()
        while not self._is_over():
            await self._step()
        for worker in self._workers.values():
            worker.cancel()

    async def handle(self, command: AnyCommand) -> Reply:
        """Do what a client asks, or say why not."""
        async with self._deciding:
            decided = self._decide(command)
            if isinstance(decided, Refusal):
                return Reply(False, decided.message, self.state.run, self.state.seq)
            await self._journal.record(*decided)
        message = self._take_effect(command, decided)
        self._wake.set()
        return Reply(True, message, self.state.run, self.state.seq)

    def _decide(self, command: AnyCommand) -> list[Entry] | Refusal:
        if isinstance(command, ResetCircuit | OpenCircuit):
            changed = self._providers.set_circuit(command.key, closed=isinstance(command, ResetCircuit))
            known = ", ".join(self._providers.circuits) or "none yet"
            return changed or Refusal(f"there is no circuit {command.key!r}; there are: {known}")
        return on_command(self.state, command)

    def stop(self, reason: str, *, force: bool = False) -> None:
        """Lay the run down: what is under way is ended, and a resume goes on from there.

        Args:
            reason: Who or what wants it, as the log tells it.
            force: Whether what runs is ended without being asked first.
        """
        self._stopping = self._stopping or reason
        self._cancel_all(Cancel.STOP)
        if force:
            self._world.processes.end_all()
        self._wake.set()

    def _give_up(self, reason: str) -> None:
        self._aborting = self._aborting or reason
        self._wake.set()

    def hold_for_storage(self, problem: str) -> None:
        """Start nothing while the log cannot be written: what is not recorded must not happen."""
        self._gate.hold("storage")
        self._journal.note(RunWaiting("storage", None))
        self._journal.note(Troubled("log", clean_line(problem)))

    def storage_is_back(self) -> None:
        """The log can be written again."""
        self._gate.release("storage")
        self._journal.note(RunWoken())

    def hold_for_room(self) -> None:
        """Start nothing while there is no room on the disk."""
        self._gate.hold("room")
        self._journal.note(RunWaiting("storage", None, detail="the disk is nearly full"))

    def room_is_back(self) -> None:
        """There is room again."""
        self._gate.release("room")
        self._journal.note(RunWoken())

    # The loop.

    def _is_over(self) -> bool:
        return self.state.status in RUN_ENDED or self.state.suspended

    async def _step(self) -> None:
        if self._fatal is not None:
            raise self._fatal
        self._wake.clear()
        if self._stopping:
            await self._lay_down()
        elif self._reason_to_abort():
            await self._abort()
        elif self._workers and reason_to_stop(self.state):
            self._cancel_all(Cancel.STOP)
            await self._wake.wait()
        else:
            await self._go_on()

    async def _go_on(self) -> None:
        for task in next_tasks(self.state, self._workers, self._slots.free):
            self._start(task)
        if self._workers or self.state.open_decisions or self.state.status is RunStatus.WAITING:
            await self._wake.wait()
        elif verdict := run_verdict(self.state):
            await self._journal.record(Entry(verdict))

    async def _lay_down(self) -> None:
        await self._until_idle(Cancel.STOP)
        if not self._is_over():
            await self._journal.record(Entry(RunSuspended(self._stopping)))

    async def _abort(self) -> None:
        await self._until_idle(Cancel.ABORT)
        await self._journal.record(*abort_run(self.state, self._reason_to_abort()))

    def _reason_to_abort(self) -> str:
        return self._aborting or reason_to_abort(self.state)

    async def _until_idle(self, why: Cancel) -> None:
        self._cancel_all(why)
        if self._workers:
            await asyncio.wait(self._workers.values())
        await self._journal.settled()

    # Workers.

    def _start(self, task: str) -> None:
        self._cancels.pop(task, None)
        self._slots.take()
        self._workers[task] = asyncio.create_task(self._work(task), name=f"work on {task}")

    async def _work(self, task: str) -> None:
        try:
            await Attempt(self._sitting, task).run()
        except asyncio.CancelledError:
            pass
        except Exception as error:  # noqa: BLE001  # the boundary of one task: its fault must not end the others
            await self._trouble(task, error)
        finally:
            del self._workers[task]
            self._slots.leave(task)
            self._wake.set()

    async def _trouble(self, task: str, error: Exception) -> None:
        """Turn a fault of tmtui into an outcome: the attempt fails closed, and somebody is asked."""
        details = "".join(traceback.format_exception(error))
        log = self._world.logs.open(task, "error")
        log.write(redacted(details, self._world.redactor).encode("utf-8", "replace"))
        log.close()
        try:
            await self._journal.settled()
            subject = self.state.tasks[task]
            attempt = subject.attempt
            message = clean_line(f"{type(error).__name__}: {error}")
            entries = [Entry(Troubled(f"task {task}", message, f"logs/{task}/error.log"), task)]
            if attempt is not None and attempt.status is AttemptStatus.RUNNING:
                outcome = Outcome(Kind.INTERNAL, message)
                entries += after_attempt(self.state, subject, attempt, Work(), outcome, 0.0, self._answers)
            await self._journal.record(*entries)
        except Exception as worse:  # noqa: BLE001  # the log itself cannot be written: the run ends with that
            self._fatal = worse

    def _cancel_all(self, why: Cancel) -> None:
        for task in self._workers:
            self._cancel(task, why)

    def _cancel(self, task: str, why: Cancel) -> None:
        if task not in self._cancels:
            self._cancels[task] = why
            self._workers[task].cancel()

    # Commands.

    def _take_effect(self, command: AnyCommand, decided: Sequence[Entry]) -> str:
        match command:
            case Pause():
                self._gate.hold("paused")
                return "paused: what runs finishes its step, nothing new starts"
            case Unpause():
                self._gate.release("paused")
                self._providers.wake()
                return "going on"
            case UseFallback():
                return (
                    "turning to the next model" if self._providers.hurry() else "nobody waits who has another model"
                )
            case ResetCircuit() | OpenCircuit():
                self._providers.stir()
                return ", ".join(
                    f"{e.event.key} is {e.event.state}" for e in decided if isinstance(e.event, ProviderBroken)
                )
            case Stop():
                self.stop("stopped by a person", force=command.force)
                return "stopping; `tmtui resume` goes on"
            case Abort():
                self._aborting = command.reason or "aborted by a person"
                return "giving the run up"
            case CancelTask():
                if command.task in self._workers:
                    self._cancel(command.task, Cancel.TASK)
                return f"stopping {command.task}"
            case _:
                return "" if decided else describe_run(self.state)

    # Recovery.

    async def _recover(self) -> None:
        judgements: dict[str, bool | None] = {}
        for subject, attempt in half_done(self.state):
            for recorded in self._world.past.of_attempt(subject.task.id, attempt.number):
                event = recorded.event
                if isinstance(event, ToolStarted) and event.effect is not None:
                    judgements[event.id] = self._world.toolbox.was_done(event.effect)
        await self._journal.record(*close_half_done(self.state, judgements, self._answers))
        await self._journal.record(*answer_left_open(self.state, self._answers))
