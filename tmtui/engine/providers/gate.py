"""The gate before each provider, shared by all tasks of a run: what every request has to pass.

A request is let through when nobody holds the run, the circuits of its provider and model are closed, the windows
and the provider's own buckets have room, not too many are under way, and every budget that it is charged to allows
what it can cost at most. A short wait is waited for here, in a line; a longer one is handed back, so that another
model can serve or the run can sleep until then. When a request has ended, all of that learns how.
"""

import asyncio
from collections.abc import Callable
from typing import Final

import msgspec

from tmtui.agents.model import Model, Replied
from tmtui.domain.limits import LimitNotice
from tmtui.domain.money import format_usd
from tmtui.domain.outcome import Outcome
from tmtui.engine.gate import Gate
from tmtui.engine.journal import Journal
from tmtui.engine.ports import Chain, World
from tmtui.engine.providers.books import Block, Circuits, Purse, Times, Traffic, broken
from tmtui.engine.providers.line import Line
from tmtui.engine.providers.route import Held, Refused, View, links_of, name_of
from tmtui.events.base import Entry, Event
from tmtui.events.money import MoneySpent, MoneyWarned
from tmtui.events.request import RequestReleased, RequestWaiting
from tmtui.events.run import RunWaiting, RunWoken
from tmtui.resilience import budget
from tmtui.resilience.circuits import Passage
from tmtui.resilience.fallback import CostGuard, Market
from tmtui.resilience.retry_budget import RetryBudget, count_request, take_retry
from tmtui.resilience.taxonomy import TREATMENTS
from tmtui.resilience.throttle import Throttle, ask, on_accept, refusal_chance
from tmtui.resilience.waiting import FallBack, PauseRun, Queue, decide_wait


class Applicant(msgspec.Struct, frozen=True):
    """Who wants to make a request, and how large it may get."""

    request: str
    """Its id in the log."""
    task: str
    attempt: int
    profile: str
    model: Model
    tokens: int
    """Estimated, of the prompt."""
    worst_micro: int | None
    """What it can cost at most; None when nobody knows."""
    tries: int
    priority: int
    """The task's; higher is sooner."""
    task_cap: int | None
    """The task's own budget."""
    has_fallback: bool


class Pass(msgspec.Struct, frozen=True):
    """Leave to make one request. It is given back with `ProviderGate.settle`."""

    applicant: Applicant
    passage: Passage
    began: float
    reserved_micro: int


Answer = Pass | Held | Refused | Outcome

OF_ONE_TASK: Final = frozenset({budget.Which.TURN, budget.Which.ATTEMPT, budget.Which.TASK})
"""Budgets that hold back one task and not the run."""


class Helm(msgspec.Struct, frozen=True):
    """What the gate may do to the run as a whole."""

    abort: Callable[[str], None]
    """Give the run up."""
    lay_down: Callable[[str], None]
    """Lay it down, so that a resume goes on."""


