"""How a run shows itself without a screen: as plain lines, as results only, or as JSON.

A face turns each recorded event into text and writes nothing itself; `showing` takes a feed to a face.
"""

import sys
from enum import StrEnum
from typing import Final, Protocol

from tmtui.cli.limit_notice import limit_notice
from tmtui.cli.output import Line, Tone, as_text, wants_colour
from tmtui.cli.plain import RESULTS, PlainRenderer, degraded_words, plain_line
from tmtui.cli.report import report_lines
from tmtui.events.base import Recorded
from tmtui.events.codec import encode_line
from tmtui.events.monitor import Degraded
from tmtui.monitor.report import make_report
from tmtui.state.model import State


MODEL: Final = "model "
"""How a retired model is called among what works less well."""


class Manner(StrEnum):
    """Which face."""

    PLAIN = "plain"
    """One line to an event."""
    QUIET = "quiet"
    """Results of tasks, questions and the report."""
    JSON = "json"
    """One event to a line."""


class Face(Protocol):
    """Shows a run as text."""

    def show(self, recorded: Recorded, state: State) -> str:
        """The text that an event adds; empty when it adds none.

        Args:
            recorded: The event.
            state: The run's state with that event folded in.
        """
        ...

    def warn(self, recorded: Recorded, state: State) -> str:
        """What an event adds to standard error; empty when it adds nothing.

        Args:
            recorded: The event.
            state: The run's state with that event folded in.
        """
        ...

    def end(self, state: State, now_ms: int, *, alive: bool) -> str:
        """The last text: what was held back, and the report.

        Args:
            state: The run's state after the last event.
            now_ms: Wall time.
            alive: Whether an engine goes on with the run.
        """
        ...


class PlainFace:
    """One line to an event, and the report."""

    def __init__(
        self, *, colour: bool = False, verbose: bool = False, report: bool = True, next_step: str | None = None
    ) -> None:
        self._colour = colour
        self._next_step = next_step
        self._report = report
        self._renderer = PlainRenderer(verbose=verbose)
        self._last_ms = 0

    def show(self, recorded: Recorded, state: State) -> str:
        """The lines of one event."""
        self._last_ms = recorded.at_wall
        return as_text(self._renderer.lines(recorded, state), colour=self._colour)

    def warn(self, recorded: Recorded, state: State) -> str:  # noqa: ARG002  # a face is given both
        """Nothing: all stands among the lines."""
        return ""

    def end(self, state: State, now_ms: int, *, alive: bool) -> str:
        """Lines without an end, and the report."""
        lines = self._renderer.rest(self._last_ms, state)
        if self._report and state.plan:
            lines += report_lines(make_report(state, now_ms, engine_alive=alive), self._next_step)
        return as_text(lines, colour=self._colour)


class QuietFace:
    """Results, questions and the report."""

    def __init__(self, *, colour: bool = False, next_step: str | None = None) -> None:
        self._colour = colour
        self._next_step = next_step

    def show(self, recorded: Recorded, state: State) -> str:
        """The line of an event that is a result."""
        line: Line | None = plain_line(recorded, state) if type(recorded.event) in RESULTS else None
        return as_text([line], colour=self._colour) if line else ""

    def warn(self, recorded: Recorded, state: State) -> str:
        """What needs to be known of it now: that it waits, and until when, and that a model was retired."""
        lines = limit_notice(recorded, state)
        if isinstance(recorded.event, Degraded) and recorded.event.what.startswith(MODEL):
            lines = [Line(f"⚠ {degraded_words(recorded.event)}", Tone.WARN)]
        return as_text(lines, colour=self._colour)

    def end(self, state: State, now_ms: int, *, alive: bool) -> str:
        """The report."""
        if state.plan is None:
            return ""
        lines = report_lines(make_report(state, now_ms, engine_alive=alive), self._next_step)
        return as_text(lines, colour=self._colour)


class JsonFace:
    """One event to a line, and nothing else."""

    def show(self, recorded: Recorded, state: State) -> str:  # noqa: ARG002  # a face is given both
        """The event."""
        return encode_line(recorded).decode()

    def warn(self, recorded: Recorded, state: State) -> str:  # noqa: ARG002  # likewise
        """Nothing: programs read the events."""
        return ""

    def end(self, state: State, now_ms: int, *, alive: bool) -> str:  # noqa: ARG002  # likewise
        """Nothing: whoever reads JSON has all that the report is made of."""
        return ""


def make_face(manner: Manner, *, verbose: bool = False, next_step: str | None = None) -> Face:
    """The face of that manner for standard output; with `next_step` its report ends with that one."""
    colour = wants_colour(sys.stdout)
    match manner:
        case Manner.JSON:
            return JsonFace()
        case Manner.QUIET:
            return QuietFace(colour=colour, next_step=next_step)
        case Manner.PLAIN:
            return PlainFace(colour=colour, verbose=verbose, next_step=next_step)
