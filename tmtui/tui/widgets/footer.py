"""The last line: the keys that mean something here, and where to find the others."""

from dataclasses import dataclass
from typing import NamedTuple

from textual import events
from textual.message import Message

from tmtui.tui.intents import Intent
from tmtui.tui.paint import Ink, Span, Spans, spread, width_of
from tmtui.tui.widgets.canvas import Canvas


class Hint(NamedTuple):
    """A key with its word."""

    intent: type[Intent]
    key: str
    word: str


def _spans(hint: Hint) -> Spans:
    return [Span(f" {hint.key} ", Ink.KEY), Span(f"{hint.word} ", Ink.MUTED)]


def fitting(hints: list[Hint], kept: list[Hint], width: int) -> list[Hint]:
    """As many hints as fit beside those that are always shown."""
    room = width - sum(width_of(_spans(each)) for each in kept)
    shown: list[Hint] = []
    for hint in hints:
        room -= width_of(_spans(hint))
        if room < 1:
            break
        shown.append(hint)
    return shown


class Footer(Canvas):
    """Hints from the left, in order of their use; the last ones stand at the right and are always shown."""

    DEFAULT_CSS = """
    Footer { height: 1; background: $panel; }
    """

    @dataclass
    class Clicked(Message):
        """A hint was clicked: do what its key does."""

        intent: type[Intent]

    def __init__(self) -> None:
        super().__init__()
        self._hints: list[Hint] = []
        self._kept: list[Hint] = []

    def show(self, hints: list[Hint], kept: list[Hint]) -> None:
        """Show other hints."""
        if (hints, kept) != (self._hints, self._kept):
            self._hints, self._kept = hints, kept
            self.refresh()

    def paint(self, y: int, width: int) -> Spans:  # noqa: ARG002  # it has one line
        """The line."""
        left = [span for hint in fitting(self._hints, self._kept, width) for span in _spans(hint)]
        right = [span for hint in self._kept for span in _spans(hint)]
        return spread(left, right, width)

    def on_click(self, event: events.Click) -> None:
        """A click on a hint does what its key does."""
        width = self.size.width
        x = 0
        for hint in fitting(self._hints, self._kept, width):
            size = width_of(_spans(hint))
            if x <= event.x < x + size:
                self.post_message(self.Clicked(hint.intent))
                return
            x += size
        x = width
        for hint in reversed(self._kept):
            size = width_of(_spans(hint))
            if x - size <= event.x < x:
                self.post_message(self.Clicked(hint.intent))
                return
            x -= size