class ProviderGate:
    """Lets requests through, one decision for all tasks."""

    def __init__(self, world: World, journal: Journal, gate: Gate, helm: Helm) -> None:
        self._world = world
        self._rules = world.rules
        self._journal = journal
        self._gate = gate
        self._helm = helm
        now_ms = world.clock.wall_ms()
        told = {key: circuit.data for key, circuit in journal.state.circuits.items()}
        self._circuits = Circuits(self._rules.breaker, {**self._rules.circuits, **told}, now_ms)
        self._purse = Purse(self._rules, journal.state.run, now_ms)
        self._traffic: dict[str, Traffic] = {}
        self._lines: dict[str, Line] = {}
        self._retries = RetryBudget()
        self._throttle = Throttle()
        self._holding: dict[str, int] = {}
        self._woken = asyncio.Event()
        self._exceeded: set[tuple[str, int]] = set()
        self._hurried: set[str] = set()

    # Letting through.

    async def admit(self, applicant: Applicant, note: Callable[[Event], None]) -> Answer:
        """Wait for a place, as long as that is a short wait.

        Returns:
            Leave to make the request; or why it has to wait for longer; or what it ends with without being made.
        """
        model = applicant.model
        line = self._lines.setdefault(name_of(model), Line())
        told = False
        async with line.stand(-applicant.priority if applicant.tries else 1 - applicant.priority) as place:
            await place.first()
            while (block := await self._block(applicant)) is not None:
                if (answer := self._answer_to(block, applicant)) is not None:
                    return answer
                if not told and block.cause != "slow_start":
                    told = True
                    note(RequestWaiting(model.provider, model.model, block.reason, block.cause, block.until_ms))
                await line.moved(self._seconds_until(block.until_ms))
            if told:
                note(RequestReleased(model.provider, model.model))
            return self._begin(applicant, note)

    async def _block(self, applicant: Applicant) -> Block | None:
        await self._gate.passed()
        now_ms, now = self._now()
        model = applicant.model
        traffic = self._traffic_of(model.provider)
        return (
            self._hold_of(model, now_ms)
            or self._circuits.block(model, now_ms)
            or traffic.block(model.model, applicant.tokens, now_ms, now)
            or self._budget(applicant, now_ms)
        )

    def _answer_to(self, block: Block, applicant: Applicant) -> Held | Refused | Outcome | None:
        """What to say to whoever is blocked; None when the wait is short enough to stand in line."""
        if block.outcome is not None:
            return Refused(block.outcome) if block.final else block.outcome
        if block.sleeps:
            return Held(PauseRun(block.until_ms), block.cause, block.reason)
        if applicant.has_fallback and name_of(applicant.model) in self._hurried:
            return Held(FallBack(block.until_ms), block.cause, block.reason)
        if block.until_ms is None:
            return None
        wait = decide_wait(
            self._seconds_until(block.until_ms),
            self._world.clock.wall_ms(),
            has_fallback=applicant.has_fallback,
            fallback_if_over=self._rules.fallback_if_over,
            pause_over=self._rules.pause_over,
        )
        return None if isinstance(wait, Queue) else Held(wait, block.cause, block.reason)

    def _budget(self, applicant: Applicant, now_ms: int) -> Block | None:
        """Set the money aside; when a budget does not allow it, why."""
        payer = self._purse.payer(applicant.task, applicant.attempt, applicant.profile, applicant.task_cap)
        exceeded = self._purse.reserve(payer, applicant.worst_micro or 0, applicant.request, now_ms)
        if exceeded is None:
            return None
        words = f"the budget of the {exceeded.label} is used up: {_amounts(exceeded)}"
        if self._purse.ledger.reserved and exceeded.which is not budget.Which.TURN:
            return Block("budget", words)
        return self._exceed(exceeded, applicant, words)

    def _exceed(self, exceeded: budget.Exceeded, applicant: Applicant, words: str) -> Block:
        mark = (exceeded.label, exceeded.cap)
        if mark not in self._exceeded:
            self._exceeded.add(mark)
            warned = MoneyWarned(exceeded.label, "exceeded", exceeded.used, exceeded.cap, str(exceeded.action))
            self._journal.note(warned)
        outcome = Outcome(exceeded.kind, words)
        if exceeded.which in OF_ONE_TASK:
            return Block("budget", words, outcome=outcome, final=True)
        match exceeded.action:
            case budget.Action.SWITCH_TO_FALLBACK if applicant.has_fallback:
                return Block("budget", words, outcome=outcome)
            case budget.Action.ABORT:
                self._helm.abort(words)
                return Block("budget", words, outcome=outcome, final=True)
            case _:
                return Block("budget", words, exceeded.until_ms, sleeps=True)

    def _begin(self, applicant: Applicant, note: Callable[[Event], None]) -> Pass:
        now_ms, now = self._now()
        self._hurried.discard(name_of(applicant.model))
        model = applicant.model
        self._traffic_of(model.provider).begin(applicant.request, model.model, applicant.tokens, now_ms, now)
        passage, changed = self._circuits.begin(model, now_ms)
        for event in broken(changed):
            note(event)
        self._throttle, _ = ask(self._throttle, now, self._world.rng)
        if not applicant.tries:
            self._retries = count_request(self._retries, now)
        return Pass(applicant, passage, now, applicant.worst_micro or 0)

    # Taking account.

    def settle(self, granted: Pass, reply: Replied, spent: MoneySpent | None) -> list[Event]:
        """A request has ended: take account of how, and say what changed by it."""
        now_ms, now = self._now()
        applicant = granted.applicant
        model, outcome = applicant.model, reply.outcome
        times = Times(granted.began, now)
        usage = None if spent is None else spent.usage
        self._traffic_of(model.provider).end(
            applicant.request, model.model, applicant.tokens, usage, outcome, now_ms, times
        )
        if not TREATMENTS[outcome.kind].breaker:
            self._throttle = on_accept(self._throttle, now)
        changed = self._circuits.end(granted.passage, outcome, now_ms, self._world.rng)
        events: list[Event] = [*broken(changed)]
        if spent is None:
            self._purse.release(applicant.request)
        else:
            crossings = self._purse.settle(applicant.request, spent.micro, now_ms)
            events += [_warned(crossing, self._rules.caps) for crossing in crossings]
        self.stir()
        return events

    def begun(self, granted: Pass) -> None:
        """An answer has begun: the provider takes more."""
        self._traffic_of(granted.applicant.model.provider).begun_well(self._now()[1])
        self.stir()

    def told(self, model: Model, notice: LimitNotice) -> None:
        """A provider told of its limits."""
        self._traffic_of(model.provider).learn(model.model, notice, self._world.clock.wall_ms())

    @property
    def circuits(self) -> list[str]:
        """The names of the circuits that are known."""
        return sorted(self._circuits.known)

    def set_circuit(self, name: str, *, closed: bool) -> list[Entry]:
        """Close circuits, or hold them open; `name` may be a circuit's, or a model's."""
        now_ms = self._world.clock.wall_ms()
        return [Entry(event) for event in broken(self._circuits.set(name, now_ms, closed=closed))]

    def hurry(self) -> bool:
        """Have those who wait turn to another model, as far as they have one; say whether there are any."""
        waiting = [model for model, line in self._lines.items() if line.waiting]
        self._hurried.update(waiting)
        self.stir()
        return bool(waiting)

    def stir(self) -> None:
        """Whoever waits looks again."""
        for line in self._lines.values():
            line.stir()

    def retrying(self) -> None:
        """One more request is made that was made before."""
        self._retries, _ = take_retry(self._retries, self._rules.share, self._now()[1])

    def view(self, chain: Chain, tokens: int, max_tokens: int) -> View:
        """What a decision about the next step needs to know."""
        now_ms, now = self._now()
        prices = {
            name_of(model): worst
            for model in (*chain.models, *chain.on_overflow, *chain.on_refusal)
            if (worst := self._world.prices.worst(model.model, tokens, max_tokens, now_ms)) is not None
        }
        market = Market(
            now_ms,
            self._circuits.known,
            self._rules.breaker,
            self._waits(chain, tokens, now_ms, now),
            CostGuard(self._rules.cost_factor, prices),
        )
        granted = take_retry(self._retries, self._rules.share, now)[1].ok
        return View(market, self._rules, granted and refusal_chance(self._throttle, now) <= self._world.rng.random())

    def _waits(self, chain: Chain, tokens: int, now_ms: int, now: float) -> dict[str, int | None]:
        """The links that would have to wait for longer than a moment."""
        waits: dict[str, int | None] = {}
        for name, model in links_of(chain).items():
            block = self._traffic_of(model.provider).block(model.model, tokens, now_ms, now)
            until_ms = None if block is None else block.until_ms
            if until_ms is not None and (until_ms - now_ms) / 1000 > self._rules.fallback_if_over:
                waits[name] = until_ms
        return waits

    # The run as a whole.

    async def hold_run(self, model: Model, cause: str, until_ms: int | None, reason: str) -> None:
        """Have the run wait until a time, or until somebody wakes it."""
        if until_ms is None and self._journal.state.limits.on_decision != "ask":
            self._helm.lay_down(reason)
        key = name_of(model)
        self._holding[key] = self._holding.get(key, 0) + 1
        try:
            await self._journal.record(Entry(RunWaiting(cause, until_ms, key, reason)))
            await self._until(until_ms)
        finally:
            self._holding[key] -= 1
            if not self._holding[key]:
                del self._holding[key]
        if not self._holding:
            await self._journal.record(Entry(RunWoken()))

    async def _until(self, until_ms: int | None) -> None:
        woken = self._woken
        seconds = self._seconds_until(until_ms)
        if seconds is None:
            await woken.wait()
            return
        sleeping = asyncio.ensure_future(self._world.clock.sleep(seconds))
        waiting = asyncio.ensure_future(woken.wait())
        try:
            await asyncio.wait({sleeping, waiting}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            waiting.cancel()

    def wake(self) -> None:
        """Go on now, whatever was waited for."""
        self._journal.state.holds.clear()
        self._woken.set()
        self._woken = asyncio.Event()
        self.stir()

    def _hold_of(self, model: Model, now_ms: int) -> Block | None:
        hold = self._journal.state.holds.get(name_of(model))
        if hold is None or hold.until_ms is None or hold.until_ms <= now_ms:
            return None
        return Block(hold.cause, hold.reason, hold.until_ms)

    # Small things.

    def _traffic_of(self, provider: str) -> Traffic:
        if provider not in self._traffic:
            caps = () if self._rules.ignore_limits else self._rules.windows.get(provider, ())
            traffic = Traffic(provider, caps, self._rules.concurrency)
            traffic.remember(self._rules.past, self._world.clock.wall_ms())
            self._traffic[provider] = traffic
        return self._traffic[provider]

    def _now(self) -> tuple[int, float]:
        return self._world.clock.wall_ms(), self._world.clock.mono_ns() / 1e9

    def _seconds_until(self, until_ms: int | None) -> float | None:
        return None if until_ms is None else max(0.001, (until_ms - self._world.clock.wall_ms()) / 1000)


def _warned(crossing: budget.Crossing, caps: budget.Caps) -> MoneyWarned:
    level = "critical" if crossing.percent >= caps.critical_percent else "warning"
    return MoneyWarned(crossing.account.label, level, crossing.used, crossing.account.cap or 0)


def _amounts(exceeded: budget.Exceeded) -> str:
    if exceeded.which is budget.Which.PROFILE_HOUR:
        return f"{exceeded.used} of {exceeded.cap} requests"
    return f"{format_usd(exceeded.used)} of {format_usd(exceeded.cap)}"
