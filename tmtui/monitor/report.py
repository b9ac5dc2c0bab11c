"""What a run came to, as facts. Whoever shows it finds the words.

A report can be made of a run at any time, so it also says what is still open.
"""

import msgspec

from tmtui.domain.plan import Task
from tmtui.domain.status import TASK_ENDED, AttemptStatus, RunStatus, TaskStatus
from tmtui.domain.usage import Usage
from tmtui.events.attempt import FileChange
from tmtui.events.monitor import Degraded
from tmtui.state.model import CacheUse, Spending, State, TaskState, Trouble
from tmtui.state.selectors import RunWord, budget_gone_ms, micro_per_minute, run_word


class Cost(msgspec.Struct, frozen=True):
    """Money and tokens."""

    micro: int | None
    """Micro-dollars; None when there were requests and no price is known for any."""
    unknown: int
    """Requests without a known price: with any, `micro` is a lower bound."""
    requests: int
    usage: Usage
    estimated: int = 0
    """Requests whose tokens or price are an estimate."""
    saved_micro: int = 0
    """Micro-dollars that caches and the choice of models saved; below zero when caches were written and not read."""
    tiered_micro: int = 0
    """The part of it that comes from choosing a model by the complexity of a task."""
    reused: int = 0
    """Answers that were there, so that no request was made."""


class AttemptReport(msgspec.Struct, frozen=True):
    """One attempt at a task."""

    number: int
    round: int
    status: AttemptStatus
    counted: bool
    seconds: float
    outcome: str
    """The kind of its end; empty while it runs."""
    message: str
    files: tuple[FileChange, ...]
    files_total: int | None
    """None when it is not known what changed."""
    tree_before: str
    tree_after: str


class TaskReport(msgspec.Struct, frozen=True):
    """One task."""

    id: str
    title: str
    phase: str
    status: TaskStatus
    blocked_by: tuple[str, ...]
    attempts: tuple[AttemptReport, ...]
    tries: int
    """Attempts so far, a crash's interrupted ones not counted."""
    failures: int
    allowance: int
    seconds: float
    """All its attempts together."""
    cost: Cost
    evidence: str
    last_error: str
    intervention: str
    decision: str


class QuestionReport(msgspec.Struct, frozen=True):
    """A question, open or settled."""

    id: str
    task: str
    title: str
    error: str
    choices: tuple[str, ...]
    falls: tuple[str, ...]
    opened_ms: int
    choice: str
    by: str
    note: str


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A run."""

    run: str
    plan: str
    """The plan's file."""
    root: str
    agent: str
    version: str
    sandbox: str
    status: RunStatus
    """As the log tells it."""
    word: RunWord
    """Where the run stands, held against whether its engine is there."""
    reason: str
    created_ms: int
    updated_ms: int
    finished_ms: int
    seconds: float
    """How long it was worked on."""
    total: int
    counts: dict[TaskStatus, int]
    """Tasks by status; statuses that no task has are missing."""
    tasks: tuple[TaskReport, ...]
    questions: tuple[QuestionReport, ...]
    files: tuple[str, ...]
    """Every file known to have been changed by some attempt, sorted."""
    cost: Cost
    budget_micro: int | None
    """What the run may cost; None for no limit."""
    micro_per_minute: int | None
    """What a minute costs at present; None where that cannot be said."""
    budget_gone_ms: int | None
    """Wall time at which the budget is spent at that rate; None when there is none, or nobody can tell."""
    cache: CacheUse
    ignores_limits: bool
    """Whether the user's own rate limits were set aside."""
    degraded: tuple[Degraded, ...]
    troubles: tuple[Trouble, ...]
    anomalies: int

    @property
    def done(self) -> int:
        """Tasks that succeeded."""
        return self.counts.get(TaskStatus.SUCCEEDED, 0)

    @property
    def current(self) -> tuple[int, ...]:
        """Places of the tasks that are at work or wait for an answer; else of the next one to do; none at the end."""
        busy = tuple(
            place
            for place, task in enumerate(self.tasks)
            if task.status in (TaskStatus.RUNNING, TaskStatus.NEEDS_YOU)
        )
        if busy:
            return busy
        open_tasks = [
            place
            for place, task in enumerate(self.tasks)
            if task.status not in TASK_ENDED and task.status is not TaskStatus.BLOCKED
        ]
        ready = [place for place in open_tasks if self.tasks[place].status is TaskStatus.READY]
        return tuple((ready or open_tasks)[:1])


