r"""Text on its way to the terminal: spans of ink, fitted into cells.

This is the last gate for foreign text. Every cell that a widget of ours draws comes through `strip`, and `shown` is
applied to whatever it draws: text that was recorded has been cleaned before and passes at the cost of one look; a
tool's raw input, a file's name or a diff is cleaned here. Nothing here is markup.

Terminals do not agree on the width of joined emoji, of variation selectors and of skin tones. What they disagree
about is left out, so that a line is as wide as we think it is: `👩‍💻` is drawn as its two parts, `❤️` as `❤`.

A `Span` names its ink; a `Palette` knows the inks' colours in a theme; `Inks` are those colours on one widget's
background.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from rich.cells import cell_len, get_character_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.content import Content
from textual.strip import Strip

from tmtui.domain.text import clean


class Ink(StrEnum):
    """What a piece of text is drawn for. A theme gives each its colour; `themes` holds the defaults."""

    TEXT = "text"
    STRONG = "strong"
    MUTED = "muted"
    """Beside the point, but to be read."""
    FAINT = "faint"
    """Lines and empty cells: never text that somebody needs."""
    TITLE = "title"
    ACCENT = "accent"
    KEY = "key"
    GOOD = "good"
    BAD = "bad"
    WARN = "warn"
    BORDER = "border"
    BORDER_FOCUS = "border-focus"
    BORDER_ALERT = "border-alert"
    CURSOR = "cursor"
    """The row the cursor is on, in the pane that has the focus."""
    CURSOR_BLUR = "cursor-blur"
    """The same in a pane that has it not."""
    BADGE = "badge"
    ALARM = "alarm"
    MATCH = "match"
    MATCH_HERE = "match-here"
    SELECTED = "selected"
    THOUGHT = "thought"
    CALL = "call"
    CODE = "code"
    ADDED = "added"
    REMOVED = "removed"
    HUNK = "hunk"
    PENDING = "status-pending"
    READY = "status-ready"
    RUNNING = "status-running"
    NEEDS_YOU = "status-needs-you"
    SUCCEEDED = "status-succeeded"
    FAILED = "status-failed"
    SKIPPED = "status-skipped"
    ABORTED = "status-aborted"
    BLOCKED = "status-blocked"


class Span(NamedTuple):
    """A piece of a line."""

    text: str
    ink: Ink = Ink.TEXT


Spans = Sequence[Span]

_DISPUTED: Final = re.compile("[\u200d\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")


_NO_BRACKETS: Final = str.maketrans("[]", "()")


def shown(text: str) -> str:
    """What of `text` is drawn: one line, nothing in it that a terminal obeys or that terminals disagree about."""
    if text.isascii() and text.isprintable():
        return text
    text = _DISPUTED.sub("", text)
    return text if text.isprintable() else clean(text).replace("\n", " ")


def content(text: str) -> Content:
    """Text for one of Textual's own widgets, taken literally."""
    return Content(shown(text))


def escaped(text: str) -> str:
    """Text for the palette's help and highlighting, where Textual takes nothing but markup: it gets no bracket."""
    return shown(text).translate(_NO_BRACKETS)


def width_of(spans: Iterable[Span]) -> int:
    """How many cells spans take."""
    return sum(cell_len(shown(span.text)) for span in spans)


def span_at(spans: Iterable[Span], x: int) -> Span | None:
    """The span that stands in cell `x` of a line."""
    for span in spans:
        x -= cell_len(shown(span.text))
        if x < 0:
            return span
    return None


def cut(text: str, width: int) -> str:
    """As much of `text` as fits into `width` cells, with `…` for what does not."""
    text = shown(text)
    if cell_len(text) <= width:
        return text
    if width <= 0:
        return ""
    taken, used = 0, 0
    for character in text:
        size = get_character_cell_size(character)
        if used + size > width - 1:
            break
        used += size
        taken += 1
    return text[:taken].rstrip() + "…"


def fit(spans: Spans, width: int) -> list[Span]:
    """As much of `spans` as fits into `width` cells, with `…` for what does not."""
    result: list[Span] = []
    room = width
    for index, span in enumerate(spans):
        size = cell_len(shown(span.text))
        rest = spans[index + 1 :]
        if size > room or (size == room and width_of(rest)):
            if piece := cut(shown(span.text) + ("…" if size <= room else ""), room):
                result.append(Span(piece, span.ink))
            break
        result.append(span)
        room -= size
    return result


def spread(left: Spans, right: Spans, width: int, fill: Span = Span(" ")) -> list[Span]:  # noqa: B008  # a value
    """Left and right ends of a line of `width` cells: the left one is cut to fit, the right one is kept."""
    right = fit(right, width)
    used = width_of(right)
    left = fit(left, max(0, width - used - (1 if used and left else 0)))
    between = width - used - width_of(left)
    return [*left, Span(fill.text * between, fill.ink), *right]


class Palette:
    """The colours of one theme."""

    def __init__(self, styles: Mapping[Ink, Style]) -> None:
        self._styles = styles

    def __getitem__(self, ink: Ink) -> Style:
        return self._styles.get(ink, _NO_STYLE)


_NO_STYLE: Final = Style()


class Inks:
    """A palette on one background."""

    def __init__(self, base: Style, palette: Palette) -> None:
        self._base = base
        self._palette = palette
        self._styles: dict[tuple[Ink, ...], Style] = {}

    def style(self, *inks: Ink) -> Style:
        """The style of inks laid one over the other: the last one's colours win."""
        if inks not in self._styles:
            style = self._base
            for ink in inks:
                style += self._palette[ink]
            self._styles[inks] = style
        return self._styles[inks]


def segments(spans: Spans, inks: Inks, under: Ink | None = None) -> list[Segment]:
    """Spans as what Textual draws. `under` is laid beneath them all: the cursor's row."""
    if under is None:
        return [Segment(shown(text), inks.style(ink)) for text, ink in spans if text]
    return [Segment(shown(text), inks.style(ink, under)) for text, ink in spans if text]


def strip(spans: Spans, width: int, inks: Inks, under: Ink | None = None) -> Strip:
    """One line of `width` cells: spans cut or padded to it."""
    if not spans and under is None:
        return Strip.blank(width, inks.style(Ink.TEXT))
    line = segments(fit(spans, width), inks, under)
    pad = inks.style(Ink.TEXT) if under is None else inks.style(Ink.TEXT, under)
    return Strip(line).adjust_cell_length(width, pad)
