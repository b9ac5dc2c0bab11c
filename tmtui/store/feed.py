"""The log as async iterators of event batches: what everything that shows a run is fed by.

`tail` follows a log that may still grow, `replay` reads what is there, and a `LogView` answers what a pane asks.
Nothing above can tell a live run, an attached one and a replayed one apart: batches come in `seq` order, with the
times that they were recorded with; how fast a replay is shown is up to whoever shows it.

A tail polls `PRAGMA data_version`, which costs a few microseconds and changes when somebody else has committed. So
no engine has to be alive, and none has to know who watches.
"""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncGenerator, Collection, Sequence
from pathlib import Path
from typing import Any, Final, Self

import aiosqlite

from tmtui.events.base import Event, Recorded
from tmtui.store import summary
from tmtui.store.connection import connect_reader, identity
from tmtui.store.errors import NoLogError, StorageError, classify, damaged
from tmtui.store.migrations import schema_version
from tmtui.store.schema import DATABASE
from tmtui.store.selection import PAGE, Query, Selection, Walk, bounds
from tmtui.store.summary import RunSummary


POLL_SECONDS: Final = 1 / 30
"""Between two looks at a log that has not changed."""

LIVELY: Final = 3
"""So many times as often is looked at one that changed lately: what is said then is on the screen sooner."""

LATELY: Final = 30
"""Looks without a change until it is quiet again."""


class LogView:
    """A read-only view of one log for an event loop. Every method raises StorageError when it cannot be read."""

    def __init__(self, path: Path, connection: aiosqlite.Connection) -> None:
        self._path = path
        self._connection = connection
        self._identity = identity(path)

    @classmethod
    async def open(cls, state_dir: Path, *, idle: bool = False) -> Self:
        """Open the log of a state directory. `idle` says that no engine is known to hold it.

        Raises:
            NoLogError: there is none yet.
            NewerLogError: a newer tmtui wrote it.
            StorageError: it cannot be read.
        """
        path = state_dir / DATABASE
        if not path.exists():
            raise NoLogError(path)
        opening = asyncio.ensure_future(_connection(path, idle=idle))
        try:
            return cls(path, await asyncio.shield(opening))
        except asyncio.CancelledError:
            # Its thread is at work, and leaves nothing open only when it is waited for.
            with contextlib.suppress(StorageError):
                await (await opening).close()
            raise

    async def close(self) -> None:
        """Let go of the file."""
        await self._connection.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def runs(self, limit: int | None = None) -> list[RunSummary]:
        """The runs, newest first."""
        rows = await self._rows(Query(summary.SELECT_RUNS, {"run": None, "limit": -1 if limit is None else limit}))
        return [summary.run_summary(row) for row in rows]

    async def head(self, run: str) -> int:
        """The number of a run's last event; 0 when it has none."""
        rows = await self._rows(bounds(Selection(run=run)))
        return int(rows[0][1]) if rows else 0

    async def reach(self, run: str) -> int:
        """How far a run reaches in the log, from its first event to its last: at least as many as it has."""
        rows = await self._rows(bounds(Selection(run=run)))
        return int(rows[0][1] - rows[0][0] + 1) if rows else 0

    async def fetch(
        self,
        run: str,
        *,
        task: str | None = None,
        attempt: int | None = None,
        kinds: Collection[type[Event]] = (),
        after: int = 0,
        upto: int | None = None,
        limit: int | None = None,
        newest_first: bool = False,
    ) -> list[Recorded]:
        """The events that a pane asks for, at once. `selection.Selection` explains the arguments.

        Raises:
            StorageError: the file cannot be read.
            UnreadableEventError: an event is damaged or of a kind that only a newer tmtui knows.
        """
        wanted = Selection(
            run=run,
            task=task,
            attempt=attempt,
            kinds=tuple(kinds),
            after=after,
            upto=upto,
            limit=limit,
            newest_first=newest_first,
        )
        found: list[Recorded] = []
        async for batch in self.batches(wanted):
            found += batch
        return found

    async def batches(self, wanted: Selection, page: int = PAGE) -> AsyncGenerator[list[Recorded], None]:
        """The selected events in batches of at most `page`, each read when it is asked for.

        Raises:
            StorageError: the file cannot be read.
            UnreadableEventError: an event is damaged or of a kind that only a newer tmtui knows.
        """
        walk = Walk(wanted, await self._rows(bounds(wanted)), page)
        while query := walk.query():
            if batch := walk.take(await self._rows(query)):
                yield batch

    async def seek(self, run: str, at_wall: int) -> int:
        """The number of a run's last event at or before a wall time; 0 when it began later.

        Wall time may have jumped while the run was recorded. Then one of the events beside a jump is found.
        """
        rows = await self._rows(Query(_SEEK, {"run": run, "at_wall": at_wall}))
        return int(rows[0][0]) if rows else 0

    async def version(self) -> int:
        """A number that changes when somebody has committed since this view was opened.

        Raises:
            StorageError: the file was removed or replaced, or cannot be read.
        """
        if identity(self._path) != self._identity:
            raise damaged(self._path, "it was removed or replaced while it was being read")
        ((version,),) = await self._rows(Query("PRAGMA data_version", {}))
        return int(version)

    async def _rows(self, query: Query) -> Sequence[Sequence[Any]]:
        try:
            return list(await self._connection.execute_fetchall(query.sql, query.values))
        except sqlite3.Error as error:
            raise classify(error, self._path) from error


