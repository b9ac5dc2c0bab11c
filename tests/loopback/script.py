"""What the server is told to answer: values that name no provider.

They can be written as JSON too, each with its kind: `{"kind": "say", "text": "Hello."}`.
"""

from collections.abc import Sequence
from typing import Any

import msgspec


# What an answer is made of.


class Say(msgspec.Struct, frozen=True, tag_field="kind", tag="say"):
    """Text, in pieces of `size` characters; 0 is one piece."""

    text: str
    size: int = 0


class Think(msgspec.Struct, frozen=True, tag_field="kind", tag="think"):
    """Thinking. Anthropic's is signed, and bound to the conversation; without `shown` only the signature comes."""

    text: str
    size: int = 0
    shown: bool = True
    signed: bool = True


class Call(msgspec.Struct, frozen=True, tag_field="kind", tag="call"):
    """A tool call."""

    name: str
    input: dict[str, Any] = {}
    id: str = ""
    """Empty for one that is made up."""
    raw: str | None = None
    """The input as it is sent, in place of JSON of `input`; empty for no piece at all."""
    size: int = 0


class Opaque(msgspec.Struct, frozen=True, tag_field="kind", tag="opaque"):
    """A block of any kind, whole as it begins, with deltas of any kind."""

    block: dict[str, Any]
    deltas: tuple[dict[str, Any], ...] = ()


class Ping(msgspec.Struct, frozen=True, tag_field="kind", tag="ping"):
    """A sign of life."""


class Event(msgspec.Struct, frozen=True, tag_field="kind", tag="event"):
    """An event of any kind, between blocks."""

    name: str
    data: dict[str, Any]


class Raw(msgspec.Struct, frozen=True, tag_field="kind", tag="raw"):
    """Bytes that are sent as they are, in ISO 8859-1."""

    text: str


class Fail(msgspec.Struct, frozen=True, tag_field="kind", tag="fail"):
    """An error in the middle of the answer, which ends it."""

    type: str
    message: str = "it failed"
    code: str = ""


Step = Say | Think | Call | Opaque | Ping | Event | Raw | Fail


# How it is delivered. Each of these begins at byte `at` of the body, or after `after` events; at its end otherwise.


class Cut(msgspec.Struct, frozen=True, tag_field="kind", tag="cut"):
    """The connection ends, in the middle of what had been announced."""

    at: int | None = None
    after: int | None = None


class End(msgspec.Struct, frozen=True, tag_field="kind", tag="end"):
    """The body ends there, properly."""

    at: int | None = None
    after: int | None = None


class Reset(msgspec.Struct, frozen=True, tag_field="kind", tag="reset"):
    """The connection is reset."""

    at: int | None = None
    after: int | None = None


class Stall(msgspec.Struct, frozen=True, tag_field="kind", tag="stall"):
    """Nothing comes any more, and the connection stays."""

    at: int | None = None
    after: int | None = None


class Pings(msgspec.Struct, frozen=True, tag_field="kind", tag="pings"):
    """Nothing but pings comes any more."""

    at: int | None = None
    after: int | None = None
    seconds: float = 0.01


class Slow(msgspec.Struct, frozen=True, tag_field="kind", tag="slow"):
    """The rest comes byte by byte."""

    at: int | None = None
    after: int | None = None
    seconds: float = 0.01


Fault = Cut | End | Reset | Stall | Pings | Slow


class Tokens(msgspec.Struct, frozen=True):
    """What was used."""

    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0
    """All that was written, what lasts an hour included."""
    cache_write_1h: int = 0
    thinking: int = 0


# Answers.


class Reply(msgspec.Struct, frozen=True, tag_field="kind", tag="reply"):
    """A streamed answer."""

    steps: Sequence[Step] = ()
    stop: str | None = ""
    """Anthropic's word for why it stopped; empty for the one that fits the steps, None for an end without one."""
    category: str = ""
    """Of a refusal."""
    tokens: Tokens | None = None
    """None for what the request's length and the cache come to."""
    late: bool = False
    """Whether usage is told at the end only."""
    fault: Fault | None = None
    framing: str = "chunked"
    """`chunked`, or `close`: then the body ends with the connection."""
    pace: float = 0.0
    """Seconds between events."""
    stamp: str = ""
    """Sixteen characters of the text that the time of sending is written over, in microseconds since the epoch."""
    delay: float = 0.0
    """Seconds before the answer begins."""
    headers: dict[str, str] = {}
    model: str = ""
    """Who serves it; empty for whoever was asked."""


class Failure(msgspec.Struct, frozen=True, tag_field="kind", tag="failure"):
    """An answer that is an error, as the API tells it."""

    status: int
    type: str = ""
    message: str = "it failed"
    code: str = ""
    headers: dict[str, str] = {}


class Page(msgspec.Struct, frozen=True, tag_field="kind", tag="page"):
    """An answer that is not the API's, such as a proxy's page."""

    status: int = 200
    text: str = "<html><head><title>\x1b]52;c;x\x07</title></head><body>Please log in</body></html>"
    type: str = "text/html"
    headers: dict[str, str] = {}


class Silence(msgspec.Struct, frozen=True, tag_field="kind", tag="silence"):
    """No answer, and the connection stays."""


class Hangup(msgspec.Struct, frozen=True, tag_field="kind", tag="hangup"):
    """No answer, and the connection ends: properly, or by a reset."""

    reset: bool = False


Answer = Reply | Failure | Page | Silence | Hangup


class Rules(msgspec.Struct, frozen=True):
    """What is held against the requests."""

    strict: bool = True
    """Whether the API's rules hold."""
    window: int = 1_000_000
    """Tokens that a prompt may have."""
    largest: int = 32 * 1024 * 1024
    """Bytes that a request may have."""
    keys: tuple[str, ...] = ()
    """The keys that are accepted; none for any."""


class Script(msgspec.Struct, frozen=True):
    """A whole story."""

    replies: tuple[Answer, ...]
    by: str = "order"
    """`order`, or `turn`: then the answer goes by how many messages of the model a request holds, so that a request
    that is made again is answered the same."""
    rules: Rules = Rules()


def read_script(text: bytes) -> Script:
    """A script, from JSON."""
    return msgspec.json.decode(text, type=Script)
