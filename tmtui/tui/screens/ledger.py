"""What lies behind the gauges, above the run: made anew every second while it is open."""

from collections.abc import Callable

from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import ModalScreen

from tmtui.state.lines import Lines
from tmtui.tui.screens.help import HelpPage


class LedgerScreen(ModalScreen[None]):
    """Money, limits and circuits in full."""

    DEFAULT_CSS = """
    LedgerScreen { align: center middle; }
    LedgerScreen > HelpPage { width: 90%; max-width: 120; height: 90%; background: $surface; }
    """
    BINDINGS = [  # noqa: RUF012  # Textual reads it from the class
        Binding("escape,q,m", "dismiss", show=False),
    ]

    def __init__(self, make: Callable[[], Lines]) -> None:
        super().__init__()
        self._make = make
        self._page = HelpPage(make(), "Money, limits and circuits")

    def compose(self) -> ComposeResult:
        """The page."""
        yield self._page

    def on_mount(self) -> None:
        """Times run, and figures change."""
        self.set_interval(1, self.renew)

    def renew(self) -> None:
        """Show the page as it is now."""
        self._page.renew(self._make())
