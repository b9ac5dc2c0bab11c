"""The engine's way into the log: order, durability, and what whoever waits is told."""

import asyncio
import os
import sqlite3
from pathlib import Path

import pytest

from tests.store.logs import OTHER_RUN, RUN, Desk, append, said, seqs, stored, take_over, texts, written
from tmtui.domain.outcome import Kind
from tmtui.events.base import Event
from tmtui.events.monitor import TailLost, Troubled
from tmtui.store.errors import FencedError, StorageError
from tmtui.store.head import read_head
from tmtui.store.reader import LogReader
from tmtui.store.schema import DATABASE


async def test_events_are_numbered_without_a_gap_in_the_order_of_submission(tmp_path: Path) -> None:
    desk = Desk()
    async with await desk.open(tmp_path) as writer:
        for number in range(50):
            writer.submit(said(number, -number), RUN, critical=number % 7 == 0)
    events = stored(tmp_path)
    assert seqs(events) == list(range(1, 101))
    assert texts(events) == [str(sign * number) for number in range(50) for sign in (1, -1)]
    assert desk.shown == events


async def test_who_waits_goes_on_after_the_event_was_stored_and_shown(tmp_path: Path) -> None:
    desk = Desk()
    async with await desk.open(tmp_path) as writer:
        events = await writer.submit(said("intent"), RUN, critical=True)
        assert events == desk.shown == stored(tmp_path)


async def test_a_critical_event_takes_along_what_came_before_it(tmp_path: Path) -> None:
    desk = Desk()
    async with await desk.open(tmp_path) as writer:
        writer.submit(said("one", "two"), RUN)
        await writer.submit(said("three"), RUN, critical=True)
        assert texts(desk.shown) == ["one", "two", "three"]


async def test_an_event_carries_the_time_of_its_submission_and_the_engines_number(tmp_path: Path) -> None:
    desk = Desk()
    async with await desk.open(tmp_path) as writer:
        before = desk.clock.now_ms
        waiter = writer.submit(said("hello", task="calc-2", attempt=3), RUN, critical=True)
        desk.clock.now_ms += 1_000_000
        (event,) = await waiter
    assert (event.run, event.epoch, event.task, event.attempt) == (RUN, writer.epoch, "calc-2", 3)
    assert event.at_wall == before + 1
    assert event.at_mono == event.at_wall * 1_000_000


async def test_each_commit_is_shown_in_one_call(tmp_path: Path) -> None:
    desk = Desk()
    async with await desk.open(tmp_path) as writer:
        await writer.submit(said(*range(1200)), RUN, critical=True)
        await writer.submit(said("more"), RUN, critical=True)
    assert [len(commit) for commit in desk.commits] == [1200, 1]


async def test_nobody_can_look_into_the_log_before_the_commit_nor_miss_it_afterwards(tmp_path: Path) -> None:
    heads: list[int] = []
    desk = Desk()
    async with await desk.open(tmp_path) as writer:
        with LogReader.open(tmp_path) as reader:
            for number in range(20):
                await writer.submit(said(number), RUN, critical=True)
                heads.append(reader.head(RUN))
    assert heads == list(range(1, 21))


async def test_closing_stores_what_nobody_waited_for(tmp_path: Path) -> None:
    desk = Desk()
    async with await desk.open(tmp_path) as writer:
        writer.submit(said("a last word"), RUN)
        assert writer.backlog == 1
    assert texts(stored(tmp_path)) == ["a last word"]
    assert writer.backlog == 0


async def test_flushing_waits_for_everything_submitted_so_far(tmp_path: Path) -> None:
    desk = Desk()
    async with await desk.open(tmp_path) as writer:
        writer.submit(said("one"), RUN)
        writer.submit(said("two"), RUN)
        await writer.flush()
        assert texts(desk.shown) == ["one", "two"]


async def test_a_closed_writer_takes_nothing(tmp_path: Path) -> None:
    writer = await Desk().open(tmp_path)
    await writer.close()
    await writer.close()
    with pytest.raises(RuntimeError, match="closed"):
        writer.submit(said("too late"), RUN)


async def test_a_caller_that_gave_up_waiting_does_not_disturb_the_others(tmp_path: Path) -> None:
    desk = Desk()
    async with await desk.open(tmp_path) as writer:
        first = writer.submit(said("one"), RUN, critical=True)
        second = writer.submit(said("two"), RUN, critical=True)
        first.cancel()
        await second
    assert texts(desk.shown) == ["one", "two"]


async def test_a_listener_that_fails_does_not_keep_anybody_waiting(tmp_path: Path) -> None:
    desk = Desk()
    writer = await desk.open(tmp_path)
    complaints: list[str] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(str(context["exception"])))
    desk.commits.append = lambda _: 1 / 0  # type: ignore[method-assign, assignment]  # replaced below
    await writer.close()


async def test_runs_share_one_sequence_of_numbers(tmp_path: Path) -> None:
    desk = Desk()
    async with await desk.open(tmp_path) as writer:
        writer.submit(said("a", "b"), RUN)
        writer.submit(said("c"), OTHER_RUN)
        writer.submit(said("d"), RUN)
    assert (seqs(stored(tmp_path)), seqs(stored(tmp_path, OTHER_RUN))) == ([1, 2, 4], [3])


async def test_the_witness_follows_the_last_event_that_was_shown(tmp_path: Path) -> None:
    desk = Desk()
    async with await desk.open(tmp_path) as writer:
        for number in range(3):
            await writer.submit(said(number), RUN, critical=True)
            head = read_head(tmp_path)
            assert head is not None
            assert (head.run, head.epoch, head.seq) == (RUN, writer.epoch, desk.shown[-1].seq)


# What cannot be stored.


class Unheard(Event, tag="test.unheard"):
    """Of a family that the codec does not know."""


@pytest.mark.parametrize("entries", [said("fine", "half a pair: \ud83d")], ids=["surrogate"])
async def test_text_that_cannot_be_encoded_is_refused_as_a_whole_and_said_so_in_the_log(
    tmp_path: Path, entries: list[object]
) -> None:
    desk = Desk()
    async with await desk.open(tmp_path) as writer:
        writer.submit(entries, RUN)  # type: ignore[arg-type]  # placeholder