_SEEK: Final = """
WITH RECURSIVE halving (low, high) AS (
    SELECT first_seq - 1, last_seq FROM runs WHERE run = :run
    UNION ALL
    SELECT iif(at_wall <= :at_wall, seq, low), iif(at_wall <= :at_wall, high, seq - 1)
    FROM halving CROSS JOIN events ON seq = (low + high + 1) / 2
    WHERE low < high
)
SELECT low FROM halving, runs WHERE run = :run AND low = high AND low >= first_seq
"""


async def _connection(path: Path, *, idle: bool) -> aiosqlite.Connection:
    """A connection with a thread of its own, closed and ended when it is of no use."""
    faults: list[StorageError] = []

    def connect() -> sqlite3.Connection:
        try:
            return _checked(connect_reader(path, idle=idle), path)
        except StorageError as fault:
            # A connector that raises would leave the thread behind, with nothing to wait for its end by.
            faults.append(fault)
            return sqlite3.connect(":memory:")

    connection = await aiosqlite.Connection(connect, iter_chunk_size=PAGE)
    if faults:
        await connection.close()
        raise faults[0]
    return connection


def _checked(connection: sqlite3.Connection, path: Path) -> sqlite3.Connection:
    try:
        schema_version(connection, path)
    except StorageError:
        connection.close()
        raise
    return connection


async def tail(
    state_dir: Path,
    run: str,
    after: int = 0,
    *,
    stop: asyncio.Event | None = None,
    poll_seconds: float = POLL_SECONDS,
) -> AsyncGenerator[list[Recorded], None]:
    """Follow a run: its events behind `after`, those to come included, in batches of at most `PAGE`.

    It waits for a log or a run that is not there yet. It ends when `stop` is set, or when it is closed.

    Raises:
        StorageError: the log cannot be read, or was removed or replaced.
        UnreadableEventError: an event is damaged or of a kind that only a newer tmtui knows.
    """
    stop = asyncio.Event() if stop is None else stop
    view = await _appearance(state_dir, stop, poll_seconds)
    if view is None:
        return
    async with view:
        seen: int | None = None
        looks = 0
        while not stop.is_set():
            version = await view.version()
            if version == seen:
                looks += 1
                await _pause(stop, poll_seconds if looks > LATELY else poll_seconds / LIVELY)
                continue
            seen, looks = version, 0
            async with contextlib.aclosing(view.batches(Selection(run=run, after=after))) as batches:
                async for batch in batches:
                    after = batch[-1].seq
                    yield batch
                    if stop.is_set():
                        return


async def replay(
    state_dir: Path, run: str, after: int = 0, upto: int | None = None, *, page: int = PAGE
) -> AsyncGenerator[list[Recorded], None]:
    """Read a run again: its events behind `after`, up to `upto` or to the last that is there now.

    Raises:
        StorageError: there is no log, or it cannot be read.
        UnreadableEventError: an event is damaged or of a kind that only a newer tmtui knows.
    """
    wanted = Selection(run=run, after=after, upto=upto)
    async with await LogView.open(state_dir) as view, contextlib.aclosing(view.batches(wanted, page)) as batches:
        async for batch in batches:
            yield batch


async def _appearance(state_dir: Path, stop: asyncio.Event, poll_seconds: float) -> LogView | None:
    """The log, as soon as there is one; None when that was not worth waiting for."""
    while not stop.is_set():
        try:
            return await LogView.open(state_dir)
        except NoLogError:
            await _pause(stop, poll_seconds)
    return None


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
