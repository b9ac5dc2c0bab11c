"""How a question can be answered: the word in the log, the key on every screen, and what it means.

The words of different kinds of questions do not clash, so a word alone says what was answered. Where an answer holds
once or from then on, the lower-case key is for once and the upper-case one for always.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple


class Choice(NamedTuple):
    """One answer."""

    word: str
    key: str
    label: str
    """What it does, for people."""


RETRY: Final = Choice("retry", "r", "Retry once more")
SKIP: Final = Choice("skip", "s", "Skip this task and continue")
ABORT: Final = Choice("abort", "a", "Abort entire run")
ONCE: Final = Choice("once", "a", "Allow this once")
ALWAYS: Final = Choice("always", "A", "Allow it always, in this run")
REJECT: Final = Choice("reject", "r", "Reject; the agent is told and goes on")
REJECT_ALWAYS: Final = Choice("reject_always", "R", "Reject it always, in this run")

STUCK: Final = (RETRY, SKIP, ABORT)
"""What is to become of a task."""
PERMISSION: Final = (ONCE, ALWAYS, REJECT, REJECT_ALWAYS)
"""Whether a tool call may run."""
CHANGES: Final = (ONCE, REJECT)
"""Whether changes that an answer suggests are made."""

BY_WORD: Final[Mapping[str, Choice]] = {choice.word: choice for choice in (*STUCK, *PERMISSION)}
"""Every answer there is."""


def words(choices: tuple[Choice, ...]) -> tuple[str, ...]:
    """Their words, as a question carries them."""
    return tuple(choice.word for choice in choices)


def read_choice(typed: str, offered: tuple[str, ...]) -> Choice | None:
    """The answer that somebody typed: its word, or its key. Case counts only where two keys differ by it alone."""
    choices = [BY_WORD[word] for word in offered if word in BY_WORD]
    exact = [choice for choice in choices if typed in (choice.word, choice.key)]
    if exact:
        return exact[0]
    loose = [choice for choice in choices if typed.lower() in (choice.word, choice.key.lower())]
    return loose[0] if len(loose) == 1 else None
