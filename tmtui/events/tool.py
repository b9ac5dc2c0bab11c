"""Tool calls, each recorded before it has any effect."""

import msgspec

from tmtui.domain.status import ToolStatus
from tmtui.events.base import Event


class FileEffect(msgspec.Struct, frozen=True):
    """What a call is about to do to one file, so that a crash in between can be judged by the file itself."""

    path: str
    before: str
    """SHA-256 of the content; empty when there is no such file."""
    after: str


class ToolStarted(Event, frozen=True, tag="tool.started"):
    """A call is about to run."""

    id: str
    """Unique in the log."""
    name: str
    input: str
    """JSON of the input, in ASCII, exactly as the agent gave it, for a conversation that goes on after a crash needs
    it. Whoever shows what it decodes to cleans it."""
    summary: str
    """The call in one line, for people."""
    effect: FileEffect | None = None
    call: str = ""
    """The model's own name for the call, which its answer must carry; empty with an agent that has none."""
    verdict: str = ""
    """`allow` or `deny`; empty where nothing is judged."""
    rule: str = ""
    """What decided so: a rule as it is written, or the name of a built-in one."""
    own: bool = False
    """Whether it is a tool of the agent's program, which tells of it: it was neither judged nor carried out here."""


class ToolPrinted(Event, frozen=True, tag="tool.printed"):
    """Output while it runs."""

    id: str
    text: str
    skipped: int = 0


class ToolStalled(Event, frozen=True, tag="tool.stalled"):
    """A call has gone silent after what looks like a question."""

    id: str
    line: str
    """The last line."""
    seconds: float
    """Since anything came."""


class ToolFlagged(Event, frozen=True, tag="tool.flagged"):
    """Something that somebody should know of a call, though it was allowed or nothing kept it from happening."""

    id: str
    what: str
    """What it is, in one line."""
    places: tuple[str, ...] = ()
    """The files that were changed while it ran and must not be; relative to the root, or below `~`."""
    undone: bool = False
    """Whether they are as they were."""
    kept: str = ""
    """The folder that what it left of them lies in."""


class ToolFinished(Event, frozen=True, tag="tool.finished"):
    """A call ended; `output` is what the agent was told."""

    id: str
    status: ToolStatus
    output: str
    exit_code: int | None = None
    seconds: float = 0.0
    recovered: bool = False
    """True when a crash lost the result, and the file itself shows that the call had been done."""
