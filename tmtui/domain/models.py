"""Names of models that people write, and what became of them.

A settings file outlives the models that it names. A name whose end is known is accepted and told with its date and
its successor, so that neither an old file nor an example from a book ends in a request that nobody answers.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Final, NamedTuple


STATIC: Final = "static"
"""No model, but a template: the last entry of a chain."""


class EndOfLife(NamedTuple):
    """When a model stops, or has stopped, to answer, and what takes its place."""

    date: str
    """The first day without it, as in `2026-04-20`."""
    successor: str

    @property
    def starts_ms(self) -> int:
        """Wall time at which that day begins, in UTC."""
        return (dt.date.fromisoformat(self.date) - dt.date(1970, 1, 1)) // dt.timedelta(milliseconds=1)


_OPUS: Final = "claude-opus-5-5"
_SONNET: Final = "claude-sonnet-5-5"
_HAIKU: Final = "claude-haiku-5-5"
_MINI: Final = "gpt-5.4-mini"
_GPT: Final = "gpt-5.4"

END_OF_LIFE: Final[Mapping[str, EndOfLife]] = {
    **dict.fromkeys(("claude-1.3", "claude-instant-1.1", "claude-instant-1.2"), EndOfLife("2024-11-06", _HAIKU)),
    **dict.fromkeys(("claude-2.0", "claude-2.1", "claude-3-sonnet-20240229"), EndOfLife("2025-07-21", _SONNET)),
    **dict.fromkeys(
        ("claude-3-5-sonnet", "claude-3-5-sonnet-20240620", "claude-3-5-sonnet-20241022", "claude-3-5-sonnet-latest"),
        EndOfLife("2025-10-28", _SONNET),
    ),
    **dict.fromkeys(("claude-3-opus-20240229", "claude-3-opus-latest"), EndOfLife("2026-01-05", _OPUS)),
    **dict.fromkeys(
        ("claude-3-7-sonnet", "claude-3-7-sonnet-20250219", "claude-3-7-sonnet-latest"),
        EndOfLife("2026-02-19", _SONNET),
    ),
    **dict.fromkeys(
        ("claude-3-5-haiku", "claude-3-5-haiku-20241022", "claude-3-5-haiku-latest"), EndOfLife("2026-02-19", _HAIKU)
    ),
    **dict.fromkeys(("claude-3-haiku", "claude-3-haiku-20240307"), EndOfLife("2026-04-20", _HAIKU)),
    **dict.fromkeys(("claude-sonnet-4-0", "claude-sonnet-4-20250514"), EndOfLife("2026-06-15", _SONNET)),
    **dict.fromkeys(("claude-opus-4-0", "claude-opus-4-20250514"), EndOfLife("2026-06-15", _OPUS)),
    **dict.fromkeys(("claude-opus-4-1", "claude-opus-4-1-20250805"), EndOfLife("2026-08-05", _OPUS)),
    **dict.fromkeys(("claude-sonnet-4-5", "claude-sonnet-4-5-20250929"), EndOfLife("2026-11-30", _SONNET)),
    **dict.fromkeys(("gpt-3.5-turbo", "gpt-4-turbo", "o4-mini"), EndOfLife("2026-10-23", _MINI)),
    **dict.fromkeys(("gpt-5", "o3"), EndOfLife("2026-12-11", _GPT)),
    **dict.fromkeys(("gpt-5-mini", "gpt-5-nano"), EndOfLife("2026-12-11", _MINI)),
    **dict.fromkeys(("gpt-4o", "gpt-4.1"), EndOfLife("2027-01-14", _GPT)),
    **dict.fromkeys(("gpt-4o-mini", "gpt-4.1-mini", "gpt-4.1-nano"), EndOfLife("2027-01-14", _MINI)),
}
"""By the id, as the providers announced it until November 2026."""

CURRENT: Final = frozenset(
    {
        "claude-fable-5",
        "claude-fable-5-1",
        "claude-fable-5-2",
        "claude-haiku-4-5",
        "claude-haiku-5-5",
        "claude-mythos-5",
        "claude-mythos-5-1",
        "claude-mythos-5-2",
        "claude-opus-4-5",
        "claude-opus-4-6",
        "claude-opus-4-7",
        "claude-opus-4-8",
        "claude-opus-5",
        "claude-opus-5-5",
        "claude-sonnet-4-6",
        "claude-sonnet-5",
        "claude-sonnet-5-5",
    }
)
"""Models of Anthropic that answer as of November 2026; each may be written with a date behind it."""


def in_service(model: str, now_ms: int) -> str:
    """The model to ask for where `model` is written: its successor, once its end has come by wall time."""
    end = END_OF_LIFE.get(model)
    return end.successor if end and end.starts_ms <= now_ms else model


def is_strange(model: str) -> bool:
    """Whether a name looks like one of Anthropic's models and is none that is known here."""
    undated = model[:-9] if model[-9:-8] == "-" and model[-8:].isdigit() else model
    return model.startswith("claude-") and model not in END_OF_LIFE and undated not in CURRENT
