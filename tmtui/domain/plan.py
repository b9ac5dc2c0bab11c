"""What a run is to do."""

import msgspec

from tmtui.domain.hook import Hook


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """One thing for an agent to do, and how to tell that it is done."""

    id: str
    title: str
    description: str = ""
    phase: str = ""
    """The group it is shown under; empty for none."""
    path: str = ""
    """The folder or file it is about, relative to the project's root; empty for all of it."""
    depends_on: tuple[str, ...] = ()
    priority: int = 0
    """Higher runs first among tasks that are ready; the words high, medium and low are 10, 0 and -10."""
    pre_hooks: tuple[Hook, ...] = ()
    post_hooks: tuple[Hook, ...] = ()
    acceptance_criteria: tuple[str, ...] = ()
    definition_of_done: tuple[str, ...] = ()
    estimate: str = ""
    risk: str = ""
    parent: str = ""
    """The task it is a subtask of; a subtask runs as a task of its own."""
    profile: str = ""
    provider: str = ""
    complexity: str = ""
    """`simple`, `medium` or `complex`, where tasks are tiered over models; empty for no tier."""
    timeout: float | None = None
    """Seconds for the agent's part of one attempt; None takes the settings' `agent_timeout`."""
    budget_micro: int | None = None
    max_attempts: int | None = None
    """None takes the settings' `max_attempts_per_task`."""
    progress: bool = True
    """Whether an attempt without any change to the tree counts as no progress."""
    metadata: dict[str, str] = {}


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Tasks in the order in which they were written, every one's hooks resolved."""

    path: str
    """The file it was read from, relative to the project's root where it lies below it."""
    name: str
    tasks: tuple[Task, ...]
    hash: str
    """SHA-256 of the plan as understood: two files that say the same have the same hash."""

    def task(self, task_id: str) -> Task:
        """The task named `task_id`.

        Raises:
            KeyError: the plan has none of that name.
        """
        for task in self.tasks:
            if task.id == task_id:
                return task
        raise KeyError(task_id)


def plan_hash(tasks: tuple[Task, ...]) -> str:
    """SHA-256, in hex, of the tasks' meaning."""
    import hashlib  # noqa: PLC0415  # keeps it off the cockpit's start

    return hashlib.sha256(msgspec.json.encode(tasks, order="deterministic")).hexdigest()
