"""A task that waits for a person lends its place to another, and has one again before it goes on."""

import asyncio

from tests.engine.virtual_time import run_virtually
from tmtui.engine.slots import Slots


class Floor:
    """Places, and a record of how many work at once."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.lent = 0
        self.slots = Slots(lambda: self.capacity, self._changed)
        self.working: set[str] = set()
        self.peak = 0

    def _changed(self) -> None:
        self.lent += 1

    def begin(self, task: str) -> None:
        self.slots.take()
        self._work(task)

    def _work(self, task: str) -> None:
        self.working.add(task)
        self.peak = max(self.peak, len(self.working))

    async def wait_for_person(self, task: str, seconds: float) -> None:
        self.working.discard(task)
        async with self.slots.lent(task):
            await asyncio.sleep(seconds)
        self._work(task)

    def end(self, task: str) -> None:
        self.working.discard(task)
        self.slots.leave(task)


def test_a_place_that_is_lent_is_free_and_the_scheduler_is_told() -> None:
    async def main() -> None:
        floor = Floor(1)
        floor.begin("a")
        assert floor.slots.free == 0
        waiting = asyncio.create_task(floor.wait_for_person("a", 10))
        await asyncio.sleep(1)
        assert floor.slots.free == 1
        assert floor.lent == 1
        await waiting
        assert floor.slots.free == 0

    run_virtually(main())


def test_who_comes_back_waits_for_a_place_and_goes_before_new_tasks() -> None:
    async def main() -> None:
        floor = Floor(1)
        floor.begin("a")
        waiting = asyncio.create_task(floor.wait_for_person("a", 10))
        await asyncio.sleep(1)
        floor.begin("b")
        await asyncio.sleep(20)
        assert not waiting.done(), "the place is taken"
        assert floor.slots.free < 0, "nobody new may start"
        floor.end("b")
        await waiting
        assert floor.slots.free == 0
        assert floor.peak == 1

    run_virtually(main())


def test_many_come_back_in_the_order_in_which_they_want_to() -> None:
    async def main() -> list[str]:
        floor, back = Floor(2), list[str]()

        async def live(task: str, seconds: float) -> None:
            floor.begin(task)
            await floor.wait_for_person(task, seconds)
            back.append(task)
            await asyncio.sleep(5)
            floor.end(task)

        await asyncio.gather(*(live(task, seconds) for task, seconds in (("a", 3), ("b", 1), ("c", 2))))
        assert floor.slots.free == 2
        assert floor.slots.lending == set()
        assert floor.peak <= 3, "three began before any had lent its place"
        return back

    assert run_virtually(main()) == ["b", "c", "a"]


def test_a_task_that_is_stopped_while_it_waits_keeps_no_place() -> None:
    async def main() -> None:
        floor = Floor(2)
        for task in ("waits", "comes back"):
            floor.begin(task)
        asking = asyncio.create_task(floor.wait_for_person("waits", 100))
        back = asyncio.create_task(floor.wait_for_person("comes back", 2))
        await asyncio.sleep(1)
        floor.begin("new")
        floor.begin("newer")
        await asyncio.sleep(5)
        for waiting, name in ((asking, "waits"), (back, "comes back")):
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
            floor.end(name)
        assert floor.slots.free == 0
        floor.end("new")
        floor.end("newer")
        assert floor.slots.free == 2

    run_virtually(main())


def test_asking_twice_at_once_lends_one_place() -> None:
    async def main() -> None:
        floor = Floor(1)
        floor.begin("a")

        async def ask(seconds: float) -> None:
            async with floor.slots.lent("a"):
                await asyncio.sleep(seconds)

        await asyncio.gather(ask(5), ask(1))
        assert floor.slots.free == 0
        floor.end("a")
        assert floor.slots.free == 1

    run_virtually(main())
