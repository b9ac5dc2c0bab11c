"""Who answers requests, how they are reached, and how often they may be asked."""

from typing import Any, Final

import msgspec


ANTHROPIC: Final = "anthropic"
OPENAI: Final = "openai"
CLAUDE_CODE: Final = "claude-code"
CODEX: Final = "codex"
COMMAND: Final = "command"
SCRIPTED: Final = "scripted"
STATIC: Final = "static"

TYPES: Final = (ANTHROPIC, OPENAI, CLAUDE_CODE, CODEX, COMMAND, SCRIPTED, STATIC)
"""Kinds of providers."""

TYPE_NAMES: Final = {
    **{name: name for name in TYPES},
    "claude": ANTHROPIC,
    "claude_code": CLAUDE_CODE,
    "openai-compatible": OPENAI,
}
"""By the word that people write for them, `claude` being the usual one for Anthropic."""


BUILT_IN: Final = {"claude": ANTHROPIC, "openai": OPENAI, "claude-code": CLAUDE_CODE, "codex": CODEX}
"""The kind of each provider that may be named without a word in the settings."""


class RateLimits(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How often a provider may be asked, and how much; None is no limit of one's own."""

    max_requests_minute: int | None = None
    max_requests_hour: int | None = None
    max_requests_day: int | None = None
    max_requests_week: int | None = None
    max_tokens_minute: int | None = None
    max_tokens_hour: int | None = None
    max_tokens_day: int | None = None
    max_tokens_week: int | None = None

    def caps(self) -> dict[str, int]:
        """The limits that are set, by their names."""
        caps = ((name, getattr(self, name)) for name in self.__struct_fields__)
        return {name: cap for name, cap in caps if cap is not None}


class ProviderSettings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One provider, under a name of one's own."""

    name: str
    type: str
    """One of `TYPES`."""
    api_key: str = ""
    """Secret. Empty leaves it to the provider's own environment variable."""
    base_url: str = ""
    """Empty is the provider's usual address."""
    model: str = ""
    """Empty leaves the choice to the profile."""
    command: tuple[str, ...] = ()
    """Program and arguments, for those that are programs; empty is the usual program."""
    args: tuple[str, ...] = ()
    """More arguments, behind the command's own."""
    env: dict[str, str] = {}
    """Variables for the program, beyond those that every child gets."""
    max_tokens: int | None = None
    """Of an answer, where the profile does not say."""
    rate_limits: RateLimits = RateLimits()
    """Laid over the settings' own `rate_limits`, limit by limit."""
    options: dict[str, Any] = {}
    """What only this kind of provider understands, as it is written."""


def built_in_providers(limits: RateLimits) -> dict[str, ProviderSettings]:
    """The providers of who writes none."""
    return {name: ProviderSettings(name=name, type=kind, rate_limits=limits) for name, kind in BUILT_IN.items()}
