"""The cockpit as a program: one app around one screen, and the terminal put back on every way out."""

import asyncio
import gc
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import StringIO
from queue import Empty
from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

from rich.console import Console
from textual import events
from textual.app import App
from textual.binding import Binding
from textual.dom import DOMNode
from textual.drivers._writer_thread import WriterThread
from textual.notifications import SeverityLevel
from textual.screen import Screen

from tmtui.domain.problem import Problem
from tmtui.domain.text import clean, clean_line
from tmtui.tui import keymap as keys
from tmtui.tui.paint import Palette
from tmtui.tui.ports import CockpitExit, Rig
from tmtui.tui.screens.run import RunScreen
from tmtui.tui.themes import (
    DEFAULT_THEME,
    NO_COLOR_THEME,
    ThemeFile,
    load_theme,
    load_themes,
    palette,
    textual_theme,
    theme_folders,
    theme_stamp,
)


if TYPE_CHECKING:
    from tmtui.tui.shelf import Shelf

INTERNAL: Final = 70
"""The exit code for a fault of tmtui's own."""

GONE_SECONDS: Final = 0.1
"""Between two looks at whether the terminal is still there."""

LOOK_SECONDS: Final = 1.0
"""Between two looks at the file of the theme that is worn."""

GONE: Final = CockpitExit("signal", "the terminal is gone", 128 + signal.SIGHUP)

FREEZE_SECONDS: Final = 1.0
"""After so long everything that stays is there: the garbage collector need not look through it again and again, for
50 ms at a time in which no key is answered."""


@runtime_checkable
class KeepsTheme(Protocol):
    """A screen that remembers how it is dressed."""

    def keep_theme(self, name: str) -> None:
        """A theme was chosen."""
        ...


class Cockpit(App[CockpitExit], inherit_bindings=False):
    """One run on the screen, or the runs of a project. It is given values only."""

    TITLE = "tmtui"
    CSS_PATH = "cockpit.tcss"
    COMMANDS = set()  # noqa: RUF012  # the screen has its own
    ENABLE_COMMAND_PALETTE = False
    palette: Palette

    def __init__(self, rig: "Rig | Shelf") -> None:
        super().__init__(ansi_color=True if os.environ.get("NO_COLOR") is not None else None)
        self._rig = rig
        self.looked_at: bool | None = None
        """Whether the terminal has the focus; None while it has not said so."""
        self._worn: tuple[str, object] = ("", ())
        """The name of the theme, and the state of its file when it was read."""
        self._edits = 0
        self.crash_report = StringIO()
        """What Textual would print about a fault of ours."""
        self.error_console = Console(file=self.crash_report, markup=False, highlight=False, width=100)
        self._problem = self._first_theme()
        self.set_keymap(rig.keymap)

    # Colours.

    def _first_theme(self) -> Problem | None:
        """Put the chosen theme on, or the default where it cannot be had, and say why."""
        chosen = self._rig.habits.theme or self._rig.theme
        wanted = NO_COLOR_THEME if self.no_color else chosen or DEFAULT_THEME
        found = load_theme(wanted, theme_folders())
        theme = found if isinstance(found, ThemeFile) else load_theme(DEFAULT_THEME, theme_folders())
        if isinstance(theme, ThemeFile):
            self._dress(theme)
            if theme.ansi:
                self.theme = theme.name
            else:
                # Before there is a screen nobody has to be told, and the style sheet is read once instead of twice.
                self.set_reactive(App.theme, theme.name)
                self.stylesheet.set_variables(self.get_css_variables())
            self._remember(theme.name)
        return found if isinstance(found, Problem) else None

    def wear(self, theme: ThemeFile) -> None:
        """Put a theme on."""
        self._dress(theme)
        self.theme = theme.name
        self._remember(theme.name)
        for screen in self.screen_stack:
            if isinstance(screen, KeepsTheme):
                screen.keep_theme(theme.name)

    def _remember(self, name: str) -> None:
        self._worn = (name, theme_stamp(name, theme_folders()))

    def _look_at_theme(self) -> None:
        """Somebody may have edited the theme that is worn: put it on anew, or say what is wrong and keep the old."""
        name, before = self._worn
        if theme_stamp(name, theme_folders()) == before:
            return
        self._remember(name)
        found = load_theme(name, theme_folders())
        if isinstance(found, Problem):
            self._tell([str(found)])
            return
        self._edits += 1
        # A theme of the same name would be taken for the one that is worn already.
        self._dress(found._replace(name=f"{found.name}~{self._edits}"))
        self.theme = f"{found.name}~{self._edits}"

    @property
    def theme_name(self) -> str:
        """The theme that is worn, by the name in its file."""
        return self._worn[0]

    def _dress(self, theme: ThemeFile) -> None:
        self.palette = palette(theme, no_color=self.no_color)
        self.register_theme(textual_theme(theme))

    def themes_to_choose(self) -> dict[str, ThemeFile]:
        """Every theme by its name; files that cannot be used are told of."""
        themes, problems = load_themes(theme_folders())
        self._tell([str(problem) for problem in problems])
        return themes

    # Starting and leaving.

    def get_default_screen(self) -> Screen[None]:
        """The run, or the list of runs."""
        if isinstance(self._rig, Rig):
            return RunScreen(self._rig, self.leave)
        from tmtui.tui.screens.runs import RunsScreen  # noqa: PLC0415  # a run does without

        return RunsScreen(self._rig, self.leave)

    def on_mount(self) -> None:
        """Tell what is wrong with what a person set, and keep an eye on the terminal."""
        if self._writer is not None:
            self.set_interval(GONE_SECONDS, self._look_for_the_terminal)
        self.set_interval(LOOK_SECONDS, self._look_at_theme)
        self._tell([*([str(self._problem)] if self._problem else []), *keys.problems(self._rig.keymap)])

    @property
    def _writer(self) -> WriterThread | None:
        """Textual's writing thread: another one after each time that the screen has stepped aside for an editor."""
        return getattr(self._driver, "_writer_thread", None)

    @property
    def terminal_is_gone(self) -> bool:
        """Whether nothing can be drawn any more: Textual's writing thread ends when the terminal takes no more."""
        return self._writer is not None and not self._writer.is_alive()

    def drop_unwritten(self) -> None:
        """Throw away what waits for a writing thread that has ended, so that nobody waits for it. From any thread.

        Textual queues thirty pieces for it and then waits, on its way out as well.
        """
        writer = self._writer
        if writer is not None and not writer.is_alive():
            with suppress(Empty):
                while True:
                    writer._queue.get_nowait()  # noqa: SLF001  # it has no other way to be emptied

    def _look_for_the_terminal(self) -> None:
        """Leave with the terminal. HUP says so to most, but not to who is in another session."""
        if self.terminal_is_gone:
            self.leave(GONE)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,  # noqa: ARG002  # Textual's signature; what is told here is never markup
    ) -> None:
        """Show a line for a moment, whatever it holds as text."""
        super().notify(clean(message), title=clean_line(title), severity=severity, timeout=timeout, markup=False)

    def _tell(self, problems: list[str]) -> None:
        if problems:
            text = "\n".join(clean_line(each) for each in problems)
            self.notify(text, severity="warning", timeout=8)

    def on_app_blur(self, event: events.AppBlur) -> None:
        """Another window has the focus; here everything stays where it was, to be found again."""
        event.prevent_default()
        self.looked_at = False

    def on_app_focus(self) -> None:
        """This window has the focus."""
        self.looked_at = True

    def to_terminal(self, sequence: str) -> None:
        """Send the terminal something that is no text. Whoever made it has cleaned what it holds."""
        if self._driver is not None and not self.is_headless:
            self._driver.write(sequence)

    def leave(self, result: CockpitExit) -> None:
        """Put the terminal back and end."""
        self.exit(result, return_code=result.exit_code)

    def handle_bindings_clash(self, clashed_bindings: set[Binding], node: DOMNode) -> None:
        """Told once, at the start, by `keymap.problems`."""


