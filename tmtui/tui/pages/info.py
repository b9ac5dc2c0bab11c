"""Why a task's status is believed, and what else is known about it."""

from collections.abc import Iterable
from typing import Final

from tmtui.state.lines import LineKind, Lines
from tmtui.state.model import AttemptState, Spending, State, TaskState
from tmtui.state.selectors import evidence, falls_if_skipped, worked_ms
from tmtui.tui.figures import clock, date_and_time, money, percent, tokens, told_money
from tmtui.tui.marks import TASK_MARKS


LABEL: int = 14
"""Cells for a label."""

SHOWN_IDS: Final = 10
"""Requests that are named."""


def info_page(
    state: State,
    subject: TaskState,
    now_ms: int,
    attempt: AttemptState | None = None,
    request_ids: Iterable[str] = (),
) -> Lines:
    """The page.

    Args:
        state: The run.
        subject: The task.
        now_ms: The moment that is shown.
        attempt: The attempt in sight, whose server is told.
        request_ids: What the provider calls that attempt's latest requests.
    """
    lines = Lines()
    _status(lines, state, subject)
    _question(lines, state, subject)
    if state.degraded:
        _surroundings(lines, state)
    _times(lines, subject, now_ms)
    _receipt(lines, subject.spending)
    _dependencies(lines, state, subject)
    if attempt is not None:
        _served(lines, attempt, list(request_ids))
    if not state.degraded:
        _surroundings(lines, state)
    _safety(lines, subject)
    _task(lines, subject)
    return lines


def _field(lines: Lines, label: str, value: str) -> None:
    for number, line in enumerate(value.split("\n")):
        head = label if number == 0 else ""
        lines.add(LineKind.FIELD, f"{head:<{LABEL}}{line}", lead=LABEL)


def _status(lines: Lines, state: State, subject: TaskState) -> None:
    mark = TASK_MARKS[subject.status]
    lines.add(LineKind.HEAD, f"{subject.task.id} · {subject.task.title}")
    _field(lines, "status", f"{mark.sign} {mark.word}")
    facts = evidence(state, subject)
    for number, fact in enumerate(facts):
        _field(lines, "" if number else "because", f"· {fact}")
    if subject.last_error and subject.last_error not in facts:
        _field(lines, "last error", subject.last_error)
    if subject.intervention:
        _field(lines, "answered", subject.intervention)


def _question(lines: Lines, state: State, subject: TaskState) -> None:
    """What an agent wants to do, word for word."""
    decision = state.decisions.get(subject.decision)
    if decision is None or not decision.open or not decision.subject:
        return
    lines.gap()
    lines.add(LineKind.HEAD, decision.title.capitalize())
    for line in decision.subject.rstrip("\n").split("\n"):
        lines.add(LineKind.INPUT, line)
    if decision.evidence:
        _field(lines, "asked because", decision.evidence)
    if decision.rule:
        _field(lines, "always means", decision.rule)


def _times(lines: Lines, subject: TaskState, now_ms: int) -> None:
    if not subject.attempts:
        return
    lines.gap()
    lines.add(LineKind.HEAD, "Times")
    _field(lines, "started", date_and_time(subject.started_ms))
    if subject.ended_ms:
        _field(lines, "ended", date_and_time(subject.ended_ms))
    _field(lines, "worked", clock(worked_ms(subject, now_ms)))
    _field(lines, "tries", f"{subject.used} of {subject.allowance} used")


def _receipt(lines: Lines, spending: Spending) -> None:
    lines.gap()
    lines.add(LineKind.HEAD, "Receipt")
    if not spending.requests:
        _field(lines, "paid", "no request was recorded")
        return
    usage = spending.usage
    unpriced = f"; {spending.unknown} of them at an unknown price" if spending.unknown else ""
    guessed = f"; {spending.estimated} of them estimated" if spending.estimated else ""
    _field(lines, "paid", told_money(spending))
    _field(lines, "requests", f"{spending.requests}{unpriced}{guessed}")
    _field(lines, "tokens", f"{tokens(usage.input_tokens)} in · {tokens(usage.output_tokens)} out")
    _field(lines, "cache", f"{tokens(usage.cache_read_tokens)} read · {tokens(usage.cache_write_tokens)} written")
    if spending.saved_micro > 0:
        _field(lines, "saved", money(spending.saved_micro))
    if spending.reused:
        _field(lines, "answered", f"{spending.reused} times from the cache, without a request")


