"""The playhead of a replay: where it is, how fast it goes, and where the run failed or asked."""

from dataclasses import dataclass
from typing import Final

from textual import events, on
from textual.message import Message

from tmtui.tui.figures import clock
from tmtui.tui.intents import (
    Faster,
    Intent,
    JumpBack,
    JumpOn,
    NextDecision,
    NextFailure,
    NextStart,
    PlayOrHold,
    Slower,
    Step,
    StepBack,
    ToBeginning,
    ToEnd,
)
from tmtui.tui.paint import Ink, Span, Spans, width_of
from tmtui.tui.player import SPEEDS, Player
from tmtui.tui.widgets.canvas import Canvas


JUMP_MS: Final = 5_000
"""Play time to a jump."""


def speed_label(speed: float) -> str:
    """`2x`, and `max` for the fastest."""
    return "max" if speed == SPEEDS[-1] else f"{speed:g}x"


def track(player: Player, width: int) -> list[Span]:
    """The line with what was played, the marks and the playhead, in `width` cells."""
    if width <= 0:
        return []
    length = max(1, player.timeline.length_ms)

    def cell(play_ms: float) -> int:
        return min(width - 1, int(play_ms * width / length))

    head = cell(player.play_ms)
    cells = [Span("━", Ink.ACCENT) if x <= head else Span("─", Ink.FAINT) for x in range(width)]
    for cursors, sign, ink in (
        (player.timeline.failures, "✗", Ink.BAD),
        (player.timeline.decisions, "?", Ink.NEEDS_YOU),
    ):
        for cursor in cursors:
            cells[cell(player.timeline.time_at(cursor))] = Span(sign, ink)
    cells[head] = Span("●", Ink.STRONG)
    return cells


class Scrubber(Canvas):
    """One line above the footer."""

    DEFAULT_CSS = """
    Scrubber { height: 1; background: $surface; }
    """

    class Moved(Message):
        """The playhead stands elsewhere, or goes at another speed."""

    @dataclass
    class NothingThere(Message):
        """Somebody looked for a mark, and there is none behind the playhead."""

        what: str

    def __init__(self, player: Player) -> None:
        super().__init__()
        self._player = player
        self._track = (0, 0)

    def paint(self, y: int, width: int) -> Spans:  # noqa: ARG002  # it has one line
        """The line."""
        player = self._player
        word = "▶" if player.playing else "■" if player.at_end else "‖"
        state = "playing" if player.playing else "at the end" if player.at_end else "held"
        left = [
            Span(f" {word} ", Ink.KEY),
            Span(f"{state:<11}{speed_label(player.speed):<5}", Ink.TEXT),
            Span(f"{clock(round(player.play_ms))} ", Ink.STRONG),
        ]
        right = [
            Span(f" {clock(player.timeline.length_ms)}", Ink.MUTED),
            Span(f"  event {player.cursor:,} of {len(player.timeline):,} ", Ink.MUTED),
        ]
        room = width - width_of(left) - width_of(right)
        if room < 10:  # noqa: PLR2004  # a shorter track shows nothing
            right = right[:1]
            room = width - width_of(left) - width_of(right)
        self._track = (width_of(left), max(0, room))
        return [*left, *track(player, room), *right]

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Go where the mouse points, and follow it."""
        self.capture_mouse()
        self._seek(event.x)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Follow the mouse."""
        if self.app.mouse_captured is self:
            self._seek(event.x)

    def on_mouse_up(self) -> None:
        """Let go."""
        self.release_mouse()

    def _seek(self, x: int) -> None:
        start, width = self._track
        if width > 1:
            self._player.seek(max(0.0, min(1.0, (x - start) / (width - 1))))
            self.post_message(self.Moved())

    @on(PlayOrHold)
    def _play(self, event: PlayOrHold) -> None:
        self._player.play_or_hold()
        self._moved(event)

    @on(Slower)
    def _slower(self, event: Slower) -> None:
        self._player.faster(-1)
        self._moved(event)

    @on(Faster)
    def _faster(self, event: Faster) -> None:
        self._player.faster(1)
        self._moved(event)

    @on(StepBack)
    def _step_back(self, event: StepBack) -> None:
        self._player.step(-1)
        self._moved(event)

    @on(Step)
    def _step(self, event: Step) -> None:
        self._player.step(1)
        self._moved(event)

    @on(JumpBack)
    def _jump_back(self, event: JumpBack) -> None:
        self._player.jump(-JUMP_MS)
        self._moved(event)

    @on(JumpOn)
    def _jump_on(self, event: JumpOn) -> None:
        self._player.jump(JUMP_MS)
        self._moved(event)

    @on(ToBeginning)
    def _to_beginning(self, event: ToBeginning) -> None:
        self._player.seek(0.0)
        self._moved(event)

    @on(ToEnd)
    def _to_end(self, event: ToEnd) -> None:
        self._player.seek(1.0)
        self._moved(event)

    @on(NextFailure)
    def _next_failure(self, event: NextFailure) -> None:
        self._to_mark(event, self._player.timeline.failures, "failed attempt")

    @on(NextDecision)
    def _next_decision(self, event: NextDecision) -> None:
        self._to_mark(event, self._player.timeline.decisions, "question")

    @on(NextStart)
    def _next_start(self, event: NextStart) -> None:
        self._to_mark(event, self._player.timeline.starts, "task")

    def _to_mark(self, event: Intent, marks: list[int], what: str) -> None:
        if not self._player.to_mark(marks):
            self.post_message(self.NothingThere(what))
        self._moved(event)

    def _moved(self, event: Intent) -> None:
        event.stop()
        self.refresh()
        self.post_message(self.Moved())
