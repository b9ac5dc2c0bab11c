"""Taking a run up again: what has changed since, and what gets another chance."""

from tmtui.domain.plan import Plan
from tmtui.domain.status import TASK_ENDED, RunStatus, TaskStatus
from tmtui.events.base import Entry
from tmtui.events.run import RunReplanned
from tmtui.events.task import TaskReopened
from tmtui.state.model import State


def replan(state: State, plan: Plan) -> list[Entry]:
    """What is to be recorded when the plan differs from the one that the run knows; nothing when it does not."""
    if state.plan is None or state.plan.hash == plan.hash:
        return []
    before = {task.id: task for task in state.plan.tasks}
    after = {task.id: task for task in plan.tasks}
    event = RunReplanned(
        plan,
        added=tuple(name for name in after if name not in before),
        removed=tuple(name for name in before if name not in after),
        changed=tuple(name for name in after if name in before and after[name] != before[name]),
    )
    return [Entry(event)]


def reopen(state: State, by: str) -> list[Entry]:
    """Give the tasks of an ended run another chance.

    Those are the tasks that failed or were given up, and those that a policy skipped because nobody was there. What a
    person skipped stays skipped.
    """
    if state.status not in (RunStatus.FAILED, RunStatus.INCOMPLETE, RunStatus.ABORTED):
        return []
    return [Entry(TaskReopened(by), name) for name in state.tasks if _deserves_another_chance(state, name)]


def _deserves_another_chance(state: State, name: str) -> bool:
    status = state.tasks[name].status
    if status is not TaskStatus.SKIPPED:
        return status in TASK_ENDED and status is not TaskStatus.SUCCEEDED
    last = [decision for decision in state.decisions.values() if decision.task == name][-1:]
    return bool(last) and last[0].by == "policy"
