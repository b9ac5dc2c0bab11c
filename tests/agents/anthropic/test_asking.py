"""Claude over the real SDK and a real socket: whatever a server does, the answer is whole or it is none."""

import asyncio
import json
import logging
from contextlib import aclosing
from datetime import UTC, datetime, timedelta

import pytest

from tests.agents.anthropic.asking import (
    KEY,
    LONG,
    MODEL,
    REQUEST,
    TOOLS,
    heard,
    model_of,
    replied,
    reply_to,
    request,
    saying,
)
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
    Opaque,
    Page,
    Pings,
    Raw,
    Reply,
    Reset,
    Say,
    Silence,
    Slow,
    Stall,
    Think,
    Tokens,
)
from tests.loopback.script import Rules
from tmtui.agents.anthropic.client import Account
from tmtui.agents.anthropic.model import AnthropicModel
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
    Thought,
)
from tmtui.agents.port import Notice, Text, Thinking
from tmtui.domain.limits import LimitNotice, Quota
from tmtui.domain.outcome import Kind
from tmtui.domain.usage import Usage


STORY = (
    Think("Let me see. " * 5, size=9),
    Say("I shall look. " * 5, size=7),
    Call("bash", {"command": "ls -la"}, size=5),
)
"""A turn with everything in it."""


# An answer that is well.


async def test_an_answer_is_streamed_for_the_eye_and_told_whole_at_the_end() -> None:
    async with Loopback([Reply(STORY)]) as server, model_of(server) as model:
        *shown, reply = await heard(model)

    assert "".join(each.text for each in shown if isinstance(each, Thinking)) == "Let me see. " * 5
    assert "".join(each.text for each in shown if isinstance(each, Text)) == "I shall look. " * 5
    assert isinstance(reply, Replied)
    assert reply.outcome.ok
    thought, said, called = reply.parts
    assert isinstance(thought, Thought)
    assert json.loads(thought.raw)["signature"]
    assert said == Said("I shall look. " * 5)
    assert called == Called("toolu_0001_02", "bash", {"command": "ls -la"})
    assert (reply.stop, reply.model, reply.request_id) == (StopKind.TOOL_USE, MODEL, "req_0001")
    assert reply.first_byte is not None
    assert reply.first_byte > 0


async def test_the_request_carries_the_key_the_version_and_no_hidden_retries() -> None:
    async with Loopback(saying("Hi")) as server, model_of(server) as model:
        await replied(model)
        (received,) = server.record.requests

    assert received.headers["authorization"] == f"Bearer {KEY}"
    assert received.headers["anthropic-version"] == "2026-10-21"
    assert received.headers["x-stainless-retry-count"] == "0"
    assert "anthropic-beta" not in received.headers


async def test_trial_features_are_asked_for_by_header() -> None:
    async with Loopback(saying("Hi")) as server:
        model = AnthropicModel(MODEL, Account(KEY, server.url), betas=("one", "two"))
        await replied(model)
        await model.close()

        assert server.record.requests[0].headers["anthropic-beta"] == "one,two"


async def test_a_conversation_of_three_turns_keeps_every_rule_of_the_api_and_finds_its_cache() -> None:
    turns = [
        Reply(STORY),
        Reply([Think("Hm."), Call("glob", {"pattern": "*"}), Call("bash", {"command": "cat a"})]),
        Reply([Say("Done.")]),
    ]
    messages: list[Message] = list(REQUEST.messages)
    async with Loopback(turns) as server, model_of(server) as model:
        usages: list[Usage] = []
        for _ in turns:
            reply = await replied(model, request(messages=tuple(messages), tools=TOOLS, system="You work. " * 100))
            assert reply.outcome.ok
            assert reply.usage is not None
            usages.append(reply.usage)
            answers = tuple(Answered(part.id, "done " * 40) for part in reply.parts if isinstance(part, Called))
            messages += [FromModel(reply.parts, model.model), FromUser(answers)]

    assert server.record.complaints == []
    assert server.record.connections == 1
    first, second, third = usages
    assert (first.cache_read_tokens, first.input_tokens) == (0, 0)
    assert second.cache_read_tokens == first.cache_write_tokens
    assert third.cache_read_tokens == second.cache_read_tokens + second.cache_write_tokens


