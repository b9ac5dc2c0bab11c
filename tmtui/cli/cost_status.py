"""`tmtui cost-status`: what was spent today, this week and this month, against the budgets."""

import os
import time
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

import click
import msgspec

from tmtui.cli.exit_codes import ExitCode
from tmtui.cli.options import json_option
from tmtui.cli.output import Line, Tone, say, say_error, say_json
from tmtui.cli.project import Project, here
from tmtui.cli.times import SECOND, ago
from tmtui.config.load import load_settings
from tmtui.config.settings import BudgetAlerts, CostControls, ProfileBudget
from tmtui.domain.money import MICRO, format_usd, tell_usd
from tmtui.monitor.period import Period, parse_period
from tmtui.state.burn import SECONDS, Burn, exhausted_at_ms, micro_per_minute, spend
from tmtui.store.errors import NoLogError
from tmtui.store.ledger import FOREVER, Span, Sum, total
from tmtui.store.reader import LogReader


PERIODS: Final = {"daily": "today", "weekly": "this-week", "monthly": "this-month"}
"""The period that each budget is for."""

TITLES: Final = {"daily": "Global", "weekly": "This Week", "monthly": "This Month"}

NO_PROFILE: Final = "No profile"


class Account(msgspec.Struct, frozen=True):
    """What was spent in a period, by all or under one profile, and what may be."""

    title: str
    period: str
    """`daily`, `weekly` or `monthly`."""
    profile: str | None
    """None for all of them together."""
    spent: Sum
    cap: int | None
    """Micro-dollars; None is no limit."""

    @property
    def percentage(self) -> Decimal | None:
        """How much of the cap is used up."""
        return Decimal(100 * self.spent.micro) / self.cap if self.cap else None

    def level(self, alerts: BudgetAlerts) -> str:
        """`exceeded`, `critical`, `warning`, or nothing to say."""
        used = self.percentage
        if used is None:
            return ""
        marks = (
            ("exceeded", 100),
            ("critical", alerts.critical_at_percentage),
            ("warning", alerts.warn_at_percentage),
        )
        return next((word for word, mark in marks if used >= Decimal(str(mark))), "")


@click.command("cost-status")
@json_option
def cost_status(*, as_json: bool) -> ExitCode:
    """Show what was spent, against the budgets.

    Today, this week and this month, in all runs of this project. The budgets stand in the settings: cost_controls.
    """
    project = here()
    settings, warnings = load_settings(project.root, os.environ, {})
    now_ms = time.time_ns() // 1_000_000
    accounts = take_accounts(project, settings.cost_controls, now_ms)
    alerts = settings.cost_controls.alerts
    rate = burn_of(project, now_ms)
    if as_json:
        say_json([{**_fields(account, alerts), **_pace(account, rate, now_ms)} for account in accounts])
        return ExitCode.OK
    say(*cost_status_lines(accounts, alerts), *burn_lines(accounts, rate, now_ms))
    say_error(*(Line(str(each), Tone.WARN) for each in warnings))
    return ExitCode.OK


def take_accounts(project: Project, controls: CostControls, now_ms: int) -> list[Account]:
    """What the log says, held against the budgets: the day by profile, then week and month."""
    caps = controls.global_budget
    accounts: list[Account] = []
    for period, name in PERIODS.items():
        sums = _sums(project, parse_period(name, now_ms))
        spent, field = total(sums), f"{period}_micro"
        accounts.append(Account(TITLES[period], period, None, spent, getattr(caps, field)))
        accounts += _profiles(period, sums, controls)
    return accounts


def _sums(project: Project, period: Period) -> list[Sum]:
    until = FOREVER if period.until_ms is None else period.until_ms
    try:
        with LogReader.open(project.state_dir, idle=project.holder() is None) as reader:
            return reader.sums("profile", Span(since=period.since_ms, until=until))
    except NoLogError:
        return []


def burn_of(project: Project, now_ms: int) -> Burn:
    """How fast money went in the last minutes, in all runs of this project."""
    burn = Burn(now_ms - SECONDS * SECOND)
    try:
        with LogReader.open(project.state_dir, idle=project.holder() is None) as reader:
            for charge in reader.ledger(burn.since_ms):
                burn = spend(burn, charge.micro or 0, charge.at_ms)
    except NoLogError:
        pass
    return burn


def burn_lines(accounts: Sequence[Account], rate: Burn, now_ms: int) -> list[Line]:
    """`↗ $0.11/min over the last 10 minutes`, and which budgets are used up at that rate, and when."""
    per_minute = micro_per_minute(rate, now_ms)
    if not per_minute:
        return []
    lines = [Line(""), Line(f"↗ {format_usd(round(per_minute))}/min over the last {SECONDS // 60} minutes")]
    for account in accounts:
        gone = _gone_ms(account, rate, now_ms)
        if gone is not None and gone < _over_ms(account, now_ms):
            title = "Today" if account.profile is None and account.period == "daily" else account.title
            lines.append(Line(f"  {title}: the budget is used up {ago(gone, now_ms)} at this rate", Tone.WARN))
    return lines


