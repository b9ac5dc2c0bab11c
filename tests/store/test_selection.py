"""Walking through a log in steps gives what one question for everything would give."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from tests.store.logs import OTHER_RUN, RUN, append, said, take_over
from tmtui.events.agent import AgentNoticed, AgentSpoke
from tmtui.events.base import Entry, Event, Recorded
from tmtui.store.connection import connect_reader
from tmtui.store.schema import DATABASE
from tmtui.store.selection import Selection, Walk, bounds


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[sqlite3.Connection, list[Recorded]]]:
    """A log in which two runs, three tasks and two kinds of events are mixed, and all of its events."""
    state_dir: Path = tmp_path_factory.mktemp("log")
    appender = take_over(state_dir)
    events: list[Recorded] = []
    for number in range(120):
        task, attempt = ("", 0) if number % 11 == 0 else (f"calc-{number % 3}", 1 + number // 40)
        entries = (
            [Entry(AgentNoticed(text="!"), task, attempt)]
            if number % 7 == 0
            else said("x", task=task, attempt=attempt)
        )
        events += append(appender, entries, run=OTHER_RUN if number % 5 == 0 else RUN)
    appender.close(None)
    with contextlib.closing(connect_reader(state_dir / DATABASE)) as connection:
        yield connection, events


def naive(events: list[Recorded], wanted: Selection) -> list[Recorded]:
    found = [
        recorded
        for recorded in events
        if recorded.run == wanted.run
        and wanted.after < recorded.seq <= (len(events) if wanted.upto is None else wanted.upto)
        and wanted.task in (None, recorded.task)
        and wanted.attempt in (None, recorded.attempt)
        and (not wanted.kinds or type(recorded.event) in wanted.kinds)
    ]
    found = found[::-1] if wanted.newest_first else found
    return found if wanted.limit is None else found[: wanted.limit]


def selections() -> st.SearchStrategy[Selection]:
    kinds: st.SearchStrategy[tuple[type[Event], ...]] = st.sampled_from(
        [(), (AgentNoticed,), (AgentNoticed, AgentSpoke)]
    )
    places = st.tuples(st.none() | st.sampled_from(["calc-0", "calc-1", "calc-9"]), st.none() | st.integers(0, 4))
    return st.builds(
        lambda run, place, **others: Selection(
            run=run, task=place[0], attempt=None if place[0] is None else place[1], **others
        ),
        run=st.sampled_from([RUN, OTHER_RUN, "nothing"]),
        place=places,
        kinds=kinds,
        after=st.integers(0, 130),
        upto=st.none() | st.integers(0, 130),
        limit=st.none() | st.integers(0, 20),
        newest_first=st.booleans(),
    )


@settings(max_examples=200)
@given(wanted=selections(), page=st.integers(1, 30), window=st.integers(1, 50))
def test_steps_of_any_size_find_the_same(
    log: tuple[sqlite3.Connection, list[Recorded]], wanted: Selection, page: int, window: int
) -> None:
    connection, events = log
    walk = Walk(wanted, connection.execute(*bounds(wanted)).fetchall(), page, window)
    found: list[Recorded] = []
    while query := walk.query():
        assert query.values["upto"] - query.values["after"] <= window
        rows = connection.execute(*query).fetchall()
        assert len(rows) <= page
        found += walk.take(rows)
    assert found == naive(events, wanted)


def test_a_step_looks_at_the_events_between_its_bounds_and_no_others(
    log: tuple[sqlite3.Connection, list[Recorded]],
) -> None:
    connection, _ = log
    wanted = Selection(run=RUN, task="calc-1", attempt=2)
    query = Walk(wanted, connection.execute(*bounds(wanted)).fetchall()).query()
    assert query is not None
    plan = " ".join(str(row) for row in connection.execute("EXPLAIN QUERY PLAN " + query.sql, query.values))
    assert "SEARCH events USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)" in plan
    assert "TEMP B-TREE" not in plan
