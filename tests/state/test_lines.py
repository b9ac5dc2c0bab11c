import pytest
from hypothesis import given, strategies as st

from tmtui.state.lines import LINE_CAP, Line, LineKind, Lines


PIECES = st.lists(st.text("ab\n", max_size=12), max_size=12)


def texts(lines: Lines) -> list[str]:
    return [line.text for line in lines]


@given(PIECES)
def test_text_is_the_same_however_it_is_cut_into_pieces(pieces: list[str]) -> None:
    lines = Lines()
    for piece in pieces:
        lines.write(LineKind.SAID, piece)
    whole = "".join(pieces)
    expected = (whole.removesuffix("\n")).split("\n") if whole else []
    assert texts(lines) == expected


def test_another_kind_or_another_source_begins_a_line_of_its_own() -> None:
    lines = Lines()
    lines.write(LineKind.SAID, "one ")
    lines.write(LineKind.PRINTED, "two", source="a")
    lines.write(LineKind.PRINTED, "three", source="b")
    lines.write(LineKind.SAID, "four")
    assert texts(lines) == ["one ", "two", "three", "four"]


def test_a_whole_line_ends_what_was_open() -> None:
    lines = Lines()
    lines.write(LineKind.SAID, "one")
    lines.add(LineKind.NOTE, "remark", at_ms=5, lead=3)
    lines.write(LineKind.SAID, "two")
    assert list(lines) == [
        Line(LineKind.SAID, "one"),
        Line(LineKind.NOTE, "remark", 5, 3),
        Line(LineKind.SAID, "two"),
    ]


def test_only_the_line_that_is_still_open_may_change() -> None:
    lines = Lines()
    lines.write(LineKind.SAID, "one\ntw")
    assert (lines.settled, lines.end) == (1, 2)
    lines.write(LineKind.SAID, "o\n")
    assert (lines.settled, lines.end) == (2, 2)
    assert texts(lines) == ["one", "two"]


def test_gaps_do_not_add_up_and_none_stands_at_the_top() -> None:
    lines = Lines()
    lines.gap()
    lines.add(LineKind.NOTE, "a")
    lines.gap()
    lines.gap()
    assert [line.kind for line in lines] == [LineKind.NOTE, LineKind.BLANK]


def test_memory_has_a_bound_and_numbers_stay_true() -> None:
    lines = Lines(lines_cap=100)
    for number in range(1_000):
        lines.add(LineKind.PRINTED, f"line {number}")
    assert len(lines) <= 100
    assert lines.end == 1_000
    assert lines[lines.first].text == f"line {lines.first}"
    assert lines.text(999) == "line 999"
    with pytest.raises(IndexError):
        lines[lines.first - 1]
    with pytest.raises(IndexError):
        lines.text(0)


def test_long_lines_count_too() -> None:
    lines = Lines(characters_cap=10_000)
    for _ in range(100):
        lines.add(LineKind.PRINTED, "x" * 1_000)
    assert sum(map(len, texts(lines))) <= 10_000


def test_a_line_that_never_ends_is_broken() -> None:
    lines = Lines()
    for _ in range(10):
        lines.write(LineKind.PRINTED, "x" * 16_384)
    assert max(map(len, texts(lines))) <= LINE_CAP
    assert sum(map(len, texts(lines))) == 10 * 16_384


def test_every_change_is_noticed() -> None:
    lines = Lines()
    seen = [lines.revision]
    lines.add(LineKind.NOTE, "a")
    seen.append(lines.revision)
    lines.write(LineKind.SAID, "b")
    seen.append(lines.revision)
    lines.write(LineKind.SAID, "c")
    seen.append(lines.revision)
    lines.gap()
    seen.append(lines.revision)
    assert len(set(seen)) == len(seen)
