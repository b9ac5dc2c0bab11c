"""`tmtui cost-report`: the same sums as text, JSON and CSV."""

import csv
import io
import json
import time
from collections.abc import Callable

import pytest

from tests.cli.conftest import Done
from tests.cli.program import tmtui
from tests.store.logs import OTHER_RUN, RUN
from tests.store.paid import paid
from tmtui.cli.project import Project
from tmtui.domain.usage import Usage
from tmtui.events.money import MoneySpent
from tmtui.monitor.period import parse_period


Run = Callable[..., Done]

NOON = parse_period("2026-11-10", 0).since_ms + 12 * 3_600_000
DAY = 24 * 3_600_000


def spent(micro: int | None, model: str, user: str, profile: str = "", provider: str = "claude") -> MoneySpent:
    usage = Usage(1_000, 200, 30_000, 4_000, 500)
    return MoneySpent(
        model, usage, micro, "own rates", provider=provider, profile=profile, user=user, saved_micro=micro or 0
    )


@pytest.fixture
def ledger(project: Project) -> Project:
    paid(
        project.state_dir,
        (NOON, RUN, "login", 1, spent(1_250_000, "claude-opus-5-5", "ada", "analysis")),
        (NOON + 1, RUN, "login", 2, spent(250_000, "claude-haiku-5-5", "ada", "automation")),
        (NOON + DAY, RUN, "reset", 1, spent(None, "mystery", "bob")),
        (NOON + 2 * DAY, OTHER_RUN, "login", 1, spent(500_000, "gpt-5.4", "bob", "", "openai")),
    )
    return project


def test_the_text_is_a_table_with_the_dearest_first(ledger: Project) -> None:
    done = tmtui("cost-report", "--by-user", "--period", "2026-11", cwd=ledger.root)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "Cost report by user, 2026-11 (2026-11-01 to 2026-11-30)",
        "",
        "User   Requests   Tokens            Cost  Saved",
        "ada           2   71,400           $1.50  $1.50",
        "bob           2   71,400  at least $0.50  $0.50",
        "Total         4  142,800  at least $2.00  $2.00",
        "",
        "The price of 1 of the requests is not known.",
    ]


@pytest.mark.parametrize(
    ("by", "rows"),
    [
        ("task", [("login", 1_500_000), ("login", 500_000), ("reset", 0)]),
        (
            "model",
            [("claude-opus-5-5", 1_250_000), ("gpt-5.4", 500_000), ("claude-haiku-5-5", 250_000), ("mystery", 0)],
        ),
        ("profile", [("analysis", 1_250_000), ("", 500_000), ("automation", 250_000)]),
        ("user", [("ada", 1_500_000), ("bob", 500_000)]),
        ("day", [("2026-11-10", 1_500_000), ("2026-11-11", 0), ("2026-11-12", 500_000)]),
        ("provider", [("claude", 1_500_000), ("openai", 500_000)]),
        ("run", [(RUN, 1_500_000), (OTHER_RUN, 500_000)]),
    ],
)
def test_costs_are_put_down_to_what_is_asked_for(
    ledger: Project, command: Run, by: str, rows: list[tuple[str, int]]
) -> None:
    assert ledger
    report = json.loads(command("cost-report", "--by", by, "--period", "all", "--json").out)
    assert [(row["key"], row["micro"]) for row in report["rows"]] == rows
    assert report["total"]["micro"] == sum(micro for _, micro in rows) == 2_000_000
    assert json.loads(command("cost-report", f"--by-{by}", "--period", "all", "--format", "json").out) == report


@pytest.mark.parametrize(
    ("period", "micro"),
    [
        ("all", 2_000_000),
        ("2026-11-10", 1_500_000),
        ("2026-11-11..2026-11-12", 500_000),
        ("2026-10", 0),
        ("last-3660-days", 2_000_000),
    ],
)
def test_only_the_period_counts(ledger: Project, command: Run, period: str, micro: int) -> None:
    assert ledger
    report = json.loads(command("cost-report", "--period", period, "--json").out)
    assert report["total"]["micro"] == micro


def test_a_spreadsheet_gets_a_row_to_a_sum_with_exact_dollars(ledger: Project, command: Run) -> None:
    assert ledger
    done = command("cost-report", "--by", "task", "--period", "all", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(done.out)))
    assert [(row["run"], row["task"], row["usd"]) for row in rows] == [
        (RUN, "login", "1.500000"),
        (OTHER_RUN, "login", "0.500000"),
        (RUN, "reset", ""),
    ]
    assert rows[0] == {
        "run": RUN,
        "task": "login",
        "requests": "2",
        "input_tokens": "2000",
        "output_tokens": "400",
        "cache_read_tokens": "60000",
        "cache_write_tokens": "8000",
        "cache_write_1h_tokens": "1000",
        "usd": "1.500000",
        "unknown_requests": "0",
        "estimated_requests": "0",
        "saved_usd": "1.500000",
    }


def test_a_name_that_a_spreadsheet_would_calculate_is_made_text(project: Project, command: Run) -> None:
    paid(project.state_dir, (NOON, RUN, "a", 1, spent(1, '=HYPERLINK("x")', "-1")))
    for by in ("model", "user"):
        (row,) = csv.DictReader(
            io.StringIO(command("cost-report", "--by", by, "--period", "all", "--format", "csv").out)
        )
        assert row[by].startswith("'")


def test_tasks_are_named_with_their_run(ledger: Project, command: Run) -> None:
    assert ledger
    lines = command("cost-report", "--period", "all").out.splitlines()
    assert [line.split("  ")[0] for line in lines[3:7]] == ["7f3c login", "0001 login", "7f3c reset", "Total"]
    assert "$?" in lines[5]


def test_without_a_period_the_last_week_counts(project: Project, command: Run) -> None:
    now = time.time_ns() // 1_000_000
    paid(
        project.state_dir,
        (now - 9 * DAY, RUN, "a", 1, spent(1, "m", "u")),
        (now, RUN, "a", 1, spent(70_000, "m", "u")),
    )
    assert "$0.07" in command("cost-report").out.splitlines()[-1]


def test_a_period_without_requests_says_so(ledger: Project, command: Run) -> None:
    assert ledger
    assert command("cost-report", "--period", "2020-01").out.splitlines()[-1] == "No request was made."


def test_a_period_that_is_none_is_told_with_those_there_are(ledger: Project, command: Run) -> None:
    assert ledger
    done = command("cost-report", "--period", "soon")
    assert done.code == 2
    assert "there is no period `soon`" in done.err
    assert "last-7-days" in done.err
