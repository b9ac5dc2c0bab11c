"""Questions to the log, and how a reader gets on with whoever writes."""

import contextlib
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.logs import OTHER_RUN, RUN, append, said, seqs, stored, take_over, texts, written
from tmtui.domain.outcome import Kind
from tmtui.events.agent import AgentNoticed, AgentSpoke, AgentStarted
from tmtui.events.base import Entry
from tmtui.events.codec import UnreadableEventError
from tmtui.store.connection import connect_reader, connect_writer, transaction, wal_of
from tmtui.store.errors import NewerLogError, NoLogError, StorageError
from tmtui.store.reader import LogReader
from tmtui.store.schema import DATABASE


def noticed(text: str, task: str = "calc-1", attempt: int = 1) -> list[Entry]:
    return [Entry(AgentNoticed(text=text), task, attempt)]


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[LogReader]:
    """Two runs; in the first, two tasks and two attempts at the second of them."""
    written(tmp_path, said("a", "b"), noticed("n1"), said("c", task="calc-2"), said("d"))
    written(tmp_path, said("other"), run=OTHER_RUN)
    written(tmp_path, said("e", task="calc-2", attempt=2), noticed("n2", task="calc-2", attempt=2))
    with LogReader.open(tmp_path) as opened:
        yield opened


def test_a_runs_events_come_in_order(reader: LogReader) -> None:
    assert seqs(reader.events(RUN)) == [1, 2, 3, 4, 5, 7, 8]
    assert texts(reader.events(OTHER_RUN)) == ["other"]
    assert list(reader.events("20260101-000000-0000")) == []


def test_events_can_be_asked_for_by_place(reader: LogReader) -> None:
    assert seqs(reader.events(RUN, after=3)) == [4, 5, 7, 8]
    assert seqs(reader.events(RUN, upto=3)) == [1, 2, 3]
    assert seqs(reader.events(RUN, after=2, upto=7)) == [3, 4, 5, 7]
    assert seqs(reader.events(RUN, after=8)) == []


def test_events_can_be_asked_for_by_task_attempt_and_kind(reader: LogReader) -> None:
    assert seqs(reader.events(RUN, task="calc-1")) == [1, 2, 3, 5]
    assert seqs(reader.events(RUN, task="calc-2")) == [4, 7, 8]
    assert seqs(reader.events(RUN, task="calc-2", attempt=2)) == [7, 8]
    assert seqs(reader.events(RUN, task="calc-2", attempt=3)) == []
    assert seqs(reader.events(RUN, kinds=[AgentNoticed])) == [3, 8]
    assert seqs(reader.events(RUN, kinds=[AgentNoticed, AgentSpoke], after=4)) == [5, 7, 8]
    assert seqs(reader.events(RUN, kinds=[AgentStarted])) == []


def test_the_latest_events_can_be_asked_for(reader: LogReader) -> None:
    assert seqs(reader.events(RUN, limit=2)) == [1, 2]
    assert seqs(reader.events(RUN, limit=3, newest_first=True)) == [8, 7, 5]
    assert seqs(reader.events(RUN, limit=1, newest_first=True, kinds=[AgentSpoke], upto=4)) == [4]


def test_the_runs_are_listed_newest_first(reader: LogReader) -> None:
    assert [run.run for run in reader.runs()] == [OTHER_RUN, RUN]
    assert [run.run for run in reader.runs(limit=1)] == [OTHER_RUN]
    latest = reader.latest_run()
    assert latest is not None
    assert latest.run == OTHER_RUN
    found = reader.run(RUN)
    assert found is not None
    assert (found.first_seq, found.last_seq, reader.head(RUN)) == (1, 8, 8)
    assert reader.run("nothing") is None
    assert reader.head("nothing") == 0


def test_an_empty_log_has_no_runs(tmp_path: Path) -> None:
    take_over(tmp_path).close(None)
    with LogReader.open(tmp_path) as reader:
        assert reader.runs() == []
        assert reader.latest_run() is None


# Beside a writer.


def test_a_reader_sees_only_what_was_committed_and_is_not_held_up(tmp_path: Path) -> None:
    appender = take_over(tmp_path)
    append(appender, said("committed"))
    with LogReader.open(tmp_path) as reader:
        other = sqlite3.connect(tmp_path / DATABASE, isolation_level=None)
        with contextlib.closing(other), contextlib.suppress(InterruptedError), transaction(other):
            other.execute("INSERT INTO events SELECT 2, run, epoch, task, attempt, kind, 0, 0, data FROM events")
            assert texts(reader.events(RUN)) == ["committed"]
            raise InterruptedError
        append(appender, said("later"))
        assert texts(reader.events(RUN)) == ["committed", "later"]
    appender.close(None)


