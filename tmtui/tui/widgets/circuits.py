"""The circuits, a row each: how each model answers, when one that does not is tried next, and what can be done.

Enter on a row asks what is to become of it; the answers stand in the frame's last line, where they can be clicked.
"""

from dataclasses import dataclass
from typing import Final

from textual import events, on
from textual.message import Message
from textual.strip import Strip

from tmtui.tui.figures import clock, date_and_time
from tmtui.tui.intents import (
    AskCircuit,
    CloseCircuit,
    HoldCircuitOpen,
    Intent,
    NextCircuit,
    PreviousCircuit,
    Where,
    bindings,
)
from tmtui.tui.keymap import key_label, keys_of
from tmtui.tui.meters import CIRCUITS, circuit_keys
from tmtui.tui.paint import Ink, Span, Spans, strip
from tmtui.tui.widgets.canvas import Panel
from tmtui.tui.widgets.header import View
from tmtui.tui.widgets.options import Option, Placed, hit, lay_out, line_spans


ROWS: Final = 6
"""Circuits in sight at most."""

_CHANGES: Final = (CloseCircuit, HoldCircuitOpen)


class CircuitList(Panel, can_focus=True):
    """The circuits of a run."""

    DEFAULT_CSS = """
    CircuitList { height: 4; background: $surface; }
    """
    BINDINGS = bindings(Where.CIRCUITS)

    @dataclass
    class Changed(Message):
        """A circuit is to be reset, or held open."""

        key: str
        closed: bool

    def __init__(self, view: View, keymap: dict[str, str], *, commands: bool, asks: bool = False) -> None:
        super().__init__()
        self._view = view
        self._remapped = keymap
        self._commands = commands
        """Whether anybody would hear a command."""
        self._keys = circuit_keys(view.state)
        self._cursor = 0
        self.asked = asks and commands and bool(self._keys)
        """Whether the answers stand there."""

    @property
    def key(self) -> str:
        """The circuit under the cursor; empty where there is none."""
        return self._keys[self._cursor] if self._keys else ""

    @property
    def _model(self) -> str:
        """The circuit under the cursor in as few words as will do."""
        return self.key.rpartition("/")[2]

    def renew(self) -> None:
        """Show the circuits as they are, with the cursor on the one it was on."""
        key, self._keys = self.key, circuit_keys(self._view.state)
        self._cursor = self._keys.index(key) if key in self._keys else 0
        self.styles.height = max(1, min(ROWS, len(self._keys))) + 2 + self.asked
        self.refresh()

    def offers(self, intent: type[Intent]) -> bool:
        """Whether a command means something here."""
        if intent in _CHANGES:
            return self.asked
        return bool(self._keys) and (intent is not AskCircuit or self._commands)

    # Drawing.

    def heading(self, width: int) -> tuple[Spans, Spans]:  # noqa: ARG002  # it is short
        """The title."""
        return [Span("Circuits", Ink.TITLE if self.has_focus else Ink.STRONG)], ()

    def footing(self, width: int) -> Spans:  # noqa: ARG002  # the frame cuts it
        """Which key changes one."""
        if not self._keys or not self._commands or self.asked:
            return ()
        key = key_label(keys_of(AskCircuit, self._remapped)[0])
        return [Span(key, Ink.KEY), Span(" change it", Ink.MUTED)]

    def paint_inside(self, y: int, width: int) -> Strip:
        """A circuit, or the answers."""
        if self.asked and y == self.inner_height - 1:
            name = [Span(f" {self._model}: ", Ink.NEEDS_YOU), *line_spans(self._placed(), 0, lit=True)]
            return strip(name, width, self.inks)
        if not self._keys:
            return strip([Span(" No model was asked yet.", Ink.MUTED)] if y == 0 else [], width, self.inks)
        index = self._top + y
        under = (Ink.CURSOR if self.has_focus else Ink.CURSOR_BLUR) if index == self._cursor else None
        return strip(self._row(self._keys[index]), width, self.inks, under)

    @property
    def _top(self) -> int:
        return max(0, self._cursor - ROWS + 1)

    def _row(self, key: str) -> Spans:
        circuit = self._view.state.circuits.get(key)
        sign, ink, word = (
            CIRCUITS.get(circuit.state, ("?", Ink.WARN, circuit.state)) if circuit else CIRCUITS["closed"]
        )
        row = [Span(f" {sign} ", ink), Span(f"{key}  "), Span(word or "closed", ink)]
        if circuit is None:
            return row
        if circuit.until_ms is not None and circuit.state == "open":
            left = circuit.until_ms - self._view.now_ms()
            row.append(Span(f" · next probe in {clock(left)}" if left > 0 else " · next request is a probe"))
        if circuit.reason:
            row.append(Span(f" · {circuit.reason}", Ink.MUTED))
        return [*row, Span(f" · since {date_and_time(circuit.since_ms)}", Ink.MUTED)]

    def _placed(self) -> list[Placed]:
        return lay_out(
            [Option(each, key_label(keys_of(each, self._remapped)[0]), each.WORD) for each in _CHANGES], 999
        )

    # Moving and choosing.

    @on(NextCircuit)
    def _next(self, event: NextCircuit) -> None:
        event.stop()
        self._go_to(self._cursor + 1)

    @on(PreviousCircuit)
    def _previous(self, event: PreviousCircuit) -> None:
        event.stop()
        self._go_to(self._cursor - 1)

    def _go_to(self, index: int) -> None:
        self._cursor = max(0, min(index, len(self._keys) - 1))
        self.ask(asks=False)

    @on(AskCircuit)
    def _ask(self, event: AskCircuit) -> None:
        event.stop()
        self.ask(asks=True)

    def ask(self, *, asks: bool) -> None:
        """Ask what is to become of the circuit under the cursor, or stop asking."""
        self.asked = asks and self._commands and bool(self._keys)
        self.renew()

    @on(CloseCircuit)
    @on(HoldCircuitOpen)
    def _change(self, event: Intent) -> None:
        event.stop()
        self.post_message(self.Changed(self.key, closed=isinstance(event, CloseCircuit)))
        self.ask(asks=False)

    def on_click(self, event: events.Click) -> None:
        """A click on a circuit asks what is to become of it, a click on an answer gives it."""
        y = event.y - 1
        if self.asked and y == self.inner_height - 1:
            intent = hit(self._placed(), 0, event.x - 4 - len(self._model))
            if intent is not None:
                self.post_message(intent())
        elif 0 <= y < self.inner_height and self._top + y < len(self._keys):
            self._cursor = self._top + y
            self.ask(asks=True)
