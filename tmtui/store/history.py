"""Any point of a recorded run, at once.

Theory of operation:

- A *survey* walks through the log once, in steps. It reads what changes a state and leaves the output out, which is
  nearly all of a long log; of the output it reads when it came. On the way it keeps a snapshot every so often, so
  that the next survey begins where this one ended.
- The state at an event is the snapshot before it with what is told behind that: never more than some thousand events.
- Leaving output out gives the same state: it changes nothing but the place, the time, and a stall that it ends (see
  `state.fold`). Place and time come with the last event, which is folded whatever it is; so is the one before an
  engine took the run up, whose time ends a sitting. Where something has stalled, what was printed is read as well.
- Snapshots are held against the log when they are opened: an event that is another than it was when the snapshot was
  made means another log, or one whose end the disk had lost.

A history belongs to one thread.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, Self

from tmtui.events.agent import AgentSpoke, AgentThought
from tmtui.events.base import Recorded
from tmtui.events.hook import HookStalled
from tmtui.events.run import RunStarted
from tmtui.events.tool import ToolStalled
from tmtui.state.fold import fold_all
from tmtui.state.model import State
from tmtui.state.snapshot import SnapshotError, pack, unpack
from tmtui.state.timeline import Marks, Surveyed
from tmtui.state.transcript import STREAMED
from tmtui.store.reader import LogReader
from tmtui.store.snapshots import Mark, Snapshots, newest_at


STEP: Final = 10_000
"""Events of the log to a step of the survey: some ten milliseconds."""

APART: Final = 40_000
"""Events of the log after which a snapshot is kept."""

TOLD_APART: Final = 4_000
"""Events that are folded after which one is kept at the latest."""

_SPOKEN: Final = (AgentSpoke, AgentThought)
_STALLS: Final = (ToolStalled, HookStalled)


class History:
    """One run's past."""

    def __init__(self, reader: LogReader, run: str, snapshots: Snapshots) -> None:
        self._reader = reader
        self._run = run
        self._snapshots = snapshots
        marks = self._checked_marks()
        self._surveyed = [Surveyed(mark.laid, mark.places) for mark in marks]
        self._seq = marks[-1].seq if marks else 0
        """How far the survey has come."""
        self._state: State | None = None
        """The state there, once the survey has to go on."""
        self._kept = len(self._surveyed)
        """How many parts of the survey the last snapshot follows."""
        self._told = 0
        """Events that were folded since then."""

    @classmethod
    def open(cls, state_dir: Path, run: str, *, idle: bool = False) -> Self:
        """Open the log of a state folder.

        Args:
            state_dir: the folder; it need not be writable when no engine works.
            run: which run.
            idle: whether the caller knows that no engine holds the log.

        Raises:
            StorageError: it cannot be read.
        """
        return cls(LogReader.open(state_dir, idle=idle), run, Snapshots.open(state_dir, run))

    def close(self) -> None:
        """Let go of the files."""
        self._reader.close()
        self._snapshots.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # The survey.

    def survey(self) -> Iterator[Surveyed]:
        """Everything up to the last event that the run has at the beginning, in parts.

        Raises:
            StorageError: the log cannot be read.
            UnreadableEventError: an event is damaged or of a kind that only a newer tmtui knows.
        """
        head = self._reader.head(self._run)
        given = 0
        while True:
            while given < len(self._surveyed):
                yield self._surveyed[given]
                given += 1
            if self._seq >= head:
                return
            self._step(head)

    def _survey_to(self, seq: int) -> None:
        while self._seq < seq:
            self._step(seq)

    def _step(self, head: int) -> None:
        if self._state is None:
            self._state = self._state_before(self._seq)
        first = self._reader.next_seq(self._run, self._seq) or head
        upto = min(head, first + STEP - 1)
        told = self._fold(self._state, upto)
        places = Marks()
        for recorded in told:
            places.add(recorded)
        self._surveyed.append(Surveyed(tuple(self._reader.moments(self._run, self._seq, upto)), places))
        self._seq = upto
        self._told += len(told)
        if told:
            self._keep(self._state, told[-1])

    def _keep(self, state: State, last: Recorded) -> None:
        """Keep a snapshot, when the one before is far enough away."""
        since = self._snapshots.seqs[-1] if self._snapshots.seqs else 0
        if self._seq - since < APART and self._told < TOLD_APART:
            return
        parts = self._surveyed[self._kept :]
        places = Marks()
        for part in parts:
            places.extend(part.places)
        laid = tuple(laid for part in parts for laid in part.laid)
        self._snapshots.keep(Mark(last.seq, last.at_wall, last.at_mono, laid, places), pack(state))
        self._kept, self._told = len(self._surveyed), 0

    def _checked_marks(self) -> list[Mark]:
        """The marks of the snapshots that belong to this log; the others are forgotten."""
        try:
            marks = list(self._snapshots.marks())
        except SnapshotError:
            marks = []
        while marks and not self._is_in_log(marks[-1]):
            marks.pop()
        self._snapshots.forget_behind(len(marks))
        return marks

    def _is_in_log(self, mark: Mark) -> bool:
        for found in self._reader.events(self._run, after=mark.seq - 1, upto=mark.seq):
            return (found.at_wall, found.at_mono) == (mark.at_wall, mark.at_mono)
        return False

    # States.

    def state_at(self, seq: int) -> State:
        """The state behind an event, or behind the last one before that number. It is the caller's own.

        Raises:
            StorageError: the log cannot be read.
            UnreadableEventError: an event is damaged or of a kind that only a newer tmtui knows.
        """
        seq = min(seq, self._reader.head(self._run))
        self._survey_to(seq)
        state = self._state_before(seq)
        self._fold(state, seq)
        return state

    def latest(self) -> State:
        """The state behind the last event that is there."""
        return self.state_at(self._reader.head(self._run))

    def _state_before(self, seq: int) -> State:
        """The newest state up to there that can be had at once."""
        for number in range(newest_at(self._snapshots.seqs, seq), -1, -1):
            try:
                return unpack(self._snapshots.load(number))
            except SnapshotError:
                continue
        return State()

    def _fold(self, state: State, upto: int) -> list[Recorded]:
        """Bring a state to an event; say which events were folded for it."""
        told = self._read_told(state, upto)
        fold_all(told, state)
        return told

    def _read_told(self, state: State, upto: int) -> list[Recorded]:
        after = state.seq
        told = list(self._reader.events(self._run, after=after, upto=upto, without=tuple(STREAMED)))
        if _has_stalled(state) or any(isinstance(each.event, _STALLS) for each in told):
            told = list(self._reader.events(self._run, after=after, upto=upto, without=_SPOKEN))
        found = {each.seq: each for each in told}
        ends = [each.seq - 1 for each in told if isinstance(each.event, RunStarted)]
        for end in (*ends, upto):
            last = self._reader.events(self._run, after=after, upto=end, newest_first=True, limit=1)
            found |= {each.seq: each for each in last}
        return [found[seq] for seq in sorted(found)]

    def between(self, after: int, upto: int) -> list[Recorded]:
        """Everything behind `after` up to `upto`.

        Raises:
            StorageError: the log cannot be read.
            UnreadableEventError: an event is damaged or of a kind that only a newer tmtui knows.
        """
        return list(self._reader.events(self._run, after=after, upto=upto))


def _has_stalled(state: State) -> bool:
    """Whether anything stands still, so that printing would change the state."""
    for subject in state.tasks.values():
        for attempt in subject.attempts:
            for hook in attempt.hooks:
                if hook.stalled:
                    return True
            for tool in attempt.tools.values():
                if tool.stalled:
                    return True
    return False
