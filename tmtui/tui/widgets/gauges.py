"""What is used up: money, limits, and how the models answer. What is not known is said to be unknown."""

from collections.abc import Callable
from typing import Final

from tmtui.state.model import State
from tmtui.tui.figures import bar, clock, money, percent, plural, time_of_day, tokens
from tmtui.tui.paint import Ink, Span, Spans, fit, spread, width_of
from tmtui.tui.widgets.canvas import Canvas
from tmtui.tui.widgets.header import View


ROWS: Final = 2
"""Lines within a gauge's frame."""

_NARROWEST: Final = 24
"""Cells below which a gauge is left out."""

_BAR: Final = 8


def roomiest(choices: list[list[Span]], width: int) -> Spans:
    """The first of several ways to say a thing that fits, else the last."""
    return next((each for each in choices if width_of(each) <= width), choices[-1])


def money_rows(state: State, width: int) -> list[Spans]:
    """What was spent, against the cap where there is one, and the tokens."""
    spending, cap = state.spending, state.limits.budget_micro
    spent = money(spending.micro_or_unknown)
    if cap:
        part = spending.micro / cap
        full, empty = bar(part, _BAR)
        ink = Ink.BAD if part >= 0.9 else Ink.WARN if part >= 0.7 else Ink.GOOD  # noqa: PLR2004  # two warnings
        gauge = [Span("▕", Ink.MUTED), Span(full, ink), Span(empty), Span("▏ ", Ink.MUTED)]
        figures = [Span(percent(part), Ink.STRONG), Span(f" of {money(cap)}", Ink.MUTED)]
        first = roomiest([[*gauge, *figures], figures], width)
    elif spending.requests:
        first = [Span(spent, Ink.STRONG), Span(" · no cap set", Ink.MUTED)]
    else:
        first = [Span("no cap set", Ink.MUTED)]
    return [first, _token_row(state, width)]


def _token_row(state: State, width: int) -> Spans:
    spending, usage = state.spending, state.spending.usage
    if not spending.requests:
        return [Span("no request yet", Ink.MUTED)]
    if spending.unknown:
        return [Span(f"{plural(spending.unknown, 'request')} at an unknown price", Ink.WARN)]
    cached = usage.cache_read_tokens + usage.cache_write_tokens
    line = f"{tokens(usage.input_tokens)} in · {tokens(usage.output_tokens)} out"
    longer = f"{line} · {tokens(cached)} cached" if cached else line
    return roomiest([[Span(longer, Ink.MUTED)], [Span(line, Ink.MUTED)]], width)


def limit_rows(state: State, now_ms: int) -> list[Spans]:
    """What the run waits for, and the limits that are set."""
    limits = state.limits
    own = [Span(f"{limits.max_parallel} at a time · {plural(limits.max_attempts, 'try', 'tries')}", Ink.MUTED)]
    if state.until_ms is not None and not state.paused:
        left = clock(state.until_ms - now_ms)
        return [[Span(f"{state.reason.replace('_', ' ')}: {left} left", Ink.WARN)], own]
    if state.reason and state.status == "waiting":
        return [[Span(state.reason.replace("_", " "), Ink.WARN)], own]
    return [[Span("no rate limits set", Ink.MUTED)], own]


def circuit_rows(state: State, now_ms: int, width: int) -> list[Spans]:
    """How each model answers."""
    trying = [
        (subject.attempt.agent, subject.attempt.retry, subject.attempt.retry_until_ms)
        for subject in state.tasks.values()
        if subject.attempt is not None and subject.attempt.retry is not None
    ]
    rows: list[Spans] = [
        [Span("◐ ", Ink.WARN), Span(f"{name}: {why.kind.replace('_', ' ')} ", Ink.WARN),
         Span(f"again at {time_of_day(until)}" if until > now_ms else "trying again", Ink.MUTED)]
        for name, why, until in trying
    ]  # fmt: skip
    rows += [_model_row(model, spending.requests, width) for model, spending in state.models.items()]
    if not rows:
        return [[Span("no provider calls yet", Ink.MUTED)]]
    if len(rows) > ROWS:
        return [rows[0], [*rows[1], Span(f"  +{len(rows) - ROWS} more", Ink.MUTED)]]
    return rows


def _model_row(model: str, requests: int, width: int) -> Spans:
    name = [Span("● ", Ink.GOOD), Span(model)]
    return roomiest([[*name, Span(f" · {plural(requests, 'request')}", Ink.MUTED)], name], width)


class Gauges(Canvas):
    """The row of gauges, as many as fit."""

    DEFAULT_CSS = """
    Gauges { height: 4; }
    """

    def __init__(self, view: View) -> None:
        super().__init__()
        self._view = view

    def paint(self, y: int, width: int) -> Spans:
        """A line through all the gauges."""
        state, now = self._view.state, self._view.now_ms()
        gauges: list[tuple[str, Callable[[int], list[Spans]]]] = [
            ("Money", lambda room: money_rows(state, room)),
            ("Limits", lambda _: limit_rows(state, now)),
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
