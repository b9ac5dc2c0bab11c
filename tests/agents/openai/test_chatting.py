"""Chat completions over the real SDK and a real socket: whatever a server does, the answer is whole or it is none."""

import asyncio
import json
from contextlib import aclosing

import pytest

from tests.agents.openai.chatting import KEY, LONG, MODEL, REQUEST, TOOLS, heard, model_of, replied, reply_to, request
from tests.loopback import (
    Answer,
    Call,
    Cut,
    End,
    Event,
    Fail,
    Failure,
    Hangup,
    Loopback,
    Page,
    Pings,
    Raw,
    Reply,
    Reset,
    Say,
    Silence,
    Stall,
    Think,
    Tokens,
)
from tests.loopback.script import Rules
from tmtui.agents.anthropic.watch import Patience
from tmtui.agents.model import (
    Answered,
    Called,
    FromModel,
    FromUser,
    Limits,
    Message,
    Replied,
    Said,
    StopKind,
)
from tmtui.agents.openai.client import KEYLESS, Account
from tmtui.agents.openai.model import OpenAIModel
from tmtui.agents.port import Notice, Text, Thinking
from tmtui.domain.limits import Quota
from tmtui.domain.outcome import Kind
from tmtui.domain.usage import Usage


STORY = (
    Think("Let me see. " * 5, size=9),
    Say("I shall look. " * 5, size=7),
    Call("bash", {"command": "ls -la"}, size=5),
)
SAID = Say("Hello. " * 20, size=5)


# An answer that is well.


async def test_an_answer_is_streamed_for_the_eye_and_told_whole_at_the_end() -> None:
    async with Loopback([Reply(STORY)]) as server, model_of(server) as model:
        *shown, reply = await heard(model)

    assert "".join(each.text for each in shown if isinstance(each, Thinking)) == "Let me see. " * 5
    assert "".join(each.text for each in shown if isinstance(each, Text)) == "I shall look. " * 5
    assert isinstance(reply, Replied)
    assert reply.outcome.ok
    assert reply.parts == (Said("I shall look. " * 5), Called("call_0001_00", "bash", {"command": "ls -la"}))
    assert (reply.stop, reply.model, reply.request_id) == (StopKind.TOOL_USE, MODEL, "req_0001")
    assert reply.first_byte is not None
    assert reply.first_byte > 0


async def test_the_request_carries_the_key_asks_for_usage_and_has_no_hidden_retries() -> None:
    async with Loopback([Reply([Say("Hi")])]) as server, model_of(server) as model:
        await replied(model, request(tools=TOOLS))
        (received,) = server.record.requests

    assert received.headers["authorization"] == f"Bearer {KEY}"
    assert received.headers["x-stainless-retry-count"] == "0"
    assert received.json["stream_options"] == {"include_usage": True}
    assert [tool["function"]["name"] for tool in received.json["tools"]] == [tool.name for tool in TOOLS]


async def test_a_server_that_wants_no_key_is_asked_without_one() -> None:
    async with Loopback([Failure(500, "", "the key none is no key")]) as server, model_of(server, key="") as model:
        reply = await replied(model)
        assert server.record.requests[0].headers["authorization"] == f"Bearer {KEYLESS}"

    assert "the key none is no key" in reply.outcome.message


async def test_a_conversation_of_three_turns_keeps_the_rules_of_the_api() -> None:
    turns = [
        Reply(STORY),
        Reply([Call("glob", {"pattern": "*"}), Call("bash", {"command": "cat a"})]),
        Reply([Say("Done.")]),
    ]
    messages: list[Message] = list(REQUEST.messages)
    async with Loopback(turns) as server, model_of(server) as model:
        for _ in turns:
            reply = await replied(model, request(messages=tuple(messages), tools=TOOLS))
            assert reply.outcome.ok
            answers = tuple(Answered(part.id, "done") for part in reply.parts if isinstance(part, Called))
            messages += [FromModel(reply.parts, model.model), FromUser(answers)]

    assert server.record.complaints == []
    assert server.record.connections == 1


