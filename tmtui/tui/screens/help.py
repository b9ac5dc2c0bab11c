"""The page of keys, made from the commands themselves: those of the pane one came from first."""

from collections.abc import Iterable, Mapping
from typing import Final

from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import ModalScreen
from textual.strip import Strip

from tmtui.state.lines import LineKind, Lines
from tmtui.tui.intents import Where
from tmtui.tui.keymap import sections
from tmtui.tui.paint import Ink, Span, Spans
from tmtui.tui.rows import Dress, row_strip
from tmtui.tui.viewport import Viewport
from tmtui.tui.widgets.canvas import Panel


KEY_CELLS: Final = 16


def help_page(places: Iterable[Where], keymap: Mapping[str, str], *, live: bool) -> Lines:
    """The page: a section to a place, a line to a command."""
    lines = Lines()
    for title, keys, text in sections(places, keymap, live=live):
        if not keys:
            lines.gap()
            lines.add(LineKind.HEAD, title)
            continue
        label = " ".join(keys)
        lines.add(LineKind.KEY, f"{label:<{KEY_CELLS}}{text}", lead=KEY_CELLS)
    lines.gap()
    lines.add(LineKind.NOTE, "Drag to select text; hold shift while dragging to select with the terminal itself.")
    return lines


class HelpPage(Panel, can_focus=True):
    """A page in a frame that scrolls."""

    BINDINGS = [  # noqa: RUF012  # Textual reads it from the class
        Binding("j,down", "scroll_page(1)", show=False),
        Binding("k,up", "scroll_page(-1)", show=False),
        Binding("ctrl+d,pagedown,space", "scroll_page(10)", show=False),
        Binding("ctrl+u,pageup", "scroll_page(-10)", show=False),
        Binding("g,home", "scroll_page(-100000)", show=False),
        Binding("G,end", "scroll_page(100000)", show=False),
    ]

    def __init__(self, lines: Lines, title: str = "Keys") -> None:
        super().__init__()
        self._view = Viewport(lines)
        self._title = title

    def heading(self, width: int) -> tuple[Spans, Spans]:  # noqa: ARG002  # it is short
        """The title."""
        return [Span(self._title, Ink.TITLE)], [Span("esc", Ink.KEY), Span(" closes", Ink.MUTED)]

    def renew(self, lines: Lines) -> None:
        """Show a new version of the page, from the same place."""
        self._view.refresh(lines)
        self.refresh()

    def thumb(self, track: int) -> tuple[int, int] | None:
        """Where the mark of the scroll bar stands."""
        return self._view.thumb(track)

    def paint_inside(self, y: int, width: int) -> Strip:
        """A row of the page."""
        self._view.resize(width, self.inner_height)
        rows = self._view.rows()
        return row_strip(rows[y], width, self.inks, Dress()) if y < len(rows) else super().paint_inside(y, width)

    def paint(self, y: int, width: int) -> Spans:  # noqa: ARG002  # below the page there is nothing
        """An empty line."""
        return []

    def action_scroll_page(self, rows: int) -> None:
        """Scroll."""
        self._view.scroll(rows)
        self.refresh()

    def on_mouse_scroll_down(self) -> None:
        """The wheel scrolls."""
        self.action_scroll_page(3)

    def on_mouse_scroll_up(self) -> None:
        """The wheel scrolls."""
        self.action_scroll_page(-3)


class HelpScreen(ModalScreen[None]):
    """The page of keys, above the run."""

    DEFAULT_CSS = """
    HelpScreen { align: center middle; }
    HelpScreen > HelpPage { width: 90%; max-width: 100; height: 90%; background: $surface; }
    """
    BINDINGS = [  # noqa: RUF012  # Textual reads it from the class
        Binding("escape,q,question_mark,f1", "dismiss", show=False),
    ]

    def __init__(self, places: Iterable[Where], keymap: Mapping[str, str], *, live: bool) -> None:
        super().__init__()
        self._lines = help_page(places, keymap, live=live)

    def compose(self) -> ComposeResult:
        """The page."""
        yield HelpPage(self._lines)
