"""The circuit breaker: a provider that fails is left alone for a while, then tried carefully.

                     too many failures
          ┌─► CLOSED ─────────────────► OPEN ◄───────────┐
          │     ▲                        │ its time is up │
          │     │ every probe came back  ▼                │ a probe failed
          │     └──────────────────── HALF_OPEN ──────────┘
      reset                              ▲ its time is up
          └─── FORCED_OPEN (auth, quota, manual) ◄── from anywhere          DISABLED ◄── from anywhere: all may pass

What opens it is a number of failures in a row, or the share of failures among the latest calls. Libraries expect
hundreds of calls in a window; here there are a few a minute, so both rules count calls rather than time, and what is
long ago is forgotten.

- Each admission carries the breaker's `generation`, which grows with every change of mode. A result that brings
  an older one was asked for before the change and says nothing about what holds since: it is ignored.
- Half open, one call at a time may pass. All `probes` must come back well; one failure opens the circuit again, for
  twice as long as before, up to a bound. A probe that never reports back is given up after `probe_ms`.
- Only what says something about the provider's health is brought here (`Treatment.breaker`); whatever else ends
  an admitted call goes to `on_neutral`, which gives a probe's place back.

Time is wall time in milliseconds, because an open circuit outlives its process; it may jump, so no circuit stays open
for longer than the longest pause from when anybody last asked.
"""

from collections.abc import Mapping
from enum import StrEnum
from math import ceil

import msgspec

from tmtui.domain.clock import Rng
from tmtui.resilience.defaults import (
    BREAKER_FAILURES,
    BREAKER_JITTER,
    BREAKER_LONGEST_SECONDS,
    BREAKER_PROBES,
    BREAKER_RATIO,
    BREAKER_RATIO_CALLS,
    BREAKER_RATIO_LEAST,
    BREAKER_RATIO_SECONDS,
    BREAKER_RESET_SECONDS,
    REQUEST_SECONDS,
)
from tmtui.resilience.taxonomy import Forced


class Mode(StrEnum):
    """Where a circuit stands."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"
    FORCED_OPEN = "forced_open"
    DISABLED = "disabled"


class BreakerConfig(msgspec.Struct, frozen=True, kw_only=True):
    """When a circuit opens, for how long, and what closes it again."""

    failures: int = BREAKER_FAILURES.value
    """In a row. The ratio counts no sooner than after as many calls."""
    ratio: float = BREAKER_RATIO.value
    """Of the latest calls, from which the circuit opens; above 1 for never."""
    ratio_calls: int = BREAKER_RATIO_CALLS.value
    ratio_least: int = BREAKER_RATIO_LEAST.value
    ratio_ms: int = BREAKER_RATIO_SECONDS.value * 1_000
    reset_ms: int = BREAKER_RESET_SECONDS.value * 1_000
    """How long it stays open the first time; it doubles from there."""
    longest_ms: int = BREAKER_LONGEST_SECONDS.value * 1_000
    """The longest it stays open, and how long it must have been closed to start over with `reset_ms`."""
    jitter: float = BREAKER_JITTER.value
    """Share by which the time differs, either way."""
    probes: int = BREAKER_PROBES.value
    """Calls that must come back well, one after another."""
    probe_ms: int = round(REQUEST_SECONDS.value * 1_000)
    """After how long without any word a probe is given up."""


class Call(msgspec.Struct, frozen=True, array_like=True):
    """One call that was counted."""

    at_ms: int
    weight: float
    """How much of a failure it was: 0 for none, a half for a slow call, 1."""


class Breaker(msgspec.Struct, frozen=True, omit_defaults=True):
    """One circuit: all that must be known to go on with it, in this process or the next."""

    mode: Mode = Mode.CLOSED
    generation: int = 0
    since_ms: int = 0
    """Wall time of the last change of mode."""
    until_ms: int | None = None
    """Wall time from which a probe may pass; None when nobody knows, or nothing is held back."""
    reason: Forced | None = None
    """Why it is forced open."""
    failures: float = 0.0
    """In a row, by weight. It stays as it was when the circuit opened until a call comes back well."""
    failed_ms: int = 0
    """Wall time of the last failure."""
    recent: tuple[Call, ...] = ()
    """The latest calls, oldest first; at most as many as the ratio looks at."""
    openings: int = 0
    """How often it opened without having been closed for long in between."""
    passed: int = 0
    """Probes that came back well."""
    doubt: float = 0.0
    """Weight of the probes that came back slow."""
    probe_ms: int | None = None
    """Wall time at which the probe started that is under way."""


class Admission(msgspec.Struct, frozen=True):
    """Whether a call may go out."""

    allowed: bool
    generation: int = 0
    """To be brought back with the call's result."""
    probe: bool = False
    """Whether it is a probe: nobody else may pass until it has come back."""
    wait_until_ms: int | None = None
    """When it is worth asking again; None when only an event will tell: a probe's return, or a person."""
    reason: str = ""
    """Why not, for a person."""


