"""The engine's way into the log: order, durability, and what whoever waits is told."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from tests.store.logs import OTHER_RUN, RUN, START_MS, Desk, append, said, seqs, stored, take_over, texts, written
from tmtui.domain.outcome import Kind
from tmtui.events.agent import AgentSpoke
from tmtui.events.base import Entry, Event, Recorded
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


async def test_a_listener_that_fails_keeps_nobody_waiting(tmp_path: Path) -> None:
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context["exception"]))

    def stumble(_: list[Recorded]) -> None:
        raise LookupError("a fault in whoever listens")

    desk = Desk(on_commit=stumble)
    async with await desk.open(tmp_path) as writer:
        assert await writer.submit(said("one"), RUN, critical=True) == stored(tmp_path)
    assert [type(complaint) for complaint in complaints] == [LookupError]


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


class Unheard(Event, frozen=True, tag="test.unheard"):
    """Of a family that the codec does not know."""


UNSTORABLE = {
    "half of a surrogate pair": AgentSpoke(text="\ud83d"),
    "a type that no version knows": Unheard(),
}


@pytest.mark.parametrize("event", UNSTORABLE.values(), ids=UNSTORABLE.keys())
async def test_in_place_of_what_cannot_be_stored_the_log_says_so(tmp_path: Path, event: Event) -> None:
    desk = Desk()
    async with await desk.open(tmp_path) as writer:
        writer.submit([*said("goes with it"), Entry(event, "calc-1", 1)], RUN)
        await writer.submit(said("goes on"), RUN, critical=True)
    notice, after = stored(tmp_path)
    assert isinstance(notice.event, Troubled)
    assert "cannot be stored" in notice.event.message
    assert texts([after]) == ["goes on"]


@pytest.mark.parametrize("event", UNSTORABLE.values(), ids=UNSTORABLE.keys())
async def test_who_waits_for_what_cannot_be_stored_is_told(tmp_path: Path, event: Event) -> None:
    async with await Desk().open(tmp_path) as writer:
        with pytest.raises(StorageError, match="cannot be stored") as refused:
            await writer.submit([Entry(event)], RUN, critical=True)
        assert refused.value.kind is Kind.INTERNAL
        await writer.submit(said("goes on"), RUN, critical=True)


async def test_a_fault_of_the_writer_itself_leaves_nobody_waiting(tmp_path: Path) -> None:
    writer = await Desk().open(tmp_path)
    with pytest.raises(StorageError, match="writer failed") as failed:
        await writer.submit(said("a name that no plan lets through", task="\ud83d"), RUN, critical=True)
    assert failed.value.kind is Kind.INTERNAL
    with pytest.raises(StorageError):
        await writer.close()


# Incarnations.


async def test_each_engine_has_the_next_number(tmp_path: Path) -> None:
    epochs = []
    for _ in range(3):
        async with await Desk().open(tmp_path) as writer:
            epochs.append(writer.epoch)
            await writer.submit(said("hello"), RUN, critical=True)
    assert epochs == [1, 2, 3]
    assert [event.epoch for event in stored(tmp_path)] == [1, 2, 3]


async def test_the_log_says_which_engine_owns_it_and_whether_it_ended_in_good_order(tmp_path: Path) -> None:
    writer = await Desk().open(tmp_path)
    with LogReader.open(tmp_path) as reader:
        engine = reader.engine()
        assert engine is not None
        assert (engine.epoch, engine.pid, engine.host, engine.boot_id) == (1, 7, "host", "boot")
        assert engine.ended_at is None
        await writer.close()
        engine = reader.engine()
        assert engine is not None
        assert engine.ended_at is not None


async def test_an_engine_learns_that_the_one_before_it_died(tmp_path: Path) -> None:
    for before, unclean in ((START_MS, False), (START_MS, False), (None, True)):
        take_over(tmp_path).close(before)
        async with await Desk().open(tmp_path) as writer:
            assert writer.opened.unclean is unclean


async def test_an_engine_that_was_replaced_can_write_no_more(tmp_path: Path) -> None:
    zombie = await Desk().open(tmp_path)
    await zombie.submit(said("alive"), RUN, critical=True)
    async with await Desk().open(tmp_path) as writer:
        await writer.submit(said("taken over"), RUN, critical=True)
        with pytest.raises(FencedError, match="number 1, the log belongs to number 2"):
            await zombie.submit(said("not quite dead"), RUN, critical=True)
        with pytest.raises(FencedError):
            zombie.submit(said("again"), RUN)
        with pytest.raises(FencedError):
            await zombie.close()
        await writer.submit(said("undisturbed"), RUN, critical=True)
    assert texts(stored(tmp_path)) == ["alive", "taken over", "undisturbed"]


async def test_an_engine_hears_that_it_was_replaced_even_when_it_waits_for_nothing(tmp_path: Path) -> None:
    heard = asyncio.Event()
    desk = Desk(on_trouble=lambda _: heard.set())
    zombie = await desk.open(tmp_path)
    async with await Desk().open(tmp_path):
        zombie.submit(said("anybody there?"), RUN)
        await heard.wait()
        assert isinstance(desk.troubles[0], FencedError)
    with pytest.raises(FencedError):
        await zombie.close()


# A log that is shorter than what was shown.


@pytest.mark.parametrize("gone", [[DATABASE], [DATABASE, "state.db-wal", "state.db-shm"]])
async def test_events_that_were_shown_and_are_gone_are_reported(tmp_path: Path, gone: list[str]) -> None:
    written(tmp_path, said(*range(5)))
    for name in gone:
        (tmp_path / name).unlink(missing_ok=True)
    async with await Desk().open(tmp_path) as writer:
        assert writer.opened.tail_lost == TailLost(shown=5, found=0)
        await writer.submit(said("afresh"), RUN, critical=True)
    async with await Desk().open(tmp_path) as writer:
        assert writer.opened.tail_lost is None


async def test_an_engine_that_dies_before_it_writes_does_not_hide_the_loss(tmp_path: Path) -> None:
    written(tmp_path, said(*range(5)))
    (tmp_path / DATABASE).unlink()
    take_over(tmp_path).close(None)
    async with await Desk().open(tmp_path) as writer:
        assert writer.opened.tail_lost == TailLost(shown=5, found=0)


# Trouble.


async def test_a_log_that_is_removed_under_the_engine_stops_it(tmp_path: Path) -> None:
    writer = await Desk().open(tmp_path)
    await writer.submit(said("one"), RUN, critical=True)
    (tmp_path / DATABASE).unlink()
    with pytest.raises(StorageError, match="removed or replaced") as gone:
        await writer.submit(said("two"), RUN, critical=True)
    assert not gone.value.passing
    with pytest.raises(StorageError):
        await writer.close()


async def test_while_another_program_holds_the_log_who_waits_goes_on_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tmtui.store.connection.WRITER_PRAGMAS", ("synchronous = FULL", "busy_timeout = 1"))
    told = asyncio.Event()
    desk = Desk(on_trouble=lambda _: told.set())
    async with await desk.open(tmp_path) as writer:
        intruder = sqlite3.connect(tmp_path / DATABASE, isolation_level=None)
        intruder.execute("BEGIN IMMEDIATE")
        waiter = writer.submit(said("patience"), RUN, critical=True)
        await told.wait()
        assert not waiter.done()
        assert desk.shown == []
        intruder.close()
        assert texts(await waiter) == ["patience"]
    assert desk.troubles[0] is not None
    assert desk.troubles[0].kind is Kind.STORAGE_BUSY
    assert desk.troubles[-1] is None


async def test_closing_while_the_log_cannot_be_written_tells_who_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tmtui.store.connection.WRITER_PRAGMAS", ("synchronous = FULL", "busy_timeout = 1"))
    told = asyncio.Event()
    desk = Desk(on_trouble=lambda _: told.set())
    writer = await desk.open(tmp_path, retry_seconds=3600)
    intruder = sqlite3.connect(tmp_path / DATABASE, isolation_level=None)
    intruder.execute("BEGIN IMMEDIATE")
    waiter = writer.submit(said("patience"), RUN, critical=True)
    await told.wait()
    with pytest.raises(StorageError):
        await writer.close()
    with pytest.raises(StorageError) as error:
        await waiter
    assert error.value.kind is Kind.STORAGE_BUSY
    intruder.close()
    assert stored(tmp_path) == []


async def test_giving_up_while_a_log_is_opened_leaves_it_closed(tmp_path: Path) -> None:
    opening = asyncio.ensure_future(Desk().open(tmp_path))
    await asyncio.sleep(0)
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    async with await Desk().open(tmp_path) as writer:
        await writer.submit(said("fine"), RUN, critical=True)


def test_only_its_owner_can_read_a_log(tmp_path: Path) -> None:
    appender = take_over(tmp_path)
    append(appender, said("secret"))
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    appender.close(None)
    assert modes == dict.fromkeys(["state.db", "state.db-wal", "state.db-shm", "run_head"], 0o600)
