"""The schemas of `reliability` and `fallback`."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from tmtui.config.blocks.block import Block, Milliseconds, Name
from tmtui.resilience.error_names import kinds_named
from tmtui.system.documents.values import Exact, OneOrMany, Pause, RelativePath, Seconds
from tmtui.system.documents.written import Above, After, Between, Written


def _kinds(words: list[str]) -> list[str]:
    """The kinds that the words stand for, each once."""
    return list(dict.fromkeys(kind.value for word in words for kind in sorted(kinds_named(word))))


Errors = Annotated[OneOrMany[str], After(_kinds)]


class RetryWritten(Block):
    """How a request that failed in passing is made again."""

    max_attempts: Annotated[int, Between(1, 100)] | None = None
    """Requests in all, the first one included."""
    initial_delay: Pause | None = None
    """The first pause: seconds, or text such as `1s`. A random part of it is waited."""
    initial_delay_ms: Milliseconds | None = None
    """The same in milliseconds."""
    max_delay: Pause | None = None
    """The longest pause."""
    max_delay_ms: Milliseconds | None = None
    """The same in milliseconds."""
    backoff_multiplier: Annotated[float, Between(1, 100)] | None = None
    """What each pause is multiplied by to give the next one."""
    retryable_errors: Errors | None = None
    """Only these are tried again."""
    non_retryable_errors: Errors | None = None
    """These are never tried again."""

    folded: ClassVar[Mapping[str, str]] = {"initial_delay_ms": "initial_delay", "max_delay_ms": "max_delay"}
    spellings: ClassVar[Mapping[str, str]] = {
        "retryable": "retryable_errors",
        "non_retryable": "non_retryable_errors",
        "multiplier": "backoff_multiplier",
    }


class ReliabilityWritten(Block):
    """How failed requests are tried again, and how long a wait is borne."""

    retry: RetryWritten | None = None
    """How a request that failed in passing is made again."""
    fallback_if_wait_over: Seconds | None = None
    """A longer wait turns to the next model of the chain: seconds, or text such as `20s`."""
    fallback_if_wait_over_ms: Milliseconds | None = None
    """The same in milliseconds."""
    pause_over: Seconds | None = None
    """A longer wait, with no model left, lays the run to sleep until its end: seconds, or text such as `5m`."""
    pause_over_ms: Milliseconds | None = None
    """The same in milliseconds."""

    folded: ClassVar[Mapping[str, str]] = {
        "fallback_if_wait_over_ms": "fallback_if_wait_over",
        "pause_over_ms": "pause_over",
    }


class FallbackEntryWritten(Block):
    """One model of a chain. It may be written as its bare name."""

    model: Exact | None = None
    """The model to ask for; `static` takes its answer from a template."""
    provider: Name | None = None
    """The provider to use; the default is the one whose model it is."""
    timeout: Seconds | None = None
    """For one answer: seconds, or text such as `30s`."""
    timeout_ms: Milliseconds | None = None
    """The same in milliseconds."""
    template: RelativePath | None = None
    """For `static`: the file with the answer."""

    folded: ClassVar[Mapping[str, str]] = {"timeout_ms": "timeout"}

    @classmethod
    def spelled_out(cls, word: str) -> Any:
        """A bare name."""
        return {"model": word}


class CircuitBreakerWritten(Block):
    """When a circuit opens, and how it closes again."""

    failure_threshold: Annotated[int, Between(1, 1_000)] | None = None
    """Failures in a row that open it."""
    failure_ratio: Annotated[float, Above(0), Between(0, 1)] | None = None
    """The share of failures among the last calls that opens it, too."""
    minimum_calls: Annotated[int, Between(1, 1_000)] | None = None
    """Fewer calls than these are no ratio."""
    window_calls: Annotated[int, Between(1, 1_000)] | None = None
    """How many of the last calls the share is taken of."""
    window: Seconds | None = None
    """How long a call counts for it."""
    window_ms: Milliseconds | None = None
    """The same in milliseconds."""
    reset_timeout: Seconds | None = None
    """How long it stays open before it is tried again."""
    reset_timeout_ms: Milliseconds | None = None
    """The same in milliseconds."""
    max_reset_timeout: Seconds | None = None
    """The longest it stays open: the time doubles while trying fails."""
    max_reset_timeout_ms: Milliseconds | None = None
    """The same in milliseconds."""
    half_open_requests: Annotated[int, Between(1, 100)] | None = None
    """Requests that must succeed, one after the other, to close it."""

    folded: ClassVar[Mapping[str, str]] = {
        f"{name}_ms": name for name in ("window", "reset_timeout", "max_reset_timeout")
    }


Chains = dict[Name, OneOrMany[FallbackEntryWritten]]


class FallbackWritten(Written):
    """Which model follows when one cannot be reached."""

    chains: Chains | None = None
    """By profile: the models to ask, in order. `default` is for profiles without a chain."""
    context_window_fallbacks: Chains | None = None
    """By profile: who is asked when a conversation is too long for the model."""
    content_policy_fallbacks: Chains | None = None
    """By profile: who is asked when the model declined."""
    max_cost_factor: Annotated[float, Between(0, 1_000_000)] | None = None
    """How many times as dear as the model that failed a fallback may be."""
    circuit_breaker: CircuitBreakerWritten | None = None
    """When a circuit opens, and how it closes again."""


class ReliabilityBlock(Written):
    """The part of a settings file about trying again."""

    reliability: ReliabilityWritten | None = None
    """How failed requests are tried again."""


class FallbackBlock(Written):
    """The part of a settings file about fallbacks."""

    fallback: FallbackWritten | None = None
    """Which model follows when one cannot be reached, and when a circuit opens."""
