"""The one port through which the engine meets an agent.

An agent is asked once for each attempt. It yields what happens as typed chunks and has its tool calls carried out by
`Tools`, which belongs to the engine: there each call is recorded before it has an effect, carried out, and its
result recorded before the agent learns it. So a conversation that a crash cut off can be taken up again: `history`
holds every call that came to its end, and an agent goes on behind the last of them.
"""

from collections.abc import AsyncGenerator
from typing import Any, Protocol, runtime_checkable

import msgspec

from tmtui.domain.limits import LimitNotice
from tmtui.domain.outcome import Outcome
from tmtui.domain.plan import Task
from tmtui.domain.status import ToolStatus
from tmtui.domain.usage import Usage


class ToolCall(msgspec.Struct, frozen=True):
    """What the agent wants done. The engine gives it an id of its own in the log."""

    name: str
    input: dict[str, Any]
    problem: str = ""
    """When not empty, the input was malformed: nothing is run, and the agent is told this."""
    id: str = ""
    """The model's own name for the call; empty with an agent that has none."""


class ToolResult(msgspec.Struct, frozen=True):
    """What came of a call, as the agent is told it."""

    status: ToolStatus
    output: str
    exit_code: int | None = None


class Done(msgspec.Struct, frozen=True):
    """A call of this conversation that came to its end, or that a crash cut off (`INTERRUPTED`)."""

    call: ToolCall
    result: ToolResult


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt, from the agent's side."""

    run: str
    task: Task
    attempt: int
    """The attempt's number in the log."""
    round: int
    """Which try this is of those that the limits count, from 1."""
    tries: int = 0
    """Requests of this attempt that failed in passing, before this one."""
    root: str
    """Absolute path of the folder to which the work is confined."""
    system: str
    prompt: str
    history: tuple[Done, ...] = ()
    """In order; empty unless this goes on from a request that failed in passing, or from an interrupted attempt."""
    note: str = ""
    """What a person added for this attempt; the prompt holds it too."""
    session: str = ""
    """The name of the agent's own record of the conversation that this goes on, as `Session` told it; empty for a new
    conversation, and with an agent that keeps no records."""


class Text(msgspec.Struct, frozen=True):
    """A piece of what the model says. Raw: the engine makes it safe."""

    text: str


class Thinking(msgspec.Struct, frozen=True):
    """A piece of what the model shows of its thinking."""

    text: str


class Notice(msgspec.Struct, frozen=True):
    """Something about the conversation that a reader should know."""

    text: str


class Spent(msgspec.Struct, frozen=True):
    """One request was paid for."""

    model: str
    usage: Usage
    micro: int | None = None
    """Micro-dollars, when the agent knows; None is unknown."""
    source: str = ""
    provider: str = ""
    """Whom it was paid to, by the provider's name in the settings."""
    profile: str = ""
    """On behalf of which profile."""


class Session(msgspec.Struct, frozen=True):
    """The agent keeps a record of the conversation by itself, and can go on from it under this name."""

    id: str


class Limits(msgspec.Struct, frozen=True):
    """The agent's provider told of its limits."""

    provider: str
    model: str
    notice: LimitNotice


class Used(msgspec.Struct, frozen=True):
    """The agent's program uses a tool of its own: nobody here judges that, or carries it out."""

    id: str
    name: str
    input: dict[str, Any]
    summary: str
    """The call in one line."""


class Returned(msgspec.Struct, frozen=True):
    """What came of a tool of the program's own."""

    id: str
    """As in `Used`."""
    result: ToolResult


class Stop(msgspec.Struct, frozen=True):
    """The conversation ended; always the last chunk. A stream that ends without one was cut."""

    outcome: Outcome
    reason: str = ""


Chunk = Text | Thinking | Notice | Spent | Session | Limits | Used | Returned | Stop


class Tools(Protocol):
    """Carries calls out. It is the engine's."""

    async def call(self, call: ToolCall) -> ToolResult:
        """Do it, and say what came of it. A failure is a result, not an exception."""
        ...


class Agent(Protocol):
    """Somebody who can be given a task."""

    name: str
    """How it was asked for, such as `scripted:calculator.agent.yml`."""
    model: str
    """The model it starts with; empty when it has none or does not tell."""

    def run(self, request: Request, tools: Tools) -> AsyncGenerator[Chunk, None]:
        """Work on `request`, yielding what happens. Cancelling the iteration ends the work."""
        ...


@runtime_checkable
class WorksAlone(Protocol):
    """An agent that is a program of its own: it asks its models and carries out its tools by itself."""

    provider: str
    """Its name in the settings."""
