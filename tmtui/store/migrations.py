"""From the schema that is found to the one that this version writes.

`PRAGMA user_version` numbers the schema. Migration n takes a log from n - 1 to n, in one transaction together with
the number, so a crash leaves it at one of the two. An existing log is copied before the first step.
"""

import contextlib
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from tmtui.store.connection import create_private, transaction
from tmtui.store.errors import NewerLogError, classify, damaged
from tmtui.store.schema import ABSENT, ADDED, APPLICATION_ID, VERSION_1, VERSION_2


Migration = Callable[[sqlite3.Connection], None]


def _version_1(connection: sqlite3.Connection) -> None:
    for statement in VERSION_1:
        connection.execute(statement)


def _version_2(connection: sqlite3.Connection) -> None:
    for statement in VERSION_2:
        connection.execute(statement)


MIGRATIONS: Final[Sequence[Migration]] = (_version_1, _version_2)
"""In order; the first makes a log out of an empty file."""

VERSION: Final = len(MIGRATIONS)
"""The schema that this version of tmtui writes."""


def schema_version(connection: sqlite3.Connection, path: Path, known: int = VERSION) -> int:
    """The schema of an open log.

    Raises:
        NewerLogError: a newer tmtui wrote it.
        StorageError: it is empty, some other program's database, or none.
    """
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.Error as error:
        raise classify(error, path) from error
    if not tables:
        raise damaged(path, "it is empty")
    if application != APPLICATION_ID or not version:
        raise damaged(path, "it is a database, but not one of tmtui's")
    if version > known:
        raise NewerLogError(path, version, known)
    return int(version)


def read_as_newest(connection: sqlite3.Connection, path: Path) -> None:
    """Let a reader ask a log of any schema as if it were of the newest: views of its own give tables what they lack.

    Raises:
        NewerLogError: a newer tmtui wrote it.
        StorageError: it cannot be read.
    """
    version = schema_version(connection, path)
    views = {table: f"SELECT *, {columns} FROM main.{table}" for table, columns in ADDED.get(version, {}).items()}  # noqa: S608  # constants
    views |= ABSENT.get(version, {})
    if not views:
        return
    try:
        connection.execute("PRAGMA query_only = OFF")
        for table, query in views.items():
            connection.execute(f"CREATE TEMP VIEW {table} AS {query}")
        connection.execute("PRAGMA query_only = ON")
    except sqlite3.Error as error:
        raise classify(error, path) from error


def create(path: Path, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Make an empty log. It appears under its name when it is whole, so nobody ever meets half of one.

    Raises:
        OSError: the folder cannot be written.
        sqlite3.Error: the file cannot be written.
    """
    draft = _draft(path)
    with contextlib.closing(sqlite3.connect(draft, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL").fetchall()
        _advance(connection, migrations, 0)
    draft.replace(path)


def migrate(connection: sqlite3.Connection, path: Path, migrations: Sequence[Migration] = MIGRATIONS) -> int:
    """Bring an open log to the newest schema and say which one it had.

    Raises:
        NewerLogError: a newer tmtui wrote it.
        StorageError: it cannot be read.
        OSError, sqlite3.Error: it cannot be copied or changed; it is as it was before the step that failed.
    """
    found = schema_version(connection, path, len(migrations))
    if found < len(migrations):
        back_up(connection, backup_of(path, found))
        _advance(connection, migrations, found)
    return found


def backup_of(path: Path, version: int) -> Path:
    """Where the copy of a log of schema `version` is kept."""
    return path.with_name(f"{path.stem}.schema-{version}{path.suffix}")


def back_up(connection: sqlite3.Connection, target: Path) -> None:
    """Copy an open log to `target`, whole or not at all.

    Raises:
        OSError, sqlite3.Error: it cannot be read, or the copy cannot be written.
    """
    draft = _draft(target)
    with contextlib.closing(sqlite3.connect(draft)) as copy:
        connection.backup(copy)
    draft.replace(target)


def _draft(path: Path) -> Path:
    """An empty file beside `path`, without the remains of an earlier one."""
    draft = path.with_name(path.name + ".draft")
    for suffix in ("", "-journal", "-wal", "-shm"):
        draft.with_name(draft.name + suffix).unlink(missing_ok=True)
    create_private(draft)
    return draft


def _advance(connection: sqlite3.Connection, migrations: Sequence[Migration], found: int) -> None:
    for number, migration in enumerate(migrations[found:], start=found + 1):
        with transaction(connection):
            migration(connection)
            connection.execute(f"PRAGMA user_version = {number}")
