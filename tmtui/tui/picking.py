"""Which tasks the tree shows: by words, by where they stand, and by who waits for whom.

Words are looked for in a task's id, title, phase and status; all of them must be there, and one with `!` before it
must not. Capitals do not count. What is left keeps the plan's order, and a phase is shown while one of its tasks is.
"""

from collections import deque
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from tmtui.domain.graph import Graph, dependents, falls_with
from tmtui.domain.status import TaskStatus
from tmtui.state.model import State, TaskState
from tmtui.state.selectors import OutlineRow
from tmtui.tui.marks import TASK_MARKS


class Only(StrEnum):
    """A part of the tasks by where they stand. The value is its name in the tree's frame."""

    ALL = "all"
    OPEN = "open"
    TROUBLED = "in trouble"
    DONE = "done"

    @property
    def following(self) -> "Only":
        """The part that comes next when one walks through them."""
        parts = tuple(Only)
        return parts[(parts.index(self) + 1) % len(parts)]


_TROUBLED: Final = (TaskStatus.NEEDS_YOU, TaskStatus.FAILED, TaskStatus.BLOCKED, TaskStatus.ABORTED)

_PARTS: Final[Mapping[Only, Callable[[TaskState], bool]]] = {
    Only.ALL: lambda _: True,
    Only.OPEN: lambda subject: not subject.ended,
    Only.TROUBLED: lambda subject: subject.status in _TROUBLED,
    Only.DONE: lambda subject: subject.status is TaskStatus.SUCCEEDED,
}


class Pick(NamedTuple):
    """What is to be shown."""

    words: str = ""
    only: Only = Only.ALL
    among: frozenset[str] | None = None
    """Ids outside of which nothing is shown; None for no such bound."""

    @property
    def everything(self) -> bool:
        """Whether nothing is left out."""
        return self == Pick()

    def takes(self, subject: TaskState) -> bool:
        """Whether a task is shown."""
        if self.among is not None and subject.task.id not in self.among:
            return False
        return _PARTS[self.only](subject) and says(subject, self.words)


def says(subject: TaskState, words: str) -> bool:
    """Whether a task has all of these words, and none of those behind a `!`."""
    task = subject.task
    return has_words(f"{task.id} {task.title} {task.phase} {TASK_MARKS[subject.status].word}", words)


def has_words(text: str, words: str) -> bool:
    """Whether a text has all of these words, and none of those behind a `!`."""
    text = text.lower()
    for word in words.lower().split():
        wanted = not word.startswith("!")
        if word.lstrip("!") and (word.lstrip("!") in text) is not wanted:
            return False
    return True


def picked(state: State, rows: list[OutlineRow], pick: Pick) -> list[OutlineRow]:
    """The rows that are shown: tasks that are taken, and the phases that have some."""
    if pick.everything:
        return rows
    shown: list[OutlineRow] = []
    phase: OutlineRow | None = None
    for row in rows:
        if row.kind == "phase":
            phase = row
        elif pick.takes(state.tasks[row.key]):
            shown += [phase, row] if phase is not None else [row]
            phase = None
    return shown


# Who waits for whom.


def _graph(state: State) -> Graph:
    return {each.task.id: each.task.depends_on for each in state.tasks.values()}


def waits_for(state: State, task: str) -> list[str]:
    """Every task without which this one cannot begin, near and far, in the plan's order."""
    found: set[str] = set()
    queue = [task]
    while queue:
        for need in state.tasks[queue.pop()].task.depends_on:
            if need in state.tasks and need not in found and need != task:
                found.add(need)
                queue.append(need)
    return [each for each in state.tasks if each in found]


def falls(state: State, task: str) -> list[str]:
    """Every task that cannot be done without this one, near and far, in the plan's order."""
    return [each for each in falls_with(_graph(state), [task]) if each != task]


def critical_path(state: State) -> list[str]:
    """The longest chain of open tasks, each waiting for the one before: in fewer steps the run cannot end.

    Of chains of the same length the one that the plan names first.
    """
    graph = _graph(state)
    length: dict[str, int] = {}
    before: dict[str, str] = {}
    for task in _in_order(graph):
        if state.tasks[task].ended:
            continue
        needs = [each for each in graph[task] if length.get(each)]
        longest = max(needs, key=lambda need: length[need], default="")
        length[task] = 1 + length.get(longest, 0)
        before[task] = longest
    last = max((each for each in state.tasks if each in length), key=lambda task: length[task], default="")
    path: list[str] = []
    while last:
        path.append(last)
        last = before[last]
    return path[::-1]


def _in_order(graph: Graph) -> list[str]:
    """The ids with each behind those that it depends on; what waits in a circle is left out."""
    below = dependents(graph)
    missing = {node: len({need for need in needs if need in graph}) for node, needs in graph.items()}
    queue = deque(node for node, count in missing.items() if not count)
    order: list[str] = []
    while queue:
        order.append(node := queue.popleft())
        for other in below[node]:
            missing[other] -= 1
            if not missing[other]:
                queue.append(other)
    return order


def relations(state: State, task: str) -> dict[str, str]:
    """A task with all that it waits for (`↑`) and all that falls with it (`↓`), each with its sign."""
    if task not in state.tasks:
        return {}
    return {task: "", **dict.fromkeys(waits_for(state, task), "↑"), **dict.fromkeys(falls(state, task), "↓")}
