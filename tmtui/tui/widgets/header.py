"""The first line: which run, how it stands, how far it is, who is needed and what it costs."""

from collections.abc import Mapping
from typing import Final, Protocol

from textual import events

from tmtui.domain.ids import short_run_id
from tmtui.state.model import State
from tmtui.state.selectors import Totals, budget_gone_ms, is_over, micro_per_minute, run_word, totals
from tmtui.tui.figures import bar, clock, money, plural
from tmtui.tui.intents import GoOnNow, NextThatNeedsMe, ShowInfo, StopRun, SwitchUnit, TakeFallback
from tmtui.tui.keymap import key_label, keys_of
from tmtui.tui.marks import RUN_MARKS
from tmtui.tui.paint import Ink, Span, Spans, span_at, spread, width_of
from tmtui.tui.units import Unit, amount
from tmtui.tui.widgets.canvas import Canvas, Offers
from tmtui.tui.widgets.options import Option, Placed, hit, lay_out, line_spans


class View(Protocol):
    """The run as it is shown."""

    state: State
    live: bool
    engine_alive: bool
    lost: str
    unit: Unit

    def now_ms(self) -> int:
        """The moment that is shown."""
        ...


_GAP: Final = Span("   ")
_BAR_WIDTHS: Final = (14, 8, 0)

ABOUT_A_WAIT: Final = (GoOnNow, TakeFallback, StopRun)
"""What can be done while the run waits."""

_ROOMY: Final = 110
"""Cells from which on the answers have room beside the notice."""


def header_spans(view: View, width: int, *, note: str = "", badge: str = "") -> Spans:
    """The line, with as many of its parts as fit; status and who is needed are never left out."""
    name = view.state.plan.name if view.state.plan else ""
    run = short_run_id(view.state.run)
    badge = badge if view.live else "REPLAY"
    mark = [Span(f" {badge} ", Ink.BADGE), Span(" ")] if badge else []
    brand = [Span(" tmtui  ", Ink.TITLE), *mark, Span(name, Ink.STRONG)]
    whole = [*brand, Span(f" · run {run}", Ink.MUTED)] if run else brand
    for parts in _choices(view, note):
        right = _joined(parts)
        for left in (whole, brand) if _wait(view) else (whole,):
            if width_of(left) + 3 + width_of(right) <= width:
                return spread(left, right, width)
    return spread(brand, right, width)


def _choices(view: View, note: str) -> list[list[Spans]]:
    """The parts of the right half, from everything down to what must be there."""
    state, counts = view.state, totals(view.state)
    status, needs = _status(view, note), _needs(counts)
    full = [*status, *_wait(view)]
    spent, rate, gone = _spent(view), _rate(view), _gone(view)
    marks, short = [*_sandbox(state), *_degraded(state)], [*_short(_sandbox(state)), *_briefly(state)]
    bars = [_progress(counts, width) for width in _BAR_WIDTHS]
    return [
        [full, bars[0], needs, [*spent, *rate, *gone], marks],
        [full, bars[0], needs, [*spent, *rate], marks],
        [full, bars[0], needs, spent, marks],
        [full, bars[1], needs, spent, short],
        [full, bars[2], needs, spent, short],
        [full, bars[2], needs, short],
        [full, needs, short],
        [status, needs, short],
    ]


def _joined(parts: list[Spans]) -> list[Span]:
    line: list[Span] = []
    for part in parts:
        if part:
            line += [_GAP, *part] if line else part
    return [*line, Span(" ")]


def _status(view: View, note: str) -> Spans:
    mark = RUN_MARKS[run_word(view.state, engine_alive=view.engine_alive)]
    elapsed = view.state.elapsed_ms(view.now_ms())
    word = Span(f"{mark.sign} {(note or mark.word).upper()}", mark.ink)
    return [word, Span(f" {clock(elapsed)}", Ink.STRONG)] if view.state.plan else [word]


