"""Playing a recorded run: where the playhead is, and how it moves. Arithmetic; the frame clock drives it."""

from typing import Final

from tmtui.state.timeline import Timeline, next_mark


SPEEDS: Final = (1.0, 2.0, 5.0, 20.0, 100.0, float("inf"))
"""Times the run's own speed; the last is as fast as it draws."""

BURST: Final = 2_000
"""Events to a frame at the last of these speeds."""


class Player:
    """A playhead on a timeline.

    Its place is a cursor, how many events have happened, together with a moment of play time: several events can
    share a moment, and a step goes from one of them to the next.
    """

    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline
        self.cursor = 0
        self.play_ms = 0.0
        self.playing = True
        self.speed = 1.0
        self.complete = False
        """Whether the timeline holds the whole run. Until then its end is not the run's."""

    def __repr__(self) -> str:
        return f"Player({self.cursor}/{len(self.timeline)}, {self.play_ms:.0f} ms, {self.speed}x)"

    @property
    def at_end(self) -> bool:
        """Whether every event that is there has happened."""
        return self.cursor >= len(self.timeline)

    def advance(self, seconds: float) -> None:
        """Let time pass; it holds at the end."""
        if not self.playing or self.at_end:
            self.playing = self.playing and not (self.at_end and self.complete)
            return
        if self.speed == SPEEDS[-1]:
            self._to(self.cursor + BURST)
        else:
            self.play_ms += seconds * 1000 * self.speed
            self.cursor = max(self.cursor, self.timeline.cursor_at(self.play_ms))
        if self.at_end:
            self._to(len(self.timeline))
            self.playing = not self.complete

    def play_or_hold(self) -> None:
        """Play, or hold; at the end, play it again."""
        if self.at_end and not self.playing:
            self._to(0)
        self.playing = not self.playing

    def faster(self, steps: int) -> None:
        """Go to the next speed of the list, or to the one before. A run can be begun at any other."""
        if steps > 0:
            self.speed = next((each for each in SPEEDS if each > self.speed), SPEEDS[-1])
        else:
            self.speed = next((each for each in reversed(SPEEDS) if each < self.speed), SPEEDS[0])

    def step(self, events: int) -> None:
        """Hold, and go so many events on or back."""
        self.playing = False
        self._to(self.cursor + events)

    def jump(self, milliseconds: float) -> None:
        """Go so much play time on or back."""
        self.play_ms = max(0.0, min(self.play_ms + milliseconds, float(self.timeline.length_ms)))
        self.cursor = self.timeline.cursor_at(self.play_ms)

    def seek(self, fraction: float) -> None:
        """Go to a part of the whole: 0 is the beginning, 1 the end."""
        self.play_ms = 0.0
        self.jump(self.timeline.length_ms * fraction)
        if fraction >= 1:
            self._to(len(self.timeline))

    def to_mark(self, marks: list[int]) -> bool:
        """Hold, and go to the next of these marks; say whether there was one."""
        self.playing = False
        mark = next_mark(marks, self.cursor)
        if mark is None:
            return False
        self._to(mark)
        return True

    def _to(self, cursor: int) -> None:
        """The first event, which holds the plan, has always happened: without it there is nothing to show."""
        self.cursor = min(max(1, cursor), len(self.timeline))
        self.play_ms = float(self.timeline.time_at(self.cursor))

    @property
    def wall_ms(self) -> int:
        """What the clock on the wall showed."""
        return self.timeline.wall_at(self.cursor, self.play_ms)
