"""One table of numbers: each with its unit and source, and none that another room contradicts."""

from typing import Any

import pytest

from tmtui.agents.tools import bash, capped, editor, search_worker
from tmtui.config.settings import Settings
from tmtui.config.values.costs import BudgetAlerts
from tmtui.config.values.reliability import CircuitBreaker, Fallback, Reliability
from tmtui.domain.hook import Hook
from tmtui.engine import silence
from tmtui.engine.dialogue import turns
from tmtui.plans import check
from tmtui.resilience import defaults
from tmtui.resilience.backoff import RetryRules
from tmtui.resilience.breaker import BreakerConfig
from tmtui.resilience.defaults import DEFAULTS
from tmtui.state import burn
from tmtui.store import intake
from tmtui.system.documents import builder, document


def test_every_name_in_capitals_is_a_row() -> None:
    names = {name for name in vars(defaults) if name.isupper() and not name.startswith("_")} - {"DEFAULTS"}
    assert set(DEFAULTS) == names


@pytest.mark.parametrize("name", DEFAULTS)
def test_every_row_has_a_number_a_unit_and_a_source(name: str) -> None:
    row = DEFAULTS[name]
    assert row.value > 0
    assert row.unit
    assert len(row.source) > 8


CIRCUIT, CONFIG = CircuitBreaker(), BreakerConfig()

ELSEWHERE: list[tuple[str, Any]] = [
    ("BREAKER_FAILURES", CIRCUIT.failure_threshold),
    ("BREAKER_RATIO", CIRCUIT.failure_ratio),
    ("BREAKER_RATIO_LEAST", CIRCUIT.minimum_calls),
    ("BREAKER_RATIO_CALLS", CIRCUIT.window_calls),
    ("BREAKER_RATIO_SECONDS", CIRCUIT.window),
    ("BREAKER_RESET_SECONDS", CIRCUIT.reset_timeout),
    ("BREAKER_LONGEST_SECONDS", CIRCUIT.max_reset_timeout),
    ("BREAKER_PROBES", CIRCUIT.half_open_requests),
    ("BREAKER_RESET_SECONDS", CONFIG.reset_ms / 1_000),
    ("BREAKER_LONGEST_SECONDS", CONFIG.longest_ms / 1_000),
    ("COST_GUARD", Fallback().max_cost_factor),
    ("FALLBACK_IF_OVER_SECONDS", Reliability().fallback_if_wait_over),
    ("PAUSE_OVER_SECONDS", Reliability().pause_over),
    ("BACKOFF_MULTIPLIER", RetryRules().multiplier),
    ("BACKOFF_MULTIPLIER", Reliability().retry.backoff_multiplier),
    ("WARN_PERCENT", BudgetAlerts().warn_at_percentage),
    ("CRITICAL_PERCENT", BudgetAlerts().critical_at_percentage),
    ("MAX_ATTEMPTS", Settings().max_attempts_per_task),
    ("MAX_NON_PROGRESS", Settings().max_non_progress),
    ("MAX_CONSECUTIVE_FAILURES", Settings().max_consecutive_failures),
    ("MAX_RECOVERIES", Settings().max_recoveries),
    ("MAX_TURNS", turns.MAX_TURNS),
    ("HOOK_SECONDS", Hook(name="x", command="x").timeout),
    ("PROMPT_SILENCE_SECONDS", silence.SILENCE),
    ("TOOL_SECONDS", bash.TIMEOUT),
    ("TOOL_OUTPUT_BYTES", capped.CAP),
    ("FILE_BYTES", editor.SIZE_CAP),
    ("FILE_BYTES", search_worker.SIZE_CAP),
    ("WALK_ENTRIES", search_worker.WALKED),
    ("GLOB_RESULTS", search_worker.FOUND),
    ("PLAN_TASKS", check.MAX_TASKS),
    ("BURN_SECONDS", burn.SECONDS),
    ("BATCH_ROWS", intake.COMMIT_ROWS),
    ("BATCH_SECONDS", intake.LINGER),
    ("DOCUMENT_BYTES", document.MAX_BYTES),
    ("DOCUMENT_DEPTH", builder.MAX_DEPTH),
    ("DOCUMENT_NODES", builder.MAX_NODES),
    ("DOCUMENT_ALIASES", builder.MAX_ALIASES),
]


@pytest.mark.parametrize(("name", "value"), ELSEWHERE)
def test_what_another_room_holds_is_what_the_table_says(name: str, value: Any) -> None:
    assert DEFAULTS[name].value == value
