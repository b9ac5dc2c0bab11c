"""The question of a task, above the footer: what happened, and what to do. It is never in the way of reading.

Its letters work only while it has the focus, which it gets when somebody goes to it.
"""

from collections.abc import Mapping
from typing import Final

from textual import events

from tmtui.state.model import Decision
from tmtui.tui.figures import plural
from tmtui.tui.intents import (
    AbortRun,
    AllowAlways,
    AllowOnce,
    EditPrompt,
    Intent,
    LookAtDiff,
    LookAtWhole,
    NextThatNeedsMe,
    NoteAndRetry,
    Reject,
    RejectAlways,
    RejectWithNote,
    Retry,
    RetryAll,
    Skip,
    SkipAll,
    UndoAndRetry,
    Where,
    bindings,
)
from tmtui.tui.keymap import key_label, keys_of
from tmtui.tui.paint import Ink, Span, Spans
from tmtui.tui.widgets.canvas import Panel
from tmtui.tui.widgets.options import Option, Placed, hit, lay_out, line_spans


FAILURES: Final = 3
"""Failed attempts that are listed."""

ROOMY: Final = 30
"""Lines of a screen on which all of them are listed."""

SUBJECT: Final = 6
"""Lines of what is to be allowed, on such a screen; on a lower one a third of them."""

_STUCK: Final[Mapping[str, tuple[type[Intent], ...]]] = {
    "retry": (Retry,),
    "skip": (Skip,),
    "abort": (AbortRun,),
}
_ASKING: Final[Mapping[str, tuple[type[Intent], ...]]] = {
    "once": (AllowOnce,),
    "always": (AllowAlways,),
    "reject": (Reject, RejectWithNote),
    "reject_always": (RejectAlways,),
}
_BESIDES: Final = (EditPrompt, NoteAndRetry, UndoAndRetry)
"""Other ways to retry."""

CHOICES: Final[Mapping[type[Intent], str]] = {
    Retry: "retry",
    RetryAll: "retry",
    Skip: "skip",
    SkipAll: "skip",
    AllowOnce: "once",
    AllowAlways: "always",
    Reject: "reject",
    RejectAlways: "reject_always",
}
"""The choice that an answer stands for."""