def open_cockpit(rig: "Rig | Shelf") -> CockpitExit:
    """Run the cockpit on this terminal until it is left. The terminal is as it was on every way out."""
    return asyncio.run(_run(rig))


async def _run(rig: "Rig | Shelf") -> CockpitExit:
    cockpit = Cockpit(rig)
    asyncio.get_running_loop().call_later(FREEZE_SECONDS, gc.freeze)
    with _signals_leave(cockpit), _never_waiting(cockpit):
        try:
            result = await cockpit.run_async()
        except Exception as error:  # noqa: BLE001  # the screen's one boundary: a fault becomes a value
            return GONE if cockpit.terminal_is_gone else _failed(cockpit, error)
    if result is not None and result.reason == "signal":
        return result
    fault = cockpit.crash_report.getvalue()
    if fault:
        return _failed(cockpit, None)
    return result or CockpitExit("detached")


def _failed(cockpit: Cockpit, error: Exception | None) -> CockpitExit:
    details = clean(cockpit.crash_report.getvalue())
    last = next((line.strip() for line in reversed(details.splitlines()) if line.strip()), "")
    what = clean_line(f"{type(error).__name__}: {error}" if error is not None else last)
    return CockpitExit("failed", f"the screen failed: {what}", INTERNAL, details)


@contextmanager
def _never_waiting(cockpit: Cockpit) -> Iterator[None]:
    """See to it, from another thread, that the cockpit never waits for a terminal that is gone."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(GONE_SECONDS):
            cockpit.drop_unwritten()

    threading.Thread(target=watch, name="terminal", daemon=True).start()
    try:
        yield
    finally:
        done.set()


@contextmanager
def _signals_leave(cockpit: Cockpit) -> Iterator[None]:
    """TERM, HUP and INT end the cockpit in good order, and the code says which it was."""
    loop = asyncio.get_running_loop()
    caught = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
    for each in caught:
        name = signal.Signals(each).name.removeprefix("SIG")
        leaving = CockpitExit("signal", f"ended by {name}", 128 + each)
        loop.add_signal_handler(each, cockpit.leave, leaving)
    try:
        yield
    finally:
        for each in caught:
            loop.remove_signal_handler(each)
