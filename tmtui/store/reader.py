"""Questions to the log, answered at once: for the command line and for an engine that recovers.

A reader never writes, never holds the writer up, and works as well beside a live engine, after one was killed, and
with none at all. Every method is its own short transaction; a long walk is many of them.
"""

import contextlib
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

import msgspec

from tmtui.events.base import Event, Recorded
from tmtui.state.timeline import Laid, lay_out
from tmtui.store import ledger, summary
from tmtui.store.connection import connect_reader
from tmtui.store.errors import classify
from tmtui.store.ledger import EVERYTHING, Charge, Span, Spent, Sum
from tmtui.store.migrations import read_as_newest
from tmtui.store.schema import DATABASE
from tmtui.store.selection import Query, Selection, Walk, bounds
from tmtui.store.summary import AttemptSummary, Incarnation, RunSummary


class CircuitRow(NamedTuple):
    """A circuit as it was last told."""

    key: str
    """`provider/model`, or `provider`."""
    state: str
    reason: str
    until_ms: int | None
    data: str
    run: str
    at_wall: int


class LogReader:
    """A read-only view of one log. Every method raises StorageError when the file cannot be read."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._connection = connection

    @classmethod
    def open(cls, state_dir: Path, *, idle: bool = False) -> Self:
        """Open the log of a state directory.

        Args:
            state_dir: the folder; it need not be writable when no engine works.
            idle: whether the caller knows that no engine holds the log.

        Raises:
            NoLogError: there is none yet.
            NewerLogError: a newer tmtui wrote it.
            StorageError: it cannot be read.
        """
        path = state_dir / DATABASE
        connection = connect_reader(path, idle=idle)
        with contextlib.ExitStack() as on_failure:
            on_failure.callback(connection.close)
            read_as_newest(connection, path)
            on_failure.pop_all()
        return cls(path, connection)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def runs(self, limit: int | None = None) -> list[RunSummary]:
        """The runs, newest first."""
        rows = self._rows(Query(summary.SELECT_RUNS, {"run": None, "limit": -1 if limit is None else limit}))
        return [summary.run_summary(row) for row in rows]

    def run(self, run: str) -> RunSummary | None:
        """One run; None when the log does not know it."""
        rows = self._rows(Query(summary.SELECT_RUNS, {"run": run, "limit": 1}))
        return summary.run_summary(rows[0]) if rows else None

    def latest_run(self) -> RunSummary | None:
        """The run that began last; None when there is none."""
        return next(iter(self.runs(limit=1)), None)

    def attempts(self, run: str, task: str | None = None) -> list[AttemptSummary]:
        """A run's attempts, or those at one task, in the order in which they began."""
        rows = self._rows(Query(summary.SELECT_ATTEMPTS, {"run": run, "task": task}))
        return [summary.attempt_summary(row) for row in rows]

    def usage(self, run: str | None = None, since: int = 0) -> list[Spent]:
        """What was paid for, in one run or in all, since a wall time in milliseconds."""
        return [ledger.spent(row) for row in self._rows(ledger.select_spent(Span(run=run, since=since)))]

    def ledger(self, since: int = 0) -> list[Charge]:
        """Every paid request of all runs since a wall time in milliseconds, for budgets."""
        return [Charge._make(row) for row in self._rows(ledger.select_charges(Span(since=since)))]

    def sums(self, by: str, span: Span = EVERYTHING) -> list[Sum]:
        """What requests cost, by one of `ledger.DIMENSIONS`, in the order in which each was first spent on."""
        return [ledger.sum_of(row) for row in self._rows(ledger.select_sums(by, span))]

    def circuits(self) -> list[CircuitRow]:
        """How each circuit stands, by name."""
        rows = self._rows(Query("SELECT * FROM circuits ORDER BY key", {}))
        return [CircuitRow._make(row) for row in rows]

    def engine(self) -> Incarnation | None:
        """The engine that owns the log or owned it last; None when there was none."""
        rows = self._rows(Query(summary.SELECT_ENGINE, {}))
        return summary.incarnation(rows[0]) if rows else None

    def head(self, run: str) -> int:
        """The number of a run's last event; 0 when it has none."""
        rows = self._rows(bounds(Selection(run=run)))
        return int(rows[0][1]) if rows else 0

    def events(
        self,
        run: str,
        *,
        after: int = 0,
        upto: int | None = None,
        task: str | None = None,
        attempt: int | None = None,
        kinds: Collection[type[Event]] = (),
        without: Collection[type[Event]] = (),
        limit: int | None = None,
        newest_first: bool = False,
    ) -> Iterator[Recorded]:
        """A run's events, read page by page as they are asked for. `selection.Selection` explains the arguments.

        Raises:
            StorageError: the file cannot be read.
            UnreadableEventError: an event is damaged or of a kind that only a newer tmtui knows.
        """
        wanted = Selection(
            run=run,
            task=task,
            attempt=attempt,
            kinds=tuple(kinds),
            without=tuple(without),
            after=after,
            upto=upto,
            limit=limit,
            newest_first=newest_first,
        )
        walk = Walk(wanted, self._rows(bounds(wanted)))
        while query := walk.query():
            yield from walk.take(self._rows(query))

    def moments(self, run: str, after: int, upto: int) -> list[Laid]:
        """When a run's events behind `after` up to `upto` happened, without reading what they are.

        The caller keeps the distance short: it is one transaction.
        """
        values = {"run": run, "after": after, "upto": upto}
        ((count, first, last, walls),) = self._rows(Query(_MOMENTS, values))
        if not count:
            return []
        if count == last - first + 1:
            return list(lay_out(first, _integers.decode(f"[{walls}]")))
        rows = self._rows(Query(f"SELECT seq, at_wall {_BETWEEN} ORDER BY seq", values))
        return [laid for seq, wall in rows for laid in lay_out(seq, (wall,))]

    def next_seq(self, run: str, after: int) -> int:
        """The number of a run's first event behind `after`; 0 when there is none."""
        query = Query(
            "SELECT seq FROM events WHERE seq > :after AND run = :run ORDER BY seq LIMIT 1",
            {"run": run, "after": after},
        )
        rows = self._rows(query)
        return int(rows[0][0]) if rows else 0

    def _rows(self, query: Query) -> Sequence[Sequence[Any]]:
        try:
            return self._connection.execute(query.sql, query.values).fetchall()
        except sqlite3.Error as error:
            raise classify(error, self._path) from error


_BETWEEN: Final = "FROM events WHERE seq > :after AND seq <= :upto AND run = :run"

_MOMENTS: Final = (
    f"SELECT count(*), min(seq), max(seq), group_concat(at_wall) FROM (SELECT seq, at_wall {_BETWEEN} ORDER BY seq)"  # noqa: S608  # constants
)
"""The times of many events as one text: a row to each of them would take three times as long to fetch."""

_integers: Final = msgspec.json.Decoder(list[int])
