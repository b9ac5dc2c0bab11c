"""Settings as rows: complete, with origins, and without secrets."""

import pytest

from tmtui.config.describe import Row, describe
from tmtui.config.load import combine
from tmtui.config.secrets import MASK, mask, names_a_secret
from tmtui.config.settings import Settings
from tmtui.system.documents import parse_document


KEY = "sk-ant-" + "0123456789abcdef"


def rows(text: str, **env: str) -> dict[str, Row]:
    found, _ = combine([parse_document(text.encode(), "s.yml")], env, {})
    return {row.key: row for row in describe(found)}


def test_every_setting_has_a_row_with_its_origin() -> None:
    found = rows("max_parallel: 2\nbudget_usd: 3\ninclude: x\nprompt_context: {include_patterns: [a, b]}\n")
    assert found["max_parallel"] == Row("max_parallel", "2", "s.yml:1")
    assert found["budget_usd"] == Row("budget_usd", "$3.00", "s.yml:2")
    assert found["detect_non_progress"] == Row("detect_non_progress", "true", "built-in")
    assert found["agent_timeout"] == Row("agent_timeout", "1800", "built-in")
    assert found["prompt_context.include_patterns"].value == "a, b"
    plain = {name for name in Settings.__struct_fields__ if not isinstance(getattr(Settings(), name), dict | tuple)}
    top = {key.split(".")[0] for key in found}
    assert plain - {"budget_micro", "rate_limits", "model_tiering"} <= top


def test_of_a_hook_only_what_is_said_is_shown() -> None:
    found = rows("hooks:\n  test:\n    command: |\n      a\n      b\n    continue_on_failure: yes\n"
                 "hook_defaults: {post: test}\n")  # fmt: skip
    assert {key: row[1:] for key, row in found.items() if "hook" in key} == {
        "hooks.test.command": ("a b", "s.yml:3"),
        "hooks.test.stop_on_failure": ("false", "s.yml:3"),
        "hook_defaults.pre_hooks": ("", "built-in"),
        "hook_defaults.post_hooks": ("test", "s.yml:7"),
    }


def test_secrets_are_masked_wherever_they_stand() -> None:
    found = rows(
        "providers:\n  claude: {apiKey: $MY_KEY, base_url: 'https://me:pw@host/x', options: {note: 'is ${MY_KEY}'}}\n"
        "  openai: {api_key: literal-key}\n"
        "hooks: {t: {command: x, env: {TOKEN: $GITHUB_TOKEN, PASSWORD: hunter2}}}\n"
        "unattended: {answers: {a: [retry, {choice: skip, note: n}]}}\nslos: {cost: {x: 1}}\n",
        MY_KEY=KEY,
        GITHUB_TOKEN="ghp_123456789",
    )
    assert KEY not in str(found)
    assert found["providers.claude.api_key"].value == MASK
    assert found["providers.claude.options.note"].value == f"is {MASK}"
    assert found["providers.claude.base_url"].value == f"https://{MASK}@host/x"
    assert found["providers.openai.api_key"].value == MASK
    assert found["hooks.t.env.TOKEN"].value == "$GITHUB_TOKEN"
    assert found["hooks.t.env.PASSWORD"].value == MASK
    assert found["unattended.answers.a.2.note"] == Row("unattended.answers.a.2.note", "n", "s.yml:5")
    assert found["slos.cost.x"] == Row("slos.cost.x", "1", "s.yml:6")


@pytest.mark.parametrize(
    "key", ["api_key", "apiKey", "ANTHROPIC_API_KEY", "GITHUB_TOKEN", "password", "client-secret", "Authorization"]
)
def test_names_of_secrets_are_known(key: str) -> None:
    assert names_a_secret(key)


@pytest.mark.parametrize("key", ["max_tokens", "maxTokens", "max_tokens_hour", "keymap", "secretary", "tokenizer"])
def test_names_that_only_look_like_it_are_not_taken_for_secrets(key: str) -> None:
    assert not names_a_secret(key)


def test_rows_are_safe_to_show() -> None:
    found = rows('providers: {"a\\e[2J": {x: "\\e]52;c;x"}}\n')
    assert "\x1b" not in str([tuple(row) for row in found.values()])
    assert mask("x", "plain", ()) == "plain"
