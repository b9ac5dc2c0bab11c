"""Events in, state out: the one owner of what is shown.

The bridge takes batches from a source, folds each event at once and marks what it touched. Work between two waits
has a bound (`SLICE`), so that attaching to a long run, whose past comes in one rush, leaves the keys alive.

Of all the text in a run it keeps only the attempts that were looked at last (`KEPT`). When one is looked at, its past
is read from the log; what happens meanwhile is held and taken in behind it. Of a long attempt the end is read first,
which is where one looks, and then as much as a pane holds.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from tmtui.events.attempt import AttemptStarted
from tmtui.events.base import Recorded
from tmtui.events.run import RunPlanned, RunReplanned
from tmtui.state.fold import fold
from tmtui.state.lines import LINES_CAP, LineKind
from tmtui.state.model import State
from tmtui.state.selectors import is_over
from tmtui.state.transcript import STREAMED, Transcript
from tmtui.tui.frame import Frame, Touched
from tmtui.tui.ports import Source, SourceLostError
from tmtui.tui.units import Unit


SLICE: Final = 500
"""Events folded before the loop may do something else."""

KEPT: Final = 4
"""Transcripts kept, the one in sight included."""

SOON: Final = 2_000
"""Events of an attempt that are read before anything of it is shown."""

AMPLE: Final = LINES_CAP
"""Events of an attempt that are read at all: hardly one of them makes less than a line."""


class Bridge:
    """A run that is watched while it goes on."""

    live = True

    def __init__(self, source: Source, frame: Frame, now: Callable[[], int]) -> None:
        self.state = State()
        self.lost = ""
        """Why the log cannot be read any more."""
        self.engine_alive = True
        self.unit = Unit.MONEY
        """In what use is counted."""
        self._source = source
        self._frame = frame
        self._now = now
        self._transcripts: dict[tuple[str, int], Transcript] = {}
        self._held: dict[tuple[str, int], list[Recorded]] = {}

    async def run(self) -> None:
        """Take everything that the source yields, to its end."""
        try:
            async for given in self._source.open():
                if isinstance(given, State):
                    self.put(given)
                else:
                    await self.take(given)
        except SourceLostError as error:
            self.lost = str(error)
            self._frame.mark(Touched.STATE)

    def put(self, state: State) -> None:
        """Show a state as it stands, with nothing of what led to it."""
        self.state = state
        self._transcripts.clear()
        self._held.clear()
        self._frame.mark(Touched.EVERYTHING)

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
        if key in self._transcripts and self._transcripts[key].loaded:
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
        """Read what the log holds of a transcript's attempt, and take in what came meanwhile.

        Of a long attempt the transcript gets the end, and is replaced when more of it was read.
        """
        key = (transcript.task, transcript.attempt)
        try:
            more = await self._read(transcript, SOON)
            self._settle(transcript)
            if more:
                await self._replace(transcript)
        except asyncio.CancelledError:
            if self._transcripts.get(key) is transcript:
                self._forget(key)
            raise

    async def _replace(self, transcript: Transcript) -> None:
        """Put one that was read further back in the place of a transcript, unless that was forgotten meanwhile."""
        key = (transcript.task, transcript.attempt)
        if self._transcripts.get(key) is not transcript:
            return
        self._held[key] = []
        ampler = Transcript(*key)
        await self._read(ampler, AMPLE)
        if self._transcripts.get(key) is transcript:
            self._transcripts[key] = ampler
            self._settle(ampler)

    async def _read(self, transcript: Transcript, last: int) -> bool:
        """Read the latest events of an attempt up to the state's place; say whether there are more."""
        task, attempt = transcript.task, transcript.attempt
        try:
            past = await self._source.fetch(task, attempt, self.state.seq, last)
        except SourceLostError as error:
            transcript.output.add(LineKind.BAD, f"the log cannot be read: {error}")
            return False
        return await self._fill(transcript, past, last)

    async def _fill(self, transcript: Transcript, past: Sequence[Recorded], last: int) -> bool:
        """Take the past in; say whether there is more of it than the `last` events that were asked for."""
        more = len(past) > last or (len(past) == last and not isinstance(past[0].event, AttemptStarted))
        cut = len(past) - last if more else 0
        transcript.take_all(past[:cut])
        if more:
            transcript.leave_out()
        for start in range(cut, len(past), SLICE):
            transcript.take_all(past[start : start + SLICE])
            await asyncio.sleep(0)
        return more

    def _settle(self, transcript: Transcript) -> None:
        """Take in behind the past what came while it was read."""
        key = (transcript.task, transcript.attempt)
        if self._transcripts.get(key) is transcript:
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