_WHY: Mapping[Forced, str] = {
    Forced.AUTH: "its credentials were refused",
    Forced.QUOTA: "its spending limit is reached",
    Forced.MANUAL: "it was opened by hand",
}


def circuit_keys(provider: str, model: str) -> tuple[str, str]:
    """The names of the circuits that a request passes: the provider's, and the one of the model there."""
    return provider, f"{provider}/{model}"


def longest_pause_ms(config: BreakerConfig) -> int:
    """No circuit that opened by itself stays open for longer."""
    return ceil(config.longest_ms * (1 + config.jitter))


def admit(breaker: Breaker, config: BreakerConfig, now_ms: int) -> tuple[Breaker, Admission]:
    """Ask for a call. The admission alone tells how it stands; the breaker must be kept when the call is made."""
    match breaker.mode:
        case Mode.CLOSED | Mode.DISABLED:
            return breaker, Admission(allowed=True, generation=breaker.generation)
        case Mode.HALF_OPEN:
            return _admit_probe(breaker, config, now_ms)
        case Mode.OPEN:
            return _admit_when_due(_not_too_long(breaker, config, now_ms), config, now_ms)
        case Mode.FORCED_OPEN:
            return _admit_when_due(breaker, config, now_ms)


def _admit_when_due(breaker: Breaker, config: BreakerConfig, now_ms: int) -> tuple[Breaker, Admission]:
    if breaker.until_ms is not None and now_ms >= breaker.until_ms:
        return _admit_probe(_turn(breaker, Mode.HALF_OPEN, now_ms), config, now_ms)
    why = _WHY[breaker.reason] if breaker.reason else "it failed too often"
    return breaker, Admission(allowed=False, wait_until_ms=breaker.until_ms, reason=why)


def _admit_probe(breaker: Breaker, config: BreakerConfig, now_ms: int) -> tuple[Breaker, Admission]:
    if breaker.probe_ms is not None:
        if 0 <= now_ms - breaker.probe_ms < config.probe_ms:
            return breaker, Admission(allowed=False, reason="a probe is under way")
        breaker = msgspec.structs.replace(breaker, generation=breaker.generation + 1)
    probing = msgspec.structs.replace(breaker, probe_ms=now_ms)
    return probing, Admission(allowed=True, generation=probing.generation, probe=True)


def on_success(breaker: Breaker, config: BreakerConfig, now_ms: int, generation: int) -> Breaker:
    """A call came back well."""
    if generation != breaker.generation:
        return breaker
    match breaker.mode:
        case Mode.CLOSED:
            recent = _recent(breaker, config, now_ms, 0.0)
            return msgspec.structs.replace(breaker, failures=0.0, recent=recent)
        case Mode.HALF_OPEN if breaker.passed + 1 >= config.probes:
            return _turn(breaker, Mode.CLOSED, now_ms, failures=0.0, recent=())
        case Mode.HALF_OPEN:
            return msgspec.structs.replace(breaker, passed=breaker.passed + 1, probe_ms=None)
        case _:
            return breaker


def on_failure(
    breaker: Breaker, config: BreakerConfig, now_ms: int, generation: int, rng: Rng, weight: float = 1.0
) -> Breaker:
    """A call failed, or was so slow that it counts as a part of a failure."""
    if generation != breaker.generation:
        return breaker
    match breaker.mode:
        case Mode.CLOSED:
            counted = _count(breaker, config, now_ms, weight)
            return _open(counted, config, now_ms, rng) if _trips(counted, config) else counted
        case Mode.HALF_OPEN if breaker.doubt + weight >= 1:
            return _open(breaker, config, now_ms, rng)
        case Mode.HALF_OPEN:
            return msgspec.structs.replace(breaker, doubt=breaker.doubt + weight, probe_ms=None)
        case _:
            return breaker


