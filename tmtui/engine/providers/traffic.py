"""One provider's traffic: its windows, the buckets of its models, and how many requests may be under way.

A refusal for its rate closes a model to everybody until a moment that is chosen here: no sooner than the provider
asks for, later with each refusal in a row, and never the same for two clients. From then on requests start one at a
time. So a provider that refuses is asked once for each time that it has opened, however many tasks wait for it.
"""

from collections.abc import Iterable
from typing import Final

import msgspec

from tmtui.domain.clock import Rng
from tmtui.domain.limits import CapUsed, LimitNotice
from tmtui.domain.outcome import Kind, Outcome
from tmtui.domain.tally import at_least
from tmtui.domain.usage import Usage
from tmtui.engine.providers.block import Block
from tmtui.engine.providers.rules import GateRules, PastCharge
from tmtui.resilience import buckets, slow_start, throttle, windows
from tmtui.resilience.backoff import longest_pause, sane_hint
from tmtui.resilience.buckets import Buckets
from tmtui.resilience.defaults import HINT_JITTER, THROTTLE_LEAST, THROTTLE_SECONDS
from tmtui.resilience.slow_start import SlowStart
from tmtui.resilience.taxonomy import TREATMENTS
from tmtui.resilience.throttle import Throttle
from tmtui.resilience.windows import Use, Windows


TURNED_AWAY: Final = (Kind.OVERLOADED, Kind.RATE_LIMITED)
"""Refusals that ask for less."""


class Call(msgspec.Struct, frozen=True):
    """One request, as far as traffic is concerned."""

    request: str
    """Its id in the log."""
    model: str
    tokens: int
    """Estimated, of the prompt."""
    began: float
    """In seconds of a clock that only grows."""


class Refusals(msgspec.Struct, frozen=True):
    """A model's refusals in a row."""

    count: int = 0
    last: float = -1.0
    """When the last one came that had begun after the one before."""


