import pytest
from hypothesis import given, strategies as st

from tmtui.state.lines import LineKind, Lines
from tmtui.tui.viewport import Viewport, occurrences


def numbered(count: int, width: int = 5) -> Lines:
    lines = Lines()
    for number in range(count):
        lines.add(LineKind.TEXT, f"{number:0{width}}")
    return lines


def view_of(lines: Lines, *, tails: bool = True, width: int = 20, height: int = 5) -> Viewport:
    view = Viewport(lines, tails=tails)
    view.resize(width, height)
    return view


def seen(view: Viewport) -> list[str]:
    return [row.text for row in view.rows()]


def test_a_text_that_tails_is_read_from_its_end_and_follows_it() -> None:
    lines = numbered(9)
    view = view_of(lines)
    assert seen(view) == ["00004", "00005", "00006", "00007", "00008"]
    lines.add(LineKind.TEXT, "news")
    assert seen(view)[-1] == "news"
    assert view.new_lines == 0


def test_a_page_is_read_from_its_beginning() -> None:
    assert seen(view_of(numbered(9), tails=False)) == ["00000", "00001", "00002", "00003", "00004"]


def test_going_up_stops_following_and_what_comes_does_not_move_the_text() -> None:
    lines = numbered(9)
    view = view_of(lines)
    view.scroll(-1)
    before = seen(view)
    for _ in range(128):
        lines.add(LineKind.TEXT, "news")
    assert seen(view) == before == ["00003", "00004", "00005", "00006", "00007"]
    assert view.new_lines == 128
    view.to_end()
    assert seen(view) == ["news"] * 5
    assert view.new_lines == 0
    assert view.following


def test_reaching_the_end_follows_again() -> None:
    view = view_of(numbered(9))
    view.scroll(-3)
    view.scroll(2)
    assert not view.following
    view.scroll(5)
    assert view.following


def test_the_beginning_and_the_end_hold() -> None:
    view = view_of(numbered(9), tails=False)
    view.scroll(-5)
    assert seen(view)[0] == "00000"
    view.scroll(500)
    assert seen(view)[-1] == "00008"
    view.to_top()
    assert seen(view)[0] == "00000"


def test_a_page_leaves_a_row_of_the_old_one_in_sight() -> None:
    view = view_of(numbered(50), tails=False, height=10)
    view.page(1)
    assert seen(view)[0] == "00009"
    view.page(0.5)
    assert seen(view)[0] == "00013"


def test_only_the_rows_in_sight_of_a_long_line_are_shown() -> None:
    lines = Lines()
    lines.add(LineKind.TEXT, "x" * 200)
    view = view_of(lines, width=21, height=4)
    assert [row.start for row in view.rows()] == [120, 140, 160, 180]
    view.scroll(-2)
    assert [row.start for row in view.rows()] == [80, 100, 120, 140]


def test_wrapping_anew_keeps_the_line_at_the_top() -> None:
    lines = Lines()
    for number in range(30):
        lines.add(LineKind.TEXT, f"{number} " + "word " * 20)
    view = view_of(lines, tails=False, width=30, height=6)
    view.to_line(12)
    top = view.rows()[0].number
    view.resize(60, 6)
    assert view.rows()[0].number == top
    view.set_wrap(wrap=False)
    assert view.rows()[0].number == top
    assert len({row.number for row in view.rows()}) == 6


def test_lines_that_are_not_wrapped_can_be_scrolled_sideways() -> None:
    lines = Lines()
    lines.add(LineKind.TEXT, "abcdefghijkl")
    view = view_of(lines)
    view.scroll_sideways(4)
    assert seen(view) == ["abcdefghijkl"]
    view.set_wrap(wrap=False)
    view.scroll_sideways(4)
    assert seen(view) == ["efghijkl"]
    view.scroll_sideways(-400)
    assert seen(view) == ["abcdefghijkl"]


def test_what_is_dropped_from_the_head_leaves_the_rest_where_it_is() -> None:
    lines = Lines(lines_cap=100)
    for number in range(100):
        lines.add(LineKind.TEXT, str(number))
    view = view_of(lines)
    view.to_line(50)
    held = seen(view)
    for _ in range(20):
        lines.add(LineKind.TEXT, "news")
    assert seen(view) == held
    for _ in range(100):
        lines.add(LineKind.TEXT, "news")
    assert view.rows()[0].number == lines.first


def test_a_shorter_version_of_a_page_is_shown_from_its_last_line_on() -> None:
    view = view_of(numbered(50), tails=False)
    view.to_line(40)
    view.refresh(numbered(3))
    assert seen(view) == ["00002"]
    view.refresh(Lines())
    assert seen(view) == []


