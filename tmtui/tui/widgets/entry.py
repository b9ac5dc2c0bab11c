"""A line to type into, above the footer: what to search for, or a note to the agent."""

from dataclasses import dataclass

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from tmtui.domain.text import clean_line
from tmtui.tui.paint import content


NOTE_CAP = 2_000
"""Characters of a note."""


class SafeInput(Input):
    """An input that takes pasted text without what a terminal obeys."""

    def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        super()._on_paste(events.Paste(clean_line(event.text, NOTE_CAP)))


class Entry(Horizontal):
    """A label and an input. It stands there while somebody types."""

    DEFAULT_CSS = """
    Entry { height: 1; background: $panel; display: none; }
    Entry > Static { width: auto; padding: 0 1; color: $accent; text-style: bold; background: $panel; }
    Entry > Input { width: 1fr; background: $panel; }
    """

    @dataclass
    class Typed(Message):
        """The text has changed."""

        purpose: str
        text: str

    @dataclass
    class Given(Message):
        """Somebody is done typing."""

        purpose: str
        text: str

    def __init__(self) -> None:
        super().__init__()
        self.purpose = ""
        """What is typed for; empty while nobody types."""
        self._label = Static(markup=False)
        self._input = SafeInput(compact=True, max_length=NOTE_CAP)

    def compose(self) -> ComposeResult:
        """The label and the input."""
        yield self._label
        yield self._input

    def open(self, purpose: str, label: str, hint: str) -> None:
        """Let somebody type. The very next key goes here."""
        self.purpose = purpose
        self._label.update(content(label))
        with self.prevent(Input.Changed):
            self._input.value = ""
        self._input.placeholder = hint
        self.display = True
        self.screen.set_focus(self._input)

    def close(self) -> None:
        """Go away."""
        self.purpose = ""
        self.display = False

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        if self.purpose:
            self.post_message(self.Typed(self.purpose, clean_line(event.value, NOTE_CAP)))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Given(self.purpose, clean_line(event.value, NOTE_CAP)))