class Traffic:
    """What is under way at one provider, and what it has told of its limits."""

    def __init__(self, provider: str, rules: GateRules, rng: Rng, now_ms: int) -> None:
        self._provider = provider
        self._rules = rules
        self._rng = rng
        self._caps = () if rules.ignore_limits else rules.windows.get(provider, ())
        self._windows = windows.record(Windows(), uses_of(rules.past, provider), now_ms)
        self._buckets: dict[str, Buckets] = {}
        self._start = SlowStart(most=rules.concurrency)
        self._throttle = Throttle()
        self._refusals: dict[str, Refusals] = {}
        self._answering: set[str] = set()
        """Requests whose answer has begun."""

    def block(self, model: str, tokens: int, now_ms: int, now: float) -> Block | None:
        """Why a request of about so many tokens cannot be made."""
        return self._full(tokens, now_ms) or self._refused(model, tokens, now_ms) or self._busy(now)

    def _full(self, tokens: int, now_ms: int) -> Block | None:
        room = windows.room(self._windows, self._caps, tokens, now_ms)
        if room.ok or room.cap is None:
            return None
        words = f"{room.used:,} of {room.cap.most:,} {room.cap.unit} in this {room.cap.length} ({room.cap.name})"
        if not room.never:
            return Block("rate_limit", words, room.wait_until_ms)
        larger = f"one request of {tokens:,} tokens is more than {room.cap.name}: {room.cap.most} allows at all"
        return Block("rate_limit", words, outcome=Outcome(Kind.CONFIG_INVALID, larger))

    def _refused(self, model: str, tokens: int, now_ms: int) -> Block | None:
        flow = buckets.flow(self._known(model), _units(tokens), now_ms)
        if flow.ok:
            return None
        words = f"{self._provider} allows no more {(flow.name or 'requests').replace('_', ' ')} now"
        return Block("rate_limit", words, flow.wait_until_ms)

    def _busy(self, now: float) -> Block | None:
        if slow_start.enter(self._start, now)[1]:
            return None
        return Block("slow_start", f"{self._start.under_way} requests under way at {self._provider}")

    def begin(self, call: Call, now_ms: int) -> None:
        """A request starts that nothing blocks."""
        self._windows = windows.reserve(self._windows, call.request, call.tokens, now_ms)
        self._buckets[call.model] = buckets.take(self._known(call.model), _units(call.tokens), now_ms)
        self._start, _ = slow_start.enter(self._start, call.began)
        self._throttle = throttle.on_send(self._throttle, call.began)

    def answers(self, call: Call, now: float) -> None:
        """An answer has begun: the provider takes more."""
        if call.request not in self._answering:
            self._answering.add(call.request)
            self._start = slow_start.begun_well(self._start, now)

    def end(self, call: Call, usage: Usage | None, outcome: Outcome, now_ms: int, now: float) -> None:
        """A request ended."""
        self._windows = windows.settle(self._windows, call.request, usage.total if usage else None, now_ms)
        if usage is not None:
            true = buckets.units_of(usage)
            self._buckets[call.model] = buckets.settle(self._known(call.model), _units(call.tokens), true, now_ms)
        if outcome.ok:
            self.answers(call, now)
            self._refusals.pop(call.model, None)
        self._answering.discard(call.request)
        failed = TREATMENTS[outcome.kind].breaker or outcome.kind in TURNED_AWAY
        self._throttle = throttle.on_reject(self._throttle) if failed else throttle.on_accept(self._throttle, now)
        if outcome.kind in TURNED_AWAY:
            self._start = slow_start.leave_overloaded(self._start, now, call.began)
        else:
            self._start = slow_start.leave(self._start, now)
        if outcome.kind is Kind.RATE_LIMITED:
            self._close(call, outcome, now_ms, now)

    def _close(self, call: Call, outcome: Outcome, now_ms: int, now: float) -> None:
        """Have nobody ask for a model before a moment that the provider, or the backoff, wants."""
        known = self._refusals.get(call.model, Refusals())
        if call.began >= known.last:  # otherwise it tells of the same moment as the last one
            known = self._refusals[call.model] = Refusals(known.count + 1, now)
        hint = sane_hint(outcome.retry_after) or 0.0
        backoff = self._rng.random() * longest_pause(outcome.kind, known.count, self._rules.retry)
        seconds = max(hint * (1 + HINT_JITTER.value * self._rng.random()), backoff)
        self.learn(call.model, LimitNotice(retry_after=seconds), now_ms)
        self.start_slowly()

    def add(self, tokens: int, now_ms: int) -> None:
        """Somebody has made a request without having asked."""
        self._windows = windows.record(self._windows, (Use(now_ms, 1, tokens),), now_ms)

    def start_slowly(self) -> None:
        """Whatever the provider took before: the next requests start one at a time."""
        self._start = msgspec.structs.replace(self._start, allowed=1)

    def standing(self, now_ms: int) -> tuple[CapUsed, ...]:
        """How far the user's own limits are used up."""
        return tuple(each.told for each in windows.standings(self._windows, self._caps, now_ms))

    def learn(self, model: str, notice: LimitNotice, now_ms: int) -> None:
        """The provider told of its limits."""
        self._buckets[model] = buckets.learn(self._known(model), notice, now_ms)

    def open_up(self) -> None:
        """Forget the refusals: somebody wants it to be asked."""
        self._refusals.clear()
        for model, known in self._buckets.items():
            self._buckets[model] = msgspec.structs.replace(known, closed_until_ms=0)

    def opens_ms(self, model: str) -> int:
        """Wall time before which the provider wants no request for a model; 0 when it is open."""
        return self._known(model).closed_until_ms

    def refusal_chance(self, now: float) -> float:
        """The probability with which it is better not to ask again. A few requests say nothing."""
        few = at_least(self._throttle.requests, now, THROTTLE_SECONDS.value) < THROTTLE_LEAST.value
        return 0.0 if few else throttle.refusal_chance(self._throttle, now)

    def _known(self, model: str) -> Buckets:
        return self._buckets.get(model, Buckets())


def _units(tokens: int) -> dict[str, int]:
    return {"requests": 1, "tokens": tokens, "input_tokens": tokens}


def uses_of(past: Iterable[PastCharge], provider: str) -> list[Use]:
    """What was used of a provider before this engine began."""
    return [Use(each.at_ms, 1, each.tokens) for each in past if each.provider == provider]
