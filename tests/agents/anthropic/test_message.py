import json
from typing import Any

import pytest

from tmtui.agents.anthropic.errors import Broken
from tmtui.agents.anthropic.message import DELTAS, KNOWN, ORDER, STOPS, Message, Stage
from tmtui.agents.anthropic.sse import StreamEvent
from tmtui.agents.model import Called, Replied, Said, StopKind, Thought
from tmtui.agents.port import Notice, Text, Thinking
from tmtui.domain.outcome import Kind
from tmtui.domain.usage import Usage


Data = dict[str, Any]

START: Data = {
    "type": "message_start",
    "message": {"model": "claude-x", "usage": {"input_tokens": 7, "output_tokens": 1}},
}
STOP: Data = {"type": "message_stop"}
PING: Data = {"type": "ping"}


def opened(block: Data, index: int = 0) -> Data:
    return {"type": "content_block_start", "index": index, "content_block": block}


def delta(index: int = 0, **fields: Any) -> Data:
    return {"type": "content_block_delta", "index": index, "delta": fields}


def closed(index: int = 0) -> Data:
    return {"type": "content_block_stop", "index": index}


def stopped(reason: str | None = "end_turn", usage: Data | None = None, **details: Any) -> Data:
    return {
        "type": "message_delta",
        "delta": {"stop_reason": reason, **details},
        "usage": usage or {"output_tokens": 9},
    }


def block(kind: Data, *deltas: Data, index: int = 0) -> list[Data]:
    return [opened(kind, index), *({**each, "index": index} for each in deltas), closed(index)]


TEXT = block({"type": "text", "text": ""}, delta(type="text_delta", text="Hi"))


def call(raw: str, *, index: int = 0, id_: str = "t1") -> list[Data]:
    start = {"type": "tool_use", "id": id_, "name": "bash", "input": {}}
    return block(start, delta(type="input_json_delta", partial_json=raw), index=index)


def feed(message: Message, *events: Data | bytes) -> list[Text | Thinking | Notice]:
    chunks = []
    for event in events:
        data = event if isinstance(event, bytes) else json.dumps(event).encode()
        if chunk := message.feed(StreamEvent("", data)):
            chunks.append(chunk)
    return chunks


def told(*events: Data) -> Replied:
    message = Message()
    feed(message, START, *events)
    return message.replied()


def broken(*events: Data | bytes) -> tuple[Kind, str]:
    with pytest.raises(Broken) as caught:
        feed(Message(), *events)
    return caught.value.outcome.kind, caught.value.outcome.message


def test_an_answer_is_its_parts_its_stop_and_what_it_used() -> None:
    reply = told(*TEXT, *call('{"command": "ls"}', index=1), stopped("tool_use"), STOP)

    assert reply.outcome.ok
    assert reply.parts == (Said("Hi"), Called("t1", "bash", {"command": "ls"}))
    assert (reply.stop, reply.stop_word, reply.model) == (StopKind.TOOL_USE, "tool_use", "claude-x")
    assert reply.usage == Usage(input_tokens=7, output_tokens=9)


def test_text_and_thinking_are_shown_as_they_come() -> None:
    thinking = block(
        {"type": "thinking", "thinking": "", "signature": ""},
        delta(type="thinking_delta", thinking="Hm"),
        delta(type="signature_delta", signature="sig"),
    )
    message = Message()

    assert feed(message, START, *thinking, opened({"type": "text", "text": "A"}, 1)) == [Thinking("Hm"), Text("A")]
    assert feed(message, delta(1, type="text_delta", text="B"), closed(1), stopped(), STOP) == [Text("B")]
    assert message.replied().parts == (
        Thought('{"type":"thinking","thinking":"Hm","signature":"sig"}'),
        Said("AB"),
    )


