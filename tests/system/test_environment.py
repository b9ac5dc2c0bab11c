import pytest

from tmtui.system.environment import child_env, is_allowed


@pytest.mark.parametrize(
    "name",
    [
        "PATH",
        "HOME",
        "LANG",
        "LC_ALL",
        "LC_MESSAGES",
        "TERM",
        "TMPDIR",
        "TZ",
        "USER",
        "LOGNAME",
        "SHELL",
        "VIRTUAL_ENV",
    ],
)
def test_what_every_command_may_know(name: str) -> None:
    assert child_env({}, environ={name: "value"}) == {name: "value"}


SECRETS = [
    "ANTHROPIC_API_KEY",
    "OPENAI_API_KEY",
    "GITHUB_TOKEN",
    "AWS_PROFILE",
    "AWS_SECRET_ACCESS_KEY",
    "SSH_AUTH_SOCK",
    "DB_PASSWORD",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "my_api_key",
]


@pytest.mark.parametrize("name", [*SECRETS, "PYTHONPATH", "LD_PRELOAD", "EDITOR", "PATHS", "lc_all", ""])
def test_nothing_else_comes_along_by_itself(name: str) -> None:
    assert child_env({}, environ={name: "value"}) == {}


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_comes_along_by_its_full_name_and_never_by_a_pattern(name: str) -> None:
    patterns = ("*", "*_*", f"{name[:3]}*", f"*{name[-3:]}")

    assert child_env({}, patterns, environ={name: "value"}) == {}
    assert child_env({}, [name], environ={name: "value"}) == {name: "value"}
    assert child_env({name: "given"}, environ={}) == {name: "given"}


@pytest.mark.parametrize(
    ("name", "allow", "allowed"),
    [
        ("NODE_ENV", ["NODE_*"], True),
        ("NODE_ENV", ["NODE_?"], False),
        ("NODE_ENV", ["node_*"], False),
        ("NODE_AUTH_TOKEN", ["NODE_*"], False),
        ("CI", ["CI"], True),
        ("CI", [], False),
    ],
)
def test_what_the_settings_name_comes_along(name: str, allow: list[str], allowed: bool) -> None:
    assert is_allowed(name, allow) == allowed


def test_what_is_given_wins_over_what_is_inherited() -> None:
    assert child_env({"PATH": "/mine", "NEW": "1"}, environ={"PATH": "/theirs", "HOME": "/h"}) == {
        "PATH": "/mine",
        "HOME": "/h",
        "NEW": "1",
    }


def test_the_environment_of_this_process_is_what_is_inherited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/here")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-secret")

    assert child_env({})["PATH"] == "/here"
    assert "ANTHROPIC_API_KEY" not in child_env({})