def on_neutral(breaker: Breaker, generation: int) -> Breaker:
    """A call ended in a way that says nothing about the provider: canceled, refused, limited, our own fault."""
    if generation != breaker.generation or breaker.mode is not Mode.HALF_OPEN:
        return breaker
    return msgspec.structs.replace(breaker, probe_ms=None)


def force_open(breaker: Breaker, reason: Forced, now_ms: int, until_ms: int | None = None) -> Breaker:
    """Hold it open, until a known time or until `reset`."""
    if breaker.mode is Mode.DISABLED:
        return breaker
    return _turn(breaker, Mode.FORCED_OPEN, now_ms, reason=reason, until_ms=until_ms)


def reset(breaker: Breaker, now_ms: int) -> Breaker:
    """Close it and forget what was: somebody knows better, or the credentials are new."""
    return Breaker(generation=breaker.generation + 1, since_ms=now_ms)


def disable(breaker: Breaker, now_ms: int) -> Breaker:
    """Let everything pass and count nothing, until `reset`."""
    return Breaker(Mode.DISABLED, generation=breaker.generation + 1, since_ms=now_ms)


def restore(stored: Breaker, config: BreakerConfig, now_ms: int) -> Breaker:
    """Go on with a circuit of an earlier process. Its calls are gone, and so is the probe that was under way."""
    renewed = msgspec.structs.replace(stored, generation=stored.generation + 1, probe_ms=None)
    return _not_too_long(renewed, config, now_ms) if stored.mode is Mode.OPEN else renewed


def _not_too_long(breaker: Breaker, config: BreakerConfig, now_ms: int) -> Breaker:
    """Wall time may have jumped back, or the configuration may have changed since the circuit opened."""
    latest = now_ms + longest_pause_ms(config)
    if breaker.until_ms is not None and breaker.until_ms <= latest:
        return breaker
    return msgspec.structs.replace(breaker, until_ms=latest)


def _turn(breaker: Breaker, mode: Mode, now_ms: int, **changes: object) -> Breaker:
    cleared = {"until_ms": None, "reason": None, "passed": 0, "doubt": 0.0, "probe_ms": None}
    return msgspec.structs.replace(
        breaker, mode=mode, generation=breaker.generation + 1, since_ms=now_ms, **{**cleared, **changes}
    )


def _open(breaker: Breaker, config: BreakerConfig, now_ms: int, rng: Rng) -> Breaker:
    calm = breaker.mode is Mode.CLOSED and now_ms - breaker.since_ms >= config.longest_ms
    openings = 1 if calm else breaker.openings + 1
    pause = _pause_ms(config, openings, rng)
    return _turn(breaker, Mode.OPEN, now_ms, until_ms=now_ms + pause, openings=openings, failed_ms=now_ms)


def _pause_ms(config: BreakerConfig, openings: int, rng: Rng) -> int:
    """Doubling, bounded, and a little different for everybody."""
    doubled = config.reset_ms << min(openings - 1, 30)
    return round(min(config.longest_ms, doubled) * (1 + config.jitter * (2 * rng.random() - 1)))


def _recent(breaker: Breaker, config: BreakerConfig, now_ms: int, weight: float) -> tuple[Call, ...]:
    """The calls that the ratio looks at, with one more."""
    most = max(config.ratio_calls, _least(config))
    young = (call for call in breaker.recent if 0 <= now_ms - call.at_ms < config.ratio_ms)
    return (*young, Call(now_ms, weight))[-most:]


def _count(breaker: Breaker, config: BreakerConfig, now_ms: int, weight: float) -> Breaker:
    fresh = 0 <= now_ms - breaker.failed_ms < config.longest_ms
    return msgspec.structs.replace(
        breaker,
        failures=weight + (breaker.failures if fresh else 0.0),
        failed_ms=now_ms,
        recent=_recent(breaker, config, now_ms, weight),
    )


def _least(config: BreakerConfig) -> int:
    """Whoever asks for more failures in a row than the ratio needs calls would be surprised by the ratio."""
    return max(config.ratio_least, config.failures)


def _trips(breaker: Breaker, config: BreakerConfig) -> bool:
    if breaker.failures >= config.failures:
        return True
    if len(breaker.recent) < _least(config):
        return False
    return sum(call.weight for call in breaker.recent) >= config.ratio * len(breaker.recent)
