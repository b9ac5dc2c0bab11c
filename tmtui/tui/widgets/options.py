"""Answers to choose from by a letter or with the mouse, laid out in as many lines as they need."""

from typing import NamedTuple

from tmtui.tui.intents import Intent
from tmtui.tui.paint import Ink, Span, Spans, width_of


class Option(NamedTuple):
    """An answer."""

    intent: type[Intent]
    key: str
    """As it is shown."""
    words: str


class Placed(NamedTuple):
    """An option with the cells it stands in."""

    option: Option
    line: int
    start: int
    stop: int


def lay_out(options: list[Option], width: int) -> list[Placed]:
    """Each option's place within lines of `width` cells."""
    placed: list[Placed] = []
    line = x = 0
    for option in options:
        size = width_of(option_spans(option, lit=True))
        if x and x + size > width:
            line, x = line + 1, 0
        placed.append(Placed(option, line, x, x + size))
        x += size + 3
    return placed


def option_spans(option: Option, *, lit: bool) -> Spans:
    """`[r] Retry`; not lit, its key does nothing here."""
    key, words = (Ink.KEY, Ink.TEXT) if lit else (Ink.MUTED, Ink.MUTED)
    return [Span(f"[{option.key}]", key), Span(f" {option.words}", words)]


def line_spans(placed: list[Placed], line: int, *, lit: bool) -> Spans:
    """The options of one line."""
    spans: list[Span] = []
    for each in placed:
        if each.line == line:
            spans += [*([Span("   ")] if spans else []), *option_spans(each.option, lit=lit)]
    return spans


def hit(placed: list[Placed], line: int, x: int) -> type[Intent] | None:
    """The command whose option stands there."""
    return next((each.option.intent for each in placed if each.line == line and each.start <= x < each.stop), None)
