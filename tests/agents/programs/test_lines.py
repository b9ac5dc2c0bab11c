"""Lines and records out of bytes: the same however they are cut, and never more in memory than the cap."""

import json
from itertools import pairwise

from hypothesis import given, strategies as st

from tmtui.agents.port import Notice
from tmtui.agents.programs.lines import LineFramer, TooLong
from tmtui.agents.programs.records import Record, RecordReader, count_in, part_in, parts_in, text_in


def cut(data: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({0, len(data), *(place % (len(data) + 1) for place in cuts)})
    return [data[start:end] for start, end in pairwise(places)]


def framed(pieces: list[bytes], cap: int = 100) -> list[bytes | TooLong]:
    framer = LineFramer(cap)
    return [*(line for piece in pieces for line in framer.feed(piece)), *framer.finish()]


@given(
    st.lists(st.binary(max_size=30).map(lambda line: line.replace(b"\n", b"")), max_size=8), st.lists(st.integers(0))
)
def test_lines_are_the_same_however_they_are_cut(lines: list[bytes], cuts: list[int]) -> None:
    data = b"".join(line + b"\n" for line in lines)

    assert framed(cut(data, cuts)) == lines


@given(st.integers(0, 300), st.lists(st.integers(0)))
def test_a_line_beyond_the_cap_is_dropped_and_its_length_told(length: int, cuts: list[int]) -> None:
    line = b"x" * length
    told = line if length <= 100 else TooLong(length)

    assert framed(cut(b"before\n" + line + b"\nafter", cuts)) == [b"before", told, b"after"]


def test_what_was_dropped_is_not_kept() -> None:
    framer = LineFramer(1_000)
    for _ in range(1_000):
        assert framer.feed(b"x" * 999) == []
        assert sum(map(len, framer._begun)) <= 1_000

    assert framer.feed(b"\n") == [TooLong(999_000)]


def read(data: bytes) -> list[Record | Notice]:
    reader = RecordReader(1_000)
    return [*reader.feed(data), *reader.finish()]


@given(st.lists(st.dictionaries(st.text(max_size=5), st.integers(), max_size=3), max_size=4), st.binary(max_size=40))
def test_records_are_found_between_any_noise(records: list[Record], noise: bytes) -> None:
    noise = noise.replace(b"{", b"").replace(b"\n", b" ")
    data = b"".join(noise + b"\n" + json.dumps(record).encode() + b"\n" for record in records)

    assert read(data) == records


def test_what_is_no_object_and_what_was_cut_is_noise() -> None:
    reader = RecordReader()

    assert reader.feed(b'[1]\n"a"\n5\n{"a": \n  {"b": 1}\r\n\n') == [{"b": 1}]
    assert reader.feed(b'{"type": "result"') == []
    assert reader.finish() == []
    assert reader.noise == b'{"type": "result"'


def test_nesting_beyond_measure_is_noise() -> None:
    assert read(b"{" * 600 + b"\n") == []
    assert RecordReader().feed(b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"\n") == []


def test_a_record_may_hold_anything() -> None:
    record: Record = {"a": {"b": "text", "n": 3, "list": [{"x": 1}, 5]}, "t": True, "s": "x"}

    assert (text_in(record, "a", "b"), text_in(record, "a", "n"), text_in(record, "s", "deeper")) == ("text", "", "")
    assert (count_in(record, "a", "n"), count_in(record, "t"), count_in(record, "a")) == (3, 0, 0)
    assert (part_in(record, "a", "b"), parts_in(record, "a", "list"), parts_in(record, "s")) == ({}, [{"x": 1}], [])
