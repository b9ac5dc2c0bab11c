"""Following a log that grows, reading one again, and what a pane asks."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.store.logs import OTHER_RUN, RUN, START_MS, Desk, append, said, seqs, stored, take_over, texts, written
from tmtui.events.agent import AgentNoticed
from tmtui.events.base import Recorded
from tmtui.store.errors import NoLogError, StorageError
from tmtui.store.feed import LogView, replay, tail
from tmtui.store.schema import DATABASE
from tmtui.store.selection import PAGE


FAST = 0.001

Batches = AsyncGenerator[list[Recorded], None]


async def first(batches: Batches, count: int) -> list[Recorded]:
    """The next events, at least so many."""
    found: list[Recorded] = []
    while len(found) < count:
        found += await anext(batches)
    return found


async def everything(batches: Batches) -> list[Recorded]:
    return [recorded async for batch in batches for recorded in batch]


# Tail.


async def test_a_tail_gives_what_is_there_and_then_what_comes(tmp_path: Path) -> None:
    async with await Desk().open(tmp_path) as writer:
        await writer.submit(said("one", "two"), RUN, critical=True)
        async with contextlib.aclosing(tail(tmp_path, RUN, poll_seconds=FAST)) as batches:
            assert texts(await first(batches, 2)) == ["one", "two"]
            await writer.submit(said("three"), RUN, critical=True)
            assert texts(await first(batches, 1)) == ["three"]
            await writer.submit(said("somewhere else"), OTHER_RUN, critical=True)
            await writer.submit(said("four"), RUN, critical=True)
            assert texts(await first(batches, 1)) == ["four"]


async def test_a_tail_goes_on_where_somebody_left_off(tmp_path: Path) -> None:
    written(tmp_path, said("one", "two", "three"))
    async with contextlib.aclosing(tail(tmp_path, RUN, after=2, poll_seconds=FAST)) as batches:
        assert texts(await first(batches, 1)) == ["three"]


async def test_a_tail_waits_for_a_log_and_for_a_run_that_are_not_there_yet(tmp_path: Path) -> None:
    async with contextlib.aclosing(tail(tmp_path, RUN, poll_seconds=FAST)) as batches:
        waiting = asyncio.ensure_future(anext(batches))
        await asyncio.sleep(0)
        async with await Desk().open(tmp_path) as writer:
            await writer.submit(said("another run"), OTHER_RUN, critical=True)
            assert not waiting.done()
            await writer.submit(said("at last"), RUN, critical=True)
            assert texts(await waiting) == ["at last"]


async def test_a_tail_needs_no_living_engine_and_follows_the_next_one(tmp_path: Path) -> None:
    appender = take_over(tmp_path)
    append(appender, said("before the crash"))
    appender.close(None)
    async with contextlib.aclosing(tail(tmp_path, RUN, poll_seconds=FAST)) as batches:
        assert texts(await first(batches, 1)) == ["before the crash"]
        written(tmp_path, said("after it"))
        assert texts(await first(batches, 1)) == ["after it"]


async def test_a_long_log_comes_in_batches_of_bounded_size(tmp_path: Path) -> None:
    written(tmp_path, said(*range(2 * PAGE + 5)))
    async with contextlib.aclosing(tail(tmp_path, RUN, poll_seconds=FAST)) as batches:
        assert [len(await anext(batches)) for _ in range(3)] == [PAGE, PAGE, 5]


@pytest.mark.parametrize("there", [False, True], ids=["waiting for a log", "waiting for events"])
async def test_a_tail_ends_when_it_is_told(tmp_path: Path, there: bool) -> None:
    if there:
        written(tmp_path, said("one"))
    stop = asyncio.Event()
    following = asyncio.ensure_future(everything(tail(tmp_path, RUN, stop=stop, poll_seconds=3600)))
    for _ in range(20):
        await asyncio.sleep(0)
    stop.set()
    assert texts(await following) in ([], ["one"])


async def test_a_tail_that_is_told_in_the_middle_ends_there(tmp_path: Path) -> None:
    written(tmp_path, said(*range(2 * PAGE)))
    stop = asyncio.Event()
    async with contextlib.aclosing(tail(tmp_path, RUN, stop=stop)) as batches:
        await anext(batches)
        stop.set()
        assert await everything(batches) == []


async def test_a_tail_can_be_canceled(tmp_path: Path) -> None:
    written(tmp_path, said("one"))
    following = asyncio.ensure_future(everything(tail(tmp_path, RUN, poll_seconds=FAST)))
    for _ in range(5):
        await asyncio.sleep(0)
    following.cancel()
    with pytest.raises(asyncio.CancelledError):
        await following


async def test_a_tail_notices_that_its_log_was_taken_away(tmp_path: Path) -> None:
    written(tmp_path, said("one"))
    async with contextlib.aclosing(tail(tmp_path, RUN, poll_seconds=FAST)) as batches:
        await first(batches, 1)
        (tmp_path / DATABASE).unlink()
        with pytest.raises(StorageError, match="removed or replaced"):
            await anext(batches)


async def test_several_tails_see_the_same_in_the_same_order_while_it_is_written(tmp_path: Path) -> None:
    async def follow() -> list[Recorded]:
        async with contextlib.aclosing(tail(tmp_path, RUN, poll_seconds=FAST)) as batches:
            return await first(batches, 600)

    followers = [asyncio.ensure_future(follow()) for _ in range(5)]
    desk = Desk()
    async with await desk.open(tmp_path) as writer:
        for number in range(300):
            writer.submit(said(f"{number} a", f"{number} b"), RUN)
            if number % 20 == 0:
                await writer.flush()
    for seen in await asyncio.gather(*followers):
        assert seen == desk.shown


# Replay.


async def test_a_replay_gives_a_whole_run_as_it_was_recorded_and_ends(tmp_path: Path) -> None:
    events = written(tmp_path, said("one"), said("two", "three"))
    assert await everything(replay(tmp_path, RUN)) == events == stored(tmp_path)
    assert seqs(await everything(replay(tmp_path, RUN, after=1, upto=2))) == [2]


async def test_a_replay_can_be_read_in_small_batches(tmp_path: Path) -> None:
    written(tmp_path, said(*range(10)))
    assert [len(batch) async for batch in replay(tmp_path, RUN, page=4)] == [4, 4, 2]


async def test_there_is_nothing_to_replay_where_there_is_no_log(tmp_path: Path) -> None:
    with pytest.raises(NoLogError):
        await everything(replay(tmp_path, RUN))


# What a pane asks.


async def test_a_pane_fetches_the_events_of_one_attempt(tmp_path: Path) -> None:
    written(tmp_path, said("a", attempt=1), said("b", attempt=2), said("c", task="calc-2"), said("d", attempt=2))
    async with await LogView.open(tmp_path) as view:
        assert texts(await view.fetch(RUN, task="calc-1", attempt=2)) == ["b", "d"]
        assert texts(await view.fetch(RUN, limit=2, newest_first=True)) == ["d", "c"]
        assert await view.fetch(RUN, kinds=[AgentNoticed]) == []
        assert [run.run for run in await view.runs()] == [RUN]
        assert (await view.head(RUN), await view.head("nothing")) == (4, 0)


async def test_a_moment_is_found_by_its_wall_time(tmp_path: Path) -> None:
    written(tmp_path, said("another run"), run=OTHER_RUN)
    events = written(tmp_path, *(said(number) for number in range(20)))
    async with await LogView.open(tmp_path) as view:
        assert await view.seek(RUN, START_MS) == 0
        for event in events:
            assert await view.seek(RUN, event.at_wall) == event.seq
            assert await view.seek(RUN, event.at_wall + 999) == event.seq
        assert await view.seek(RUN, START_MS * 2) == events[-1].seq
        assert await view.seek("nothing", START_MS * 2) == 0


async def test_a_view_of_nothing_is_not_opened(tmp_path: Path) -> None:
    with pytest.raises(NoLogError):
        await LogView.open(tmp_path)