# Why it stopped.


@pytest.mark.parametrize(
    ("answer", "kind", "stop", "parts"),
    [
        (Reply([Say("x")]), Kind.OK, StopKind.END_TURN, 1),
        (Reply([]), Kind.EMPTY_RESPONSE, StopKind.END_TURN, 0),
        (Reply([Call("bash")]), Kind.OK, StopKind.TOOL_USE, 1),
        (Reply([Call("bash")], stop="stop"), Kind.OK, StopKind.TOOL_USE, 1),
        (Reply([Say("x")], stop="tool_use"), Kind.PROTOCOL_ERROR, StopKind.TOOL_USE, 0),
        (Reply([Say("x")], stop="max_tokens"), Kind.OK, StopKind.MAX_TOKENS, 1),
        (Reply([Call("bash", raw='{"comm')], stop="max_tokens"), Kind.OK, StopKind.MAX_TOKENS, 1),
        (Reply([Say("x")], stop="refusal"), Kind.REFUSAL, StopKind.REFUSAL, 0),
        (Reply([Say("x")], stop="tired"), Kind.STREAM_TRUNCATED, StopKind.UNKNOWN, 0),
        (Reply([Say("x")], stop=None), Kind.STREAM_TRUNCATED, StopKind.UNKNOWN, 0),
    ],
)
async def test_every_reason_for_stopping(answer: Reply, kind: Kind, stop: StopKind, parts: int) -> None:
    reply = await reply_to(answer)

    assert (reply.outcome.kind, reply.stop, len(reply.parts)) == (kind, stop, parts)


# A stream that is not well.


def chunk(delta: dict[str, object], finish: str | None = None) -> Raw:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return Raw(f"data: {json.dumps({'choices': [choice]})}\n\n")


DONE = Raw("data: [DONE]\n\n")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Reply([SAID, Fail("server_error", code="server_error")]), Kind.API_500),
        (Reply([SAID, Fail("server_error", code="server_is_overloaded")]), Kind.OVERLOADED),
        (Reply([SAID, Fail("insufficient_quota", code="credit_balance_exhausted")]), Kind.QUOTA_EXHAUSTED),
        (Reply([SAID, Fail("tokens", code="rate_limit_exceeded")]), Kind.RATE_LIMITED),
        (Reply([SAID, Fail("invalid_request_error", code="context_length_exceeded")]), Kind.CONTEXT_TOO_LONG),
        (Reply([SAID, Fail("error_of_tomorrow")]), Kind.API_500),
        (Reply([SAID, Raw('event: error\ndata: {"error": {"code": "slow_down"}}\n\n')]), Kind.OVERLOADED),
        (Reply([SAID, Raw("event: error\ndata: it broke\n\n")]), Kind.API_500),
        (Reply([SAID, Raw('data: {"error": "CUDA out of memory"}\n\n')]), Kind.API_500),
        (Reply([*STORY], fault=Cut(at=700)), Kind.STREAM_INTERRUPTED),
        (Reply([*STORY], fault=Cut(after=12)), Kind.STREAM_INTERRUPTED),
        (Reply([*STORY], fault=Reset(at=700)), Kind.STREAM_INTERRUPTED),
        (Reply([*STORY], fault=End(at=700)), Kind.STREAM_TRUNCATED),
        (Reply([*STORY], fault=End(after=12)), Kind.STREAM_TRUNCATED),
        (Reply([*STORY], fault=End(after=0)), Kind.STREAM_TRUNCATED),
        (Reply([chunk({"content": "x"}, "stop")], stop=None), Kind.STREAM_TRUNCATED),
        (Reply([chunk({"content": "x"}), DONE], stop=None), Kind.STREAM_TRUNCATED),
        (Reply([chunk({}, "stop"), chunk({"content": "x"}), DONE], stop=None), Kind.PROTOCOL_ERROR),
        (Reply([SAID, Raw("data: {bad\n\n")]), Kind.PROTOCOL_ERROR),
        (Reply([SAID, Raw('data: {"choices": 5}\n\n')]), Kind.PROTOCOL_ERROR),
        (Reply([Raw('data: {"x": "\xff"}\n\n')]), Kind.PROTOCOL_ERROR),
        (Reply([Raw("data: " + "x" * 9_000_000 + "\n\n")]), Kind.PROTOCOL_ERROR),
        (Reply([Call("", {"a": 1})]), Kind.PROTOCOL_ERROR),
        (Page(), Kind.PROTOCOL_ERROR),
        (Page(200, '{"choices": []}', "application/json"), Kind.PROTOCOL_ERROR),
        (Page(200, "", "text/event-stream"), Kind.STREAM_TRUNCATED),
        (Hangup(), Kind.NET_CONNECT),
        (Hangup(reset=True), Kind.NET_CONNECT),
    ],
)
async def test_every_way_in_which_a_stream_fails(answer: Answer, kind: Kind) -> None:
    reply = await reply_to(answer)

    assert reply.outcome.kind is kind
    assert reply.parts == ()
    assert reply.outcome.message.isprintable()


