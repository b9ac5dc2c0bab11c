"""The port of a model: somebody who answers one request of a conversation.

An agent (`agents.port`) is given a task and does all of it by itself; a model is asked turn by turn, and the engine
leads the conversation: it carries the tool calls out, asks again after a passing failure, turns to another model, and
says before each request whether it may be made. So everything here is a value: the whole conversation goes into a
request in a form that belongs to no provider, and each provider's module renders it anew.

Conversations are append-only. What a model thought is bound to the model and to all that stood before it, so another
model, and a conversation that was shortened, get it without the thinking.
"""

from collections.abc import AsyncGenerator
from enum import StrEnum
from typing import Any, Protocol

import msgspec

from tmtui.agents.port import Notice, Text, Thinking
from tmtui.domain.limits import LimitNotice
from tmtui.domain.outcome import OK, Outcome
from tmtui.domain.usage import Usage


class Said(msgspec.Struct, frozen=True, tag="said"):
    """Text of a message."""

    text: str


class Thought(msgspec.Struct, frozen=True, tag="thought"):
    """A block of thinking, as the provider gave it and wants it back."""

    raw: str
    """The provider's block as JSON, signature included."""


class Called(msgspec.Struct, frozen=True, tag="called"):
    """A tool call. `id` is the model's own name for it."""

    id: str
    name: str
    input: dict[str, Any]
    problem: str = ""
    """When not empty, the input was cut or malformed: it is empty, nothing is run, and the model is told so."""


class Answered(msgspec.Struct, frozen=True, tag="answered"):
    """What came of a tool call."""

    id: str
    output: str
    failed: bool = False


ModelPart = Said | Thought | Called
UserPart = Said | Answered


class FromUser(msgspec.Struct, frozen=True, tag="user"):
    """A message to the model. The answers to its calls stand first."""

    parts: tuple[UserPart, ...]


class FromModel(msgspec.Struct, frozen=True, tag="model"):
    """A message of the model."""

    parts: tuple[ModelPart, ...]
    model: str
    """Who said it: nobody else gets its thinking."""


Message = FromUser | FromModel


class ToolSpec(msgspec.Struct, frozen=True):
    """A tool that the model may call."""

    name: str
    description: str
    schema: dict[str, Any]
    """JSON Schema of its input, an object. A provider that has a tool type of its own by this name uses that."""


class ModelRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One request. Equal requests are rendered to equal bytes, so that caches of prompts hold."""

    system: str
    messages: tuple[Message, ...]
    """Alternating, from the user's first to the user's last."""
    tools: tuple[ToolSpec, ...] = ()
    max_tokens: int = 32_000
    """Of the answer, thinking included."""
    effort: str = ""
    """`low`, `medium`, `high`, `xhigh` or `max`; empty leaves it to the model."""
    temperature: float | None = None
    """Sent only to a model that takes it."""
    schema: dict[str, Any] | None = None
    """JSON Schema that the final answer must fit, for models that can be held to one."""
    timeout: float = 1_800.0
    """Seconds for the whole answer."""


class StopKind(StrEnum):
    """Why a model stopped."""

    END_TURN = "end_turn"
    TOOL_USE = "tool_use"
    MAX_TOKENS = "max_tokens"
    STOP_SEQUENCE = "stop_sequence"
    PAUSE_TURN = "pause_turn"
    REFUSAL = "refusal"
    CONTEXT_EXCEEDED = "context_exceeded"
    UNKNOWN = "unknown"


class Replied(msgspec.Struct, frozen=True, kw_only=True):
    """How one request ended; always the last chunk of its answer. A stream that ends without one was cut.

    When `outcome` is not ok, `parts` is empty: nothing of a broken message may be acted upon.
    """

    outcome: Outcome = OK
    stop: StopKind = StopKind.UNKNOWN
    stop_word: str = ""
    """The provider's own word for it, with its category where there is one, such as `refusal: cyber`."""
    parts: tuple[ModelPart, ...] = ()
    usage: Usage | None = None
    """As far as it was told; None when nothing was, which is not the same as nothing used."""
    model: str = ""
    """Who served it, in the provider's words."""
    request_id: str = ""
    """The provider's name for the request, for its support."""
    first_byte: float | None = None
    """Seconds from the request to the first event of the answer."""


class Limits(msgspec.Struct, frozen=True):
    """The provider told of its limits."""

    notice: LimitNotice


ModelChunk = Text | Thinking | Notice | Limits | Replied
"""`Text` and `Thinking` come as they are streamed, for the eye; what counts is in `Replied.parts`."""


class Traits(msgspec.Struct, frozen=True):
    """What is known of a model ahead of a request."""

    context: int = 200_000
    """Tokens that it can be given and give, together."""
    max_output: int = 32_000
    thinking: bool = False
    takes_temperature: bool = False
    takes_effort: bool = False


class Model(Protocol):
    """Somebody who answers a request."""

    provider: str
    """The provider's name in the settings, such as `claude`; limits and circuits go by it."""
    model: str
    """The model's id at the provider."""
    traits: Traits

    def ask(self, request: ModelRequest) -> AsyncGenerator[ModelChunk, None]:
        """Make the request once and yield what comes. Cancelling the iteration ends the request.

        Whatever goes wrong is an outcome in `Replied`, never an exception, and nothing is tried again here.
        """
        ...

    def estimate(self, request: ModelRequest) -> int:
        """Tokens that the request will be read as, at the least likely to be exceeded; no request is made for it."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
