"""Where a run really stands: what its log says, held against who holds the lock.

A log cannot say that its engine was killed. A run that has neither ended nor been laid down, and whose engine does
not hold the lock, is *interrupted*.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from tmtui.cli.glyphs import RUN_MARKS, Mark
from tmtui.cli.output import Tone
from tmtui.system.lock import Holder


class Standing(NamedTuple):
    """A run's status in words, for people and scripts."""

    word: str
    """A word of `state.selectors.RunWord`."""
    mark: Mark
    advice: str
    """The next step; empty when there is none."""


_MARKS: Final[Mapping[str, Mark]] = {
    **{status.value: mark for status, mark in RUN_MARKS.items()},
    "interrupted": Mark("⚠", "interrupted", Tone.WARN),
    "starting": Mark("○", "starting", Tone.NONE),
    "pausing": Mark("⏸", "pausing", Tone.WARN),
    "paused": Mark("⏸", "paused", Tone.WARN),
    "stopped": Mark("⏸", "laid down", Tone.WARN),
}

_ADVICE: Final[Mapping[str, str]] = {
    "succeeded": "",
    "incomplete": "take up what is left: tmtui resume",
    "failed": "take up what is left: tmtui resume",
    "aborted": "take up what is left: tmtui resume",
    "interrupted": "its engine is gone; take it up: tmtui resume",
    "stopped": "take it up: tmtui resume",
    "pausing": "let it go on: tmtui unpause",
    "paused": "let it go on: tmtui unpause",
}
"""For every other word there is a run to watch."""


def works_on(holder: Holder | None, run: str) -> bool:
    """Whether whoever holds the lock carries out that run. A holder that does not say might."""
    return holder is not None and holder.run in ("", run)


def standing_by_word(word: str) -> Standing:
    """What a word of `state.selectors.RunWord` means."""
    return Standing(word, _MARKS[word], _ADVICE.get(word, "watch it: tmtui watch"))
