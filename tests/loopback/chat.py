"""OpenAI's chat completions: from a reply to the chunks that it is streamed as."""

import json
from collections.abc import Iterator
from typing import Any

from tests.loopback.messages import pieces, stop_of
from tests.loopback.script import Call, Event, Fail, Failure, Opaque, Ping, Raw, Reply, Say, Think, Tokens


PING = b": ping\n\n"
DONE = b"data: [DONE]\n\n"

FINISHES = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "pause_turn": "stop",
    "tool_use": "tool_calls",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "content_filter",
}
"""OpenAI's words for why a model stopped. A word that is not here is sent as it is."""


def chunk(data: dict[str, Any]) -> bytes:
    """One chunk."""
    return f"data: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def error(failed: Failure | Fail) -> dict[str, Any]:
    """An error, as it is told everywhere."""
    return {"message": failed.message, "type": failed.type, "code": failed.code or None, "param": None}


def error_body(failure: Failure, _request_id: str) -> bytes:
    """The body of an answer that is an error."""
    return json.dumps({"error": error(failure)}).encode()


def usage_of(tokens: Tokens) -> dict[str, Any]:
    """What was used."""
    prompt = tokens.input + tokens.cache_read + tokens.cache_write
    return {
        "prompt_tokens": prompt,
        "completion_tokens": tokens.output,
        "total_tokens": prompt + tokens.output,
        "prompt_tokens_details": {"cached_tokens": tokens.cache_read, "cache_write_tokens": tokens.cache_write},
        "completion_tokens_details": {"reasoning_tokens": tokens.thinking},
    }


def frames(reply: Reply, request: dict[str, Any], tokens: Tokens, number: int) -> Iterator[bytes]:
    """The chunks of a reply to the request of this number."""
    head = {
        "id": f"chatcmpl-{number:04}",
        "object": "chat.completion.chunk",
        "created": 1_790_000_000,
        "model": reply.model or str(request.get("model", "")),
    }

    def choice(delta: dict[str, Any], finish: str | None = None) -> bytes:
        return chunk({**head, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})

    yield choice({"role": "assistant", "content": ""})
    calls = 0
    for step in reply.steps:
        match step:
            case Say(text, size):
                yield from (choice({"content": piece}) for piece in pieces(text, size))
            case Think(text, size):
                yield from (choice({"reasoning_content": piece}) for piece in pieces(text, size))
            case Call():
                yield from (choice(delta) for delta in _call(step, calls, number))
                calls += 1
            case Opaque(block):
                yield choice(block)
            case Event(_, data):
                yield chunk(data)
            case Ping():
                yield PING
            case Raw(raw):
                yield raw.encode("latin-1")
            case Fail():
                yield chunk({"error": error(step)})
                return
    if (stop := stop_of(reply)) is None:
        return
    yield choice({}, FINISHES.get(stop, stop))
    if (request.get("stream_options") or {}).get("include_usage"):
        yield chunk({**head, "choices": [], "usage": usage_of(tokens)})
    yield DONE


def _call(call: Call, index: int, number: int) -> Iterator[dict[str, Any]]:
    raw = json.dumps(call.input) if call.raw is None else call.raw
    begun = {"id": call.id or f"call_{number:04}_{index:02}", "type": "function"}
    yield {"tool_calls": [{"index": index, **begun, "function": {"name": call.name, "arguments": ""}}]}
    for piece in pieces(raw, call.size):
        yield {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}