def test_a_reader_that_never_lets_go_does_not_hold_the_writer_up(tmp_path: Path) -> None:
    appender = take_over(tmp_path)
    append(appender, said(*range(50)))
    with contextlib.closing(connect_reader(tmp_path / DATABASE)) as hostile:
        rows = hostile.execute("SELECT seq FROM events ORDER BY seq")
        assert rows.fetchone() == (1,)
        for number in range(30):
            append(appender, said("x" * 10_000, f"during {number}"))
        assert len(rows.fetchall()) == 49
    assert len(stored(tmp_path)) == 110
    appender.close(None)


def test_events_that_come_while_a_long_log_is_read_do_not_confuse_it(tmp_path: Path) -> None:
    appender = take_over(tmp_path)
    append(appender, said(*range(5000)))
    with LogReader.open(tmp_path) as reader:
        events = reader.events(RUN)
        first = next(events)
        append(appender, said(*range(100)))
        assert seqs([first, *events]) == list(range(1, 5001))
    appender.close(None)


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    written(tmp_path, said("one"))
    with contextlib.closing(connect_reader(tmp_path / DATABASE)) as connection:
        for statement in ("INSERT INTO usage SELECT * FROM usage", "PRAGMA user_version = 7", "DROP TABLE runs"):
            with pytest.raises(sqlite3.OperationalError):
                connection.execute(statement)


def test_closing_a_reader_leaves_the_write_ahead_log_to_the_writer(tmp_path: Path) -> None:
    appender = take_over(tmp_path)
    append(appender, said("one"))
    LogReader.open(tmp_path).close()
    assert wal_of(tmp_path / DATABASE).stat().st_size > 0
    append(appender, said("two"))
    appender.close(None)
    assert texts(stored(tmp_path)) == ["one", "two"]


# What cannot be read.


def test_where_no_run_was_ever_started_there_is_no_log(tmp_path: Path) -> None:
    with pytest.raises(NoLogError, match="no log"):
        LogReader.open(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_newer_log_is_not_read(tmp_path: Path) -> None:
    written(tmp_path, said("one"))
    with contextlib.closing(connect_writer(tmp_path / DATABASE)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(NewerLogError):
        LogReader.open(tmp_path)


@pytest.mark.parametrize(
    "data", [b"", b"not a database at all, but long enough to be one" * 50], ids=["empty", "garbage"]
)
def test_what_is_no_log_is_not_read(tmp_path: Path, data: bytes) -> None:
    (tmp_path / DATABASE).write_bytes(data)
    with pytest.raises(StorageError) as refused:
        LogReader.open(tmp_path)
    assert refused.value.kind is Kind.STORAGE_CORRUPT
    assert "doctor" in refused.value.hint


def test_a_page_that_is_damaged_is_found_when_it_is_read(tmp_path: Path) -> None:
    written(tmp_path, said(*("x" * 300 for _ in range(500))))
    with (tmp_path / DATABASE).open("r+b") as file:
        file.seek(20 * 4096)
        file.write(b"\xa5" * 4096)
    with LogReader.open(tmp_path) as reader, pytest.raises(StorageError) as damaged:
        list(reader.events(RUN))
    assert damaged.value.kind is Kind.STORAGE_CORRUPT


def test_an_event_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    written(tmp_path, said("one", "two", "three"))
    with contextlib.closing(connect_writer(tmp_path / DATABASE)) as connection:
        connection.execute("DROP TRIGGER events_stay")
        connection.execute('UPDATE events SET data = \'{"kind": "agent.sang"}\' WHERE seq = 2')
    with LogReader.open(tmp_path) as reader:
        with pytest.raises(UnreadableEventError, match="event 2: "):
            list(reader.events(RUN))
        assert texts(reader.events(RUN, after=2)) == ["three"]


# A folder that cannot be written.


@contextlib.contextmanager
def somebody_else() -> Iterator[None]:
    """Not the superuser, whom permissions do not stop."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def locked_folder() -> Iterator[Path]:
    """A folder with a log in which nobody may write."""
    with tempfile.TemporaryDirectory(prefix="tmtui-test-") as name:
        folder = Path(name)
        written(folder, said("one", "two"))
        for path in folder.iterdir():
            path.chmod(0o444)
        folder.chmod(0o555)
        yield folder
        folder.chmod(0o755)


def test_a_log_on_a_read_only_disk_is_read_when_no_engine_works(locked_folder: Path) -> None:
    with somebody_else(), LogReader.open(locked_folder, idle=True) as reader:
        assert texts(reader.events(RUN)) == ["one", "two"]


def test_it_is_not_taken_for_unchanging_when_an_engine_may_work(locked_folder: Path) -> None:
    with somebody_else(), pytest.raises(StorageError):
        LogReader.open(locked_folder)


def test_nor_when_a_part_of_it_is_in_a_write_ahead_log(locked_folder: Path) -> None:
    locked_folder.chmod(0o755)
    wal_of(locked_folder / DATABASE).write_bytes(b"\0" * 4096)
    locked_folder.chmod(0o555)
    with somebody_else(), pytest.raises(StorageError):
        LogReader.open(locked_folder, idle=True)
