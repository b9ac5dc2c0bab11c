"""What was paid for: single requests, and their sums by who made them, for what, and when.

Days are those of the place: SQLite asks the machine for its rules, so a day with a changed clock has 23 or 25 hours.
Sums are of whole micro-dollars, and the sums of the parts are the sum of the whole.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from tmtui.domain.usage import Usage
from tmtui.events.money import REUSED
from tmtui.store.selection import Query


class Spent(msgspec.Struct, frozen=True, kw_only=True):
    """One paid request."""

    seq: int
    run: str
    task: str
    attempt: int
    model: str
    micro: int | None
    """Micro-dollars; None when the price is not known."""
    source: str
    at_wall: int
    provider: str
    profile: str
    user: str
    request: str
    estimated: bool
    saved_micro: int
    usage: Usage


class Charge(NamedTuple):
    """One paid request, as far as a budget cares."""

    at_ms: int
    """Wall time."""
    run: str
    task: str
    provider: str
    profile: str
    tokens: int
    micro: int | None
    """Micro-dollars; None when the price is not known."""


class Sum(msgspec.Struct, frozen=True, kw_only=True):
    """What requests cost that have something in common."""

    key: str
    """What they have in common, such as the model; empty where that is not known."""
    run: str = ""
    """The run of a task's sum."""
    requests: int = 0
    micro: int = 0
    """Micro-dollars of those whose price is known."""
    unknown: int = 0
    """Requests whose price is not known: with any, `micro` is a lower bound."""
    estimated: int = 0
    """Requests whose tokens or price are an estimate."""
    saved_micro: int = 0
    """What caches saved."""
    usage: Usage = Usage()

    @property
    def micro_or_unknown(self) -> int | None:
        """The amount, or None when there were requests and not one had a known price."""
        return None if self.unknown and self.unknown == self.requests else self.micro


DIMENSIONS: Final[Mapping[str, str]] = {
    "task": "task",
    "model": "model",
    "profile": "profile",
    "user": "user",
    "day": "date(at_wall / 1000, 'unixepoch', 'localtime')",
    "provider": "provider",
    "run": "run",
    "attempt": "attempt",
    "all": "''",
}
"""What sums are made by, each as SQL. A task's name counts within its run, an attempt's number within its task."""

_WITHIN: Final = {"task": "run", "attempt": "run, task"}

_TOKENS: Final = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "cache_write_1h_tokens")

_SPENT: Final = tuple(field for field in Spent.__struct_fields__ if field != "usage")

_WHERE: Final = (
    " WHERE (:run IS NULL OR run = :run) AND (:task IS NULL OR task = :task)"
    " AND at_wall >= :since AND at_wall < :until"
)

FOREVER: Final = 2**63 - 1


class Span(NamedTuple):
    """Which requests are meant: of a run, a task or all, from `since` on and before `until` (wall milliseconds)."""

    run: str | None = None
    task: str | None = None
    since: int = 0
    until: int = FOREVER


EVERYTHING: Final = Span()


def select_spent(span: Span) -> Query:
    """The query for single requests, in the order of the log."""
    columns = ", ".join((*_SPENT, *_TOKENS))
    return Query(f"SELECT {columns} FROM usage{_WHERE} ORDER BY seq", span._asdict())  # noqa: S608  # constants


def select_charges(span: Span) -> Query:
    """The query for what budgets are held against, in the order of time."""
    tokens = " + ".join(_TOKENS)
    sql = f"SELECT at_wall, run, task, provider, profile, {tokens}, micro FROM usage{_WHERE} ORDER BY at_wall, seq"  # noqa: S608  # constants
    return Query(sql, span._asdict())


def select_sums(by: str, span: Span) -> Query:
    """The query for sums by one of `DIMENSIONS`, in the order of the first request of each."""
    sums = ", ".join(f"sum({column})" for column in _TOKENS)
    group = f"{_WITHIN[by]}, 1" if by in _WITHIN else "1"
    run = "run" if by in _WITHIN else "''"
    sql = (
        f"SELECT {DIMENSIONS[by]}, {run}, count(*) FILTER (WHERE source <> '{REUSED}'), coalesce(sum(micro), 0),"  # noqa: S608  # constants
        f" count(*) - count(micro), sum(estimated), sum(saved_micro), {sums}"
        f" FROM usage{_WHERE} GROUP BY {group} ORDER BY min(seq)"
    )
    return Query(sql, span._asdict())


Row = Sequence[Any]


def spent(row: Row) -> Spent:
    """A row of `select_spent`."""
    named = dict(zip(_SPENT, row, strict=False))
    return Spent(**{**named, "estimated": bool(named["estimated"])}, usage=Usage(*row[len(_SPENT) :]))


def sum_of(row: Row) -> Sum:
    """A row of `select_sums`."""
    key, run, requests, micro, unknown, estimated, saved, *tokens = row
    return Sum(
        key=str(key),
        run=run,
        requests=requests,
        micro=micro,
        unknown=unknown,
        estimated=estimated,
        saved_micro=saved,
        usage=Usage(*tokens),
    )


def total(sums: Sequence[Sum], key: str = "total") -> Sum:
    """All of them together."""
    return Sum(
        key=key,
        requests=sum(each.requests for each in sums),
        micro=sum(each.micro for each in sums),
        unknown=sum(each.unknown for each in sums),
        estimated=sum(each.estimated for each in sums),
        saved_micro=sum(each.saved_micro for each in sums),
        usage=sum((each.usage for each in sums), Usage()),
    )
