"""One row of a text as it is drawn: time, gutter, and the text with what lies over it."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Final, NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tmtui.state.lines import LineKind
from tmtui.tui.figures import plural, time_of_day
from tmtui.tui.mishaps import looks_wrong
from tmtui.tui.paint import Ink, Inks, Span
from tmtui.tui.viewport import GUTTERS, PLAIN_GUTTER, Row


KIND_INKS: Final[Mapping[LineKind, Ink]] = {
    LineKind.HEAD: Ink.TITLE,
    LineKind.THOUGHT: Ink.THOUGHT,
    LineKind.NOTE: Ink.MUTED,
    LineKind.WARN: Ink.WARN,
    LineKind.INPUT: Ink.MUTED,
    LineKind.GOOD: Ink.GOOD,
    LineKind.BAD: Ink.BAD,
    LineKind.FILE: Ink.STRONG,
    LineKind.HUNK: Ink.HUNK,
    LineKind.ADDED: Ink.ADDED,
    LineKind.REMOVED: Ink.REMOVED,
}

LEAD_INKS: Final[Mapping[LineKind, Ink]] = {LineKind.CALL: Ink.CALL, LineKind.FIELD: Ink.MUTED, LineKind.KEY: Ink.KEY}

_REPEATED_GUTTERS: Final = frozenset({LineKind.INPUT, LineKind.PRINTED})
"""Gutters that are drawn before each row of a line: a rule beside a block."""

FOLDED_GUTTER: Final = " ▸ "
"""What stands before a call whose body is folded away."""

TIMES_WIDTH: Final = 10
"""Cells for the time before a line."""


class Dress(NamedTuple):
    """How a row is to be drawn, beyond what it says."""

    times: bool = False
    under: Ink | None = None
    """What lies beneath the whole row."""
    selection: tuple[int, int] | None = None
    """The selected part, in characters of the line."""
    matches: tuple[tuple[int, int], ...] = ()
    """What a search found, in characters of the line: a place may be cut by a wrap."""
    match_ink: Ink = Ink.MATCH


def row_strip(row: Row, width: int, inks: Inks, dress: Dress) -> Strip:
    """The row in exactly `width` cells."""
    under = () if dress.under is None else (dress.under,)
    line = [Segment(text, inks.style(ink, *under)) for text, ink in _margin(row, times=dress.times)]
    line += [Segment(piece, inks.style(over[0], *under, *over[1:])) for piece, over in _pieces(row, dress)]
    if row.hidden:
        line.append(Segment(f"  … {plural(row.hidden, 'line')}", inks.style(Ink.MUTED, *under)))
    pad = inks.style(Ink.TEXT, *under)
    used = sum(len(each.text) if each.text.isascii() else each.cell_length for each in line)
    if used > width:
        return Strip(line, used).adjust_cell_length(width, pad)
    line.append(Segment(" " * (width - used), pad))
    return Strip(line, width)


def with_places(line: Strip, row: Row, skip: int) -> Strip:
    """A drawn row whose text knows where it stands: its line's number and its place in the line.

    By that a selection with the mouse knows what it holds. The first `skip` segments, frame, time and gutter, carry
    none, so they are never copied. It is made only where the mouse asks: a style of its own for each piece of text
    would cost more than all the rest of a frame.
    """
    place = row.start
    segments: list[Segment] = []
    for index, segment in enumerate(line):
        if index < skip or place >= row.start + len(row.text):
            segments.append(segment)
            continue
        meta = Style.from_meta({"offset": (place, row.number)})
        segments.append(Segment(segment.text, (segment.style or Style()) + meta))
        place += len(segment.text)
    return Strip(segments, line.cell_length)


def _margin(row: Row, *, times: bool) -> Iterator[Span]:
    """The time and the gutter before a piece of a line."""
    again = row.part > 0
    if times:
        stamp = "" if again else time_of_day(row.at_ms)
        yield Span(f" {stamp:<{TIMES_WIDTH - 1}}", Ink.MUTED)
    gutter = FOLDED_GUTTER if row.hidden and not again else GUTTERS.get(row.kind, PLAIN_GUTTER)
    repeated = row.kind in _REPEATED_GUTTERS
    if again and not repeated:
        gutter = " " * len(gutter)
    yield Span(gutter + " " * row.hang, Ink.FAINT if repeated else KIND_INKS.get(row.kind, Ink.CALL))


def _pieces(row: Row, dress: Dress) -> Iterator[tuple[str, tuple[Ink, ...]]]:
    """A row's text in pieces, each with the inks that lie over one another there, the lowest first."""
    length = len(row.text)
    plain = _ink_of(row)
    if not (row.lead or row.inks or dress.matches or dress.selection):
        if length:
            yield row.text, (plain,)
        return
    overlays = [(start - row.start, stop - row.start, ink) for start, stop, ink in row.inks]
    overlays += [(start - row.start, stop - row.start, dress.match_ink) for start, stop in dress.matches]
    if dress.selection is not None:
        overlays.append((dress.selection[0] - row.start, dress.selection[1] - row.start, Ink.SELECTED))
    ends = {place for start, stop, _ in overlays for place in (start, stop) if 0 < place < length}
    for start, stop in pairwise(sorted({0, length, min(row.lead, length), *ends})):
        ink = LEAD_INKS.get(row.kind, plain) if stop <= row.lead else plain
        yield row.text[start:stop], (ink, *(each for first, last, each in overlays if first <= start < last))


def _ink_of(row: Row) -> Ink:
    if row.kind is LineKind.PRINTED and looks_wrong(row.text):
        return Ink.BAD
    if row.kind is LineKind.INPUT and row.mark in ("+ ", "- "):
        return Ink.ADDED if row.mark == "+ " else Ink.REMOVED
    return KIND_INKS.get(row.kind, Ink.TEXT)
