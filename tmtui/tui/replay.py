"""A recorded run behind the same face as a live one.

A survey lays the moments of all its events out on a timeline; the player's cursor says how much of it has happened.
The state follows the cursor: over a short way the events between are folded, and anywhere else, backwards too, the
state of that moment is asked for. Whoever drags the playhead does not wait: the latest place is shown next.
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Final

from tmtui.state.model import State
from tmtui.state.timeline import Timeline
from tmtui.state.transcript import Transcript
from tmtui.tui.bridge import SOON, Bridge
from tmtui.tui.frame import Frame, Touched
from tmtui.tui.player import BURST, Player
from tmtui.tui.ports import Source, SourceLostError


NEAR: Final = 2 * BURST
"""Events that are folded one by one to get to a later place."""


class Replay(Bridge):
    """A run that is played."""

    live = False

    def __init__(self, source: Source, frame: Frame, now: Callable[[], int]) -> None:
        super().__init__(source, frame, now)
        self.player = Player(Timeline())
        self._wanted = 0
        """The number of the last event that has happened at the playhead."""
        self._moved = asyncio.Event()
        self._reading: asyncio.Task[None] | None = None
        """Reads the rest of what is looked at, where only its end was read."""

    async def run(self) -> None:
        """Lay the whole run down, and follow the playhead for good."""
        following = asyncio.create_task(self._follow())
        try:
            async for part in self._source.survey():
                self.player.timeline.take(part)
                self._frame.mark(Touched.CLOCK)
            self.player.complete = True
            await following
        except SourceLostError as error:
            self._lose(error)
        finally:
            for work in (following, self._reading):
                if work is not None:
                    work.cancel()
                    with contextlib.suppress(asyncio.CancelledError):
                        await work

    def play(self, seconds: float) -> None:
        """Let time pass, and have shown where the player is then."""
        before = self.player.play_ms
        self.player.advance(seconds)
        self.show()
        if self.player.play_ms != before:
            self._frame.mark(Touched.CLOCK)

    def show(self) -> None:
        """Have the state brought to the player's cursor."""
        self._wanted = self.player.timeline.seq_at(self.player.cursor)
        if self._wanted != self.state.seq:
            self._moved.set()

    async def _follow(self) -> None:
        try:
            while True:
                await self._moved.wait()
                self._moved.clear()
                if self._wanted != self.state.seq:
                    await self._go_to(self._wanted)
        except SourceLostError as error:
            self._lose(error)

    async def _go_to(self, seq: int) -> None:
        timeline = self.player.timeline
        if 0 <= timeline.cursor_behind(seq) - timeline.cursor_behind(self.state.seq) <= NEAR:
            await self.take(await self._source.between(self.state.seq, seq))
        else:
            await self._put_at(await self._source.state_at(seq))

    async def _put_at(self, state: State) -> None:
        """Show a state together with the text that is looked at, so that the pane is never empty in between."""
        if self._reading is not None:
            self._reading.cancel()
        looked_at = next(reversed(self._transcripts), None)
        attempts = state.tasks[looked_at[0]].attempts if looked_at and looked_at[0] in state.tasks else []
        if looked_at is None or looked_at[1] > len(attempts):
            self.put(state)
            return
        transcript = Transcript(*looked_at)
        more = await self._fill(transcript, await self._source.fetch(*looked_at, state.seq, SOON), SOON)
        self.put(state)
        self._transcripts[looked_at] = transcript
        transcript.loaded = True
        if more:
            self._reading = asyncio.create_task(self._replace(transcript))

    def _lose(self, error: SourceLostError) -> None:
        self.lost = str(error)
        self._frame.mark(Touched.STATE)

    def now_ms(self) -> int:
        """The moment at the playhead."""
        return self.player.wall_ms
