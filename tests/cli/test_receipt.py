"""`tmtui receipt`, and that a run costs what the hand computes."""

import datetime as dt
import json
from collections.abc import Callable

from tests.cli.conftest import Done
from tests.cli.program import tmtui
from tests.store.logs import RUN
from tests.store.paid import paid
from tmtui.agents.rates.card import RateCard
from tmtui.cli.project import Project
from tmtui.domain.usage import Usage
from tmtui.events.base import Event
from tmtui.events.money import MoneySpent
from tmtui.events.tool import ToolStarted


Run = Callable[..., Done]
Row = tuple[int, str, str, int, Event]


def utc(text: str) -> int:
    return int(dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC).timestamp() * 1000)


def tool(name: str, number: int) -> ToolStarted:
    return ToolStarted(f"{name}:{number}", name, "{}", name)


BY_HAND = [
    # A price changes inside the run: cache reads of Sonnet 5.5 cost $0.20 before 2026-10-07 and $0.10 from then on.
    # 1,000 x 2 + 500 x 10 + 40,000 x 0.2 + 2,000 x 2.5 = 2,000 + 5,000 + 8,000 + 5,000
    ("2026-10-06T23:59:58", "login", 1, "claude-sonnet-5-5", Usage(1_000, 500, 40_000, 2_000), 20_000),
    # 1,000 x 2 + 500 x 10 + 40,000 x 0.1 + 2,000 x 2.5 = 2,000 + 5,000 + 4,000 + 5,000
    ("2026-10-07T00:00:01", "login", 1, "claude-sonnet-5-5", Usage(1_000, 500, 40_000, 2_000), 16_000),
    # Both kinds of cache write: 3 x 4 + 7 x 20 + 11 x 0.2 + 13 x 5 + 17 x 8 = 12 + 140 + 2.2 + 65 + 136
    ("2026-10-07T00:00:02", "login", 2, "claude-opus-5-5", Usage(3, 7, 11, 13, 17), 355),
    # At 100,000 tokens of prompt: 20,000 x 0.1 + 1,000 x 0.5 + 80,000 x 0.01 = 2,000 + 500 + 800
    ("2026-10-08T00:00:00", "reset", 1, "claude-haiku-5-5", Usage(20_000, 1_000, 80_000), 3_300),
    # One token more: 20,001 x 0.5 + 1,000 x 2.5 + 80,000 x 0.05 = 10,000.5 + 2,500 + 4,000, half a micro-dollar up
    ("2026-10-08T00:00:01", "reset", 1, "claude-haiku-5-5", Usage(20_001, 1_000, 80_000), 16_501),
]


def run_by_hand() -> list[Row]:
    """A run whose requests the rate card prices as they come."""
    card = RateCard()
    rows: list[Row] = []
    for moment, task, attempt, model, usage, _ in BY_HAND:
        at = utc(moment)
        priced = card.price(model, usage, at)
        spent = MoneySpent(model, usage, priced.micro, priced.source, saved_micro=priced.saved)
        rows.append((at, RUN, task, attempt, spent))
        rows.append((at, RUN, task, attempt, tool("bash", at)))
    return rows


def test_the_costs_of_a_recorded_run_agree_with_the_hand_to_the_micro_dollar(project: Project, command: Run) -> None:
    paid(project.state_dir, *run_by_hand())
    found = json.loads(command("receipt", "--json").out)
    assert found["total"]["micro"] == sum(micro for *_, micro in BY_HAND) == 56_156
    assert found["tasks"]["login"]["attempts"]["1"]["micro"] == 36_000
    assert found["tasks"]["login"]["attempts"]["2"]["micro"] == 355
    assert found["tasks"]["reset"]["total"]["micro"] == 19_801
    assert {name: each["micro"] for name, each in found["models"].items()} == {
        "claude-sonnet-5-5": 36_000,
        "claude-opus-5-5": 355,
        "claude-haiku-5-5": 19_801,
    }
    report = json.loads(command("cost-report", "--by", "model", "--period", "all", "--json").out)
    assert {row["key"]: row["micro"] for row in report["rows"]} == {
        name: each["micro"] for name, each in found["models"].items()
    }


def test_the_receipt_is_read_by_task_model_and_tool(project: Project) -> None:
    paid(
        project.state_dir,
        (1, RUN, "login", 1, MoneySpent("opus", Usage(900, 100), 1_000_000, "own rates", profile="analysis")),
        (2, RUN, "login", 1, tool("bash", 1)),
        (3, RUN, "login", 1, tool("grep", 2)),
        (4, RUN, "login", 2, MoneySpent("haiku", Usage(90, 10), 250_000, "own rates", estimated=True)),
        (5, RUN, "reset", 1, MoneySpent("haiku", Usage(9, 1))),
        (6, RUN, "reset", 1, tool("bash", 3)),
    )
    done = tmtui("receipt", "7f3c", cwd=project.root)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "Receipt of run 7f3c",
        "",
        "Task         Requests  Tokens    Cost  Saved",
        "login               2   1,100  ~$1.25",
        "  attempt 1         1   1,000   $1.00",
        "  attempt 2         1     100  ~$0.25",
        "reset               1      10      $?",
        "",
        "Model  Requests  Tokens             Cost  Saved",
        "opus          1   1,000            $1.00",
        "haiku         2     110  at least ~$0.25",
        "",
        "Profile    Requests  Tokens             Cost  Saved",
        "analysis          1   1,000            $1.00",
        "(unknown)         2     110  at least ~$0.25",
        "",
        "Tool          Calls            Cost",
        "bash              2  at least $0.50",
        "grep              1           $0.50",
        "(only words)                 ~$0.25",
        "",
        "Total: at least ~$1.25 for 3 requests, 1,110 tokens",
        "Prices: own rates (2 requests)",
        "The price of 1 request is not known.",
        "~ holds estimates: 1 request.",
    ]


def test_savings_of_caches_are_told(project: Project, command: Run) -> None:
    paid(project.state_dir, (1, RUN, "a", 1, MoneySpent("m", Usage(1), 10_000, "own rates", saved_micro=2_500_000)))
    assert "Saved: $2.50 by caches" in command("receipt").out


def test_a_run_without_requests_has_nothing_to_pay(project: Project, command: Run) -> None:
    paid(project.state_dir, (1, RUN, "a", 1, tool("bash", 1)))
    assert command("receipt").out.splitlines()[-1] == "No request was made."


def test_a_run_that_is_not_there_is_told(project: Project, command: Run) -> None:
    paid(project.state_dir, (1, RUN, "a", 1, tool("bash", 1)))
    done = command("receipt", "nope")
    assert done.code == 2
    assert "there is no run 'nope'" in done.err
