"""Which events are wanted, and how to walk to them in short steps.

A reader that stays in one transaction keeps the write-ahead log from starting over, so no statement here looks at
more than `WINDOW` events or returns more than `PAGE`. `Walk` decides what to ask next and knows nothing of
connections: the reader runs its queries at once, the feed on an event loop.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import msgspec

from tmtui.events.base import Event, Recorded
from tmtui.events.codec import KINDS, UnreadableEventError, decode


PAGE: Final = 2_000
"""Events to a step."""

WINDOW: Final = 100_000
"""Events that one step looks at: some 20 ms, when nearly all of them are passed over."""

END: Final = 2**63 - 1


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """Which of a run's events are wanted. Bounds are numbers in the log: `after` is outside, `upto` inside."""

    run: str
    task: str | None = None
    """Only those about this task."""
    attempt: int | None = None
    """Only those about this attempt at the task; needs `task`."""
    kinds: tuple[type[Event], ...] = ()
    """Only those of these types; empty for all."""
    without: tuple[type[Event], ...] = ()
    """None of these types: to leave a few out is faster than to name all others."""
    after: int = 0
    upto: int | None = None
    limit: int | None = None
    newest_first: bool = False
    """Backwards from the end: with a limit, the latest ones."""


class Query(NamedTuple):
    """A statement and its values."""

    sql: str
    values: dict[str, Any]


def bounds(wanted: Selection) -> Query:
    """The query for the first and last number between which all wanted events lie; NULL when there are none."""
    if wanted.task is None:
        return Query("SELECT first_seq, last_seq FROM runs WHERE run = :run", {"run": wanted.run})
    sql = "SELECT min(first_seq), max(last_seq) FROM spans WHERE run = :run AND task = :task"
    values: dict[str, Any] = {"run": wanted.run, "task": wanted.task}
    if wanted.attempt is not None:
        sql += " AND attempt = :attempt"
        values["attempt"] = wanted.attempt
    return Query(sql, values)


class Walk:
    """Steps through a selection: ask `query`, run it, give its rows to `take`, until there is no query."""

    def __init__(
        self, wanted: Selection, within: Sequence[Sequence[Any]], page: int = PAGE, window: int = WINDOW
    ) -> None:
        """Start a walk; `within` is the answer to `bounds`."""
        first, last = within[0] if within else (None, None)
        self._wanted = wanted
        self._page = page
        self._width = window
        self._left = END if wanted.limit is None else wanted.limit
        self._after = max(wanted.after, (first or 1) - 1)
        self._upto = min(END if wanted.upto is None else wanted.upto, last or 0)
        self._filter = _filter(wanted)
        self._asked = 0

    def query(self) -> Query | None:
        """The next step; None at the end."""
        if self._after >= self._upto or self._left <= 0:
            return None
        self._asked = min(self._page, self._left)
        order = "DESC" if self._wanted.newest_first else "ASC"
        after, upto = self._window()
        sql = f"{_SELECT}{self._filter.sql} ORDER BY seq {order} LIMIT :limit"
        return Query(sql, {**self._filter.values, "after": after, "upto": upto, "limit": self._asked})

    def take(self, rows: Sequence[Sequence[Any]]) -> list[Recorded]:
        """The events of a step.

        Raises:
            UnreadableEventError: one of them is damaged or of a kind that only a newer tmtui knows.
        """
        complete = len(rows) < self._asked
        after, upto = self._window()
        if self._wanted.newest_first:
            self._upto = after if complete else rows[-1][0] - 1
        else:
            self._after = upto if complete else rows[-1][0]
        self._left -= len(rows)
        return recorded(self._wanted.run, rows)

    def _window(self) -> tuple[int, int]:
        if self._wanted.newest_first:
            return max(self._after, self._upto - self._width), self._upto
        return self._after, min(self._upto, self._after + self._width)


def recorded(run: str, rows: Sequence[Sequence[Any]]) -> list[Recorded]:
    """Rows of `Walk.query` as events.

    Raises:
        UnreadableEventError: one of them is damaged or of a kind that only a newer tmtui knows.
    """
    try:
        return [
            Recorded(seq, run, epoch, task, attempt, at_wall, at_mono, decode(data))
            for seq, epoch, task, attempt, at_wall, at_mono, data in rows
        ]
    except UnreadableEventError:
        _name_unreadable(rows)
        raise


_SELECT: Final = (
    "SELECT seq, epoch, task, attempt, at_wall, at_mono, data FROM events"
    " WHERE seq > :after AND seq <= :upto AND run = :run"
)


def _filter(wanted: Selection) -> Query:
    sql = ""
    values: dict[str, Any] = {"run": wanted.run}
    if wanted.task is not None:
        sql += " AND task = :task"
        values["task"] = wanted.task
    if wanted.attempt is not None:
        sql += " AND attempt = :attempt"
        values["attempt"] = wanted.attempt
    if wanted.kinds:
        names = {f"kind_{number}": KINDS[kind] for number, kind in enumerate(wanted.kinds)}
        sql += f" AND kind IN ({', '.join(':' + name for name in names)})"
        values |= names
    for number, kind in enumerate(wanted.without):
        sql += f" AND kind <> :without_{number}"
        values[f"without_{number}"] = KINDS[kind]
    return Query(sql, values)


def _name_unreadable(rows: Sequence[Sequence[Any]]) -> None:
    for seq, *_, data in rows:
        try:
            decode(data)
        except UnreadableEventError as error:
            raise UnreadableEventError(f"event {seq}: {error}") from error
