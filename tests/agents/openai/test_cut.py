"""A recorded answer, cut anywhere: it is never taken for whole, and nothing of it is ever acted upon."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from tests.agents.openai.chatting import TOOLS, model_of, replied, request
from tests.loopback import Answer, Call, Cut, End, Loopback, Received, Reply, Say, Think, Tokens
from tests.loopback.chat import frames
from tests.loopback.script import Fault
from tmtui.agents.anthropic.errors import Broken
from tmtui.agents.anthropic.sse import EventReader
from tmtui.agents.model import Replied
from tmtui.agents.openai.message import Message
from tmtui.domain.outcome import Kind


TOKENS = Tokens(input=100, output=50)
REPLIES = (
    Reply([Think("naïvely", size=3), Say("I look.", size=3), Call("bash", {"command": "cat a && ls"}, size=6)]),
    Reply(
        [Say("割り算", size=2), Call("glob", {"pattern": "*"}, size=4), Call("bash", {"command": 'rm "x y"'}, size=5)]
    ),
    Reply([Say("All tests pass.", size=4)]),
)
ASKED = {"model": "gpt-5.4", "messages": [], "stream_options": {"include_usage": True}}
RECORDED = [b"".join(frames(reply, ASKED, TOKENS, 1)) for reply in REPLIES]

EVERY = 97


def read(pieces: Iterator[bytes]) -> Replied:
    """What is made of a stream that comes in pieces and then ends."""
    reader, message = EventReader(), Message()
    try:
        for piece in pieces:
            for event in reader.feed(piece):
                message.feed(event)
        for event in reader.finish():
            message.feed(event)
    except Broken as error:
        return message.replied(error.outcome)
    return message.replied()


@pytest.mark.parametrize("stream", RECORDED, ids=["first", "second", "third"])
def test_cut_anywhere_there_is_no_answer_in_it(stream: bytes) -> None:
    assert read(iter([stream])).outcome.ok

    for place in range(0, len(stream) - 1, 3):
        reply = read(iter([stream[:place]]))
        assert reply.outcome.kind is Kind.STREAM_TRUNCATED
        assert reply.parts == ()


@given(st.sampled_from(RECORDED), st.lists(st.integers(0, 6000), max_size=40))
def test_how_a_stream_is_cut_into_pieces_changes_nothing(stream: bytes, cuts: list[int]) -> None:
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})

    assert read(stream[start:end] for start, end in pairwise(places)) == read(iter([stream]))


def endings() -> list[tuple[Reply, Fault]]:
    return [
        (reply, fault)
        for reply, stream in zip(REPLIES, RECORDED, strict=True)
        for place in range(0, len(stream) - 16, EVERY)
        for fault in (Cut(at=place), End(at=place))
    ]


async def test_cut_after_every_97th_byte_no_request_succeeds_and_no_tool_is_called() -> None:
    cuts = endings()

    def choose(received: Received) -> Answer:
        reply, fault = cuts[received.number - 1]
        return Reply(reply.steps, tokens=TOKENS, fault=fault)

    async with Loopback(choose) as server, model_of(server) as model:
        for reply, fault in cuts:
            cut = await replied(model, request(tools=TOOLS))
            assert cut.outcome.kind in {Kind.STREAM_TRUNCATED, Kind.STREAM_INTERRUPTED}, (reply, fault)
            assert cut.parts == ()
        assert len(server.record.requests) == len(cuts) > 50
        assert server.record.complaints == []
