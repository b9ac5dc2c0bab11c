"""A recorded run laid out along time, for playing it and for finding a place in it.

A place is a *cursor*: how many events have happened. Play time is the run's own time with every silence cut to
`GAP_CAP_MS`, so that a night of waiting does not have to be waited for again.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import Final

from tmtui.domain.status import AttemptStatus
from tmtui.events.attempt import AttemptFinished
from tmtui.events.base import Recorded
from tmtui.events.decision import DecisionOpened
from tmtui.events.task import TaskStarted


GAP_CAP_MS: Final = 3_000

_FAILED: Final = (AttemptStatus.FAILED, AttemptStatus.INTERRUPTED)


class Timeline:
    """The events of one run, in order, each with its play time."""

    def __init__(self) -> None:
        self.events: list[Recorded] = []
        self.times: list[int] = []
        """Play time of each event, in milliseconds from the first."""
        self.failures: list[int] = []
        """Cursors just behind an attempt that failed or was cut off."""
        self.decisions: list[int] = []
        """Cursors just behind a question that was opened."""
        self.starts: list[int] = []
        """Cursors just behind the start of a task."""
        self._attempts: dict[tuple[str, int], list[int]] = {}

    def __repr__(self) -> str:
        return f"Timeline({len(self)} events, {self.length_ms} ms)"

    def __len__(self) -> int:
        return len(self.events)

    @property
    def length_ms(self) -> int:
        """How long it plays."""
        return self.times[-1] if self.times else 0

    def add(self, batch: Iterable[Recorded]) -> None:
        """Lay events down behind those that are there."""
        for recorded in batch:
            gap = recorded.at_wall - self.events[-1].at_wall if self.events else 0
            self.times.append(self.length_ms + max(0, min(gap, GAP_CAP_MS)))
            self.events.append(recorded)
            self._mark(recorded)

    def _mark(self, recorded: Recorded) -> None:
        cursor = len(self.events)
        match recorded.event:
            case AttemptFinished(status=status) if status in _FAILED:
                self.failures.append(cursor)
            case DecisionOpened():
                self.decisions.append(cursor)
            case TaskStarted():
                self.starts.append(cursor)
            case _:
                pass
        if recorded.attempt:
            self._attempts.setdefault((recorded.task, recorded.attempt), []).append(cursor - 1)

    def cursor_at(self, play_ms: float) -> int:
        """How many events have happened by then."""
        return bisect_right(self.times, play_ms)

    def time_at(self, cursor: int) -> int:
        """The play time at which the event before `cursor` happened."""
        return self.times[min(cursor, len(self)) - 1] if cursor > 0 and self.times else 0

    def wall_at(self, cursor: int, play_ms: float) -> int:
        """The wall time that a clock on the wall would have shown there."""
        if not self.events:
            return 0
        last = self.events[max(0, min(cursor, len(self)) - 1)]
        return last.at_wall + max(0, round(play_ms) - self.time_at(cursor))

    def attempt_events(self, task: str, attempt: int, cursor: int) -> list[Recorded]:
        """The events of one attempt that have happened."""
        indices = self._attempts.get((task, attempt), [])
        return [self.events[index] for index in indices[: bisect_left(indices, cursor)]]


def next_mark(marks: list[int], cursor: int) -> int | None:
    """The first mark behind `cursor`, or None."""
    index = bisect_right(marks, cursor)
    return marks[index] if index < len(marks) else None


def previous_mark(marks: list[int], cursor: int) -> int | None:
    """The last mark before `cursor`, or None."""
    index = bisect_left(marks, cursor)
    return marks[index - 1] if index else None
