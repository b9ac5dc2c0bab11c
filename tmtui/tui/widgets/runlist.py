"""The runs of a project, a row each."""

from typing import Final

from textual import events, on
from textual.strip import Strip

from tmtui.domain.ids import short_run_id
from tmtui.tui.figures import clock, date_and_time, plural
from tmtui.tui.intents import (
    MarkRun,
    NewestRun,
    NextRun,
    OldestRun,
    OpenRun,
    PreviousRun,
    RunsPageDown,
    RunsPageUp,
    SortRuns,
    Where,
    bindings,
)
from tmtui.tui.marks import RUN_MARKS
from tmtui.tui.paint import Ink, Span, Spans, spread, strip, width_of
from tmtui.tui.shelf import Order, RunRow, shown_runs
from tmtui.tui.widgets.canvas import Panel


TITLE_ROOM: Final = 24
"""Cells that the figures of a row leave to status and name, where they can."""


def run_row(row: RunRow, width: int, money_width: int, *, marked: bool) -> Spans:
    """A run: status, id and plan, then whatever of its figures leaves these room."""
    mark = RUN_MARKS[row.word]
    left = [
        Span("▌" if marked else " ", Ink.ACCENT),
        Span(f"{mark.sign} {mark.word:<11} ", mark.ink),
        Span(f"{short_run_id(row.run)}  ", Ink.MUTED),
        Span(row.name, Ink.STRONG),
        Span(f"  {row.agent}", Ink.MUTED),
    ]
    done = Span(f" {f'{row.done}/{row.total}':>7}", Ink.GOOD if row.done == row.total else Ink.TEXT)
    paid = Span(f"  {row.paid:>{money_width}}" if money_width else "")
    took = Span(f"  {clock(row.took_ms):>8}", Ink.MUTED)
    when = Span(f"  {date_and_time(row.updated_ms)}", Ink.MUTED)
    choices = [[done, paid, took, when], [done, paid, took], [done, paid], [done]]
    right = next((each for each in choices if width_of(each) + TITLE_ROOM + 16 <= width), choices[-1])
    return spread(left, [*right, Span(" ")], width)


