"""The circuits of one request: the provider's and its model's, asked together and told together.

Both must let a request pass. When one does and the other does not, nothing has been asked: no place of a probe is
taken. What a request came to is told to whom it concerns, as the taxonomy says:

    nothing of the provider answers        the provider's circuit      network, connecting, an agent's program
    one model is in trouble                the model's circuit         5xx, overload, stalls, cut streams
    credentials, spending limit            the provider's, held open at once
    limited, canceled, our own fault       none: it says nothing about health

As with everything that is brought back, a request that began before a circuit's last change is not believed about it:
of the requests that are refused together, the first has said it all.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from tmtui.domain.clock import Rng
from tmtui.domain.outcome import Outcome
from tmtui.resilience.breaker import (
    Admission,
    Breaker,
    BreakerConfig,
    admit,
    circuit_keys,
    force_open,
    on_failure,
    on_neutral,
    on_success,
)
from tmtui.resilience.defaults import SLOW_CALL_WEIGHT
from tmtui.resilience.taxonomy import TREATMENTS


_NEVER: Final = -1
"""No breaker has this generation."""


class Passage(msgspec.Struct, frozen=True):
    """What the circuits of a request said."""

    provider: str
    model: str
    allowed: bool
    generations: dict[str, int] = {}
    """By circuit: to be brought back with the result."""
    probe: bool = False
    wait_until_ms: int | None = None
    """When it is worth asking again; None when only an event will tell."""
    reason: str = ""
    """Which circuit is in the way and why, for a person."""


def enter(
    circuits: Mapping[str, Breaker], provider: str, model: str, config: BreakerConfig, now_ms: int
) -> tuple[dict[str, Breaker], Passage]:
    """Ask for a request. The circuits that changed come back, to be kept; none when it may not be made."""
    keys = circuit_keys(provider, model)
    asked = {key: admit(circuits.get(key, Breaker()), config, now_ms) for key in keys}
    refused = {key: admission for key, (_, admission) in asked.items() if not admission.allowed}
    if refused:
        key = max(refused, key=lambda key: _lasting(refused[key]))
        why = f"the circuit of {key} is open: {refused[key].reason}"
        return {}, Passage(provider, model, allowed=False, wait_until_ms=refused[key].wait_until_ms, reason=why)
    passage = Passage(
        provider,
        model,
        allowed=True,
        generations={key: admission.generation for key, (_, admission) in asked.items()},
        probe=any(admission.probe for _, admission in asked.values()),
    )
    return _changed(circuits, {key: breaker for key, (breaker, _) in asked.items()}), passage


def _lasting(admission: Admission) -> float:
    return float("inf") if admission.wait_until_ms is None else admission.wait_until_ms


def report(
    circuits: Mapping[str, Breaker],
    passage: Passage,
    outcome: Outcome,
    config: BreakerConfig,
    now_ms: int,
    rng: Rng,
    *,
    slow: bool = False,
    until_ms: int | None = None,
) -> dict[str, Breaker]:
    """Tell what a request came to; the circuits that changed come back.

    `slow` says that it went well but took too long; `until_ms` is when the provider's refusal ends, where it said so.
    """
    provider, model = circuit_keys(passage.provider, passage.model)
    told = {}
    for key, weight in zip((provider, model), _weights(outcome, slow=slow), strict=True):
        breaker, generation = circuits.get(key, Breaker()), passage.generations.get(key, _NEVER)
        told[key] = _tell(breaker, config, now_ms, generation, rng, weight)
    reason = TREATMENTS[outcome.kind].forces
    if reason is not None and passage.generations.get(provider, _NEVER) == told[provider].generation:
        told[provider] = force_open(told[provider], reason, now_ms, until_ms)
    return _changed(circuits, told)


def _weights(outcome: Outcome, *, slow: bool) -> tuple[float | None, float | None]:
    """How much of a failure it is to the provider's circuit and to the model's: 0 is a success, None says nothing."""
    treatment = TREATMENTS[outcome.kind]
    if outcome.ok:
        return 0.0, SLOW_CALL_WEIGHT.value if slow else 0.0
    if not treatment.breaker:
        return None, None
    return (treatment.weight, None) if treatment.whole_provider else (0.0, treatment.weight)


def _tell(
    breaker: Breaker, config: BreakerConfig, now_ms: int, generation: int, rng: Rng, weight: float | None
) -> Breaker:
    if weight is None:
        return on_neutral(breaker, generation)
    if not weight:
        return on_success(breaker, config, now_ms, generation)
    return on_failure(breaker, config, now_ms, generation, rng, weight)


def _changed(circuits: Mapping[str, Breaker], after: Mapping[str, Breaker]) -> dict[str, Breaker]:
    return {key: breaker for key, breaker in after.items() if breaker != circuits.get(key, Breaker())}
