"""The text on the right: six tabs, each a window onto a text that lies elsewhere.

Only the rows in sight are drawn, and those drawn lately are kept as strips. Text can be selected with the mouse: each
piece of text knows the number of its line and its place there, so a selection stays right when the text grows, is
wrapped anew or loses its oldest lines.
"""

from collections import OrderedDict
from dataclasses import dataclass
from enum import Enum
from typing import Final

from textual import events, on
from textual.geometry import Region
from textual.message import Message
from textual.selection import Selection
from textual.strip import Strip

from tmtui.state.lines import LineKind, Lines
from tmtui.tui.figures import plural
from tmtui.tui.intents import (
    FoldAll,
    FoldCall,
    LineDown,
    LineUp,
    NextCall,
    NextError,
    NextMatch,
    PageDown,
    PageUp,
    PreviousCall,
    PreviousMatch,
    TextEnd,
    TextLeft,
    TextRight,
    TextTop,
    ToggleProse,
    ToggleTimes,
    ToggleWrap,
    Where,
    bindings,
)
from tmtui.tui.mishaps import looks_wrong
from tmtui.tui.pages.attempts import HEAD_LINES, line_of
from tmtui.tui.paint import Ink, Span, Spans, shown, strip, width_of
from tmtui.tui.rows import TIMES_WIDTH, Dress, row_strip, with_places
from tmtui.tui.viewport import Row, Viewport, occurrences
from tmtui.tui.widgets.canvas import Panel


class Tab(Enum):
    """What a tab shows; the value is its name."""

    OUTPUT = "Output"
    DIFF = "Diff"
    HOOKS = "Hooks"
    PROMPT = "Prompt"
    ATTEMPTS = "Attempts"
    INFO = "Info"


TABS: Final = tuple(Tab)
TAILING: Final = (Tab.OUTPUT, Tab.HOOKS)
"""The tabs whose news come in at the end."""

_STRIPS_CAP: Final = 128
_SIDE: Final = 8
"""Characters to a step sideways."""


