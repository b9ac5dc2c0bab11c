"""How the room is shared out: the tree's width, and a pane that has all of it.

What somebody chose is a habit: it is kept for the project and found again with the next screen.
"""

from typing import Final

from textual.screen import Screen
from textual.widget import Widget

from tmtui.tui.widgets.pane import Pane
from tmtui.tui.widgets.tree import TaskTree


STEP: Final = 4
"""Cells by which a key moves the border between tree and text."""

NARROWEST_TREE: Final = 20
NARROWEST_TEXT: Final = 30
SIDE_BY_SIDE: Final = 80
"""Cells of a screen from which on tree and text stand side by side."""
STACKED: Final = 50
"""Cells from which on both are in sight."""


class Sharing:
    """Moves the border, and zooms."""

    def __init__(self, screen: Screen[None], tasks: TaskTree, pane: Pane, width: int) -> None:
        self._screen = screen
        self._tasks = tasks
        self._pane = pane
        self.width = width
        """The tree's, in cells; 0 for a part of the screen."""

    @property
    def zoomed(self) -> bool:
        """Whether one pane has all the room."""
        return self._screen.has_class("-zoom-tree") or self._screen.has_class("-zoom-pane")

    def zoom(self, target: Widget | None) -> None:
        """Give the tree or the text all the room; whoever else asks means the text."""
        if self._screen.size.width < STACKED:
            return
        self._screen.set_class(target is self._tasks, "-zoom-tree")
        self._screen.set_class(target is not self._tasks, "-zoom-pane")

    def unzoom(self) -> bool:
        """Share the room again; say whether it was not shared."""
        was = self.zoomed
        self._screen.remove_class("-zoom-tree", "-zoom-pane")
        return was

    def focus(self, target: Widget) -> None:
        """The focus goes elsewhere: a zoom goes with it."""
        if self.zoomed and target in (self._tasks, self._pane):
            self.zoom(target)

    def move_border(self, width: int) -> None:
        """Give the tree so many cells, as far as the text keeps its least."""
        room = self._screen.size.width
        if room >= SIDE_BY_SIDE:
            self.width = max(NARROWEST_TREE, min(width, room - NARROWEST_TEXT))
            self.fit()

    def step_border(self, step: int) -> None:
        """Move the border a little."""
        self.move_border(self._tasks.size.width + step * STEP)

    def fit(self, room: int = 0) -> None:
        """The tree is to have another size, or the screen has `room` cells now."""
        styles, room = self._tasks.styles, room or self._screen.size.width
        if self.width and room >= SIDE_BY_SIDE and not self.zoomed:
            styles.width = min(self.width, room - NARROWEST_TEXT)
            styles.max_width = styles.width
            styles.min_width = NARROWEST_TREE
        else:
            for rule in ("width", "max_width", "min_width"):
                styles.clear_rule(rule)
