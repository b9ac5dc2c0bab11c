"""How the log's file is opened.

Exactly one connection in the world may write, and it is also the only one that checkpoints: builds of SQLite before
3.51.3 can otherwise lose committed rows (`health.has_wal_reset_bug`). All others open `mode=ro` without mapping the
file. Nothing here or elsewhere opens the file with plain `open` while a connection may exist: closing such a
handle would drop SQLite's own locks, which belong to the process.
"""

import contextlib
import os
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tmtui.domain.outcome import Kind
from tmtui.store.errors import NoLogError, StorageError, classify


BUSY_MS: Final = 10_000
"""How long a lock is waited for."""

WRITER_PRAGMAS: Final = (
    "synchronous = FULL",
    "foreign_keys = ON",
    "recursive_triggers = ON",
    f"busy_timeout = {BUSY_MS}",
    "wal_autocheckpoint = 1000",
    "journal_size_limit = 67108864",
    "temp_store = MEMORY",
    "cache_size = -16000",
    "trusted_schema = OFF",
    "cell_size_check = ON",
)

READER_PRAGMAS: Final = (
    f"busy_timeout = {BUSY_MS}",
    "query_only = ON",
    "mmap_size = 0",
    "temp_store = MEMORY",
    "trusted_schema = OFF",
    "cell_size_check = ON",
)


def connect_writer(path: Path) -> sqlite3.Connection:
    """Open a log that is there for writing, as write-ahead log with full synchronisation.

    Raises:
        StorageError: the file cannot be opened, is no database, or lies where a write-ahead log cannot work.
    """
    connection = _connect(path, "mode=rw", WRITER_PRAGMAS)
    try:
        (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    except sqlite3.Error as error:
        connection.close()
        raise classify(error, path) from error
    if mode != "wal":
        connection.close()
        raise StorageError(
            Kind.STORAGE_IO,
            f"{path} lies where SQLite cannot keep a write-ahead log",
            "set TASKMASTER_STATE_DIR to a folder on a local disk",
        )
    return connection


def connect_reader(path: Path, *, idle: bool = False) -> sqlite3.Connection:
    """Open the log for reading only.

    Args:
        path: the log's file.
        idle: whether the caller knows that no engine holds the log. Only then, and only without a write-ahead
            log beside the file, is a folder without write permission read as if nothing could change in it.

    Raises:
        NoLogError: there is no such file.
        StorageError: it cannot be opened, or is no database.
    """
    if not path.exists():
        raise NoLogError(path)
    try:
        return _connect(path, "mode=ro", READER_PRAGMAS)
    except StorageError as error:
        if error.kind is Kind.STORAGE_IO and idle and not wal_of(path).exists():
            return _connect(path, "immutable=1", READER_PRAGMAS)
        raise


def wal_of(path: Path) -> Path:
    """The write-ahead log that belongs to a database."""
    return path.with_name(path.name + "-wal")


def identity(path: Path) -> tuple[int, int] | None:
    """Which file this is, as device and inode, to tell when another takes its place; None when there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def create_private(path: Path) -> None:
    """Make an empty file that only its owner can read. SQLite's files beside it take its mode.

    Raises:
        OSError: it cannot be made, or there is one.
    """
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Hold a write transaction: committed at the end, rolled back when anything is raised.

    Raises:
        sqlite3.Error: it cannot begin or be committed.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _connect(path: Path, mode: str, pragmas: tuple[str, ...]) -> sqlite3.Connection:
    if path.is_dir():
        raise StorageError(
            Kind.STORAGE_IO, f"{path} is a folder, where the log should be", "move the folder somewhere else"
        )
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True, isolation_level=None)
    except sqlite3.Error as error:
        raise classify(error, path) from error
    try:
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}").fetchall()
        if sys.version_info >= (3, 12):
            connection.setconfig(sqlite3.SQLITE_DBCONFIG_DEFENSIVE, True)
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.Error as error:
        connection.close()
        raise classify(error, path) from error
    return connection
