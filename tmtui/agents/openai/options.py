"""From a provider's settings to its model: what is needed is asked for at once, with the place where to write it."""

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from tmtui.agents.openai.catalogue import Card, card_of
from tmtui.agents.openai.client import BASE_URL, Account
from tmtui.agents.openai.model import OpenAIModel
from tmtui.agents.registry import AgentSpecError
from tmtui.agents.written import WrittenOptions
from tmtui.domain.text import clean_line


KEY_VARIABLE: Final = "OPENAI_API_KEY"
BASE_URL_VARIABLE: Final = "OPENAI_BASE_URL"

PACKAGE: Final = "openai"
EXTRA: Final = "tmtui[openai]"


def openai_model(provider: str, model: str, options: Mapping[str, Any], env: Mapping[str, str]) -> OpenAIModel:
    """The model that the settings describe.

    Args:
        provider: The provider's name in the settings.
        model: Its id; empty for the settings' own.
        options: The provider's settings: `model`, `api_key`, `base_url`, `context`, `max_output`.
        env: The environment, which may hold the key and the address.

    Raises:
        AgentSpecError: something is missing or makes no sense.
    """
    if find_spec(PACKAGE) is None:
        raise AgentSpecError(f"{provider} needs the package {PACKAGE}: pip install '{EXTRA}'")
    given = WrittenOptions(provider, options)
    name = model or given.text("model")
    if not name:
        raise AgentSpecError(f"{provider} needs a model: write {provider}:MODEL, such as {provider}:gpt-5.4-mini")
    url = _base_url(given, env)
    return OpenAIModel(name, Account(_key(given, env, url), url), provider=provider, card=_card(name, given))


def _card(model: str, given: WrittenOptions) -> Card:
    known = card_of(model)
    return msgspec.structs.replace(
        known,
        context=given.count("context") or known.context,
        max_output=given.count("max_output") or known.max_output,
    )


def _key(given: WrittenOptions, env: Mapping[str, str], url: str) -> str:
    """The key. The environment's is OpenAI's own, and is given to nobody else."""
    official = Account("", url).official
    key = given.text("api_key") or (env.get(KEY_VARIABLE, "").strip() if official or _from_env(given, env) else "")
    if not key and official:
        raise AgentSpecError(
            f"{given.owner} needs a key: set {KEY_VARIABLE}, or providers.{given.owner}.api_key in the settings"
        )
    if key and not (key.isascii() and key.isprintable() and " " not in key):
        raise AgentSpecError(f"the key of {given.owner} holds characters that no key has: copy it again")
    return key


def _from_env(given: WrittenOptions, env: Mapping[str, str]) -> bool:
    """Whether the address stands beside the key, in the environment."""
    return not given.text("base_url") and bool(env.get(BASE_URL_VARIABLE, "").strip())


def _base_url(given: WrittenOptions, env: Mapping[str, str]) -> str:
    url = given.text("base_url") or env.get(BASE_URL_VARIABLE, "").strip() or BASE_URL
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not url.isprintable() or " " in url:
        raise AgentSpecError(f"base_url of {given.owner} must be like {BASE_URL}, not {clean_line(url, 80)!r}")
    return url.rstrip("/")
