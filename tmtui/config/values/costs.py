"""What may be spent, by whom, and what happens when it is."""

import msgspec


class GlobalBudget(msgspec.Struct, frozen=True, kw_only=True):
    """What all runs on this machine's log may cost together; None is no limit."""

    daily_micro: int | None = msgspec.field(default=None, name="daily_usd")
    weekly_micro: int | None = msgspec.field(default=None, name="weekly_usd")
    monthly_micro: int | None = msgspec.field(default=None, name="monthly_usd")
    action_on_exceed: str = "pause"
    """`switch_to_fallback`, `pause` or `abort`."""


class ProfileBudget(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What requests under one profile may cost."""

    daily_micro: int | None = msgspec.field(default=None, name="daily_usd")
    weekly_micro: int | None = msgspec.field(default=None, name="weekly_usd")
    monthly_micro: int | None = msgspec.field(default=None, name="monthly_usd")
    max_requests_per_hour: int | None = None
    action_on_exceed: str = ""
    """Empty is the global budget's."""


class BudgetAlerts(msgspec.Struct, frozen=True, kw_only=True):
    """When somebody is told how far a budget is used up."""

    warn_at_percentage: float = 80.0
    critical_at_percentage: float = 95.0
    channels: tuple[str, ...] = ()


class CostControls(msgspec.Struct, frozen=True, kw_only=True):
    """Budgets by period and profile, and caps on a single task, attempt and request."""

    global_budget: GlobalBudget = GlobalBudget()
    per_profile_budget: dict[str, ProfileBudget] = {}
    alerts: BudgetAlerts = BudgetAlerts()
    per_task_micro: int | None = msgspec.field(default=None, name="per_task_usd")
    """What a task may cost that names no `budget_usd` of its own."""
    per_attempt_micro: int | None = msgspec.field(default=None, name="per_attempt_usd")
    per_request_ceiling_micro: int | None = msgspec.field(default=None, name="per_request_ceiling_usd")
    """What one request may cost at most, by its estimate. `slos.cost` may say it, too; this wins."""
