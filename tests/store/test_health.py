"""Whether the log and the SQLite under it are sound."""

import contextlib
import sqlite3
from pathlib import Path

import pytest

from tests.store.logs import RUN, append, said, take_over, written
from tmtui.store.errors import NoLogError
from tmtui.store.head import HEAD, WIDTH, Head, HeadFile, read_head
from tmtui.store.health import has_wal_reset_bug, integrity_faults, wal_bytes
from tmtui.store.schema import DATABASE


@pytest.mark.parametrize(
    ("version", "vulnerable"),
    [
        ((3, 6, 23), False),
        ((3, 7, 0), True),
        ((3, 40, 1), True),
        ((3, 44, 5), True),
        ((3, 44, 6), False),
        ((3, 45, 0), True),
        ((3, 50, 6), True),
        ((3, 50, 7), False),
        ((3, 51, 0), True),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((3, 54, 1), False),
    ],
)
def test_builds_that_can_lose_committed_rows_are_known(version: tuple[int, int, int], vulnerable: bool) -> None:
    assert has_wal_reset_bug(version) is vulnerable


def test_the_build_under_test_is_judged_by_default() -> None:
    assert has_wal_reset_bug() is has_wal_reset_bug(sqlite3.sqlite_version_info)


def test_a_sound_log_has_no_faults(tmp_path: Path) -> None:
    written(tmp_path, said(*range(300)))
    assert integrity_faults(tmp_path) == []


def test_there_is_nothing_to_check_where_there_is_no_log(tmp_path: Path) -> None:
    with pytest.raises(NoLogError):
        integrity_faults(tmp_path)


def test_missing_events_are_counted(tmp_path: Path) -> None:
    written(tmp_path, said(*range(10)))
    with contextlib.closing(sqlite3.connect(tmp_path / DATABASE, isolation_level=None)) as connection:
        connection.execute("DROP TRIGGER events_remain")
        connection.execute("DELETE FROM events WHERE seq IN (3, 4)")
    assert integrity_faults(tmp_path) == ["2 of 10 events are missing"]


def test_a_damaged_page_is_a_fault(tmp_path: Path) -> None:
    written(tmp_path, said(*("x" * 300 for _ in range(500))))
    with (tmp_path / DATABASE).open("r+b") as file:
        file.seek(20 * 4096)
        file.write(b"\xa5" * 4096)
    assert integrity_faults(tmp_path) != []


def test_the_write_ahead_log_is_measured(tmp_path: Path) -> None:
    assert wal_bytes(tmp_path) == 0
    appender = take_over(tmp_path)
    append(appender, said("one"))
    assert wal_bytes(tmp_path) > 0
    appender.close(None)


# The witness.


def test_the_witness_says_what_it_was_told_last(tmp_path: Path) -> None:
    witness = HeadFile.open(tmp_path)
    for head in (Head("a-long-name-of-a-run", 1, 123_456_789), Head("b", 2, 7)):
        witness.write(head)
        assert read_head(tmp_path) == head
        assert (tmp_path / HEAD).stat().st_size == WIDTH
    witness.close()


@pytest.mark.parametrize("data", [b"", b"\xff" * WIDTH, b"{}", b'{"run": "x", "epoch": "y", "seq": 1}', b"[1, 2, 3]"])
def test_a_witness_that_cannot_be_understood_says_nothing(tmp_path: Path, data: bytes) -> None:
    (tmp_path / HEAD).write_bytes(data)
    assert read_head(tmp_path) is None


def test_a_log_is_written_without_a_witness_when_there_can_be_none(tmp_path: Path) -> None:
    (tmp_path / HEAD).mkdir()
    written(tmp_path, said("one"))
    assert read_head(tmp_path) is None
    assert integrity_faults(tmp_path) == []
    appender = take_over(tmp_path)
    appender.close(None)
    assert appender.opened.tail_lost is None


def test_a_witness_may_lag_behind(tmp_path: Path) -> None:
    written(tmp_path, said("one", "two"))
    (tmp_path / HEAD).write_bytes(b'{"run": "%b", "epoch": 1, "seq": 1}' % RUN.encode())
    appender = take_over(tmp_path)
    appender.close(None)
    assert appender.opened.tail_lost is None