@pytest.mark.parametrize(
    ("word", "kind", "stop"),
    [
        ("end_turn", Kind.OK, StopKind.END_TURN),
        ("stop_sequence", Kind.OK, StopKind.STOP_SEQUENCE),
        ("max_tokens", Kind.OK, StopKind.MAX_TOKENS),
        ("pause_turn", Kind.OK, StopKind.PAUSE_TURN),
        ("tool_use", Kind.PROTOCOL_ERROR, StopKind.TOOL_USE),
        ("refusal", Kind.REFUSAL, StopKind.REFUSAL),
        ("model_context_window_exceeded", Kind.CONTEXT_TOO_LONG, StopKind.CONTEXT_EXCEEDED),
        ("bored\x1b[2J", Kind.STREAM_TRUNCATED, StopKind.UNKNOWN),
    ],
)
def test_why_it_stopped_decides_what_it_came_to(word: str, kind: Kind, stop: StopKind) -> None:
    reply = told(*TEXT, stopped(word), STOP)

    assert (reply.outcome.kind, reply.stop) == (kind, stop)
    assert bool(reply.parts) == reply.outcome.ok
    assert "\x1b" not in reply.stop_word + reply.outcome.message


def test_every_reason_for_stopping_that_is_known_is_in_the_table() -> None:
    from typing import get_args  # noqa: PLC0415  # likewise

    import anthropic.types  # noqa: PLC0415  # loading it takes seconds

    assert set(get_args(anthropic.types.StopReason)) == set(STOPS)


def test_a_refusal_names_its_category_and_keeps_nothing() -> None:
    reply = told(*TEXT, stopped("refusal", stop_details={"type": "refusal", "category": "cyber"}), STOP)

    assert (reply.stop_word, reply.parts) == ("refusal: cyber", ())


@pytest.mark.parametrize(
    "parts",
    [
        [],
        block({"type": "text", "text": ""}),
        block({"type": "thinking", "thinking": "", "signature": ""}, delta(type="signature_delta", signature="s")),
    ],
)
def test_a_turn_that_says_nothing_is_empty(parts: list[Data]) -> None:
    assert told(*parts, stopped(), STOP).outcome.kind is Kind.EMPTY_RESPONSE


# Tool input.


@pytest.mark.parametrize(
    "raw",
    [
        '{"command": "rm -rf /tmp/x',
        '{"command": "ls"',
        '{"command": ls}',
        '{"command": NaN}',
        '{"a": 1e999}',
        '{"a": "\\ud800"}',
        '{"a": 1} {"b": 2}',
        '["ls"]',
        '"ls"',
        "null",
        " ",
        "[" * 100_000,
    ],
)
def test_input_that_is_no_json_object_is_never_one(raw: str) -> None:
    reply = told(*call(raw), stopped("tool_use"), STOP)

    (part,) = reply.parts
    assert isinstance(part, Called)
    assert (part.input, reply.outcome.ok) == ({}, True)
    assert "nothing was run" in part.problem
    assert part.problem.isprintable()


def test_no_input_at_all_is_an_empty_object() -> None:
    assert told(*call(""), stopped("tool_use"), STOP).parts == (Called("t1", "bash", {}),)


def test_a_call_that_is_cut_for_length_has_a_problem() -> None:
    reply = told(*TEXT, *call('{"command": "l', index=1), stopped("max_tokens"), STOP)

    assert [bool(part.problem) for part in reply.parts if isinstance(part, Called)] == [True]


@pytest.mark.parametrize("start", [{"id": "", "name": "bash"}, {"id": "t", "name": ""}, {"id": 1, "name": "x"}, {}])
def test_a_call_without_a_name_or_an_id_is_malformed(start: Data) -> None:
    assert broken(START, *block({"type": "tool_use", "input": {}, **start}))[0] is Kind.PROTOCOL_ERROR


def test_two_calls_with_one_id_are_malformed() -> None:
    assert broken(START, *call("{}"), *call("{}", index=1))[0] is Kind.PROTOCOL_ERROR


# Order.


def test_the_order_is_told_for_every_stage_and_every_event_has_its_place() -> None:
    assert set(ORDER) == set(Stage)
    assert {"message_start", "message_stop", "content_block_delta", "message_delta"} <= KNOWN