class Pane(Panel, can_focus=True):
    """The tabs."""

    BINDINGS = bindings(Where.PANE)
    ALLOW_SELECT = True

    @dataclass
    class TabShown(Message):
        """Another tab is in front."""

        tab: Tab

    @dataclass
    class AttemptPointed(Message):
        """Somebody went to an attempt's row in the table."""

        number: int

    class Dressed(Message):
        """Somebody chose how the text is shown: wrapped, with times, as it was written."""

    def __init__(self) -> None:
        super().__init__()
        self.tab = Tab.OUTPUT
        self.views = {tab: Viewport(Lines(), tails=tab in TAILING) for tab in Tab}
        self.subject: Spans = ()
        """What the text is about: the line above it."""
        self.empty: dict[Tab, str] = {}
        """What a tab says while its text is empty."""
        self.comparing = False
        """Whether prompt, diff and attempts are held against the attempt before."""
        self.attempt = 0
        """The attempt that is looked at; its row in the table is marked."""
        self.times = False
        self.needle = ""
        self.match = -1
        """The line that the search found last."""
        self.pointed = -1
        """The call that somebody points at, by its first line."""
        self._strips: OrderedDict[tuple[object, ...], Strip] = OrderedDict()
        self._rows: list[Row] | None = None
        """The rows in sight, until something changes."""
        self._thumb: tuple[int, int] | None = None
        self._revision = 0
        """The text as it was drawn last."""
        self._spots: list[tuple[int, int, Tab]] = []

    @property
    def is_table(self) -> bool:
        """Whether the table of attempts is in front, in whose rows one goes about."""
        return self.tab is Tab.ATTEMPTS and not self.comparing

    @property
    def view(self) -> Viewport:
        """The window of the tab in front."""
        return self.views[self.tab]

    # What is shown.

    def show(self, tab: Tab, lines: Lines) -> None:
        """Give a tab another text, read from where such a text is read."""
        self.views[tab].show(lines)
        if tab is self.tab:
            self.match = self.pointed = -1
            self._changed(anew=True)

    def renew(self, tab: Tab, lines: Lines) -> None:
        """Give a tab a new version of its text, read from where it was."""
        self.views[tab].refresh(lines)
        if tab is self.tab:
            self._changed(anew=True)

    def switch(self, tab: Tab) -> None:
        """Bring a tab to the front."""
        if tab is not self.tab:
            self.tab = tab
            self.match = self.pointed = -1
            self._changed(anew=True)
            self.post_message(self.TabShown(tab))

    def dress(self, *, wrap: bool, times: bool, as_written: bool) -> None:
        """Show the text in a certain way."""
        self.times = times
        for view in self.views.values():
            view.set_wrap(wrap=wrap)
            view.set_as_written(as_written=as_written)
        self._changed(anew=True)

    def update(self) -> None:
        """Some text may have grown: draw the one in front, if it has."""
        if self.view.lines.revision != self._revision:
            self._changed(anew=False)

    def describe(self, subject: Spans, empty: dict[Tab, str]) -> None:
        """Say what the text is about, and what stands where there is none."""
        if empty != self.empty:
            self.empty = empty
            self._changed(anew=False)
        if subject != self.subject:
            self.subject = subject
            self.refresh(Region(0, 1, self.size.width, 1))

    def _changed(self, *, anew: bool) -> None:
        if anew:
            self._strips.clear()
        self._rows = None
        self._revision = self.view.lines.revision
        self.refresh()

    def notify_style_update(self) -> None:
        """The colours changed."""
        super().notify_style_update()
        self._strips.clear()

    def on_resize(self) -> None:
        """Everything is wrapped anew."""
        self._changed(anew=True)

    # Drawing.

    def heading(self, width: int) -> tuple[Spans, Spans]:
        """The names of the tabs, as short as they must be."""
        self._spots = []
        for gap in (" │ ", "  "):
            if sum(len(tab.value) for tab in TABS) + len(gap) * (len(TABS) - 1) <= width - 2:
                return self._tab_spans(gap), ()
        return [Span(self.tab.value, Ink.TITLE), Span(f" {TABS.index(self.tab) + 1}/{len(TABS)}", Ink.MUTED)], ()

    def _tab_spans(self, gap: str) -> Spans:
        line: list[Span] = []
        x = 3
        for tab in TABS:
            if line:
                line.append(Span(gap, self.frame_ink()))
                x += len(gap)
            line.append(Span(tab.value, Ink.TITLE if tab is self.tab else Ink.MUTED))
            self._spots.append((x, x + len(tab.value), tab))
            x += len(tab.value)
        return line

    def footing(self, width: int) -> Spans:  # noqa: ARG002  # the frame cuts it
        """How much news there is below, or what is searched."""
        parts: list[Span] = []
        if self.needle:
            found = "" if self.match >= 0 else " · not found"
            parts.append(Span(f"/{self.needle}{found}", Ink.WARN))
        if count := self.view.new_lines:
            parts += [Span(" "), Span(f" ▼ {count:,} new ", Ink.BADGE)]
        return parts

    def thumb(self, track: int) -> tuple[int, int] | None:  # noqa: ARG002  # it was measured with the rows
        """Where the mark of the scroll bar stands."""
        self._visible()
        return self._thumb

    def paint_inside(self, y: int, width: int) -> Strip:
        """What the text is about, then its rows."""
        if y == 0:
            return strip(self.subject, width, self.inks, Ink.CURSOR_BLUR if self.subject else None)
        rows = self._visible()
        if not rows and y == 1:
            return strip([Span(f" {self.empty.get(self.tab, '')}", Ink.MUTED)], width, self.inks)
        if y - 1 >= len(rows):
            return strip([], width, self.inks)
        return self._row_strip(rows[y - 1], width)

    def render_line(self, y: int) -> Strip:
        """Line `y` as it is drawn, with each piece's place in the text: Textual asks where the mouse selects."""
        line, row = self.draw(y), y - 2
        rows = self._visible()
        return with_places(line, rows[row], 3 if self.times else 2) if 0 <= row < len(rows) else line

    def _fit(self) -> None:
        self.view.resize(self.inner_width - (TIMES_WIDTH if self.times else 0), self.inner_height - 1)

    def _visible(self) -> list[Row]:
        if self._rows is None:
            self._fit()
            self._rows = self.view.rows()
            self._thumb = self.view.thumb(self.inner_height)
        return self._rows

    def _row_strip(self, row: Row, width: int) -> Strip:
        selection = self._selected(row)
        attempt = self.is_table and row.number == line_of(self.attempt)
        pointed = attempt or row.number == self.pointed
        here = row.number == self.match
        key = (row, width, selection, pointed, here, self.needle, self.times, self.has_focus and pointed)
        if key in self._strips:
            self._strips.move_to_end(key)
            return self._strips[key]
        dress = Dress(
            times=self.times,
            under=(Ink.CURSOR if self.has_focus else Ink.CURSOR_BLUR) if pointed else None,
            selection=selection,
            matches=tuple(occurrences(self._line_text(row.number), self.needle)),
            match_ink=Ink.MATCH_HERE if here else Ink.MATCH,
        )
        made = row_strip(row, width, self.inks, dress)
        self._strips[key] = made
        if len(self._strips) > _STRIPS_CAP:
            self._strips.popitem(last=False)
        return made

    def _line_text(self, number: int) -> str:
        """A line as it is shown; empty where it was dropped meanwhile."""
        lines = self.view.lines
        return self.view.text(number) if lines.first <= number < lines.end else ""

    # Selecting and copying.

    def _selected(self, row: Row) -> tuple[int, int] | None:
        selection = self.text_selection
        span = selection.get_span(row.number) if selection is not None else None
        if span is None:
            return None
        start, stop = span
        return start, (row.start + len(row.text) if stop == -1 else stop)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The text under a selection, whole lines' ends without the gutter."""
        lines = self.view.lines
        first = max(lines.first, selection.start.y if selection.start else lines.first)
        last = min(lines.end - 1, selection.end.y if selection.end else lines.end - 1)
        pieces: list[str] = []
        for number in range(first, last + 1):
            text = self.view.text(number)
            start, stop = selection.get_span(number) or (0, -1)
            pieces.append(text[start : None if stop == -1 else stop])
        return "\n".join(pieces), "\n"

    def selection_updated(self, selection: Selection | None) -> None:  # noqa: ARG002  # Textual's signature
        """The mouse has drawn over text."""
        self.refresh()

    def text_to_copy(self) -> tuple[str, str]:
        """What `y` copies while nothing is selected, and what that is: the line found, else what is in sight."""
        if self.match >= 0 and (line := self._line_text(self.match)):
            return line, "the line"
        if self.pointed >= 0:
            stop = min(self.view.folds.blocks.stop_of(self.pointed) + 1, self.view.lines.end)
            return "\n".join(self._line_text(number) for number in range(self.pointed, stop)), "the call"
        numbers = dict.fromkeys(row.number for row in self._visible())
        text = "\n".join(self._line_text(number) for number in numbers)
        return text, plural(len(numbers), "line")

    def whole_text(self) -> tuple[str, int]:
        """All the text of the tab in front, and which of its lines is the first in sight, from 1."""
        lines = self.view.lines
        rows = self._visible()
        here = self.match if self.match >= 0 else rows[0].number if rows else lines.first
        return "\n".join(shown(line.text) for line in lines) + "\n", here - lines.first + 1

    # Searching.

    def search(self, needle: str, *, step: int = 1, onward: bool = False) -> None:
        """Find the next line that holds `needle`, from the one found last, else from the first in sight."""
        self.needle = shown(needle)
        rows = self._visible()
        start = self.match if self.match >= 0 else (rows[0].number if rows else self.view.lines.first)
        found = self.view.find(self.needle, start + (step if onward else 0), step)
        self.match = -1 if found is None else found
        if found is not None:
            self.view.to_line(found)
        self._changed(anew=True)

    @on(NextMatch)
    def _next_match(self, event: NextMatch) -> None:
        event.stop()
        if self.needle:
            self.search(self.needle, onward=True)

    @on(PreviousMatch)
    def _previous_match(self, event: PreviousMatch) -> None:
        event.stop()
        if self.needle:
            self.search(self.needle, step=-1, onward=True)

    # Calls and errors.

    @on(NextCall)
    def _next_call(self, event: NextCall) -> None:
        event.stop()
        self._point(1)

    @on(PreviousCall)
    def _previous_call(self, event: PreviousCall) -> None:
        event.stop()
        self._point(-1)

    def _point(self, step: int) -> None:
        rows = self._visible()
        if not rows:
            return
        here = self.pointed if self.pointed >= 0 else rows[-1].number + 1 if step < 0 else rows[0].number - 1
        head = self.view.folds.blocks.beside(here, step)
        if head is not None:
            self.pointed = head
            self.view.to_line(head)
            self._changed(anew=False)

    @on(FoldCall)
    def _fold_call(self, event: FoldCall) -> None:
        event.stop()
        if self.is_table:
            self.switch(Tab.OUTPUT)
            return
        blocks = self.view.folds.blocks
        in_sight = (head for row in self._visible() if (head := blocks.head_of(row.number)) is not None)
        head = self.pointed if self.pointed >= 0 else next(in_sight, -1)
        if head >= 0:
            self.turn(head)

    def turn(self, head: int) -> None:
        """Fold or unfold the call that begins at that line."""
        self.view.folds.turn(head)
        self.view.to_line(head)
        self._changed(anew=True)

    @on(FoldAll)
    def _fold_all(self, event: FoldAll) -> None:
        event.stop()
        for tab in TAILING:
            self.views[tab].folds.turn_all()
        self._changed(anew=True)

    @on(NextError)
    def _next_error(self, event: NextError) -> None:
        """Behind the last match, else from the first line on: the first error is most often the cause."""
        event.stop()
        lines = self.view.lines
        start = self.match + 1 if self.match >= 0 else lines.first
        found = next((number for number in range(start, lines.end) if self._is_error(number)), None)
        if found is None and self.match >= 0:
            found = next((number for number in range(lines.first, start) if self._is_error(number)), None)
        if found is None:
            self.notify("nothing here reads like an error", timeout=4)
            return
        self.match = found
        self.view.to_line(found)
        self._changed(anew=True)

    def _is_error(self, number: int) -> bool:
        kind = self.view.lines.kind(number)
        return kind is LineKind.BAD or (kind is LineKind.PRINTED and looks_wrong(self.view.lines.text(number)))

    @on(ToggleProse)
    def _toggle_prose(self, event: ToggleProse) -> None:
        event.stop()
        self._dress(as_written=not self.view.as_written)

    # Moving.

    def scroll_text(self, rows: int) -> None:
        """Scroll, or go from attempt to attempt where the tab is their table."""
        if self.is_table:
            last = len(self.view.lines) - HEAD_LINES
            self.post_message(self.AttemptPointed(max(1, min(self.attempt + rows, last))))
            return
        self.view.scroll(rows)
        self._changed(anew=False)

    @on(LineDown)
    def _line_down(self, event: LineDown) -> None:
        event.stop()
        self.scroll_text(1)

    @on(LineUp)
    def _line_up(self, event: LineUp) -> None:
        event.stop()
        self.scroll_text(-1)

    @on(PageDown)
    def _page_down(self, event: PageDown) -> None:
        event.stop()
        self.view.page(0.5)
        self._changed(anew=False)

    @on(PageUp)
    def _page_up(self, event: PageUp) -> None:
        event.stop()
        self.view.page(-0.5)
        self._changed(anew=False)

    @on(TextTop)
    def _to_top(self, event: TextTop) -> None:
        event.stop()
        self.view.to_top()
        self._changed(anew=False)

    @on(TextEnd)
    def _to_end(self, event: TextEnd) -> None:
        event.stop()
        self.view.to_end()
        self._changed(anew=False)

    @on(TextLeft)
    def _left(self, event: TextLeft) -> None:
        event.stop()
        self.view.scroll_sideways(-_SIDE)
        self._changed(anew=False)

    @on(TextRight)
    def _right(self, event: TextRight) -> None:
        event.stop()
        self.view.scroll_sideways(_SIDE)
        self._changed(anew=False)

    @on(ToggleWrap)
    def _toggle_wrap(self, event: ToggleWrap) -> None:
        event.stop()
        self._dress(wrap=not self.view.wrap)

    @on(ToggleTimes)
    def _toggle_times(self, event: ToggleTimes) -> None:
        event.stop()
        self._dress(times=not self.times)

    def _dress(self, **changed: bool) -> None:
        worn = {"wrap": self.view.wrap, "times": self.times, "as_written": self.view.as_written}
        self.dress(**{**worn, **changed})
        self.post_message(self.Dressed())

    # The mouse.

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel scrolls."""
        event.stop()
        self.view.scroll(3)
        self._changed(anew=False)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel scrolls."""
        event.stop()
        self.view.scroll(-3)
        self._changed(anew=False)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """The right line of the frame is the scroll bar; it can be dragged."""
        if event.x == self.size.width - 1 and 0 < event.y <= self.inner_height:
            self.capture_mouse()
            self._drag_to(event.y)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Drag the scroll bar."""
        if self.app.mouse_captured is self:
            self._drag_to(event.y)

    def on_mouse_up(self) -> None:
        """Let the scroll bar go."""
        self.release_mouse()

    def _drag_to(self, y: int) -> None:
        self.view.to_fraction((y - 1) / max(1, self.inner_height - 1))
        self._changed(anew=False)

    def on_click(self, event: events.Click) -> None:
        """A click on a tab's name brings it to the front; one on the news goes to the end."""
        if event.y == 0:
            for start, stop, tab in self._spots:
                if start <= event.x < stop:
                    self.switch(tab)
        elif event.y == self.size.height - 1 and self.view.new_lines:
            self.view.to_end()
            self._changed(anew=False)
        elif 0 <= event.y - 2 < len(self._visible()):
            self._click_row(self._visible()[event.y - 2])

    def _click_row(self, row: Row) -> None:
        """A click on an attempt goes to it; one on a call folds or unfolds it."""
        if self.is_table:
            if (number := row.number - HEAD_LINES + 1) >= 1:
                self.post_message(self.AttemptPointed(number))
        elif row.kind is LineKind.CALL:
            self.turn(row.number)


def subject_spans(parts: list[Span], width: int) -> Spans:
    """The parts of the line above the text, as many as fit, with dots between them."""
    line: list[Span] = []
    for part in parts:
        more = [Span(" · ", Ink.MUTED), part] if line else [Span(" "), part]
        if line and width_of([*line, *more]) > width:
            break
        line += more
    return line
