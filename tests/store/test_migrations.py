"""From one schema to the next: in whole steps, with a copy of what was there."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.logs import RUN, said, stored, take_over, texts, written
from tmtui.store.connection import connect_reader, connect_writer
from tmtui.store.errors import NewerLogError, StorageError
from tmtui.store.migrations import MIGRATIONS, VERSION, backup_of, create, migrate, schema_version
from tmtui.store.schema import DATABASE


def add_mood(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE runs ADD COLUMN mood TEXT NOT NULL DEFAULT 'good'")


def add_weather(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE weather (day TEXT) STRICT")


def break_off(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE half_done (day TEXT) STRICT")
    connection.execute("INSERT INTO nowhere VALUES (1)")


LATER = [*MIGRATIONS, add_mood, add_weather]


@pytest.fixture
def log(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    written(tmp_path, said("old", "events"))
    with contextlib.closing(connect_writer(tmp_path / DATABASE)) as connection:
        yield connection


def tables(connection: sqlite3.Connection) -> set[str]:
    return {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}


def test_an_empty_log_is_made_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / DATABASE
    with pytest.raises(sqlite3.OperationalError):
        create(path, [*MIGRATIONS, break_off])
    assert not path.exists()
    create(path)
    with contextlib.closing(connect_reader(path)) as connection:
        assert schema_version(connection, path) == VERSION
    assert not list(tmp_path.glob("*.draft*"))


def test_a_log_of_today_is_left_alone(tmp_path: Path, log: sqlite3.Connection) -> None:
    before = log.execute("PRAGMA data_version").fetchone()
    assert migrate(log, tmp_path / DATABASE) == VERSION
    assert log.execute("PRAGMA data_version").fetchone() == before
    assert not backup_of(tmp_path / DATABASE, VERSION).exists()


def test_an_older_log_takes_every_step_and_keeps_its_events(tmp_path: Path, log: sqlite3.Connection) -> None:
    path = tmp_path / DATABASE
    assert migrate(log, path, LATER) == VERSION
    assert schema_version(log, path, len(LATER)) == len(LATER)
    assert log.execute("SELECT mood FROM runs").fetchall() == [("good",)]
    assert "weather" in tables(log)
    assert log.execute("SELECT count(*) FROM events").fetchone() == (2,)


def test_an_older_log_is_copied_first_and_the_copy_can_be_used(tmp_path: Path, log: sqlite3.Connection) -> None:
    path = tmp_path / DATABASE
    migrate(log, path, LATER)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    copy = backup_of(path, VERSION)
    assert copy.stat().st_mode & 0o777 == 0o600
    copy.rename(elsewhere / DATABASE)
    assert texts(stored(elsewhere)) == ["old", "events"]
    assert not list(tmp_path.glob("*.draft*"))


def test_a_step_that_fails_leaves_the_log_at_the_step_before(tmp_path: Path, log: sqlite3.Connection) -> None:
    path = tmp_path / DATABASE
    with pytest.raises(sqlite3.OperationalError):
        migrate(log, path, [*LATER, break_off])
    assert schema_version(log, path, 9) == len(LATER)
    assert "half_done" not in tables(log)


def test_a_migration_that_was_cut_off_goes_on_from_there(tmp_path: Path, log: sqlite3.Connection) -> None:
    path = tmp_path / DATABASE
    migrate(log, path, LATER[: VERSION + 1])
    draft = path.with_name(f"{backup_of(path, VERSION + 1).name}.draft")
    draft.write_bytes(b"half a copy")
    assert migrate(log, path, LATER) == VERSION + 1
    assert schema_version(log, path, len(LATER)) == len(LATER)
    assert backup_of(path, VERSION).exists()
    assert backup_of(path, VERSION + 1).exists()


def test_a_newer_log_is_refused_and_not_touched(tmp_path: Path, log: sqlite3.Connection) -> None:
    migrate(log, tmp_path / DATABASE, LATER)
    log.close()
    before = (tmp_path / DATABASE).read_bytes()
    with pytest.raises(NewerLogError, match=f"its schema is {len(LATER)}, this version knows {VERSION}") as refused:
        take_over(tmp_path)
    assert "update tmtui" in refused.value.hint
    assert (tmp_path / DATABASE).read_bytes() == before


def test_a_database_that_only_counts_as_we_do_is_not_ours(tmp_path: Path) -> None:
    path = tmp_path / DATABASE
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE events (seq INTEGER)")
        connection.execute("PRAGMA user_version = 1")
    with pytest.raises(StorageError, match="not one of tmtui's"):
        take_over(tmp_path)


def test_the_remains_of_a_log_that_was_never_finished_are_no_hindrance(tmp_path: Path) -> None:
    for suffix in ("", "-journal", "-wal", "-shm"):
        (tmp_path / f"{DATABASE}.draft{suffix}").write_bytes(b"half a log")
    written(tmp_path, said("fine"))
    assert texts(stored(tmp_path, RUN)) == ["fine"]
    assert not list(tmp_path.glob("*.draft*"))
