"""A request as the API wants it: from values to the very bytes that are sent.

Equal requests are equal bytes, and what never changes in a conversation stands first, since the API keeps caches of
beginnings by itself.

The API has no word for a tool that failed, so its answer says so. What models thought is not given back to any: it is
never part of a message here.
"""

import hashlib
from collections.abc import Iterable, Iterator
from math import ceil
from typing import Any, Final

import msgspec

from tmtui.agents.model import Answered, Called, FromModel, FromUser, Message, ModelRequest, Said, ToolSpec
from tmtui.agents.openai.catalogue import Card, nearest_effort


BYTES_TO_A_TOKEN: Final = 3.0
"""Of JSON in UTF-8, on the low side: tokenizers of servers of one's own differ."""

LONGEST_ID: Final = 40
"""Characters that the id of a call may have."""

NOTHING_SAID: Final = "(nothing was said)"
FAILED: Final = "[failed]"


def render(request: ModelRequest, card: Card, *, official: bool) -> bytes:
    """Render a request.

    Args:
        request: What is asked.
        card: The model, and what it takes.
        official: Whether OpenAI itself is asked. Others know the older name of the limit of an answer.
    """
    return _encoded(dict(_parameters(request, card, official=official)))


def left_out(request: ModelRequest, card: Card) -> Iterator[str]:
    """What of a request cannot be sent, for a person."""
    if request.temperature is not None and not card.traits.takes_temperature:
        yield f"{card.id} takes no temperature, so {request.temperature:g} is not sent; set effort instead"
    if request.effort and (effort := nearest_effort(request.effort, card)) != request.effort:
        yield f"{card.id} takes no effort {request.effort!r}; " + (
            f"{effort!r} is sent" if effort else "none is sent"
        )


def estimated(request: ModelRequest, card: Card) -> int:
    """Tokens that a request will be read as, by the length of what is sent: rather too many than too few."""
    return ceil(len(render(request, card, official=False)) / BYTES_TO_A_TOKEN)


def _parameters(request: ModelRequest, card: Card, *, official: bool) -> Iterator[tuple[str, Any]]:
    yield "model", card.id
    yield "stream", True
    yield "stream_options", {"include_usage": True}
    yield ("max_completion_tokens" if official else "max_tokens"), request.max_tokens
    if effort := nearest_effort(request.effort, card):
        yield "reasoning_effort", effort
    if request.temperature is not None and card.traits.takes_temperature:
        yield "temperature", request.temperature
    if request.schema is not None:
        yield "response_format", {"type": "json_schema", "json_schema": {"name": "answer", "schema": request.schema}}
    if request.tools:
        yield "tools", [_tool(tool) for tool in request.tools]
    yield "messages", [*_system(request), *(part for message in request.messages for part in _message(message))]


def _system(request: ModelRequest) -> Iterator[dict[str, Any]]:
    if request.system.strip():
        yield {"role": "system", "content": request.system}


def _tool(tool: ToolSpec) -> dict[str, Any]:
    function = {"name": tool.name, "description": tool.description, "parameters": tool.schema}
    return {"type": "function", "function": function}


def _message(message: Message) -> Iterable[dict[str, Any]]:
    match message:
        case FromUser(parts):
            answers = [_answer(part) for part in parts if isinstance(part, Answered)]
            said = [part.text for part in parts if isinstance(part, Said) and part.text.strip()]
            if answers and not said:
                return answers
            return [*answers, {"role": "user", "content": "\n\n".join(said) or NOTHING_SAID}]
        case FromModel(parts):
            return [_from_model(parts)]


def _from_model(parts: Iterable[Any]) -> dict[str, Any]:
    parts = tuple(parts)
    text = "".join(part.text for part in parts if isinstance(part, Said))
    calls = [_call(part) for part in parts if isinstance(part, Called)]
    if calls:
        return {"role": "assistant", "content": text or None, "tool_calls": calls}
    return {"role": "assistant", "content": text if text.strip() else NOTHING_SAID}


def _call(part: Called) -> dict[str, Any]:
    arguments = msgspec.json.encode(part.input).decode()
    return {"id": _id(part.id), "type": "function", "function": {"name": part.name, "arguments": arguments}}


def _answer(part: Answered) -> dict[str, Any]:
    content = f"{FAILED}\n{part.output}" if part.failed else part.output
    return {"role": "tool", "tool_call_id": _id(part.id), "content": content}


def _id(id_: str) -> str:
    """The id of a call, which may be another provider's, in the length that is allowed."""
    return id_ if len(id_) <= LONGEST_ID else hashlib.sha256(id_.encode()).hexdigest()[:LONGEST_ID]


def _encoded(parameters: dict[str, Any]) -> bytes:
    """JSON. What is no character, and so cannot be sent, becomes the sign for that."""
    try:
        return msgspec.json.encode(parameters)
    except UnicodeEncodeError:
        return msgspec.json.encode(_sound(parameters))


def _sound(value: Any) -> Any:
    match value:
        case str():
            return value.encode("utf-8", "replace").decode()
        case dict():
            return {name: _sound(each) for name, each in value.items()}
        case list():
            return [_sound(each) for each in value]
    return value
