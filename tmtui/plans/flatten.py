"""Phases and subtasks laid out as one list of tasks.

A subtask is a task of its own, with three ties to its parent:

- Its id follows the parent's. Written `1`, or not at all, it becomes `parent.1`; written `parent.1`, it stays.
- It waits for whatever the parent waits for, and the parent waits for it.
- It has the parent's phase, path, priority, profile, provider and complexity, where it names none.

A task may name its `parent` instead of being written under it: the ties are the same, and its id is its own.
"""

from collections.abc import Iterator, Sequence

import msgspec

from tmtui.plans.written import PhaseWritten, PlanWritten, TaskWritten


Loc = tuple[int | str, ...]


class Draft(msgspec.Struct):
    """A task with its place, before anything is checked."""

    loc: Loc
    id: str
    """Empty when it has none."""
    written: TaskWritten
    phase: str
    parent: str = ""


def flatten(plan: PlanWritten) -> list[Draft]:
    """Every task, each parent before its subtasks."""
    drafts = list(_drafts(plan.tasks or (), ("tasks",), ""))
    for number, phase in enumerate(plan.phases or ()):
        drafts += _of_phase(phase, ("phases", number, "tasks"))
    return drafts


def _of_phase(phase: PhaseWritten, loc: Loc) -> Iterator[Draft]:
    return _drafts(phase.tasks or (), loc, phase.name or "")


def _drafts(tasks: Sequence[TaskWritten], loc: Loc, phase: str) -> Iterator[Draft]:
    for number, written in enumerate(tasks):
        draft = Draft((*loc, number), written.id or "", written, written.phase or phase, written.parent or "")
        yield draft
        yield from _subtasks(draft)


def _subtasks(parent: Draft) -> Iterator[Draft]:
    """What stands below `parent`; the nesting is no deeper than a document may be."""
    for number, each in enumerate(parent.written.subtasks or ()):
        written = _with_inherited(each, parent.written)
        local = written.id or str(number + 1)
        full = local if local.startswith(f"{parent.id}.") else f"{parent.id}.{local}"
        loc = (*parent.loc, "subtasks", number)
        draft = Draft(loc, full if parent.id else "", written, written.phase or parent.phase, parent.id)
        yield draft
        yield from _subtasks(draft)


_INHERITED = ("path", "priority", "profile", "provider", "complexity")


def _with_inherited(subtask: TaskWritten, parent: TaskWritten) -> TaskWritten:
    inherited = {name: getattr(parent, name) for name in _INHERITED if getattr(subtask, name) is None}
    return msgspec.structs.replace(subtask, **inherited)
