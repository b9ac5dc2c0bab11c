import pytest
from hypothesis import given, strategies as st

from tmtui.agents.tools.textfile import EditError, NoTextError, TextFile, decode, inserted, numbered, replaced


LINES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")) | st.lists(
    st.sampled_from(["a", "", "\r", "b\r\n", "c\n", "\r\n", "\ufeff", "é"])
).map("".join)


@given(LINES)
def test_every_text_is_written_back_byte_by_byte(text: str) -> None:
    assert decode(text.encode()).encode() == text.encode()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"a\nb\n", TextFile("a\nb\n")),
        (b"a\r\nb\r\n", TextFile("a\nb\n", crlf=True)),
        (b"a\r\nb\n", TextFile("a\r\nb\n")),
        (b"\xef\xbb\xbfa\n", TextFile("a\n", mark=True)),
        (b"", TextFile("")),
    ],
)
def test_line_ends_are_uniform_only_where_the_file_is(data: bytes, expected: TextFile) -> None:
    assert decode(data) == expected


@pytest.mark.parametrize("data", [b"a\0b", b"\xff\xfe", b"caf\xe9"])
def test_what_is_no_text_is_refused(data: bytes) -> None:
    with pytest.raises(NoTextError):
        decode(data)


def test_a_single_match_is_replaced() -> None:
    assert replaced("a b c", "b", "x\n") == "a x\n c"


@pytest.mark.parametrize(
    ("text", "old", "words"),
    [
        ("a", "", "empty"),
        ("a", "b", "found 0 times"),
        ("a\na\nb a", "a", "found 3 times (lines 1, 2, 3)"),
        ("aaa", "aa", "found 2 times (lines 1, 1)"),
        ("a\n" * 12, "a", "found 12 times (lines 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, …)"),
    ],
)
def test_no_match_or_several_are_counted_and_refused(text: str, old: str, words: str) -> None:
    with pytest.raises(EditError) as caught:
        replaced(text, old, "x")

    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("text", "after", "addition", "expected"),
    [
        ("a\nb\n", 0, "x\n", "x\na\nb\n"),
        ("a\nb\n", 1, "x", "a\nx\nb\n"),
        ("a\nb\n", 2, "x", "a\nb\nx"),
        ("a\nb", 2, "x\n", "a\nb\nx\n"),
        ("", 0, "x\n", "x\n"),
        ("a\n", 1, "", "a\n"),
    ],
)
def test_insert_puts_whole_lines_behind_a_line(text: str, after: int, addition: str, expected: str) -> None:
    assert inserted(text, after, addition) == expected


@pytest.mark.parametrize("after", [-1, 3])
def test_insert_behind_a_line_that_is_not_there_says_how_many_there_are(after: int) -> None:
    with pytest.raises(EditError, match="the file has 2"):
        inserted("a\nb\n", after, "x")


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (1, -1, "     1\ta\n     2\t\n     3\tc\n"),
        (2, 2, "     2\t\n"),
        (3, 99, "     3\tc\n"),
    ],
)
def test_lines_are_shown_behind_their_numbers(first: int, last: int, expected: str) -> None:
    assert numbered("a\n\nc", first, last) == expected


@pytest.mark.parametrize(("first", "last"), [(0, 2), (4, -1), (3, 2), (-1, -1)])
def test_a_range_that_is_not_there_is_refused(first: int, last: int) -> None:
    with pytest.raises(EditError, match="the file has 3"):
        numbered("a\n\nc", first, last)


def test_an_empty_file_says_so() -> None:
    assert numbered("") == "(the file is empty)\n"
