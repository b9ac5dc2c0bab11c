"""The tables beside the events: kept up while the log is written, and the same when they are computed again."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from tests.events.strategies import events as any_events
from tests.store.logs import OTHER_RUN, RUN, append, said, take_over
from tests.store.stories import stories
from tmtui.domain.status import RunStatus, TaskStatus
from tmtui.domain.usage import Usage
from tmtui.events.base import Entry, Event, Recorded
from tmtui.events.codec import KINDS, encode
from tmtui.events.money import MoneySpent
from tmtui.events.run import (
    RunFinished,
    RunPaused,
    RunStarted,
    RunSuspended,
    RunUnpaused,
    RunWaiting,
    RunWoken,
)
from tmtui.state.fold import fold_all
from tmtui.store import summary
from tmtui.store.projections import project, rebuild
from tmtui.store.reader import LogReader
from tmtui.store.schema import PROJECTIONS, VERSION_1, VERSION_2


Rows = dict[str, list[tuple[object, ...]]]


@contextlib.contextmanager
def empty_log() -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        for statement in (*VERSION_1, *VERSION_2):
            connection.execute(statement)
        yield connection


def store(connection: sqlite3.Connection, events: list[Recorded], sizes: list[int]) -> None:
    """Write events in batches of these sizes, and the rest in one."""
    rest = list(events)
    for size in [*sizes, len(events)]:
        batch, rest = rest[:size], rest[size:]
        for event in batch:
            place = (event.seq, event.run, event.epoch, event.task, event.attempt, KINDS[type(event.event)])
            row = (*place, event.at_wall, event.at_mono, encode(event.event).decode())
            connection.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        project(connection, batch)


def projected(connection: sqlite3.Connection) -> Rows:
    return {table: connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2, 3").fetchall() for table in PROJECTIONS}


batch_sizes = st.lists(st.integers(0, 7), max_size=6)


@settings(max_examples=60)
@given(story=stories(), sizes=batch_sizes)
def test_computed_again_the_projections_are_what_living_through_a_run_made_them(
    story: list[Recorded], sizes: list[int]
) -> None:
    with empty_log() as connection:
        store(connection, story, sizes)
        lived = projected(connection)
        rebuild(connection)
        assert projected(connection) == lived


def anything() -> st.SearchStrategy[list[Recorded]]:
    """Events that need not fit together, of two runs."""
    entries = st.lists(
        st.tuples(
            st.sampled_from([RUN, OTHER_RUN]), st.sampled_from(["", "a", "b"]), st.integers(0, 2), any_events()
        ),
        max_size=15,
    )
    return entries.map(
        lambda drawn: [
            Recorded(seq, run, 1, task, attempt, 1000 - seq, seq, event)
            for seq, (run, task, attempt, event) in enumerate(drawn, start=1)
        ]
    )


@settings(max_examples=60)
@given(events=anything(), sizes=batch_sizes)
def test_that_holds_for_events_that_do_not_fit_together_as_well(events: list[Recorded], sizes: list[int]) -> None:
    with empty_log() as connection:
        store(connection, events, sizes)
        lived = projected(connection)
        rebuild(connection)
        assert projected(connection) == lived


@settings(max_examples=60)
@given(story=stories(), sizes=batch_sizes)
def test_a_runs_summary_says_what_the_fold_says(story: list[Recorded], sizes: list[int]) -> None:
    state = fold_all(story)
    with empty_log() as connection:
        store(connection, story, sizes)
        rows = connection.execute(summary.SELECT_RUNS, {"run": None, "limit": -1}).fetchall()
        attempts = connection.execute(summary.SELECT_ATTEMPTS, {"run": RUN, "task": None}).fetchall()
    (found,) = [summary.run_summary(row) for row in rows]
    ended = [task.status for task in state.tasks.values()]
    assert (found.status, found.total) == (state.status, len(state.tasks))
    assert found.succeeded == ended.count(TaskStatus.SUCCEEDED)
    assert found.failed == ended.count(TaskStatus.FAILED)
    assert found.skipped == ended.count(TaskStatus.SKIPPED)
    assert found.aborted == ended.count(TaskStatus.ABORTED)
    assert (found.micro_spent, found.unknown_cost) == (state.spending.micro, state.spending.unknown > 0)
    assert found.estimated_cost == any(isinstance(each.event, MoneySpent) and each.event.estimated for each in story)
    assert (found.created_at, found.updated_at) == (state.created_ms, state.updated_ms)
    assert (found.first_seq, found.last_seq) == (1, state.seq)
    by_place = {(each.task, each.attempt): each for each in map(summary.attempt_summary, attempts)}
    for name, task in state.tasks.items():
        for attempt in task.attempts:
            row = by_place[name, attempt.number]
            assert (row.status, row.round, row.model) == (attempt.status, attempt.round, attempt.model)
            assert (row.counted, row.ended_at or 0) == (attempt.counted, attempt.ended_ms)
            assert row.outcome == (attempt.outcome.kind if attempt.outcome else "")
            assert row.tree_before == (attempt.checkpoint.tree if attempt.checkpoint else "")
            assert row.tree_after == (attempt.measured.tree if attempt.measured else "")
            assert row.first_seq == attempt.first_seq
            assert row.last_seq >= attempt.last_seq


RUN_EVENTS: list[Event] = [
    RunStarted(pid=1, host="h", boot_id="b"),
    RunPaused(by="person"),
    RunUnpaused(by="person"),
    RunWaiting(reason="quota"),
    RunWoken(),
    RunSuspended(reason="stopped"),
    *(RunFinished(outcome=status) for status in RunStatus),
]


@given(st.lists(st.sampled_from(RUN_EVENTS), min_size=1, max_size=12), batch_sizes)
def test_a_runs_status_follows_the_fold_through_any_events_whatever(events: list[Event], sizes: list[int]) -> None:
    story = [Recorded(seq, RUN, 1, "", 0, 0, 0, event) for seq, event in enumerate(events, start=1)]
    with empty_log() as connection:
        store(connection, story, sizes)
        ((status,),) = connection.execute("SELECT status FROM runs").fetchall()
    assert status == fold_all(story).status


def test_what_was_paid_for_stands_in_the_ledger(tmp_path: Path) -> None:
    usage = Usage(100, 20, 3, 4, 5)
    known = MoneySpent(
        model="opus",
        usage=usage,
        micro=4210,
        source="own table",
        provider="claude",
        profile="analysis",
        request="r-1",
        user="ada",
        saved_micro=-7,
    )
    unknown = MoneySpent(model="mystery", usage=Usage())
    appender = take_over(tmp_path)
    append(appender, [Entry(known, "calc-1", 2)], [Entry(unknown, "calc-1", 2)])
    append(appender, [Entry(known, "calc-1", 1)], run=OTHER_RUN)
    appender.close(None)
    with LogReader.open(tmp_path) as reader:
        first, second = reader.usage(RUN)
        assert (first.seq, first.task, first.attempt, first.model) == (1, "calc-1", 2, "opus")
        assert (first.usage, first.micro, first.source) == (usage, 4210, "own table")
        assert (first.provider, first.profile, first.user, first.request) == ("claude", "analysis", "ada", "r-1")
        assert (first.saved_micro, first.estimated) == (-7, False)
        assert (second.micro, second.provider) == (None, "")
        assert [spent.seq for spent in reader.usage()] == [1, 2, 3]
        assert [spent.seq for spent in reader.usage(since=second.at_wall)] == [2, 3]
        one, other = reader.run(RUN), reader.run(OTHER_RUN)
        assert one is not None
        assert other is not None
        assert (one.micro_spent, one.unknown_cost) == (4210, True)
        assert (other.micro_spent, other.unknown_cost) == (4210, False)


def test_projections_that_were_damaged_can_be_made_again(tmp_path: Path) -> None:
    appender = take_over(tmp_path)
    append(appender, said("one", "two"))
    with contextlib.closing(sqlite3.connect(tmp_path / "state.db", isolation_level=None)) as connection:
        connection.execute("DELETE FROM spans")
        connection.execute("UPDATE runs SET last_seq = 1")
    appender.rebuild()
    appender.close(None)
    with LogReader.open(tmp_path) as reader:
        assert len(list(reader.events(RUN, task="calc-1", attempt=1))) == 2


def test_a_rebuild_that_cannot_read_an_event_changes_nothing(tmp_path: Path) -> None:
    appender = take_over(tmp_path)
    append(appender, said("one", "two"))
    with contextlib.closing(sqlite3.connect(tmp_path / "state.db", isolation_level=None)) as connection:
        connection.execute("DROP TRIGGER events_stay")
        connection.execute("UPDATE events SET data = '{}' WHERE seq = 2")
    with pytest.raises(Exception, match="cannot be read"):
        appender.rebuild()
    appender.close(None)
    with LogReader.open(tmp_path) as reader:
        assert reader.head(RUN) == 2
