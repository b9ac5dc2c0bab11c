"""Events in, state out: the one owner of what is shown.

The bridge takes batches from a source, folds each event at once and marks what it touched. Work between two waits
has a bound (`SLICE`), so that attaching to a long run, whose past comes in one rush, leaves the keys alive.

Of all the text in a run it keeps only the attempts that were looked at last (`KEPT`). When one is looked at, its past
is read from the log; what happens meanwhile is held and taken in behind it.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from tmtui.events.base import Recorded
from tmtui.events.run import RunPlanned, RunReplanned
from tmtui.state.fold import fold
from tmtui.state.lines import LineKind
from tmtui.state.model import State
from tmtui.state.selectors import is_over
from tmtui.state.transcript import STREAMED, Transcript
from tmtui.tui.frame import Frame, Touched
from tmtui.tui.ports import Source, SourceLostError


SLICE: Final = 500
"""Events folded before the loop may do something else."""

KEPT: Final = 4
"""Transcripts kept, the one in sight included."""


class Bridge:
    """A run that is watched while it goes on."""

    live = True

    def __init__(self, source: Source, frame: Frame, now: Callable[[], int]) -> None:
        self.state = State()
        self.lost = ""
        """Why the log cannot be read any more."""
        self.engine_alive = True
        self._source = source
        self._frame = frame
        self._now = now
        self._transcripts: dict[tuple[str, int], Transcript] = {}
        self._held: dict[tuple[str, int], list[Recorded]] = {}

    async def run(self) -> None:
        """Take everything that the source yields, to its end."""
        try:
            async for batch in self._source.open():
                await self.take(batch)
        except SourceLostError as error:
            self.lost = str(error)
            self._frame.mark(Touched.STATE)

    async def take(self, batch: Sequence[Recorded]) -> None:
        """Take events in, a slice at a time."""
        for start in range(0, len(batch), SLICE):
            for recorded in batch[start : start + SLICE]:
                self._take(recorded)
            if start + SLICE < len(batch):
                await asyncio.sleep(0)

    def _take(self, recorded: Recorded) -> None:
        fold(self.state, recorded)
        self._frame.mark(_touched_by(recorded))
        key = (recorded.task, recorded.attempt)
        if key in self._held:
            self._held[key].append(recorded)
        elif key in self._transcripts:
            self._transcripts[key].take(recorded)

    def now_ms(self) -> int:
        """The moment that is shown: the wall clock while somebody works on the run, else its last event's."""
        if is_over(self.state) or not self.engine_alive:
            return self.state.updated_ms
        return self._now()

    # The text of an attempt.

    def watch(self, task: str, attempt: int) -> Transcript:
        """The transcript of an attempt; one that was not looked at lately has to be loaded."""
        key = (task, attempt)
        transcript = self._transcripts.pop(key, None) or Transcript(task, attempt)
        self._transcripts[key] = transcript
        if not transcript.loaded:
            self._held.setdefault(key, [])
        while len(self._transcripts) > KEPT:
            self._forget(next(iter(self._transcripts)))
        return transcript

    async def load(self, transcript: Transcript) -> None:
        """Read what the log holds of a transcript's attempt, and take in what came meanwhile."""
        key = (transcript.task, transcript.attempt)
        try:
            past = await self._source.fetch(transcript.task, transcript.attempt, self.state.seq)
        except SourceLostError as error:
            transcript.output.add(LineKind.BAD, f"the log cannot be read: {error}")
            past = []
        except asyncio.CancelledError:
            self._forget(key)
            raise
        for start in range(0, len(past), SLICE):
            transcript.take_all(past[start : start + SLICE])
            await asyncio.sleep(0)
        transcript.take_all(self._held.pop(key, ()))
        transcript.loaded = True
        self._frame.mark(Touched.OUTPUT)

    def _forget(self, key: tuple[str, int]) -> None:
        self._transcripts.pop(key, None)
        self._held.pop(key, None)


def _touched_by(recorded: Recorded) -> Touched:
    kind = type(recorded.event)
    if kind in STREAMED:
        return Touched.OUTPUT
    if kind in (RunPlanned, RunReplanned):
        return Touched.EVERYTHING
    return Touched.STATE | Touched.OUTPUT
