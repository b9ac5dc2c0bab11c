"""One attempt at a task: checkpoint, pre-hooks, agent, evidence, post-hooks, verdict."""

import msgspec

from tmtui.domain.outcome import Outcome
from tmtui.domain.status import AttemptStatus
from tmtui.events.base import Event


class AttemptStarted(Event, frozen=True, tag="attempt.started"):
    """An attempt begins. Its number in the log grows for ever; `round` is what people count."""

    round: int
    """Which try this is of those that the limits count, from 1."""
    agent: str
    model: str = ""
    continues: int = 0
    """The interrupted attempt that it goes on from; 0 when it starts afresh."""
    note: str = ""
    """What a person added for this attempt."""
    description: str = ""
    """What a person put in place of the task's description; empty for nothing."""
    restore: bool = False
    """Whether the changes of the attempt before are to be undone first."""


class AttemptCheckpointed(Event, frozen=True, tag="attempt.checkpointed"):
    """The tree as it was before anything of this attempt ran."""

    tree: str
    """Git's id of the tree, untracked files included; empty when there is none, and `problem` says why."""
    commit: str = ""
    ref: str = ""
    head: str = ""
    problem: str = ""


class AttemptPrompted(Event, frozen=True, tag="attempt.prompted"):
    """What the agent was asked, word for word."""

    system: str
    prompt: str
    digest: str
    """SHA-256 of both."""


class FileChange(msgspec.Struct, frozen=True):
    """One file that differs from the checkpoint."""

    path: str
    change: str
    """`added`, `modified`, `deleted` or `renamed`."""
    added: int = 0
    """Lines."""
    removed: int = 0


class AttemptMeasured(Event, frozen=True, tag="attempt.measured"):
    """What the tree looked like after the agent, held against the checkpoint."""

    tree: str
    head: str = ""
    progressed: bool | None = None
    """Whether the tree or HEAD changed; None when it cannot be known."""
    files: tuple[FileChange, ...] = ()
    files_total: int = 0
    """All changed files; `files` holds the first of them."""
    problem: str = ""


class AttemptRestored(Event, frozen=True, tag="attempt.restored"):
    """What the attempt before had changed was undone."""

    tree: str
    kept: str
    """The ref under which the tree from before is kept, so that this can be undone too."""
    problem: str = ""
    """Why it was not done; nothing was changed then."""


class AttemptFinished(Event, frozen=True, tag="attempt.finished"):
    """The verdict."""

    status: AttemptStatus
    outcome: Outcome
    counted: bool
    """Whether it uses up one of the task's attempts: only failures of quality do."""
    seconds: float = 0.0