@pytest.mark.parametrize(
    ("answer", "short", "kind"),
    [
        (Silence(), "first_byte", Kind.TIMEOUT_FIRST_BYTE),
        (Reply(STORY, fault=Stall(after=12)), "no_bytes", Kind.STALL_NOBYTES),
        (Reply(STORY, fault=Pings(after=12)), "only_pings", Kind.STALL_PINGS),
    ],
)
async def test_every_way_in_which_a_stream_stops_without_an_end(answer: Answer, short: str, kind: Kind) -> None:
    patience = {"first_byte": LONG, "no_bytes": LONG, "only_pings": LONG, short: 0.15}
    reply = await reply_to(answer, Patience(**patience))

    assert reply.outcome.kind is kind
    assert reply.parts == ()


# Calls, as different servers write them.


def called(*deltas: dict[str, object]) -> Reply:
    steps = [chunk({"tool_calls": [delta]}) for delta in deltas]
    return Reply([*steps, chunk({}, "tool_calls"), DONE], stop=None)


def piece(arguments: str, **more: object) -> dict[str, object]:
    name = more.pop("name", None)
    function = {"arguments": arguments, **({"name": name} if name else {})}
    return {"function": function, **more}


@pytest.mark.parametrize(
    "answer",
    [
        called(
            piece('{"a":', index=0, id="x", name="f"), piece(" 1}", index=0), piece("", index=1, id="y", name="g")
        ),
        called(piece('{"a": 1}', id="x", name="f"), piece("{}", id="y", name="g")),
        called(piece('{"a": 1}', index=0, id="x", name="f"), piece("{}", index=0, id="y", name="g")),
        called(piece('{"a":', id="x", name="f"), piece(" 1}"), piece("{}", id="y", name="g")),
        called(
            piece('{"a":', index=0, id="x", name="f"),
            piece("{", index=1, id="y", name="g"),
            piece(" 1}", index=0),
            piece("}", index=1),
        ),
    ],
)
async def test_calls_are_put_together_however_they_are_numbered(answer: Reply) -> None:
    assert (await reply_to(answer)).parts == (Called("x", "f", {"a": 1}), Called("y", "g", {}))


async def test_a_call_without_an_id_gets_one() -> None:
    (call,) = (await reply_to(called(piece("{}", index=0, name="f")))).parts

    assert call == Called("call_1", "f", {})


@pytest.mark.parametrize("raw", ['{"command": "rm -rf /tmp/x', '{"command": nope}', "[]", '{"a": 1}}'])
async def test_a_call_with_broken_input_is_a_call_with_a_problem(raw: str) -> None:
    (call,) = (await reply_to(Reply([Call("bash", raw=raw, size=3)]))).parts

    assert isinstance(call, Called)
    assert (call.input, bool(call.problem)) == ({}, True)


async def test_a_refusal_in_words_is_a_refusal() -> None:
    reply = await reply_to(Reply([chunk({"refusal": "I will not."}), chunk({}, "stop"), DONE], stop=None))

    assert reply.outcome.kind is Kind.REFUSAL


