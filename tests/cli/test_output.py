import io
import json
import sys

import msgspec
import pytest
from hypothesis import given, strategies as st

from tmtui.cli.output import Line, Tone, as_text, say_json, wants_colour
from tmtui.cli.signs import PLAIN_SIGNS, SIGNS_ERRORS
from tmtui.events.codec import escape_controls


OBEYED = "".join(map(chr, (*range(32), *range(0x7F, 0xA0), 0x202E, 0x2066, 0xFEFF, 0xE0041)))


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_line_ends_and_holds_nothing_that_a_terminal_obeys() -> None:
    text = as_text([Line("\x1b]52;c;aGk=\x07 \x9b2J \x7f \u202e")])
    assert text == "␛]52;c;aGk=␇ \ufffd2J ␡ \ufffd\n"


def test_colour_goes_around_the_text_and_never_into_it() -> None:
    assert as_text([Line("\x1b[31mred", Tone.GOOD)], colour=True) == "\x1b[32mred\x1b[0m\n"
    assert as_text([Line("plain", Tone.NONE), Line("", Tone.BAD), "word"], colour=True) == "plain\n\nword\n"


@pytest.mark.parametrize(
    ("stream", "env", "welcome"),
    [
        (Tty(), {"TERM": "xterm"}, True),
        (Tty(), {"TERM": "xterm", "NO_COLOR": "1"}, False),
        (Tty(), {"TERM": "xterm", "NO_COLOR": ""}, True),
        (Tty(), {"TERM": "dumb"}, False),
        (Tty(), {}, False),
        (io.StringIO(), {"TERM": "xterm"}, False),
    ],
)
def test_colour_is_for_terminals_that_want_it(stream: io.StringIO, env: dict[str, str], *, welcome: bool) -> None:
    assert wants_colour(stream, env) is welcome


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_json_says_the_same_and_holds_nothing_that_a_terminal_obeys(text: str) -> None:
    line = escape_controls(msgspec.json.encode({"text": text + OBEYED}))
    assert json.loads(line) == {"text": text + OBEYED}
    assert not set(line.decode()) & set(OBEYED)


def test_json_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    say_json({"title": "a\nb\x9b"})
    assert capsys.readouterr().out == '{"title":"a\\nb\\u009b"}\n'


@pytest.mark.parametrize("sign", PLAIN_SIGNS)
def test_a_sign_has_a_plain_one_where_the_encoding_lacks_it(sign: str) -> None:
    assert sign.encode("ascii", SIGNS_ERRORS).decode() == PLAIN_SIGNS[sign]


def test_any_other_character_becomes_an_escape_where_the_encoding_lacks_it() -> None:
    assert "✓ Ж é".encode("latin-1", SIGNS_ERRORS) == b"+ \\u0416 \xe9"


def test_the_handler_is_for_output_alone() -> None:
    with pytest.raises(UnicodeDecodeError):
        b"\xff".decode("ascii", SIGNS_ERRORS)
    assert sys.stdout