def _gone_ms(account: Account, rate: Burn, now_ms: int) -> int | None:
    """When a budget is used up at this rate; None for never, or nobody knows. A profile's own rate is not known."""
    if account.cap is None or account.profile is not None or account.spent.micro >= account.cap:
        return None
    return exhausted_at_ms(rate, account.cap - account.spent.micro, now_ms)


def _over_ms(account: Account, now_ms: int) -> int:
    """When the account's period is over, and it begins anew."""
    until = parse_period(PERIODS[account.period], now_ms).until_ms
    return FOREVER if until is None else until


def _pace(account: Account, rate: Burn, now_ms: int) -> dict[str, Any]:
    per_minute = micro_per_minute(rate, now_ms)
    return {
        "micro_per_minute": None if per_minute is None or account.profile is not None else round(per_minute),
        "exhausted_at_ms": _gone_ms(account, rate, now_ms),
    }


def _profiles(period: str, sums: Sequence[Sum], controls: CostControls) -> list[Account]:
    """The profiles that have a budget for the period; for the day also those under which something was spent."""
    spent = {each.key: each for each in sums}
    budgets = controls.per_profile_budget
    names = [*budgets, *(name for name in spent if name not in budgets)]
    if names == [""]:
        return []
    accounts = [
        Account(
            _title(name, period),
            period,
            name,
            spent.get(name, Sum(key=name)),
            getattr(budgets.get(name, ProfileBudget()), f"{period}_micro"),
        )
        for name in names
    ]
    return [account for account in accounts if period == "daily" or account.cap is not None]


def _title(profile: str, period: str) -> str:
    name = profile[:1].upper() + profile[1:] or NO_PROFILE
    return name if period == "daily" else f"{name}, {period}"


def cost_status_lines(accounts: Sequence[Account], alerts: BudgetAlerts) -> list[Line]:
    """The page that `tmtui cost-status` prints."""
    today = [account for account in accounts if account.period == "daily"]
    longer = [account for account in accounts if account.period != "daily"]
    return [
        Line("Cost Status (Today):", Tone.STRONG),
        *_block(today, alerts),
        Line(""),
        *_block(longer, alerts),
        *_notes(accounts),
    ]


def _block(accounts: Sequence[Account], alerts: BudgetAlerts) -> list[Line]:
    titles = [f"{account.title}:" for account in accounts]
    amounts = [_amount(account.spent) for account in accounts]
    left, right = max(map(len, titles)), max(map(len, amounts))
    return [
        Line(f"{title.ljust(left)} {amount.rjust(right)}{_of_cap(account, alerts)}", TONES[account.level(alerts)])
        for account, title, amount in zip(accounts, titles, amounts, strict=True)
    ]


TONES: Final = {"": Tone.NONE, "warning": Tone.WARN, "critical": Tone.BAD, "exceeded": Tone.BAD}


def _amount(spent: Sum) -> str:
    return tell_usd(spent.micro_or_unknown, partly=spent.unknown > 0, estimated=spent.estimated > 0)


def _of_cap(account: Account, alerts: BudgetAlerts) -> str:
    if account.percentage is None or account.cap is None:
        return ""
    used = account.percentage.quantize(Decimal("0.1"), ROUND_HALF_UP)
    level = account.level(alerts)
    return f" / {tell_usd(account.cap)} ({used}%){f' {level.upper()}' if level else ''}"


def _notes(accounts: Sequence[Account]) -> list[Line]:
    month = next(each.spent for each in accounts if each.period == "monthly" and each.profile is None)
    lines: list[Line] = []
    if month.unknown:
        lines.append(Line(f"The price of {month.unknown:,} of this month's requests is not known.", Tone.WARN))
    if month.estimated:
        lines.append(Line(f"~ holds estimates: {month.estimated:,} of this month's requests.", Tone.FAINT))
    if month.saved_micro > 0:
        lines.append(Line(f"Saved this month by caches and the choice of models: {format_usd(month.saved_micro)}"))
    return [Line(""), *lines] if lines else []


def _fields(account: Account, alerts: BudgetAlerts) -> dict[str, Any]:
    used = account.percentage
    return {
        "period": account.period,
        "profile": account.profile,
        "spent_usd": account.spent.micro / MICRO,
        "spent_micro": account.spent.micro,
        "cap_micro": account.cap,
        "percentage": None if used is None else float(round(used, 4)),
        "level": account.level(alerts),
        "requests": account.spent.requests,
        "unknown_requests": account.spent.unknown,
        "estimated_requests": account.spent.estimated,
        "saved_micro": account.spent.saved_micro,
    }
