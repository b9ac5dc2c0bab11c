"""Which model serves a conversation, and what follows when it cannot: decisions, while the waiting is elsewhere."""

from typing import Final

import msgspec

from tmtui.agents.model import Model, Replied, StopKind
from tmtui.domain.clock import Rng
from tmtui.domain.outcome import Kind, Outcome
from tmtui.engine.ports import Chain
from tmtui.resilience.backoff import pause_before_retry
from tmtui.resilience.defaults import FALLBACK_IF_OVER_SECONDS, PAUSE_OVER_SECONDS
from tmtui.resilience.taxonomy import TREATMENTS, Area, Fallback, Then, Treatment


PROBE_SECONDS: Final = 15.0
"""How often it is tried whether an unreachable provider is back."""

_CAUSES: Final = {
    Area.TRANSIENT: "offline",
    Area.OVERLOADED: "overload",
    Area.RATE_LIMIT: "rate_limit",
    Area.BUDGET: "budget",
    Area.AUTH: "quota",
}


class Give(msgspec.Struct, frozen=True):
    """The request is over: an answer, or a failure that stays."""

    outcome: Outcome


class Again(msgspec.Struct, frozen=True):
    """The same model is asked again, after so many seconds."""

    pause: float


class Switch(msgspec.Struct, frozen=True):
    """Another model serves the rest of the conversation."""

    hop: int
    reason: str


class Wait(msgspec.Struct, frozen=True):
    """Nobody can serve it now: the run waits."""

    cause: str
    until_ms: int | None
    reason: str


Move = Give | Again | Switch | Wait


class View(msgspec.Struct, frozen=True):
    """What of the world a decision needs."""

    now_ms: int
    closed: frozenset[str]
    """`provider/model` of those that would not be let through now."""
    may_retry: bool = True
    """Whether the budget of retries allows one more."""


class Route:
    """Where a conversation stands in its chain of models."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain
        self._passed: set[str] = set()
        self.model: Model = chain.models[0]
        self.hop = 0
        self.why = ""

    def after(self, reply: Replied, tries: int, view: View, rng: Rng) -> Move:
        """What to do after the `tries`-th request to the present model."""
        outcome = verdict_of(reply)
        if outcome.ok:
            return Give(reply.outcome)
        treatment = TREATMENTS[outcome.kind]
        following = self._following(treatment.fallback, view)
        pause = pause_before_retry(outcome, tries, rng) if view.may_retry else None
        if pause is not None and not (following and _rather_falls_back(treatment, tries, pause)):
            if pause > PAUSE_OVER_SECONDS.value:
                return Wait("rate_limit", view.now_ms + round(pause * 1000), outcome.message)
            return Again(pause)
        if following is not None:
            return self._switch(following, outcome)
        if treatment.then is Then.PAUSE_RUN:
            return Wait(
                _CAUSES.get(treatment.area, "offline"), _until(outcome, treatment, view.now_ms), outcome.message
            )
        return Give(outcome if reply.outcome.ok is False else reply.outcome)

    def _following(self, fallback: Fallback, view: View) -> Model | None:
        candidates: tuple[Model, ...] = ()
        match fallback:
            case Fallback.NORMAL:
                candidates = self._chain.models
            case Fallback.CONTEXT:
                candidates = self._chain.on_overflow
            case Fallback.REFUSAL:
                candidates = self._chain.on_refusal
            case Fallback.NEVER:
                pass
        passed = self._passed | {name_of(self.model)}
        return next(
            (each for each in candidates if name_of(each) not in passed and name_of(each) not in view.closed), None
        )

    def _switch(self, model: Model, outcome: Outcome) -> Switch:
        self._passed.add(name_of(self.model))
        self.model = model
        self.hop += 1
        self.why = f"{outcome.kind}: {outcome.message}" if outcome.message else str(outcome.kind)
        return Switch(self.hop, self.why)


def name_of(model: Model) -> str:
    """A model with its provider: what its circuit is called."""
    return f"{model.provider}/{model.model}"


def verdict_of(reply: Replied) -> Outcome:
    """How a request ended, for the choice of who is asked next: some answers are as good as none."""
    if reply.outcome.ok and reply.stop is StopKind.REFUSAL:
        return Outcome(Kind.REFUSAL, f"the model declined ({reply.stop_word or 'refusal'})")
    if reply.outcome.ok and reply.stop is StopKind.CONTEXT_EXCEEDED:
        return Outcome(Kind.CONTEXT_TOO_LONG, "the model's context is full")
    return reply.outcome


def _rather_falls_back(treatment: Treatment, tries: int, pause: float) -> bool:
    early = treatment.early is not None and tries >= treatment.early
    return early or pause > FALLBACK_IF_OVER_SECONDS.value


def _until(outcome: Outcome, treatment: Treatment, now_ms: int) -> int | None:
    if outcome.retry_after is not None:
        return now_ms + round(outcome.retry_after * 1000)
    return now_ms + round(PROBE_SECONDS * 1000) if treatment.area is Area.TRANSIENT else None
