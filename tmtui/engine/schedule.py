"""Which task starts next."""

from collections.abc import Collection
from itertools import chain, islice
from operator import attrgetter
from typing import Final

from tmtui.domain.status import RunStatus, TaskStatus
from tmtui.engine.decide import reason_to_abort, reason_to_stop
from tmtui.state.model import State, TaskState


READY: Final = TaskStatus.READY
"""By a name of its own, since every task is asked for it whenever one has ended."""

UNDER_WAY: Final = (TaskStatus.RUNNING, TaskStatus.NEEDS_YOU)
PRIORITY: Final = attrgetter("task.priority")


def startable(subject: TaskState) -> bool:
    """Whether a task could go on now: it is ready, was under way, or has just been given another attempt."""
    match subject.status:
        case TaskStatus.READY | TaskStatus.RUNNING:
            return True
        case TaskStatus.NEEDS_YOU:
            return not subject.decision and subject.intervention == "retry"
        case _:
            return False


def next_tasks(state: State, busy: Collection[str], free: int) -> list[str]:
    """The tasks to start now, best first: what was under way, then by priority, then as written in the plan.

    Args:
        state: Where the run stands.
        busy: The tasks that are being worked on, or wait for a person in the middle of their work.
        free: How many more may work at the same time.
    """
    if free <= 0 or state.status is not RunStatus.RUNNING or reason_to_stop(state) or reason_to_abort(state):
        return []
    ready, under_way = [], []
    for subject in state.tasks.values():
        if subject.status is READY:
            ready.append(subject)
        elif subject.status in UNDER_WAY and startable(subject):
            under_way.append(subject)
    candidates = chain(*(sorted(group, key=PRIORITY, reverse=True) for group in (under_way, ready)))
    wanted = (
        subject.task.id
        for subject in candidates
        if subject.task.id not in busy and (not state.only or subject.task.id in state.only)
    )
    return list(islice(wanted, free))
