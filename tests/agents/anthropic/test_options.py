from typing import Any

import pytest

from tmtui.agents.anthropic.model import AnthropicModel
from tmtui.agents.registry import MODEL_KINDS, AgentSpecError, make_model


ENV = {"ANTHROPIC_API_KEY": "sk-from-env"}


def made(spec: str, options: dict[str, Any] | None = None, env: dict[str, str] | None = None) -> AnthropicModel:
    model = make_model(spec, options or {}, ENV if env is None else env)
    assert isinstance(model, AnthropicModel)
    return model


@pytest.mark.parametrize(
    ("spec", "options", "provider", "model"),
    [
        ("claude:claude-opus-5-5", {}, "claude", "claude-opus-5-5"),
        ("anthropic:claude-opus-5-5", {}, "anthropic", "claude-opus-5-5"),
        ("claude:sonnet", {}, "claude", "claude-sonnet-5-5"),
        ("claude: sonnet ", {}, "claude", "claude-sonnet-5-5"),
        ("claude", {"model": "haiku"}, "claude", "claude-haiku-5-5"),
        ("work:opus", {"type": "claude"}, "work", "claude-opus-5-5"),
        ("work:opus", {"provider": "anthropic"}, "work", "claude-opus-5-5"),
        ("claude:model:with:colons", {}, "claude", "model:with:colons"),
    ],
)
async def test_a_model_is_named_by_its_provider_and_its_id(
    spec: str, options: dict[str, Any], provider: str, model: str
) -> None:
    found = made(spec, options)

    assert (found.provider, found.model) == (provider, model)
    await found.close()


@pytest.mark.parametrize(
    ("options", "env", "key", "url"),
    [
        ({}, ENV, "sk-from-env", "https://api.anthropic.com"),
        ({"api_key": "sk-own"}, ENV, "sk-own", "https://api.anthropic.com"),
        ({"apiKey": " sk-own\n"}, {}, "sk-own", "https://api.anthropic.com"),
        ({}, {"ANTHROPIC_AUTH_TOKEN": "token"}, "token", "https://api.anthropic.com"),
        ({"base_url": "http://localhost:8080/"}, ENV, "sk-from-env", "http://localhost:8080"),
        ({}, {**ENV, "ANTHROPIC_BASE_URL": "http://proxy:1/x"}, "sk-from-env", "http://proxy:1/x"),
    ],
)
async def test_key_and_address_come_from_the_settings_or_the_environment(
    options: dict[str, Any], env: dict[str, str], key: str, url: str
) -> None:
    found = made("claude:sonnet", options, env)

    assert (found._account.key, found._account.base_url) == (key, url)
    await found.close()


@pytest.mark.parametrize(
    ("spec", "options", "env", "words"),
    [
        ("", {}, ENV, "there is no provider ''"),
        ("gemini:pro", {}, ENV, "there is no provider 'gemini'"),
        ("work:opus", {"type": 5}, ENV, "there is no provider '5'"),
        ("\x1b]52;c;x\x07:opus", {}, ENV, "there is no provider"),
        ("claude", {}, ENV, "write claude:MODEL"),
        ("claude:opus", {}, {}, "set ANTHROPIC_API_KEY, or providers.claude.api_key"),
        ("claude:opus", {"api_key": "sk-ant\nx"}, {}, "copy it again"),
        ("claude:opus", {"api_key": "schlüssel"}, {}, "copy it again"),
        ("claude:opus", {"api_key": 5}, ENV, "providers.claude.api_key must be text"),
        ("claude:opus", {"base_url": "api.anthropic.com"}, ENV, "must be like https://api.anthropic.com"),
        ("claude:opus", {"base_url": "ftp://x"}, ENV, "must be like"),
        ("claude:opus", {"base_url": "http://x:99999"}, ENV, "must be like"),
        ("claude:opus", {"base_url": "http://[x"}, ENV, "must be like"),
        ("claude:opus", {"base_url": "http://x/\x1b[2J"}, ENV, "must be like"),
        ("claude:opus", {"betas": "one"}, ENV, "a list of texts"),
        ("claude:opus", {"cache_ttl": "2h"}, ENV, "one of 5m, 1h"),
    ],
)
def test_what_is_missing_or_makes_no_sense_is_said_with_its_place(
    spec: str, options: dict[str, Any], env: dict[str, str], words: str
) -> None:
    with pytest.raises(AgentSpecError) as caught:
        make_model(spec, options, env)

    assert words in str(caught.value)
    assert str(caught.value).isprintable()


def test_every_kind_of_provider_is_written_as_it_is_named() -> None:
    assert [kind.form.partition(":")[0] for kind in MODEL_KINDS.values()] == list(MODEL_KINDS)
