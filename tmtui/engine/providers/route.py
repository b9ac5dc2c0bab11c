"""Which model serves a conversation, and what follows when it cannot: decisions, while the waiting is elsewhere."""

from collections.abc import Mapping
from typing import Final

import msgspec

from tmtui.agents.model import Model, Replied, StopKind
from tmtui.domain.clock import Rng
from tmtui.domain.outcome import Kind, Outcome
from tmtui.engine.ports import Chain
from tmtui.engine.providers.rules import GateRules
from tmtui.resilience import fallback
from tmtui.resilience.backoff import pause_before_retry, retries_of, sane_hint
from tmtui.resilience.fallback import Exhausted, Hop, Link, Market, next_hop
from tmtui.resilience.taxonomy import TREATMENTS, Area, Forced, Then, Treatment
from tmtui.resilience.waiting import FallBack, PauseRun


PROBE_SECONDS: Final = 15.0
"""How often it is tried whether an unreachable provider is back."""

CAUSES: Final[Mapping[Area, str]] = {
    Area.TRANSIENT: "offline",
    Area.STALL: "offline",
    Area.OVERLOADED: "rate_limit",
    Area.RATE_LIMIT: "rate_limit",
    Area.BUDGET: "budget",
}
"""What a run is said to wait for; whatever is not among them keeps it offline."""


class Give(msgspec.Struct, frozen=True):
    """The request is over: an answer, or a failure that stays."""

    outcome: Outcome


class Again(msgspec.Struct, frozen=True):
    """The same model is asked again, after so many seconds."""

    pause: float
    outcome: Outcome
    """What it failed with."""
    of: int = 0
    """How many requests it is usually asked at most, all together; a limit is waited for however often."""


class Switch(msgspec.Struct, frozen=True):
    """Another model serves the rest of the conversation."""

    before: str
    after: str
    hop: int
    reason: str


class Wait(msgspec.Struct, frozen=True):
    """Nobody can serve it now: the run waits."""

    cause: str
    until_ms: int | None
    reason: str


Move = Give | Again | Switch | Wait


class Held(msgspec.Struct, frozen=True):
    """The gate holds a request back for longer than a moment."""

    wait: FallBack | PauseRun
    cause: str
    reason: str


class Refused(msgspec.Struct, frozen=True):
    """The gate lets a request through neither now nor later, to nobody."""

    outcome: Outcome


class View(msgspec.Struct, frozen=True):
    """What of the world a decision needs."""

    market: Market
    rules: GateRules
    may_retry: bool = True
    """Whether the budget of retries allows one more."""
    opens_ms: int = 0
    """Wall time before which the present model is asked by nobody; 0 when it is open."""