class DecisionBar(Panel, can_focus=True):
    """One open question; how many more wait stands in its frame."""

    DEFAULT_CSS = """
    DecisionBar { background: $surface; display: none; height: 5; }
    """
    BINDINGS = bindings(Where.DECISION)

    def __init__(self) -> None:
        super().__init__()
        self.decision: Decision | None = None
        self.keymap: dict[str, str] = {}
        self.sent = ""
        """The answer that is on its way to the engine."""
        self._place = (1, 1)
        self._title = ""
        self._answerable = True
        self.mute = "a replay answers nothing"
        """Said where it cannot be answered."""
        self.together = 0
        """Stuck tasks that one answer could settle at once."""

    def show(self, decision: Decision | None, title: str, place: tuple[int, int], *, answerable: bool) -> None:
        """Show a question, or none. `place` is which of how many it is; in a replay it cannot be answered."""
        if decision is None or self.decision is None or decision.id != self.decision.id:
            self.sent = ""
        self.decision, self._title, self._place, self._answerable = decision, title, place, answerable
        self.display = decision is not None
        self._fit()
        self.refresh()

    def on_resize(self) -> None:
        """The answers may need another line."""
        self._fit()

    def _fit(self) -> None:
        if self.decision is not None:
            self.styles.height = len(self._told()) + self._option_lines() + 2

    def frame_ink(self) -> Ink:
        """It stands out, and more so with the focus."""
        return Ink.BORDER_ALERT

    def heading(self, width: int) -> tuple[Spans, Spans]:  # noqa: ARG002  # the frame cuts it
        """Whose question it is, and which of how many."""
        if self.decision is None:
            return (), ()
        number, count = self._place
        more = [Span(f"{number} of {count}", Ink.WARN)] if count > 1 else []
        why = f": {self.decision.title}" if self.decision.title else ""
        whose = [Span(f"{self.decision.task} ", Ink.NEEDS_YOU), Span(f"{self._title} ")]
        verb = "needs you" if self.decision.about == "task" else "asks"
        return [*whose, Span(verb, Ink.NEEDS_YOU), Span(why, Ink.STRONG)], more

    def footing(self, width: int) -> Spans:  # noqa: ARG002  # the frame cuts it
        """What its letters need to work."""
        if not self._answerable:
            return [Span(self.mute, Ink.MUTED)]
        if self.has_focus:
            return [Span("esc", Ink.KEY), Span(" back", Ink.MUTED)]
        return [Span(key_label(keys_of(NextThatNeedsMe, self.keymap)[0]), Ink.KEY), Span(" to answer", Ink.TEXT)]

    def _told(self) -> list[Spans]:
        """The lines above the answers."""
        decision = self.decision
        if decision is None:
            return []
        return self._told_failures(decision) if decision.about == "task" else self._told_subject(decision)

    def _told_failures(self, decision: Decision) -> list[Spans]:
        failures = decision.failures[-self._failures_told() :]
        lines: list[Spans] = [[Span(" ✗ ", Ink.BAD), Span(failure)] for failure in failures]
        last = failures[-1] if failures else ""
        if decision.error and decision.error not in last and (not last or last not in decision.error):
            lines.append([Span(" ✗ ", Ink.BAD), Span(decision.error, Ink.BAD)])
        return lines

    def _told_subject(self, decision: Decision) -> list[Spans]:
        """What is to be allowed, as much of it as there is room for, and which rule wants it asked."""
        subject = (decision.subject or decision.error).rstrip("\n").split("\n")
        room = SUBJECT if self._roomy else SUBJECT // 3
        lines: list[Spans] = [
            [Span("   "), Span(line, _subject_ink(line, decision.about))] for line in subject[:room]
        ]
        if len(subject) > room:
            lines.append([Span(f"   … {plural(len(subject) - room, 'more line')}", Ink.MUTED)])
        if decision.evidence:
            lines.append([Span(f" {decision.evidence}", Ink.MUTED)])
        return lines

    @property
    def _roomy(self) -> bool:
        return self.screen.size.height >= ROOMY

    def _failures_told(self) -> int:
        """Fewer on a low screen, where reading needs the room."""
        return FAILURES if self._roomy else 1

    def takes(self, intent: type[Intent]) -> bool:
        """Whether a command is one of the answers to the question that stands here."""
        return not self.sent and intent in self._answers()

    def _answers(self) -> list[type[Intent]]:
        decision = self.decision
        if decision is None:
            return []
        known = _STUCK if decision.about == "task" else _ASKING
        answers = [intent for choice in decision.choices for intent in known.get(choice, ())]
        answers.append(LookAtDiff if decision.about == "task" else LookAtWhole)
        if Retry in answers:
            answers += _BESIDES
        if self.together > 1:
            answers += [all_of for one, all_of in ((Retry, RetryAll), (Skip, SkipAll)) if one in answers]
        return answers

    def _options(self) -> list[Option]:
        return [Option(each, key_label(keys_of(each, self.keymap)[0]), self._words(each)) for each in self._answers()]

    def _words(self, intent: type[Intent]) -> str:
        falls = len(self.decision.falls) if self.decision else 0
        if intent is Skip and falls:
            verb = "falls" if falls == 1 else "fall"
            return f"{intent.WORD} ({plural(falls, 'task')} {verb} with it)"
        if intent in (RetryAll, SkipAll):
            return f"{intent.WORD} {self.together}"
        if intent is AllowAlways and self.decision and self.decision.rule:
            return f"{intent.WORD}: {self.decision.rule}"
        return intent.WORD

    def _placed(self) -> list[Placed]:
        return lay_out(self._options(), max(1, self.inner_width - 2))

    def _option_lines(self) -> int:
        placed = self._placed()
        return placed[-1].line + 1 if placed else 0

    def paint(self, y: int, width: int) -> Spans:  # noqa: ARG002  # the frame cuts it
        """A line within the frame."""
        told = self._told()
        if y < len(told):
            return told[y]
        if self.sent:
            return [Span(f" {self.sent}", Ink.ACCENT)] if y == len(told) else []
        lit = self.has_focus and self._answerable
        return [Span(" "), *line_spans(self._placed(), y - len(told), lit=lit)]

    def on_click(self, event: events.Click) -> None:
        """A click on an answer gives it."""
        intent = hit(self._placed(), event.y - 1 - len(self._told()), event.x - 2)
        if intent is not None and not self.sent and self.check_action("intent", (intent.ID,)):
            self.action_intent(intent.ID)


def _subject_ink(line: str, about: str) -> Ink:
    """A command is a command; of a change, its lines are added or removed."""
    if about != "changes":
        return Ink.CALL
    return {"+": Ink.ADDED, "-": Ink.REMOVED, "@": Ink.HUNK}.get(line[:1], Ink.TEXT)