@pytest.mark.parametrize(
    "events",
    [
        [TEXT[0]],
        [STOP],
        [START, START],
        [START, closed()],
        [START, delta(type="text_delta", text="x")],
        [START, TEXT[0], TEXT[0]],
        [START, TEXT[0], STOP],
        [START, TEXT[0], stopped()],
        [START, TEXT[0], delta(1, type="text_delta", text="x")],
        [START, TEXT[0], closed(1)],
        [START, *TEXT, *TEXT],
        [START, *TEXT, stopped(), opened({"type": "text", "text": ""}, 1)],
        [START, opened({"type": "text", "text": ""}), delta(type="input_json_delta", partial_json="{}")],
        [START, opened({"type": "tool_use", "id": "t", "name": "n"}), delta(type="text_delta", text="x")],
        [START, {"type": "content_block_start", "index": 0}],
        [START, {"type": "content_block_start", "content_block": {"type": "text"}}],
        [START, {"type": "content_block_start", "index": 0, "content_block": {"kind": "text"}}],
        [START, TEXT[0], {"type": "content_block_delta", "index": 0}],
    ],
)
def test_an_event_out_of_its_place_is_malformed(events: list[Data]) -> None:
    assert broken(*events)[0] is Kind.PROTOCOL_ERROR


def test_an_end_without_a_reason_is_truncated() -> None:
    assert broken(START, *TEXT, STOP)[0] is Kind.STREAM_TRUNCATED
    assert broken(START, *TEXT, stopped(None), STOP)[0] is Kind.STREAM_TRUNCATED


def test_without_its_end_there_is_no_answer() -> None:
    reply = told(*TEXT, *call("{}", index=1), stopped("tool_use"))

    assert (reply.outcome.kind, reply.parts) == (Kind.STREAM_TRUNCATED, ())
    assert reply.usage == Usage(input_tokens=7, output_tokens=9)


def test_what_comes_after_the_end_changes_nothing() -> None:
    assert told(*TEXT, stopped(), STOP, START, closed(5)).parts == (Said("Hi"),)


# What is not known.


@pytest.mark.parametrize(
    "event",
    [
        PING,
        {"type": "ping", "index": "x"},
        {"type": "brand_new"},
        {"type": "brand_new", "delta": "not an object", "index": "x"},
        delta(type="brand_new_delta", text={"a": 1}),
        delta(type="brand_new_delta", text="x"),
        delta(type="citations_delta", citation={"text": "x"}),
    ],
)
def test_what_is_not_known_is_passed_over(event: Data) -> None:
    assert told(TEXT[0], TEXT[1], event, TEXT[2], stopped(), STOP).parts == (Said("Hi"),)


def test_every_kind_of_delta_that_the_sdk_knows_is_in_the_table() -> None:
    from anthropic.types import raw_content_block_delta  # noqa: PLC0415  # loading it takes seconds

    names = {
        name for name in vars(raw_content_block_delta) if name.endswith("Delta") and name != "RawContentBlockDelta"
    }
    assert len(DELTAS) == len(names) == 5


def test_a_block_of_unknown_kind_is_kept_as_it_came() -> None:
    reply = told(
        *block({"type": "fallback", "model": "x"}), *block({"type": "text", "text": "A"}, index=1), stopped(), STOP
    )

    assert reply.parts == (Thought('{"type":"fallback","model":"x"}'), Said("A"))


def test_a_block_that_changed_in_unknown_ways_is_left_out_and_said_to_be() -> None:
    message = Message()
    strange = block({"type": "hologram"}, delta(type="light_delta", lumen=1))

    (notice,) = feed(message, START, *strange, *block({"type": "text", "text": ""}, index=1), stopped(), STOP)
    assert isinstance(notice, Notice)
    assert message.replied().parts == ()


def test_the_input_of_a_tool_of_the_server_is_put_together() -> None:
    start = {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}}
    events = block(start, delta(type="input_json_delta", partial_json='{"query": "x"}'))

    (part, _) = told(*events, *block({"type": "text", "text": "A"}, index=1), stopped(), STOP).parts
    assert isinstance(part, Thought)
    assert json.loads(part.raw) == {**start, "input": {"query": "x"}}


def test_thinking_that_was_cut_off_before_its_signature_is_not_kept() -> None:
    cut = block({"type": "thinking", "thinking": "", "signature": ""}, delta(type="thinking_delta", thinking="Hm"))

    assert told(*cut, stopped("max_tokens"), STOP).parts == ()


