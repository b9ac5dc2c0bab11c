"""One task."""

from tmtui.events.base import Event


class TaskStarted(Event, frozen=True, tag="task.started"):
    """Its first attempt is about to begin."""


class TaskSucceeded(Event, frozen=True, tag="task.succeeded"):
    """Its hooks passed after the agent's work."""

    evidence: str
    """Why that is believed, in one line."""


class TaskFailed(Event, frozen=True, tag="task.failed"):
    """It will not be tried again in this run."""

    outcome: str
    """The kind of the last failure."""
    message: str


class TaskSkipped(Event, frozen=True, tag="task.skipped"):
    """Somebody decided to go on without it."""

    by: str
    """`person`, or `policy` when nobody was there to ask."""
    reason: str


class TaskAborted(Event, frozen=True, tag="task.aborted"):
    """The run was given up while it was open."""

    reason: str


class TaskReopened(Event, frozen=True, tag="task.reopened"):
    """A resume gives it new attempts."""

    by: str
