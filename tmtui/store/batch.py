"""Submitted events become recorded ones and rows: what one transaction takes in."""

from typing import Any, Final, NamedTuple

from tmtui.domain.outcome import Kind
from tmtui.events.base import Recorded
from tmtui.events.codec import KINDS, encode
from tmtui.store.errors import FAULT_OF_OURS, StorageError
from tmtui.store.intake import Submission


WIDTH: Final = 6
"""Values to a row of a stretch: task, attempt, kind, at_wall, at_mono, data."""


class Stretch(NamedTuple):
    """Rows of one run that follow each other: what they share is said once."""

    run: str
    after: int
    """The number before the first row's."""
    values: list[Any]
    """The rows one after another, `WIDTH` values each."""


class Batch:
    """Numbered events, and the same as rows."""

    def __init__(self, after: int, epoch: int) -> None:
        """Begin a batch behind event `after`, written by incarnation `epoch`."""
        self.after = after
        self.epoch = epoch
        self.events: list[Recorded] = []
        self.stretches: list[Stretch] = []

    @property
    def last_seq(self) -> int:
        """The number of the last event, or of the one before the batch when it is empty."""
        return self.after + len(self.events)

    def add(self, submission: Submission) -> list[Recorded]:
        """Number and encode what was submitted: all of it or, when it raises, none.

        Raises:
            StorageError: an event holds what cannot be stored, such as half of a surrogate pair.
        """
        run, at_wall, at_mono, epoch = submission.run, submission.at_wall, submission.at_mono, self.epoch
        seq = self.last_seq
        events: list[Recorded] = []
        values: list[Any] = []
        try:
            for entry in submission.entries:
                seq += 1
                task, attempt, event = entry.task, entry.attempt, entry.event
                values += (task, attempt, KINDS[type(event)], at_wall, at_mono, encode(event).decode())
                events.append(Recorded(seq, run, epoch, task, attempt, at_wall, at_mono, event))
        except (TypeError, ValueError, OverflowError, KeyError) as error:
            raise _refusal(submission, error) from error
        self._stretch(run).values.extend(values)
        self.events += events
        return events

    def _stretch(self, run: str) -> Stretch:
        if not self.stretches or self.stretches[-1].run != run:
            self.stretches.append(Stretch(run, self.last_seq, []))
        return self.stretches[-1]


def _refusal(submission: Submission, error: Exception) -> StorageError:
    kinds = ", ".join(KINDS.get(type(entry.event), "unknown") for entry in submission.entries)
    return StorageError(Kind.INTERNAL, f"events that cannot be stored ({kinds}): {error}", FAULT_OF_OURS)
