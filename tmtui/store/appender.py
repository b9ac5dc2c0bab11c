"""The one connection that writes. It belongs to one thread, the writer's.

A commit is believed only when SQLite says so. After an error nothing is assumed: the connection is thrown away,
because a failed `fsync` may have marked lost pages as clean, and a new one looks at what the file holds. Then either
the batch is not there and is written again, or it is there, and is made durable by copying it out of the
write-ahead log before anybody is told.
"""

import contextlib
import sqlite3
from pathlib import Path
from typing import Final, Self

import msgspec

from tmtui.domain.outcome import Kind
from tmtui.events.monitor import TailLost
from tmtui.store import projections
from tmtui.store.batch import WIDTH, Batch, Stretch
from tmtui.store.connection import connect_reader, connect_writer, identity, transaction, wal_of
from tmtui.store.errors import FencedError, StorageError, classify, damaged
from tmtui.store.head import Head, HeadFile, read_head
from tmtui.store.migrations import create, migrate, schema_version
from tmtui.store.schema import DATABASE


_INSERT: Final = "INSERT INTO events (seq, run, epoch, task, attempt, kind, at_wall, at_mono, data) VALUES "

SHARED: Final = 3
"""Values that all rows of a statement share: run, epoch, and the number before the first."""


def _insert_statement(size: int) -> str:
    rows = []
    for row in range(size):
        own = ", ".join(f"?{SHARED + row * WIDTH + column}" for column in range(1, WIDTH + 1))
        rows.append(f"(?3 + {row + 1}, ?1, ?2, {own})")
    return _INSERT + ", ".join(rows)


_INSERTS: Final = {size: _insert_statement(size) for size in (100, 25, 5, 1)}
"""Statements by how many rows they take, largest first. Python gives the interpreter lock away and must win it back
once for each statement, so a hundred rows at a time are half as fast again as one, and many times so beside a busy
event loop."""


class Claim(msgspec.Struct, frozen=True):
    """Who takes the log over."""

    pid: int
    host: str
    boot_id: str
    at_wall: int


class Opened(msgspec.Struct, frozen=True):
    """What was found when the log was opened."""

    epoch: int
    """This incarnation's number."""
    last_seq: int
    """How many events the log holds."""
    unclean: bool
    """Whether the engine before this one died without closing the log."""
    schema: int
    """The schema that the log had."""
    tail_lost: TailLost | None
    """Set when events that had been shown are not in the log any more."""


