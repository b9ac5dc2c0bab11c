"""`tmtui run --dry-run`: what a run may cost, told as a range, and nothing spent."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Done
from tests.cli.program import tmtui
from tests.store.logs import RUN
from tests.store.paid import paid
from tmtui.cli.forecast import who_is_asked
from tmtui.cli.order import Order
from tmtui.cli.project import Project
from tmtui.config.load import combine
from tmtui.domain.plan import Task
from tmtui.domain.usage import Usage
from tmtui.events.money import MoneySpent
from tmtui.system.documents import parse_document


Run = Callable[..., Done]

PLAN = """
tasks:
  - {id: login, title: Implement login, description: With a password.}
  - {id: reset, title: Reset it, depends_on: [login], max_attempts: 1}
"""


@pytest.fixture
def planned(project: Project) -> Project:
    (project.root / "tasks.yml").write_text(PLAN, encoding="utf-8")
    return project


def dry(command: Run, *more: str) -> list[str]:
    done = command("run", "tasks.yml", "--dry-run", *more)
    assert done.code == 0, done.err
    return done.out.splitlines()


def spent(micro: int, model: str = "claude-sonnet-5-5", source: str = "own rates") -> MoneySpent:
    return MoneySpent(model, Usage(input_tokens=micro), micro, source)


def test_without_a_history_it_is_called_a_guess(planned: Project) -> None:
    done = tmtui("run", "tasks.yml", "--dry-run", "--agent", "claude:claude-sonnet-5-5", cwd=planned.root)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    (place,) = [number for number, line in enumerate(lines) if line.startswith("Token usage preview")]
    assert lines[place] == "Token usage preview (an estimate; nothing is sent):"
    assert lines[place + 1].startswith("  Tokens: ")
    assert lines[place + 2].startswith("  Cost:   ~$0.0")
    assert "A guess from the size of the prompts" in lines[place + 3]
    assert lines[place + 4] == "  Model: claude-sonnet-5-5 (tmtui rates 2026-11-09)"
    assert sum("about" in line and "tokens, ~$" in line for line in lines) == 2


def test_the_projects_own_attempts_say_what_the_next_ones_may_cost(planned: Project, command: Run) -> None:
    now = time.time_ns() // 1_000_000
    paid(planned.state_dir, *((now, RUN, "old", number, spent(100_000)) for number in range(1, 5)))
    text = "\n".join(dry(command, "--agent", "claude:claude-sonnet-5-5"))
    # 100,000 tokens at $2 for a million are $0.20; login may be tried three times, reset once.
    assert "about 100,000 to 300,000 tokens, ~$0.20 to ~$0.60" in text
    assert "about 100,000 to 100,000 tokens, ~$0.20 to ~$0.20" in text
    assert "  Tokens: 200,000 to 400,000\n  Cost:   ~$0.40 to ~$0.80\n" in text
    assert "From 4 earlier attempts in this project, at the rates of today." in text


def test_what_a_script_made_up_is_no_history(planned: Project, command: Run) -> None:
    now = time.time_ns() // 1_000_000
    paid(planned.state_dir, *((now, RUN, "old", number, spent(1, source="script")) for number in range(1, 9)))
    assert "A guess" in "\n".join(dry(command, "--agent", "claude:claude-sonnet-5-5"))


def test_a_scripted_agent_asks_no_provider(planned: Project, command: Run) -> None:
    assert "Token usage preview: none, no provider is asked." in dry(command, "--agent", "scripted:x.agent.yml")
    assert not Path(planned.state_dir, "state.db").exists()


def test_a_price_that_nobody_knows_is_told_with_the_remedy(planned: Project, command: Run) -> None:
    assert planned
    text = "\n".join(dry(command, "--agent", "claude:claude-opus-99"))
    assert "no price is known for claude-opus-99" in text
    assert "rates: {claude-opus-99: {input: 3, output: 15}}" in text


def test_own_rates_hold_for_the_preview_too(planned: Project, command: Run) -> None:
    (planned.root / ".taskmaster.yml").write_text("rates: {local: {input: 0, output: 0}}\n", encoding="utf-8")
    text = "\n".join(dry(command, "--agent", "claude:local"))
    assert "Cost:   ~$0.00 to ~$0.00" in text
    assert "Model: local (own rates)" in text


def test_an_agent_whose_model_is_its_own_matter_has_an_unknown_price(planned: Project, command: Run) -> None:
    assert planned
    assert "  Cost:   $?" in dry(command, "--agent", "claude-code")


@pytest.mark.parametrize(
    ("budget", "words"),
    [
        ("0.01", "Budget of the run: $0.01, which is less than the lower end"),
        ("1", "Budget of the run: $1.00, which may not be enough"),
        ("1000", "Budget of the run: $1,000.00"),
    ],
)
def test_the_budget_of_the_run_is_held_against_it(planned: Project, command: Run, budget: str, words: str) -> None:
    (planned.root / ".taskmaster.yml").write_text(f"budget_usd: {budget}\n", encoding="utf-8")
    assert f"  {words}" in dry(command, "--agent", "claude:claude-sonnet-5-5")


NOW = 1_795_000_000_000


@pytest.mark.parametrize(
    ("settings", "order", "task", "kind", "model"),
    [
        ("", {}, {}, "anthropic", "claude-sonnet-5-5"),
        ("", {"agent": "claude:claude-3-5-sonnet-20241022"}, {}, "anthropic", "claude-sonnet-5-5"),
        ("", {"profile": "automation"}, {}, "anthropic", "claude-haiku-5-5"),
        ("", {}, {"profile": "automation"}, "anthropic", "claude-haiku-5-5"),
        ("profile: automation", {}, {"profile": "analysis"}, "anthropic", "claude-sonnet-5-5"),
        ("model_tiering: {simple: tiny}", {}, {"complexity": "simple"}, "anthropic", "tiny"),
        (
            "providers: {local: {type: openai, base_url: 'http://x', model: m}}",
            {"agent": "local:n"},
            {},
            "openai",
            "n",
        ),
        ("agent: scripted:x", {}, {}, "scripted", ""),
        ("", {"agent": "codex"}, {}, "codex", ""),
    ],
)
def test_who_is_asked_follows_from_flags_task_and_settings(
    settings: str, order: dict[str, str], task: dict[str, str], kind: str, model: str
) -> None:
    found, _ = combine([parse_document(settings.encode(), "s.yml")], {}, {})
    asked = who_is_asked(found, Order(root="", state_dir="", plan="", **order), Task(id="a", title="A", **task), NOW)  # type: ignore[arg-type]  # text fields only
    assert (asked.kind, asked.model) == (kind, model)
