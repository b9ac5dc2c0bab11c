"""The playhead of a replay: where it is, how fast it goes, and where the run failed or asked."""

from dataclasses import dataclass

from textual import events
from textual.message import Message

from tmtui.tui.figures import clock
from tmtui.tui.paint import Ink, Span, Spans, width_of
from tmtui.tui.player import SPEEDS, Player
from tmtui.tui.widgets.canvas import Canvas


def speed_label(speed: float) -> str:
    """`2x`, and `max` for the fastest."""
    return "max" if speed == SPEEDS[-1] else f"{speed:.0f}x"


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

    @dataclass
    class Sought(Message):
        """Somebody went to a part of the whole: 0 is the beginning, 1 the end."""

        fraction: float

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
            self.post_message(self.Sought(max(0.0, min(1.0, (x - start) / (width - 1)))))
