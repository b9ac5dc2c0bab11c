"""Questions to a person. A question is state, not a waiting call: every client shows it, the first answer wins."""

from tmtui.events.base import Event


class DecisionOpened(Event, frozen=True, tag="decision.opened"):
    """A task needs somebody."""

    id: str
    """Unique in the log."""
    title: str
    """What happened, in one line: `test failed 3 times`."""
    error: str
    """The last error, in one line."""
    failures: tuple[str, ...] = ()
    """One line for each failed attempt."""
    choices: tuple[str, ...] = ("retry", "skip", "abort")
    falls: tuple[str, ...] = ()
    """The tasks that fall when this one is skipped."""
    evidence: str = ""
    about: str = "task"
    """`task` when a task is stuck, `permission` for a tool call, `changes` for changes that an answer suggests."""
    subject: str = ""
    """What is to be allowed: the command, or the change as a diff."""
    rule: str = ""
    """The permission rule that `always` and `reject_always` write down."""


class DecisionAnswered(Event, frozen=True, tag="decision.answered"):
    """The first answer, which counts."""

    id: str
    choice: str
    by: str
    """`person`, or `policy` when nobody was there to ask."""
    note: str = ""
    """Given to the agent with the next attempt."""
    prompt: str = ""
    """Replaces the task's description in the next attempt, when not empty."""
    restore: bool = False
    """Whether the tree goes back to the checkpoint before the next attempt."""


class DecisionIgnored(Event, frozen=True, tag="decision.ignored"):
    """A later answer to a settled question."""

    id: str
    choice: str
    by: str
