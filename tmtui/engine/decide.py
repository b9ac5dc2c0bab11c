"""State and command, or outcome, to events.

Everything here is a function of values. What is decided:

- what an attempt's outcome means for its task (`after_attempt`): done, once more with the reason fed back, or ask;
- what a client's command does (`on_command`), and why it does nothing when it does nothing;
- when the run is over (`run_verdict`).

A question is answered by whoever comes first. When nobody is there to ask, the policy answers: first with what the
project's settings say about that very task, in order, then with `on_decision`.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from tmtui.domain.graph import falls_with
from tmtui.domain.outcome import Kind, Outcome
from tmtui.domain.status import RUN_ENDED, TASK_ENDED, AttemptStatus, RunStatus, TaskStatus
from tmtui.events.attempt import AttemptFinished, AttemptMeasured
from tmtui.events.base import Entry, Event
from tmtui.events.commands import Abort, Answer, CancelTask, Command, Pause, Ping, Stop, Unpause, UseFallback
from tmtui.events.decision import DecisionAnswered, DecisionIgnored, DecisionOpened
from tmtui.events.run import Limits, RunFinished, RunPaused, RunUnpaused, RunWoken
from tmtui.events.task import TaskAborted, TaskFailed, TaskSkipped, TaskSucceeded
from tmtui.resilience.taxonomy import TREATMENTS, Family
from tmtui.state.model import AttemptState, Decision, State, TaskState


CHOICES: Final = ("retry", "skip", "abort")

PERSON: Final = "person"
POLICY: Final = "policy"

POLICY_RETRIES: Final = 3
"""How often the policy `retry` gives one task another attempt before it skips it: nobody is there to stop it."""


class PlannedAnswer(msgspec.Struct, frozen=True):
    """What the settings answer about one task when nobody is there."""

    choice: str
    note: str = ""
    restore: bool = False


ENDS: Final = {Kind.CANCELED_USER: AttemptStatus.CANCELED, Kind.INTERRUPTED_CRASH: AttemptStatus.INTERRUPTED}
"""How an attempt ends that was neither good nor bad."""

FAILED_CHECKS: Final = frozenset(
    {Kind.HOOK_POST_FAILED, Kind.HOOK_TIMEOUT, Kind.HOOK_SIGNALED, Kind.HOOK_RESOURCE_LIMIT}
)

Answers = Mapping[str, Sequence[PlannedAnswer]]
"""For each task, its answers, the first one for its first question."""


class Work(msgspec.Struct, frozen=True):
    """What is known of an attempt's work when its verdict is due."""

    measured: AttemptMeasured | None = None
    passed: tuple[str, ...] = ()
    """The names of the post-hooks that passed."""


class Refusal(msgspec.Struct, frozen=True):
    """Why a command does nothing."""

    message: str


# After an attempt.


def after_attempt(
    state: State,
    subject: TaskState,
    attempt: AttemptState,
    work: Work,
    outcome: Outcome,
    seconds: float,
    answers: Answers,
) -> list[Entry]:
    """Close an attempt that ended with `outcome`, and say what follows for its task.

    The task goes on by itself, with another attempt, when nothing but the attempt's end is among the entries.
    """
    task_id, number = subject.task.id, attempt.number
    if outcome.ok:
        closed = AttemptFinished(AttemptStatus.SUCCEEDED, outcome, counted=True, seconds=seconds)
        return [Entry(closed, task_id, number), Entry(TaskSucceeded(success_evidence(work)), task_id, number)]
    status = ENDS.get(outcome.kind, AttemptStatus.FAILED)
    closed = AttemptFinished(status, outcome, counted=TREATMENTS[outcome.kind].counts, seconds=seconds)
    title = why_to_ask(subject, work, outcome, state.limits)
    asked = escalate(state, subject, attempt, work, outcome, title, answers) if title else []
    return [Entry(closed, task_id, number), *asked]


def why_to_ask(subject: TaskState, work: Work, outcome: Outcome, limits: Limits) -> str:
    """The title of the question that an unsuccessful attempt raises, or nothing when the task just goes on."""
    treatment = TREATMENTS[outcome.kind]
    if outcome.kind is Kind.INTERRUPTED_CRASH:
        crashes = subject.recoveries + 1
        return f"interrupted {crashes} times in a row" if crashes > limits.max_recoveries else ""
    if treatment.family is Family.BLOCKED or not treatment.counts:
        return treatment.advice
    idle_in_a_row = subject.non_progress + 1 if is_idle(subject, work) else 0
    if limits.max_non_progress and idle_in_a_row >= limits.max_non_progress:
        checks = ", and the checks still fail" if outcome.kind is Kind.NO_PROGRESS else ""
        return f"no change in {idle_in_a_row} attempts{checks}"
    used = subject.used + 1
    if used >= subject.allowance:
        return f"failed {used} time{'s' if used != 1 else ''}"
    return ""


