"""SQLite's errors in the taxonomy's words."""

import sqlite3
from pathlib import Path

import pytest

from tmtui.domain.outcome import Kind
from tmtui.store.errors import FencedError, NewerLogError, NoLogError, StorageError, classify


def failed(code: int, name: str) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("it did not work")
    error.sqlite_errorcode = code
    error.sqlite_errorname = name
    return error


@pytest.mark.parametrize(
    ("name", "kind", "passing"),
    [
        ("SQLITE_FULL", Kind.STORAGE_FULL, True),
        ("SQLITE_IOERR", Kind.STORAGE_IO, True),
        ("SQLITE_IOERR_WRITE", Kind.STORAGE_IO, True),
        ("SQLITE_IOERR_FSYNC", Kind.STORAGE_IO, True),
        ("SQLITE_READONLY", Kind.STORAGE_IO, True),
        ("SQLITE_READONLY_DBMOVED", Kind.STORAGE_IO, True),
        ("SQLITE_CANTOPEN", Kind.STORAGE_IO, True),
        ("SQLITE_BUSY", Kind.STORAGE_BUSY, True),
        ("SQLITE_BUSY_SNAPSHOT", Kind.STORAGE_BUSY, True),
        ("SQLITE_LOCKED", Kind.STORAGE_BUSY, True),
        ("SQLITE_CORRUPT", Kind.STORAGE_CORRUPT, False),
        ("SQLITE_CORRUPT_INDEX", Kind.STORAGE_CORRUPT, False),
        ("SQLITE_NOTADB", Kind.STORAGE_CORRUPT, False),
        ("SQLITE_ERROR", Kind.INTERNAL, False),
        ("SQLITE_CONSTRAINT_PRIMARYKEY", Kind.INTERNAL, False),
    ],
)
def test_each_result_code_has_its_kind_and_a_next_step(name: str, kind: Kind, passing: bool) -> None:
    error = classify(failed(getattr(sqlite3, name), name), Path("/srv/project/.taskmaster/state.db"))
    assert (error.kind, error.passing) == (kind, passing)
    assert name in error.message
    assert "/srv/project/.taskmaster/state.db" in error.message
    assert error.hint


def test_an_error_that_is_not_sqlites_own_is_ours() -> None:
    assert classify(sqlite3.ProgrammingError("closed"), Path("state.db")).kind is Kind.INTERNAL


def test_what_a_path_smuggles_in_is_made_safe() -> None:
    error = StorageError(Kind.STORAGE_IO, "cannot open \x1b]52;c;eA==\x07/state.db", "look at \x1b[2J")
    assert not any(ord(sign) < 32 for sign in error.message + error.hint + str(error))


@pytest.mark.parametrize(
    "error", [FencedError(1, 2), NoLogError(Path("state.db")), NewerLogError(Path("state.db"), 9, 1)], ids=type
)
def test_every_error_of_the_log_says_what_to_do(error: StorageError) -> None:
    assert str(error) == error.message
    assert error.hint
