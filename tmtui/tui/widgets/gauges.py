"""What is used up: money, limits, and how the models answer."""

from collections.abc import Callable
from typing import Final

from tmtui.tui.intents import ShowLedger
from tmtui.tui.meters import ROWS, circuit_rows, limit_rows, money_rows
from tmtui.tui.paint import Ink, Span, Spans, fit, spread, width_of
from tmtui.tui.widgets.canvas import Canvas
from tmtui.tui.widgets.header import View


_NARROWEST: Final = 24
"""Cells below which a gauge is left out."""


class Gauges(Canvas):
    """The row of gauges, as many as fit."""

    DEFAULT_CSS = """
    Gauges { height: 4; }
    """

    def __init__(self, view: View) -> None:
        super().__init__()
        self._view = view

    def on_click(self) -> None:
        """A click shows what lies behind."""
        self.post_message(ShowLedger())

    def paint(self, y: int, width: int) -> Spans:
        """A line through all the gauges."""
        state, now = self._view.state, self._view.now_ms()
        gauges: list[tuple[str, Callable[[int], list[Spans]]]] = [
            ("Money", lambda room: money_rows(state, room)),
            ("Limits", lambda room: limit_rows(state, now, room)),
            ("Circuits", lambda room: circuit_rows(state, now, room)),
        ]
        count = max(1, min(len(gauges), width // _NARROWEST))
        widths = [width // count + (1 if index < width % count else 0) for index in range(count)]
        line: list[Span] = []
        for (title, rows), room in zip(gauges, widths, strict=False):
            line += _box_line(title, rows(room - 4), y, room)
        return line


def _box_line(title: str, rows: list[Spans], y: int, width: int) -> Spans:
    if y == 0:
        rule = "─" * max(0, width - width_of([Span(title)]) - 5)
        return [Span("╭─ ", Ink.BORDER), Span(title, Ink.STRONG), Span(f" {rule}╮", Ink.BORDER)]
    if y == ROWS + 1:
        return [Span(f"╰{'─' * max(0, width - 2)}╯", Ink.BORDER)]
    inside = rows[y - 1] if y <= len(rows) else []
    return [Span("│ ", Ink.BORDER), *spread(fit(inside, width - 4), [], width - 4), Span(" │", Ink.BORDER)]
