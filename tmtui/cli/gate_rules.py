"""What the settings say about requests, as the engine's gate wants it."""

from pathlib import Path
from typing import Final

from tmtui.config.settings import CostControls, ProfileBudget, Settings
from tmtui.engine.providers.rules import GateRules, PastCharge
from tmtui.resilience.backoff import RetryRules
from tmtui.resilience.breaker import BreakerConfig
from tmtui.resilience.budget import Action, Caps, ProfileCaps
from tmtui.resilience.windows import caps_of as caps_written
from tmtui.store.reader import LogReader


REMEMBERED_MS: Final = 32 * 86_400_000
"""How far back a budget can reach: a month with a day to spare."""


def gate_rules(settings: Settings, state_dir: Path, now_ms: int, *, ignore_limits: bool) -> GateRules:
    """The rules for one engine's life, with what was spent before it.

    Raises:
        StorageError: the log cannot be read.
    """
    reliability, circuit = settings.reliability, settings.fallback.circuit_breaker
    retry = reliability.retry
    return GateRules(
        retry=RetryRules(
            tries=retry.max_attempts,
            base=retry.initial_delay,
            cap=retry.max_delay,
            multiplier=retry.backoff_multiplier,
            again=frozenset(retry.retryable_errors),
            never=frozenset(retry.non_retryable_errors),
        ),
        breaker=BreakerConfig(
            failures=circuit.failure_threshold,
            ratio=circuit.failure_ratio,
            ratio_calls=circuit.window_calls,
            ratio_least=circuit.minimum_calls,
            ratio_ms=round(circuit.window * 1000),
            reset_ms=round(circuit.reset_timeout * 1000),
            longest_ms=round(circuit.max_reset_timeout * 1000),
            probes=circuit.half_open_requests,
        ),
        windows={
            name: caps_written(provider.rate_limits.caps()) for name, provider in settings.all_providers.items()
        },
        caps=caps_of(settings.cost_controls, settings.budget_micro),
        fallback_if_over=reliability.fallback_if_wait_over,
        pause_over=reliability.pause_over,
        cost_factor=settings.fallback.max_cost_factor,
        ignore_limits=ignore_limits,
        circuits=stored_circuits(state_dir),
        past=past_charges(state_dir, now_ms),
    )


def caps_of(costs: CostControls, run_micro: int | None) -> Caps:
    """The budgets."""
    common = costs.global_budget
    return Caps(
        run=run_micro,
        task=costs.per_task_micro,
        attempt=costs.per_attempt_micro,
        turn=costs.per_request_ceiling_micro,
        day=common.daily_micro,
        week=common.weekly_micro,
        month=common.monthly_micro,
        profiles={name: _profile_caps(each) for name, each in costs.per_profile_budget.items()},
        action=Action(common.action_on_exceed),
        warn_percent=costs.alerts.warn_at_percentage,
        critical_percent=costs.alerts.critical_at_percentage,
    )


def _profile_caps(each: ProfileBudget) -> ProfileCaps:
    return ProfileCaps(
        day=each.daily_micro,
        week=each.weekly_micro,
        month=each.monthly_micro,
        requests_per_hour=each.max_requests_per_hour,
        action=Action(each.action_on_exceed) if each.action_on_exceed else None,
    )


def stored_circuits(state_dir: Path) -> dict[str, str]:
    """How circuits stood when they were last told of."""
    with LogReader.open(state_dir) as reader:
        return {row.key: row.data for row in reader.circuits()}


def past_charges(state_dir: Path, now_ms: int) -> tuple[PastCharge, ...]:
    """What was paid for before, as far as a budget or a window still cares. What a cache answered was no request."""
    with LogReader.open(state_dir) as reader:
        return tuple(
            PastCharge(
                at_ms=each.at_ms,
                run=each.run,
                task=each.task,
                provider=each.provider,
                profile=each.profile,
                tokens=each.tokens,
                micro=each.micro,
            )
            for each in reader.ledger(now_ms - REMEMBERED_MS)
            if each.tokens or each.micro
        )
