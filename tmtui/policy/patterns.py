"""Regular expressions that somebody else wrote, taken only where they cannot run for ever.

Python's matcher goes back and tries again, so an expression can take time beyond all bounds. What makes it do so is
something repeated inside a repetition, or several repetitions that can take the same text. Such expressions are
refused with a hint; the others see no more than a piece of a line at a time, `PIECE` characters with an overlap.
"""

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from tmtui.domain.problem import WrongValueError


LONGEST: Final = 1_000
"""Characters of an expression."""
PIECE: Final = 1_000
"""Characters that are searched at once."""
OVERLAP: Final = 200
"""Characters that a piece shares with the next: what is longer may be missed where a line is cut."""

_TOKEN: Final = re.compile(
    r"(?P<class>\[\^?\]?(?:\\.|[^\]\\])*\])|(?P<escape>\\.)|(?P<open>\((?:\?(?:[:=!>]|<[=!]|P?<\w+>|[aiLmsux-]+[:)]))?)"
    r"|(?P<close>\))|(?P<either>\|)|(?P<repeat>[*+?]|\{\d*,?\d*\})[?+]?|(?P<plain>.)",
    re.DOTALL,
)
_NARROW: Final = frozenset({r"\s", r"\d", r"\b", r"\B", r"\n", r"\t"})
"""Classes so small that a text has to be strange to hold long runs of them."""
_MOST_NARROW: Final = 4
_MOST_WAYS: Final = 40_000
"""Ways in which an expression may be tried at one place."""
_MOST_TIMES: Final = 10
"""How often a group may be repeated in which something varies."""


class _Group(msgspec.Struct):
    """A group while it is walked through."""

    ways: float = 1.0
    """In how many ways its repetitions can share a text."""
    narrow: int = 0
    """How many repetitions of small classes it has."""
    chooses: bool = False
    """Whether it has alternatives."""


def compiled(pattern: str) -> re.Pattern[str]:
    """The expression, without regard to case.

    Raises:
        WrongValueError: it is none, or it might run for ever; the hint says what to write.
    """
    if len(pattern) > LONGEST:
        raise WrongValueError(f"the pattern is longer than {LONGEST:,} characters", "Split it into several rules.")
    try:
        expression = re.compile(pattern, re.IGNORECASE)
    except (re.error, OverflowError, RecursionError) as error:
        raise WrongValueError(
            f"this is no regular expression: {error}", "Escape signs that stand for themselves."
        ) from None
    _bound(pattern)
    if expression.match(""):
        raise WrongValueError("the pattern fits the empty text, and so everything", "Make some of it obligatory.")
    return expression


def spans(expression: re.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    """Where an expression fits in a text, in order; places found in two pieces may overlap."""
    start = 0
    for line in text.splitlines(keepends=True):
        for cut in range(0, max(1, len(line) - OVERLAP), PIECE - OVERLAP):
            for match in expression.finditer(line, cut, cut + PIECE):
                end = match.end()
                while match.end() == cut + PIECE and end < len(line) and not line[end].isspace():
                    end += 1  # the rest of a word that the piece cut off
                yield start + match.start(), start + end
        start += len(line)


def _bound(pattern: str) -> None:
    """Refuse what may go back and try again too often."""
    stack = [_Group()]
    last: tuple[str, _Group | None] = ("", None)
    for match in _TOKEN.finditer(pattern):
        kind, text = str(match.lastgroup), match.group()
        if kind == "open" and not text.endswith(")"):
            stack.append(_Group())
        elif kind == "close" and len(stack) > 1:
            last = ("", stack.pop())
            _add(stack[-1], last[1])
        elif kind == "either":
            stack[-1].chooses = True
        elif kind == "repeat":
            _repeat(stack[-1], *last, match["repeat"])
        else:
            last = (text, None)
            if re.match(r"\\[1-9]", text):
                raise WrongValueError("the pattern refers back to what it found", "Write what it should find.")
    if stack[0].ways > _MOST_WAYS or stack[0].narrow > _MOST_NARROW:
        raise WrongValueError(
            "the pattern has several parts that may be of any length", "Bound them, as in .{0,30} for .*"
        )


def _add(outer: _Group, inner: _Group | None) -> None:
    if inner is not None:
        outer.ways *= inner.ways
        outer.narrow += inner.narrow


def _repeat(around: _Group, what: str, group: _Group | None, repeat: str) -> None:
    """Count what a repetition adds to the ways of the group around it."""
    least, most = _times(repeat)
    if group is None:
        if what in _NARROW:
            around.narrow += most > _MOST_TIMES
        else:
            around.ways *= 1 + min(most, PIECE) - least
    elif most > _MOST_TIMES and (group.ways > 1 or group.narrow or group.chooses):
        raise WrongValueError(
            "the pattern repeats a group in which something is repeated or chosen",
            "Repeat a single character or class instead, such as [a-z ]{1,40}.",
        )
    elif group.ways > 1:
        around.ways *= min(group.ways, 2.0 * _MOST_WAYS) ** (most - 1)


def _times(repeat: str) -> tuple[float, float]:
    """The least and the most number of times."""
    if repeat in "*+?":
        return float(repeat == "+"), 1.0 if repeat == "?" else float("inf")
    least, comma, most = repeat[1:-1].partition(",")
    first = float(least or 0)
    return first, (float(most) if most else float("inf")) if comma else first
