"""What follows when a request fails: again, later, with another model, or not at all."""

from typing import Final

import msgspec

from tmtui.domain.outcome import Kind


DEFAULT_CHAIN: Final = "default"
"""The chain of every profile that has none of its own."""


class Retry(msgspec.Struct, frozen=True, kw_only=True):
    """How a request that failed in passing is made again. None leaves it to the kind of the error."""

    max_attempts: int | None = None
    """Requests in all, the first one included."""
    initial_delay: float | None = None
    """Seconds of the first pause, before the jitter."""
    max_delay: float | None = None
    """Seconds of the longest pause."""
    backoff_multiplier: float = 2.0
    retryable_errors: tuple[Kind, ...] = ()
    """Only these are tried again, when there are any. What no second try can mend is never tried again."""
    non_retryable_errors: tuple[Kind, ...] = ()


class Reliability(msgspec.Struct, frozen=True, kw_only=True):
    """How failed requests are tried again, and how long a wait is borne."""

    retry: Retry = Retry()
    fallback_if_wait_over: float = 20.0
    """Seconds: a longer wait turns to the next model of the chain."""
    pause_over: float = 300.0
    """Seconds: a longer wait, with no model left, lays the run to sleep until its end."""


class FallbackEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One model of a chain."""

    model: str = ""
    """As it is written; `static` is a template in place of a model. Empty is the provider's own."""
    provider: str = ""
    """A provider's name; empty finds the one whose model it is."""
    timeout: float | None = None
    """Seconds for one answer."""
    template: str = ""
    """For `static`: the file with the answer, relative to the root."""


class CircuitBreaker(msgspec.Struct, frozen=True, kw_only=True):
    """When a circuit opens, and how it closes again."""

    failure_threshold: int = 5
    """Failures in a row that open it."""
    failure_ratio: float = 0.5
    """The share of failures among the last `window_calls` within `window` seconds that opens it, too."""
    minimum_calls: int = 5
    """Fewer calls than these within the window are no ratio."""
    window_calls: int = 10
    window: float = 120.0
    reset_timeout: float = 60.0
    """Seconds until it is tried again; doubles each time that fails."""
    max_reset_timeout: float = 600.0
    half_open_requests: int = 2
    """Probes, one after the other, that must all succeed to close it."""


class Fallback(msgspec.Struct, frozen=True, kw_only=True):
    """Which model follows when one cannot be reached."""

    chains: dict[str, tuple[FallbackEntry, ...]] = {}
    """By profile, in order; the first may be the profile's own model. `default` is for profiles without a chain."""
    context_window_fallbacks: dict[str, tuple[FallbackEntry, ...]] = {}
    """By profile: who is asked when a conversation is too long for the model."""
    content_policy_fallbacks: dict[str, tuple[FallbackEntry, ...]] = {}
    """By profile: who is asked when the model declined."""
    max_cost_factor: float = 2.0
    """How many times as dear as the model that failed a fallback may be."""
    circuit_breaker: CircuitBreaker = CircuitBreaker()

    def chain(self, profile: str) -> tuple[FallbackEntry, ...]:
        """Who follows for a profile; empty when nobody does."""
        return _of(self.chains, profile)

    def for_long_context(self, profile: str) -> tuple[FallbackEntry, ...]:
        """Who follows when the context was too long."""
        return _of(self.context_window_fallbacks, profile)

    def for_refusal(self, profile: str) -> tuple[FallbackEntry, ...]:
        """Who follows when the model declined."""
        return _of(self.content_policy_fallbacks, profile)


def _of(chains: dict[str, tuple[FallbackEntry, ...]], profile: str) -> tuple[FallbackEntry, ...]:
    return chains.get(profile, chains.get(DEFAULT_CHAIN, ()))
