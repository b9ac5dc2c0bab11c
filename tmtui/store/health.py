"""Whether the log and the SQLite under it are sound: for `tmtui doctor`."""

import contextlib
import sqlite3
from pathlib import Path

from tmtui.domain.outcome import Kind
from tmtui.store.connection import connect_reader, wal_of
from tmtui.store.errors import classify
from tmtui.store.head import read_head
from tmtui.store.migrations import schema_version
from tmtui.store.schema import DATABASE


WAL_ALARM_BYTES = 64 * 1024 * 1024
"""A write-ahead log of this size means that some reader never lets go."""


def has_wal_reset_bug(version: tuple[int, int, int] = sqlite3.sqlite_version_info) -> bool:
    """Whether a SQLite of `version` can lose committed rows when two connections write or checkpoint at once.

    All since 3.7.0 do, but for 3.44.6 and 3.50.7 with what follows them in their own lines, and 3.51.3 onwards.
    One writer that is the only one to checkpoint, which is how this room works, never meets it.
    """
    if (3, 44, 6) <= version < (3, 45, 0) or (3, 50, 7) <= version < (3, 51, 0):
        return False
    return (3, 7, 0) <= version < (3, 51, 3)


def integrity_faults(state_dir: Path, *, limit: int = 20) -> list[str]:
    """What is wrong with the log; empty when it is sound.

    Beside SQLite's own check this holds the numbers of the events, which have no gap, against their count, and the
    witness of what was shown against the last of them.

    Raises:
        NoLogError: there is none.
        StorageError: it cannot be read at all.
    """
    path = state_dir / DATABASE
    faults: list[str] = []
    with contextlib.closing(connect_reader(path)) as connection:
        schema_version(connection, path)
        try:
            for (fault,) in connection.execute(f"PRAGMA integrity_check({limit})"):
                faults += [] if fault == "ok" else [str(fault)]
            count, last = connection.execute("SELECT count(*), coalesce(max(seq), 0) FROM events").fetchone()
        except sqlite3.Error as error:
            found = classify(error, path)
            if found.kind is Kind.STORAGE_CORRUPT:
                return [*faults, found.message]
            raise found from error
    if count != last:
        faults.append(f"{last - count} of {last} events are missing")
    head = read_head(state_dir)
    if head is not None and head.seq > last:
        faults.append(f"events {last + 1} to {head.seq} had been shown and are not in the log")
    return faults


def wal_bytes(state_dir: Path) -> int:
    """The size of the write-ahead log; 0 when there is none."""
    try:
        return wal_of(state_dir / DATABASE).stat().st_size
    except FileNotFoundError:
        return 0
