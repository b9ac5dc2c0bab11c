"""One value changed in a settings file: everything else in the text stays as it was."""

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings as hypothesis_settings, strategies as st

from tests.written_examples import JSON_SETTINGS, SETTINGS
from tmtui.config.changing import plan_migration, plan_setting, write_change
from tmtui.config.editing import CannotEditError, with_value
from tmtui.config.keys import parse_key
from tmtui.config.load import load_settings
from tmtui.domain.models import END_OF_LIFE
from tmtui.domain.problem import ProblemsError, WrongValueError


TEXT = """\
# head
agent: scripted:a.yml   # who

cost_controls:
  # money
  globalBudget: {daily_usd: 5.00, weekly_usd: 9}   # budget
  alerts:
    warnAtPercentage: 70 # warn

hooks:
  test:
    command: |
      a
      b
empty:
cache:   # none yet

# max_parallel: 1
"""


def edited(key: str, value: str, text: str = TEXT) -> str:
    return with_value(text, parse_key(key), value, is_json=False)


@pytest.mark.parametrize(
    ("key", "value", "old", "new"),
    [
        ("agent", "claude", "scripted:a.yml   # who", "claude   # who"),
        ("agent", "a: b #c", "scripted:a.yml   # who", '"a: b #c"   # who'),
        ("cost-controls.alerts.warn_at_percentage", "80", "70 # warn", "80 # warn"),
        ("costControls.global_budget.dailyUsd", "7.5", "daily_usd: 5.00", "daily_usd: 7.5"),
        (
            "cost_controls.global_budget.monthly_usd",
            "30",
            "weekly_usd: 9}",
            "weekly_usd: 9, monthly_usd: 30}",
        ),
        (
            "cost_controls.alerts.critical_at_percentage",
            "95",
            "70 # warn\n",
            "70 # warn\n    critical_at_percentage: 95\n",
        ),
        ("hooks.test.command", "make test", "|\n      a\n      b\n", "make test\n"),
        ("hooks.test.timeout", "5m", "      b\n", "      b\n    timeout: 5m\n"),
        ("cache.ttl", "1h", "cache:   # none yet\n", "cache:   # none yet\n  ttl: 1h\n"),
        ("max_parallel", "4", "# max_parallel: 1\n", "# max_parallel: 1\nmax_parallel: 4\n"),
        (
            "runtime_profiles.fast.model",
            "m",
            "# max_parallel: 1\n",
            "# max_parallel: 1\nruntime_profiles:\n  fast:\n    model: m\n",
        ),
        (
            "hook_defaults.post_hooks",
            "[test]",
            "parallel: 1\n",
            "parallel: 1\nhook_defaults:\n  post_hooks: [test]\n",
        ),
    ],
)
def test_a_value_is_changed_at_its_place_and_nothing_else(key: str, value: str, old: str, new: str) -> None:
    assert TEXT.count(old) == 1
    assert edited(key, value) == TEXT.replace(old, new)


@pytest.mark.parametrize(
    ("text", "key", "value", "result"),
    [
        ("", "profile", "fast", "profile: fast\n"),
        ("# only this", "profile", "fast", "# only this\nprofile: fast\n"),
        ("theme: a", "profile", "fast", "theme: a\nprofile: fast\n"),
        ("theme:\n", "theme", "nord", "theme: nord\n"),
        ("{theme: a}\n", "profile", "fast", "{theme: a, profile: fast}\n"),
        ("cache: {}\n", "cache.enabled", "no", "cache: {enabled: no}\n"),
        ("cache: ~\n", "cache.enabled", "no", "cache: {enabled: no}\n"),
        ("{cache: }\n", "cache.ttl", "5", "{cache: {ttl: 5}}\n"),
        ("theme: 'a'\n", "theme", "true", "theme: true\n"),
        ("hook_defaults: {post: [a,\n  b]}\n", "hook_defaults.post_hooks", "[c]", "hook_defaults: {post: [c]}\n"),
    ],
)
def test_small_and_odd_texts_are_edited_too(text: str, key: str, value: str, result: str) -> None:
    assert edited(key, value, text) == result