def _wait(view: View) -> Spans:
    """What the run waits for, and how long still."""
    state = view.state
    if run_word(state, engine_alive=view.engine_alive) != "waiting":
        return []
    left = "" if state.until_ms is None else f" {clock(state.until_ms - view.now_ms())} left"
    return [Span(f" · {state.reason.replace('_', ' ')}{left}", Ink.WARN)]


def _progress(counts: Totals, width: int) -> Spans:
    if not counts.tasks:
        return []
    figures = Span(f"{counts.done}/{counts.tasks}", Ink.STRONG)
    if not width:
        return [figures, Span(" done", Ink.MUTED)]
    full, empty = bar(counts.done / counts.tasks, width)
    return [figures, Span(" ▕", Ink.MUTED), Span(full, Ink.GOOD), Span(empty), Span("▏", Ink.MUTED)]


def _needs(counts: Totals) -> Spans:
    if not counts.needs_you:
        return []
    verb = "needs" if counts.needs_you == 1 else "need"
    return [Span(f" {counts.needs_you} {verb} you ", Ink.ALARM)]


def _spent(view: View) -> Spans:
    state = view.state
    if view.unit is Unit.MONEY:
        return _money(state)
    return [Span(amount(view.unit, state.spending, state, view.now_ms()), Ink.STRONG)]


def _money(state: State) -> Spans:
    cap = state.limits.budget_micro
    if not state.spending.requests and cap is None:
        return []
    amount = [Span(money(state.spending.micro_or_unknown), Ink.STRONG)]
    if state.spending.unknown and state.spending.micro:
        amount.append(Span(f" +{state.spending.unknown} unpriced", Ink.WARN))
    return [*amount, Span(f" / {money(cap)}", Ink.MUTED)] if cap is not None else amount


def _rate(view: View) -> Spans:
    rate = micro_per_minute(view.state, view.now_ms()) if view.unit is Unit.MONEY else None
    return [] if rate is None else [Span(f"  ↗ {money(rate)}/min", Ink.MUTED)]


def _gone(view: View) -> Spans:
    """How long the budget lasts at this rate."""
    now = view.now_ms()
    gone = budget_gone_ms(view.state, now) if view.unit is Unit.MONEY else None
    return [] if gone is None else [Span(f" · lasts {clock(gone - now)}", Ink.MUTED)]


def _sandbox(state: State) -> Spans:
    return [Span(" UNSANDBOXED ", Ink.ALARM)] if state.sandbox == "none" else []


def _degraded(state: State) -> Spans:
    """What works less well than it could; the page of facts tells why, and what helps."""
    if not state.degraded:
        return []
    more = f" +{len(state.degraded) - 1}" if len(state.degraded) > 1 else ""
    return [Span(f" degraded: {state.degraded[0].what}{more} ", Ink.WARN)]


def _briefly(state: State) -> Spans:
    return [Span(" degraded", Ink.WARN)] if state.degraded else []


def _short(mark: Spans) -> Spans:
    return [Span("UNSANDBOXED", Ink.WARN)] if mark else []


class Header(Canvas):
    """The first line of the screen."""

    DEFAULT_CSS = """
    Header { height: 1; background: $panel; }
    """

    def __init__(self, view: View) -> None:
        super().__init__()
        self._view = view
        self.note = ""
        """A word that stands in for the status for a moment: `stopping`."""
        self.badge = ""
        """What sets a live screen apart."""

    def paint(self, y: int, width: int) -> Spans:  # noqa: ARG002  # it has one line
        """The line."""
        return header_spans(self._view, width, note=self.note, badge=self.badge)

    def on_click(self, event: events.Click) -> None:
        """A click on a part of the line shows what is behind it, or has it said in another way."""
        span = span_at(self.paint(0, self.size.width), event.x)
        state = self._view.state
        if span in (*_degraded(state), *_briefly(state)):
            self.action_intent(ShowInfo.ID)
        elif span in _needs(totals(state)):
            self.action_intent(NextThatNeedsMe.ID)
        elif span in (*_spent(self._view), *_rate(self._view), *_gone(self._view)):
            self.action_intent(SwitchUnit.ID)


