"""Logs of every released schema are read as they are, and brought to today's without a loss."""

import contextlib
import sqlite3
from pathlib import Path

import pytest

from tests.state.golden import read_log
from tests.store.logs import append, said, take_over
from tmtui.store.ledger import Span
from tmtui.store.migrations import VERSION
from tmtui.store.projections import rebuild
from tmtui.store.reader import LogReader
from tmtui.store.schema import DATABASE, PROJECTIONS


GOLDEN = Path(__file__).parents[1] / "golden"
DUMPS = sorted(GOLDEN.glob("v*/*.sql"))
RUN = "20260102-030405-7f3c"


def lay_down(dump: Path, state_dir: Path) -> Path:
    """A log of that schema, as its version of tmtui left it."""
    path = state_dir / DATABASE
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(dump.read_text(encoding="utf-8"))
        connection.execute("PRAGMA journal_mode = WAL").fetchall()
    return path


def projected(connection: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    return {table: connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2, 3").fetchall() for table in PROJECTIONS}


@pytest.fixture(params=DUMPS, ids=lambda dump: f"{dump.parent.name}/{dump.stem}")
def dump(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


def test_every_schema_before_this_one_has_a_golden_log() -> None:
    assert {dump.parent.name for dump in DUMPS} == {f"v{version}" for version in range(1, VERSION)}


def test_an_older_log_is_read_without_being_changed(dump: Path, tmp_path: Path) -> None:
    path = lay_down(dump, tmp_path)
    before = path.read_bytes()
    events = read_log(dump.with_suffix(".jsonl"))
    with LogReader.open(tmp_path) as reader:
        assert list(reader.events(RUN)) == events
        (run,) = reader.runs()
        assert (run.micro_spent, run.unknown_cost, run.estimated_cost) == (12_600, True, False)
        (everything,) = reader.sums("all")
        assert (everything.requests, everything.micro, everything.unknown) == (6, 12_600, 3)
        assert [(each.key, each.micro) for each in reader.sums("profile")] == [("", 12_600)]
        assert len(reader.usage(RUN)) == len(reader.ledger()) == 6
        assert [each.run for each in reader.sums("task", Span(run=RUN))] == [RUN] * 3
    assert path.read_bytes() == before


def test_a_migrated_log_holds_what_computing_it_again_gives(dump: Path, tmp_path: Path) -> None:
    path = lay_down(dump, tmp_path)
    take_over(tmp_path).close(None)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        migrated = projected(connection)
        rebuild(connection)
        assert projected(connection) == migrated
        assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)


def test_a_reader_that_came_before_the_migration_goes_on_after_it(dump: Path, tmp_path: Path) -> None:
    lay_down(dump, tmp_path)
    with LogReader.open(tmp_path) as reader:
        before = reader.usage(), reader.sums("model"), reader.runs()
        appender = take_over(tmp_path)
        assert (reader.usage(), reader.sums("model"), reader.runs()) == before
        append(appender, said("more"), run=RUN)
        appender.close(None)
        assert reader.head(RUN) == before[2][0].last_seq + 1
