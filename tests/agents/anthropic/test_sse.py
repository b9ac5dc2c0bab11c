from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from tmtui.agents.anthropic.sse import EventReader, MalformedStreamError, StreamEvent


def read(*pieces: bytes, event_cap: int = 1000, total_cap: int = 10_000) -> list[StreamEvent]:
    reader = EventReader(event_cap, total_cap)
    return [event for piece in pieces for event in reader.feed(piece)] + reader.finish()


@pytest.mark.parametrize(
    ("stream", "events"),
    [
        (b'event: a\ndata: {"x": 1}\n\n', [("a", b'{"x": 1}')]),
        (b"event: a\r\ndata: 1\r\n\r\nevent: b\r\ndata: 2\r\n\r\n", [("a", b"1"), ("b", b"2")]),
        (b"event: a\rdata: 1\r\r", [("a", b"1")]),
        (b"data: 1\n\n", [("", b"1")]),
        (b"data:1\n\n", [("", b"1")]),
        (b"data:  1\n\n", [("", b" 1")]),
        (b"data: 1\ndata: 2\ndata\n\n", [("", b"1\n2\n")]),
        (b"data: 1\nevent: late\n\n", [("late", b"1")]),
        (b"event: a\nevent: b\ndata: 1\n\n", [("b", b"1")]),
        (b": a comment\n\ndata: 1\n\n", [("", b"1")]),
        (b"\n\n\n\ndata: 1\n\n\n\n\ndata: 2\n\n", [("", b"1"), ("", b"2")]),
        (b"id: 7\nretry: 10\nunknown: x\ndata: 1\n\n", [("", b"1")]),
        (b"event: nothing\n\ndata: 1\n\n", [("", b"1")]),
        (b"\xef\xbb\xbfdata: 1\n\n", [("", b"1")]),
        ("event: ä\ndata: ö\n\n".encode(), [("ä", "ö".encode())]),
        (b"data: whole\n\ndata: cut", [("", b"whole")]),
        (b"data: whole\n\ndata: cut\n", [("", b"whole")]),
        (b"data: 1\n\n: only a comment", [("", b"1")]),
        (b"", []),
        (b"event: mess", []),
    ],
)
def test_what_stream_holds_which_events(stream: bytes, events: list[tuple[str, bytes]]) -> None:
    assert read(stream) == events
    assert read(*(bytes([byte]) for byte in stream)) == events


@pytest.mark.parametrize(
    ("stream", "words"),
    [
        (b"data: \xff\n\n", "not UTF-8"),
        (b"event: \xc3\ndata: 1\n\n", "not UTF-8"),
        (b"data: " + b"x" * 2000 + b"\n\n", "one event is longer"),
        (b"data: " + b"x" * 2000, "one event is longer"),
        (b"data: x\n\n" * 2000, "the answer is longer"),
        (b"<html><body>hello</body></html>", "not a stream of events"),
        (b'{"error": "x"}\n\n', "not a stream of events"),
    ],
)
def test_what_no_sane_server_sends_is_an_error(stream: bytes, words: str) -> None:
    with pytest.raises(MalformedStreamError, match=words):
        read(stream)


LINES = st.sampled_from([b"event: a", b"data: 1", b"data: \xc3\xa4", b"data", b": c", b"", b"", b"id: 1", b"x"])


@given(
    st.lists(st.tuples(LINES, st.sampled_from([b"\n", b"\r", b"\r\n"])), max_size=30),
    st.lists(st.integers(0, 300), max_size=20),
)
def test_how_the_bytes_are_cut_changes_nothing(lines: list[tuple[bytes, bytes]], cuts: list[int]) -> None:
    stream = b"data: 0\n\n" + b"".join(line + end for line, end in lines)
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    pieces = [stream[start:end] for start, end in pairwise(places)]
    assert read(*pieces) == read(stream)


def test_a_long_event_that_comes_in_tiny_pieces_is_read_in_one_pass() -> None:
    reader = EventReader()
    size = 200_000
    events = [event for piece in [b"data: ", *[b"x"] * size, b"\n\n"] for event in reader.feed(piece)]
    assert [len(event.data) for event in events] == [size]
