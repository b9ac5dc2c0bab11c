"""The one connection that writes: what it refuses to touch, and what it believes after an error."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.store.logs import append, batch_of, said, stored, take_over, texts, written
from tmtui.domain.outcome import Kind
from tmtui.store import appender as appender_module
from tmtui.store.connection import connect_writer, transaction
from tmtui.store.errors import NewerLogError, StorageError
from tmtui.store.schema import DATABASE


PAGE = 4096


def test_events_are_never_changed_nor_deleted(tmp_path: Path) -> None:
    written(tmp_path, said("as it was"))
    with contextlib.closing(connect_writer(tmp_path / DATABASE)) as connection:
        for statement in (
            "UPDATE events SET data = '{}'",
            "DELETE FROM events",
            "REPLACE INTO events SELECT * FROM events",
        ):
            with pytest.raises(sqlite3.IntegrityError):
                connection.execute(statement)
    assert texts(stored(tmp_path)) == ["as it was"]


@pytest.mark.parametrize("count", [1, 4, 5, 24, 25, 99, 100, 131, 1234])
def test_a_transaction_takes_any_number_of_events(tmp_path: Path, count: int) -> None:
    events = written(tmp_path, said(*range(count)))
    assert [event.seq for event in events] == list(range(1, count + 1))
    assert stored(tmp_path) == events


# Files that must not be touched.


def folder(path: Path) -> None:
    path.mkdir()


def empty(path: Path) -> None:
    path.touch()


def garbage(path: Path) -> None:
    path.write_bytes(b"tasks:\n  - id: calc-1\n" * 400)


def somebody_elses(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")


def newer(path: Path) -> None:
    written(path.parent, said("from the future"))
    with contextlib.closing(connect_writer(path)) as connection:
        connection.execute("PRAGMA user_version = 99")


def corrupt(path: Path) -> None:
    written(path.parent, said(*range(400)))
    take_over(path.parent).close(None)
    with path.open("r+b") as file:
        file.seek(5 * PAGE)
        file.write(b"\x5a" * PAGE)


def orphaned_tail(path: Path) -> None:
    path.with_name(path.name + "-wal").write_bytes(b"\x00" * 100)


REFUSED = [
    (folder, Kind.STORAGE_IO, "is a folder"),
    (empty, Kind.STORAGE_CORRUPT, "is empty"),
    (garbage, Kind.STORAGE_CORRUPT, "not a database"),
    (somebody_elses, Kind.STORAGE_CORRUPT, "not one of tmtui's"),
    (newer, Kind.CONFIG_INVALID, "newer tmtui"),
    (corrupt, Kind.STORAGE_CORRUPT, "damaged"),
    (orphaned_tail, Kind.STORAGE_CORRUPT, "it is gone, while state.db-wal is there"),
]


@pytest.mark.parametrize(("make", "kind", "words"), REFUSED, ids=[case[0].__name__ for case in REFUSED])
def test_what_cannot_be_a_sound_log_is_refused_with_a_next_step_and_left_as_it_is(
    tmp_path: Path, make: Any, kind: Kind, words: str
) -> None:
    make(tmp_path / DATABASE)
    before = contents(tmp_path)
    with pytest.raises(StorageError, match=words) as refused:
        take_over(tmp_path)
    assert refused.value.kind is kind
    assert refused.value.hint
    assert contents(tmp_path) == before


def contents(state_dir: Path) -> dict[str, bytes]:
    """The evidence. SQLite's index of its write-ahead log is none, nor is a write-ahead log without content."""
    found = {path.name: path.read_bytes() for path in state_dir.iterdir() if path.is_file()}
    return {name: data for name, data in found.items() if not name.endswith("-shm") and (data or name == DATABASE)}


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="nowhere"):
        take_over(tmp_path / "nowhere")


def test_a_newer_log_can_be_told_from_a_damaged_one(tmp_path: Path) -> None:
    newer(tmp_path / DATABASE)
    with pytest.raises(NewerLogError, match="99"):
        take_over(tmp_path)


# After an error nothing is assumed.


@contextlib.contextmanager
def failing_commit(connection: sqlite3.Connection) -> Iterator[None]:
    """A commit that fails before anything is written."""
    with contextlib.suppress(InterruptedError), transaction(connection):
        yield
        raise InterruptedError
    raise disk_error()


@contextlib.contextmanager
def commit_reported_as_failed(connection: sqlite3.Connection) -> Iterator[None]:
    """A commit that reaches the disk although it is reported as failed."""
    with transaction(connection):
        yield
    raise disk_error()


def disk_error() -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_FSYNC
    error.sqlite_errorname = "SQLITE_IOERR_FSYNC"
    return error


@pytest.mark.parametrize("fault", [failing_commit, commit_reported_as_failed])
def test_a_batch_whose_commit_failed_is_in_the_log_once_after_it_was_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Any
) -> None:
    appender = take_over(tmp_path)
    append(appender, said("before"))
    batch = batch_of(appender, said("in doubt"))
    with monkeypatch.context() as patch:
        patch.setattr(appender_module, "transaction", fault)
        with pytest.raises(StorageError) as error:
            appender.append(batch)
    assert error.value.passing
    appender.append(batch)
    append(appender, said("after"))
    appender.close(None)
    assert texts(stored(tmp_path)) == ["before", "in doubt", "after"]


def test_a_log_that_lost_more_than_the_batch_in_doubt_is_not_written_any_further(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    appender = take_over(tmp_path)
    append(appender, said("one"))
    appender.last_seq = 3  # as if two more had been acknowledged
    batch = batch_of(appender, said("four"))
    with monkeypatch.context() as patch:
        patch.setattr(appender_module, "transaction", failing_commit)
        with pytest.raises(StorageError):
            appender.append(batch)
    with pytest.raises(StorageError, match="ends at event 1, but had been written up to 3") as lost:
        appender.append(batch)
    assert not lost.value.passing
    appender.close(None)


def test_trying_again_for_ever_does_not_leak_connections(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def open_files() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    appender = take_over(tmp_path)
    batch = batch_of(appender, said("in doubt"))
    with monkeypatch.context() as patch:
        patch.setattr(appender_module, "transaction", failing_commit)
        counts = []
        for _ in range(5):
            with pytest.raises(StorageError):
                appender.append(batch)
            counts.append(open_files())
    assert len(set(counts)) == 1
    appender.close(None)