async def test_a_shortened_conversation_with_its_thinking_is_refused_and_without_it_is_not() -> None:
    async with Loopback([Reply(STORY), *saying("On.")]) as server, model_of(server) as model:
        parts = (await replied(model)).parts
        result = FromUser((Answered("toolu_0001_02", "ok"),))
        shortened = FromUser((Said("Do it, in short."),))
        bound = await replied(model, request(messages=(shortened, FromModel(parts, MODEL), result)))
        freed = tuple(part for part in parts if not isinstance(part, Thought))
        unbound = await replied(model, request(messages=(shortened, FromModel(freed, MODEL), result)))

    assert bound.outcome.kind is Kind.THINKING_BINDING
    assert unbound.outcome.ok


async def test_another_model_goes_on_without_the_thinking() -> None:
    async with Loopback([Reply(STORY), *saying("On.")]) as server:
        async with model_of(server) as first, model_of(server, "claude-opus-5-5") as second:
            parts = (await replied(first)).parts
            messages = (
                *REQUEST.messages,
                FromModel(parts, first.model),
                FromUser((Answered("toolu_0001_02", "ok"),)),
            )
            assert (await replied(second, request(messages=messages))).outcome.ok
        assert server.record.complaints == []


# Why it stopped.


@pytest.mark.parametrize(
    ("answer", "kind", "stop", "parts"),
    [
        (Reply([Say("x")]), Kind.OK, StopKind.END_TURN, 1),
        (Reply([]), Kind.EMPTY_RESPONSE, StopKind.END_TURN, 0),
        (Reply([Call("bash")]), Kind.OK, StopKind.TOOL_USE, 1),
        (Reply([Say("x")], stop="tool_use"), Kind.PROTOCOL_ERROR, StopKind.TOOL_USE, 0),
        (Reply([Say("x")], stop="max_tokens"), Kind.OK, StopKind.MAX_TOKENS, 1),
        (Reply([Call("bash", raw='{"comm')], stop="max_tokens"), Kind.OK, StopKind.MAX_TOKENS, 1),
        (Reply([Say("x")], stop="stop_sequence"), Kind.OK, StopKind.STOP_SEQUENCE, 1),
        (Reply([Say("x")], stop="pause_turn"), Kind.OK, StopKind.PAUSE_TURN, 1),
        (Reply([Say("x")], stop="refusal", category="cyber"), Kind.REFUSAL, StopKind.REFUSAL, 0),
        (Reply([], stop="refusal"), Kind.REFUSAL, StopKind.REFUSAL, 0),
        (
            Reply([Say("x")], stop="model_context_window_exceeded"),
            Kind.CONTEXT_TOO_LONG,
            StopKind.CONTEXT_EXCEEDED,
            0,
        ),
        (Reply([Say("x")], stop="tired"), Kind.STREAM_TRUNCATED, StopKind.UNKNOWN, 0),
        (Reply([Say("x")], stop=None), Kind.STREAM_TRUNCATED, StopKind.UNKNOWN, 0),
    ],
)
async def test_every_reason_for_stopping(answer: Reply, kind: Kind, stop: StopKind, parts: int) -> None:
    reply = await reply_to(answer)

    assert (reply.outcome.kind, reply.stop, len(reply.parts)) == (kind, stop, parts)


# A stream that is not well.


