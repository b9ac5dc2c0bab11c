"""A question of the cockpit's own, above the footer: whether to stop, to give up, or how to leave."""

from typing import NamedTuple

from textual import events

from tmtui.tui.intents import INTENTS, Intent, LeaveIt, Where, bindings
from tmtui.tui.keymap import key_label, keys_of
from tmtui.tui.paint import Ink, Span, Spans
from tmtui.tui.widgets.canvas import Panel
from tmtui.tui.widgets.options import Option, Placed, hit, lay_out, line_spans


class Question(NamedTuple):
    """What is asked."""

    name: str
    """The answers that belong to it carry it as `ASKED`."""
    title: str
    text: str


class QuestionBar(Panel, can_focus=True):
    """One question at a time; the focus is its own while it stands."""

    DEFAULT_CSS = """
    QuestionBar { background: $surface; display: none; height: 4; }
    """
    BINDINGS = bindings(Where.QUESTION)

    def __init__(self) -> None:
        super().__init__()
        self.question: Question | None = None
        self.keymap: dict[str, str] = {}

    def ask(self, question: Question | None) -> None:
        """Ask, or stop asking."""
        self.question = question
        self.display = question is not None
        if question is not None:
            self._fit()
            self.screen.set_focus(self)
        self.refresh()

    def asks(self, intent: type[Intent]) -> bool:
        """Whether a command is one of the answers."""
        return self.question is not None and (intent is LeaveIt or self.question.name == intent.ASKED)

    def on_resize(self) -> None:
        """The answers may need another line."""
        self._fit()

    def _fit(self) -> None:
        placed = self._placed()
        self.styles.height = 3 + (placed[-1].line + 1 if placed else 0)

    def _placed(self) -> list[Placed]:
        name = self.question.name if self.question else ""
        answers = [each for each in INTENTS.values() if name and name == each.ASKED]
        options = [Option(each, key_label(keys_of(each, self.keymap)[0]), each.WORD) for each in answers]
        return lay_out([*options, Option(LeaveIt, "esc", "Leave it")], max(1, self.inner_width - 2))

    def frame_ink(self) -> Ink:
        """It stands out."""
        return Ink.BORDER_ALERT

    def heading(self, width: int) -> tuple[Spans, Spans]:  # noqa: ARG002  # the frame cuts it
        """What it is about."""
        return ([Span(self.question.title, Ink.NEEDS_YOU)] if self.question else ()), ()

    def paint(self, y: int, width: int) -> Spans:  # noqa: ARG002  # the frame cuts it
        """The question, then its answers."""
        if self.question is None:
            return []
        if y == 0:
            return [Span(f" {self.question.text}")]
        return [Span(" "), *line_spans(self._placed(), y - 1, lit=True)]

    def on_click(self, event: events.Click) -> None:
        """A click on an answer gives it."""
        intent = hit(self._placed(), event.y - 2, event.x - 2)
        if intent is not None:
            self.post_message(intent())
