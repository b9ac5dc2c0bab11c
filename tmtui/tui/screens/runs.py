"""The runs of a project: looked through, opened, and held against each other.

A run that is opened lies above the list, which rests meanwhile; esc in its tree comes back. Nothing is deleted here:
the log only grows.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

import msgspec
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import ModalScreen, Screen

from tmtui.state.lines import Lines
from tmtui.tui import intents
from tmtui.tui.intents import INTENTS, Intent, Where, bindings
from tmtui.tui.keymap import key_label, keys_of
from tmtui.tui.ports import CockpitExit, SourceLostError
from tmtui.tui.screens.help import HelpPage, HelpScreen
from tmtui.tui.screens.run import RunScreen
from tmtui.tui.shelf import RunRow, Shelf
from tmtui.tui.steering import Leave
from tmtui.tui.widgets.canvas import Commanded
from tmtui.tui.widgets.entry import Entry
from tmtui.tui.widgets.footer import Footer, Hint
from tmtui.tui.widgets.runlist import RunList
from tmtui.tui.work import start


LOOK_SECONDS: Final = 2.0
"""Between two looks at the log."""

_ANYWHERE: Final = (intents.Quit, intents.Back, intents.OpenPalette, intents.ShowHelp, intents.ChooseTheme)
"""The keys of no pane in particular that mean something here."""

_WIDEST: Final = 120
"""Cells of the widest page."""

_KEPT: Final = (intents.OpenPalette, intents.ShowHelp, intents.Quit)


class ComparedScreen(ModalScreen[None]):
    """Two runs side by side, above the list."""

    DEFAULT_CSS = """
    ComparedScreen { align: center middle; }
    ComparedScreen > HelpPage { width: 96%; max-width: 120; height: 94%; background: $surface; }
    """
    BINDINGS = [  # noqa: RUF012  # Textual reads it from the class
        Binding("escape,q,c", "dismiss", show=False),
    ]

    def __init__(self, lines: Lines) -> None:
        super().__init__()
        self._page = HelpPage(lines, "Two runs")

    def compose(self) -> ComposeResult:
        """The page."""
        yield self._page


class RunsScreen(Commanded, Screen[None], inherit_bindings=False):
    """The list of runs."""

    DEFAULT_CSS = """
    RunsScreen { layout: vertical; overflow: hidden; background: $background; }
    """
    BINDINGS = bindings(Where.ANYWHERE)
    AUTO_FOCUS = "RunList"

    def __init__(self, shelf: Shelf, leave: Leave) -> None:
        super().__init__()
        self.keymap = shelf.keymap
        self._shelf = shelf
        self._leave = leave
        self._opened = False
        """Whether the run that is to be opened at once was."""
        self._lost = ""
        self.runs = RunList(shelf.title, shelf.nothing)
        self.entry = Entry()
        self.footer = Footer()
        self._at_once: Mapping[type[Intent], Callable[[], None]] = {
            intents.Quit: self._quit,
            intents.Back: self._back,
            intents.FilterRuns: self._filter,
        }

    def compose(self) -> ComposeResult:
        """The list, and the line of keys."""
        yield self.runs
        yield self.entry
        yield self.footer

    def on_mount(self) -> None:
        """Read the log, and look again from time to time."""
        self._look()
        self.set_interval(LOOK_SECONDS, self._look)
        self._hint()

    def on_screen_resume(self) -> None:
        """Somebody came back: the runs may have gone on."""
        self._look()

    def _look(self) -> None:
        if self.is_current:
            start(self, self._read, "rows", latest=True)

    async def _read(self) -> None:
        try:
            rows = await self._shelf.rows()
        except SourceLostError as error:
            if str(error) != self._lost:
                self._lost = str(error)
                self.notify(self._lost, severity="error")
            return
        self._lost = ""
        self.runs.show(rows)
        self._hint()
        first = next((each for each in rows if each.run == self._shelf.first), None)
        if first is not None and not self._opened:
            self._open(first)
        self._opened = True

    def keep_theme(self, name: str) -> None:
        """A theme was chosen."""
        if self._shelf.keep is not None:
            self._shelf.keep(msgspec.structs.replace(self._shelf.habits, theme=name))

    # Opening and comparing.

    @on(intents.OpenRun)
    def _open_chosen(self) -> None:
        if self.runs.chosen is not None:
            self._open(self.runs.chosen)

    def _open(self, row: RunRow) -> None:
        screen = RunScreen(self._shelf.rig(row), self._leave)
        screen.back_to_runs = self._come_back
        self.app.push_screen(screen)

    def _come_back(self) -> None:
        if isinstance(self.app.screen, RunScreen):
            self.app.pop_screen()

    @on(intents.CompareRuns)
    def _compare(self) -> None:
        marked = self.runs.marked
        if len(marked) != 2:  # noqa: PLR2004  # one against the other
            key = key_label(keys_of(intents.MarkRun, self.keymap)[0])
            self.notify(f"mark two runs with {key}; {len(marked)} marked", timeout=4)
            return
        start(self, partial(self._show_compared, *marked), "compared", latest=True)

    async def _show_compared(self, one: str, other: str) -> None:
        from tmtui.tui.pages.runs import runs_compared  # noqa: PLC0415  # not needed for the first frame

        try:
            before, after = await self._shelf.state(one), await self._shelf.state(other)
        except SourceLostError as error:
            self.notify(str(error), severity="error")
            return
        self.app.push_screen(ComparedScreen(runs_compared(before, after, min(self.size.width, _WIDEST))))

    # Typing.

    def _filter(self) -> None:
        self.entry.open("filter", "show:", "words of an id, plan, agent or status; !word leaves out")
        self._hint()

    @on(Entry.Typed)
    def _typed(self, event: Entry.Typed) -> None:
        self.runs.filter(event.text)

    @on(Entry.Given)
    def _given(self, event: Entry.Given) -> None:
        self.runs.filter(event.text)
        self._close_entry()

    def _close_entry(self) -> None:
        self.entry.close()
        self.set_focus(self.runs)
        self._hint()

    def _back(self) -> None:
        if self.entry.purpose:
            self.runs.filter("")
            self._close_entry()
        else:
            self.runs.clear()

    def _quit(self) -> None:
        self._leave(CockpitExit("finished"))

    # Commands.

    def offers(self, intent: type[Intent]) -> bool:
        """Whether a command means something now."""
        if self.entry.purpose:
            return intent is intents.Back
        return intent in _ANYWHERE or (intent.WHERE is Where.RUNS and self._has_what_it_needs(intent))

    def _has_what_it_needs(self, intent: type[Intent]) -> bool:
        return self.runs.chosen is not None or intent in (intents.FilterRuns, intents.SortRuns)

    def refuses(self, intent: type[Intent]) -> bool:  # noqa: ARG002  # nothing here goes to an engine
        """Nothing is refused here."""
        return False

    def perform(self, intent: type[Intent]) -> None:
        """Do a command, or have the list do it."""
        if not self.offers(intent):
            return
        if intent.AT_ONCE:
            self._at_once[intent]()
        else:
            (self.runs if intent.WHERE is Where.RUNS else self).post_message(intent())

    def action_intent(self, intent_id: str) -> None:
        """A key of no pane in particular was pressed."""
        self.perform(INTENTS[intent_id])

    @on(Footer.Clicked)
    def _clicked(self, event: Footer.Clicked) -> None:
        self.perform(event.intent)

    @on(intents.OpenPalette)
    def _open_palette(self) -> None:
        from tmtui.tui.palette import Commands, Finder  # noqa: PLC0415  # not needed for the first frame

        self.app.push_screen(Finder([Commands], placeholder="What would you like to do?"))

    @on(intents.ChooseTheme)
    def _choose_theme(self) -> None:
        from tmtui.tui.palette import Finder, ThemeChoices  # noqa: PLC0415  # not needed for the first frame

        self.app.push_screen(Finder([ThemeChoices], placeholder="Which colours?"))

    @on(intents.ShowHelp)
    def _show_help(self) -> None:
        self.app.push_screen(HelpScreen([Where.RUNS, Where.ANYWHERE], self.keymap, live=True))

    def _hint(self) -> None:
        here = [each for each in INTENTS.values() if each.WHERE is Where.RUNS and each.WORD and self.offers(each)]
        kept = [] if self.entry.purpose else [self._hint_for(each) for each in _KEPT]
        words = [Hint(intents.Back, "esc", "cancel")] if self.entry.purpose else [self._hint_for(i) for i in here]
        self.footer.show(words, kept)

    def _hint_for(self, intent: type[Intent]) -> Hint:
        keys = keys_of(intent, self.keymap)
        return Hint(intent, key_label(keys[0]) if keys else "", intent.WORD)
