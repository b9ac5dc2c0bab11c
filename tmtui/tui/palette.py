"""The command palette: the same commands as the keys, found by their names; and the choice of a theme."""

from collections.abc import Iterator
from functools import partial
from typing import Protocol, runtime_checkable

from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider

from tmtui.tui.intents import INTENTS, Intent, Where
from tmtui.tui.keymap import key_label, keys_of
from tmtui.tui.paint import content, escaped
from tmtui.tui.themes import ThemeFile


@runtime_checkable
class Performs(Protocol):
    """A screen that carries commands out."""

    keymap: dict[str, str]

    def offers(self, intent: type[Intent]) -> bool:
        """Whether it means something now."""
        ...

    def perform(self, intent: type[Intent]) -> None:
        """Do it."""
        ...


class Finder(CommandPalette):
    """Textual's palette in our dress."""

    DEFAULT_CSS = """
    Finder { background: $background 60%; align-horizontal: center; }
    Finder > Vertical { width: 80%; max-width: 90; margin-top: 2; background: $surface; }
    Finder #--input { border: round $border; padding: 0 1; height: 3; background: $surface; }
    Finder SearchIcon { display: none; }
    Finder CommandInput { background: $surface; border: none; padding: 0; }
    Finder #--results { background: $surface; }
    Finder CommandList {
        background: $surface;
        border: none;
        scrollbar-size-vertical: 1;
        scrollbar-background: $surface;
        scrollbar-background-hover: $surface;
        scrollbar-background-active: $surface;
        scrollbar-color: $border;
        scrollbar-color-hover: $primary;
        scrollbar-color-active: $primary;
    }
    Finder > .command-palette--help-text { color: $foreground 75%; text-style: not bold; }
    Finder > .command-palette--highlight { color: $accent; text-style: bold underline; }
    """


class Commands(Provider):
    """Every command that means something now."""

    def _offered(self) -> Iterator[tuple[type[Intent], str]]:
        screen = self.screen
        if not isinstance(screen, Performs):
            return
        for intent in INTENTS.values():
            if intent.PALETTE and intent.WHERE is not Where.QUESTION and screen.offers(intent):
                keys = keys_of(intent, screen.keymap)
                yield intent, f"{intent.title()}  ({key_label(keys[0])})" if keys else intent.title()

    async def discover(self) -> Hits:
        """All of them, before anything is typed."""
        for intent, title in self._offered():
            yield DiscoveryHit(content(title), partial(self._perform, intent), title, escaped(intent.help()))

    async def search(self, query: str) -> Hits:
        """Those whose names are like what was typed."""
        matcher = self.matcher(query)
        for intent, title in self._offered():
            if (score := matcher.match(title)) > 0:
                yield Hit(
                    score,
                    matcher.highlight(escaped(title)),
                    partial(self._perform, intent),
                    title,
                    escaped(intent.help()),
                )

    def _perform(self, intent: type[Intent]) -> None:
        if isinstance(self.screen, Performs):
            self.screen.perform(intent)


@runtime_checkable
class Dresses(Protocol):
    """An app with themes to choose from."""

    def themes_to_choose(self) -> dict[str, ThemeFile]:
        """Every theme by its name."""
        ...

    def wear(self, theme: ThemeFile) -> None:
        """Put a theme on."""
        ...


class ThemeChoices(Provider):
    """Every theme there is."""

    def _themes(self) -> dict[str, ThemeFile]:
        return self.app.themes_to_choose() if isinstance(self.app, Dresses) else {}

    async def discover(self) -> Hits:
        """All of them, before anything is typed."""
        for name, theme in self._themes().items():
            yield DiscoveryHit(content(name), partial(self._wear, theme), name, escaped(theme.about))

    async def search(self, query: str) -> Hits:
        """Those whose names are like what was typed."""
        matcher = self.matcher(query)
        for name, theme in self._themes().items():
            if (score := matcher.match(name)) > 0:
                yield Hit(
                    score, matcher.highlight(escaped(name)), partial(self._wear, theme), name, escaped(theme.about)
                )

    def _wear(self, theme: ThemeFile) -> None:
        if isinstance(self.app, Dresses):
            self.app.wear(theme)
