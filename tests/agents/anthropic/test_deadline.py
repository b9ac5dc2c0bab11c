"""One timer ends every wait that is too long, and nothing else."""

import asyncio

import pytest

from tmtui.agents.anthropic.deadline import Deadline, PassedError


FAR = 3_600.0


def now() -> float:
    return asyncio.get_running_loop().time()


async def test_a_wait_that_ends_in_time_gives_what_it_waited_for() -> None:
    deadline = Deadline()
    assert await deadline.within(asyncio.sleep(0, "done"), now() + FAR) == "done"
    deadline.close()


async def test_a_wait_that_is_too_long_is_ended_and_the_task_goes_on() -> None:
    deadline = Deadline()
    with pytest.raises(PassedError):
        await deadline.within(asyncio.sleep(FAR), now())
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
    assert await deadline.within(asyncio.sleep(0, "next"), now() + FAR) == "next"
    deadline.close()


async def test_a_later_wait_may_have_to_end_sooner_or_later_than_the_one_before() -> None:
    deadline = Deadline()
    await deadline.within(asyncio.sleep(0), now() + FAR)
    with pytest.raises(PassedError):
        await deadline.within(asyncio.sleep(FAR), now())
    await deadline.within(asyncio.sleep(0), now() + 0.001)
    assert await deadline.within(asyncio.sleep(0.005, "longer"), now() + FAR) == "longer"
    deadline.close()


async def test_time_between_two_waits_does_not_count() -> None:
    deadline = Deadline()
    await deadline.within(asyncio.sleep(0), now() + 0.001)
    await asyncio.sleep(0.005)
    assert await deadline.within(asyncio.sleep(0, "well"), now() + FAR) == "well"
    deadline.close()


async def test_who_cancels_the_task_cancels_it() -> None:
    deadline = Deadline()
    task = asyncio.create_task(deadline.within(asyncio.sleep(FAR), now() + FAR))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    deadline.close()


async def test_what_goes_wrong_in_the_wait_is_passed_on() -> None:
    async def fail() -> None:
        raise OSError("gone")

    deadline = Deadline()
    with pytest.raises(OSError, match="gone"):
        await deadline.within(fail(), now() + FAR)
    deadline.close()
