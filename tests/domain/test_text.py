"""Foreign text: nothing that a terminal obeys gets through, however it is written and however it is cut."""

import re
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from tests.domain.hostile import CORPUS, FORBIDDEN
from tmtui.domain.text import LINE_CAP, MARKS_CAP, Cleaner, clean, clean_line


MARKS = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f]+"
)
PICTURES = "\u2190-\u23ff\u2440-\u2bff\U0001f000-\U0001faff"
WITHIN_AN_EMOJI = re.compile(f"(?<=[{PICTURES}\ufe0f])\u200d(?=[{PICTURES}])")

hostile_texts = st.lists(
    st.sampled_from(
        [*CORPUS.values(), "\x1b", "\x9b", "[", "31", "m", ";", "\r", "\n", "\r\n", "\t", "a", "é", "\u0301"]
    )
    | st.text(max_size=8),
    max_size=12,
).map("".join)
"""Attempts, parts of attempts and ordinary text, run together."""

whole_tokens = st.sampled_from(
    [
        "a",
        "bc ",
        "\n",
        "\t",
        "é",
        "日本",
        "\U0001f600",
        "\u0301",
        "\u0301" * 6,
        "\U0001f468\u200d\U0001f469",
        "\u200d",
        "\x1b[1;31m",
        "\x1b]0;t\x07",
        "\x1b[2J",
        "\x07",
        "\x7f",
        "\x85",
        "\u202e",
        "\u200b",
        "x" * 50,
        "\ufe0f",
    ]
)
"""Text without carriage returns, and with colour sequences only as a whole."""


def cut(data: bytes, places: Sequence[int]) -> list[bytes]:
    edges = [0, *sorted({place % (len(data) + 1) for place in places}), len(data)]
    return [data[start:end] for start, end in pairwise(edges)]


def cleaned(pieces: Sequence[bytes]) -> str:
    cleaner = Cleaner()
    return "".join([*map(cleaner.feed, pieces), cleaner.finish()])


def is_safe(text: str) -> bool:
    return (
        not FORBIDDEN.search(text)
        and "\u200d" not in WITHIN_AN_EMOJI.sub("", text)
        and all(len(run) <= MARKS_CAP for run in MARKS.findall(text))
        and max(map(len, text.split("\n"))) <= LINE_CAP
    )


# What comes out.


@pytest.mark.parametrize("name", CORPUS)
def test_nothing_of_a_hostile_text_is_obeyed(name: str) -> None:
    assert is_safe(clean(f"before {CORPUS[name]} after"))
    assert is_safe(clean_line(f"before {CORPUS[name]} after"))


@pytest.mark.parametrize("name", CORPUS)
def test_nothing_of_a_hostile_stream_is_obeyed_wherever_it_is_cut(name: str) -> None:
    data = f"before {CORPUS[name]} after".encode("utf-8", "surrogatepass")
    for place in range(0, len(data), max(1, len(data) // 60)):
        assert is_safe(cleaned([data[:place], data[place:]]))
    assert is_safe(cleaned([data[place : place + 1] for place in range(len(data))]))


@pytest.mark.parametrize(
    ("foreign", "shown"),
    [
        ("\x1b[2J", "␛[2J"),
        ("\x07\x00\x08\x7f", "␇␀␈␡"),
        ("\x9b2J", "\ufffd2J"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x9b1mbold", "bold"),
        ("a\u202eb", "a\ufffdb"),
        ("ad\u200dmin", "ad\ufffdmin"),
        ("\ud800", "\ufffd"),
        ("e" + "\u0301" * 500, "e" + "\u0301" * MARKS_CAP),
    ],
)
def test_what_is_dangerous_is_shown_as_a_sign(foreign: str, shown: str) -> None:
    assert clean(foreign) == shown


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain",
        "two\nlines\n",
        "naïve café, 日本語, עברית, العربية, हिन्दी",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467 \u2764\ufe0f\u200d\U0001f525 \U0001f44d\U0001f3fd",
        "[/foo] [red list[int] a[/]b",
        "␛ is a sign, not a command",
    ],
)
def test_harmless_text_is_left_as_it_is(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("10%\r50%\r100%\n", "100%\n"),
        ("a\r\nb\r\n", "a\nb\n"),
        ("a\r\r\nb", "a\nb"),
        ("a\r", "a"),
        ("a\r\r\r", "a"),
        ("\r\r", ""),
        ("a\r\rb", "b"),
        ("one\r\x1b[32mtwo\x1b[0m\r\nthree", "two\nthree"),
    ],
)
def test_a_carriage_return_keeps_what_was_written_last(written: str, shown: str) -> None:
    assert clean(written) == shown
    assert cleaned([written.encode()]) == shown


def test_tabs_go_to_the_next_stop() -> None:
    assert clean("a\tb\n\tc\nabcd\te") == "a   b\n    c\nabcd    e"


def test_a_boundless_line_is_broken() -> None:
    assert clean("x" * (2 * LINE_CAP + 1)) == "\n".join(["x" * LINE_CAP, "x" * LINE_CAP, "x"])
    assert clean("é" * LINE_CAP + "\n") == "é" * LINE_CAP + "\n"


@given(hostile_texts)
def test_cleaned_text_is_safe_and_cleaning_it_again_changes_nothing(text: str) -> None:
    once = clean(text)
    assert is_safe(once)
    assert clean(once) == once


