"""What lies behind the gauges, above the run: made anew every second while it is open."""

from collections.abc import Callable, Mapping

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import ModalScreen

from tmtui.state.lines import Lines
from tmtui.state.model import State
from tmtui.tui.intents import Intent, Where
from tmtui.tui.screens.help import HelpPage
from tmtui.tui.steering import Steering
from tmtui.tui.widgets.circuits import CircuitList
from tmtui.tui.widgets.header import View


class LedgerScreen(ModalScreen[None]):
    """Money and limits in full, and the circuits, which can be changed here."""

    DEFAULT_CSS = """
    LedgerScreen { align: center middle; }
    LedgerScreen > HelpPage { width: 90%; max-width: 120; height: 1fr; margin: 1 0 0 0; background: $surface; }
    LedgerScreen > CircuitList { width: 90%; max-width: 120; margin: 0 0 1 0; }
    """
    BINDINGS = [  # noqa: RUF012  # Textual reads it from the class
        Binding("escape,q,m", "back", show=False),
        Binding("tab", "app.focus_next", show=False),
        Binding("shift+tab", "app.focus_previous", show=False),
    ]
    AUTO_FOCUS = "CircuitList"

    def __init__(
        self,
        view: View,
        make: Callable[[State, int], Lines],
        steering: Steering,
        keymap: Mapping[str, str],
        *,
        asks: bool = False,
    ) -> None:
        super().__init__()
        self._view = view
        self._make = make
        self._steering = steering
        self._page = HelpPage(self._lines(), "Money, limits and circuits")
        self.circuits = CircuitList(view, dict(keymap), commands=steering.can_command, asks=asks)

    def _lines(self) -> Lines:
        return self._make(self._view.state, self._view.now_ms())

    def compose(self) -> ComposeResult:
        """The page, and the circuits below it."""
        yield self._page
        yield self.circuits

    def on_mount(self) -> None:
        """Times run, and figures change."""
        self.circuits.renew()
        self.set_interval(1, self.renew)

    def renew(self) -> None:
        """Show all of it as it is now."""
        self._page.renew(self._lines())
        self.circuits.renew()

    def action_back(self) -> None:
        """Leave the answers, else the page."""
        if self.circuits.asked:
            self.circuits.ask(asks=False)
        else:
            self.dismiss()

    # Commands: those of the circuits.

    def offers(self, intent: type[Intent]) -> bool:
        """Whether a command means something here."""
        return intent.WHERE is Where.CIRCUITS and self.circuits.offers(intent)

    def refuses(self, intent: type[Intent]) -> bool:  # noqa: ARG002  # what cannot be sent is not offered
        """Nothing is refused aloud here."""
        return False

    def perform(self, intent: type[Intent]) -> None:
        """Have the circuits do it."""
        if self.offers(intent):
            self.circuits.post_message(intent())

    @on(CircuitList.Changed)
    def _change(self, event: CircuitList.Changed) -> None:
        self._steering.change_circuit(event.key, closed=event.closed)
