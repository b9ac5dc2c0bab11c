"""Who comes next, and who sleeps until when."""

import asyncio

import pytest

from tests.engine.simulation import BEGINNING_MS, SimulatedClock
from tests.engine.virtual_time import run_virtually
from tmtui.engine.providers.line import Line
from tmtui.engine.providers.sleepers import Sleepers, seconds_until


async def stand(line: Line, name: str, priority: int, served: list[str], seconds: float = 1.0) -> None:
    async with line.stand(priority) as place:
        while not place.is_first:
            await line.moved(None)
        served.append(name)
        await asyncio.sleep(seconds)


def test_first_come_first_served_within_priority() -> None:
    async def main() -> list[str]:
        line, served = Line(), list[str]()
        waiting = [("first", 1), ("second", 1), ("urgent", 0), ("third", 1), ("urgent too", 0)]
        await asyncio.gather(*(stand(line, name, priority, served) for name, priority in waiting))
        return served

    assert run_virtually(main()) == ["first", "urgent", "urgent too", "second", "third"]


def test_who_gives_up_leaves_no_gap() -> None:
    async def main() -> list[str]:
        line, served = Line(), list[str]()
        tasks = [asyncio.create_task(stand(line, str(number), 0, served)) for number in range(4)]
        await asyncio.sleep(0.5)
        tasks[1].cancel()
        tasks[0].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return served

    assert run_virtually(main()) == ["0", "2", "3"]


def test_whoever_stands_in_it_looks_at_the_clock_again_before_long() -> None:
    async def main() -> float:
        line = Line()
        await line.moved(10_000)
        return asyncio.get_running_loop().time()

    assert run_virtually(main()) == 30


@pytest.mark.parametrize(("until", "seconds"), [(None, None), (-5, 0), (0, 0), (1_500, 1.5)])
def test_how_long_it_is_to_a_moment(until: int | None, seconds: float | None) -> None:
    async def main() -> float | None:
        return seconds_until(None if until is None else BEGINNING_MS + until, SimulatedClock())

    assert run_virtually(main()) == seconds


def test_sleepers_wake_at_their_time_or_when_they_are_woken() -> None:
    async def main() -> dict[str, float]:
        sleepers, woke = Sleepers(SimulatedClock()), dict[str, float]()

        async def sleep(name: str, until: int | None) -> None:
            await sleepers.sleep(name, None if until is None else BEGINNING_MS + until)
            woke[name] = asyncio.get_running_loop().time()

        beds = [("early", 7_000), ("late", 600_000), ("chosen", 600_000), ("forever", None)]
        tasks = [asyncio.create_task(sleep(*bed)) for bed in beds]
        await asyncio.sleep(50)
        sleepers.wake({"chosen"})
        await asyncio.sleep(650)
        sleepers.wake()
        await asyncio.gather(*tasks)
        return woke

    assert run_virtually(main()) == {"early": 7, "chosen": 50, "late": 600, "forever": 700}


class JumpingClock(SimulatedClock):
    """A machine that sleeps for an hour at its tenth second: the time of day goes on, the loop's does not."""

    def wall_ms(self) -> int:
        now = asyncio.get_running_loop().time()
        return super().wall_ms() + (3_600_000 if now > 10 else 0)


def test_a_machine_that_was_asleep_itself_does_not_wait_twice() -> None:
    async def main() -> float:
        await Sleepers(JumpingClock()).sleep("it", BEGINNING_MS + 1_800_000)
        return asyncio.get_running_loop().time()

    assert run_virtually(main()) <= 40
