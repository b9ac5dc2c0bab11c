"""Requests to models, each recorded before it is made. Their finished parts are the conversation."""

from tmtui.domain.limits import CapUsed, LimitNotice
from tmtui.domain.outcome import Outcome
from tmtui.domain.usage import Usage
from tmtui.events.base import Event


class RequestStarted(Event, frozen=True, tag="request.started"):
    """A request is about to be made."""

    id: str
    """Unique in the log."""
    provider: str
    model: str
    turn: int
    """Which request of its conversation this is, from 1; one that is made again keeps it."""
    profile: str = ""
    hop: int = 0
    """How far down the chain of models this one stands; 0 is the first."""
    why: str = ""
    """Why this model is asked and not the first of the chain; empty for the first."""
    reserved_micro: int | None = None
    """Micro-dollars that were set aside for it; None when its price is not known."""
    estimated_tokens: int = 0
    """What it was expected to be read as."""


class RequestFinished(Event, frozen=True, tag="request.finished"):
    """A request ended, well or not. What it cost is a `money.spent` in the same commit."""

    id: str
    outcome: Outcome
    stop: str = ""
    """Why the model stopped (`agents.model.StopKind`), with the provider's word where that says more."""
    parts: str = ""
    """JSON of the answer's parts (`agents.model.ModelPart`), in ASCII: the conversation goes on from it. Empty when
    the answer does not stand."""
    usage: Usage | None = None
    served_by: str = ""
    request_id: str = ""
    """The provider's name for it."""
    first_byte: float | None = None
    """Seconds until the answer began."""
    seconds: float = 0.0
    context: int = 0
    """Tokens that the model can be given; 0 when that is not known."""


class RequestWaiting(Event, frozen=True, tag="request.waiting"):
    """A request is held back until something allows it."""

    provider: str
    model: str
    reason: str
    """One line, such as `10 of 10 requests in this minute`."""
    cause: str
    """`rate_limit`, `budget`, `circuit`, `overload` or `slow_start`."""
    until_ms: int | None = None
    """Wall time at which it is made; None when that is not known."""


class RequestReleased(Event, frozen=True, tag="request.released"):
    """What a request waited for has come."""

    provider: str
    model: str


class ConversationShortened(Event, frozen=True, tag="conversation.shortened"):
    """The conversation was too long for the model. The messages from here on are these."""

    how: str
    """`results` when old tool results were cut, `summary` when it began afresh with a summary."""
    messages: str
    """JSON of the messages (`agents.model.Message`), in ASCII."""
    tokens_before: int = 0
    tokens_after: int = 0
    """Both estimated."""


class ModelSwitched(Event, frozen=True, tag="model.switched"):
    """The rest of the attempt is served by another model of the chain."""

    before: str
    after: str
    hop: int
    reason: str


class ConversationNudged(Event, frozen=True, tag="conversation.nudged"):
    """A message was added to the conversation that is neither the prompt nor a tool's answer."""

    text: str
    by: str
    """`engine`, or `person`."""


class ConversationForgotten(Event, frozen=True, tag="conversation.forgotten"):
    """What the model had thought so far is left out from here on: it no longer fits what stands before it."""

    why: str


class LimitsTold(Event, frozen=True, tag="limits.told"):
    """A provider told of its limits."""

    provider: str
    model: str
    notice: LimitNotice


class LimitsUsed(Event, frozen=True, tag="limits.used"):
    """How far the user's own limits for a provider are used up."""

    provider: str
    caps: tuple[CapUsed, ...]


class CacheHit(Event, frozen=True, tag="cache.hit"):
    """An answer that was given before to the same question is used again; no request is made.

    What it saved is a `money.spent` of nothing in the same commit.
    """

    key: str
    """SHA-256 of all that the answer depends on, in hex."""
    model: str
    """Whose answer it is."""
    answered_ms: int
    """Wall time at which it was given."""
    from_run: str = ""
    """The run in which it was given."""
    saved_micro: int | None = None
    """What asking cost then; None when that is not known."""


class CacheMissed(Event, frozen=True, tag="cache.missed"):
    """No answer to the question is kept that could be used again."""

    key: str
