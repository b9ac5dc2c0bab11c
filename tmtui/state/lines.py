"""Text as lines that a screen can walk through, in bounded memory.

A line has a kind, which says what it is and not how it looks, the moment it came, and a lead: how many of its first
characters name it (a tool, a label). Lines are numbered from 0 for ever: when the oldest are dropped to stay within
the caps, `first` grows and every number stays true, so whoever holds a number (a scroll position, a selection, a
search match) need not be told.

The four columns lie in parallel arrays. A line costs its text and some twenty bytes.
"""

import re
from array import array
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from typing import Final, NamedTuple


LINES_CAP: Final = 50_000
CHARACTERS_CAP: Final = 8_000_000
LINE_CAP: Final = 32_768
"""Characters to a line: one that never ends is broken, so that drawing it has a bound."""

LEAD_CAP: Final = 255


class LineKind(StrEnum):
    """What a line is."""

    BLANK = "blank"
    TEXT = "text"
    HEAD = "head"
    """A heading of a page."""
    FIELD = "field"
    """A label, its lead, with a value."""
    KEY = "key"
    """A key, its lead, with what it does."""
    SAID = "said"
    THOUGHT = "thought"
    NOTE = "note"
    """A remark about what goes on."""
    WARN = "warn"
    """A remark that somebody should see."""
    CALL = "call"
    """A tool or a hook begins; its name is the lead."""
    INPUT = "input"
    PRINTED = "printed"
    GOOD = "good"
    BAD = "bad"
    FILE = "file"
    """A file of a diff."""
    HUNK = "hunk"
    ADDED = "added"
    REMOVED = "removed"
    CONTEXT = "context"
    ROW = "row"
    """A row of a table."""


_KINDS: Final = tuple(LineKind)
_CODES: Final = {kind: code for code, kind in enumerate(_KINDS)}


@cache
def _pattern(kinds: frozenset[LineKind], *, other: bool) -> re.Pattern[bytes]:
    codes = b"".join(b"\\x%02x" % _CODES[kind] for kind in sorted(kinds))
    return re.compile(b"[%s%s]" % (b"^" if other else b"", codes))


class Line(NamedTuple):
    """One line."""

    kind: LineKind
    text: str
    """Cleaned; it holds no line end."""
    at_ms: int = 0
    """When it came, in wall time; 0 when that means nothing."""
    lead: int = 0


class Lines:
    """A growing text. Its owner adds to it; everybody else reads it."""

    def __init__(self, lines_cap: int = LINES_CAP, characters_cap: int = CHARACTERS_CAP) -> None:
        self._texts: list[str] = []
        self._kinds = bytearray()
        self._leads = bytearray()
        self._times = array("q")
        self._lines_cap = lines_cap
        self._characters_cap = characters_cap
        self._characters = 0
        self._open: tuple[LineKind, str] | None = None
        self._line_ended = True
        self.first = 0
        """The number of the oldest line that is kept."""
        self.revision = 0
        """Grows with every change."""

    def __repr__(self) -> str:
        return f"Lines({self.first}..{self.end}, {self._characters} characters)"

    def __len__(self) -> int:
        return len(self._texts)

    def __iter__(self) -> Iterator[Line]:
        return (self[number] for number in range(self.first, self.end))

    def __getitem__(self, number: int) -> Line:
        """The line of that number.

        Raises:
            IndexError: it was dropped, or has not come yet.
        """
        index = number - self.first
        if index < 0:
            raise IndexError(number)
        return Line(_KINDS[self._kinds[index]], self._texts[index], self._times[index], self._leads[index])

    def text(self, number: int) -> str:
        """Only the text of a line, for a search through many.

        Raises:
            IndexError: it was dropped, or has not come yet.
        """
        index = number - self.first
        if index < 0:
            raise IndexError(number)
        return self._texts[index]

    def kind(self, number: int) -> LineKind:
        """Only the kind of a line.

        Raises:
            IndexError: it was dropped, or has not come yet.
        """
        index = number - self.first
        if index < 0:
            raise IndexError(number)
        return _KINDS[self._kinds[index]]

    def next_of(self, kinds: frozenset[LineKind], start: int, *, other: bool = False) -> int | None:
        """The first line from `start` on that is of one of these kinds, or, with `other`, of none of them.

        It is searched for in the column of kinds, so that fifty thousand lines take microseconds.
        """
        found = _pattern(kinds, other=other).search(self._kinds, max(0, start - self.first))
        return None if found is None else self.first + found.start()

    @property
    def end(self) -> int:
        """The number that the next line will have."""
        return self.first + len(self._texts)

    @property
    def settled(self) -> int:
        """Lines below this number never change."""
        return self.end - (self._open is not None and not self._line_ended)

    def add(self, kind: LineKind, text: str = "", at_ms: int = 0, lead: int = 0) -> None:
        """Add one whole line."""
        self._open = None
        self._append_all(kind, [text], at_ms, lead)

    def gap(self) -> None:
        """Add a blank line, unless there is one or nothing stands above it."""
        if self._texts and self._kinds[-1] != _CODES[LineKind.BLANK]:
            self.add(LineKind.BLANK)

    def write(self, kind: LineKind, text: str, at_ms: int = 0, source: str = "") -> None:
        """Add text as it comes, cut anywhere: it goes on where the last piece of the same kind and source ended."""
        if not text:
            return
        joins = self._open == (kind, source) and not self._line_ended
        ended = text.endswith("\n")
        pieces = (text[:-1] if ended else text).split("\n")
        if joins:
            self._extend(kind, pieces.pop(0), at_ms)
        self._append_all(kind, pieces, at_ms)
        self._open, self._line_ended = (kind, source), ended

    def continues(self, kind: LineKind, source: str) -> bool:
        """Whether text of that kind and source would go on from what stands last."""
        return self._open == (kind, source)

    def _extend(self, kind: LineKind, piece: str, at_ms: int) -> None:
        room = LINE_CAP - len(self._texts[-1])
        self._texts[-1] += piece[:room]
        self._characters += min(room, len(piece))
        self.revision += 1
        rest = [piece[start : start + LINE_CAP] for start in range(room, len(piece), LINE_CAP)]
        self._append_all(kind, rest, at_ms)

    def _append_all(self, kind: LineKind, texts: list[str], at_ms: int, lead: int = 0) -> None:
        """Add lines of one kind and moment, a column at a time."""
        self._texts += texts
        self._kinds += bytes((_CODES[kind],)) * len(texts)
        self._leads += bytes((min(lead, LEAD_CAP),)) * len(texts)
        self._times.extend([at_ms] * len(texts))
        self._characters += sum(map(len, texts))
        self.revision += 1
        while len(self._texts) > self._lines_cap or self._characters > self._characters_cap:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        """Drop an eighth at least: what is left is moved once for many lines."""
        count = max(1, len(self._texts) // 8, len(self._texts) - self._lines_cap)
        self._characters -= sum(map(len, self._texts[:count]))
        for column in (self._texts, self._kinds, self._leads, self._times):
            del column[:count]
        self.first += count