class Appender:
    """Appends batches and keeps the projections and the witness up with them."""

    def __init__(self, state_dir: Path, connection: sqlite3.Connection, opened: Opened) -> None:
        self.path = state_dir / DATABASE
        self.opened = opened
        self.last_seq = opened.last_seq
        self._connection: sqlite3.Connection | None = connection
        self._identity = identity(self.path)
        self._head = HeadFile.open(state_dir)

    @classmethod
    def open(cls, state_dir: Path, claim: Claim) -> Self:
        """Open the log, bring it to the newest schema and take it over. The caller holds the engine's lock.

        Raises:
            StorageError: the file cannot be used; nothing was changed in one that is damaged or newer.
        """
        path = state_dir / DATABASE
        try:
            unclean = _create_or_inspect(path)
            with contextlib.ExitStack() as on_failure:
                connection = on_failure.enter_context(contextlib.closing(connect_writer(path)))
                found = migrate(connection, path)
                epoch = _claim(connection, claim)
                last_seq = _last_seq(connection)
                on_failure.pop_all()
        except sqlite3.Error as error:
            raise classify(error, path) from error
        except OSError as error:
            raise StorageError(Kind.STORAGE_IO, f"{path} cannot be written: {error}", "check the folder") from error
        head = read_head(state_dir)
        lost = TailLost(head.seq, last_seq) if head and head.seq > last_seq else None
        return cls(state_dir, connection, Opened(epoch, last_seq, unclean, found, lost))

    def append(self, batch: Batch) -> None:
        """Commit a batch, durably. The witness is moved before this returns, so before anybody is shown the events.

        Raises:
            FencedError: another engine has taken the log over.
            StorageError: it is not known to be stored; when the error is passing, the same batch may be tried again.
        """
        try:
            connection, there = self._ready(batch)
            if not there:
                self._write(connection, batch)
        except sqlite3.Error as error:
            self._drop()
            raise classify(error, self.path) from error
        except BaseException:
            self._drop()
            raise
        self.last_seq = batch.last_seq
        if batch.events:
            self._head.write(Head(batch.events[-1].run, self.opened.epoch, self.last_seq))

    def rebuild(self) -> None:
        """Compute the projections afresh.

        Raises:
            StorageError: the log cannot be read or written; the projections are as they were.
            UnreadableEventError: an event is damaged; the projections are as they were.
        """
        connection, _ = self._ready(Batch(self.last_seq, self.opened.epoch))
        try:
            with transaction(connection):
                projections.rebuild(connection)
        except sqlite3.Error as error:
            self._drop()
            raise classify(error, self.path) from error

    def close(self, at_wall: int | None) -> None:
        """Close the log; with a time, note that this engine ended in good order.

        An engine that cannot note its end is taken for one that died, which costs the next one a check.
        """
        if self._connection is not None and at_wall is not None:
            update = "UPDATE engine SET ended_at = ? WHERE epoch = ?"
            with contextlib.suppress(sqlite3.Error):
                self._connection.execute(update, (at_wall, self.opened.epoch))
        self._drop()
        self._head.close()

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(sqlite3.Error):
                connection.close()

    def _ready(self, batch: Batch) -> tuple[sqlite3.Connection, bool]:
        """A usable connection, and whether the batch is in the log already."""
        self._assert_in_place()
        if self._connection is not None:
            return self._connection, False
        self._connection = connection = connect_writer(self.path)
        found = _last_seq(connection)
        if found == self.last_seq:
            return connection, False
        self._assert_owned(connection)
        if found != batch.last_seq:
            raise damaged(self.path, f"it ends at event {found}, but had been written up to {self.last_seq}")
        # Copying the pages into the database writes them anew, which the failed synchronisation does not count for.
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        return connection, True

    def _write(self, connection: sqlite3.Connection, batch: Batch) -> None:
        with transaction(connection):
            self._assert_owned(connection)
            for stretch in batch.stretches:
                _insert(connection, stretch, batch.epoch)
            projections.project(connection, batch.events)

    def _assert_in_place(self) -> None:
        if identity(self.path) != self._identity:
            raise damaged(self.path, "it was removed or replaced while the engine was writing to it")

    def _assert_owned(self, connection: sqlite3.Connection) -> None:
        (current,) = connection.execute("SELECT epoch FROM engine").fetchone()
        if current != self.opened.epoch:
            raise FencedError(self.opened.epoch, current)


def _insert(connection: sqlite3.Connection, stretch: Stretch, epoch: int) -> None:
    values, done, left = stretch.values, 0, len(stretch.values) // WIDTH
    for size, statement in _INSERTS.items():
        while left >= size:
            rows = values[done * WIDTH : (done + size) * WIDTH]
            connection.execute(statement, (stretch.run, epoch, stretch.after + done, *rows))
            done, left = done + size, left - size


def _inspect(path: Path) -> bool:
    """Look at a log before anything may write to it; say whether its last engine died without closing it.

    Raises:
        StorageError: it must not be touched.
    """
    with contextlib.closing(connect_reader(path)) as connection:
        schema_version(connection, path)
        try:
            unclean = connection.execute("SELECT 1 FROM engine WHERE ended_at IS NULL").fetchone() is not None
            faults = connection.execute("PRAGMA quick_check(3)").fetchall() if unclean else [("ok",)]
        except sqlite3.Error as error:
            raise classify(error, path) from error
    if faults != [("ok",)]:
        raise damaged(path, "; ".join(str(fault) for (fault,) in faults))
    return unclean


def _create_or_inspect(path: Path) -> bool:
    if path.exists():
        return _inspect(path)
    if wal_of(path).exists():
        raise damaged(path, f"it is gone, while {wal_of(path).name} is there with a part of it")
    create(path)
    return False


def _claim(connection: sqlite3.Connection, claim: Claim) -> int:
    with transaction(connection):
        (epoch,) = connection.execute(
            "INSERT INTO engine VALUES (1, 1, :pid, :host, :boot_id, :at_wall, NULL)"
            " ON CONFLICT DO UPDATE SET epoch = epoch + 1, pid = :pid, host = :host, boot_id = :boot_id,"
            " started_at = :at_wall, ended_at = NULL RETURNING epoch",
            msgspec.structs.asdict(claim),
        ).fetchone()
    return int(epoch)


def _last_seq(connection: sqlite3.Connection) -> int:
    (last,) = connection.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()
    return int(last)
