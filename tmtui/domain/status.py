"""The life of a run, a task, an attempt, a hook and a tool call, as complete transition tables.

Two rules hold here:

- Every status has a row in its table, terminal ones an empty or nearly empty one; a move that is not in the
  table never happens. The engine refuses to record it, and the fold reports it as an anomaly.
- A status says what is known. What is merely likely is derived where it is shown: a run whose log has not
  ended and whose lock nobody holds is *interrupted*, and no row in the log says so.

    task     pending -> ready -> running <-> needs_you -> succeeded | failed | skipped | aborted
             pending <-> blocked while a dependency cannot be met; resuming a run reopens what failed
             running -> ready when the run ends before it, and so does needs_you once nothing is asked
    run      planned -> running <-> waiting -> succeeded | incomplete | failed | aborted
    attempt  running -> succeeded | failed | interrupted | canceled
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class RunStatus(StrEnum):
    """Where a run stands."""

    PLANNED = "planned"
    RUNNING = "running"
    WAITING = "waiting"
    """For a person's `unpause`, for a limit to reset, or, suspended, for `tmtui resume`."""
    SUCCEEDED = "succeeded"
    INCOMPLETE = "incomplete"
    """It went to its end, and some tasks were skipped or blocked."""
    FAILED = "failed"
    ABORTED = "aborted"


class TaskStatus(StrEnum):
    """Where a task stands."""

    PENDING = "pending"
    READY = "ready"
    RUNNING = "running"
    NEEDS_YOU = "needs_you"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SKIPPED = "skipped"
    ABORTED = "aborted"
    BLOCKED = "blocked"


class AttemptStatus(StrEnum):
    """Where one attempt at a task stands."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    """The engine died under it. The next attempt goes on from where it was."""
    CANCELED = "canceled"


class HookStatus(StrEnum):
    """How a hook stands or ended."""

    RUNNING = "running"
    PASSED = "passed"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    SIGNALED = "signaled"
    NOT_FOUND = "not_found"
    CANCELED = "canceled"
    INTERRUPTED = "interrupted"


class ToolStatus(StrEnum):
    """How a tool call stands or ended."""

    RUNNING = "running"
    OK = "ok"
    ERROR = "error"
    TIMED_OUT = "timed_out"
    CANCELED = "canceled"
    INTERRUPTED = "interrupted"
    DENIED = "denied"
    """A rule, or a person, did not allow it."""


_R, _T, _A = RunStatus, TaskStatus, AttemptStatus

RUN_TRANSITIONS: Final[Mapping[RunStatus, frozenset[RunStatus]]] = {
    _R.PLANNED: frozenset({_R.RUNNING, _R.ABORTED}),
    _R.RUNNING: frozenset({_R.WAITING, _R.SUCCEEDED, _R.INCOMPLETE, _R.FAILED, _R.ABORTED}),
    _R.WAITING: frozenset({_R.RUNNING, _R.SUCCEEDED, _R.INCOMPLETE, _R.FAILED, _R.ABORTED}),
    _R.SUCCEEDED: frozenset(),
    _R.INCOMPLETE: frozenset({_R.RUNNING}),
    _R.FAILED: frozenset({_R.RUNNING}),
    _R.ABORTED: frozenset({_R.RUNNING}),
}

TASK_TRANSITIONS: Final[Mapping[TaskStatus, frozenset[TaskStatus]]] = {
    _T.PENDING: frozenset({_T.READY, _T.BLOCKED, _T.SKIPPED, _T.ABORTED}),
    _T.READY: frozenset({_T.PENDING, _T.RUNNING, _T.BLOCKED, _T.SKIPPED, _T.ABORTED}),
    _T.RUNNING: frozenset({_T.READY, _T.NEEDS_YOU, _T.SUCCEEDED, _T.FAILED, _T.SKIPPED, _T.ABORTED}),
    _T.NEEDS_YOU: frozenset({_T.READY, _T.RUNNING, _T.FAILED, _T.SKIPPED, _T.ABORTED}),
    _T.SUCCEEDED: frozenset(),
    _T.FAILED: frozenset({_T.PENDING}),
    _T.SKIPPED: frozenset({_T.PENDING}),
    _T.ABORTED: frozenset({_T.PENDING}),
    _T.BLOCKED: frozenset({_T.PENDING, _T.SKIPPED, _T.ABORTED}),
}

ATTEMPT_TRANSITIONS: Final[Mapping[AttemptStatus, frozenset[AttemptStatus]]] = {
    _A.RUNNING: frozenset({_A.SUCCEEDED, _A.FAILED, _A.INTERRUPTED, _A.CANCELED}),
    _A.SUCCEEDED: frozenset(),
    _A.FAILED: frozenset(),
    _A.INTERRUPTED: frozenset(),
    _A.CANCELED: frozenset(),
}

RUN_ENDED: Final = frozenset({_R.SUCCEEDED, _R.INCOMPLETE, _R.FAILED, _R.ABORTED})
TASK_ENDED: Final = frozenset({_T.SUCCEEDED, _T.FAILED, _T.SKIPPED, _T.ABORTED})
