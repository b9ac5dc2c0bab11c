import pytest
from hypothesis import given, strategies as st
from rich.cells import cell_len
from rich.color import Color
from rich.style import Style

from tmtui.tui.paint import Ink, Inks, Palette, Span, cut, escaped, fit, shown, spread, strip, width_of


WORDS = st.text(max_size=40)
SPANS = st.lists(st.builds(Span, WORDS, st.sampled_from(Ink)), max_size=6)
INKS = Inks(Style(), Palette({Ink.BAD: Style(color="red"), Ink.CURSOR: Style(bgcolor="blue")}))


def plain(spans: list[Span]) -> str:
    return "".join(span.text for span in spans)


@given(WORDS)
def test_nothing_that_is_drawn_can_be_obeyed(text: str) -> None:
    drawn = shown(text)
    assert drawn.replace("\u200c", "").isprintable() or all(
        ord(each) >= 0xA0 for each in drawn if not each.isprintable()
    )
    assert not any(ord(each) < 0x20 or 0x7F <= ord(each) < 0xA0 for each in drawn)


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("plain", "plain"),
        ("\x1b[2J", "␛[2J"),
        ("a\nb", "a b"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\u202eabc", "\ufffdabc"),
        ("👩\u200d💻", "👩💻"),
        ("❤\ufe0f", "❤"),
        ("👍\U0001f3fd", "👍"),
        ("日本", "日本"),
    ],
)
def test_what_is_drawn_is_safe_and_as_wide_as_it_seems(text: str, drawn: str) -> None:
    assert shown(text) == drawn


@given(WORDS, st.integers(0, 50))
def test_a_cut_text_fits(text: str, width: int) -> None:
    piece = cut(text, width)
    assert cell_len(piece) <= width
    assert piece == shown(text) or width == 0 or piece.endswith("…")


@given(SPANS, st.integers(0, 60))
def test_fitted_spans_fit_and_say_that_they_were_cut(spans: list[Span], width: int) -> None:
    fitted = fit(spans, width)
    assert width_of(fitted) <= width
    if width_of(spans) <= width:
        assert [shown(span.text) for span in fitted] == [shown(span.text) for span in spans]
    elif width:
        assert plain(fitted).endswith("…")


@given(SPANS, SPANS, st.integers(1, 60))
def test_both_ends_of_a_line_fill_it_exactly(left: list[Span], right: list[Span], width: int) -> None:
    assert width_of(spread(left, right, width)) == width


def test_the_right_end_is_kept_and_the_left_one_cut() -> None:
    assert plain(spread([Span("a long title")], [Span("0:38")], 12)) == "a long… 0:38"


@given(SPANS, st.integers(1, 60))
def test_a_strip_has_the_width_it_is_asked_for(spans: list[Span], width: int) -> None:
    made = strip(spans, width, INKS, Ink.CURSOR)
    assert made.cell_length == width
    assert cell_len(made.text) == width


def test_the_cursor_lies_beneath_the_whole_line() -> None:
    made = strip([Span("x", Ink.BAD)], 3, INKS, Ink.CURSOR)
    assert next((each.text, each.style and each.style.color) for each in made) == ("x", Color.parse("red"))
    assert {each.style.bgcolor for each in made if each.style} == {Color.parse("blue")}


def test_markup_is_never_left_for_textual_to_read() -> None:
    assert escaped("[@click=app.quit]x[/]") == "(@click=app.quit)x(/)"
