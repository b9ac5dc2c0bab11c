"""A call that was understood and has not been carried out.

Between the two lies the log: the engine records what a call is about to do before it is done. So that a crash in
between can be judged, a call that writes a file says beforehand what the file is and what it will be.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

import msgspec

from tmtui.agents.port import ToolResult
from tmtui.events.tool import FileEffect


OnOutput = Callable[[bytes], None]
"""Takes output while it comes. The bytes are raw, cut anywhere."""

Work = Callable[[str, OnOutput], Awaitable[ToolResult]]
"""Does what was planned. The first argument names the job for the warden, and is unique."""


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """What a call will do."""

    summary: str
    """The call in one line, for people. Safe to show."""
    effect: FileEffect | None = None
    """For a call that writes one file."""
    only_reads: bool = False
    """Whether it changes nothing, so that it can run beside others of its kind."""
    path: str = ""
    """The file or folder that it is about, relative to the root."""
    command: str = ""
    """What a shell is given."""
    problem: str = ""
    """Why nothing will be done; empty when something will."""
    work: Work | None = None
    """None when there is a problem."""


class Tool(Protocol):
    """One thing that an agent can have done."""

    name: str

    def summary(self, given: Mapping[str, Any]) -> str:
        """The call in one line, however wrong its input is. Need not be safe to show."""
        ...

    def plan(self, given: Mapping[str, Any]) -> Planned:
        """Understand the input; nothing is changed.

        Raises:
            InputError: the input makes no sense.
            MisfitError: it makes sense, and does not fit the files.
            PathRefused: it names a path that is out of bounds.
            OSError: what it names cannot be read.
        """
        ...