BAD_JSON = Raw("event: content_block_delta\ndata: {bad\n\n")
BAD_UTF8 = Raw('event: ping\ndata: {"type": "ping", "x": "\xff"}\n\n')
SAID = Say("Hello. " * 20, size=5)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Reply([SAID, Fail("overloaded_error")]), Kind.OVERLOADED),
        (Reply([SAID, Fail("api_error")]), Kind.API_500),
        (Reply([SAID, Fail("rate_limit_error", code="enforced_spend_limit_reached")]), Kind.QUOTA_EXHAUSTED),
        (Reply([SAID, Fail("authentication_error")]), Kind.AUTH),
        (Reply([SAID, Fail("error_of_tomorrow")]), Kind.API_500),
        (Reply([*STORY], fault=Cut(at=700)), Kind.STREAM_INTERRUPTED),
        (Reply([*STORY], fault=Cut(after=12)), Kind.STREAM_INTERRUPTED),
        (Reply([*STORY], fault=Reset(at=700)), Kind.STREAM_INTERRUPTED),
        (Reply([*STORY], fault=End(at=700)), Kind.STREAM_TRUNCATED),
        (Reply([*STORY], fault=End(after=12)), Kind.STREAM_TRUNCATED),
        (Reply([*STORY], fault=Cut(at=700), framing="close"), Kind.STREAM_TRUNCATED),
        (Reply([*STORY], fault=End(after=0)), Kind.STREAM_TRUNCATED),
        (Reply([SAID, BAD_JSON]), Kind.PROTOCOL_ERROR),
        (Reply([SAID, BAD_UTF8]), Kind.PROTOCOL_ERROR),
        (Reply([Raw("garbage\n\n"), SAID], stop=None), Kind.STREAM_TRUNCATED),
        (Reply([Event("content_block_stop", {"type": "content_block_stop", "index": 0})]), Kind.PROTOCOL_ERROR),
        (Reply([Raw("data: " + "x" * 9_000_000 + "\n\n")]), Kind.PROTOCOL_ERROR),
        (Page(), Kind.PROTOCOL_ERROR),
        (Page(200, '{"type": "message"}', "application/json"), Kind.PROTOCOL_ERROR),
        (Page(200, "<html>", "text/event-stream"), Kind.PROTOCOL_ERROR),
        (Page(200, "", "text/event-stream"), Kind.STREAM_TRUNCATED),
        (Page(204, "", "text/event-stream"), Kind.STREAM_TRUNCATED),
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
        (Reply(STORY, fault=Stall(after=0)), "first_byte", Kind.TIMEOUT_FIRST_BYTE),
        (Reply(STORY, fault=Stall(after=12)), "no_bytes", Kind.STALL_NOBYTES),
        (Reply(STORY, fault=Pings(after=12)), "only_pings", Kind.STALL_PINGS),
        (Reply(STORY, fault=Slow(after=12, seconds=0.02)), "only_pings", Kind.STALL_PINGS),
    ],
)
async def test_every_way_in_which_a_stream_stops_without_an_end(answer: Answer, short: str, kind: Kind) -> None:
    patience = {"first_byte": LONG, "no_bytes": LONG, "only_pings": LONG, short: 0.15}
    reply = await reply_to(answer, Patience(**patience))

    assert reply.outcome.kind is kind
    assert reply.parts == ()


async def test_what_was_streamed_before_a_fault_is_shown_and_what_was_used_is_told() -> None:
    failing = Reply([SAID, Fail("overloaded_error")], tokens=Tokens(input=12, output=80))
    async with Loopback([failing]) as server, model_of(server) as model:
        *shown, reply = await heard(model)

    assert "".join(each.text for each in shown if isinstance(each, Text)) == SAID.text
    assert isinstance(reply, Replied)
    assert reply.usage == Usage(input_tokens=12, output_tokens=46), "what was said is counted by its length"


@pytest.mark.parametrize(
    "steps",
    [
        [Event("hologram", {"type": "hologram", "index": "?"}), SAID],
        [
            Opaque(
                {"type": "text", "text": ""},
                ({"type": "text_delta", "text": SAID.text}, {"type": "scent_delta", "x": 1}),
            )
        ],
        [Opaque({"type": "hologram"}), SAID],
    ],
)
async def test_what_is_not_known_does_no_harm(steps: list[Say | Event | Opaque]) -> None:
    reply = await reply_to(Reply(steps))

    assert reply.outcome.ok
    assert Said(SAID.text) in reply.parts


@pytest.mark.parametrize("raw", ['{"command": "rm -rf /tmp/x', '{"command": nope}', "[]", '{"a": 1}}'])
async def test_a_call_with_broken_input_is_a_call_with_a_problem(raw: str) -> None:
    (call,) = (await reply_to(Reply([Call("bash", raw=raw, size=3)]))).parts

    assert isinstance(call, Called)
    assert (call.input, bool(call.problem)) == ({}, True)


async def test_usage_that_is_told_at_the_end_only_is_whole() -> None:
    tokens = Tokens(input=5, output=9, cache_read=100, cache_write=30, cache_write_1h=20, thinking=4)

    assert (await reply_to(Reply([SAID], tokens=tokens, late=True))).usage == Usage(5, 9, 100, 10, 20)
    assert (await reply_to(Reply([SAID], tokens=tokens))).usage == Usage(5, 9, 100, 10, 20)


