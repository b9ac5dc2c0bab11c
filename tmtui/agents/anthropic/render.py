"""A request as the API wants it: from values to the very bytes that are sent.

The order is that of the caches, from what never changes in a conversation to what grows: settings, tools, system,
messages. Equal requests are equal bytes, and a conversation that grew begins with the bytes that it began with
before, apart from the marks.

A mark (`cache_control`) says that the prefix up to it be kept. There are three, of the four that are allowed:

1. the end of the system prompt, or of the tools when there is none, which all conversations of a run share;
2. the end of the last message but one of the user's: where mark 3 stood in the request before, so that what was
   written then is found at its very place, however many blocks one turn added (looking back ends after 20);
3. the end of the last message.

So a mark stays where it is for as long as it is of use, and a prefix is the same with it as without it.

Thinking goes back to the model that thought it and to nobody else. A message of which nothing is left is said to be
one, since the roles must alternate.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from math import ceil
from typing import Any, Final

import msgspec

from tmtui.agents.anthropic.catalogue import Card, nearest_effort, undated
from tmtui.agents.anthropic.schemas import strict_schema
from tmtui.agents.model import Answered, Called, FromModel, FromUser, Message, ModelRequest, Said, Thought, ToolSpec
from tmtui.agents.tools.names import BASH, EDITOR


VIEW_CHARACTERS: Final = 100_000
"""What the model is told a file may show at once; longer ones are viewed by ranges of lines."""

BUILT_IN: Final[Mapping[str, Mapping[str, Any]]] = {
    BASH: {"type": "bash_20250124", "name": BASH},
    EDITOR: {"type": "text_editor_20250728", "name": EDITOR, "max_characters": VIEW_CHARACTERS},
}
"""The API's own tool types, which its models were trained on."""

TOOL_TOKENS: Final[Mapping[str, int]] = {BASH: 325, EDITOR: 700}
"""What the API adds to a prompt for its own tool types."""

TOOLS_TOKENS: Final = 500
"""What it adds when there are any tools."""

BYTES_TO_A_TOKEN: Final = 3.2
"""Of JSON in UTF-8, with the tokenizers of the newer models: English prose has more, dense code somewhat fewer."""

NOTHING_SAID: Final = "(nothing was said)"

_MARK: Final[Mapping[str, str]] = {"type": "ephemeral"}
_NO_ID: Final = re.compile(r"[^a-zA-Z0-9_-]")
_SURROGATES: Final = re.compile("[\ud800-\udfff]")


class Rendered(msgspec.Struct, frozen=True):
    """A request, ready to be sent."""

    body: bytes
    """JSON."""
    betas: tuple[str, ...] = ()
    """For the header `anthropic-beta`."""
    notices: tuple[str, ...] = ()
    """What of the request could not be sent, for a person."""


def render(request: ModelRequest, card: Card, *, betas: tuple[str, ...] = (), lasting: str = "") -> Rendered:
    """Render a request for the model on `card`.

    Args:
        request: What is asked.
        card: The model, and what it takes.
        betas: Names of the API's trial features to ask for.
        lasting: How long a cache is kept, `5m` or `1h`; empty for the API's own, which is `5m`.
    """
    return Rendered(encoded(parameters(request, card, lasting)), betas, tuple(_left_out(request, card)))


def encoded(parameters: dict[str, Any]) -> bytes:
    """JSON. What is no character, and so cannot be sent, becomes the sign for that."""
    try:
        return msgspec.json.encode(parameters)
    except UnicodeEncodeError:
        return msgspec.json.encode(_sound(parameters))


def _sound(value: Any) -> Any:
    if isinstance(value, str):
        return _SURROGATES.sub("\ufffd", value)
    if isinstance(value, dict):
        return {_sound(name): _sound(each) for name, each in value.items()}
    return [_sound(each) for each in value] if isinstance(value, list | tuple) else value


