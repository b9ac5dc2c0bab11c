"""A model provider on this machine: a real HTTP server that speaks Anthropic's Messages API and OpenAI's chat API.

Nothing is mocked: the real SDKs connect to a real socket. What it answers is a script of values (`script`), which
know no provider, so that the same story is told in both tongues (`messages`, `chat`). It fails in every way that a
network and a provider can (`delivery`), holds what it is sent to the API's own rules (`rules`), counts what a cache
of prompts would (`cache`), and keeps a record of every request for whoever audits a run (`record`).

In a test:

    async with Loopback([Reply([Say("Hello.")])]) as server:
        ...  # ask server.url; then look at server.record

In a process of its own, which survives the one that is tested: `python -m tests.loopback SCRIPT.json`.
"""

from tests.loopback.record import Received, Record
from tests.loopback.script import (
    Answer,
    Call,
    Cut,
    End,
    Event,
    Fail,
    Failure,
    Hangup,
    Opaque,
    Page,
    Ping,
    Pings,
    Raw,
    Reply,
    Reset,
    Say,
    Silence,
    Slow,
    Stall,
    Think,
    Tokens,
)
from tests.loopback.server import Loopback


__all__ = [
    "Answer",
    "Call",
    "Cut",
    "End",
    "Event",
    "Fail",
    "Failure",
    "Hangup",
    "Loopback",
    "Opaque",
    "Page",
    "Ping",
    "Pings",
    "Raw",
    "Received",
    "Record",
    "Reply",
    "Reset",
    "Say",
    "Silence",
    "Slow",
    "Stall",
    "Think",
    "Tokens",
]
