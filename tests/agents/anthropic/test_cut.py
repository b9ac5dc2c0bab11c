"""A recorded conversation, cut anywhere: it is never taken for whole, and nothing of it is ever acted upon."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from tests.agents.anthropic.asking import REQUEST, TOOLS, model_of, replied, request
from tests.loopback import Answer, Call, Cut, End, Fail, Loopback, Received, Reply, Say, Think, Tokens
from tests.loopback.messages import frames
from tests.loopback.script import Fault
from tmtui.agents.anthropic.errors import Broken
from tmtui.agents.anthropic.message import Message
from tmtui.agents.anthropic.sse import EventReader, MalformedStreamError
from tmtui.agents.model import Replied
from tmtui.agents.port import Notice, Text, Thinking
from tmtui.domain.outcome import Kind


TOKENS = Tokens(input=100, output=50)

CONVERSATION = (
    Reply(
        [
            Think("The tests fail in divide. Let me look at it first, naïvely.", size=9),
            Say("I shall look at the calculator.", size=6),
            Call("bash", {"command": "cat calculator.py && python -m pytest -q"}, size=8),
        ],
        tokens=TOKENS,
    ),
    Reply(
        [
            Say("Two things at once: 割り算 and its test.", size=5),
            Call(
                "str_replace_based_edit_tool",
                {"command": "view", "path": "calculator.py", "view_range": [1, 40]},
                size=11,
            ),
            Call("bash", {"command": 'rm -rf "/tmp/x y"; echo done'}, size=3),
        ],
        tokens=TOKENS,
    ),
    Reply([Think("", shown=False), Say("Division by zero is refused, and all tests pass.", size=7)], tokens=TOKENS),
)

RECORDED = [
    b"".join(frames(reply, {"model": "claude-sonnet-5-5", "messages": []}, TOKENS, 1)) for reply in CONVERSATION
]
"""The streams of the three turns, as bytes."""

EVERY = 97

Shown = list[Text | Thinking | Notice]


def read(pieces: Iterator[bytes]) -> tuple[Shown, Replied]:
    """What is made of a stream that comes in pieces and then ends."""
    reader, message = EventReader(), Message()
    shown: Shown = []
    try:
        for piece in pieces:
            shown += [chunk for event in reader.feed(piece) if (chunk := message.feed(event))]
        shown += [chunk for event in reader.finish() if (chunk := message.feed(event))]
    except (Broken, MalformedStreamError) as error:
        outcome = error.outcome if isinstance(error, Broken) else None
        assert outcome is not None, "a cut makes no stream malformed"
        return shown, message.replied(outcome)
    return shown, message.replied()


def said(shown: Shown) -> str:
    return "".join(chunk.text for chunk in shown)


@pytest.mark.parametrize("stream", RECORDED, ids=["first", "second", "third"])
def test_cut_anywhere_there_is_no_answer_in_it(stream: bytes) -> None:
    whole, reply = read(iter([stream]))
    assert reply.outcome.ok

    for place in range(0, len(stream), 3):
        shown, reply = read(iter([stream[:place]]))
        assert reply.outcome.kind is Kind.STREAM_TRUNCATED
        assert reply.parts == ()
        assert said(whole).startswith(said(shown))


@given(st.sampled_from(RECORDED), st.lists(st.integers(0, 6000), max_size=40))
def test_how_a_stream_is_cut_into_pieces_changes_nothing(stream: bytes, cuts: list[int]) -> None:
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    shown, reply = read(stream[start:end] for start, end in pairwise(places))

    whole, expected = read(iter([stream]))
    assert (said(shown), reply) == (said(whole), expected)


@given(st.sampled_from(RECORDED), st.integers(0, 6000), st.binary(min_size=1, max_size=3))
def test_bytes_that_were_changed_never_make_a_call_that_was_not_made(stream: bytes, place: int, other: bytes) -> None:
    """A changed stream may still be a sound one; but it is whole, or there is nothing in it."""
    place %= len(stream)
    try:
        _, reply = read(iter([stream[:place] + other + stream[place + len(other) :]]))
    except AssertionError:
        return  # malformed as a stream: nothing can be made of it
    assert reply.outcome.ok or reply.parts == ()


# The same over the SDK and a socket.


def endings() -> list[tuple[Reply, Fault, str]]:
    """Every turn, cut after every 97th byte: in the middle of a chunk, at a proper end, with the connection."""
    return [
        (reply, fault, framing)
        for reply, stream in zip(CONVERSATION, RECORDED, strict=True)
        for place in range(0, len(stream) - 40, EVERY)
        for fault, framing in ((Cut(at=place), "chunked"), (End(at=place), "chunked"), (Cut(at=place), "close"))
    ]


async def test_cut_after_every_97th_byte_no_request_succeeds_and_no_tool_is_called() -> None:
    cuts = endings()

    def choose(received: Received) -> Answer:
        reply, fault, framing = cuts[received.number - 1]
        return Reply(reply.steps, tokens=TOKENS, fault=fault, framing=framing)

    async with Loopback(choose) as server, model_of(server) as model:
        for reply, fault, framing in cuts:
            cut = await replied(model, request(tools=TOOLS))
            assert cut.outcome.kind in {Kind.STREAM_TRUNCATED, Kind.STREAM_INTERRUPTED}, (reply, fault, framing)
            assert cut.parts == ()
        assert len(server.record.requests) == len(cuts) > 100
        assert server.record.complaints == []


async def test_an_error_between_any_two_events_is_that_error() -> None:
    steps = CONVERSATION[1].steps
    answers = [Reply([*steps[:count], Fail("overloaded_error")]) for count in range(len(steps) + 1)]
    async with Loopback(answers) as server, model_of(server) as model:
        for _ in answers:
            reply = await replied(model, REQUEST)
            assert (reply.outcome.kind, reply.parts) == (Kind.OVERLOADED, ())
