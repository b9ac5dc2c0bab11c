"""Two runs held against each other: how each ended, what it took, and what became of each task."""

from collections.abc import Callable
from typing import Final, NamedTuple

from rich.cells import cell_len

from tmtui.domain.ids import short_run_id
from tmtui.state.lines import LineKind, Lines
from tmtui.state.model import State, TaskState
from tmtui.state.selectors import run_word, worked_ms
from tmtui.tui.figures import clock, date_and_time, plural, tokens, told_money
from tmtui.tui.marks import RUN_MARKS, TASK_MARKS
from tmtui.tui.paint import cut


LABEL: Final = 14

WIDE: Final = 100
"""Cells of a page that is as wide as any."""


class Fact(NamedTuple):
    """A row: what it is about, and how it is in either run."""

    label: str
    one: str
    other: str
    differs: bool


def runs_compared(one: State, other: State, width: int = WIDE) -> Lines:
    """Two runs side by side on a page of `width` cells, a fact to a row; a row whose values differ is marked."""
    head = Fact("", f"run {short_run_id(one.run)}", f"run {short_run_id(other.run)}", differs=False)
    facts = [Fact(label, tell(one), tell(other), tell(one) != tell(other)) for label, tell in _TELLERS.items()]
    tasks = [_of_task(each, one, other) for each in dict.fromkeys([*one.tasks, *other.tasks])]
    longest = max(len(each.one) for each in (head, *facts, *tasks))
    column = max(8, min(longest, (width - LABEL - 10) // 2))
    lines = Lines()
    lines.add(LineKind.HEAD, _row(head, column))
    for each in facts:
        lines.add(LineKind.FIELD, _row(each, column), lead=LABEL + 2)
    lines.gap()
    lines.add(LineKind.HEAD, "Tasks")
    for each in tasks:
        lines.add(LineKind.FIELD, _row(each, column), lead=LABEL + 2)
    return lines


def _row(fact: Fact, column: int) -> str:
    one, other = cut(fact.one, column), cut(fact.other, column)
    room = " " * (column - cell_len(one))
    return f"{'≠' if fact.differs else ' '} {cut(fact.label, LABEL - 1):<{LABEL}}{one}{room}  {other}".rstrip()


def _of_task(task: str, one: State, other: State) -> Fact:
    """A task differs when it ended otherwise or took another number of attempts: money and time always do."""
    both = one.tasks.get(task), other.tasks.get(task)
    known = [(each.status, len(each.attempts)) if each else None for each in both]
    return Fact(task, _task(both[0]), _task(both[1]), known[0] != known[1])


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
