"""A world with a few simple tasks, whose providers do exactly what a test says at each moment."""

import asyncio
from collections.abc import Callable, Sequence

from tests.auditor import Record, audit, logged
from tests.engine.simulation import BEGINNING_MS, Crash, Drive, Effects, SimulatedWorld, hook
from tests.engine.virtual_time import run_virtually
from tests.engine.weather import MOST_TOKENS, Fault, Rates, Sky, WeatherModel
from tmtui.agents.port import Agent
from tmtui.domain.plan import Task
from tmtui.engine.ports import Chain, Manner
from tmtui.engine.providers.rules import GateRules
from tmtui.engine.runner import Runner
from tmtui.events.base import Event
from tmtui.events.run import Limits
from tmtui.state.model import State


Befalls = Callable[[float, str], Fault | None]
"""What befalls a request at a second of the world's time, to `provider/model`."""


class Told:
    """Weather that a test tells."""

    def __init__(self, befalls: Befalls) -> None:
        self.befalls_at = befalls

    def befalls(self, key: str, now: float) -> Fault | None:
        return self.befalls_at(now, key)


class CalmWorld(SimulatedWorld):
    """Tasks `a`, `b`, … that write one line each."""

    led = True

    def __init__(
        self,
        befalls: Befalls = lambda now, key: None,
        *,
        tasks: int = 1,
        chain: Sequence[str] = ("east/large",),
        rules: GateRules | None = None,
        lines: int = 1,
        **limits: object,
    ) -> None:
        names = [chr(ord("a") + number) for number in range(tasks)]
        wanted = {name: [f"{name}{line}" for line in range(lines)] for name in names}
        super().__init__(
            [Task(id=name, title=name, post_hooks=(hook("fine"),)) for name in names],
            {"fine": lambda _: (0, "fine\n")},
            {},
            limits=Limits(**{"on_decision": "ask", **limits}),  # type: ignore[arg-type]  # the names are fields of it
        )
        self.chain = list(chain)
        self.sky = Sky(Told(befalls), wanted)
        self.prices = Rates()
        self.rules = rules or self.rules
        self.effects = Effects()

    def worker(self, task: Task, crash: Crash) -> Agent | Chain:
        models = tuple(WeatherModel(self, self.sky, crash, task.id, key) for key in self.chain)
        return Chain(name="calm", models=models, manner=Manner(max_tokens=MOST_TOKENS))

    def asked_at(self, key: str = "") -> list[float]:
        """The seconds at which requests came, to a model or to anybody."""
        return [(asked.at_ms - BEGINNING_MS) / 1000 for asked in self.sky.asked if asked.key.startswith(key)]

    def told(self, *kinds: type[Event]) -> list[Event]:
        """The events of these kinds."""
        return [recorded.event for recorded in self.events if isinstance(recorded.event, kinds)]

    def live(self, drive: Drive | None = None, *, crash_when: Callable[[Runner], bool] | None = None) -> State:
        """One sitting, to its end, or to the moment at which a crash is due; then another."""

        async def main() -> State:
            crash = Crash()
            if crash_when is None:
                return await self.sit(crash, drive)
            await self.sit(crash, lambda runner: _end_when(runner, crash, crash_when))
            return await self.sit(Crash(), drive)

        return run_virtually(main())

    def audit(self) -> list[str]:
        """What the auditor finds wrong."""
        record = Record(
            self.sky.asked, self.effects.hooks, [job for job, _ in self.effects.written], self.sky.complaints
        )
        return audit([logged(recorded.event, recorded) for recorded in self.events], record)


async def _end_when(runner: Runner, crash: Crash, due: Callable[[Runner], bool]) -> None:
    await until(lambda: due(runner))
    crash.end()


def between(begins: float, ends: float, fault: Fault) -> Befalls:
    """A fault that befalls everybody for a while."""
    return lambda now, key: fault if begins <= now < ends else None


def at_requests(faults: dict[int, Fault]) -> Befalls:
    """Faults by the number of the request, from 1."""
    count = 0

    def befalls(now: float, key: str) -> Fault | None:
        nonlocal count
        count += 1
        return faults.get(count)

    return befalls


async def until(condition: Callable[[], bool], *, step: float = 0.05) -> None:
    """Wait on virtual time, which costs nothing."""
    while not condition():  # noqa: ASYNC110  # the time is virtual
        await asyncio.sleep(step)
