"""The gate before each provider, shared by all tasks of a run: what every request has to pass.

A request is let through when nobody holds the run, the circuits of its provider and model are closed, the windows
and the provider's own buckets have room, not too many are under way, nobody stands before it, and every budget that
it is charged to allows what it can cost at most. A short wait is waited for here, in a line; a longer one is handed
back, so that another model can serve or the run can sleep until then. When a request has ended, all of that learns
how.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from tmtui.agents.model import Model
from tmtui.domain.limits import LimitNotice
from tmtui.domain.money import format_usd
from tmtui.domain.outcome import Outcome
from tmtui.engine.gate import Gate
from tmtui.engine.journal import Journal
from tmtui.engine.ports import Chain, World
from tmtui.engine.providers.applicant import Applicant, Pass
from tmtui.engine.providers.block import Block
from tmtui.engine.providers.circuits import Circuits, broken
from tmtui.engine.providers.handicaps import OFFLINE, unreachable
from tmtui.engine.providers.helm import Helm
from tmtui.engine.providers.line import Line, Place
from tmtui.engine.providers.pauses import Pauses
from tmtui.engine.providers.purse import Purse
from tmtui.engine.providers.route import Held, Refused, View, Wait, links_of, name_of
from tmtui.engine.providers.sleepers import Sleepers, seconds_until
from tmtui.engine.providers.traffic import Call, Traffic
from tmtui.events.base import Entry, Event, Recorded
from tmtui.events.money import MoneySpent, MoneyWarned
from tmtui.events.monitor import Restored
from tmtui.events.request import LimitsUsed, RequestReleased, RequestWaiting
from tmtui.resilience import budget
from tmtui.resilience.fallback import CostGuard, Market
from tmtui.resilience.retry_budget import RetryBudget, count_request, take_retry
from tmtui.resilience.waiting import PauseRun, Queue, decide_wait
from tmtui.state.model import State


Answer = Pass | Held | Refused | Outcome

OF_ONE_TASK: Final = frozenset({budget.Which.TURN, budget.Which.ATTEMPT, budget.Which.TASK})
"""Budgets that hold back one task and not the run."""

UNTOLD: Final = ("slow_start", "line")
"""Waits that are a matter of moments."""


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
        self._circuits.ask_again(now_ms)
        self._purse = Purse(self._rules, journal.state.run, now_ms)
        self._sleepers = Sleepers(world.clock)
        self._pauses = Pauses(journal, self._sleepers, helm)
        self._traffic: dict[str, Traffic] = {}
        self._lines: dict[str, Line] = {}
        self._retries = RetryBudget()
        self._announced: set[object] = set()
        """What was said once and need not be said again."""
        self._waiting: dict[str, bool] = {}
        """The conversations that wait, and whether each has another model to turn to."""
        self._hurried: set[str] = set()
        """Those that are to turn to it."""
        self._passed: set[str] = set()
        """The ids of the requests that were let through here."""
        journal.listen(self._hear)

    # Letting through.

    async def admit(self, applicant: Applicant, note: Callable[[Event], None]) -> Answer:
        """Wait for a place, as long as that is a short wait.

        Returns:
            Leave to make the request; or why it has to wait for longer; or what it ends with without being made.
        """
        model = applicant.model
        line = self._lines.setdefault(name_of(model), Line())
        told: RequestWaiting | None = None
        with self._waits(applicant.who, has_next=applicant.has_fallback):
            async with line.stand(applicant.place) as place:
                while (block := await self._block(applicant, place)) is not None:
                    if (answer := self._answer_to(block, applicant)) is not None:
                        return answer
                    waiting = RequestWaiting(model.provider, model.model, block.reason, block.cause, block.until_ms)
                    if block.cause not in UNTOLD and waiting != told:
                        note(told := waiting)
                    await line.moved(seconds_until(block.until_ms, self._world.clock))
                if told:
                    note(RequestReleased(model.provider, model.model))
                return self._begin(applicant, note)

    async def _block(self, applicant: Applicant, place: Place) -> Block | None:
        await self._gate.passed()
        now_ms, now = self._now()
        model = applicant.model
        return (
            self._choice(applicant)
            or self._pauses.block(name_of(model), now_ms)
            or self._circuits.block(model, now_ms)
            or self._traffic_of(model.provider).block(model.model, applicant.tokens, now_ms, now)
            or (None if place.is_first else Block("line", "others stand before it"))
            or self._budget(applicant, now_ms)
        )

    def _choice(self, applicant: Applicant) -> Block | None:
        """Whether a person has chosen that it goes on with another model."""
        if applicant.who not in self._hurried:
            return None
        self._hurried.discard(applicant.who)
        return Block("person", "a person chose the next model", away=True) if applicant.has_fallback else None

    def _answer_to(self, block: Block, applicant: Applicant) -> Held | Refused | Outcome | None:
        """What to say to whoever is blocked; None when the wait is short enough to stand in line."""
        if block.outcome is not None:
            return Refused(block.outcome) if block.final else block.outcome
        if block.sleeps:
            return Held(PauseRun(block.until_ms), block.cause, block.reason)
        if block.until_ms is None and not block.away:
            return None
        wait = decide_wait(
            seconds_until(block.until_ms, self._world.clock),
            self._world.clock.wall_ms(),
            has_fallback=applicant.has_fallback,
            fallback_if_over=self._rules.fallback_if_over,
            pause_over=self._rules.pause_over,
        )
        return None if isinstance(wait, Queue) else Held(wait, block.cause, block.reason)

    def _budget(self, applicant: Applicant, now_ms: int) -> Block | None:
        """Set the money aside; when a budget does not allow it, why."""
        payer = self._purse.payer(applicant.task, applicant.attempt, applicant.profile, applicant.task_cap)
        wanted = payer, applicant.worst_micro or 0, applicant.request, now_ms
        exceeded = self._purse.reserve(*wanted)
        if exceeded is None:
            return None
        words = f"the budget of the {exceeded.label} is used up: {_amounts(exceeded)}"
        if self._purse.frees_up(*wanted):
            return Block("budget", words)
        return self._exceed(exceeded, applicant, words)

    def _exceed(self, exceeded: budget.Exceeded, applicant: Applicant, words: str) -> Block:
        if self.is_news((exceeded.label, exceeded.cap)):
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
                return Block("budget", words)  # it waits here until it is ended with the run
            case _:
                return Block("budget", words, exceeded.until_ms, sleeps=True)

    def _begin(self, applicant: Applicant, note: Callable[[Event], None]) -> Pass:
        now_ms, now = self._now()
        model = applicant.model
        call = Call(applicant.request, model.model, applicant.tokens, now)
        self._hurried.discard(applicant.who)
        self._passed.add(applicant.request)
        self._traffic_of(model.provider).begin(call, now_ms)
        passage, changed = self._circuits.begin(model, now_ms)
        for event in broken(changed):
            note(event)
        if not applicant.tries:
            self._retries = count_request(self._retries, now)
        return Pass(applicant, passage, call, applicant.worst_micro or 0)

    # Taking account.

    def answers(self, granted: Pass) -> None:
        """An answer has begun: the provider takes more."""
        self._traffic_of(granted.applicant.model.provider).answers(granted.call, self._now()[1])
        self.stir()

    def told(self, model: Model, notice: LimitNotice) -> None:
        """A provider told of its limits."""
        self.heard(model.provider, model.model, notice)

    def heard(self, provider: str, model: str, notice: LimitNotice) -> None:
        """A provider told of its limits to a program that asks it by itself."""
        self._traffic_of(provider).learn(model, notice, self._world.clock.wall_ms())

    def settle(self, granted: Pass, outcome: Outcome, spent: MoneySpent | None) -> list[Event]:
        """A request has ended: take account of how, and say what changed by it."""
        now_ms, now = self._now()
        usage = None if spent is None else spent.usage
        self._traffic_of(granted.applicant.model.provider).end(granted.call, usage, outcome, now_ms, now)
        events: list[Event] = [*broken(self._circuits.end(granted.passage, outcome, now_ms, self._world.rng))]
        if spent is None:
            self._purse.release(granted.call.request)
        else:
            crossings = self._purse.settle(granted.call.request, spent.micro, now_ms)
            events += [_warned(crossing) for crossing in crossings]
        self.stir()
        return [*events, *self.limits_used(granted.applicant.model.provider)]

    def _hear(self, recorded: Recorded, _: State) -> None:
        """Take account of what was paid for without having passed here: by an agent, or before a crash."""
        spent = recorded.event
        if not isinstance(spent, MoneySpent) or spent.request in self._passed:
            return
        now_ms = self._world.clock.wall_ms()
        if spent.provider:
            self._traffic_of(spent.provider).add(spent.usage.total, now_ms)
        payer = self._purse.payer(recorded.task, recorded.attempt, spent.profile, None)
        for crossing in self._purse.charge(payer, spent.micro or 0, now_ms, now_ms):
            self._journal.note(_warned(crossing))

    def limits_used(self, provider: str) -> list[Event]:
        """How far the user's own limits for a provider are used up, where there are any."""
        caps = self._traffic_of(provider).standing(self._world.clock.wall_ms())
        return [LimitsUsed(provider, caps)] if caps else []

    def is_news(self, what: object) -> bool:
        """Whether this was not said before. It counts as said from here on."""
        before = len(self._announced)
        self._announced.add(what)
        return len(self._announced) > before

    def view(self, chain: Chain, present: Model, tokens: int, max_tokens: int) -> View:
        """What a decision about the next step needs to know."""
        now_ms, now = self._now()
        links = links_of(chain)
        prices = {
            name: worst
            for name, model in links.items()
            if (worst := self._world.prices.worst(model.model, tokens, max_tokens, now_ms)) is not None
        }
        market = Market(
            now_ms,
            self._circuits.known,
            self._rules.breaker,
            {name: until for name, model in links.items() if (until := self._away(model, tokens, now_ms, now))},
            CostGuard(self._rules.cost_factor, prices),
        )
        traffic = self._traffic_of(present.provider)
        granted = take_retry(self._retries, self._rules.share, now)[1].ok
        may_retry = granted and traffic.refusal_chance(now) <= self._world.rng.random()
        return View(market, self._rules, may_retry, traffic.opens_ms(present.model))

    def _away(self, model: Model, tokens: int, now_ms: int, now: float) -> int | None:
        """Until when a model has to be waited for, when that is longer than a moment."""
        held = self._pauses.block(name_of(model), now_ms)
        block = held or self._traffic_of(model.provider).block(model.model, tokens, now_ms, now)
        seconds = None if block is None else seconds_until(block.until_ms, self._world.clock)
        return block.until_ms if block is not None and (seconds or 0) > self._rules.fallback_if_over else None

    # Waiting.

    async def rest(self, who: str, until_ms: int, *, has_next: bool) -> None:
        """Wait before a request is made again."""
        self._retries, _ = take_retry(self._retries, self._rules.share, self._now()[1])
        with self._waits(who, has_next=has_next):
            await self._sleepers.sleep(who, until_ms)

    async def hold_run(self, who: str, model: Model, wait: Wait, *, has_next: bool) -> None:
        """Have the run wait until a time, or until somebody wakes it."""
        self._traffic_of(model.provider).start_slowly()
        away = unreachable(name_of(model), wait.reason) if wait.cause == OFFLINE else None
        for event in (*self.limits_used(model.provider), *([away] if away else [])):
            self._journal.note(event)
        with self._waits(who, has_next=has_next):
            await self._pauses.hold(who, name_of(model), wait.cause, wait.until_ms, wait.reason)
        if away and any(known.what == away.what for known in self._journal.state.degraded):
            self._journal.note(Restored(away.what))

    @contextmanager
    def _waits(self, who: str, *, has_next: bool) -> Iterator[None]:
        self._waiting[who] = has_next
        try:
            yield
        finally:
            del self._waiting[who]

    def hurry(self) -> bool:
        """Have those who wait turn to another model, as far as they have one; say whether there are any."""
        able = {who for who, has_next in self._waiting.items() if has_next}
        self._hurried |= able
        self._sleepers.wake(able)
        self.stir()
        return bool(able)

    def wake(self) -> None:
        """Go on now, whatever was waited for, and ask those once more who had refused."""
        for event in broken(self._circuits.ask_again(self._world.clock.wall_ms())):
            self._journal.note(event)
        for traffic in self._traffic.values():
            traffic.open_up()
        self._sleepers.wake()
        self.stir()

    def stir(self) -> None:
        """Whoever stands in line looks again."""
        for line in self._lines.values():
            line.stir()

    # Circuits, by hand.

    @property
    def circuits(self) -> list[str]:
        """The names of the circuits that are known."""
        return sorted(self._circuits.known)

    def set_circuit(self, name: str, *, closed: bool) -> list[Entry]:
        """Close circuits, or hold them open; `name` may be a circuit's, or a model's."""
        now_ms = self._world.clock.wall_ms()
        return [Entry(event) for event in broken(self._circuits.set(name, now_ms, closed=closed))]

    # Small things.

    def _traffic_of(self, provider: str) -> Traffic:
        if provider not in self._traffic:
            self._traffic[provider] = Traffic(provider, self._rules, self._world.rng, self._world.clock.wall_ms())
        return self._traffic[provider]

    def _now(self) -> tuple[int, float]:
        return self._world.clock.wall_ms(), self._world.clock.mono_ns() / 1e9


def _warned(crossing: budget.Crossing) -> MoneyWarned:
    return MoneyWarned(crossing.account.label, crossing.level, crossing.used, crossing.account.cap or 0)


def _amounts(exceeded: budget.Exceeded) -> str:
    if exceeded.which is budget.Which.PROFILE_HOUR:
        return f"{exceeded.used} of {exceeded.cap} requests"
    return f"{format_usd(exceeded.used)} of {format_usd(exceeded.cap)}"
