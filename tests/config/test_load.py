"""Settings: layers over each other, every value with its origin, every fault with its place."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings as hypothesis_settings, strategies as st

from tests.bad_documents import BAD_SETTINGS, BadDocument
from tests.written_examples import SETTINGS
from tmtui.config.describe import describe
from tmtui.config.load import combine, load_settings
from tmtui.config.settings import (
    Answer,
    PromptContext,
    PromptTemplates,
    ProviderSettings,
    RateLimits,
    Settings,
    Unattended,
)
from tmtui.config.starter import starter_settings
from tmtui.config.written import SettingsWritten
from tmtui.domain.hook import Hook, HookDefaults
from tmtui.domain.problem import Problem, ProblemsError
from tmtui.events.run import Limits
from tmtui.system.documents import parse_document


NO_ENV: Mapping[str, str] = {}


def read(*files: str, env: Mapping[str, str] = NO_ENV, **flags: Any) -> tuple[Settings, list[Problem]]:
    documents = [parse_document(text.encode(), f"{number}.yml") for number, text in enumerate(files, 1)]
    return combine(documents, env, flags)


def settings(*files: str, env: Mapping[str, str] = NO_ENV, **flags: Any) -> Settings:
    found, problems = read(*files, env=env, **flags)
    assert problems == []
    return found


def test_nothing_said_is_the_built_in_settings() -> None:
    assert settings() == settings("", "# nothing\n") == Settings()
    assert Settings().limits() == Limits()


def test_every_option_of_a_hook_is_taken() -> None:
    found = settings(SETTINGS["a hook with all options"])
    assert found.hooks == {
        "comprehensive-test": Hook(
            name="comprehensive-test",
            command="pytest tests/ -v --cov=src --cov-report=html",
            description="Run tests with coverage",
            timeout=600,
            stop_on_failure=True,
            working_dir="backend",
            env={"TESTING": "1", "DATABASE_URL": "postgresql://localhost/test_db"},
            retry_count=2,
            retry_delay=5,
            capture_output=True,
            log_output=True,
            quiet=False,
        )
    }


def test_commands_keep_their_lines_and_their_dollars() -> None:
    command = settings(SETTINGS["hooks in parallel"]).hooks["parallel-tests"].command
    assert command.split("\n")[2] == "wait $PID1 && wait $PID2"


def test_the_other_settings_of_the_source_texts_mean_what_they_say() -> None:
    found = settings(SETTINGS["failures"], SETTINGS["prompt templates"], SETTINGS["prompt context"])
    assert (found.max_attempts_per_task, found.max_consecutive_failures) == (3, 2)
    assert [hook.stop_on_failure for hook in found.hooks.values()] == [True, False]
    assert found.prompt_templates == PromptTemplates(
        system=".taskmaster/prompts/system.txt",
        task=".taskmaster/prompts/task.txt",
        retry=".taskmaster/prompts/retry.txt",
        variables={
            "project_name": "My Awesome Project",
            "language": "Python",
            "tech_stack": "FastAPI, PostgreSQL, React",
            "coding_style": "PEP 8, type hints required",
        },
    )
    assert found.prompt_context == PromptContext(
        include_patterns=("*.py", "*.yml", "README.md"), exclude_patterns=("*.pyc", "__pycache__", ".git")
    )


def test_every_plain_setting_is_taken_in_both_spellings() -> None:
    snake = settings(
        "agent: scripted:demo.yml\nagent_timeout: 5m\nmax_parallel: 2\nmax_attempts_per_task: 4\n"
        "max_consecutive_failures: 0\nmax_recoveries: 1\ndetect_non_progress: no\nmax_non_progress: 5\n"
        "stop_on_first_failure: on\nbudget_usd: $1.50\non_decision: skip\nsandbox: off\ntheme: nord\n"
        "keymap: {quit: ctrl+q, pay: $}\n"
    )
    camel = settings(
        '{"agent": "scripted:demo.yml", "agentTimeout": 300, "maxParallel": 2, "maxAttempts": 4,'
        '"maxConsecutiveFailures": 0, "maxRecoveries": 1, "detectNonProgress": false, "maxNonProgress": 5,'
        '"stopOnFirstFailure": true, "budget": 1.5, "onDecision": "skip", "sandbox": "off", "theme": "nord",'
        '"keymap": {"quit": "ctrl+q", "pay": "$"}}'
    )
    expected = Settings(
        agent="scripted:demo.yml",
        agent_timeout=300,
        max_parallel=2,
        max_attempts_per_task=4,
        max_consecutive_failures=0,
        max_recoveries=1,
        detect_non_progress=False,
        max_non_progress=5,
        stop_on_first_failure=True,
        budget_micro=1_500_000,
        on_decision="skip",
        sandbox="off",
        theme="nord",
        keymap={"quit": "ctrl+q", "pay": "$"},
        origins=snake.origins,
    )
    assert snake == expected
    assert {**snake.origins, **camel.origins}.keys() == snake.origins.keys()
    assert camel.limits() == snake.limits() == Limits(
        max_parallel=2, max_attempts=4, max_consecutive_failures=0, max_recoveries=1, max_non_progress=0,
        stop_on_first_failure=True, on_decision="skip", budget_micro=1_500_000,
    )  # fmt: skip


def test_answers_for_when_nobody_is_there() -> None:
    found = settings(
        "unattended:\n  on_decision: skip\n  answers:\n"
        "    a: retry\n    b: {choice: retry, note: 'use $x', restore: true}\n    4: [{answer: retry}, abort]\n"
    )
    assert found.unattended == Unattended(
        on_decision="skip",
        answers={
            "a": (Answer(choice="retry"),),
            "b": (Answer(choice="retry", note="use $x", restore=True),),
            "4": (Answer(choice="retry"), Answer(choice="abort")),
        },
    )


def test_stronger_layers_win_key_by_key() -> None:
    found = settings(
        "max_parallel: 2\ntheme: nord\nhooks:\n  test: make test\n  lint: {command: ruff, timeout: 5}\n",
        "hooks:\n  test: {timeout: 9, env: {A: 1}}\n  lint: ruff check\nkeymap: {quit: q}\n",
        env={"TMTUI_MAX_PARALLEL": "3", "TMTUI_THEME": "dracula", "TMTUI_AGENT": ""},
        theme="gruvbox",
        agent=None,
    )
    assert (found.max_parallel, found.theme, found.agent) == (3, "gruvbox", "")
    assert found.hooks == {
        "test": Hook(name="test", command="make test", timeout=9, env={"A": "1"}),
        "lint": Hook(name="lint", command="ruff check", timeout=5),
    }
    assert found.origins == {
        "max_parallel": "environment variable TMTUI_MAX_PARALLEL",
        "theme": "command line",
        "hooks.test.command": "1.yml:4",
        "hooks.test.timeout": "2.yml:2",
        "hooks.test.env.A": "2.yml:2",
        "hooks.lint.command": "2.yml:3",
        "hooks.lint.timeout": "1.yml:5",
        "keymap.quit": "2.yml:4",
    }


def test_the_last_word_on_a_failing_hook_wins_however_it_is_said() -> None:
    found = settings("hooks: {t: {command: x, stop_on_failure: true}}\n", "hooks: {t: {continueOnFailure: true}}\n")
    assert found.hooks["t"].stop_on_failure is False


def test_default_hooks_are_taken_stage_by_stage_from_the_strongest_layer() -> None:
    found = settings(
        "hooks: {a: x, b: x}\nhook_defaults: {pre: a, post_hooks: [a, b]}\n",
        "hooks: {b: y}\nhookDefaults: {postHooks: [b, make check]}\n",
    )
    assert found.hook_defaults == HookDefaults(
        pre=(Hook(name="a", command="x"),),
        post=(Hook(name="b", command="y"), Hook(name="make", command="make check")),
    )


def test_the_environment_reaches_into_mappings() -> None:
    found = settings(env={"TMTUI_UNATTENDED__ON_DECISION": "retry", "TMTUI_BUDGET_USD": "$2"})
    assert (found.unattended.on_decision, found.budget_micro) == ("retry", 2_000_000)


def test_an_environment_variable_that_is_wrong_is_named() -> None:
    _, problems = read(env={"TMTUI_MAX_PARALLEL": "many", "TMTUI_MAX_PARALEL": "2", "TMTUI_WEB_PORT": "80"})
    assert [(each.path, each.warning) for each in problems] == [
        ("environment variable TMTUI_MAX_PARALEL", True),
        ("environment variable TMTUI_MAX_PARALLEL", False),
    ]


def test_a_flag_that_is_wrong_is_told_as_the_command_lines() -> None:
    _, problems = read(max_parallel=0, budget_usd="free")
    assert {each.path for each in problems} == {"command line"}
    assert len(problems) == 2


KEY = "sk-ant-" + "0123456789abcdef"
PROVIDERS = "providers:\n  claude: {api_key: '${MY_KEY}', rate_limits: {max_requests_minute: 10}}\n"


def test_variables_are_put_in_where_they_have_a_meaning() -> None:
    found = settings(
        PROVIDERS + "agent: scripted:${DIR:-demo}/a.yml\nprompt_templates: {variables: {who: $USER, price: $$5}}\n"
        "hooks: {t: {command: echo $USER, env: {U: $USER}}}\n",
        env={"MY_KEY": KEY, "USER": "ann $HOME"},
    )
    assert found.providers == {
        "claude": ProviderSettings(
            name="claude", type="anthropic", api_key=KEY, rate_limits=RateLimits(max_requests_minute=10)
        )
    }
    assert found.agent == "scripted:demo/a.yml"
    assert found.prompt_templates.variables == {"who": "ann $HOME", "price": "$5"}
    assert found.hooks["t"] == Hook(name="t", command="echo $USER", env={"U": "$USER"})


def test_a_number_may_come_from_the_environment() -> None:
    assert settings("max_parallel: ${JOBS:-4}\n").max_parallel == 4
    assert settings("max_parallel: ${JOBS:-4}\n", env={"JOBS": "8"}).max_parallel == 8


def test_a_key_of_a_provider_is_missed_only_when_it_is_needed() -> None:
    found, problems = read(PROVIDERS)
    assert [(each.line, each.warning) for each in problems] == [(2, True)]
    assert found.providers["claude"].api_key == ""
    for needed in (
        read(PROVIDERS, agent="claude"),
        read(PROVIDERS, agent="claude:x"),
        read(PROVIDERS, provider="claude"),
    ):
        _, problems = needed
        assert [(each.line, each.column, each.warning) for each in problems] == [(2, 21, False)]
        assert "MY_KEY" in problems[0].message
        assert ":-" in problems[0].hint


def test_secrets_are_collected_for_redaction() -> None:
    text = PROVIDERS + "hooks: {t: {command: x, env: {T: $GITHUB_TOKEN, U: $USER}}}\n"
    env = {"MY_KEY": KEY, "GITHUB_TOKEN": "ghp_" + "x" * 9, "USER": "somebody", "OTHER_TOKEN": "unused-token"}
    assert settings(text, env=env).secrets == ("ghp_" + "x" * 9, KEY)


def test_a_secret_in_the_file_itself_is_a_warning() -> None:
    found, problems = read(f"providers:\n  claude:\n    apiKey: {KEY}\n    max_tokens: 4096\n")
    assert [(each.line, each.warning) for each in problems] == [(3, True)]
    assert KEY not in str(problems[0])
    assert found.secrets == (KEY,)


def files(folder: Path, **contents: str) -> None:
    for name, text in contents.items():
        path = folder / {"yml": ".taskmaster.yml", "json": ".taskmaster/config.json"}.get(name, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_files_are_found_from_the_user_to_the_project(tmp_path: Path) -> None:
    root, home = tmp_path / "project", tmp_path / "home"
    files(
        home, **{".taskmaster/config.yml": "theme: a\nmax_parallel: 2\nagent: x\nsandbox: off\nmax_recoveries: 1\n"}
    )
    files(home, **{".config/tmtui/config.yml": "theme: b\nmax_parallel: 3\nagent: y\nsandbox: required\n"})
    files(root, **{".taskmaster/config.yml": "theme: d\nmax_parallel: 5\n", "json": '{"agent": "z", "theme": "c"}'})
    files(root, yml="theme: e\n")
    found, warnings = load_settings(root, {"HOME": str(home)}, {})
    assert warnings == ()
    assert found.origins == {
        "max_recoveries": f"{home}/.taskmaster/config.yml:5",
        "sandbox": f"{home}/.config/tmtui/config.yml:4",
        "agent": ".taskmaster/config.json:1",
        "max_parallel": ".taskmaster/config.yml:2",
        "theme": ".taskmaster.yml:1",
    }
    assert (found.theme, found.max_parallel, found.agent, found.sandbox) == ("e", 5, "z", "required")


def test_a_home_that_is_the_project_is_read_once(tmp_path: Path) -> None:
    files(tmp_path, **{".taskmaster/config.yml": "nonsense: 1\n"})
    _, warnings = load_settings(tmp_path, {"HOME": str(tmp_path)}, {})
    assert len(warnings) == 1


def test_a_project_without_any_file_has_the_built_in_settings(tmp_path: Path) -> None:
    assert load_settings(tmp_path, {}, {}) == (Settings(), ())


def test_the_faults_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    root, home = tmp_path / "project", tmp_path / "home"
    files(home, **{".config/tmtui/config.yml": "max_parallel: many\n"})
    files(root, json="{", yml="max_parallel: 2\nthem: x\nsandbox: maybe\nhooks: {t: {timeout: soon}}\n")
    env = {"HOME": str(home), "TMTUI_AGENT_TIMEOUT": "never"}
    with pytest.raises(ProblemsError) as caught:
        load_settings(root, env, {"on_decision": "guess"})
    found = [(Path(each.path).name, each.line, each.warning) for each in caught.value.problems]
    assert found == [
        (".taskmaster.yml", 2, True),
        (".taskmaster.yml", 3, False),
        (".taskmaster.yml", 4, False),
        (".taskmaster.yml", 4, False),
        ("config.json", 1, False),
        ("config.yml", 1, False),
        ("command line", 0, False),
        ("environment variable TMTUI_AGENT_TIMEOUT", 0, False),
    ]


@pytest.mark.parametrize("bad", BAD_SETTINGS, ids=lambda bad: bad.name)
def test_bad_settings_are_refused_with_place_and_hint(bad: BadDocument, tmp_path: Path) -> None:
    path = tmp_path / bad.file
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(bad.data)
    with pytest.raises(ProblemsError) as caught:
        load_settings(tmp_path, {}, {})
    errors = [problem for problem in caught.value.problems if not problem.warning]
    assert [(problem.path, problem.line) for problem in errors] == [(bad.file, bad.line)]
    assert all(word in str(errors[0]) for word in bad.words)


def test_unknown_settings_are_warnings_with_a_way_on() -> None:
    _, problems = read("max_paralel: 2\ntasks: []\nx-anchors: &a {}\n$schema: y\n")
    assert [(each.line, each.warning) for each in problems] == [(1, True), (2, True)]
    assert "`max_parallel`" in problems[0].hint
    assert "tasks.yml" in problems[1].hint


@pytest.mark.parametrize("name", ["pyproject.toml", "package.json", "nothing"])
def test_the_starter_loads_without_a_word(name: str) -> None:
    found = settings(starter_settings({name}))
    assert found.hook_defaults.post == (found.hooks["test"],)
    assert found.hooks["test"].timeout == 600


def test_what_the_starter_shows_as_built_in_is_built_in() -> None:
    text = starter_settings(())
    shown = [line[2:] for line in text.split("\n") if line.startswith(("# max_", "# detect"))]
    assert len(shown) == 4
    assert settings("\n".join(shown)).limits() == Limits()
    examples = [line.replace("# ", "", 1) if line.startswith(("# un", "#   ", "  # ")) else line
                for line in text.split("\n")]  # fmt: skip
    found = settings("\n".join(examples))
    assert found.unattended.on_decision == "skip"
    assert found.hooks["lint"] == Hook(
        name="lint", command="ruff check .", stop_on_failure=False, env={"CI": "true"}, retry_delay=5
    )


KEYS = st.sampled_from([*SettingsWritten.__struct_fields__, "hookDefaults", "command", "env", "timeout", "post",
                        "answers", "choice", "variables", "x", "a b"])  # fmt: skip
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 5)
    | st.sampled_from(["a", "retry", "a b", "", "..", "5m", "$X", "${"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=20,
)


@hypothesis_settings(deadline=None)
@given(st.lists(st.dictionaries(KEYS, ANYTHING, max_size=6) | ANYTHING, max_size=3))
def test_any_files_give_settings_or_problems(values: list[Any]) -> None:
    found, problems = read(*map(json.dumps, values))
    assert isinstance(found, Settings)
    assert all(str(problem) for problem in problems)
    assert describe(found)
