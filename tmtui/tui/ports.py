"""What the cockpit is given by whoever opens it. It reaches for nothing by itself."""

from collections.abc import AsyncIterator, Awaitable, Callable
from time import monotonic
from typing import Protocol

import msgspec

from tmtui.events.base import Recorded
from tmtui.events.commands import Command, Reply
from tmtui.state.model import State
from tmtui.state.timeline import Surveyed


class Source(Protocol):
    """Where the events of one run come from."""

    def open(self) -> AsyncIterator[State | list[Recorded]]:
        """The run's events in order, from the first; it waits for more while the run goes on.

        For a long past it may give the state that it has led to, and then what comes behind it.

        Raises:
            SourceLostError: the log cannot be read.
        """
        ...

    async def fetch(self, task: str, attempt: int, upto: int, last: int = 0) -> list[Recorded]:
        """The events of one attempt up to and with the one of place `upto`, in order.

        With `last`, only so many of the latest; before them, what begins the attempt, where that lies further back.

        Raises:
            SourceLostError: the log cannot be read.
        """
        ...

    def survey(self) -> AsyncIterator[Surveyed]:
        """When the run's events happened, as far as they were recorded, in parts.

        Raises:
            SourceLostError: the log cannot be read.
        """
        ...

    async def state_at(self, seq: int) -> State:
        """The state behind the event of that number; the caller may fold on.

        Raises:
            SourceLostError: the log cannot be read.
        """
        ...

    async def between(self, after: int, upto: int) -> list[Recorded]:
        """The events behind `after`, up to and with the one of number `upto`.

        Raises:
            SourceLostError: the log cannot be read.
        """
        ...


Send = Callable[[Command], Awaitable[Reply]]
"""Carries a command to the engine. It never raises: what goes wrong on the way is a `Reply` that is not ok."""

DiffOf = Callable[[str, str], Awaitable[str]]
"""The unified diff of two trees by their ids. It raises `DiffUnavailableError` with a line for the person."""

EngineAlive = Callable[[], bool]
"""Whether anybody holds the project's lock. Cheap: it is asked once a second."""


class SourceLostError(Exception):
    """The log cannot be read (any more), and the text says why."""


class DiffUnavailableError(Exception):
    """A diff cannot be had, and the text says why."""


class StartFailedError(Exception):
    """The engine did not come up."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.message = message
        self.exit_code = exit_code


class Habits(msgspec.Struct, frozen=True, omit_defaults=True):
    """How somebody likes the screen of this project. It is found again by whoever opens the next one."""

    tree_width: int = 0
    """Cells; 0 for a part of the screen."""
    theme: str = ""
    """One that was chosen on the screen; empty for the settings' own."""
    wrap: bool = True
    times: bool = False
    as_written: bool = False
    silent: bool = False
    """Whether it neither rings nor notifies."""
    unit: str = ""
    """In what use is counted (`tmtui.tui.units.Unit`); empty for money."""


class Rig(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a cockpit is given."""

    source: Source
    live: bool
    """Whether the run is watched while it goes on; otherwise it is played from its record."""
    send: Send | None = None
    """None where nobody listens, as in a replay: the keys that command are then inert."""
    read_only: bool = False
    """Whether a run that goes on is only looked at here. There is no `send` then, and keys that command say so."""
    diff: DiffOf | None = None
    engine_alive: EngineAlive | None = None
    starting: Awaitable[None] | None = None
    """The engine's start, while that is still going on. It raises `StartFailedError`."""
    now: Callable[[], int]
    """The wall clock, in milliseconds."""
    ticks: Callable[[], float] = monotonic
    """Seconds that only grow: by these a replay plays."""
    speed: float = 1.0
    """Times the run's own speed at which a replay begins."""
    theme: str = ""
    """A theme's name; empty for the default."""
    keymap: dict[str, str] = {}
    """A person's keys by the commands' ids."""
    habits: Habits = Habits()
    keep: Callable[[Habits], None] | None = None
    """Keeps habits for the next screen. It never raises: what cannot be kept is forgotten."""


class CockpitExit(msgspec.Struct, frozen=True):
    """Why the cockpit was left."""

    reason: str
    """`finished`: the run was over, or it was a replay. `detached`: it goes on without us. `stopped`: it was laid
    down on the way out. `signal`: TERM, HUP or INT ended the cockpit. `failed`: the engine did not start, or the
    screen itself failed."""
    message: str = ""
    """A line for the person; empty where there is nothing to say."""
    exit_code: int = 0
    """With which a program that does nothing else should end: 0, the start's own code, 70, or 128 and the signal."""
    details: str = ""
    """For a failure of the screen: the traceback, safe to print or to write to a file."""
