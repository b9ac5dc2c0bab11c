"""A world made from a seed: a plan, a chain of models under their weather, budgets, limits, crashes, and a person."""

import asyncio
import random
import sys
from functools import partial
from typing import Final

import msgspec

from tests.auditor import Record, audit, logged
from tests.engine.simulation import BEGINNING_MS, Check, Crash, SimulatedWorld, hook
from tests.engine.virtual_time import run_virtually
from tests.engine.weather import MOST_TOKENS, STORM_SECONDS, Rates, Sky, Weather, WeatherModel
from tmtui.agents.port import Agent
from tmtui.domain.plan import Task
from tmtui.domain.status import RUN_ENDED, RunStatus, TaskStatus
from tmtui.engine.ports import Chain, Manner
from tmtui.engine.providers.rules import GateRules
from tmtui.engine.recover import close_half_done
from tmtui.engine.runner import Runner
from tmtui.events.base import Recorded
from tmtui.events.commands import Answer, CancelTask, Pause, ResetCircuit, Stop, Unpause, UseFallback
from tmtui.events.run import Limits
from tmtui.resilience.breaker import BreakerConfig
from tmtui.resilience.budget import Action, Caps
from tmtui.resilience.windows import caps_of
from tmtui.state.fold import fold, fold_all
from tmtui.state.model import State


MODELS: Final = ("east/large", "east/small", "west/large", "west/small")
SITTINGS: Final = 14
"""Engines that a run may need."""
MOST_EVENTS: Final = 4_000
"""A run that says more is going round in circles."""