@pytest.mark.parametrize(
    ("text", "key", "value", "result"),
    [
        ("", "profile", "fast", '{"profile": "fast"}\n'),
        ("{}", "max_parallel", "2", '{"max_parallel": 2}'),
        ('{"theme": "a"}', "detect_non_progress", "false", '{"theme": "a", "detect_non_progress": false}'),
        (
            '{\n\t"costControls": {\n\t\t"alerts": {"warnAtPercentage": 70}\n\t}\n}\n',
            "cost_controls.alerts.warn_at_percentage",
            "80",
            '{\n\t"costControls": {\n\t\t"alerts": {"warnAtPercentage": 80}\n\t}\n}\n',
        ),
        (
            '{\n  "theme": "a\\"b"\n}\n',
            "cache.ttl",
            "1h",
            '{\n  "theme": "a\\"b",\n  "cache": {"ttl": "1h"}\n}\n',
        ),
        ('{"theme": null}', "theme", "012", '{"theme": "012"}'),
    ],
)
def test_json_stays_json(text: str, key: str, value: str, result: str) -> None:
    assert with_value(text, parse_key(key), value, is_json=True) == result
    json.loads(result)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("hook_defaults:\n  post_hooks:\n    - a\n    - b\n", "hook_defaults.post_hooks"),
        ("x-a: &a nord\ntheme: *a\n", "theme"),
        ("theme: &a nord\nagent: *a\n", "theme"),
        ("x-base: &b {ttl: 5}\ncache:\n  <<: *b\n", "cache.ttl"),
        ("cache: 5\n", "cache.ttl"),
        ("---\ntheme: a\n...\n", "profile"),
    ],
)
def test_what_cannot_be_edited_safely_is_left_alone(text: str, key: str) -> None:
    try:
        result = edited(key, "x", text)
    except CannotEditError:
        return
    assert yaml.safe_load(result) == {**yaml.safe_load(text), "cache": {"ttl": "x"}}


KEYS = ("agent", "theme", "profile", "max_parallel", "cache.ttl", "cost_controls.alerts.warn_at_percentage",
        "runtime_profiles.a.model", "hooks.test.timeout", "prompt_templates.variables.who")  # fmt: skip
WORDS = st.sampled_from(
    ["a", "1", "true", "null", "~", "- a", "a: b", "#x", "'", '"', "é", "[a, b]", "", " a ", "{}", "%x"]
)
TEXTS = st.sampled_from([*SETTINGS.values(), *(text.strip() for text in SETTINGS.values()), TEXT, ""])


@hypothesis_settings(deadline=None)
@given(TEXTS, st.sampled_from(KEYS), WORDS)
def test_whatever_is_set_every_line_that_was_there_is_there_still_or_nothing_is_changed(
    text: str, key: str, value: str
) -> None:
    try:
        result = edited(key, value, text)
    except CannotEditError:
        return
    kept = [line for line in text.splitlines() if line not in result.splitlines()]
    assert len(kept) <= (3 if "command" in "".join(kept) else 1)


@hypothesis_settings(deadline=None)
@given(st.sampled_from(list(JSON_SETTINGS.values())), st.sampled_from(KEYS), WORDS)
def test_whatever_is_set_in_json_it_can_be_read_and_says_all_it_said(text: str, key: str, value: str) -> None:
    try:
        result = with_value(text, parse_key(key), value, is_json=True)
    except CannotEditError:
        return
    assert json.loads(result).keys() >= json.loads(text).keys()


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("nonsense", "no setting `nonsense`"),
        ("max_paralell", "`max_parallel`"),
        ("agent.x", "in `agent`"),
        ("cost_controls", "is a group"),
        ("cost_controls.alerts.warn", "in `cost_controls.alerts`"),
        ("", "no setting"),
        ("hooks..timeout", "no setting"),
        ("hook_defaults.post_hooks.command", "in `hook_defaults.post_hooks`"),
    ],
)
def test_a_name_that_is_no_setting_is_told(key: str, words: str) -> None:
    with pytest.raises(WrongValueError) as caught:
        parse_key(key)
    assert words in f"{caught.value} {caught.value.hint}"


# Files.


def put(root: Path, **files: str) -> None:
    for name, text in files.items():
        path = root / {"yml": ".taskmaster.yml", "json": ".taskmaster/config.json"}[name]
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text.encode())