# Times.


async def test_a_model_that_thinks_in_silence_is_waited_for() -> None:
    patience = Patience(first_byte=LONG, no_bytes=LONG, only_pings=LONG)
    silent = Reply([Think("", shown=False), Say("Done.")], pace=0.01)

    assert (await reply_to(silent, patience)).outcome.ok


async def test_the_whole_answer_has_a_limit_too() -> None:
    reply = await reply_to(Reply([Say("x" * 500, size=1)], pace=0.01), Patience(), request(timeout=0.2))

    assert reply.outcome.kind is Kind.STALL_PINGS
    assert "longer than 0.2 s" in reply.outcome.message


async def test_a_consumer_that_takes_its_time_is_no_fault_of_the_server() -> None:
    patience = Patience(first_byte=LONG, no_bytes=LONG, only_pings=1)
    async with Loopback([Reply([Say("One.")], pace=0.01)]) as server, model_of(server, patience=patience) as model:
        chunks = []
        async for chunk in model.ask(REQUEST):
            chunks.append(chunk)
            await asyncio.sleep(1.5 * patience.only_pings if isinstance(chunk, Text) else 0)

    assert isinstance(chunks[-1], Replied)
    assert chunks[-1].outcome.ok


async def test_a_connection_that_does_not_come_about_in_time() -> None:
    """The address is of a network that leads nowhere, or to a refusal at once."""
    model = AnthropicModel(MODEL, Account(KEY, "http://192.0.2.1"), patience=Patience(connect=0.1))
    reply = await replied(model)
    await model.close()

    assert reply.outcome.kind in {Kind.TIMEOUT_CONNECT, Kind.NET_CONNECT}


# Ending it.


async def test_leaving_closes_the_connection_at_once() -> None:
    async with Loopback([Reply([SAID, SAID], fault=Stall(after=5))]) as server, model_of(server) as model:
        async with aclosing(model.ask(REQUEST)) as chunks:
            async for _ in chunks:
                break
        (received,) = server.record.requests
        await asyncio.wait_for(received.left.wait(), 5)


@pytest.mark.parametrize("answer", [Reply([SAID], fault=Stall(after=5)), Silence()])
async def test_cancelling_closes_the_connection_at_once(answer: Answer) -> None:
    came = asyncio.Event()

    def choose(_: object) -> Answer:
        came.set()
        return answer

    async with Loopback(choose) as server, model_of(server) as model:
        task = asyncio.ensure_future(heard(model))
        await came.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        (received,) = server.record.requests
        await asyncio.wait_for(received.left.wait(), 5)


async def test_a_connection_that_was_read_to_its_end_is_used_again() -> None:
    async with Loopback(saying("1", "2", "3")) as server, model_of(server) as model:
        for _ in range(3):
            assert (await replied(model)).outcome.ok
        assert server.record.connections == 1


# What the API refuses.


@pytest.mark.parametrize(
    ("failure", "kind", "retry_after"),
    [
        (Failure(429, "rate_limit_error", headers={"retry-after": "7"}), Kind.RATE_LIMITED, 7.0),
        (Failure(429, "rate_limit_error", headers={"retry-after": "3600"}), Kind.RATE_LIMITED, 3600.0),
        (Failure(429, "rate_limit_error", headers={"retry-after": "-5"}), Kind.RATE_LIMITED, None),
        (
            Failure(429, "rate_limit_error", code="ramp_limit_exceeded", headers={"retry-after": "1"}),
            Kind.RATE_LIMITED,
            1.0,
        ),
        (Failure(429, "rate_limit_error", code="enforced_spend_limit_reached"), Kind.QUOTA_EXHAUSTED, None),
        (
            Failure(400, "invalid_request_error", "You have reached your specified API usage limits."),
            Kind.QUOTA_EXHAUSTED,
            None,
        ),
        (Failure(401, "authentication_error"), Kind.AUTH, None),
        (Failure(402, "billing_error"), Kind.QUOTA_EXHAUSTED, None),
        (Failure(500, "api_error"), Kind.API_500, None),
        (Failure(529, "overloaded_error"), Kind.OVERLOADED, None),
        (Page(502), Kind.API_500, None),
        (Page(503, ""), Kind.API_500, None),
        (Page(407), Kind.PROXY_AUTH, None),
        (Page(302, "moved"), Kind.PROTOCOL_ERROR, None),
    ],
)
async def test_a_refusal_is_asked_for_once_and_judged(failure: Answer, kind: Kind, retry_after: float | None) -> None:
    async with Loopback([failure, *saying("never")]) as server, model_of(server) as model:
        reply = await replied(model)

        assert (reply.outcome.kind, reply.outcome.retry_after) == (kind, retry_after)
        assert len(server.record.requests) == 1
    assert reply.request_id == "req_0001"
    assert reply.usage is None
    assert reply.outcome.message.isprintable()
    assert "<html" not in reply.outcome.message


