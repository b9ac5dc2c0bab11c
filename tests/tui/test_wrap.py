import itertools

import pytest
from hypothesis import given, strategies as st
from rich.cells import cell_len

from tmtui.tui.wrap import breaks


def rows(text: str, width: int, hang: int = 0) -> list[str]:
    starts = [*breaks(text, width, hang), len(text)]
    return [text[start:stop] for start, stop in itertools.pairwise(starts)]


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("", 10, [""]),
        ("short", 10, ["short"]),
        ("exactly 10", 10, ["exactly 10"]),
        ("two words here", 10, ["two words ", "here"]),
        ("averyveryverylongword", 10, ["averyveryv", "erylongwor", "d"]),
        ("a averyveryverylong", 10, ["a averyver", "yverylong"]),
        ("日本語日本語", 6, ["日本語", "日本語"]),
        ("日本語x", 5, ["日本", "語x"]),
    ],
)
def test_lines_break_at_words_where_that_wastes_little(text: str, width: int, expected: list[str]) -> None:
    assert rows(text, width) == expected


def test_rows_behind_the_first_leave_room_for_the_label() -> None:
    assert rows("label value value value", 12, hang=6) == ["label value ", "value ", "value"]


@given(
    st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=200), st.integers(4, 40), st.integers(0, 10)
)
def test_rows_are_the_line_and_fit(text: str, width: int, hang: int) -> None:
    broken = rows(text, width, hang)
    assert "".join(broken) == text
    assert all(cell_len(row) <= width + row.endswith(" ") for row in broken)
    assert all(broken) or broken == [""]