def _served(lines: Lines, attempt: AttemptState, request_ids: list[str]) -> None:
    """Which model answered in an attempt, why that one, and what it was given."""
    lines.gap()
    lines.add(LineKind.HEAD, f"Attempt {attempt.number}")
    _field(lines, "agent", attempt.agent)
    _field(lines, "served by", attempt.served_by or attempt.model or "not known yet")
    if attempt.hop or attempt.switched:
        why = f": {attempt.switched}" if attempt.switched else ""
        _field(lines, "why this one", f"number {attempt.hop + 1} of its chain of models{why}")
    if attempt.turns:
        _field(lines, "turns", str(attempt.turns))
    if attempt.prompt_tokens:
        of = f" of {tokens(attempt.context)} · {percent(attempt.prompt_tokens / attempt.context)}"
        _field(lines, "context", f"{tokens(attempt.prompt_tokens)}{of if attempt.context else ''} tokens")
    if attempt.spending.requests:
        _field(lines, "paid", told_money(attempt.spending))
    if attempt.session:
        _field(lines, "session", attempt.session)
    if request_ids:
        _field(lines, "request ids", "\n".join(request_ids[-SHOWN_IDS:]))


def _dependencies(lines: Lines, state: State, subject: TaskState) -> None:
    needs = [each for each in subject.task.depends_on if each in state.tasks]
    falls = falls_if_skipped(state, subject.task.id)
    if not needs and not falls:
        return
    lines.gap()
    lines.add(LineKind.HEAD, "Dependencies")
    for number, each in enumerate(needs):
        _field(lines, "" if number else "needs", _named(state, each))
    for number, each in enumerate(falls):
        _field(lines, "" if number else "needed by", _named(state, each))


def _named(state: State, task_id: str) -> str:
    subject = state.tasks[task_id]
    mark = TASK_MARKS[subject.status]
    return f"{mark.sign} {task_id} {subject.task.title} · {mark.word}"


def _safety(lines: Lines, subject: TaskState) -> None:
    kept = [each for each in subject.attempts if each.checkpoint is not None]
    if not kept:
        return
    lines.gap()
    lines.add(LineKind.HEAD, "Checkpoints")
    for attempt in kept:
        checkpoint = attempt.checkpoint
        if checkpoint is None:
            continue
        what = checkpoint.problem or f"{checkpoint.ref or 'tree'} {checkpoint.tree[:10]}".strip()
        _field(lines, f"before {attempt.number}", what + (" · put back" if attempt.restored else ""))


def _surroundings(lines: Lines, state: State) -> None:
    """What the whole run works with: its sandbox, what is less well than it could be, and the rules it has learnt."""
    lines.gap()
    lines.add(LineKind.HEAD, "This run")
    _field(lines, "sandbox", state.sandbox or "not told yet")
    for each in state.degraded:
        _field(lines, "degraded", f"{each.what}: {each.why}\n{each.remedy}")
    for number, (rule, action) in enumerate(state.rules.items()):
        _field(lines, "" if number else "learnt rules", f"{action} {rule}")


def _task(lines: Lines, subject: TaskState) -> None:
    task = subject.task
    lines.gap()
    lines.add(LineKind.HEAD, "Task")
    for label, value in (
        ("phase", task.phase),
        ("part of", task.parent),
        ("path", task.path),
        ("risk", task.risk),
        ("estimate", task.estimate),
        ("pre-hooks", ", ".join(each.name for each in task.pre_hooks)),
        ("post-hooks", ", ".join(each.name for each in task.post_hooks)),
        ("description", task.description.strip()),
        ("accepted when", "\n".join(task.acceptance_criteria)),
        ("done when", "\n".join(task.definition_of_done)),
    ):
        if value:
            _field(lines, label, value)
