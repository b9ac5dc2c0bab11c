"""`tmtui cost-status`, as the source text prints it."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Done
from tests.cli.program import tmtui
from tests.store.logs import RUN
from tests.store.paid import paid
from tmtui.cli.cost_status import cost_status_lines, take_accounts
from tmtui.cli.output import Tone
from tmtui.cli.project import Project
from tmtui.config.settings import BudgetAlerts, CostControls, GlobalBudget, ProfileBudget
from tmtui.domain.usage import Usage
from tmtui.events.money import MoneySpent
from tmtui.monitor.period import parse_period
from tmtui.store.schema import DATABASE


Run = Callable[..., Done]

SETTINGS = """{
  "costControls": {
    "globalBudget": {
      "daily_usd": 50.00,
      "weekly_usd": 250.00,
      "monthly_usd": 800.00,
      "action_on_exceed": "switch_to_fallback"
    },
    "perProfileBudget": {
      "interactive": { "daily_usd": 20.00, "max_requests_per_hour": 100 },
      "automation": { "daily_usd": 10.00, "max_requests_per_hour": 500 },
      "analysis": { "daily_usd": 15.00, "max_requests_per_hour": 50 }
    },
    "alerts": { "warn_at_percentage": 80, "critical_at_percentage": 95, "channels": ["slack", "email"] }
  }
}
"""

CONTROLS = CostControls(
    global_budget=GlobalBudget(daily_micro=50_000_000, weekly_micro=250_000_000, monthly_micro=800_000_000),
    per_profile_budget={
        "interactive": ProfileBudget(daily_micro=20_000_000),
        "automation": ProfileBudget(daily_micro=10_000_000),
        "analysis": ProfileBudget(daily_micro=15_000_000),
    },
)

FRIDAY = parse_period("2026-11-20", 0).since_ms + 15 * 3_600_000
DAY = 24 * 3_600_000


def spent(micro: int | None, profile: str = "", *, estimated: bool = False) -> MoneySpent:
    return MoneySpent("m", Usage(10), micro, "own rates", profile=profile, estimated=estimated)


def page(project: Project, controls: CostControls = CONTROLS, now: int = FRIDAY) -> list[str]:
    return [line.text for line in cost_status_lines(take_accounts(project, controls, now), controls.alerts)]


def test_it_is_the_page_of_the_source_text(project: Project) -> None:
    paid(
        project.state_dir,
        (FRIDAY - 19 * DAY, RUN, "a", 1, spent(254_500_000, "analysis")),
        (FRIDAY - 3 * DAY, RUN, "a", 1, spent(75_160_000)),
        (FRIDAY - 60_000, RUN, "a", 1, spent(5_200_000, "interactive")),
        (FRIDAY - 50_000, RUN, "a", 1, spent(3_800_000, "automation")),
        (FRIDAY - 40_000, RUN, "a", 1, spent(2_140_000, "analysis")),
        (FRIDAY - 30_000, RUN, "a", 1, spent(1_200_000, "analysis")),
    )
    assert page(project) == [
        "Cost Status (Today):",
        "Global:      $12.34 / $50.00 (24.7%)",
        "Interactive:  $5.20 / $20.00 (26.0%)",
        "Automation:   $3.80 / $10.00 (38.0%)",
        "Analysis:     $3.34 / $15.00 (22.3%)",
        "",
        "This Week:   $87.50 / $250.00 (35.0%)",
        "This Month: $342.00 / $800.00 (42.8%)",
    ]


def test_the_real_command_reads_the_budgets_of_the_source_text(project: Project) -> None:
    (project.state_dir / "config.json").write_text(SETTINGS, encoding="utf-8")
    paid(project.state_dir, (time.time_ns() // 1_000_000, RUN, "a", 1, spent(12_340_000, "interactive")))
    done = tmtui("cost-status", cwd=project.root)
    assert done.returncode == 0
    page, rate = done.stdout.split("\n\n↗ ")
    assert rate.startswith("$1.23/min over the last 10 minutes\n")
    assert page.splitlines() == [
        "Cost Status (Today):",
        "Global:      $12.34 / $50.00 (24.7%)",
        "Interactive: $12.34 / $20.00 (61.7%)",
        "Automation:   $0.00 / $10.00 (0.0%)",
        "Analysis:     $0.00 / $15.00 (0.0%)",
        "",
        "This Week:  $12.34 / $250.00 (4.9%)",
        "This Month: $12.34 / $800.00 (1.5%)",
    ]
    accounts = json.loads(tmtui("cost-status", "--json", cwd=project.root).stdout)
    assert accounts[0].pop("exhausted_at_ms") > time.time() * 1000
    assert accounts[0].pop("micro_per_minute") == pytest.approx(1_234_000, rel=0.1)
    assert accounts[0] == {
        "period": "daily",
        "profile": None,
        "spent_usd": 12.34,
        "spent_micro": 12_340_000,
        "cap_micro": 50_000_000,
        "percentage": 24.68,
        "level": "",
        "requests": 1,
        "unknown_requests": 0,
        "estimated_requests": 0,
        "saved_micro": 0,
    }
    assert [(each["period"], each["profile"]) for each in accounts][1:4] == [
        ("daily", "interactive"),
        ("daily", "automation"),
        ("daily", "analysis"),
    ]


@pytest.mark.parametrize(
    ("micro", "words", "tone"),
    [
        (39_999_999, "$40.00 / $50.00 (80.0%)", Tone.NONE),
        (40_000_000, "$40.00 / $50.00 (80.0%) WARNING", Tone.WARN),
        (47_500_000, "$47.50 / $50.00 (95.0%) CRITICAL", Tone.BAD),
        (50_000_000, "$50.00 / $50.00 (100.0%) EXCEEDED", Tone.BAD),
    ],
)
def test_a_budget_that_nears_its_end_says_so_in_words(project: Project, micro: int, words: str, tone: Tone) -> None:
    paid(project.state_dir, (FRIDAY, RUN, "a", 1, spent(micro)))
    controls = CostControls(global_budget=GlobalBudget(daily_micro=50_000_000), alerts=BudgetAlerts())
    line = cost_status_lines(take_accounts(project, controls, FRIDAY), controls.alerts)[1]
    assert (line.text, line.tone) == (f"Global: {words}", tone)


def test_without_budgets_there_are_amounts_and_no_shares(project: Project) -> None:
    paid(project.state_dir, (FRIDAY, RUN, "a", 1, spent(1_000_000)), (FRIDAY, RUN, "a", 1, spent(500_000, "mine")))
    assert page(project, CostControls()) == [
        "Cost Status (Today):",
        "Global:     $1.50",
        "No profile: $1.00",
        "Mine:       $0.50",
        "",
        "This Week:  $1.50",
        "This Month: $1.50",
    ]


def test_what_is_not_known_and_what_is_estimated_is_told(project: Project) -> None:
    paid(
        project.state_dir,
        (FRIDAY, RUN, "a", 1, spent(1_000_000, estimated=True)),
        (FRIDAY, RUN, "a", 1, spent(None)),
        (FRIDAY - 10 * DAY, RUN, "a", 1, spent(None)),
    )
    assert page(project, CostControls()) == [
        "Cost Status (Today):",
        "Global: at least ~$1.00",
        "",
        "This Week:  at least ~$1.00",
        "This Month: at least ~$1.00",
        "",
        "The price of 2 of this month's requests is not known.",
        "~ holds estimates: 1 of this month's requests.",
    ]
    assert page(project, CostControls(), FRIDAY - 10 * DAY)[1] == "Global: $?"


def test_a_profile_has_budgets_for_longer_as_well(project: Project) -> None:
    controls = CostControls(per_profile_budget={"analysis": ProfileBudget(weekly_micro=4_000_000)})
    paid(project.state_dir, (FRIDAY - DAY, RUN, "a", 1, spent(1_000_000, "analysis")))
    assert page(project, controls)[4:] == [
        "This Week:        $1.00",
        "Analysis, weekly: $1.00 / $4.00 (25.0%)",
        "This Month:       $1.00",
    ]


def test_yesterday_is_not_today(project: Project) -> None:
    midnight = parse_period("2026-11-20", 0).since_ms
    paid(project.state_dir, (midnight - 1, RUN, "a", 1, spent(1)), (midnight, RUN, "a", 1, spent(2_000_000)))
    assert page(project, CostControls())[1] == "Global: $2.00"


def test_a_project_where_nothing_ran_has_spent_nothing(command: Run, project: Project) -> None:
    done = command("cost-status")
    assert (done.code, done.out.splitlines()[1]) == (0, "Global: $0.00")
    assert not Path(project.state_dir, DATABASE).exists()


def test_a_fault_in_the_settings_is_told(command: Run, project: Project) -> None:
    (project.root / ".taskmaster.yml").write_text("cost_controls: {global_budget: {daily_usd: lots}}\n")
    done = command("cost-status")
    assert done.code == 2
    assert ".taskmaster.yml:1" in done.err
