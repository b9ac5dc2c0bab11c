"""A recorded run laid out along time, for playing it and for finding a place in it.

A place is a *cursor*: how many events have happened. Play time is the run's own time with every silence cut to
`GAP_CAP_MS`, so that a night of waiting does not have to be waited for again.

The events themselves stay in the log. What is kept of them is when each happened, four bytes to an event, in
stretches: within one the events are neighbours in the log and no silence is cut, so that one column gives wall time
as well as play time.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from operator import sub
from typing import Final

import msgspec

from tmtui.domain.status import AttemptStatus
from tmtui.events.attempt import AttemptFinished
from tmtui.events.base import Recorded
from tmtui.events.decision import DecisionOpened
from tmtui.events.task import TaskStarted


GAP_CAP_MS: Final = 3_000

LONGEST: Final = 65_536
"""Events to a stretch: with none of them more than `GAP_CAP_MS` behind the one before, their times fit four bytes."""

_FAILED: Final = (AttemptStatus.FAILED, AttemptStatus.INTERRUPTED)


class Laid(msgspec.Struct, frozen=True):
    """Neighbouring events of a run, with no silence between them that would be cut."""

    first_seq: int
    """The number of the first in the log."""
    first_wall: int
    offsets: "array[int]"
    """Milliseconds of each from the first: four bytes to an event."""


def lay_out(first_seq: int, walls: Sequence[int]) -> Iterator[Laid]:
    """Neighbouring events, given by the number of the first and the wall times of all, as they are laid down."""
    for start, end in pairwise((0, *_cuts(walls), len(walls))):
        for first in range(start, end, LONGEST):
            wall = walls[first]
            piece = walls[first : min(end, first + LONGEST)]
            yield Laid(first_seq + first, wall, array("I", map((-wall).__add__, piece)))


def _cuts(walls: Sequence[int]) -> list[int]:
    """Where a silence stands that is cut, or the clock was put back."""
    gaps = list(map(sub, walls[1:], walls))
    if not gaps or (min(gaps) >= 0 and max(gaps) <= GAP_CAP_MS):
        return []
    return [place for place, gap in enumerate(gaps, 1) if not 0 <= gap <= GAP_CAP_MS]


class Marks(msgspec.Struct):
    """Places to jump to, as numbers of events in the log."""

    failures: list[int] = []
    """Attempts that failed or were cut off."""
    decisions: list[int] = []
    """Questions that were opened."""
    starts: list[int] = []
    """Tasks that were begun."""

    def add(self, recorded: Recorded) -> None:
        """Mark an event, if it is one to jump to."""
        match recorded.event:
            case AttemptFinished(status=status) if status in _FAILED:
                self.failures.append(recorded.seq)
            case DecisionOpened():
                self.decisions.append(recorded.seq)
            case TaskStarted():
                self.starts.append(recorded.seq)
            case _:
                pass

    def extend(self, others: "Marks") -> None:
        """Add marks that lie behind."""
        self.failures += others.failures
        self.decisions += others.decisions
        self.starts += others.starts


class Surveyed(msgspec.Struct, frozen=True):
    """A part of a run: when its events happened, and which of them are places to jump to."""

    laid: tuple[Laid, ...]
    places: Marks


def survey_of(batch: Iterable[Recorded]) -> Surveyed:
    """What a survey of these events finds."""
    places = Marks()
    laid = []
    for recorded in batch:
        laid.append(Laid(recorded.seq, recorded.at_wall, array("I", (0,))))
        places.add(recorded)
    return Surveyed(tuple(laid), places)


class _Stretch:
    """Events without a gap between them, in number or in time, and where they stand."""

    __slots__ = ("first_cursor", "first_seq", "first_wall", "offsets", "start_ms")

    def __init__(self, laid: Laid, first_cursor: int, start_ms: int) -> None:
        self.first_seq = laid.first_seq
        self.first_wall = laid.first_wall
        self.offsets = laid.offsets[:]
        self.first_cursor = first_cursor
        """How many events have happened before."""
        self.start_ms = start_ms
        """Play time of the first."""

    @property
    def last_wall(self) -> int:
        return self.first_wall + self.offsets[-1]

    @property
    def end_ms(self) -> int:
        return self.start_ms + self.offsets[-1]

    def goes_on_with(self, laid: Laid) -> bool:
        """Whether there is no gap before these, and room for them."""
        follows = laid.first_seq == self.first_seq + len(self.offsets)
        close = 0 <= laid.first_wall - self.last_wall <= GAP_CAP_MS
        return follows and close and len(self.offsets) + len(laid.offsets) <= LONGEST

    def add(self, laid: Laid) -> None:
        behind = laid.first_wall - self.first_wall
        self.offsets.extend([behind + offset for offset in laid.offsets])


class Timeline:
    """The moments of one run's events, in order."""

    def __init__(self) -> None:
        self.failures: list[int] = []
        """Cursors just behind an attempt that failed or was cut off."""
        self.decisions: list[int] = []
        """Cursors just behind a question that was opened."""
        self.starts: list[int] = []
        """Cursors just behind the start of a task."""
        self._stretches: list[_Stretch] = []
        self._length = 0

    def __repr__(self) -> str:
        return f"Timeline({len(self)} events, {self.length_ms} ms)"

    def __len__(self) -> int:
        return self._length

    @property
    def length_ms(self) -> int:
        """How long it plays."""
        return self._stretches[-1].end_ms if self._stretches else 0

    # Laying events down.

    def take(self, part: Surveyed) -> None:
        """Lay down what a survey found."""
        for laid in part.laid:
            self.lay(laid)
        self.mark(part.places)

    def lay(self, laid: Laid) -> None:
        """Lay neighbouring events down behind those that are there."""
        last = self._stretches[-1] if self._stretches else None
        if last is not None and last.goes_on_with(laid):
            last.add(laid)
        else:
            gap = laid.first_wall - last.last_wall if last is not None else 0
            start_ms = (last.end_ms if last is not None else 0) + max(0, min(gap, GAP_CAP_MS))
            self._stretches.append(_Stretch(laid, self._length, start_ms))
        self._length += len(laid.offsets)

    def mark(self, marks: Marks) -> None:
        """Mark events that were laid down, behind those that are marked."""
        self.failures += map(self.cursor_behind, marks.failures)
        self.decisions += map(self.cursor_behind, marks.decisions)
        self.starts += map(self.cursor_behind, marks.starts)

    # Finding a place.

    def cursor_behind(self, seq: int) -> int:
        """How many events have happened when the one of this number in the log has."""
        index = bisect_right(self._stretches, seq, key=_first_seq) - 1
        if index < 0:
            return 0
        stretch = self._stretches[index]
        return stretch.first_cursor + min(len(stretch.offsets), seq - stretch.first_seq + 1)

    def seq_at(self, cursor: int) -> int:
        """The number in the log of the event before `cursor`; 0 at the beginning."""
        if cursor <= 0 or not self._stretches:
            return 0
        stretch, place = self._find(cursor)
        return stretch.first_seq + place

    def cursor_at(self, play_ms: float) -> int:
        """How many events have happened by then."""
        index = bisect_right(self._stretches, play_ms, key=_start_ms) - 1
        if index < 0:
            return 0
        stretch = self._stretches[index]
        return stretch.first_cursor + bisect_right(stretch.offsets, play_ms - stretch.start_ms)

    def time_at(self, cursor: int) -> int:
        """The play time at which the event before `cursor` happened."""
        if cursor <= 0 or not self._stretches:
            return 0
        stretch, place = self._find(cursor)
        return stretch.start_ms + stretch.offsets[place]

    def wall_at(self, cursor: int, play_ms: float) -> int:
        """The wall time that a clock on the wall would have shown there."""
        if not self._stretches:
            return 0
        stretch, place = self._find(max(1, cursor))
        return stretch.first_wall + stretch.offsets[place] + max(0, round(play_ms) - self.time_at(cursor))

    def _find(self, cursor: int) -> tuple[_Stretch, int]:
        """The stretch of the event before `cursor`, and its place there."""
        cursor = min(cursor, self._length)
        stretch = self._stretches[bisect_left(self._stretches, cursor, key=_first_cursor) - 1]
        return stretch, cursor - stretch.first_cursor - 1


def _first_seq(stretch: _Stretch) -> int:
    return stretch.first_seq


def _start_ms(stretch: _Stretch) -> int:
    return stretch.start_ms


def _first_cursor(stretch: _Stretch) -> int:
    return stretch.first_cursor


def next_mark(marks: list[int], cursor: int) -> int | None:
    """The first mark behind `cursor`, or None."""
    index = bisect_right(marks, cursor)
    return marks[index] if index < len(marks) else None


def previous_mark(marks: list[int], cursor: int) -> int | None:
    """The last mark before `cursor`, or None."""
    index = bisect_left(marks, cursor)
    return marks[index - 1] if index else None
