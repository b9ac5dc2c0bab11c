"""The rules that Anthropic's API holds a request to, with its own words for what is wrong.

Each rule is a generator of complaints; the first complaint is the answer. They are written from the API's
documentation and know nothing of how the program makes its requests.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from tests.loopback.messages import prefix_of, signature
from tests.loopback.script import Failure, Rules


SAMPLING = ("temperature", "top_p", "top_k")
NEWEST = "2026-10-21"

RETIRED = re.compile(r"claude-(1|2|instant|3)\b|claude-(opus|sonnet)-4(-0|-1)?(-20\d{6})?$")
ALWAYS_THINKS = re.compile(r"claude-(fable|mythos)-5|claude-opus-5-5")
ADAPTS = re.compile(r"claude-(\w+-5\b|opus-4-[678]|sonnet-4-6)")
NO_EFFORT = re.compile(r"claude-(sonnet|haiku)-4-5")

FIELDS = {
    "model",
    "max_tokens",
    "messages",
    "system",
    "tools",
    "tool_choice",
    "thinking",
    "output_config",
    "stream",
    "stop_sequences",
    "metadata",
    "service_tier",
    "cache_control",
    "container",
    "context_management",
    "diagnostics",
    "inference_geo",
    "speed",
    *SAMPLING,
}
EFFORTS = {"low", "medium", "high", "xhigh", "max"}
BUILT_IN = {"bash_20250124": "bash", "text_editor_20250728": "str_replace_based_edit_tool"}
NAME = re.compile(r"^[a-zA-Z0-9_-]{1,128}$")
TOOL_ID = re.compile(r"^[a-zA-Z0-9_-]+$")
MARKS = 4

Request = dict[str, Any]
Complaints = Iterator[str]


def tokens_of(body: bytes) -> int:
    """Tokens of a request, as this server counts them."""
    return len(body) // 4


def complaint(headers: dict[str, str], request: Request, body: bytes, rules: Rules) -> Failure | None:
    """What is wrong with a request to `/v1/messages`; None when nothing is."""
    model = request.get("model")
    if isinstance(model, str) and RETIRED.match(model):
        return Failure(404, "not_found_error", f"model: {model}")
    for rule in RULES:
        for words in rule(request):
            return Failure(400, "invalid_request_error", words)
    version = headers.get("anthropic-version", "")
    if not version:
        return Failure(400, "invalid_request_error", "anthropic-version: header is required")
    if version == NEWEST and (sent := [name for name in SAMPLING if name in request]):
        return Failure(400, "invalid_request_error", f"{sent[0]}: sampling parameters are not supported")
    if (count := tokens_of(body)) > rules.window:
        return Failure(400, "invalid_request_error", f"prompt is too long: {count} tokens > {rules.window} maximum")
    return None


def _fields(request: Request) -> Complaints:
    for name in request:
        if name not in FIELDS:
            yield f"{name}: Extra inputs are not permitted"
    for name in ("model", "max_tokens", "messages"):
        if name not in request:
            yield f"{name}: Field required"
    if not isinstance(request["max_tokens"], int) or request["max_tokens"] < 0:
        yield "max_tokens: Input should be greater than or equal to 0"


def _alternation(request: Request) -> Complaints:
    messages = request["messages"]
    if not messages:
        yield "messages: at least one message is required"
    for number, message in enumerate(messages):
        wanted = "assistant" if number % 2 else "user"
        if message.get("role") != wanted:
            yield f"messages.{number}: roles must alternate between user and assistant"
    if messages[-1]["role"] == "assistant":
        yield "This model does not support assistant message prefill. The conversation must end with a user message."


def _blocks(message: dict[str, Any]) -> list[dict[str, Any]]:
    content = message["content"]
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _texts(request: Request) -> Complaints:
    for number, message in enumerate(request["messages"]):
        if not _blocks(message):
            yield f"messages.{number}: all messages must have non-empty content"
        for block in _blocks(message):
            if block["type"] == "text" and not block["text"].strip():
                yield f"messages.{number}: text content blocks must contain non-whitespace text"
    system = request.get("system", [])
    if isinstance(system, list) and any(not block["text"] for block in system):
        yield "system: text content blocks must be non-empty"


def _tool_results(request: Request) -> Complaints:
    messages = request["messages"]
    for number, message in enumerate(messages):
        blocks = _blocks(message)
        calls = [block["id"] for block in blocks if block["type"] == "tool_use"]
        after = _blocks(messages[number + 1]) if number + 1 < len(messages) else []
        answered = [block["tool_use_id"] for block in after if block["type"] == "tool_result"]
        if len(set(calls)) < len(calls):
            yield f"messages.{number}: `tool_use` ids must be unique"
        if missing := [each for each in calls if each not in answered]:
            yield (
                f"messages.{number}: `tool_use` ids were found without `tool_result` blocks immediately after: "
                + ", ".join(missing)
            )
        if strangers := [each for each in answered if each not in calls]:
            yield f"messages.{number + 1}: unexpected `tool_use_id` found in `tool_result` blocks: {strangers[0]}"
        if len(set(answered)) < len(answered):
            yield f"messages.{number + 1}: each tool_use must have a single result"
        if answered and any(block["type"] != "tool_result" for block in after[: len(answered)]):
            yield f"messages.{number + 1}: `tool_result` blocks must come first"


def _calls(request: Request) -> Complaints:
    for number, message in enumerate(request["messages"]):
        for block in _blocks(message):
            if block["type"] != "tool_use":
                continue
            if message["role"] != "assistant":
                yield f"messages.{number}: `tool_use` blocks can only be in assistant messages"
            if not TOOL_ID.match(block["id"]) or not NAME.match(block["name"]):
                yield f"messages.{number}: String should match pattern '{NAME.pattern}'"
            if not isinstance(block["input"], dict):
                yield f"messages.{number}: tool_use.input: Input should be a valid dictionary"


def _thinking_blocks(request: Request) -> Complaints:
    for number, message in enumerate(request["messages"]):
        for block in _blocks(message):
            if block["type"] != "thinking":
                continue
            if not block.get("signature"):
                yield f"messages.{number}: thinking.signature: Field required"
            bound = signature(block["thinking"], request["model"], prefix_of(request, number))
            if bound != block["signature"]:
                yield (
                    f"messages.{number}: Invalid `signature` in `thinking` block. "
                    "The block is bound to a different conversation"
                )


def _thinking(request: Request) -> Complaints:
    thinking = request.get("thinking")
    if thinking is None:
        return
    model = request["model"]
    if thinking["type"] == "adaptive" and not ADAPTS.match(model):
        yield "adaptive thinking is not supported on this model"
    if thinking["type"] == "disabled" and ALWAYS_THINKS.match(model):
        yield "thinking cannot be disabled on this model"
    if thinking.get("display") not in (None, "summarized", "omitted"):
        yield "thinking.display: Input should be 'summarized' or 'omitted'"


def _output(request: Request) -> Complaints:
    output = request.get("output_config", {})
    if effort := output.get("effort"):
        if effort not in EFFORTS:
            yield "output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'"
        if NO_EFFORT.match(request["model"]):
            yield "This model does not support the effort parameter."
    if form := output.get("format"):
        if form["type"] != "json_schema":
            yield "output_config.format.type: Input should be 'json_schema'"
        yield from _strict(form["schema"], "output_config.format.schema")


def _strict(schema: Any, place: str) -> Complaints:
    """A schema that answers are held to is closed, and holds nothing that cannot be enforced."""
    if not isinstance(schema, dict):
        return
    if schema.get("type") == "object" and schema.get("additionalProperties") is not False:
        yield f"{place}: For 'object' type, 'additionalProperties' must be explicitly set to false"
    for name in ("minimum", "maximum", "minLength", "maxLength", "pattern", "maxItems", "oneOf", "not"):
        if name in schema:
            yield f"{place}: property '{name}' is not supported"
    for name, each in schema.get("properties", {}).items():
        yield from _strict(each, f"{place}.{name}")
    yield from _strict(schema.get("items"), f"{place}.items")
    for each in schema.get("anyOf", []):
        yield from _strict(each, f"{place}.anyOf")


def _tools(request: Request) -> Complaints:
    names = [tool.get("name", "") for tool in request.get("tools", [])]
    if len(set(names)) < len(names):
        yield "tools: Tool names must be unique."
    for number, tool in enumerate(request.get("tools", [])):
        kind = tool.get("type", "custom")
        if not NAME.match(tool.get("name", "")):
            yield f"tools.{number}.name: String should match pattern '{NAME.pattern}'"
        if kind != "custom" and BUILT_IN.get(kind) != tool["name"]:
            yield f"tools.{number}: Input tag '{kind}' does not match any of the expected tags"
        if kind == "custom" and tool.get("input_schema", {}).get("type") != "object":
            yield f"tools.{number}.input_schema.type: Field required"
        if tool.get("strict"):
            yield from _strict(tool["input_schema"], f"tools.{number}")


def _marks(request: Request) -> Complaints:
    system = request.get("system", [])
    blocks = [*request.get("tools", []), *(system if isinstance(system, list) else [])]
    blocks += [block for message in request["messages"] for block in _blocks(message)]
    marked = [block for block in blocks if "cache_control" in block]
    if len(marked) > MARKS:
        yield f"A maximum of {MARKS} blocks with cache_control may be provided. Found {len(marked)}."
    if any(block.get("type") == "thinking" for block in marked):
        yield "cache_control: thinking blocks cannot be marked"
    lasting = [block["cache_control"].get("ttl", "5m") for block in marked]
    if lasting != sorted(lasting):
        yield "cache_control.ttl: a ttl='1h' block must not come after a ttl='5m' block"


RULES: tuple[Callable[[Request], Complaints], ...] = (
    _fields,
    _alternation,
    _texts,
    _calls,
    _tool_results,
    _thinking,
    _thinking_blocks,
    _output,
    _tools,
    _marks,
)


def chat_complaint(request: Request, body: bytes, rules: Rules) -> Failure | None:
    """What is wrong with a request to `/v1/chat/completions`; None when nothing is."""
    if (count := tokens_of(body)) > rules.window:
        words = f"This model's maximum context length is {rules.window} tokens, but you sent {count} tokens."
        return Failure(400, "invalid_request_error", words, "context_length_exceeded")
    for words in _chat_calls(request):
        return Failure(400, "invalid_request_error", words)
    return None


def _chat_calls(request: Request) -> Complaints:
    if not request.get("messages"):
        yield "Invalid 'messages': empty array."
    open_calls: list[str] = []
    for number, message in enumerate(request["messages"]):
        if message["role"] == "tool":
            if message["tool_call_id"] not in open_calls:
                yield f"messages.[{number}]: 'tool' must be a response to a preceding message with 'tool_calls'."
            else:
                open_calls.remove(message["tool_call_id"])
        elif open_calls:
            yield "An assistant message with 'tool_calls' must be followed by tool messages: " + ", ".join(open_calls)
        if message["role"] == "assistant":
            open_calls = [call["id"] for call in message.get("tool_calls") or []]
    if open_calls:
        yield "An assistant message with 'tool_calls' must be followed by tool messages: " + ", ".join(open_calls)