def is_idle(subject: TaskState, work: Work) -> bool:
    """Whether it is known that the attempt changed nothing; unknown is not nothing."""
    return subject.task.progress and work.measured is not None and work.measured.progressed is False


def name_outcome(subject: TaskState, work: Work, checks: Outcome) -> Outcome:
    """The outcome of failed checks, named for what it is when nothing had been changed."""
    if checks.kind not in FAILED_CHECKS or not is_idle(subject, work):
        return checks
    return Outcome(Kind.NO_PROGRESS, f"the agent changed nothing, and {checks.message}")


def success_evidence(work: Work) -> str:
    """Why a task is believed to be done."""
    checks = f"{', '.join(work.passed)} passed" if work.passed else "no post-hook checks it"
    if work.measured is None or work.measured.problem:
        return checks
    count = work.measured.files_total
    return f"{checks}; {count} file{'s' if count != 1 else ''} changed; tree {work.measured.tree[:12]}"


def _failure_lines(subject: TaskState, attempt: AttemptState, outcome: Outcome) -> tuple[str, ...]:
    lines = [
        f"Attempt {known.round}: {known.outcome.message}"
        for known in subject.attempts
        if known.outcome is not None and known.status is AttemptStatus.FAILED
    ]
    return (*lines, f"Attempt {attempt.round}: {outcome.message}")


def _evidence(subject: TaskState, work: Work, outcome: Outcome) -> str:
    parts = [f"outcome {outcome.kind}"]
    if work.measured is not None and is_idle(subject, work):
        parts.append(f"tree {work.measured.tree[:12]} before and after")
    elif work.measured is not None and work.measured.progressed is None:
        parts.append(f"changes unknown: {work.measured.problem}")
    return "; ".join(parts)


def falls(state: State, task_id: str) -> tuple[str, ...]:
    """The tasks that cannot be done when `task_id` is skipped."""
    graph = {name: subject.task.depends_on for name, subject in state.tasks.items()}
    return tuple(name for name in falls_with(graph, [task_id]) if state.tasks[name].status not in TASK_ENDED)


# Asking.


def escalate(
    state: State,
    subject: TaskState,
    attempt: AttemptState,
    work: Work,
    outcome: Outcome,
    title: str,
    answers: Answers,
) -> list[Entry]:
    """Open the question about a task; when nobody is there, answer it as well."""
    task_id = subject.task.id
    if state.limits.stop_on_first_failure:
        return [Entry(TaskFailed(outcome.kind, outcome.message), task_id, attempt.number)]
    asked = sum(1 for decision in state.decisions.values() if decision.task == task_id)
    opened = DecisionOpened(
        id=f"{task_id}:{asked + 1}",
        title=title,
        error=outcome.message,
        failures=_failure_lines(subject, attempt, outcome),
        choices=CHOICES,
        falls=falls(state, task_id),
        evidence=_evidence(subject, work, outcome),
    )
    entries = [Entry(opened, task_id, attempt.number)]
    if state.limits.on_decision == "ask":
        return entries
    answer = _policy_answer(asked, task_id, state.limits.on_decision, answers)
    return entries + _settle(opened.id, task_id, opened.error, answer, POLICY)


def _policy_answer(asked: int, task_id: str, on_decision: str, answers: Answers) -> Answer:
    planned = answers.get(task_id, ())
    if asked < len(planned):
        return Answer("", planned[asked].choice, planned[asked].note, restore=planned[asked].restore)
    if on_decision == "retry" and asked >= len(planned) + POLICY_RETRIES:
        return Answer("", "skip")
    return Answer("", on_decision)


def answer_by_policy(state: State, decision: Decision, answers: Answers) -> list[Entry]:
    """Answer a question that an earlier sitting left open, now that nobody is there to ask."""
    before = [known.id for known in state.decisions.values() if known.task == decision.task].index(decision.id)
    answer = _policy_answer(before, decision.task, state.limits.on_decision, answers)
    return _settle(decision.id, decision.task, decision.error, answer, POLICY)


def _settle(decision_id: str, task_id: str, error: str, answer: Answer, by: str) -> list[Entry]:
    answered = DecisionAnswered(decision_id, answer.choice, by, answer.note, answer.prompt, answer.restore)
    entries = [Entry(answered, task_id)]
    if answer.choice == "skip":
        entries.append(Entry(TaskSkipped(by, f"skipped by {by}: {error}"), task_id))
    return entries


# Commands.