def notice_spans(view: View) -> list[Span]:
    """What somebody should know about the run's surroundings: nothing, most of the time."""
    state = view.state
    line = _ending(view)
    if view.lost:
        line += [Span(" the log is lost ", Ink.ALARM), Span(f" {view.lost}  ", Ink.WARN)]
    if run_word(state, engine_alive=view.engine_alive) == "interrupted":
        line.append(Span(" The engine is gone. `tmtui resume` takes the run up again.  ", Ink.BAD))
    for key, hold in state.holds.items():
        line.append(
            Span(f" ‖ {key}: {hold.reason or hold.cause.replace('_', ' ')}{_until(hold.until_ms, view)}  ", Ink.WARN)
        )
    if not state.holds and run_word(state, engine_alive=view.engine_alive) == "waiting":
        line.append(Span(f" ‖ {state.reason.replace('_', ' ')}{_until(state.until_ms, view)}  ", Ink.WARN))
    if state.troubles:
        last = state.troubles[-1]
        count = plural(len(state.troubles), "trouble")
        line += [Span(f" {count}: ", Ink.BAD), Span(f"{last.where}: {last.message}  ", Ink.TEXT)]
    if state.anomalies:
        line.append(Span(f" {plural(len(state.anomalies), 'event')} of the log did not fit", Ink.WARN))
    return line


def _until(until_ms: int | None, view: View) -> str:
    return "" if until_ms is None else f" · goes on in {clock(until_ms - view.now_ms())}"


def _ending(view: View) -> list[Span]:
    """How the run ended, and why."""
    state = view.state
    word = run_word(state, engine_alive=view.engine_alive)
    if not is_over(state):
        return []
    mark = RUN_MARKS[word]
    said = f": {state.reason}" if state.reason else ""
    return [Span(f" {mark.sign} The run is {_OVER.get(word, mark.word)}{said}  ", mark.ink)]


_OVER: Final = {"succeeded": "done", "incomplete": "over", "failed": "over", "aborted": "given up"}


class Notices(Canvas):
    """The line below the header, while there is something to say; with what can be done about a wait."""

    DEFAULT_CSS = """
    Notices { height: 1; background: $surface; display: none; }
    """

    def __init__(self, view: View) -> None:
        super().__init__()
        self._view = view
        self.keymap: Mapping[str, str] = {}

    def _options(self) -> list[Option]:
        """What can be done about a wait."""
        state, screen = self._view.state, self.screen
        if not isinstance(screen, Offers) or run_word(state, engine_alive=self._view.engine_alive) != "waiting":
            return []
        offered = [each for each in ABOUT_A_WAIT if screen.offers(each)]
        return [Option(each, key_label(keys_of(each, self.keymap)[0]), each.WORD) for each in offered]

    def _placed(self) -> list[Placed]:
        """The answers beside the notice, or below it where there is little room."""
        placed = lay_out(self._options(), 10_000)
        if not placed or self.size.width < _ROOMY:
            return [each._replace(line=1) for each in placed]
        shift = self.size.width - placed[-1].stop - 1
        return [each._replace(start=each.start + shift, stop=each.stop + shift) for each in placed]

    def paint(self, y: int, width: int) -> Spans:
        """The notice, and the answers."""
        placed = self._placed()
        answers = line_spans(placed, y, lit=True)
        if y:
            return [Span(" "), *answers]
        return spread(notice_spans(self._view), [*answers, Span(" ")] if answers else [], width)

    def on_click(self, event: events.Click) -> None:
        """A click on an answer gives it."""
        intent = hit(self._placed(), event.y, event.x - event.y)
        if intent is not None:
            self.action_intent(intent.ID)

    def on_resize(self) -> None:
        """The answers may need a line of their own."""
        self._fit()

    def _fit(self) -> None:
        self.styles.height = 1 + max((each.line for each in self._placed()), default=0)

    def update(self) -> None:
        """Stand there, or do not."""
        self.display = bool(notice_spans(self._view))
        self._fit()
        self.refresh()
