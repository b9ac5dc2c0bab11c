"""What is known of one provider and of the money: values of `tmtui.resilience`, and the questions that a gate has."""

from collections.abc import Iterable, Mapping

import msgspec

from tmtui.agents.model import Model
from tmtui.domain.limits import LimitNotice
from tmtui.domain.outcome import Kind, Outcome
from tmtui.domain.usage import Usage
from tmtui.engine.providers.rules import GateRules, PastCharge
from tmtui.events.resilience import ProviderBroken
from tmtui.resilience import breaker as breakers, buckets, budget, slow_start, windows
from tmtui.resilience.breaker import Breaker, BreakerConfig
from tmtui.resilience.buckets import Buckets
from tmtui.resilience.budget import Ledger, Payer
from tmtui.resilience.circuits import Passage, enter, report
from tmtui.resilience.slow_start import SlowStart
from tmtui.resilience.taxonomy import Forced
from tmtui.resilience.windows import Cap, Use, Windows


class Block(msgspec.Struct, frozen=True):
    """Why a request cannot be made at this moment."""

    cause: str
    """`rate_limit`, `circuit`, `slow_start`, `budget`, or `hold`."""
    reason: str
    until_ms: int | None = None
    """When it is worth looking again; None when only an event will tell."""
    outcome: Outcome | None = None
    """What the request ends with when waiting does not help."""
    final: bool = False
    """Whether that outcome is no matter for another model either."""
    sleeps: bool = False
    """Whether the run is to sleep until then, whoever else could serve."""


class Traffic:
    """One provider: its windows, the buckets of its models, and how many requests may be under way."""

    def __init__(self, provider: str, caps: tuple[Cap, ...], concurrency: int) -> None:
        self._provider = provider
        self.caps = caps
        self.windows = Windows()
        self._buckets: dict[str, Buckets] = {}
        self._start = SlowStart(most=concurrency)

    def remember(self, past: Iterable[PastCharge], now_ms: int) -> None:
        """Take in what was used before this engine began."""
        uses = [Use(each.at_ms, 1, each.tokens) for each in past if each.provider == self._provider]
        self.windows = windows.record(self.windows, uses, now_ms)

    def block(self, model: str, tokens: int, now_ms: int, now: float) -> Block | None:
        """Why a request of about so many tokens cannot be made."""
        room = windows.room(self.windows, self.caps, tokens, now_ms)
        if not room.ok and room.cap is not None:
            words = f"{room.used:,} of {room.cap.most:,} {room.cap.unit} in this {room.cap.length} ({room.cap.name})"
            larger = f"one request of {tokens:,} tokens is more than {room.cap.name}: {room.cap.most} allows at all"
            never = Outcome(Kind.CONFIG_INVALID, larger) if room.never else None
            return Block("rate_limit", words, room.wait_until_ms, never)
        flow = buckets.flow(self._buckets.get(model, Buckets()), _units(tokens), now_ms)
        if not flow.ok:
            words = f"{self._provider} allows no more {(flow.name or 'requests').replace('_', ' ')} now"
            return Block("rate_limit", words, flow.wait_until_ms)
        if not slow_start.enter(self._start, now)[1]:
            return Block("slow_start", f"{self._start.under_way} requests under way at {self._provider}")
        return None

    def begin(self, request: str, model: str, tokens: int, now_ms: int, now: float) -> None:
        """A request starts that nothing blocks."""
        self.windows = windows.reserve(self.windows, request, tokens, now_ms)
        self._buckets[model] = buckets.take(self._buckets.get(model, Buckets()), _units(tokens), now_ms)
        self._start, _ = slow_start.enter(self._start, now)

    def begun_well(self, now: float) -> None:
        """An answer has begun."""
        self._start = slow_start.begun_well(self._start, now)

    def end(
        self,
        request: str,
        model: str,
        tokens: int,
        usage: Usage | None,
        outcome: Outcome,
        now_ms: int,
        times: "Times",
    ) -> None:
        """A request ended."""
        self.windows = windows.settle(self.windows, request, usage.total if usage else None, now_ms)
        if usage is not None:
            known = self._buckets.get(model, Buckets())
            self._buckets[model] = buckets.settle(known, _units(tokens), buckets.units_of(usage), now_ms)
        if outcome.kind in (Kind.OVERLOADED, Kind.RATE_LIMITED):
            self._start = slow_start.leave_overloaded(self._start, times.now, times.began)
        else:
            self._start = slow_start.leave(self._start, times.now)

    def learn(self, model: str, notice: LimitNotice, now_ms: int) -> None:
        """The provider told of its limits."""
        self._buckets[model] = buckets.learn(self._buckets.get(model, Buckets()), notice, now_ms)

    def closed_until(self, model: str) -> int:
        """Wall time before which the provider wants no request for a model; 0 for none."""
        return self._buckets.get(model, Buckets()).closed_until_ms


