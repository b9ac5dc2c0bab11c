"""One attempt at a task.

    checkpoint -> pre-hooks -> prompt -> agent -> evidence -> post-hooks -> verdict

Each step is recorded, so a crash loses at most the step it falls into: the attempt that goes on after it keeps the
checkpoint, the hooks that ended, the prompt, the finished tool calls and, when there was one, the agent's
end. Being stopped is an outcome like any other, told apart by who did it.
"""

import asyncio
from collections.abc import Mapping
from enum import StrEnum

import msgspec

from tmtui.domain.hook import Stage
from tmtui.domain.outcome import Kind, Outcome
from tmtui.domain.problem import ProblemsError
from tmtui.domain.status import AttemptStatus, TaskStatus
from tmtui.domain.text import clean_line
from tmtui.engine.continued import chain_of_attempts
from tmtui.engine.conversation import Conversation, Desk
from tmtui.engine.decide import Answers, Work, after_attempt, escalate, goes_on, name_outcome
from tmtui.engine.hooks import Hooks
from tmtui.engine.prompting import make_prompt
from tmtui.engine.secrecy import redacted
from tmtui.events.agent import AgentNoticed
from tmtui.events.attempt import (
    AttemptCheckpointed,
    AttemptFinished,
    AttemptStarted,
)
from tmtui.events.base import Entry, Event
from tmtui.events.task import TaskStarted
from tmtui.state.model import AttemptState


class Cancel(StrEnum):
    """Who stopped an attempt, and what for."""

    STOP = "stop"
    """The run is laid down; a resume goes on from here."""
    TASK = "task"
    """A person stopped this one; the question about it opens."""
    ABORT = "abort"
    """The run is given up."""


class Sitting(msgspec.Struct, frozen=True):
    """What the attempts of one engine's life share."""

    desk: Desk
    answers: Answers
    cancels: Mapping[str, Cancel]
    """Why each task that is being stopped is."""


