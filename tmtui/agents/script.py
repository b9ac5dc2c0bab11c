"""What a scripted agent is to do, as values.

A script has, for each task, one entry for each round, and an entry is a list of steps. Rounds are the tries that the
limits count, so neither a crash nor a wait shifts a script. Which entry is played is a function of the request:

- the entry marked `when: note`, if there is one and a person added a note for this attempt;
- else the entry of the round; the last one repeats.

Where in the entry to begin is a function of the request too, see `remaining`.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Final

import msgspec

from tmtui.agents.port import Done, ToolCall
from tmtui.domain.outcome import OK, Outcome
from tmtui.domain.status import ToolStatus
from tmtui.domain.usage import Usage


ANY_TASK: Final = "*"
"""Stands for every task that has no entries of its own."""

DEFAULT_MODEL: Final = "scripted-1"
DEFAULT_PACE: Final = 600.0
"""Characters a second."""


class Say(msgspec.Struct, frozen=True):
    """Text, at the script's pace."""

    text: str


class Think(msgspec.Struct, frozen=True):
    """Thinking, at the script's pace."""

    text: str


class Use(msgspec.Struct, frozen=True):
    """A tool call, carried out for real."""

    call: ToolCall


class Pay(msgspec.Struct, frozen=True):
    """Tokens of one request, and their price when the script tells it."""

    usage: Usage
    micro: int | None = None


class Wait(msgspec.Struct, frozen=True):
    """A pause."""

    seconds: float


class Manner(StrEnum):
    """How a fault looks from outside."""

    STOP = "stop"
    """The conversation ends with an outcome other than ok."""
    HANG = "hang"
    """Nothing more comes until somebody cancels."""
    CUT = "cut"
    """The stream ends without a stop."""


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """Something goes wrong here."""

    manner: Manner
    outcome: Outcome = OK
    """For `Manner.STOP`."""
    times: int = 0
    """Only the first so many requests of an attempt meet it; 0 is all of them."""

    def hits(self, tries: int) -> bool:
        """Whether a request meets it before which `tries` others of its attempt failed."""
        return self.times == 0 or tries < self.times


Step = Say | Think | Use | Pay | Wait | Fault


class Entry(msgspec.Struct, frozen=True):
    """The steps of one round."""

    steps: tuple[Step, ...]
    noted: bool = False
    """True when it is for attempts to which a person added a note."""


class Script(msgspec.Struct, frozen=True, kw_only=True):
    """All that a scripted agent knows."""

    path: str
    """The file it was read from, as it is shown."""
    tasks: Mapping[str, Sequence[Entry]]
    model: str = DEFAULT_MODEL
    pace: float = DEFAULT_PACE
    """Characters a second; 0 is all at once."""

    def steps(self, task: str, round_: int, *, noted: bool = False) -> tuple[Step, ...] | None:
        """What to do for `task` in a round counted from 1, or None when the script says nothing about that task."""
        entries = self.tasks.get(task, self.tasks.get(ANY_TASK))
        if entries is None:
            return None
        for_notes = [entry for entry in entries if entry.noted]
        if noted and for_notes:
            return for_notes[-1].steps
        plain = [entry for entry in entries if not entry.noted]
        return plain[min(round_, len(plain)) - 1].steps if plain else ()


def remaining(steps: Sequence[Step], history: Iterable[Done]) -> tuple[Step, ...]:
    """The steps that are still to be done when the calls of `history` have been made.

    Everything up to the last call that came to its end is past: it was said, paid for and carried out. A call
    that was cut off is no such call, so it is made again.
    """
    finished = sum(done.result.status is not ToolStatus.INTERRUPTED for done in history)
    if finished == 0:
        return tuple(steps)
    calls = [place for place, step in enumerate(steps) if isinstance(step, Use)]
    if finished > len(calls):
        return ()
    return tuple(steps[calls[finished - 1] + 1 :])
