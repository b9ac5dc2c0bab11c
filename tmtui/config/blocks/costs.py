"""The schema of `cost_controls`."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from tmtui.config.blocks.block import Name, Percentage, Times
from tmtui.config.values.costs import BudgetAlerts
from tmtui.domain.problem import WrongValueError
from tmtui.system.documents.values import Dollars, Line, OneOrMany
from tmtui.system.documents.written import Written


Action = Literal["switch_to_fallback", "pause", "abort"]


class GlobalBudgetWritten(Written):
    """What all runs may cost together."""

    daily_usd: Dollars | None = None
    """In a day."""
    weekly_usd: Dollars | None = None
    """In a week."""
    monthly_usd: Dollars | None = None
    """In a month."""
    action_on_exceed: Action | None = None
    """What happens when it is used up."""


class ProfileBudgetWritten(Written):
    """What requests under one profile may cost."""

    daily_usd: Dollars | None = None
    """In a day."""
    weekly_usd: Dollars | None = None
    """In a week."""
    monthly_usd: Dollars | None = None
    """In a month."""
    max_requests_per_hour: Times | None = None
    """Requests in any hour."""
    action_on_exceed: Action | None = None
    """What happens when it is used up; the default is what the global budget says."""


class BudgetAlertsWritten(Written):
    """When somebody is told how far a budget is used up."""

    warn_at_percentage: Percentage | None = None
    """A warning from here on; the default is 80."""
    critical_at_percentage: Percentage | None = None
    """Critical from here on; the default is 95."""
    channels: OneOrMany[Line] | None = None
    """Who is told, beside the screen."""

    def check(self) -> None:
        """A warning comes before what is critical."""
        warn = BudgetAlerts().warn_at_percentage if self.warn_at_percentage is None else self.warn_at_percentage
        if self.critical_at_percentage is not None and self.critical_at_percentage < warn:
            raise WrongValueError("is critical before it warns", "Let warn_at_percentage be the smaller one.")


class CostControlsWritten(Written):
    """Budgets, and what happens when they are used up."""

    global_budget: GlobalBudgetWritten | None = None
    """What all runs may cost together."""
    per_profile_budget: dict[Name, ProfileBudgetWritten] | None = None
    """What requests under a profile may cost, by its name."""
    alerts: BudgetAlertsWritten | None = None
    """When somebody is told."""
    per_task_usd: Dollars | None = None
    """What a task may cost that names no budget of its own."""
    per_attempt_usd: Dollars | None = None
    """What one attempt may cost."""
    per_request_ceiling_usd: Dollars | None = None
    """What one request may cost at most, by its estimate."""

    spellings: ClassVar[Mapping[str, str]] = {
        "budget_task_usd": "per_task_usd",
        "budget_attempt_usd": "per_attempt_usd",
        "budget_request_usd": "per_request_ceiling_usd",
    }


class CostsBlock(Written):
    """The part of a settings file that bounds costs."""

    cost_controls: CostControlsWritten | None = None
    """Budgets by period and profile, and when to warn."""