async def test_what_the_server_s_rules_refuse() -> None:
    async with Loopback([], rules=Rules(window=100, largest=3_000)) as server, model_of(server) as model:
        too_long = await replied(model, request(system="x" * 1_000))
        too_large = await replied(model, request(system="x" * 4_000))
        async with model_of(server, "claude-3-opus-20240229") as retired:
            gone = await replied(retired)

    assert too_long.outcome.kind is Kind.CONTEXT_TOO_LONG
    assert too_large.outcome.kind is Kind.REQUEST_TOO_LARGE
    assert gone.outcome.kind is Kind.MODEL_NOT_FOUND


async def test_a_key_that_is_not_accepted_is_not_shown() -> None:
    echo = Failure(401, "authentication_error", f"the key {KEY} is not valid")

    outcome = (await reply_to(echo)).outcome
    assert outcome.kind is Kind.AUTH
    assert KEY not in outcome.message
    assert KEY not in repr(Account(KEY, "http://x"))


# What is told beside the answer.


SOON = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
LIMITED = {
    "anthropic-ratelimit-requests-limit": "50",
    "anthropic-ratelimit-requests-remaining": "49",
    "anthropic-ratelimit-requests-reset": SOON.isoformat(),
}
QUOTA = Quota("requests", limit=50, remaining=49, reset_ms=round(SOON.timestamp() * 1000))


async def test_limits_are_told_before_the_answer() -> None:
    async with Loopback([Reply([SAID], headers=LIMITED)]) as server, model_of(server) as model:
        assert (await heard(model))[0] == Limits(LimitNotice((QUOTA,)))


async def test_limits_are_told_with_a_refusal_too() -> None:
    limited = Failure(429, "rate_limit_error", headers={**LIMITED, "retry-after": "2"})
    async with Loopback([limited]) as server, model_of(server) as model:
        assert (await heard(model))[0] == Limits(LimitNotice((QUOTA,), retry_after=2.0))


async def test_a_model_that_goes_and_a_setting_that_is_not_sent_are_said_once() -> None:
    async with Loopback(saying("1", "2")) as server, model_of(server, "claude-sonnet-4-5") as model:
        first = await heard(model, request(temperature=0.2))
        second = await heard(model, request(temperature=0.2))

    retired, temperature = [chunk.text for chunk in first if isinstance(chunk, Notice)]
    assert "2026-11-30; use claude-sonnet-5-5" in retired
    assert "takes no temperature" in temperature
    assert not any(isinstance(chunk, Notice) for chunk in second)


# The client.


async def test_all_models_of_an_account_share_its_connections() -> None:
    async with Loopback(saying("1", "2")) as server:
        async with model_of(server) as first, model_of(server, "opus") as second:
            await replied(first)
            await replied(second)
        assert server.record.connections == 1


async def test_closing_one_of_two_leaves_the_other_at_work() -> None:
    async with Loopback(saying("1", "2")) as server, model_of(server) as first:
        async with model_of(server) as second:
            await replied(second)
            await second.close()
        assert (await replied(first)).outcome.ok


async def test_warming_up_makes_no_request() -> None:
    async with Loopback([]) as server, model_of(server) as model:
        await asyncio.gather(model.warm(), model.warm())
        assert server.record.connections == 0


async def test_many_are_asked_at_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    together = asyncio.Event()

    async def choose(received: object) -> Answer:
        if len(server.record.requests) == 20:
            together.set()
        await together.wait()
        return Reply([SAID])

    async with Loopback(choose) as server, model_of(server) as model:
        replies = await asyncio.gather(*(replied(model) for _ in range(20)))

    assert all(reply.outcome.ok for reply in replies)
    assert server.record.busiest == 20
    assert caplog.records == []