def on_command(state: State, command: Command) -> list[Entry] | Refusal:
    """What a client's command comes to. `Stop`, `Abort` and `CancelTask` are effects first: the runner has them."""
    match command:
        case Answer():
            return _on_answer(state, command)
        case Pause() if state.status is RunStatus.RUNNING:
            return [Entry(RunPaused(PERSON))]
        case Unpause() if state.paused:
            return [*([Entry(RunWoken())] if state.holds else []), Entry(RunUnpaused(PERSON))]
        case Unpause() if state.status is RunStatus.WAITING and state.reason != "storage" and not state.suspended:
            return [Entry(RunWoken())]
        case Pause() | Unpause():
            return Refusal(f"the run is {describe_run(state)}")
        case CancelTask() if command.task not in state.tasks:
            return Refusal(f"the plan has no task {command.task!r}")
        case CancelTask() if state.tasks[command.task].status is not TaskStatus.RUNNING:
            return Refusal(f"task {command.task!r} is {state.tasks[command.task].status}, not running")
        case Ping() | Stop() | Abort() | CancelTask() | UseFallback():
            return []
    return Refusal(f"this engine does not know {type(command).__name__}")


def describe_run(state: State) -> str:
    """Where the run stands, in words."""
    if state.paused:
        return "paused"
    return f"{state.status} ({state.reason})" if state.reason else str(state.status)


def find_decision(state: State, name: str) -> Decision | None:
    """The decision of that id, or the latest one about the task of that name, an open one first."""
    if name in state.decisions:
        return state.decisions[name]
    about = [decision for decision in state.decisions.values() if decision.task == name]
    return next((decision for decision in about if decision.open), about[-1] if about else None)


def _on_answer(state: State, command: Answer) -> list[Entry] | Refusal:
    found = find_decision(state, command.decision)
    if found is None:
        waiting = ", ".join(decision.task for decision in state.open_decisions) or "none"
        return Refusal(f"there is no question about {command.decision!r}; open questions: {waiting}")
    if command.choice not in found.choices:
        return Refusal(f"{command.choice!r} is no answer here; answers are {', '.join(found.choices)}")
    if not found.open:
        return [Entry(DecisionIgnored(found.id, command.choice, PERSON), found.task)]
    return _settle(found.id, found.task, found.error, command, PERSON)


# The end.


def abort_run(state: State, reason: str) -> list[Entry]:
    """Give up what is open."""
    open_tasks = [name for name, subject in state.tasks.items() if subject.status not in TASK_ENDED]
    entries = [Entry(TaskAborted(reason), name) for name in open_tasks]
    return [*entries, Entry(RunFinished(RunStatus.ABORTED, reason))]


def reason_to_abort(state: State) -> str:
    """Why the run is to be given up, when somebody answered so and it has not happened yet."""
    for decision in state.decisions.values():
        subject = state.tasks.get(decision.task) if decision.choice == "abort" else None
        if subject is None or subject.status is not TaskStatus.NEEDS_YOU or subject.decision:
            continue
        if subject.intervention == "abort":
            return f"aborted at {decision.task}: {subject.last_error}"
    return ""


def reason_to_stop(state: State) -> str:
    """Why nothing more is to start, although something could."""
    if state.limits.stop_on_first_failure:
        failed = [name for name, subject in state.tasks.items() if subject.status is TaskStatus.FAILED]
        if failed:
            return f"{failed[0]} failed (--stop-on-first-failure)"
    most = state.limits.max_consecutive_failures
    if most and state.consecutive_failures >= most:
        return f"{state.consecutive_failures} tasks failed one after another (max_consecutive_failures: {most})"
    return ""


def run_verdict(state: State) -> Event | None:
    """How the run ends when nothing runs, nothing can start and nothing is asked; None when it has ended."""
    if state.status in RUN_ENDED:
        return None
    stopped = reason_to_stop(state)
    statuses = [subject.status for subject in state.tasks.values()]
    left = sum(1 for status in statuses if status is not TaskStatus.SUCCEEDED)
    if not left:
        return RunFinished(RunStatus.SUCCEEDED)
    if stopped or TaskStatus.FAILED in statuses:
        return RunFinished(RunStatus.FAILED, stopped or f"{statuses.count(TaskStatus.FAILED)} tasks failed")
    if state.only:
        return RunFinished(RunStatus.INCOMPLETE, f"kept to {', '.join(state.only)}")
    return RunFinished(RunStatus.INCOMPLETE, f"{left} of {len(statuses)} tasks were not done")


def goes_on(outcome: Outcome) -> bool:
    """Whether the post-hooks run after the agent's part ended so."""
    return outcome.ok or TREATMENTS[outcome.kind].hooks


def may_retry_request(outcome: Outcome) -> bool:
    """Whether the same request may be made again within the attempt."""
    return TREATMENTS[outcome.kind].family is Family.PASSING
