"""Which task starts next."""

from collections.abc import Collection

from tmtui.domain.status import TASK_ENDED, RunStatus, TaskStatus
from tmtui.engine.decide import reason_to_abort, reason_to_stop
from tmtui.state.model import State, TaskState


def startable(subject: TaskState) -> bool:
    """Whether a task could go on now: it is ready, was under way, or has just been given another attempt."""
    match subject.status:
        case TaskStatus.READY | TaskStatus.RUNNING:
            return True
        case TaskStatus.NEEDS_YOU:
            return not subject.decision and subject.intervention == "retry"
        case _:
            return False


def _rank(subject: TaskState) -> tuple[bool, int]:
    return (subject.status is TaskStatus.READY, -subject.task.priority)


def next_tasks(state: State, busy: Collection[str]) -> list[str]:
    """The tasks to start now, best first: what was under way, then by priority, then as written in the plan.

    Args:
        state: Where the run stands.
        busy: The tasks that are being worked on.
    """
    free = state.limits.max_parallel - len(busy)
    if free <= 0 or state.status is not RunStatus.RUNNING or reason_to_stop(state) or reason_to_abort(state):
        return []
    candidates = [
        subject
        for name, subject in state.tasks.items()
        if subject.status not in TASK_ENDED and startable(subject) and name not in busy
    ]
    if state.only:
        candidates = [subject for subject in candidates if subject.task.id in state.only]
    candidates.sort(key=_rank)  # which keeps the plan's order among equals
    return [subject.task.id for subject in candidates[:free]]
