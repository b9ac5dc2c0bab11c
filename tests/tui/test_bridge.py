"""Events in, state out, without a screen."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.tui.recordings import Tape, needs_you, running
from tmtui.events.agent import AgentSpoke
from tmtui.events.base import Recorded
from tmtui.state.fold import fold_all
from tmtui.state.model import State
from tmtui.state.timeline import Surveyed, survey_of
from tmtui.state.transcript import Transcript
from tmtui.tui.bridge import KEPT, SLICE, Bridge
from tmtui.tui.frame import Frame, Touched
from tmtui.tui.ports import SourceLostError


class Log:
    """A log that a test holds in its hand."""

    def __init__(self, events: list[Recorded]) -> None:
        self.events = events
        self.lost = ""
        self.asked = asyncio.Event()
        self.answer = asyncio.Event()
        self.answer.set()

    async def open(self) -> AsyncIterator[list[Recorded]]:
        yield self.events
        if self.lost:
            raise SourceLostError(self.lost)

    async def survey(self) -> AsyncIterator[Surveyed]:
        yield survey_of(self.events)

    async def state_at(self, seq: int) -> State:
        return fold_all(self.events[:seq])

    async def between(self, after: int, upto: int) -> list[Recorded]:
        return self.events[after:upto]

    async def fetch(self, task: str, attempt: int, upto: int, last: int = 0) -> list[Recorded]:
        found = [each for each in self.events if (each.task, each.attempt) == (task, attempt) and each.seq <= upto]
        found = found[-last:]
        self.asked.set()
        await self.answer.wait()
        if self.lost:
            raise SourceLostError(self.lost)
        return found


@pytest.fixture(name="tape")
def _tape() -> Tape:
    return running()


def bridge_over(log: Log) -> tuple[Bridge, Frame]:
    frame = Frame()
    frame.take(0)
    return Bridge(log, frame, lambda: 1), frame


def texts(transcript: Transcript) -> list[str]:
    return [line.text for line in transcript.output]


async def test_everything_is_folded_in_order(tape: Tape) -> None:
    bridge, frame = bridge_over(Log(tape.events))
    await bridge.run()
    assert bridge.state == fold_all(tape.events)
    assert frame.take(0) == Touched.EVERYTHING


async def test_a_long_past_is_folded_in_slices_between_which_others_may_work() -> None:
    tape = Tape()
    tape.start("calc-1")
    for _ in range(3 * SLICE):
        tape.on("calc-1", AgentSpoke("x"), after=0)
    bridge, _ = bridge_over(Log(tape.events))
    turns = 0

    async def count() -> None:
        nonlocal turns
        while bridge.state.seq < len(tape.events):
            turns += 1
            await asyncio.sleep(0)

    await asyncio.gather(bridge.run(), count())
    assert turns >= 3


async def test_output_touches_only_the_text(tape: Tape) -> None:
    bridge, frame = bridge_over(Log(tape.events))
    await bridge.run()
    frame.take(0)
    tape.on("calc-3", AgentSpoke("more"))
    await bridge.take(tape.events[-1:])
    assert frame.take(0) == Touched.OUTPUT
    tape.end_agent("calc-3")
    await bridge.take(tape.events[-2:])
    assert frame.take(0) == Touched.OUTPUT | Touched.STATE


async def test_the_clock_is_touched_once_a_second() -> None:
    frame = Frame()
    frame.take(5_000)
    assert frame.take(5_900) == Touched.NOTHING
    assert frame.take(6_000) == Touched.CLOCK
    assert frame.take(6_001) == Touched.NOTHING


async def test_a_transcript_is_the_past_and_what_came_while_it_was_read(tape: Tape) -> None:
    log = Log(tape.events)
    bridge, _ = bridge_over(log)
    await bridge.run()
    transcript = bridge.watch("calc-3", 2)
    log.answer.clear()
    loading = asyncio.create_task(bridge.load(transcript))
    await log.asked.wait()
    tape.on("calc-3", AgentSpoke("meanwhile\n"))
    await bridge.take(tape.events[-1:])
    assert texts(transcript) == []
    log.answer.set()
    await loading
    expected = Transcript("calc-3", 2)
    expected.take_all(tape.events)
    assert texts(transcript) == texts(expected)
    assert transcript.loaded
    tape.on("calc-3", AgentSpoke("later\n"))
    await bridge.take(tape.events[-1:])
    assert texts(transcript)[-1] == "later"


async def test_transcripts_looked_at_lately_are_kept_and_stay_up_to_date() -> None:
    tape = needs_you()
    bridge, _ = bridge_over(Log(tape.events))
    await bridge.run()
    first = bridge.watch("calc-5", 1)
    await bridge.load(first)
    for attempt in (2, 3):
        await bridge.load(bridge.watch("calc-5", attempt))
    assert bridge.watch("calc-5", 1) is first
    for task in ("calc-1", "calc-2", "calc-3"):
        bridge.watch(task, 1)
    assert bridge.watch("calc-5", 1) is first
    for task in ("calc-1", "calc-2", "calc-3", "calc-4"):
        bridge.watch(task, 1)
    assert bridge.watch("calc-5", 1) is not first
    assert len(bridge._transcripts) == KEPT


async def test_a_reading_that_was_given_up_leaves_nothing_behind(tape: Tape) -> None:
    log = Log(tape.events)
    bridge, _ = bridge_over(log)
    await bridge.run()
    transcript = bridge.watch("calc-3", 2)
    log.answer.clear()
    loading = asyncio.create_task(bridge.load(transcript))
    await log.asked.wait()
    loading.cancel()
    await asyncio.gather(loading, return_exceptions=True)
    assert bridge._held == {}
    assert bridge.watch("calc-3", 2) is not transcript


async def test_a_log_that_is_lost_is_a_fact_to_show(tape: Tape) -> None:
    log = Log(tape.events)
    log.lost = "the disk is gone"
    bridge, _ = bridge_over(log)
    await bridge.run()
    assert bridge.lost == "the disk is gone"
    transcript = bridge.watch("calc-3", 2)
    await bridge.load(transcript)
    assert texts(transcript) == ["the log cannot be read: the disk is gone"]


async def test_time_stands_still_where_nobody_works(tape: Tape) -> None:
    bridge, _ = bridge_over(Log(tape.events))
    await bridge.run()
    assert bridge.now_ms() == 1
    bridge.engine_alive = False
    assert bridge.now_ms() == tape.events[-1].at_wall