class Times(msgspec.Struct, frozen=True):
    """When a request began and ended, in seconds of a clock that only grows."""

    began: float
    now: float


def _units(tokens: int) -> dict[str, int]:
    return {"requests": 1, "tokens": tokens, "input_tokens": tokens}


class Circuits:
    """All circuits, kept as the log knows them."""

    def __init__(self, config: BreakerConfig, stored: Mapping[str, str], now_ms: int) -> None:
        self._config = config
        self.known: dict[str, Breaker] = {
            key: breakers.restore(msgspec.json.decode(data, type=Breaker), config, now_ms)
            for key, data in stored.items()
            if data
        }

    def block(self, model: Model, now_ms: int) -> Block | None:
        """Why the circuits let no request to a model through."""
        _, passage = enter(self.known, model.provider, model.model, self._config, now_ms)
        if passage.allowed:
            return None
        return Block("circuit", passage.reason, passage.wait_until_ms, self._forced(model))

    def _forced(self, model: Model) -> Outcome | None:
        for key in breakers.circuit_keys(model.provider, model.model):
            known = self.known.get(key)
            if known is not None and known.reason is not None and known.until_ms is None:
                kind = {Forced.AUTH: Kind.AUTH, Forced.QUOTA: Kind.QUOTA_EXHAUSTED}.get(known.reason, Kind.API_500)
                return Outcome(kind, f"{key} is not asked: its circuit was opened ({known.reason})")
        return None

    def set(self, name: str, now_ms: int, *, closed: bool) -> dict[str, Breaker]:
        """Close the circuits of that name, or hold them open. A model's name means it at every provider."""
        named = [key for key in self.known if name in (key, key.partition("/")[2])]
        if not closed and not named:
            named = [name]
        changed = {
            key: breakers.reset(self.known[key], now_ms)
            if closed
            else breakers.force_open(self.known.get(key, Breaker()), Forced.MANUAL, now_ms)
            for key in named
        }
        self.known.update(changed)
        return changed

    def begin(self, model: Model, now_ms: int) -> tuple[Passage, dict[str, Breaker]]:
        """A request starts; what changed is to be recorded."""
        changed, passage = enter(self.known, model.provider, model.model, self._config, now_ms)
        self.known.update(changed)
        return passage, changed

    def end(self, passage: Passage, outcome: Outcome, now_ms: int, rng: object) -> dict[str, Breaker]:
        """A request ended; what changed is to be recorded."""
        changed = report(self.known, passage, outcome, self._config, now_ms, rng)  # type: ignore[arg-type]
        self.known.update(changed)
        return changed


def broken(changed: dict[str, Breaker]) -> list[ProviderBroken]:
    """The circuits whose change the log has to know: all but those that merely went on well."""
    return [
        ProviderBroken(
            key,
            str(breaker.mode),
            str(breaker.reason or ""),
            breaker.until_ms,
            msgspec.json.encode(breaker).decode(),
        )
        for key, breaker in changed.items()
        if breaker.failures or breaker.generation
    ]


class Purse:
    """The money: what was spent and is set aside."""

    def __init__(self, rules: GateRules, run: str, now_ms: int) -> None:
        self._caps = rules.caps
        self._zone = rules.zone
        self._run = run
        self.ledger = Ledger()
        for each in rules.past:
            payer = Payer(run=each.run, task=each.task, profile=each.profile)
            settled = budget.record(self.ledger, self._caps, payer, each.micro or 0, each.at_ms, now_ms, self._zone)
            self.ledger = settled.ledger

    def payer(self, task: str, attempt: int, profile: str, task_cap: int | None) -> Payer:
        """On whose behalf a request is made."""
        return Payer(run=self._run, task=task, attempt=attempt, profile=profile, task_cap=task_cap)

    def reserve(self, payer: Payer, micro: int, request: str, now_ms: int) -> budget.Exceeded | None:
        """Set money aside, or say which budget does not allow it."""
        answer = budget.reserve(self.ledger, self._caps, payer, micro, now_ms, request=request, zone=self._zone)
        if isinstance(answer, budget.Exceeded):
            return answer
        self.ledger = answer.ledger
        return None

    def release(self, request: str) -> None:
        """A request was not made after all."""
        self.ledger = budget.release(self.ledger, request)

    def settle(self, request: str, micro: int | None, now_ms: int) -> tuple[budget.Crossing, ...]:
        """A request was paid for; say which marks were passed by it."""
        settled = budget.settle(self.ledger, self._caps, request, micro, now_ms)
        self.ledger = settled.ledger
        return settled.crossings


def by_name(models: Iterable[Model]) -> Mapping[str, Model]:
    """Models by `provider/model`."""
    return {f"{model.provider}/{model.model}": model for model in models}
