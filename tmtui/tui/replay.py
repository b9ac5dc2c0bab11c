"""A recorded run behind the same face as a live one.

Everything that was recorded is laid out on a timeline; the player's cursor says how much of it has happened, and the
state is folded to there. Going back folds again from the beginning.
"""

from collections.abc import Callable, Sequence

from tmtui.events.base import Recorded
from tmtui.state.fold import fold_all
from tmtui.state.model import State
from tmtui.state.timeline import Timeline
from tmtui.state.transcript import Transcript
from tmtui.tui.bridge import Bridge
from tmtui.tui.frame import Frame, Touched
from tmtui.tui.player import Player
from tmtui.tui.ports import Source


class Replay(Bridge):
    """A run that is played."""

    live = False

    def __init__(self, source: Source, frame: Frame, now: Callable[[], int]) -> None:
        super().__init__(source, frame, now)
        self.player = Player(Timeline())
        self._folded = 0

    async def run(self) -> None:
        """Lay the whole run down."""
        await super().run()
        self.player.complete = True

    async def take(self, batch: Sequence[Recorded]) -> None:
        """Lay events down on the timeline. Nothing of them is shown before the player gets there."""
        self.player.timeline.add(batch)
        self._frame.mark(Touched.CLOCK)

    def play(self, seconds: float) -> None:
        """Let time pass, and show where the player is then."""
        before = self.player.play_ms
        self.player.advance(seconds)
        self.show()
        if self.player.play_ms != before:
            self._frame.mark(Touched.CLOCK)

    def show(self) -> None:
        """Bring the state to the player's cursor."""
        cursor = self.player.cursor
        if cursor < self._folded:
            self._rewind(cursor)
        for recorded in self.player.timeline.events[self._folded : cursor]:
            self._take(recorded)
        self._folded = cursor

    def _rewind(self, cursor: int) -> None:
        self.state = fold_all(self.player.timeline.events[:cursor], State())
        self._folded = cursor
        self._transcripts.clear()
        self._frame.mark(Touched.EVERYTHING)

    def now_ms(self) -> int:
        """The moment at the playhead."""
        return self.player.wall_ms

    def watch(self, task: str, attempt: int) -> Transcript:
        """The transcript of an attempt as it was at the playhead."""
        known = (task, attempt) in self._transcripts
        transcript = super().watch(task, attempt)
        self._held.clear()
        if not known:
            transcript.take_all(self.player.timeline.attempt_events(task, attempt, self._folded))
            transcript.loaded = True
        return transcript
