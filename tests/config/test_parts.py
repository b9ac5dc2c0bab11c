"""The larger parts of the settings: the source texts' blocks mean what they say, however they are spelled."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import pytest
import yaml

from tests.written_examples import JSON_SETTINGS, SETTINGS
from tmtui.config.blocks.loading import BLOCKS
from tmtui.config.json_schema import settings_schema
from tmtui.config.load import combine
from tmtui.config.settings import (
    BudgetAlerts,
    Cache,
    CircuitBreaker,
    CostControls,
    Fallback,
    FallbackEntry,
    GlobalBudget,
    Permissions,
    Profile,
    ProfileBudget,
    ProviderSettings,
    RateLimits,
    Reliability,
    Settings,
    Tiers,
)
from tmtui.config.written import SettingsWritten
from tmtui.domain.models import END_OF_LIFE
from tmtui.domain.outcome import Kind
from tmtui.domain.problem import Problem
from tmtui.resilience.defaults import (
    BREAKER_FAILURES,
    BREAKER_LONGEST_SECONDS,
    BREAKER_PROBES,
    BREAKER_RATIO,
    BREAKER_RATIO_CALLS,
    BREAKER_RATIO_LEAST,
    BREAKER_RATIO_SECONDS,
    BREAKER_RESET_SECONDS,
    COST_GUARD,
    CRITICAL_PERCENT,
    FALLBACK_IF_OVER_SECONDS,
    PAUSE_OVER_SECONDS,
    WARN_PERCENT,
)
from tmtui.resilience.windows import caps_of
from tmtui.system.documents import parse_document


NO_ENV: Mapping[str, str] = {}


def read(*files: str, env: Mapping[str, str] = NO_ENV, **flags: Any) -> tuple[Settings, list[Problem]]:
    documents = [parse_document(text.encode(), f"{number}.yml") for number, text in enumerate(files, 1)]
    return combine(documents, env, flags)


def settings(*files: str, env: Mapping[str, str] = NO_ENV, **flags: Any) -> Settings:
    found, problems = read(*files, env=env, **flags)
    assert [problem for problem in problems if not problem.warning] == []
    return found


def places(problems: list[Problem]) -> list[tuple[int, int, bool]]:
    return [(each.line, each.column, each.warning) for each in problems]


# The source texts' own blocks.


@pytest.mark.parametrize(("name", "text"), SETTINGS.items(), ids=list(SETTINGS))
def test_the_settings_of_the_source_texts_load(name: str, text: str) -> None:
    _, problems = read(text, env={"ANTHROPIC_API_KEY": "sk-ant-0123456789"})
    assert all(problem.warning for problem in problems), problems
    assert len(problems) == {"rate limiting": 1, "alerts": 1}.get(name, 0)


def to_snake(key: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key).lower()


def to_camel(key: str) -> str:
    return re.sub(r"_([a-z])", lambda found: found[1].upper(), key)


def respelled(value: Any, spell: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {spell(key): respelled(item, spell) for key, item in value.items()}
    return [respelled(item, spell) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize(("name", "text"), JSON_SETTINGS.items(), ids=list(JSON_SETTINGS))
def test_a_block_means_the_same_in_json_and_yaml_and_in_either_spelling(name: str, text: str) -> None:
    plain = json.loads(text)
    said = combine([parse_document(text.encode(), "config.json", json=True)], {}, {})[0]
    for spell in (str, to_snake, to_camel):
        value = respelled(plain, spell)
        as_json = parse_document(json.dumps(value).encode(), "config.json", json=True)
        as_yaml = parse_document(yaml.safe_dump(value).encode(), "config.yml")
        for document in (as_json, as_yaml):
            found, problems = combine([document], {}, {})
            assert all(problem.warning for problem in problems)
            neutral = msgspec.structs.replace(found, origins={}, extra={})
            assert neutral == msgspec.structs.replace(said, origins={}, extra={})


def test_profiles_of_the_source_text() -> None:
    found, problems = read(JSON_SETTINGS["runtime profiles"])
    assert found.profiles == {
        "interactive": Profile(
            name="interactive",
            description="Developer-facing chat and task exploration",
            model="claude-3-5-sonnet-20241022",
            temperature=0.5,
            max_tokens=1500,
            streaming=True,
            output_format="markdown",
            timeout=30,
            retries=1,
        ),
        "automation": Profile(
            name="automation",
            description="CI/CD pipelines, Git hooks, PR bots",
            model="claude-3-haiku-20240307",
            temperature=0.1,
            max_tokens=600,
            streaming=False,
            output_format="json",
            enforce_schema=True,
            timeout=20,
            retries=2,
        ),
        "analysis": Profile(
            name="analysis",
            description="Deep task analysis, complexity assessment, planning",
            model="claude-3-5-sonnet-20241022",
            effort="high",
            temperature=0.3,
            max_tokens=2000,
            streaming=False,
            output_format="json",
            citations_required=True,
            timeout=45,
            retries=1,
        ),
    }
    assert all(problem.warning for problem in problems)
    assert [problem.line for problem in problems if "`temperature`" in problem.message] == [7, 17, 28]


def test_a_retired_model_is_told_with_its_date_and_its_successor() -> None:
    _, problems = read(JSON_SETTINGS["runtime profiles"])
    told = [(each.line, each.message) for each in problems if "end of life" in each.message]
    sonnet = "the model `claude-3-5-sonnet-20241022` has its end of life on 2025-10-28: claude-sonnet-5-5"
    haiku = "the model `claude-3-haiku-20240307` has its end of life on 2026-04-20: claude-haiku-5-5"
    assert told == [(line, f"{said} takes its place") for line, said in ((6, sonnet), (16, haiku), (27, sonnet))]
    assert all("config migrate" in each.hint for each in problems if "end of life" in each.message)


def test_cost_controls_of_the_source_text() -> None:
    assert settings(JSON_SETTINGS["cost controls"]).cost_controls == CostControls(
        global_budget=GlobalBudget(
            daily_micro=50_000_000,
            weekly_micro=250_000_000,
            monthly_micro=800_000_000,
            action_on_exceed="switch_to_fallback",
        ),
        per_profile_budget={
            "interactive": ProfileBudget(daily_micro=20_000_000, max_requests_per_hour=100),
            "automation": ProfileBudget(daily_micro=10_000_000, max_requests_per_hour=500),
            "analysis": ProfileBudget(daily_micro=15_000_000, max_requests_per_hour=50),
        },
        alerts=BudgetAlerts(warn_at_percentage=80, critical_at_percentage=95, channels=("slack", "email")),
    )


def test_retries_of_the_source_text() -> None:
    found = settings(JSON_SETTINGS["retries"]).reliability.retry
    assert (found.max_attempts, found.initial_delay, found.max_delay, found.backoff_multiplier) == (3, 1, 30, 2)
    assert {Kind.RATE_LIMITED, Kind.API_500, Kind.OVERLOADED, Kind.STALL_NOBYTES} < set(found.retryable_errors)
    assert found.non_retryable_errors == (Kind.AUTH, Kind.REFUSAL)


def test_fallbacks_of_the_source_text() -> None:
    fallback = settings(JSON_SETTINGS["fallback"]).fallback
    assert fallback.chain("automation") == (
        FallbackEntry(model="claude-3-haiku-20240307", timeout=20),
        FallbackEntry(model="gpt-4o-mini", timeout=15),
        FallbackEntry(model="static", template=".taskmaster/templates/fallback-review.json"),
    )
    assert [entry.timeout for entry in fallback.chain("interactive")] == [30, 15, 20]
    assert fallback.chain("analysis") == ()
    assert fallback.circuit_breaker == CircuitBreaker(failure_threshold=5, reset_timeout=60, half_open_requests=2)


def test_scanning_rules_of_the_source_text() -> None:
    scanning = settings(JSON_SETTINGS["input scanning"]).input_scanning
    assert scanning.enabled
    assert [(rule.name, rule.action, rule.severity) for rule in scanning.rules] == [
        ("credential_detection", "redact_and_warn", "high"),
        ("pii_detection", "block", "critical"),
        ("injection_detection", "block_and_log", "critical"),
    ]
    assert scanning.rules[1].pattern == r"(ssn|social.security|\b\d{3}-\d{2}-\d{4}\b)"


def test_the_ceiling_of_a_request_may_stand_among_the_targets() -> None:
    found, problems = read(JSON_SETTINGS["service levels"])
    assert found.cost_controls.per_request_ceiling_micro == 500_000
    assert found.extra == json.loads(JSON_SETTINGS["service levels"])
    assert places(problems) == [(3, 3, True)]
    both = settings(JSON_SETTINGS["service levels"], "cost_controls: {per_request_ceiling_usd: 2}\n")
    assert both.cost_controls.per_request_ceiling_micro == 2_000_000


def test_rate_limits_of_the_source_text() -> None:
    found = settings(
        SETTINGS["rate limiting"], SETTINGS["rate limits of OpenAI"], env={"ANTHROPIC_API_KEY": "sk-0000"}
    )
    assert found.providers == {
        "claude": ProviderSettings(
            name="claude",
            type="anthropic",
            api_key="sk-0000",
            model="claude-3-5-sonnet-20241022",
            rate_limits=RateLimits(max_requests_minute=10, max_tokens_hour=100_000, max_tokens_day=500_000),
        ),
        "openai": ProviderSettings(
            name="openai",
            type="openai",
            rate_limits=RateLimits(max_requests_minute=60, max_tokens_hour=200_000, max_requests_day=10_000),
        ),
    }
    caps = found.providers["claude"].rate_limits.caps()
    assert caps == {"max_requests_minute": 10, "max_tokens_hour": 100_000, "max_tokens_day": 500_000}
    assert len(caps_of(caps)) == 3
    assert len(caps_of(dict.fromkeys(RateLimits.__struct_fields__, 1))) == 8


# What the parts mean beside that.


def test_without_a_word_the_profiles_are_the_built_in_ones() -> None:
    profiles = settings().profiles
    assert {name: profile.model for name, profile in profiles.items()} == {
        "interactive": "claude-sonnet-5-5",
        "automation": "claude-haiku-5-5",
        "analysis": "claude-sonnet-5-5",
    }
    assert not {profile.model for profile in profiles.values()} & END_OF_LIFE.keys()


def test_a_profile_says_only_what_it_changes() -> None:
    found = settings("profiles: {automation: {effort: low}, nightly: {model: claude-opus-5-5, tiers: {simple: x}}}\n")
    assert found.profiles["automation"].model == "claude-haiku-5-5"
    assert found.profiles["automation"].effort == "low"
    assert found.profiles["nightly"] == Profile(
        name="nightly", model="claude-opus-5-5", model_tiering=Tiers(simple="x")
    )
    assert set(found.profiles) == {"interactive", "automation", "analysis", "nightly"}


def test_a_schema_is_a_file_or_stands_in_the_profile_itself() -> None:
    found = settings(
        "profiles:\n  a: {schema: ./.taskmaster/schemas/a.json}\n  b: {output_schema: {type: x, n: 012}}\n"
    )
    assert found.profiles["a"].output_schema == ".taskmaster/schemas/a.json"
    assert found.profiles["b"].output_schema == {"type": "x", "n": "012"}


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("claude: {}", "anthropic"),
        ("x: {type: claude}", "anthropic"),
        ("x: {provider: anthropic}", "anthropic"),
        ("openai: {model: a}", "openai"),
        ("local: {base_url: 'http://localhost:11434/v1'}", "openai"),
        ("claude-code: {model: a}", "claude-code"),
        ("x: {type: claude_code}", "claude-code"),
        ("x: {command: 'aider --yes'}", "command"),
        ("codex: {args: [--full-auto]}", "codex"),
    ],
)
def test_the_kind_of_a_provider_is_said_or_follows(written: str, kind: str) -> None:
    (provider,) = settings(f"providers: {{{written}, }}\n").providers.values()
    assert provider.type == kind


def test_a_command_line_is_taken_apart_as_a_shell_would() -> None:
    found = settings("providers: {a: {command: \"aider --message 'do it'\"}, b: {command: [x, y z], args: --fast}}\n")
    assert found.providers["a"].command == ("aider", "--message", "do it")
    assert (found.providers["b"].command, found.providers["b"].args) == (("x", "y z"), ("--fast",))


def test_common_limits_are_laid_under_those_of_each_provider() -> None:
    found = settings(
        "rate_limits: {max_requests_minute: 5, max_tokens_day: 100}\n"
        "providers: {claude: {rate_limits: {max_requests_per_minute: 9}}, openai: {model: x}}\n"
    )
    assert found.providers["claude"].rate_limits == RateLimits(max_requests_minute=9, max_tokens_day=100)
    assert found.providers["openai"].rate_limits == found.rate_limits


def test_a_chain_may_be_a_list_of_names_or_one_name_and_one_may_serve_all() -> None:
    fallback = settings(
        "fallback: {chains: {default: [a, {provider: b}], interactive: c}}\nproviders: {b: {type: codex}}\n"
    ).fallback
    assert fallback.chain("analysis") == (FallbackEntry(model="a"), FallbackEntry(provider="b"))
    assert fallback.chain("interactive") == (FallbackEntry(model="c"),)
    assert fallback.for_refusal("interactive") == fallback.for_long_context("analysis") == ()


def test_rules_of_all_layers_are_joined_and_the_mode_is_the_strongest_layer_s() -> None:
    found = settings(
        "permissions: {mode: dont_ask, deny: ['Read(./.env)'], allow: Bash(make *)}\n",
        "permissions: {default_mode: acceptEdits, deny: ['Bash(rm *)', 'Read(./.env)'], ask: Bash(cat $HOME)}\n",
    )
    assert found.permissions == Permissions(
        mode="acceptEdits",
        allow=("Bash(make *)",),
        ask=("Bash(cat $HOME)",),
        deny=("Read(./.env)", "Bash(rm *)"),
    )


def test_what_spares_requests() -> None:
    found = settings(
        "cache: {enabled: no, ttl: 24h}\nmodel_tiering: {simple: a, complex: b}\npromptCompression: off\n"
    )
    assert found.cache == Cache(enabled=False, ttl=86_400)
    assert [found.model_tiering.of(word) for word in ("simple", "medium", "complex", "", "name")] == [
        "a",
        "",
        "b",
        "",
        "",
    ]
    assert found.prompt_compression is False


VARIABLE = "TMTUI_COST_CONTROLS__ALERTS__WARN_AT_PERCENTAGE"


def test_every_value_has_its_origin_in_whichever_unit_it_was_written() -> None:
    found = settings(
        "reliability:\n  retry:\n    initialDelay_ms: 500\n    max_delay: 30s\n",
        "cost_controls:\n  per_task_usd: 2\n",
        env={VARIABLE: "70%"},
    )
    assert found.origins == {
        "reliability.retry.initial_delay": "1.yml:3",
        "reliability.retry.max_delay": "1.yml:4",
        "cost_controls.per_task_usd": "2.yml:2",
        "cost_controls.alerts.warn_at_percentage": f"environment variable {VARIABLE}",
    }
    assert found.reliability.retry.initial_delay == 0.5
    assert found.cost_controls.per_task_micro == 2_000_000
    assert found.cost_controls.alerts.warn_at_percentage == 70


def test_what_is_built_in_is_what_the_gates_hold_to() -> None:
    breaker, reliability, alerts = CircuitBreaker(), Reliability(), BudgetAlerts()
    assert (breaker.failure_threshold, breaker.failure_ratio, breaker.minimum_calls, breaker.window_calls) == (
        BREAKER_FAILURES.value, BREAKER_RATIO.value, BREAKER_RATIO_LEAST.value, BREAKER_RATIO_CALLS.value,
    )  # fmt: skip
    assert (breaker.window, breaker.reset_timeout, breaker.max_reset_timeout, breaker.half_open_requests) == (
        BREAKER_RATIO_SECONDS.value, BREAKER_RESET_SECONDS.value, BREAKER_LONGEST_SECONDS.value, BREAKER_PROBES.value,
    )  # fmt: skip
    assert reliability.fallback_if_wait_over == FALLBACK_IF_OVER_SECONDS.value
    assert reliability.pause_over == PAUSE_OVER_SECONDS.value
    assert (alerts.warn_at_percentage, alerts.critical_at_percentage) == (WARN_PERCENT.value, CRITICAL_PERCENT.value)
    assert Fallback().max_cost_factor == COST_GUARD.value


# What is refused, and where.


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("runtime_profiles: {a: {effort: huge}}", (1, 32), "`effort` must be one of low"),
        ("runtime_profiles: {a: {timeout: 5, timeout_ms: 5}}", (1, 23), "says `timeout` and `timeout_ms`"),
        ("runtime_profiles: {a: {timeout_ms: soon}}", (1, 36), "must be a time"),
        ("runtime_profiles: {a: {schema: [1]}}", (1, 32), "must be a JSON Schema"),
        ("runtime_profiles: {a: {schema: ../x.json}}", (1, 32), "leads out of the project's root"),
        ("runtime_profiles: [a]", (1, 19), "must be a mapping"),
        ("cost_controls: {global_budget: {daily_usd: free}}", (1, 44), "amount in US dollars"),
        ("cost_controls: {globalBudget: {actionOnExceed: weep}}", (1, 48), "must be one of switch_to_fallback"),
        ("cost_controls: {alerts: {warn_at_percentage: 200}}", (1, 46), "must be a percentage"),
        ("cost_controls: {alerts: {critical_at_percentage: 50}}", (1, 25), "critical before it warns"),
        ("reliability: {retry: {retryable_errors: [nonsense]}}", (1, 41), "there is no error 'nonsense'"),
        ("fallback: {chains: {default: [{model: static}]}}", (1, 31), "needs a `template`"),
        ("fallback: {chains: {default: [{timeout: 5}]}}", (1, 31), "names no model"),
        ("fallback: {chains: {default: [{provider: nobody}]}}", (1, 42), "there is no provider `nobody`"),
        ("input_scanning: {rules: [{name: a, pattern: '('}]}", (1, 45), "is no regular expression"),
        ("input_scanning: {rules: [{name: a}]}", (1, 26), "`pattern` is missing"),
        ("permissions: {allow: ['Bash(make', Read]}", (1, 23), "is no permission rule"),
        ("permissions:\n  deny:\n    - Read\n    - bash(rm *)", (4, 7), "rules know no tool 'bash'"),
        ("permissions: {mode: yolo}", (1, 21), "no mode `yolo`"),
        ("providers: {claude: {type: clude}}", (1, 28), "no kind of provider `clude`"),
        ("providers: {mine: {model: a}}", (1, 19), "does not say of which kind"),
        ('providers: {claude: {command: "a \'b"}}', (1, 31), "never closed"),
        ("providers: {claude: {rate_limits: {max_requests_minute: 0}}}", (1, 57), "at least 1"),
        ("profile: nobody", (1, 10), "there is no profile `nobody`"),
        ("provider: nobody", (1, 11), "there is no provider `nobody`"),
        ("runtime_profiles: {a: {provider: nobody}}", (1, 34), "there is no provider `nobody`"),
        ("prompt_version: ../v2", (1, 17), "must be the name of a folder"),
        ("slos: {cost: {per_request_ceiling_usd: lots}}", (1, 40), "amount in US dollars"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(text: str, place: tuple[int, int], words: str) -> None:
    _, problems = read(text + "\n")
    errors = [problem for problem in problems if not problem.warning]
    assert [(each.line, each.column) for each in errors] == [place], errors
    assert words in errors[0].message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("fallback: {chains: {interactiv: [a]}}", "`interactive`"),
        ("cost_controls: {per_profile_budget: {nightly: {daily_usd: 1}}}", "interactive, automation, analysis"),
        ("model_tiering: {simple: claude-sonet-5-5}", "`claude-sonnet-5-5`"),
        ("model_tiering: {simple: claude-saga-1}", "asked for all the same"),
        ("model_tiering: {simple: gpt-4o-mini}", "config migrate"),
        ("providers: {claude: {flavour: x}}", "`options`"),
    ],
)
def test_what_is_doubtful_is_a_warning_with_a_way_on(text: str, words: str) -> None:
    _, problems = read(text + "\n")
    assert places(problems) == [(1, problems[0].column, True)]
    assert words in problems[0].hint


@pytest.mark.parametrize("model", ["claude-opus-5-5", "claude-haiku-4-5-20251001", "llama3.3", "gpt-5.4", "mistral"])
def test_of_a_model_that_answers_or_is_somebody_s_own_nothing_is_said(model: str) -> None:
    assert read(f"model_tiering: {{simple: {model}}}\n")[1] == []


# For editors.


def test_the_schema_for_editors_describes_every_field_of_every_part() -> None:
    schema = settings_schema()
    assert set(schema["properties"]) == set(SettingsWritten.__struct_fields__)
    for field in BLOCKS:
        assert "$ref" in json.dumps(schema["properties"][field])
    for definition in (schema, *schema["$defs"].values()):
        for name, described in definition.get("properties", {}).items():
            assert described.get("description") or "$ref" in str(described), name
    for reference in re.findall(r'"#/\$defs/(\w+)"', json.dumps(schema)):
        assert reference in schema["$defs"]
