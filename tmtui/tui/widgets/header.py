"""The first line: which run, how it stands, how far it is, who is needed and what it costs."""

from typing import Final, Protocol

from tmtui.domain.ids import short_run_id
from tmtui.state.model import State
from tmtui.state.selectors import Totals, is_over, micro_per_minute, run_word, totals
from tmtui.tui.figures import bar, clock, money, plural
from tmtui.tui.marks import RUN_MARKS
from tmtui.tui.paint import Ink, Span, Spans, spread, width_of
from tmtui.tui.widgets.canvas import Canvas


class View(Protocol):
    """The run as it is shown."""

    state: State
    live: bool
    engine_alive: bool
    lost: str

    def now_ms(self) -> int:
        """The moment that is shown."""
        ...


_GAP: Final = Span("   ")
_BAR_WIDTHS: Final = (14, 8, 0)


def header_spans(view: View, width: int, *, note: str = "") -> Spans:
    """The line, with as many of its parts as fit; status and who is needed are never left out."""
    name = view.state.plan.name if view.state.plan else ""
    run = short_run_id(view.state.run)
    mark = [] if view.live else [Span(" REPLAY ", Ink.BADGE), Span(" ")]
    brand = [Span(" tmtui  ", Ink.TITLE), *mark, Span(name, Ink.STRONG)]
    whole = [*brand, Span(f" · run {run}", Ink.MUTED)] if run else brand
    for parts in _choices(view, note):
        right = _joined(parts)
        if width_of(whole) + 3 + width_of(right) <= width:
            return spread(whole, right, width)
    return spread(brand, right, width)


def _choices(view: View, note: str) -> list[list[Spans]]:
    """The parts of the right half, from everything down to what must be there."""
    state, counts = view.state, totals(view.state)
    status, needs = _status(view, note), _needs(counts)
    spent, rate, mark = _money(state), _rate(view), _sandbox(state)
    bars = [_progress(counts, width) for width in _BAR_WIDTHS]
    return [
        [status, bars[0], needs, [*spent, *rate], mark],
        [status, bars[0], needs, spent, mark],
        [status, bars[1], needs, spent, mark],
        [status, bars[2], needs, spent, mark],
        [status, bars[2], needs, mark],
        [status, needs, _short(mark)],
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


def _money(state: State) -> Spans:
    cap = state.limits.budget_micro
    if not state.spending.requests and cap is None:
        return []
    amount = [Span(money(state.spending.micro_or_unknown), Ink.STRONG)]
    if state.spending.unknown and state.spending.micro:
        amount.append(Span(f" +{state.spending.unknown} unpriced", Ink.WARN))
    return [*amount, Span(f" / {money(cap)}", Ink.MUTED)] if cap is not None else amount


def _rate(view: View) -> Spans:
    rate = micro_per_minute(view.state, view.now_ms())
    return [] if rate is None else [Span(f"  ↗ {money(rate)}/min", Ink.MUTED)]


def _sandbox(state: State) -> Spans:
    return [Span(" UNSANDBOXED ", Ink.ALARM)] if state.sandbox == "none" else []


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

    def paint(self, y: int, width: int) -> Spans:  # noqa: ARG002  # it has one line
        """The line."""
        return header_spans(self._view, width, note=self.note)


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
    if state.troubles:
        last = state.troubles[-1]
        count = plural(len(state.troubles), "trouble")
        line += [Span(f" {count}: ", Ink.BAD), Span(f"{last.where}: {last.message}  ", Ink.TEXT)]
    if state.degraded:
        first = state.degraded[0]
        more = f" (+{len(state.degraded) - 1})" if len(state.degraded) > 1 else ""
        line += [
            Span(f" degraded: {first.what}", Ink.WARN),
            Span(f": {first.why}{more}. {first.remedy}  ", Ink.MUTED),
        ]
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
    """The line below the header, while there is something to say."""

    DEFAULT_CSS = """
    Notices { height: 1; background: $surface; display: none; }
    """

    def __init__(self, view: View) -> None:
        super().__init__()
        self._view = view

    def paint(self, y: int, width: int) -> Spans:  # noqa: ARG002  # it has one line
        """The line."""
        return notice_spans(self._view)

    def update(self) -> None:
        """Stand there, or do not."""
        self.display = bool(notice_spans(self._view))
        self.refresh()
