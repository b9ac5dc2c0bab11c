"""Which part of a text a pane shows.

A text may have fifty thousand lines and grow by ten thousand a second, so nothing here is done for every line. The
place in it is an *anchor*, the line and the row within that line which stand at the top, and only the lines in sight
are broken into rows. While the end is followed there is no anchor: rows are counted up from the last line.

Going up stops following, and what comes after that is counted (`new_lines`); reaching the end follows again.

A call whose body is folded away has one line for all of it; every step from line to line hops over what is hidden. An
agent's words are drawn as `prose` makes them: all places within a line are places in what is drawn.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from tmtui.state.lines import Line, LineKind, Lines
from tmtui.tui.blocks import Blocks, Fences, Folds
from tmtui.tui.paint import shown
from tmtui.tui.prose import Inked, Prose, prose
from tmtui.tui.wrap import breaks


GUTTERS: Final[Mapping[LineKind, str]] = {
    LineKind.CALL: " ● ",
    LineKind.INPUT: " │ ",
    LineKind.PRINTED: " │ ",
    LineKind.GOOD: " ✓ ",
    LineKind.BAD: " ✗ ",
    LineKind.WARN: " ! ",
    LineKind.ROW: "   ",
}
"""What stands before a line of each kind, where it is not one blank."""

PLAIN_GUTTER: Final = " "

_HANGING: Final = frozenset({LineKind.FIELD, LineKind.KEY, LineKind.GOOD, LineKind.BAD, LineKind.WARN, LineKind.ROW})
"""Kinds whose rows behind the first begin where the lead ends."""

_LITTLE_HANG: Final = 2

_ONE_ROW: Final = (0,)

_CACHE_CAP: Final = 4_096


class Row(NamedTuple):
    """One row of the pane: a piece of a line."""

    number: int
    """The line's."""
    part: int
    """Which row of the line it is, from 0."""
    start: int
    """Where the piece begins, in characters of the line as shown."""
    text: str
    kind: LineKind
    at_ms: int
    lead: int
    """How many characters of the piece belong to the line's lead."""
    hang: int
    """Cells left blank before the piece."""
    mark: str
    """The first two characters of the line: the sign of a changed line."""
    inks: tuple[Inked, ...] = ()
    """Looks of its own, in characters of the line."""
    hidden: int = 0
    """How many lines are folded away behind it."""
    last: bool = True
    """Whether it is the last row of its line."""


class Anchor(NamedTuple):
    """What stands at the top."""

    number: int
    part: int


