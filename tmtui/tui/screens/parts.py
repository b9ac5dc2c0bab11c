"""What the run's screen is made of, and what all of its handlers share."""

import os
from collections.abc import Callable
from typing import Protocol, runtime_checkable

from textual import on
from textual.screen import Screen

from tmtui.tui.attention import Attention
from tmtui.tui.bridge import Bridge
from tmtui.tui.frame import Frame
from tmtui.tui.ports import Habits, Rig
from tmtui.tui.reading import Reading
from tmtui.tui.replay import Replay
from tmtui.tui.sharing import Sharing
from tmtui.tui.steering import Leave, Steering
from tmtui.tui.units import Unit, unit_named
from tmtui.tui.widgets.canvas import Commanded
from tmtui.tui.widgets.decision import DecisionBar
from tmtui.tui.widgets.entry import Entry
from tmtui.tui.widgets.footer import Footer
from tmtui.tui.widgets.gauges import Gauges
from tmtui.tui.widgets.header import Header, Notices
from tmtui.tui.widgets.pane import Pane, Tab
from tmtui.tui.widgets.question import QuestionBar
from tmtui.tui.widgets.scrubber import Scrubber
from tmtui.tui.widgets.tree import TaskTree


@runtime_checkable
class HasTerminal(Protocol):
    """An app on a terminal."""

    looked_at: bool | None

    def to_terminal(self, sequence: str) -> None:
        """Send the terminal something that is no text."""
        ...


class RunParts(Commanded, Screen[None], inherit_bindings=False):
    """The parts, and the ways between them."""

    def __init__(self, rig: Rig, leave: Leave) -> None:
        super().__init__()
        self.keymap = rig.keymap
        self.back_to_runs: Callable[[], None] | None = None
        """Leads back to the list of runs that this one was opened from."""
        self._rig = rig
        self._leave = leave
        self._frame = Frame()
        self._replay = None if rig.live else Replay(rig.source, self._frame, rig.now)
        if self._replay is not None:
            self._replay.player.speed = rig.speed
        self.bridge: Bridge = self._replay or Bridge(rig.source, self._frame, rig.now)
        self.bridge.unit = unit_named(rig.habits.unit)
        self.header = Header(self.bridge)
        self.notices = Notices(self.bridge)
        self.tasks = TaskTree(self.bridge)
        self.pane = Pane()
        self.gauges = Gauges(self.bridge)
        self.decision = DecisionBar()
        self.question = QuestionBar()
        self.entry = Entry()
        self.footer = Footer()
        self.scrubber = Scrubber(self._replay.player) if self._replay else None
        self.sharing = Sharing(self, self.tasks, self.pane, rig.habits.tree_width)
        self.reading = Reading(self.pane, self.bridge, rig.diff)
        self.steering = Steering(
            self.bridge, rig.send, self.decision, self.question, self.header, self._tell, self._leave
        )
        if rig.read_only:
            self.header.badge, self.decision.mute = "READ-ONLY", "this screen is read-only"
        self._seconds = rig.ticks()
        self._engine_missed = 0
        self.attention = Attention(self._to_terminal, os.environ)
        self.attention.loud = not rig.habits.silent
        self._theme = rig.habits.theme

    def _tell(self, words: str, bad: bool = False) -> None:  # a line and how bad it is
        self.notify(words, severity="error" if bad else "information", timeout=4)

    def _to_terminal(self, sequence: str) -> None:
        if isinstance(self.app, HasTerminal):
            self.app.to_terminal(sequence)

    # Where the keys go.

    def _to_pane(self) -> None:
        self.add_class("-reading")
        self.sharing.focus(self.pane)
        self.set_focus(self.pane)

    def _to_tree(self) -> None:
        self.remove_class("-reading")
        self.sharing.focus(self.tasks)
        self.set_focus(self.tasks)

    def _switch(self, tab: Tab) -> None:
        self.add_class("-reading")
        self.pane.switch(tab)

    def _type(self, purpose: str, label: str, hint: str) -> None:
        if self.entry.is_attached:
            self.entry.open(purpose, label, hint)

    def _edit(self, text: str, name: str, line: int = 1) -> str | None:
        """Have a text edited; None where no editor could be opened, which was told."""
        from tmtui.tui.editor import EditorError, edit  # noqa: PLC0415  # not needed for the first frame

        try:
            return edit(self.app, text, name, line)
        except EditorError as error:
            self._tell(str(error), bad=True)
            return None

    # Habits.

    @on(Pane.Dressed)
    def _keep_habits(self) -> None:
        """What was chosen here is found again by the next screen of this project."""
        if self._rig.keep is not None:
            view = self.pane.view
            silent = not self.attention.loud
            self._rig.keep(
                Habits(
                    self.sharing.width,
                    self._theme,
                    view.wrap,
                    self.pane.times,
                    view.as_written,
                    silent,
                    "" if self.bridge.unit is Unit.MONEY else self.bridge.unit.value,
                )
            )

    def keep_theme(self, name: str) -> None:
        """A theme was chosen."""
        self._theme = name
        self._keep_habits()