def change(root: Path, *values: tuple[str, str]) -> list[str]:
    changes = plan_setting(root, {}, values)
    for each in changes:
        write_change(each)
    return [each.shown for each in changes]


def test_a_setting_is_changed_in_the_file_that_says_it_and_a_new_one_goes_to_the_strongest(tmp_path: Path) -> None:
    put(tmp_path, yml="theme: a\n", json='{"agent": "x"}')
    assert change(tmp_path, ("agent", "y"), ("profile", "analysis")) == [".taskmaster/config.json", ".taskmaster.yml"]
    found, _ = load_settings(tmp_path, {}, {})
    assert (found.theme, found.agent, found.profile) == ("a", "y", "analysis")
    assert change(tmp_path, ("agent", "y")) == []


def test_without_a_file_one_is_made(tmp_path: Path) -> None:
    assert change(tmp_path, ("max_parallel", "3")) == [".taskmaster.yml"]
    assert (tmp_path / ".taskmaster.yml").read_text() == "max_parallel: 3\n"


def test_what_would_be_wrong_is_not_written(tmp_path: Path) -> None:
    put(tmp_path, yml="theme: a\n")
    for key, value in (
        ("max_parallel", "many"),
        ("profile", "nobody"),
        ("cost_controls.alerts.critical_at_percentage", "9"),
    ):
        with pytest.raises(ProblemsError) as caught:
            plan_setting(tmp_path, {}, [(key, value)])
        assert caught.value.problems[0].path == ".taskmaster.yml"
    assert (tmp_path / ".taskmaster.yml").read_text() == "theme: a\n"


def test_a_fault_that_is_there_already_is_no_hindrance(tmp_path: Path) -> None:
    put(tmp_path, yml="max_parallel: many\n")
    assert change(tmp_path, ("theme", "nord")) == [".taskmaster.yml"]


def test_line_ends_marks_modes_and_links_stay(tmp_path: Path) -> None:
    (tmp_path / "real.yml").write_bytes("\ufeff# head\r\ntheme: a\r\n".encode())
    (tmp_path / "real.yml").chmod(0o600)
    (tmp_path / ".taskmaster.yml").symlink_to("real.yml")
    change(tmp_path, ("theme", "b"), ("profile", "analysis"))
    assert (tmp_path / "real.yml").read_bytes() == "\ufeff# head\r\ntheme: b\r\nprofile: analysis\r\n".encode()
    assert (tmp_path / "real.yml").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / ".taskmaster.yml").is_symlink()
    assert sorted(path.name for path in tmp_path.iterdir()) == [".taskmaster.yml", "real.yml"]


def test_a_file_that_somebody_changed_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    put(tmp_path, yml="theme: a\n")
    (planned,) = plan_setting(tmp_path, {}, [("theme", "b")])
    put(tmp_path, yml="theme: c\n")
    with pytest.raises(WrongValueError, match="in between"):
        write_change(planned)


@pytest.mark.parametrize("name", ["runtime profiles", "fallback"])
def test_migration_replaces_every_model_that_ends_and_nothing_else(name: str, tmp_path: Path) -> None:
    before = JSON_SETTINGS[name]
    put(tmp_path, json=before)
    for each in plan_migration(tmp_path, {}):
        write_change(each)
    expected = before
    for model, end in END_OF_LIFE.items():
        expected = expected.replace(f'"{model}"', f'"{end.successor}"')
    assert (tmp_path / ".taskmaster/config.json").read_text() == expected
    assert plan_migration(tmp_path, {}) == []


def test_migration_finds_models_in_every_form(tmp_path: Path) -> None:
    put(
        tmp_path,
        yml="providers: {claude: {model: claude-3-opus-latest}} # p\nmodel_tiering:\n  simple: claude-3-haiku # s\n"
        "fallback:\n  chains:\n    default: gpt-4o\n    analysis: [gpt-4o-mini, {model: o3}]\n",
    )
    (planned,) = plan_migration(tmp_path, {})
    assert planned.after == (
        "providers: {claude: {model: claude-opus-5-5}} # p\nmodel_tiering:\n  simple: claude-haiku-5-5 # s\n"
        "fallback:\n  chains:\n    default: gpt-5.4\n    analysis: [gpt-5.4-mini, {model: gpt-5.4}]\n"
    )
