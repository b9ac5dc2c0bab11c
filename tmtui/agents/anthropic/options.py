"""From a provider's settings to its model: what is needed is asked for at once, with the place where to write it."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from tmtui.agents.anthropic.client import BASE_URL, Account
from tmtui.agents.anthropic.model import AnthropicModel
from tmtui.agents.registry import AgentSpecError
from tmtui.domain.text import clean_line


KEY_VARIABLES: Final = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN")
BASE_URL_VARIABLE: Final = "ANTHROPIC_BASE_URL"

LASTING: Final = ("", "5m", "1h")
"""How long a prompt may be cached."""


def anthropic_model(provider: str, model: str, options: Mapping[str, Any], env: Mapping[str, str]) -> AnthropicModel:
    """The model that the settings describe.

    Args:
        provider: The provider's name in the settings.
        model: Its id or short name; empty for the settings' own.
        options: The provider's settings: `model`, `api_key`, `base_url`, `betas`, `cache_ttl`.
        env: The environment, which may hold the key and the address.

    Raises:
        AgentSpecError: something is missing or makes no sense.
    """
    given = _Options(provider, options)
    name = model or given.text("model")
    if not name:
        raise AgentSpecError(f"{provider} needs a model: write {provider}:MODEL, such as {provider}:sonnet")
    return AnthropicModel(
        name,
        Account(_key(given, env), _base_url(given, env)),
        provider=provider,
        betas=given.texts("betas"),
        cache=given.one_of("cache_ttl", LASTING),
    )


def _key(given: "_Options", env: Mapping[str, str]) -> str:
    found = (given.text("api_key"), *(env.get(name, "").strip() for name in KEY_VARIABLES))
    key = next((each for each in found if each), "")
    if not key:
        raise AgentSpecError(
            f"{given.provider} needs a key: set {KEY_VARIABLES[0]}, "
            f"or providers.{given.provider}.api_key in the settings"
        )
    if not (key.isascii() and key.isprintable() and " " not in key):
        raise AgentSpecError(f"the key of {given.provider} holds characters that no key has: copy it again")
    return key


def _base_url(given: "_Options", env: Mapping[str, str]) -> str:
    url = given.text("base_url") or env.get(BASE_URL_VARIABLE, "").strip() or BASE_URL
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not url.isprintable() or " " in url:
        raise AgentSpecError(f"base_url of {given.provider} must be like {BASE_URL}, not {clean_line(url, 80)!r}")
    return url.rstrip("/")


class _Options:
    """A provider's settings, read with their names in either spelling."""

    def __init__(self, provider: str, options: Mapping[str, Any]) -> None:
        self.provider = provider
        self._options = options

    def _get(self, name: str) -> Any:
        first, *rest = name.split("_")
        camel = first + "".join(word.capitalize() for word in rest)
        return self._options.get(name, self._options.get(camel))

    def _wrong(self, name: str, wanted: str) -> AgentSpecError:
        return AgentSpecError(f"providers.{self.provider}.{name} must be {wanted}")

    def text(self, name: str) -> str:
        value = self._get(name)
        if value is not None and not isinstance(value, str):
            raise self._wrong(name, "text")
        return (value or "").strip()

    def texts(self, name: str) -> tuple[str, ...]:
        value = self._get(name) or ()
        if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
            raise self._wrong(name, "a list of texts")
        return tuple(value)

    def one_of(self, name: str, known: tuple[str, ...]) -> str:
        value = self.text(name)
        if value not in known:
            raise self._wrong(name, f"one of {', '.join(each for each in known if each)}")
        return value
