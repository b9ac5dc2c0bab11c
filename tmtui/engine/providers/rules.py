"""What is configured about requests, as the gate needs it."""

from datetime import tzinfo

import msgspec

from tmtui.resilience.backoff import RetryRules
from tmtui.resilience.breaker import BreakerConfig
from tmtui.resilience.budget import Caps
from tmtui.resilience.defaults import COST_GUARD, FALLBACK_IF_OVER_SECONDS, PAUSE_OVER_SECONDS
from tmtui.resilience.retry_budget import RetryShare
from tmtui.resilience.windows import Cap


class PastCharge(msgspec.Struct, frozen=True):
    """A request that was paid for before this engine began."""

    at_ms: int
    run: str
    task: str
    provider: str
    profile: str
    tokens: int
    micro: int | None


class GateRules(msgspec.Struct, frozen=True, kw_only=True):
    """The rules of one engine's life."""

    retry: RetryRules = RetryRules()
    share: RetryShare = RetryShare()
    breaker: BreakerConfig = BreakerConfig()
    windows: dict[str, tuple[Cap, ...]] = {}
    """The user's own limits, by provider."""
    caps: Caps = Caps()
    fallback_if_over: float = FALLBACK_IF_OVER_SECONDS.value
    """Seconds: a longer wait turns to the next model."""
    pause_over: float = PAUSE_OVER_SECONDS.value
    """Seconds: a longer wait, with no model left, lays the run to sleep."""
    cost_factor: float | None = COST_GUARD.value
    """How many times as dear as the first model a fallback may be; None for any price."""
    auth_fallback: bool = False
    """Whether a refused key may go on with another model."""
    concurrency: int = 128
    """Requests to one provider at the same time, at most."""
    ignore_limits: bool = False
    """Whether the user's own windows are left aside, by the user's own word."""
    zone: tzinfo | None = None
    """In which days begin; None is the machine's own."""
    circuits: dict[str, str] = {}
    """How circuits stood when this engine began, as JSON, whichever run had told of them."""
    past: tuple[PastCharge, ...] = ()
    """What windows and calendar budgets have to remember, oldest first."""
