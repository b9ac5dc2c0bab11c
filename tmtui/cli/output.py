"""Where text leaves for a terminal, a pipe or a file.

What is printed is made as `Line` values by pure functions and becomes text in `as_text`. That is the sink's gate:
each line passes `domain.text.clean` (which changes nothing in what the log holds, since that was made safe before it
was recorded) before the program's own colour goes around it. So neither a path, nor an argument, nor a damaged log
can speak to the terminal.
"""

import os
import sys
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any, Final, NamedTuple, TextIO

from tmtui.domain.text import clean


RULE: Final = "━" * 60
"""The line above and below what stands out."""


class Tone(Enum):
    """What a line is, said in colour as well as in words. The value is the SGR parameter."""

    NONE = ""
    GOOD = "32"
    BAD = "31"
    WARN = "33"
    FAINT = "2"
    STRONG = "1"


class Line(NamedTuple):
    """One line to print."""

    text: str
    tone: Tone = Tone.NONE


def as_text(lines: Iterable[Line | str], *, colour: bool = False) -> str:
    """The lines as they are written, each with its line end, safe for a terminal."""
    return "".join(_finish(line if isinstance(line, Line) else Line(line), colour=colour) for line in lines)


def _finish(line: Line, *, colour: bool) -> str:
    safe = clean(line.text)
    if not colour or line.tone is Tone.NONE or not safe:
        return f"{safe}\n"
    return f"\x1b[{line.tone.value}m{safe}\x1b[0m\n"


def wants_colour(stream: TextIO, env: Mapping[str, str] = os.environ) -> bool:
    """Whether colour is welcome there: on a terminal that knows it, unless NO_COLOR is set."""
    return stream.isatty() and not env.get("NO_COLOR") and env.get("TERM", "") not in ("", "dumb")


def say(*lines: Line | str) -> None:
    """Print lines on standard output."""
    sys.stdout.write(as_text(lines, colour=wants_colour(sys.stdout)))


def say_error(*lines: Line | str) -> None:
    """Print lines on standard error."""
    sys.stderr.write(as_text(lines, colour=wants_colour(sys.stderr)))


def say_json(value: Any) -> None:
    """Print a value as one line of JSON that holds no character that a terminal obeys."""
    import msgspec  # noqa: PLC0415  # help and errors do not need it

    from tmtui.events.codec import escape_controls  # noqa: PLC0415  # likewise

    sys.stdout.write(escape_controls(msgspec.json.encode(value)).decode() + "\n")
