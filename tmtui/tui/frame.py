"""One clock for all drawing.

Whatever changes is only marked here. A timer asks thirty times a second what was marked, and all of it is drawn
together; once a second the clocks are marked too, so that a running time runs. Between two frames a thousand events
cost a thousand folds and one drawing.
"""

from enum import Flag, auto
from typing import Final


FRAMES_A_SECOND: Final = 30


class Touched(Flag):
    """What a frame has to draw anew."""

    NOTHING = 0
    OUTPUT = auto()
    """The text of the attempt that is looked at."""
    STATE = auto()
    """Figures and statuses."""
    PLAN = auto()
    """Which tasks there are."""
    CLOCK = auto()
    """Times that run."""
    EVERYTHING = OUTPUT | STATE | PLAN | CLOCK


class Frame:
    """What was touched since the last frame."""

    def __init__(self) -> None:
        self._touched = Touched.EVERYTHING
        self._second = -1

    def mark(self, what: Touched) -> None:
        """Have something drawn with the next frame."""
        self._touched |= what

    def take(self, now_ms: int) -> Touched:
        """What is to be drawn now; it is unmarked by that."""
        if now_ms // 1000 != self._second:
            self._second = now_ms // 1000
            self._touched |= Touched.CLOCK
        touched, self._touched = self._touched, Touched.NOTHING
        return touched
