"""What the tests of Claude need: a model that asks the loopback server, and requests to ask it with."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import msgspec

from tests.loopback import Answer, Loopback, Reply, Say
from tmtui.agents.anthropic.client import Account
from tmtui.agents.anthropic.model import AnthropicModel
from tmtui.agents.anthropic.watch import Patience
from tmtui.agents.model import FromUser, ModelChunk, ModelRequest, Replied, Said, ToolSpec


MODEL = "claude-sonnet-5-5"
KEY = "sk-ant-of-this-test"
LONG = 60.0
"""Seconds that no test waits for."""

REQUEST = ModelRequest(system="You work.", messages=(FromUser((Said("Do it."),)),))
TOOLS = (
    ToolSpec("bash", "Runs a command.", {"type": "object"}),
    ToolSpec("glob", "Finds files.", {"type": "object", "properties": {"pattern": {"type": "string"}}}),
)


def request(**changes: object) -> ModelRequest:
    """The request, changed."""
    return msgspec.structs.replace(REQUEST, **changes)


@asynccontextmanager
async def model_of(
    server: Loopback, name: str = MODEL, patience: Patience | None = None
) -> AsyncIterator[AnthropicModel]:
    """A model that asks a server."""
    model = AnthropicModel(name, Account(KEY, server.url), provider="claude", patience=patience)
    try:
        yield model
    finally:
        await model.close()


async def heard(model: AnthropicModel, asked: ModelRequest = REQUEST) -> list[ModelChunk]:
    """All that comes of one request."""
    return [chunk async for chunk in model.ask(asked)]


async def replied(model: AnthropicModel, asked: ModelRequest = REQUEST) -> Replied:
    """How one request ends."""
    *_, last = await heard(model, asked)
    assert isinstance(last, Replied)
    return last


async def reply_to(answer: Answer, patience: Patience | None = None, asked: ModelRequest = REQUEST) -> Replied:
    """How one request ends that is answered like this."""
    async with Loopback([answer]) as server, model_of(server, patience=patience) as model:
        return await replied(model, asked)


def saying(*texts: str) -> Sequence[Answer]:
    """Plain answers."""
    return [Reply([Say(text)]) for text in texts]