# Malformed events and errors.


@pytest.mark.parametrize(
    "data",
    [
        b"{",
        b"",
        b"[]",
        b"1",
        b'{"type": "message_stop"',
        b'{"type": 5}x',
        b"\xff",
        b'{"type": "message_start", "message": 5}',
    ],
)
def test_an_event_that_is_no_json_or_of_another_form_is_malformed(data: bytes) -> None:
    kind, message = broken(data)

    assert kind is Kind.PROTOCOL_ERROR
    assert message.isprintable()


def test_a_sample_of_a_malformed_event_is_safe_to_show() -> None:
    _, message = broken(b'{"type": \x1b]52;c;x\x07')

    assert "␛]52" in message


@pytest.mark.parametrize(
    ("type_", "kind"),
    [
        ("overloaded_error", Kind.OVERLOADED),
        ("api_error", Kind.API_500),
        ("rate_limit_error", Kind.RATE_LIMITED),
        ("authentication_error", Kind.AUTH),
        ("invalid_request_error", Kind.INVALID_REQUEST),
        ("brand_new_error", Kind.API_500),
    ],
)
def test_an_error_in_the_middle_is_judged_by_its_type(type_: str, kind: Kind) -> None:
    event = {"type": "error", "error": {"type": type_, "message": "no\x1b[2J"}}

    found, message = broken(START, *TEXT, event)
    assert (found, "\x1b" in message) == (kind, False)


@pytest.mark.parametrize("data", [b"", b"not json", b"[]", b'{"error": 5}', b'{"error": {"type": 5}}'])
def test_an_error_event_of_any_form_is_an_error(data: bytes) -> None:
    with pytest.raises(Broken) as caught:
        Message().feed(StreamEvent("error", data))
    assert caught.value.outcome.kind is Kind.API_500


# Usage.


FULL = {
    "input_tokens": 10,
    "cache_creation_input_tokens": 300,
    "cache_read_input_tokens": 40,
    "cache_creation": {"ephemeral_5m_input_tokens": 100, "ephemeral_1h_input_tokens": 200},
    "output_tokens": 1,
}


@pytest.mark.parametrize(
    ("start", "end", "usage"),
    [
        (FULL, {"output_tokens": 50}, Usage(10, 50, 40, 100, 200)),
        (FULL, {"output_tokens": 50, "input_tokens": 12, "cache_read_input_tokens": 41}, Usage(12, 50, 41, 100, 200)),
        (FULL, {"output_tokens": 50, "cache_creation_input_tokens": 310}, Usage(10, 50, 40, 110, 200)),
        (FULL, {"output_tokens": 50, "input_tokens": None}, Usage(10, 50, 40, 100, 200)),
        (None, {**FULL, "output_tokens": 50}, Usage(10, 50, 40, 100, 200)),
        ({"input_tokens": 1, "cache_creation": None}, {}, Usage(1, 0)),
        (None, None, None),
    ],
)
def test_usage_is_cumulative_and_what_is_not_told_again_stays(
    start: Data | None, end: Data | None, usage: Usage | None
) -> None:
    message = Message()
    feed(message, {"type": "message_start", "message": {"usage": start}}, *TEXT, {**stopped(), "usage": end}, STOP)

    assert message.replied().usage == usage


def test_nothing_told_is_not_nothing_used() -> None:
    assert Message().replied().usage is None


def test_a_negative_count_is_malformed() -> None:
    assert broken({"type": "message_start", "message": {"usage": {"input_tokens": -1}}})[0] is Kind.PROTOCOL_ERROR


def test_an_answer_that_breaks_off_is_counted_by_what_came_of_it_calls_included() -> None:
    message = Message()
    written = {"type": "input_json_delta", "partial_json": '{"command": "' + "x" * 300}
    feed(
        message,
        START,
        {"type": "content_block_start", "index": 0, "content_block": {"type": "tool_use", "id": "t", "name": "bash"}},
        {"type": "content_block_delta", "index": 0, "delta": written},
    )
    assert message.replied().usage == Usage(input_tokens=7, output_tokens=104)
