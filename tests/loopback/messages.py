"""Anthropic's Messages API: from a reply to the events that it is streamed as."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

from tests.loopback.script import Call, Event, Fail, Failure, Opaque, Ping, Raw, Reply, Say, Step, Think, Tokens


PING = b'event: ping\ndata: {"type": "ping"}\n\n'

_SECRET = b"thinking is bound to what stood before it"


def event(name: str, data: dict[str, Any]) -> bytes:
    """One event, as the API writes it."""
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def error_body(failure: Failure, request_id: str) -> bytes:
    """The body of an answer that is an error."""
    return json.dumps({"type": "error", "error": error(failure), "request_id": request_id}).encode()


def error(failed: Failure | Fail) -> dict[str, Any]:
    """An error, as it is told everywhere."""
    told: dict[str, Any] = {"type": failed.type, "message": failed.message}
    return {**told, "details": {"error_code": failed.code}} if failed.code else told


def signature(thinking: str, model: str, prefix: str) -> str:
    """What binds thinking to its model and to the conversation before it."""
    bound = json.dumps([thinking, model, prefix]).encode()
    return base64.b64encode(hmac.digest(_SECRET, bound, hashlib.sha256)).decode()


def prefix_of(request: dict[str, Any], count: int | None = None) -> str:
    """A digest of a request up to message `count`; marks for the cache are no part of it."""
    parts = [request.get("system"), request.get("tools"), request.get("messages", [])[:count]]
    return hashlib.sha256(json.dumps(unmarked(parts), sort_keys=True).encode()).hexdigest()


def unmarked(value: Any) -> Any:
    """A value without the marks that say what is to be cached."""
    if isinstance(value, dict):
        return {name: unmarked(each) for name, each in value.items() if name != "cache_control"}
    return [unmarked(each) for each in value] if isinstance(value, list) else value


def usage_of(tokens: Tokens) -> dict[str, Any]:
    """What was used."""
    return {
        "input_tokens": tokens.input,
        "cache_creation_input_tokens": tokens.cache_write,
        "cache_read_input_tokens": tokens.cache_read,
        "cache_creation": {
            "ephemeral_5m_input_tokens": tokens.cache_write - tokens.cache_write_1h,
            "ephemeral_1h_input_tokens": tokens.cache_write_1h,
        },
        "output_tokens": tokens.output,
        "output_tokens_details": {"thinking_tokens": tokens.thinking},
        "service_tier": "standard",
    }


def stop_of(reply: Reply) -> str | None:
    """Why it stopped."""
    if reply.stop != "":
        return reply.stop
    return "tool_use" if any(isinstance(step, Call) for step in reply.steps) else "end_turn"


def frames(reply: Reply, request: dict[str, Any], tokens: Tokens, number: int) -> Iterator[bytes]:
    """The events of a reply to the request of this number."""
    model = reply.model or str(request.get("model", ""))
    yield event("message_start", {"type": "message_start", "message": _started(reply, model, tokens, number)})
    yield PING
    index = 0
    for step in reply.steps:
        blocks = _Step(step, index, model, prefix_of(request), f"toolu_{number:04}_{index:02}")
        yield from blocks.frames()
        index += blocks.is_block
        if isinstance(step, Fail):
            return
    if (stop := stop_of(reply)) is not None:
        yield event("message_delta", _stopped(reply, stop, tokens))
        yield event("message_stop", {"type": "message_stop"})


def _started(reply: Reply, model: str, tokens: Tokens, number: int) -> dict[str, Any]:
    message: dict[str, Any] = {
        "id": f"msg_{number:04}",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
    }
    return message if reply.late else {**message, "usage": {**usage_of(tokens), "output_tokens": 1}}


def _stopped(reply: Reply, stop: str, tokens: Tokens) -> dict[str, Any]:
    delta: dict[str, Any] = {"stop_reason": stop, "stop_sequence": None}
    if stop == "refusal":
        delta["stop_details"] = {"type": "refusal", "category": reply.category or None, "explanation": None}
    told = usage_of(tokens)
    cumulative = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens")
    return {
        "type": "message_delta",
        "delta": delta,
        "usage": told if reply.late else {name: told[name] for name in cumulative},
    }


def pieces(text: str, size: int) -> list[str]:
    """A text in pieces of so many characters; 0 does not cut it."""
    size = size or max(1, len(text))
    return [text[start : start + size] for start in range(0, len(text), size)]


class _Step:
    """One step of a reply, as events."""

    def __init__(self, step: Step, index: int, model: str, prefix: str, id_: str) -> None:
        self.step = step
        self.index = index
        self.model = model
        self.prefix = prefix
        self.id = id_
        self.is_block = isinstance(step, Say | Think | Call | Opaque)

    def frames(self) -> Iterator[bytes]:
        match self.step:
            case Say(text, size):
                deltas = [{"type": "text_delta", "text": piece} for piece in pieces(text, size)]
                yield from self._block({"type": "text", "text": ""}, deltas)
            case Think():
                yield from self._block(
                    {"type": "thinking", "thinking": "", "signature": ""}, self._thinking(self.step)
                )
            case Call():
                yield from self._call(self.step)
            case Opaque(block, opaque):
                yield from self._block(block, list(opaque))
            case Ping():
                yield PING
            case Event(name, data):
                yield event(name, data)
            case Raw(raw):
                yield raw.encode("latin-1")
            case Fail():
                yield event("error", {"type": "error", "error": error(self.step)})

    def _thinking(self, think: Think) -> Iterator[dict[str, Any]]:
        text = think.text if think.shown else ""
        for piece in pieces(text, think.size):
            yield {"type": "thinking_delta", "thinking": piece}
        if think.signed:
            yield {"type": "signature_delta", "signature": signature(text, self.model, self.prefix)}

    def _call(self, call: Call) -> Iterator[bytes]:
        raw = json.dumps(call.input) if call.raw is None else call.raw
        block = {"type": "tool_use", "id": call.id or self.id, "name": call.name, "input": {}}
        sent = ["", *pieces(raw, call.size)] if raw else []
        yield from self._block(block, [{"type": "input_json_delta", "partial_json": piece} for piece in sent])

    def _block(
        self, block: dict[str, Any], deltas: "Iterator[dict[str, Any]] | list[dict[str, Any]]"
    ) -> Iterator[bytes]:
        index = self.index
        yield event("content_block_start", {"type": "content_block_start", "index": index, "content_block": block})
        for delta in deltas:
            yield event("content_block_delta", {"type": "content_block_delta", "index": index, "delta": delta})
        yield event("content_block_stop", {"type": "content_block_stop", "index": index})