class Route:
    """Where a conversation stands in its chain of models."""

    def __init__(self, chain: Chain, rules: GateRules) -> None:
        self._models = links_of(chain)
        self._chain = fallback.Chain(
            _links(chain.models), _links(chain.on_overflow), _links(chain.on_refusal), auth=rules.auth_fallback
        )
        self._retry = rules.retry
        if chain.manner.retries is not None:
            self._retry = msgspec.structs.replace(self._retry, tries=chain.manner.retries + 1)
        self._tried: tuple[str, ...] = ()
        self.model: Model = chain.models[0]
        self.hop = 0
        self.why = ""

    def has_next(self, view: View) -> bool:
        """Whether another model could take over from the present one if it had to wait."""
        waiting = Outcome(Kind.RATE_LIMITED)
        return fallback.has_fallback(self._chain, waiting, self._with_present(), view.market)

    def after(self, reply: Replied, tries: int, view: View, rng: Rng) -> Move:
        """What to do after the `tries`-th request to the present model."""
        outcome = verdict_of(reply)
        if outcome.ok:
            return Give(reply.outcome)
        treatment = TREATMENTS[outcome.kind]
        hop = next_hop(self._chain, outcome, self._with_present(), view.market)
        pause = self._pause(outcome, tries, view, rng)
        if pause is not None and not (isinstance(hop, Hop) and _turns_away(treatment, tries, pause, view.rules)):
            if pause > view.rules.pause_over:
                return _wait(outcome, treatment, view.market.now_ms + round(pause * 1000))
            return Again(pause, outcome, retries_of(outcome.kind, self._retry) + 1)
        if isinstance(hop, Hop):
            return self._switch(hop, outcome)
        starved = not view.may_retry and tries <= retries_of(outcome.kind, self._retry)
        if treatment.then is Then.PAUSE_RUN or starved:
            return _wait(outcome, treatment, _until(outcome, treatment, hop, view))
        return Give(outcome)

    def _pause(self, outcome: Outcome, tries: int, view: View, rng: Rng) -> float | None:
        """Seconds until the same model is asked again; None for not at all.

        A refusal for its rate has closed the gate for everybody: it is asked again when that opens, however often.
        """
        if TREATMENTS[outcome.kind].area is Area.RATE_LIMIT and retries_of(outcome.kind, self._retry):
            return max(0, view.opens_ms - view.market.now_ms) / 1000
        return pause_before_retry(outcome, tries, rng, self._retry) if view.may_retry else None

    def around(self, held: Held, view: View) -> Move:
        """What to do when the gate holds the present model back."""
        reason = Outcome(Kind.LOCAL_RATE_LIMIT, held.reason)
        hop = next_hop(self._chain, reason, self._with_present(), view.market)
        if isinstance(held.wait, FallBack) and isinstance(hop, Hop):
            return self._switch(hop, reason)
        cause = "offline" if held.cause == "circuit" else held.cause
        return Wait(cause, held.wait.until_ms, held.reason)

    def _with_present(self) -> tuple[str, ...]:
        return (*self._tried, name_of(self.model))

    def _switch(self, hop: Hop, outcome: Outcome) -> Switch:
        before = self.model.model
        self._tried = self._with_present()
        self.model = self._models[hop.link.name]
        self.hop += 1
        self.why = outcome.message or str(outcome.kind)
        return Switch(before, self.model.model, self.hop, self.why)


def name_of(model: Model) -> str:
    """A model with its provider: what its circuit is called."""
    return f"{model.provider}/{model.model}"


def links_of(chain: Chain) -> dict[str, Model]:
    """All models of a chain, by name."""
    return {name_of(model): model for model in (*chain.models, *chain.on_overflow, *chain.on_refusal)}


def _links(models: tuple[Model, ...]) -> tuple[Link, ...]:
    return tuple(Link(provider=model.provider, model=model.model) for model in models)


def verdict_of(reply: Replied) -> Outcome:
    """How a request ended, for the choice of who is asked next: some answers are as good as none."""
    if reply.outcome.ok and reply.stop is StopKind.REFUSAL:
        return Outcome(Kind.REFUSAL, f"the model declined ({reply.stop_word or 'refusal'})")
    if reply.outcome.ok and reply.stop is StopKind.CONTEXT_EXCEEDED:
        return Outcome(Kind.CONTEXT_TOO_LONG, "the model's context is full")
    return reply.outcome


def _turns_away(treatment: Treatment, tries: int, pause: float, rules: GateRules) -> bool:
    early = treatment.early is not None and tries >= treatment.early
    return early or pause > rules.fallback_if_over


def _wait(outcome: Outcome, treatment: Treatment, until_ms: int | None) -> Wait:
    cause = "quota" if treatment.forces is Forced.QUOTA else CAUSES.get(treatment.area, "offline")
    return Wait(cause, until_ms, outcome.message or str(outcome.kind))


def _until(outcome: Outcome, treatment: Treatment, hop: object, view: View) -> int | None:
    if treatment.area is Area.RATE_LIMIT and view.opens_ms > view.market.now_ms:
        return view.opens_ms
    hint = sane_hint(outcome.retry_after)
    if hint is not None:
        return view.market.now_ms + round(hint * 1000)
    if isinstance(hop, Exhausted) and hop.recoverable_at_ms is not None:
        return hop.recoverable_at_ms
    soon = treatment.area in (Area.TRANSIENT, Area.STALL, Area.OVERLOADED, Area.RATE_LIMIT)
    return view.market.now_ms + round(PROBE_SECONDS * 1000) if soon else None