class Viewport:
    """A window onto `lines`."""

    def __init__(self, lines: Lines, *, tails: bool = False) -> None:
        self.lines = lines
        self.tails = tails
        """Whether the end is where the news is: it is followed until somebody goes up."""
        self.following = tails
        self.wrap = True
        self.as_written = False
        """Whether an agent's words are shown as they were written, signs and all."""
        self.left = 0
        """Characters scrolled to the left, while lines are not wrapped."""
        self.width = 80
        self.height = 24
        self._anchor = Anchor(0, 0)
        self._seen_end = 0
        self._parts: dict[int, tuple[int, ...]] = {}
        self.folds = Folds(Blocks(lines))
        self._fences = Fences(lines)

    def __repr__(self) -> str:
        place = "end" if self.following else f"{self._anchor.number}:{self._anchor.part}"
        return f"Viewport({self.lines!r} at {place}, {self.width}x{self.height})"

    # What it is a window onto.

    def show(self, lines: Lines) -> None:
        """Look at another text, from where such a text is read: its end when it tails, else its beginning."""
        self.lines = lines
        self.following = self.tails
        self.left = 0
        self._anchor = Anchor(lines.first, 0)
        self.folds = Folds(Blocks(lines))
        self._fences = Fences(lines)
        self._parts.clear()

    def refresh(self, lines: Lines) -> None:
        """Look at a new version of the same text, from the same place."""
        self.lines = lines
        self.folds = Folds(Blocks(lines))
        self._fences = Fences(lines)
        self._parts.clear()

    def resize(self, width: int, height: int) -> None:
        """Fit a pane of `width` cells for gutter and text, and `height` rows."""
        if width != self.width:
            self._parts.clear()
            self._anchor = Anchor(self._anchor.number, 0)
        self.width, self.height = max(1, width), max(1, height)

    def set_wrap(self, *, wrap: bool) -> None:
        """Break long lines, or cut them at the pane's edge."""
        self.wrap, self.left = wrap, 0
        self._anchor = Anchor(self._anchor.number, 0)
        self._parts.clear()

    def set_as_written(self, *, as_written: bool) -> None:
        """Show an agent's words as they were written, or as they are read."""
        self.as_written = as_written
        self._anchor = Anchor(self._anchor.number, 0)
        self._parts.clear()

    # What is in sight.

    def text(self, number: int) -> str:
        """A line as it is drawn."""
        return self._drawn(number).text

    def _drawn(self, number: int) -> Prose:
        line = self.lines[number]
        if line.kind is not LineKind.SAID or self.as_written:
            return Prose(shown(line.text), (), line.lead if line.kind in _HANGING else 0)
        return prose(shown(line.text), code=self._fences.code_at(number))

    def _after(self, number: int) -> int:
        """The next line that is not folded away."""
        hidden = self.folds.hiding(number + 1)
        return number + 1 if hidden is None else hidden[1]

    def _before(self, number: int) -> int:
        """The line before that is not folded away."""
        hidden = self.folds.hiding(number - 1)
        return number - 1 if hidden is None else hidden[0] - 1

    def rows(self) -> list[Row]:
        """The rows in sight, from the top; fewer than `height` where the text is short."""
        number, part = self._end_anchor() if self.following else self._held()
        rows: list[Row] = []
        while len(rows) < self.height and number < self.lines.end:
            line = self.lines[number]
            drawn, parts = self._drawn(number), self._line_parts(number)
            rows += [self._row(number, line, drawn, parts, each) for each in range(part, len(parts))]
            number, part = self._after(number), 0
        return rows[: self.height]

    def _row(self, number: int, line: Line, drawn: Prose, parts: tuple[int, ...], part: int) -> Row:
        text, start, last = drawn.text, parts[part], part == len(parts) - 1
        stop = len(text) if last else parts[part + 1]
        if not self.wrap:
            start += self.left
            stop = min(stop, start + 2 * self.width)
        hang = self._hang(drawn.hang) if part else 0
        lead, hidden = max(0, line.lead - start), self._hidden_behind(number) if last else 0
        return Row(
            number,
            part,
            start,
            text[start:stop],
            line.kind,
            line.at_ms,
            lead,
            hang,
            text[:2],
            drawn.inks,
            hidden,
            last,
        )

    def _hidden_behind(self, number: int) -> int:
        hidden = self.folds.hiding(number + 1)
        return hidden[1] - hidden[0] if hidden is not None and hidden[0] == number + 1 else 0

    def _line_parts(self, number: int) -> tuple[int, ...]:
        if not self.wrap:
            return (0,)
        if number in self._parts:
            return self._parts[number]
        line = self.lines[number]
        room = self.width - len(GUTTERS.get(line.kind, PLAIN_GUTTER))
        if len(line.text) <= room and line.text.isascii():
            return _ONE_ROW
        drawn = self._drawn(number)
        found = breaks(drawn.text, room, self._hang(drawn.hang))
        if number < self.lines.settled:
            if len(self._parts) > _CACHE_CAP:
                self._parts.clear()
            self._parts[number] = found
        return found

    def _hang(self, lead: int) -> int:
        """Cells left blank before a line's rows behind the first: below its lead, where that leaves them room."""
        return lead if 2 * lead <= self.width else _LITTLE_HANG

    @property
    def new_lines(self) -> int:
        """How many lines have come since the end was left."""
        return 0 if self.following or not self.tails else max(0, self.lines.end - self._seen_end)

    @property
    def at_end(self) -> bool:
        """Whether the last row is in sight."""
        return self.following or self._held() >= self._end_anchor()

    def thumb(self, track: int) -> tuple[int, int] | None:
        """Where the mark of a scroll bar of `track` rows begins, and its length; None when everything is in sight.

        It goes by lines, not by rows: nobody has counted the rows.
        """
        total = len(self.lines)
        if not total or track <= 0:
            return None
        top = (self._end_anchor() if self.following else self._held()).number - self.lines.first
        if top == 0 and self.at_end:
            return None
        length = max(1, min(track - 1, track * self.height // (total + self.height)))
        if self.at_end:
            return track - length, length
        return min(track - length - 1, top * (track - length) // total), length

    # Going about in it.

    def scroll(self, rows: int) -> None:
        """Go down by so many rows, or up."""
        target = self._moved(self._end_anchor() if self.following else self._held(), rows)
        self._go(target)

    def page(self, pages: float) -> None:
        """Go down by so many screens, or up; a row of the old screen stays in sight."""
        step = max(1, round((self.height - 1) * abs(pages)))
        self.scroll(step if pages > 0 else -step)

    def to_top(self) -> None:
        """Go to the first line that is kept."""
        self._go(Anchor(self.lines.first, 0))

    def to_end(self) -> None:
        """Go to the end, and follow it where news come in."""
        self._go(self._end_anchor())

    def to_fraction(self, fraction: float) -> None:
        """Go to where a scroll bar was grabbed: 0 is the top, 1 the end."""
        if fraction >= 1:
            self.to_end()
        else:
            self._go(Anchor(self.lines.first + int(len(self.lines) * max(0.0, fraction)), 0))

    def to_line(self, number: int) -> None:
        """Bring a line into sight, a third from the top, unless it is in sight."""
        number = max(self.lines.first, min(number, self.lines.end - 1))
        self.folds.show(number)
        if self.lines and not any(row.number == number for row in self.rows()):
            self._go(self._moved(Anchor(number, 0), -(self.height // 3)))

    def scroll_sideways(self, characters: int) -> None:
        """Go right or left; only lines that are not wrapped reach beyond the pane."""
        self.left = 0 if self.wrap else max(0, self.left + characters)

    def _go(self, target: Anchor) -> None:
        end = self._end_anchor()
        if target >= end:
            target = end
            if self.tails:
                self.following = True
                return
        if self.following:
            self._seen_end = self.lines.end
            self.following = False
        self._anchor = target

    def _held(self) -> Anchor:
        """The anchor; what it stood on may have been dropped, or may be gone from a new version of the text."""
        number, part = self._anchor
        if number < self.lines.first or not self.lines:
            return Anchor(self.lines.first, 0)
        if number >= self.lines.end:
            return Anchor(self.lines.end - 1, 0)
        if hidden := self.folds.hiding(number):
            return Anchor(hidden[0] - 1, 0)
        return Anchor(number, min(part, len(self._line_parts(number)) - 1))

    def _end_anchor(self) -> Anchor:
        """The anchor with which the last row stands at the bottom."""
        room, number = self.height, self.lines.end
        while number > self.lines.first:
            number = self._before(number)
            parts = len(self._line_parts(number))
            if parts >= room:
                return Anchor(number, parts - room)
            room -= parts
        return Anchor(self.lines.first, 0)

    def _moved(self, anchor: Anchor, rows: int) -> Anchor:
        number, part = anchor
        part += rows
        while part < 0 and number > self.lines.first:
            number = self._before(number)
            part += len(self._line_parts(number))
        while (after := self._after(number)) < self.lines.end and part >= (size := len(self._line_parts(number))):
            number, part = after, part - size
        return Anchor(number, max(0, part))

    # Finding.

    def find(self, needle: str, start: int, step: int) -> int | None:
        """The next line that holds `needle`, from line `start` on in the direction of `step`, round the end.

        Capitals count only where the needle has some.
        """
        if not needle or not self.lines:
            return None
        exact = needle != needle.lower()
        first, count = self.lines.first, len(self.lines)
        for offset in range(count):
            number = first + (start - first + offset * step) % count
            text = self.lines.text(number)
            if needle in (text if exact else text.lower()):
                return number
        return None


def occurrences(text: str, needle: str) -> list[tuple[int, int]]:
    """Where `needle` stands in `text`: each place's start and end."""
    if not needle:
        return []
    where, what = (text, needle) if needle != needle.lower() else (text.lower(), needle)
    if len(where) != len(text):
        return []
    places: list[tuple[int, int]] = []
    start = where.find(what)
    while start >= 0:
        places.append((start, start + len(what)))
        start = where.find(what, start + len(what))
    return places
