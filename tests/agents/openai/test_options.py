from typing import Any

import pytest

from tmtui.agents.openai.model import OpenAIModel
from tmtui.agents.registry import AgentSpecError, make_model


ENV = {"OPENAI_API_KEY": "sk-from-env"}
LOCAL = "http://localhost:11434/v1"


def made(spec: str, options: dict[str, Any] | None = None, env: dict[str, str] | None = None) -> OpenAIModel:
    model = make_model(spec, options or {}, ENV if env is None else env)
    assert isinstance(model, OpenAIModel)
    return model


@pytest.mark.parametrize(
    ("spec", "options", "env", "key", "url"),
    [
        ("openai:gpt-5.4", {}, ENV, "sk-from-env", "https://api.openai.com/v1"),
        ("openai", {"model": "gpt-5.4", "apiKey": "sk-own"}, ENV, "sk-own", "https://api.openai.com/v1"),
        ("local:gpt-5.4", {"type": "openai", "base_url": LOCAL}, {}, "", LOCAL),
        ("local:gpt-5.4", {"type": "openai", "base_url": LOCAL}, ENV, "", LOCAL),
        ("local:gpt-5.4", {"type": "openai", "base_url": f"{LOCAL}/", "api_key": "k"}, ENV, "k", LOCAL),
        ("openai:gpt-5.4", {}, {**ENV, "OPENAI_BASE_URL": LOCAL}, "sk-from-env", LOCAL),
        ("openai:gpt-5.4", {}, {"OPENAI_BASE_URL": LOCAL}, "", LOCAL),
    ],
)
async def test_key_and_address_come_from_the_settings_or_the_environment(
    spec: str, options: dict[str, Any], env: dict[str, str], key: str, url: str
) -> None:
    """OpenAI's own key from the environment is given to no server that the settings name."""
    found = made(spec, options, env)

    assert (found.model, found._account.key, found._account.base_url) == ("gpt-5.4", key, url)
    await found.close()


async def test_the_settings_say_what_a_model_of_one_s_own_takes() -> None:
    found = made("local:qwen", {"type": "openai", "base_url": LOCAL, "context": 32_000, "max_output": 4_000})

    assert (found.traits.context, found.traits.max_output) == (32_000, 4_000)
    await found.close()


@pytest.mark.parametrize(
    ("spec", "options", "env", "words"),
    [
        ("openai", {}, ENV, "write openai:MODEL"),
        ("openai:gpt-5.4", {}, {}, "set OPENAI_API_KEY, or providers.openai.api_key"),
        ("openai:gpt-5.4", {"api_key": "sk\nx"}, {}, "copy it again"),
        ("openai:gpt-5.4", {"api_key": 5}, ENV, "providers.openai.api_key must be text"),
        ("openai:gpt-5.4", {"base_url": "localhost:11434"}, ENV, "must be like https://api.openai.com/v1"),
        ("openai:gpt-5.4", {"base_url": "http://[x"}, ENV, "must be like"),
        ("openai:gpt-5.4", {"context": "large"}, ENV, "a whole number above 0"),
        ("openai:gpt-5.4", {"context": 0}, ENV, "a whole number above 0"),
    ],
)
def test_what_is_missing_or_makes_no_sense_is_said_with_its_place(
    spec: str, options: dict[str, Any], env: dict[str, str], words: str
) -> None:
    with pytest.raises(AgentSpecError) as caught:
        make_model(spec, options, env)

    assert words in str(caught.value)
    assert str(caught.value).isprintable()


def test_a_missing_package_is_told_with_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tmtui.agents.openai.options.find_spec", lambda _: None)

    with pytest.raises(AgentSpecError, match=r"pip install 'tmtui\[openai\]'"):
        make_model("openai:gpt-5.4", {}, ENV)
