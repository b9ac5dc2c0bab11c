"""What the tests of chat completions need: a model that asks the loopback server, and requests to ask it with."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec

from tests.loopback import Answer, Loopback
from tmtui.agents.anthropic.watch import Patience
from tmtui.agents.model import FromUser, ModelChunk, ModelRequest, Replied, Said
from tmtui.agents.openai.client import Account
from tmtui.agents.openai.model import OpenAIModel
from tmtui.agents.tools.specs import TOOL_SPECS


MODEL = "gpt-5.4-mini"
KEY = "sk-of-this-test"
LONG = 60.0
"""Seconds that no test waits for."""

REQUEST = ModelRequest(system="You work.", messages=(FromUser((Said("Do it."),)),))
TOOLS = TOOL_SPECS


def request(**changes: object) -> ModelRequest:
    """The request, changed."""
    return msgspec.structs.replace(REQUEST, **changes)


@asynccontextmanager
async def model_of(
    server: Loopback, name: str = MODEL, patience: Patience | None = None, key: str = KEY
) -> AsyncIterator[OpenAIModel]:
    """A model that asks a server."""
    model = OpenAIModel(name, Account(key, f"{server.url}/v1"), provider="local", patience=patience)
    try:
        yield model
    finally:
        await model.close()


async def heard(model: OpenAIModel, asked: ModelRequest = REQUEST) -> list[ModelChunk]:
    """All that comes of one request."""
    return [chunk async for chunk in model.ask(asked)]


async def replied(model: OpenAIModel, asked: ModelRequest = REQUEST) -> Replied:
    """How one request ends."""
    *_, last = await heard(model, asked)
    assert isinstance(last, Replied)
    return last


async def reply_to(answer: Answer, patience: Patience | None = None, asked: ModelRequest = REQUEST) -> Replied:
    """How one request ends that is answered like this."""
    async with Loopback([answer]) as server, model_of(server, patience=patience) as model:
        return await replied(model, asked)
