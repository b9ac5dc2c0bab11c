"""Two runs held against each other: how each ended, what it took, and what became of each task."""

from collections.abc import Callable, Iterator
from typing import Final

from tmtui.domain.ids import short_run_id
from tmtui.state.lines import LineKind, Lines
from tmtui.state.model import State, TaskState
from tmtui.state.selectors import run_word, worked_ms
from tmtui.tui.figures import clock, date_and_time, plural, tokens, told_money
from tmtui.tui.marks import RUN_MARKS, TASK_MARKS


LABEL: Final = 14
COLUMN: Final = 29
"""Cells for a value."""

Fact = tuple[str, str, str]


def runs_compared(one: State, other: State) -> Lines:
    """Two runs side by side, a fact to a row; a row whose values differ is marked."""
    lines = Lines()
    lines.add(LineKind.HEAD, "  " + _row("", f"run {short_run_id(one.run)}", f"run {short_run_id(other.run)}"))
    for fact in _facts(one, other):
        _add(lines, fact)
    lines.gap()
    lines.add(LineKind.HEAD, "Tasks")
    for task in dict.fromkeys([*one.tasks, *other.tasks]):
        _add(lines, (task, _task(one.tasks.get(task)), _task(other.tasks.get(task))))
    return lines


def _add(lines: Lines, fact: Fact) -> None:
    sign = "≠ " if fact[1] != fact[2] else "  "
    lines.add(LineKind.FIELD, sign + _row(*fact), lead=LABEL + 2)


def _row(label: str, one: str, other: str) -> str:
    return f"{label[: LABEL - 1]:<{LABEL}}{one:<{COLUMN}}{other}".rstrip()


def _facts(one: State, other: State) -> Iterator[Fact]:
    for label, tell in _TELLERS.items():
        yield label, tell(one), tell(other)


def _outcome(state: State) -> str:
    mark = RUN_MARKS[run_word(state, engine_alive=bool(state.sitting_ms))]
    return f"{mark.sign} {mark.word}"


def _done(state: State) -> str:
    return f"{sum(each.status == 'succeeded' for each in state.tasks.values())} of {plural(len(state.tasks), 'task')}"


_TELLERS: Final[dict[str, Callable[[State], str]]] = {
    "outcome": _outcome,
    "done": _done,
    "plan": lambda state: state.plan.name if state.plan else "-",
    "plan's hash": lambda state: state.plan.hash[:10] if state.plan else "-",
    "agent": lambda state: state.agent or "-",
    "models": lambda state: ", ".join(state.models) or "-",
    "attempts": lambda state: str(sum(len(each.attempts) for each in state.tasks.values())),
    "questions": lambda state: str(len(state.decisions)),
    "paid": lambda state: told_money(state.spending) if state.spending.requests else "-",
    "requests": lambda state: str(state.spending.requests),
    "tokens": lambda state: tokens(state.spending.usage.total),
    "worked": lambda state: clock(state.elapsed_ms(state.updated_ms)),
    "began": lambda state: date_and_time(state.created_ms),
}


def _task(subject: TaskState | None) -> str:
    if subject is None:
        return "-"
    mark = TASK_MARKS[subject.status]
    parts = [f"{mark.sign} {mark.word}"]
    if subject.attempts:
        parts.append(plural(len(subject.attempts), "try", "tries"))
        parts.append(clock(worked_ms(subject, subject.ended_ms)))
    if subject.spending.requests:
        parts.append(told_money(subject.spending))
    return " · ".join(parts)