def make_report(state: State, now_ms: int, *, engine_alive: bool) -> Report:
    """What is known about a run.

    Args:
        state: The run.
        now_ms: Wall time, for a run that is still at work.
        engine_alive: Whether its engine is there. Where it is not, time stopped with the last event.
    """
    tasks = tuple(_task(subject) for subject in state.tasks.values())
    counts: dict[TaskStatus, int] = {}
    for task in tasks:
        counts[task.status] = counts.get(task.status, 0) + 1
    return Report(
        run=state.run,
        plan=state.plan.path if state.plan else "",
        root=state.root,
        agent=state.agent,
        version=state.version,
        sandbox=state.sandbox,
        status=state.status,
        word=run_word(state, engine_alive=engine_alive),
        reason=state.reason,
        created_ms=state.created_ms,
        updated_ms=state.updated_ms,
        finished_ms=state.finished_ms,
        seconds=state.elapsed_ms(now_ms if engine_alive else state.updated_ms) / 1000,
        total=len(tasks),
        counts=counts,
        tasks=tasks,
        questions=_questions(state),
        files=tuple(sorted({file.path for task in tasks for attempt in task.attempts for file in attempt.files})),
        cost=_cost(state.spending),
        budget_micro=state.limits.budget_micro,
        micro_per_minute=micro_per_minute(state, now_ms) if engine_alive else None,
        budget_gone_ms=budget_gone_ms(state, now_ms) if engine_alive else None,
        cache=state.cache,
        ignores_limits=state.ignores_limits,
        degraded=tuple(state.degraded),
        troubles=tuple(state.troubles),
        anomalies=len(state.anomalies),
    )


def _task(subject: TaskState) -> TaskReport:
    task: Task = subject.task
    attempts = tuple(
        AttemptReport(
            number=attempt.number,
            round=attempt.round,
            status=attempt.status,
            counted=attempt.counted,
            seconds=attempt.seconds,
            outcome=attempt.outcome.kind if attempt.outcome else "",
            message=attempt.outcome.message if attempt.outcome else "",
            files=attempt.measured.files if attempt.measured else (),
            files_total=attempt.measured.files_total if attempt.measured and not attempt.measured.problem else None,
            tree_before=attempt.checkpoint.tree if attempt.checkpoint else "",
            tree_after=attempt.measured.tree if attempt.measured else "",
        )
        for attempt in subject.attempts
    )
    return TaskReport(
        id=task.id,
        title=task.title,
        phase=task.phase,
        status=subject.status,
        blocked_by=subject.blocked_by,
        attempts=attempts,
        tries=sum(1 for attempt in attempts if attempt.status is not AttemptStatus.INTERRUPTED),
        failures=subject.failures,
        allowance=subject.allowance,
        seconds=sum(attempt.seconds for attempt in attempts),
        cost=_cost(subject.spending),
        evidence=subject.evidence,
        last_error=subject.last_error,
        intervention=subject.intervention,
        decision=subject.decision,
    )


def _questions(state: State) -> tuple[QuestionReport, ...]:
    return tuple(
        QuestionReport(
            id=decision.id,
            task=decision.task,
            title=decision.title,
            error=decision.error,
            choices=decision.choices,
            falls=decision.falls,
            opened_ms=decision.opened_ms,
            choice=decision.choice,
            by=decision.by,
            note=decision.note,
        )
        for decision in state.decisions.values()
    )


def _cost(spending: Spending) -> Cost:
    return Cost(
        spending.micro_or_unknown,
        spending.unknown,
        spending.requests,
        spending.usage,
        spending.estimated,
        spending.saved_micro,
        spending.tiered_micro,
        spending.reused,
    )