@given(st.text())
def test_any_text_is_safe_and_cleaning_it_again_changes_nothing(text: str) -> None:
    once = clean(text)
    assert is_safe(once)
    assert clean(once) == once


# One line.


@given(hostile_texts, st.integers(2, 60))
def test_one_line_is_one_line_and_no_longer_than_asked(text: str, cap: int) -> None:
    line = clean_line(text, cap)
    assert is_safe(line)
    assert "\n" not in line
    assert len(line) <= cap
    assert clean_line(line, cap) == line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("  a\nb\r\n c  ", "a b  c"),
        ("x" * 11, "x" * 9 + "…"),
        ("x" * 10, "x" * 10),
        ("\n" * 100 + "far away", "…"),
        ("\U0001f468\u200d" * 9 + "\U0001f468", "\U0001f468\u200d" * 4 + "\U0001f468…"),
    ],
)
def test_a_line_that_was_cut_says_so(text: str, line: str) -> None:
    assert clean_line(text, 10) == line


# Streams.


@given(st.lists(whole_tokens, max_size=40).map("".join), st.lists(st.integers(0, 5_000), max_size=30))
def test_a_stream_cut_anywhere_comes_out_as_in_one_piece(text: str, places: list[int]) -> None:
    assert cleaned(cut(text.encode(), places)) == clean(text)


@given(st.binary(max_size=200), st.lists(st.integers(0, 200), max_size=20))
def test_any_bytes_cut_anywhere_are_safe(data: bytes, places: list[int]) -> None:
    assert is_safe(cleaned(cut(data, places)))


@given(st.lists(st.sampled_from(["a", "\r", "\n", "\x1b", "[", "1", "m", "\t"]), max_size=40), st.data())
def test_no_cut_makes_a_sequence_that_is_obeyed(parts: list[str], data: st.DataObject) -> None:
    whole = "".join(parts).encode()
    places = data.draw(st.lists(st.integers(0, len(whole)), max_size=len(whole)))
    assert is_safe(cleaned(cut(whole, places)))


@pytest.mark.parametrize(
    ("pieces", "shown"),
    [
        ([b"caf\xc3", b"\xa9"], "café"),
        ([b"\x1b[3", b"1mred"], "red"),
        ([b"one\r", b"\ntwo"], "one\ntwo"),
        ([b"a", b"\tb"], "a   b"),
        ([b"e", b"\xcc\x81" * 9, b"\xcc\x81" * 9], "e" + "\u0301" * MARKS_CAP),
        ([b"\xf0\x9f\x91\xa8", b"\xe2\x80\x8d", b"\xf0\x9f\x91\xa9"], "\U0001f468\u200d\U0001f469"),
        ([b"tail \x1b["], "tail ␛["),
        ([b"\xff\xfe"], "\ufffd\ufffd"),
        ([b"caf\xc3"], "caf\ufffd"),
    ],
)
def test_what_a_cut_splits_is_put_together_again(pieces: list[bytes], shown: str) -> None:
    assert cleaned(pieces) == shown


def test_a_line_that_left_and_is_overwritten_goes_on_below() -> None:
    cleaner = Cleaner()
    assert cleaner.feed(b"10%") == "10%"
    assert cleaner.feed(b"\r50") == "\n50"
    assert cleaner.feed(b"%, nearly\r100%\n") == "\n100%\n"
    assert cleaner.feed(b"\rdone") == "done"


def test_a_stream_without_a_line_end_is_broken_into_lines() -> None:
    pieces = [b"x" * 10_000] * 10
    assert cleaned(pieces) == clean("x" * 100_000)


@pytest.mark.parametrize("byte", [b"\r", b"\x1b", b"\x9b", b"\x1b[", b"\xc2", b"\xe2\x80\x8d"])
def test_what_is_held_back_stays_small(byte: bytes) -> None:
    cleaner = Cleaner()
    for _ in range(50):
        cleaner.feed(byte * 1000)
    assert len(cleaner._held) < 100


# Size. A step that looked back from every character would not end here within a day.


SHAPES = {
    "one line": "a" * 79,
    "ordinary lines": "a" * 79 + "\n",
    "long lines": "a" * 32_000 + "\n",
    "carriage returns": "\r",
    "lines without and with returns": "a" * 5_000 + "\n\rb",
    "colours": "\x1b[31mx",
    "colours that never end": "\x1b[0;",
    "figures": "0",
    "marks": "\u0301",
    "tabs": "\t",
    "joiners": "\u200d",
    "control characters": "\x00\x1b",
}


@pytest.mark.parametrize("name", SHAPES)
def test_much_text_of_any_shape_is_cleaned(name: str) -> None:
    shape = SHAPES[name]
    text = "é\x1b[" + shape * (300_000 // len(shape)) + "\r!"
    assert is_safe(clean(text))
    data = text.encode()
    assert is_safe(cleaned([data[start : start + 16_384] for start in range(0, len(data), 16_384)]))


@pytest.mark.slow
@pytest.mark.parametrize("name", SHAPES)
def test_ten_megabytes_of_any_shape_are_cleaned(name: str) -> None:
    shape = SHAPES[name]
    assert is_safe(clean("é\x1b[" + shape * (10_000_000 // len(shape)) + "\r!"))
