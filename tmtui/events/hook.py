"""Hooks, each recorded before it runs."""

from tmtui.domain.hook import Stage
from tmtui.domain.status import HookStatus
from tmtui.events.base import Event


class HookStarted(Event, frozen=True, tag="hook.started"):
    """A hook is about to run."""

    id: str
    """Unique in the log."""
    name: str
    stage: Stage
    command: str
    round: int = 1
    """Which run of it this is, when it has a `retry_count`."""
    quiet: bool = False


class HookPrinted(Event, frozen=True, tag="hook.printed"):
    """Output while it runs."""

    id: str
    text: str
    skipped: int = 0
    """Characters left out before this piece, because there was too much."""


class HookStalled(Event, frozen=True, tag="hook.stalled"):
    """Nothing has come for a while, and the last line looks like a question."""

    id: str
    line: str
    seconds: float


class HookFinished(Event, frozen=True, tag="hook.finished"):
    """A hook ended."""

    id: str
    status: HookStatus
    exit_code: int | None = None
    """None when it did not end by itself."""
    signal: int | None = None
    seconds: float = 0.0
    tail: str = ""
    """The end of its output, as it is fed back to the agent."""
    message: str = ""
    """The result in one line: `pytest exited with code 1: ZeroDivisionError in test_root`."""
    survivors: int = 0
    """Processes that it left behind, and that were ended."""