# What it used, and what limits it.


async def test_tokens_are_counted_once_each() -> None:
    tokens = Tokens(input=5, output=9, cache_read=100, cache_write=30, thinking=4)

    assert (await reply_to(Reply([SAID], tokens=tokens))).usage == Usage(5, 9, 100, 30)


async def test_usage_that_is_not_told_is_not_nothing() -> None:
    reply = await reply_to(Reply([chunk({"content": "x"}, "stop"), DONE], stop=None))

    assert reply.outcome.ok
    assert reply.usage is None


@pytest.mark.parametrize(
    "details", [{}, {"cached_tokens": None}, {"cached_tokens": 900, "cache_write_tokens": 900}, None]
)
async def test_usage_of_any_form_makes_no_sum_below_zero(details: object) -> None:
    told = {"prompt_tokens": 10, "completion_tokens": 2, "prompt_tokens_details": details}
    usage = Event("", {"choices": [], "usage": told})
    reply = await reply_to(Reply([chunk({"content": "x"}, "stop"), usage, DONE], stop=None))

    assert reply.usage is not None
    assert reply.usage.prompt_tokens == 10


async def test_limits_are_told_before_the_answer() -> None:
    headers = {"x-ratelimit-limit-requests": "100", "x-ratelimit-remaining-requests": "7"}
    async with Loopback([Reply([SAID], headers=headers)]) as server, model_of(server) as model:
        first, *_ = await heard(model)

    assert isinstance(first, Limits)
    assert first.notice.quotas == (Quota("requests", limit=100, remaining=7),)


async def test_how_long_to_wait_is_told_with_an_error() -> None:
    headers = {"retry-after": "7"}
    reply = await reply_to(Failure(429, "requests", "slow", "rate_limit_exceeded", headers))

    assert (reply.outcome.kind, reply.outcome.retry_after) == (Kind.RATE_LIMITED, 7.0)


async def test_a_prompt_beyond_the_context_is_that() -> None:
    async with Loopback([], rules=Rules(window=10)) as server, model_of(server) as model:
        assert (await replied(model)).outcome.kind is Kind.CONTEXT_TOO_LONG


async def test_the_key_is_in_no_message() -> None:
    reply = await reply_to(Failure(401, "invalid_request_error", f"Incorrect API key: {KEY}", "invalid_api_key"))

    assert reply.outcome.kind is Kind.AUTH
    assert KEY not in reply.outcome.message


async def test_nobody_there_is_told_with_the_address() -> None:
    model = OpenAIModel(MODEL, Account("", "http://127.0.0.1:9/v1"))
    reply = await replied(model)
    await model.close()

    assert reply.outcome.kind is Kind.NET_CONNECT
    assert "127.0.0.1:9" in reply.outcome.message


# Ending it.


async def test_leaving_the_answer_closes_its_connection() -> None:
    endless = Reply([Say("x" * 10_000, size=1)], pace=0.001)
    async with Loopback([endless]) as server, model_of(server) as model:
        async with aclosing(model.ask(REQUEST)) as chunks:
            await anext(chunks)
        await asyncio.wait_for(server.record.requests[0].left.wait(), LONG)


async def test_what_is_known_of_a_model_that_goes_is_told_once() -> None:
    async with Loopback([Reply([SAID]), Reply([SAID])]) as server, model_of(server, "gpt-4o") as model:
        first = [chunk for chunk in await heard(model) if isinstance(chunk, Notice)]
        second = [chunk for chunk in await heard(model) if isinstance(chunk, Notice)]

    assert ["2027-01-14" in notice.text for notice in first] == [True]
    assert second == []


async def test_all_models_of_an_account_share_its_connections() -> None:
    async with Loopback([Reply([SAID]), Reply([SAID])]) as server:
        async with model_of(server) as first, model_of(server, "other") as second:
            await asyncio.gather(first.warm(), second.warm())
            await replied(first)
            await replied(second)
        assert server.record.connections == 1
