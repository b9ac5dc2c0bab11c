"""The schemas of `providers` and `rate_limits`."""

import shlex
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from tmtui.config.blocks.block import Name, Times, Tokens
from tmtui.config.values.providers import TYPE_NAMES, TYPES
from tmtui.domain.problem import WrongValueError
from tmtui.domain.text import clean_line
from tmtui.system.documents.near import did_you_mean
from tmtui.system.documents.values import Exact, OneOrMany
from tmtui.system.documents.written import Before, InJsonSchema, Written


class RateLimitsWritten(Written):
    """How often a provider may be asked, and how much, in any span of that length."""

    max_requests_minute: Times | None = None
    """Requests in a minute."""
    max_requests_hour: Times | None = None
    """Requests in an hour."""
    max_requests_day: Times | None = None
    """Requests in a day."""
    max_requests_week: Times | None = None
    """Requests in a week."""
    max_tokens_minute: Tokens | None = None
    """Tokens in a minute, in and out."""
    max_tokens_hour: Tokens | None = None
    """Tokens in an hour, in and out."""
    max_tokens_day: Tokens | None = None
    """Tokens in a day, in and out."""
    max_tokens_week: Tokens | None = None
    """Tokens in a week, in and out."""

    spellings: ClassVar[Mapping[str, str]] = {
        f"max_{counts}_per_{span}": f"max_{counts}_{span}"
        for counts in ("requests", "tokens")
        for span in ("minute", "hour", "day", "week")
    }


def _type(value: Any) -> Any:
    word = str(value).strip().lower()
    if word not in TYPE_NAMES:
        hint = did_you_mean(word, TYPE_NAMES) or f"Kinds of providers are: claude, {', '.join(TYPES)}."
        raise WrongValueError(f"knows no kind of provider `{clean_line(word, 60)}`", hint)
    return TYPE_NAMES[word]


def _command(value: Any) -> Any:
    """A command line as program and arguments."""
    if not isinstance(value, str):
        return value
    try:
        words = shlex.split(value)
    except ValueError:
        raise WrongValueError("holds a quote that is never closed") from None
    if not words:
        raise WrongValueError("must not be empty")
    return words


ProviderType = Annotated[str, Before(_type), InJsonSchema({"enum": sorted(TYPE_NAMES)})]
CommandLine = Annotated[
    list[Exact],
    Before(_command),
    InJsonSchema({"type": ["string", "array"], "items": {"type": "string"}}),
]


class ProviderWritten(Written):
    """How one provider is reached. What kind it is may follow from its name."""

    type: ProviderType | None = None
    """The kind of provider: claude (or anthropic), openai, claude-code, codex, command, scripted, static."""
    api_key: Exact | None = None
    """Best as `${NAME}`: the key itself does not belong into a file."""
    base_url: Exact | None = None
    """Where its API is, for servers of one's own."""
    model: Exact | None = None
    """The model to ask for, where the profile names none."""
    command: CommandLine | None = None
    """The program, for those that are programs: a command line, or a list of words."""
    args: OneOrMany[Exact] | None = None
    """More arguments for it."""
    env: dict[Name, Exact] | None = None
    """Variables for it."""
    max_tokens: Tokens | None = None
    """Of an answer, where the profile does not say."""
    rate_limits: RateLimitsWritten | None = None
    """How often it may be asked, and how much."""
    options: dict[str, Any] | None = None
    """What only this kind of provider understands."""

    spellings: ClassVar[Mapping[str, str]] = {"provider": "type", "url": "base_url", "environment": "env"}
    unknown_hint: ClassVar[str] = "It has no effect. What only this kind of provider understands stands in `options`."


class ProvidersBlock(Written):
    """The part of a settings file that names providers."""

    providers: dict[Name, ProviderWritten] | None = None
    """How each provider is reached, by a name of one's own."""


class RateLimitsBlock(Written):
    """The part of a settings file that limits every provider."""

    rate_limits: RateLimitsWritten | None = None
    """Limits for every provider; its own are laid over them."""
