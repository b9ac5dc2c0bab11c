"""Who does a task: flag over task over profile over settings, and a model that fits who is asked."""

import msgspec
import pytest

from tmtui.config.choosing import check_names, choose
from tmtui.config.load import combine
from tmtui.config.settings import Settings
from tmtui.domain.plan import Plan, Task
from tmtui.system.documents import parse_document


TEXT = """\
profile: nightly
providers:
  claude: {model: claude-opus-5-5}
  local: {base_url: 'http://localhost:1/v1', model: llama3.3}
  openai: {model: gpt-5.4}
  claude-code: {}
runtime_profiles:
  nightly: {effort: low}
  cheap: {model: claude-haiku-5-5}
  other: {provider: openai}
  tiered: {model: claude-sonnet-5-5, model_tiering: {simple: gpt-5.4-nano}}
model_tiering: {simple: claude-haiku-5-5, complex: claude-fable-5-2}
"""


def settings(text: str) -> Settings:
    found, problems = combine([parse_document(text.encode(), "s.yml")], {}, {})
    assert problems == []
    return found


def chosen(text: str, task: dict[str, str], **flags: str) -> tuple[str, str, str]:
    choice = choose(settings(text), msgspec.convert({"id": "t", "title": "t", **task}, Task), **flags)
    return choice.profile.name, choice.provider.name, choice.model


@pytest.mark.parametrize(
    ("flags", "task", "choice"),
    [
        ({}, {}, ("nightly", "claude", "claude-opus-5-5")),
        ({}, {"profile": "cheap"}, ("cheap", "claude", "claude-haiku-5-5")),
        ({"profile": "other"}, {"profile": "cheap"}, ("other", "openai", "gpt-5.4")),
        ({"provider": "local"}, {"provider": "openai"}, ("nightly", "local", "llama3.3")),
        ({}, {"profile": "other", "provider": "claude"}, ("other", "claude", "claude-opus-5-5")),
        ({}, {"complexity": "simple"}, ("nightly", "claude", "claude-haiku-5-5")),
        ({}, {"complexity": "complex", "profile": "cheap"}, ("cheap", "claude", "claude-fable-5-2")),
        ({}, {"complexity": "medium", "profile": "cheap"}, ("cheap", "claude", "claude-haiku-5-5")),
        ({"profile": "tiered"}, {"complexity": "simple"}, ("tiered", "openai", "gpt-5.4-nano")),
        ({"provider": "claude-code"}, {}, ("nightly", "claude-code", "")),
        ({"provider": "codex"}, {"profile": "interactive"}, ("interactive", "codex", "")),
    ],
)
def test_a_task_gets_its_profile_provider_and_model(
    flags: dict[str, str], task: dict[str, str], choice: tuple[str, str, str]
) -> None:
    assert chosen(TEXT, task, **flags) == choice


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("", ("interactive", "claude", "claude-sonnet-5-5")),
        ("providers: {claude: {model: x}}", ("interactive", "claude", "x")),
        ("providers: {mine: {base_url: 'http://localhost', model: x}}", ("interactive", "mine", "x")),
        ("profiles: {interactive: {model: gpt-5.4}}", ("interactive", "openai", "gpt-5.4")),
        ("providers: {my: {base_url: 'http://x'}}\nprofiles: {interactive: {model: y}}", ("interactive", "my", "y")),
        ("providers: {cc: {type: claude-code}}\nprofile: analysis", ("analysis", "cc", "")),
        ("provider: openai", ("interactive", "openai", "")),
    ],
)  # fmt: skip
def test_what_is_not_said_follows_from_what_is(text: str, choice: tuple[str, str, str]) -> None:
    assert chosen(text + "\n", {}) == choice


def test_names_that_nobody_defined_are_told_with_those_that_are_there() -> None:
    tasks = (Task(id="a", title="a", profile="nightly", provider="local"), Task(id="b", title="b", profile="fast"))
    plan = Plan(path="tasks.yml", name="p", tasks=tasks, hash="")
    problems = check_names(settings(TEXT), plan, provider="clade")
    assert [(each.path, each.warning) for each in problems] == [("command line", False), ("tasks.yml", False)]
    assert "`clade`" in problems[0].message
    assert problems[0].hint == "There are: claude, openai, claude-code, codex, local."
    assert problems[1].hint == "There are: interactive, automation, analysis, nightly, cheap, other, tiered."


@pytest.mark.parametrize(
    ("complexity", "instead_of"), [("", ""), ("simple", "claude-opus-5-5"), ("nothing-of-the-kind", "")]
)
def test_a_choice_by_complexity_knows_what_it_stands_for(complexity: str, instead_of: str) -> None:
    text = (
        "profiles: {nightly: {model: claude-opus-5-5}}\nprofile: nightly\nmodel_tiering: {simple: claude-haiku-5-5}\n"
    )
    assert choose(settings(text), Task(id="a", title="a", complexity=complexity)).instead_of == instead_of


def test_a_tier_that_names_the_profile_s_own_model_changes_nothing() -> None:
    text = (
        "profiles: {nightly: {model: claude-opus-5-5}}\nprofile: nightly\nmodel_tiering: {simple: claude-opus-5-5}\n"
    )
    assert choose(settings(text), Task(id="a", title="a", complexity="simple")).instead_of == ""