def parameters(request: ModelRequest, card: Card, lasting: str = "") -> dict[str, Any]:
    """The request as a value, in the order in which it is sent."""
    mark = {**_MARK, "ttl": lasting} if lasting else dict(_MARK)
    found: dict[str, Any] = {
        "model": card.id,
        "max_tokens": max(1, min(request.max_tokens, card.max_output)),
        "stream": True,
    }
    if card.adaptive:
        found["thinking"] = {"type": "adaptive", "display": "summarized"}
    if output := _output(request, card):
        found["output_config"] = output
    if request.temperature is not None and card.takes_temperature:
        found["temperature"] = request.temperature
    if request.tools:
        found["tools"] = [_tool(tool, card) for tool in request.tools]
    if request.system:
        found["system"] = [{"type": "text", "text": request.system, "cache_control": mark}]
    elif request.tools:
        found["tools"][-1]["cache_control"] = mark
    found["messages"] = _messages(request.messages, card, mark)
    return found


def _output(request: ModelRequest, card: Card) -> dict[str, Any]:
    output: dict[str, Any] = {}
    if effort := nearest_effort(request.effort, card):
        output["effort"] = effort
    if request.schema is not None and card.structured and (schema := strict_schema(request.schema)) is not None:
        output["format"] = {"type": "json_schema", "schema": schema}
    return output


def _left_out(request: ModelRequest, card: Card) -> Iterable[str]:
    if request.temperature is not None and not card.takes_temperature:
        yield f"{card.id} takes no temperature, so {request.temperature:g} is not sent; set effort instead"
    if request.effort and (effort := nearest_effort(request.effort, card)) != request.effort:
        yield f"{card.id} takes no effort {request.effort!r}; " + (
            f"{effort!r} is sent" if effort else "none is sent"
        )
    if request.schema is not None and "format" not in _output(request, card):
        yield f"{card.id} cannot be held to the schema; the answer is checked when it is there"


def _tool(tool: ToolSpec, card: Card) -> dict[str, Any]:
    if built_in := BUILT_IN.get(tool.name):
        return dict(built_in)
    plain = {"name": tool.name, "description": tool.description}
    strict = strict_schema(tool.schema) if card.structured else None
    if strict is None:
        return {**plain, "input_schema": tool.schema}
    return {**plain, "input_schema": strict, "strict": True}


def _messages(messages: Sequence[Message], card: Card, mark: Mapping[str, str]) -> list[dict[str, Any]]:
    rendered = [_message(message, card) for message in messages]
    for message in [each for each in rendered if each["role"] == "user"][-2:]:
        message["content"][-1]["cache_control"] = dict(mark)
    return rendered


def _message(message: Message, card: Card) -> dict[str, Any]:
    match message:
        case FromUser(parts):
            answers = [_answer(part) for part in parts if isinstance(part, Answered)]
            said = [_text(part) for part in parts if isinstance(part, Said) and part.text.strip()]
            return {"role": "user", "content": [*answers, *said] or [_text(Said(NOTHING_SAID))]}
        case FromModel(parts, model):
            same = undated(model) == undated(card.id)
            blocks = [block for part in parts if (block := _block(part, same=same))]
            return {"role": "assistant", "content": blocks or [_text(Said(NOTHING_SAID))]}


def _block(part: Said | Thought | Called, *, same: bool) -> Any:
    """A part of what a model said; None when it is not given back."""
    match part:
        case Said(text):
            return _text(part) if text.strip() else None
        case Called():
            return {"type": "tool_use", "id": _id(part.id), "name": part.name, "input": part.input}
        case Thought(raw):
            return msgspec.json.decode(raw) if same else None


def _text(said: Said) -> dict[str, Any]:
    return {"type": "text", "text": said.text}


def _answer(part: Answered) -> dict[str, Any]:
    answer: dict[str, Any] = {"type": "tool_result", "tool_use_id": _id(part.id)}
    if part.output:
        answer["content"] = part.output
    if part.failed:
        answer["is_error"] = True
    return answer


def _id(id_: str) -> str:
    """The id of a call, which may be another provider's, in the letters that are allowed."""
    return _NO_ID.sub("_", id_) or "_"


def estimated(request: ModelRequest, card: Card) -> int:
    """Tokens that a request will be read as, by the length of what is sent: rather too many than too few."""
    tokens = len(render(request, card).body) / BYTES_TO_A_TOKEN
    if request.tools:
        tokens += TOOLS_TOKENS + sum(TOOL_TOKENS.get(tool.name, 0) for tool in request.tools)
    return ceil(tokens)