class Attempt:
    """Works on one task, once."""

    def __init__(self, sitting: Sitting, task: str) -> None:
        self._sitting = sitting
        self._desk = sitting.desk
        self._world = sitting.desk.world
        self._journal = sitting.desk.journal
        self._task = task
        self._subject = self._journal.state.tasks[task]
        self._began = self._world.clock.mono_ns()
        self._work = Work()
        self._state = self._begin()

    async def run(self) -> None:
        """Bring the attempt to its end, and record that with what follows from it."""
        try:
            outcome = await self._outcome()
        except asyncio.CancelledError:
            await self._close_canceled(self._sitting.cancels.get(self._task, Cancel.STOP))
            raise
        await self._close(name_outcome(self._subject, self._work, outcome))

    # Beginning.

    def _begin(self) -> AttemptState:
        before = self._subject.attempt
        wanted = PlannedAttempt(self._subject.note, self._subject.prompt, restore=self._subject.restore)
        continues = 0
        if before is not None and before.status is AttemptStatus.INTERRUPTED:
            continues = before.number
            wanted = PlannedAttempt(before.note, before.description, restore=before.restore)
        worker = self._world.worker(self._subject.task)
        begun = AttemptState(
            number=len(self._subject.attempts) + 1,
            round=self._subject.used + 1,
            agent=worker.name,
            model=worker.model,
            started_ms=self._world.clock.wall_ms(),
            started_ns=self._began,
            continues=continues,
            note=wanted.note,
            description=wanted.description,
            restore=wanted.restore,
        )
        if self._subject.status is TaskStatus.READY:
            self._journal.note(TaskStarted(), self._task)
        self._journal.note(_started(begun), self._task, begun.number)
        return begun

    @property
    def _continued(self) -> AttemptState | None:
        return self._subject.attempts[self._state.continues - 1] if self._state.continues else None

    # The steps.

    async def _outcome(self) -> Outcome:
        if problem := await self._restore_when_asked():
            return Outcome(Kind.CHECKPOINT_FAILED, problem)
        before = await self._checkpoint()
        hooks = Hooks(self._world, self._journal, self._desk.gate, self._task, self._state.number)
        known = self._continued.hooks if self._continued else []
        task = self._subject.task
        pre = await hooks.run_stage(task.pre_hooks, Stage.PRE, known)
        if not pre.outcome.ok:
            return pre.outcome
        answered = await self._ask_agent(before)
        await self._measure(before)
        if not goes_on(answered):
            return answered
        post = await hooks.run_stage(task.post_hooks, Stage.POST, known)
        self._work = msgspec.structs.replace(self._work, passed=post.passed)
        if not answered.ok and not task.post_hooks:
            return answered
        return post.outcome

    async def _restore_when_asked(self) -> str:
        """Undo the attempt before, when that is wanted; say why it was not done when it was not."""
        last = next((known for known in reversed(self._subject.attempts) if known.measured is not None), None)
        done = self._continued is not None and self._continued.restored
        if not self._state.restore or done or last is None or last.checkpoint is None or last.measured is None:
            return ""
        restored = await self._world.checkpoints.restore(
            last.checkpoint, last.measured, self._journal.state.run, self._task, self._state.number
        )
        self._note(restored)
        return restored.problem

    async def _checkpoint(self) -> AttemptCheckpointed:
        if self._continued is not None and self._continued.checkpoint is not None:
            return self._continued.checkpoint
        run = self._journal.state.run
        before = await self._world.checkpoints.checkpoint(run, self._task, self._state.number)
        self._note(before)
        return before

    async def _ask_agent(self, before: AttemptCheckpointed) -> Outcome:
        if self._continued is not None and self._continued.answered is not None:
            known = self._continued.answered
            if known.kind not in (Kind.CANCELED_USER, Kind.INTERRUPTED_CRASH):
                return known
        try:
            earlier = reversed(chain_of_attempts(self._subject, self._state)[:-1])
            made = await make_prompt(self._world, self._subject, self._state, before, earlier)
        except ProblemsError as error:
            return Outcome(Kind.CONFIG_INVALID, clean_line(str(error)))
        for notice in made.notices:
            self._note(AgentNoticed(clean_line(notice)))
        if made.blocked:
            return Outcome(Kind.POLICY_INPUT, clean_line(made.blocked))
        return await Conversation(self._desk, self._subject, self._state).hold(made.prompt, before)

    async def _measure(self, before: AttemptCheckpointed) -> None:
        measured = await self._world.checkpoints.measure(
            before, self._journal.state.run, self._task, self._state.number
        )
        self._work = Work(measured)
        self._note(measured)

    # Ending.

    async def _close(self, outcome: Outcome) -> None:
        state = self._journal.state
        entries = after_attempt(
            state, self._subject, self._state, self._work, outcome, self._seconds(), self._sitting.answers
        )
        if not outcome.ok:
            self._forget_answer()
            log = self._world.logs.open(self._task, "error")
            words = f"ERROR attempt {self._state.round}: {outcome.kind}: {outcome.message}\n"
            log.write(redacted(words, self._world.redactor).encode())
            log.close()
        await self._journal.record(*entries)

    def _forget_answer(self) -> None:
        """What failed once is not to be used again."""
        attempt = self._subject.attempt
        if self._world.answers is not None and attempt is not None and attempt.question:
            self._world.answers.forget(attempt.question)

    async def _close_canceled(self, why: Cancel) -> None:
        outcome = Outcome(
            Kind.CANCELED_USER, "stopped by a person" if why is Cancel.TASK else f"the run was {_DID[why]}"
        )
        status = AttemptStatus.INTERRUPTED if why is Cancel.STOP else AttemptStatus.CANCELED
        closed = AttemptFinished(status, outcome, counted=False, seconds=self._seconds())
        entries = [Entry(closed, self._task, self._state.number)]
        if why is Cancel.TASK:
            entries += escalate(
                self._journal.state,
                self._subject,
                self._state,
                self._work,
                outcome,
                "you stopped it",
                self._sitting.answers,
            )
        await self._journal.record(*entries)

    def _seconds(self) -> float:
        return (self._world.clock.mono_ns() - self._began) / 1e9

    def _note(self, event: Event) -> None:
        self._journal.note(event, self._task, self._state.number)


_DID = {Cancel.STOP: "stopped", Cancel.ABORT: "given up"}


class PlannedAttempt(msgspec.Struct, frozen=True):
    """What an answer, or the interrupted attempt before, wants of this one."""

    note: str
    description: str
    restore: bool


def _started(begun: AttemptState) -> AttemptStarted:
    return AttemptStarted(
        round=begun.round,
        agent=begun.agent,
        model=begun.model,
        continues=begun.continues,
        note=begun.note,
        description=begun.description,
        restore=begun.restore,
    )