class StormyWorld(SimulatedWorld):
    """One seed's world."""

    led = True

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        draw = self.rng
        names = "abcd"[: draw.randint(1, 4)]
        tasks = [
            Task(
                id=name,
                title=name,
                depends_on=tuple(other for other in names[:place] if draw.random() < 0.25),
                post_hooks=(hook(f"check {name}"),),
                budget_micro=draw.choice((None, None, None, 9_000)),
            )
            for place, name in enumerate(names)
        ]
        wanted = {name: [f"{name}{line}" for line in range(draw.randint(1, 3))] for name in names}
        super().__init__(
            tasks,
            {f"check {name}": self._check(name, lines) for name, lines in wanted.items()},
            {},
            limits=Limits(
                max_parallel=draw.randint(1, 4),
                max_attempts=draw.randint(1, 3),
                max_consecutive_failures=draw.choice((0, 2)),
                max_recoveries=SITTINGS,
                on_decision=draw.choice(("ask", "ask", "skip", "retry")),
            ),
            seed=seed,
        )
        self.chain = draw.sample(MODELS, draw.randint(1, 3))
        self.sky = Sky(Weather(draw, self.chain), wanted)
        self.prices = Rates()
        self.cap = draw.choice((None, None, 3_000, 6_000, 20_000))
        self.rules = self._drawn_rules(draw)
        self.problems: list[str] = []

    @staticmethod
    def _check(name: str, lines: list[str]) -> Check:
        def check(files: dict[str, str]) -> tuple[int, str]:
            good = set(lines) <= set(files.get(name, "").splitlines())
            return (0, "ok\n") if good else (1, "something is missing\n")

        return check

    def _drawn_rules(self, draw: random.Random) -> GateRules:
        windows = {"east": caps_of({"max_requests_minute": draw.choice((2, 5))})} if draw.random() < 0.2 else {}
        return msgspec.structs.replace(
            self.rules,
            breaker=BreakerConfig(failures=draw.choice((2, 5)), reset_ms=draw.choice((5_000, 60_000))),
            windows=windows,
            caps=Caps(run=self.cap, action=draw.choice((Action.PAUSE, Action.PAUSE, Action.SWITCH_TO_FALLBACK))),
            auth_fallback=draw.random() < 0.3,
            concurrency=draw.choice((1, 3, 64)),
        )

    def worker(self, task: Task, crash: Crash) -> Agent | Chain:
        models = tuple(WeatherModel(self, self.sky, crash, task.id, key) for key in self.chain)
        return Chain(
            name="stormy",
            models=models,
            on_overflow=models[2:],
            on_refusal=models[1:],
            manner=Manner(max_tokens=MOST_TOKENS, max_turns=12),
        )

    # A run.

    async def live(self) -> State:
        """Engine after engine, until the run has come to its end."""
        state = State()
        crashes = self.rng.choice((0, 1, 1, 2, 4))
        for sitting in range(SITTINGS):
            crash = Crash(self.rng.randint(1, 40), before=self.rng.random() < 0.5) if sitting < crashes else Crash()
            state = await self.sit(crash, partial(self._person, crash=crash))
            if state.status in RUN_ENDED or self.problems:
                break
            self._check_recovery(state)
            self._raise_cap()
            await asyncio.sleep(self.rng.uniform(0, STORM_SECONDS / 4))
        return state

    def _raise_cap(self) -> None:
        if self.cap is not None:
            self.cap *= 3
            caps = msgspec.structs.replace(self.rules.caps, run=self.cap)
            self.rules = msgspec.structs.replace(self.rules, caps=caps)

    def _check_recovery(self, state: State) -> None:
        """What a crash left is closed once: a second recovery finds nothing to do."""
        for entry in close_half_done(state, {}, {}):
            fold(state, Recorded(state.seq + 1, "run", state.epoch, entry.task, entry.attempt, 0, 0, entry.event))
        if close_half_done(state, {}, {}):
            self.problems.append("I10: recovery is not done at once")
        self.problems += [f"recovery does not fit: {anomaly}" for anomaly in state.anomalies]

    async def _person(self, runner: Runner, crash: Crash) -> None:
        """Looks in from time to time, answers, and meddles."""
        for visit in range(10_000):
            await asyncio.sleep(self.rng.uniform(0.2, 4.0) if visit < 8 else 90.0)
            if len(self.events) > MOST_EVENTS:
                self.problems.append(f"{len(self.events)} events and no end")
                crash.end()
                return
            if not await self._answer(runner.state, runner) and visit < 8:
                await self._meddle(runner)
            if runner.state.paused and (visit >= 8 or self.rng.random() < 0.5):
                await runner.handle(Unpause())
            await self._help(runner)

    async def _answer(self, state: State, runner: Runner) -> bool:
        for decision in state.open_decisions:
            patient = sum(1 for each in state.decisions.values() if each.task == decision.task) < 4
            choice = self.rng.choices(("retry", "skip", "abort"), (8 if patient else 0, 3, 0.3))[0]
            await runner.handle(Answer(decision.id, choice))
            return True
        return False

    async def _meddle(self, runner: Runner) -> None:
        if self.rng.random() < 0.85:
            return
        match self.rng.randrange(6):
            case 0:
                await runner.handle(Pause())
            case 1:
                await runner.handle(UseFallback())
            case 2:
                await runner.handle(Stop())
            case 3:
                await runner.handle(CancelTask(self.rng.choice(list(runner.state.tasks or ["a"]))))
            case 4:
                await runner.handle(Unpause())
            case _:
                await runner.handle(ResetCircuit(self.rng.choice(self.chain).partition("/")[0]))

    async def _help(self, runner: Runner) -> None:
        """Do what nobody else can about a wait without an end."""
        state = runner.state
        if state.status is RunStatus.WAITING and not state.paused and not state.suspended and state.until_ms is None:
            await runner.handle(Stop() if state.reason == "budget" else Unpause())

    # Judging.

    def judge_life(self, state: State) -> list[str]:
        """What was wrong."""
        events = [logged(recorded.event, recorded) for recorded in self.events]
        record = Record(
            self.sky.asked, self.effects.hooks, [job for job, _ in self.effects.written], self.sky.complaints
        )
        found = [*self.problems, *audit(events, record), *(f"anomaly: {each}" for each in state.anomalies)]
        if state.status not in RUN_ENDED:
            found.append(f"the run did not end: {state.status} ({state.reason})")
        if self.cap is not None and state.spending.micro > self.cap:
            found.append(f"{state.spending.micro} micro-dollars were spent of {self.cap}")
        for name, subject in state.tasks.items():
            if subject.status is TaskStatus.SUCCEEDED and self.checks[f"check {name}"](self.files)[0]:
                found.append(f"{name} succeeded and its work is not there")
        return found


def live_and_judge(seed: int) -> tuple[StormyWorld, list[str]]:
    """One seed's run, and what was wrong with it."""
    world = StormyWorld(seed)
    state = run_virtually(world.live())
    return world, world.judge_life(state if state.tasks else fold_all(world.events))


def tell_life(seed: int) -> None:
    """Live one seed's life again and tell all of it."""
    world, found = live_and_judge(seed)
    for recorded in world.events:
        at = (recorded.at_wall - BEGINNING_MS) / 1000
        print(f"{recorded.seq:4} {at:9.2f}s engine {recorded.epoch} {recorded.task:2} {recorded.event}"[:240])
    print(f"seed {seed}:", *(found or ["nothing is wrong"]), sep="\n  ")


if __name__ == "__main__":
    tell_life(int(sys.argv[1]))