def test_a_value_hangs_under_its_label() -> None:
    lines = Lines()
    lines.add(LineKind.FIELD, "label  value value value", lead=7)
    rows = view_of(lines, width=15).rows()
    assert [(row.text, row.lead, row.hang) for row in rows] == [
        ("label  value ", 7, 0),
        ("value ", 0, 7),
        ("value", 0, 7),
    ]


def test_a_value_hangs_only_a_little_where_its_label_takes_all_the_room() -> None:
    lines = Lines()
    lines.add(LineKind.FIELD, "a long label  value value value", lead=14)
    rows = view_of(lines, width=20).rows()
    assert [(row.text, row.hang) for row in rows] == [("a long label  value ", 0), ("value value", 2)]


def test_the_scroll_bar_is_at_its_ends_only_when_the_text_is() -> None:
    lines = numbered(100)
    view = view_of(lines, tails=False, height=10)
    assert view.thumb(10) == (0, 1)
    view.to_line(50)
    start, length = view.thumb(10) or (0, 0)
    assert 0 < start < 10 - length
    view.to_end()
    assert view.thumb(10) == (9, 1)
    assert view_of(numbered(3)).thumb(10) is None
    assert view_of(Lines()).thumb(10) is None


def test_the_scroll_bar_can_be_grabbed() -> None:
    view = view_of(numbered(100), height=10)
    view.to_fraction(0.5)
    assert seen(view)[0] == "00050"
    view.to_fraction(1.0)
    assert view.following
    view.to_fraction(-1)
    assert seen(view)[0] == "00000"


@pytest.mark.parametrize(
    ("needle", "start", "step", "found"),
    [
        ("beta", 0, 1, 1),
        ("beta", 2, 1, 3),
        ("beta", 4, 1, 1),
        ("beta", 2, -1, 1),
        ("beta", 0, -1, 3),
        ("Beta", 0, 1, 3),
        ("nowhere", 0, 1, None),
        ("", 0, 1, None),
    ],
)
def test_searching_goes_round_and_minds_capitals_only_when_there_are_some(
    needle: str, start: int, step: int, found: int | None
) -> None:
    lines = Lines()
    for text in ("alpha", "beta", "gamma", "Beta", "delta"):
        lines.add(LineKind.TEXT, text)
    assert view_of(lines).find(needle, start, step) == found


def test_a_line_that_was_found_is_brought_into_sight() -> None:
    view = view_of(numbered(100), height=9)
    view.to_line(20)
    assert [row.number for row in view.rows()].index(20) == 3
    view.to_line(25)
    assert view.rows()[0].number == 17


@pytest.mark.parametrize(
    ("text", "needle", "places"),
    [
        ("abcABC", "abc", [(0, 3), (3, 6)]),
        ("abcABC", "ABC", [(3, 6)]),
        ("aaa", "aa", [(0, 2)]),
        ("abc", "", []),
        ("İx", "x", []),
    ],
)
def test_all_places_of_a_match(text: str, needle: str, places: list[tuple[int, int]]) -> None:
    assert occurrences(text, needle) == places


STEPS = st.lists(
    st.tuples(st.sampled_from(["scroll", "page", "line", "add", "end", "top", "resize"]), st.integers(-40, 40))
)


@given(STEPS, st.integers(0, 40))
def test_whatever_one_does_the_rows_are_a_part_of_the_text_in_its_order(
    steps: list[tuple[str, int]], count: int
) -> None:
    lines = Lines(lines_cap=60)
    for number in range(count):
        lines.add(LineKind.TEXT, f"{number} " * (number % 7 + 1))
    view = view_of(lines, width=12)
    for step, size in steps:
        match step:
            case "scroll":
                view.scroll(size)
            case "page":
                view.page(size / 10)
            case "line":
                view.to_line(size)
            case "add":
                for _ in range(abs(size)):
                    lines.add(LineKind.TEXT, "news " * 5)
            case "end":
                view.to_end()
            case "top":
                view.to_top()
            case _:
                view.resize(abs(size), abs(size) // 3)
        rows = view.rows()
        places = [(row.number, row.start) for row in rows]
        assert places == sorted(places)
        assert len(rows) <= view.height
        assert all(lines.first <= row.number < lines.end for row in rows)
        assert len(rows) == view.height or not lines or rows[-1].number == lines.end - 1
        assert not view.following or not lines or rows[-1].number == lines.end - 1