class RunList(Panel, can_focus=True):
    """The list."""

    DEFAULT_CSS = """
    RunList { height: 1fr; }
    """
    BINDINGS = bindings(Where.RUNS)

    def __init__(self, title: str, nothing: str) -> None:
        super().__init__()
        self._title = title
        self._nothing = nothing
        self._all: list[RunRow] | None = None
        self._top = 0
        self.rows: list[RunRow] = []
        self.words = ""
        self.order = Order.LATEST
        self.cursor = 0
        self.marked: list[str] = []
        """Runs that somebody marked, in that order."""

    @property
    def chosen(self) -> RunRow | None:
        """The run under the cursor."""
        return self.rows[self.cursor] if self.rows else None

    def show(self, rows: list[RunRow]) -> None:
        """Show these runs, with the cursor on the one it was on."""
        self._all = rows
        self.marked = [each for each in self.marked if any(row.run == each for row in rows)]
        self._lay_out()

    def filter(self, words: str) -> None:
        """Show only the runs that have these words."""
        self.words = words.strip()
        self._lay_out()

    def clear(self) -> bool:
        """Show everything, then take all marks away; say whether there was anything to do."""
        if self.words:
            self.filter("")
            return True
        had, self.marked = bool(self.marked), []
        self.refresh()
        return had

    def _lay_out(self) -> None:
        key = self.chosen.run if self.chosen else ""
        self.rows = shown_runs(self._all or [], self.words, self.order)
        self._go_to(next((index for index, row in enumerate(self.rows) if row.run == key), 0))

    # Drawing.

    def heading(self, width: int) -> tuple[Spans, Spans]:  # noqa: ARG002  # the frame cuts it
        """Whose runs these are, and how they are sorted."""
        title = Ink.TITLE if self.has_focus else Ink.STRONG
        return [Span(f"Runs of {self._title}", title)], [Span(f"{self.order}", Ink.MUTED)]

    def footing(self, width: int) -> Spans:  # noqa: ARG002  # the frame cuts it
        """How many there are, what is left out, and how many are marked."""
        parts = [f"{len(self.marked)} marked"] if self.marked else []
        if self.words:
            parts += [f"/{self.words}", f"{len(self.rows)} of {len(self._all or [])}"]
        else:
            parts.append(plural(len(self.rows), "run"))
        return [Span(" · ".join(parts), Ink.WARN if self.words or self.marked else Ink.MUTED)]

    def thumb(self, track: int) -> tuple[int, int] | None:
        """Where the mark of the scroll bar stands."""
        total = len(self.rows)
        if total <= track or track <= 0:
            return None
        length = max(1, track * track // total)
        return round(self._top * (track - length) / (total - track)), length

    def paint_inside(self, y: int, width: int) -> Strip:
        """A run."""
        index = self._top + y
        if index >= len(self.rows):
            return strip([Span(f" {self._words()}", Ink.MUTED)] if y == 0 else [], width, self.inks)
        row = self.rows[index]
        under = (Ink.CURSOR if self.has_focus else Ink.CURSOR_BLUR) if index == self.cursor else None
        money_width = max(len(each.paid) for each in self.rows)
        return strip(run_row(row, width, money_width, marked=row.run in self.marked), width, self.inks, under)

    def _words(self) -> str:
        if self._all is None:
            return "reading the log…"
        return "No run is like that; esc shows all." if self._all else self._nothing

    # Moving, sorting and marking.

    def _go_to(self, index: int) -> None:
        self.cursor = max(0, min(index, len(self.rows) - 1))
        height = self.inner_height
        if height > 0:
            self._top = max(0, min(self._top, self.cursor), self.cursor + 1 - height)
        self.refresh()

    def on_resize(self) -> None:
        """The run under the cursor stays in sight."""
        self._go_to(self.cursor)

    @on(NextRun)
    def _next(self, event: NextRun) -> None:
        event.stop()
        self._go_to(self.cursor + 1)

    @on(PreviousRun)
    def _previous(self, event: PreviousRun) -> None:
        event.stop()
        self._go_to(self.cursor - 1)

    @on(NewestRun)
    def _to_top(self, event: NewestRun) -> None:
        event.stop()
        self._go_to(0)

    @on(OldestRun)
    def _to_bottom(self, event: OldestRun) -> None:
        event.stop()
        self._go_to(len(self.rows) - 1)

    @on(RunsPageDown)
    def _page_down(self, event: RunsPageDown) -> None:
        event.stop()
        self._go_to(self.cursor + max(1, self.inner_height // 2))

    @on(RunsPageUp)
    def _page_up(self, event: RunsPageUp) -> None:
        event.stop()
        self._go_to(self.cursor - max(1, self.inner_height // 2))

    @on(SortRuns)
    def _sort(self, event: SortRuns) -> None:
        event.stop()
        self.order = self.order.following
        self._lay_out()

    @on(MarkRun)
    def _mark(self, event: MarkRun) -> None:
        event.stop()
        if self.chosen is None:
            return
        run = self.chosen.run
        self.marked = [each for each in self.marked if each != run] if run in self.marked else [*self.marked, run]
        self._go_to(self.cursor + 1)

    # The mouse.

    def on_click(self, event: events.Click) -> None:
        """A click selects, a second one opens."""
        index = self._top + event.y - 1
        if 0 < event.y <= self.inner_height and index < len(self.rows):
            self._go_to(index)
            if event.chain > 1:
                self.post_message(OpenRun())

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel moves the cursor."""
        event.stop()
        self._go_to(self.cursor + 3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel moves the cursor."""
        event.stop()
        self._go_to(self.cursor - 3)
