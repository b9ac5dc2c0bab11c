"""The server holds requests to the API's rules, so that what passes here passes there."""

from typing import Any

import pytest

from tests.loopback.messages import prefix_of, signature
from tests.loopback.rules import chat_complaint, complaint
from tests.loopback.script import Rules


MODEL = "claude-sonnet-5-5"
HEADERS = {"anthropic-version": "2026-10-21"}


def text(words: str, **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": words, **more}


def user(*blocks: Any) -> dict[str, Any]:
    return {"role": "user", "content": list(blocks)}


def model(*blocks: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": list(blocks)}


def use(id_: str = "t1", **more: Any) -> dict[str, Any]:
    return {"type": "tool_use", "id": id_, "name": "bash", "input": {}, **more}


def result(id_: str = "t1") -> dict[str, Any]:
    return {"type": "tool_result", "tool_use_id": id_, "content": "ok"}


def asked(*messages: Any, **fields: Any) -> dict[str, Any]:
    return {"model": MODEL, "max_tokens": 10, "messages": list(messages) or [user(text("Hi"))], **fields}


def refusal(request: dict[str, Any], headers: dict[str, str] | None = None, rules: Rules | None = None) -> str:
    found = complaint(HEADERS if headers is None else headers, request, b"x" * 400, rules or Rules())
    return f"{found.status} {found.message}" if found else ""


MARK = {"cache_control": {"type": "ephemeral"}}
HOUR = {"cache_control": {"type": "ephemeral", "ttl": "1h"}}
OPEN = {"type": "object", "properties": {"a": {"type": "object"}}, "additionalProperties": False}


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (asked(), ""),
        (asked(user(text("1")), model(use()), user(result(), text("2"))), ""),
        (asked(user(text("1")), model(text("2")), user(text("3", **MARK))), ""),
        (asked(color="red"), "color: Extra inputs are not permitted"),
        ({"model": MODEL, "messages": []}, "max_tokens: Field required"),
        (asked(max_tokens=-1), "max_tokens"),
        (asked(temperature=1), "400 temperature: sampling parameters"),
        (asked(model(text("x"))), "roles must alternate"),
        (asked(user(text("1")), user(text("2"))), "roles must alternate"),
        (asked(user(text("1")), model(text("2"))), "prefill"),
        (asked(user()), "non-empty content"),
        (asked(user(text(" \n"))), "non-whitespace"),
        (asked(user(text("1")), model(use()), user(text("2"))), "`tool_use` ids were found without"),
        (asked(user(text("1")), model(use(), use()), user(result())), "ids must be unique"),
        (asked(user(text("1")), model(use()), user(text("2"), result())), "must come first"),
        (asked(user(text("1")), model(use()), user(result(), result())), "single result"),
        (asked(user(text("1")), model(text("2")), user(result())), "unexpected `tool_use_id`"),
        (asked(user(text("1")), model(use("a b")), user(result("a b"))), "should match pattern"),
        (asked(user(use())), "can only be in assistant messages"),
        (asked(user(text("1")), model(use(input="x")), user(result())), "valid dictionary"),
        (asked(user(text("1")), model({"type": "thinking", "thinking": "x"}), user(text("2"))), "Field required"),
        (asked(thinking={"type": "disabled"}, model="claude-opus-5-5"), "cannot be disabled"),
        (asked(thinking={"type": "adaptive"}, model="claude-haiku-4-5"), "adaptive thinking is not supported"),
        (asked(thinking={"type": "adaptive", "display": "loud"}), "thinking.display"),
        (asked(output_config={"effort": "some"}), "output_config.effort"),
        (asked(output_config={"effort": "high"}, model="claude-haiku-4-5"), "does not support the effort"),
        (asked(output_config={"format": {"type": "json_schema", "schema": OPEN}}), "additionalProperties"),
        (asked(tools=[{"name": "a", "input_schema": {"type": "object"}}] * 2), "must be unique"),
        (asked(tools=[{"name": "a b", "input_schema": {"type": "object"}}]), "should match pattern"),
        (asked(tools=[{"name": "a", "input_schema": {}}]), "input_schema.type"),
        (asked(tools=[{"name": "a", "input_schema": OPEN, "strict": True}]), "additionalProperties"),
        (asked(tools=[{"type": "bash_2030", "name": "bash"}]), "does not match"),
        (asked(user(*[text("x", **MARK)] * 5)), "A maximum of 4 blocks"),
        (asked(user(text("1", **MARK), text("2", **HOUR))), "must not come after"),
        (asked(model="claude-3-5-sonnet-20241022"), "404 model: claude-3-5"),
        (asked(model="claude-opus-4-1"), "404"),
        (asked(model="claude-opus-4-8"), ""),
    ],
)
def test_what_the_api_refuses(request_: dict[str, Any], words: str) -> None:
    found = refusal(request_)

    assert words in found
    assert bool(words) == bool(found)


def test_thinking_is_bound_to_its_model_and_to_all_before_it() -> None:
    first = user(text("1"))
    prefix = prefix_of(asked(first))
    block = {"type": "thinking", "thinking": "Hm", "signature": signature("Hm", MODEL, prefix)}
    rest = [model(block, text("2")), user(text("3"))]

    assert refusal(asked(first, *rest)) == ""
    assert refusal(asked(user(text("1", **MARK)), *rest)) == ""
    for changed in (
        asked(user(text("one")), *rest),
        asked(first, *rest, system="new"),
        asked(first, *rest, model="claude-opus-5-5"),
        asked(first, model({**block, "thinking": "Ha"}), user(text("3"))),
    ):
        assert "bound to a different conversation" in refusal(changed)


def test_a_prompt_has_room_and_a_version() -> None:
    assert "prompt is too long: 100 tokens > 99 maximum" in refusal(asked(), rules=Rules(window=99))
    assert "anthropic-version" in refusal(asked(), headers={})


@pytest.mark.parametrize(
    ("messages", "words"),
    [
        ([{"role": "user", "content": "x"}], ""),
        ([], "empty array"),
        ([{"role": "tool", "tool_call_id": "c", "content": "x"}], "must be a response to a preceding message"),
        ([{"role": "assistant", "tool_calls": [{"id": "c"}]}], "must be followed by tool messages: c"),
        ([{"role": "assistant", "tool_calls": [{"id": "c"}]}, {"role": "user", "content": "x"}], "must be followed"),
        ([{"role": "assistant", "tool_calls": [{"id": "c"}]}, {"role": "tool", "tool_call_id": "c"}], ""),
    ],
)
def test_what_the_other_api_refuses(messages: list[dict[str, Any]], words: str) -> None:
    found = chat_complaint({"model": "gpt", "messages": messages}, b"x" * 400, Rules())

    assert words in (found.message if found else "")
    assert bool(words) == bool(found)


def test_the_other_api_has_a_code_for_a_prompt_that_is_too_long() -> None:
    found = chat_complaint({"messages": []}, b"x" * 400, Rules(window=99))

    assert found is not None
    assert found.code == "context_length_exceeded"
