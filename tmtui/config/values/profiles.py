"""Profiles: named sets of what is asked of a model, and how."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec


DEFAULT: Final = "interactive"
"""The profile of who chooses none."""


class Tiers(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which model does tasks of which complexity; empty leaves the choice to the profile."""

    simple: str = ""
    medium: str = ""
    complex: str = ""

    def of(self, complexity: str) -> str:
        """The model for tasks of this complexity; empty when none is named."""
        return str(getattr(self, complexity)) if complexity in self.__struct_fields__ else ""


class Profile(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is asked of a model, and how, for one kind of use."""

    name: str
    description: str = ""
    provider: str = ""
    """A provider's name; empty leaves it to the settings."""
    model: str = ""
    """As it is written: `domain.models.in_service` says what to ask for in its place."""
    effort: str = ""
    """`low`, `medium`, `high`, `xhigh` or `max`; empty leaves it to the model."""
    temperature: float | None = None
    """Sent only to a model that takes it."""
    max_tokens: int | None = None
    """Of one answer, thinking included; None is the provider's usual."""
    streaming: bool = True
    output_format: str = "markdown"
    """`text`, `markdown` or `json`: the form of the agent's last answer."""
    enforce_schema: bool = False
    """Whether an answer that does not fit `output_schema` is sent back once, and fails the attempt after that."""
    output_schema: str | dict[str, Any] = ""
    """A JSON Schema, or the file that holds it, relative to the root; empty for none."""
    timeout: float | None = None
    """Seconds for one answer; None is the usual."""
    retries: int | None = None
    """How often a request that fails in passing is made again; None leaves it to `reliability`."""
    citations_required: bool = False
    """Whether the last answer must name the files that it speaks of."""
    model_tiering: Tiers = Tiers()
    """In place of the settings' own, for the tiers that are named."""


BUILT_IN: Final[Mapping[str, Mapping[str, Any]]] = {
    "interactive": {
        "description": "Developer-facing chat and task exploration",
        "model": "claude-sonnet-5-5",
        "retries": 1,
    },
    "automation": {
        "description": "CI/CD pipelines, Git hooks, PR bots",
        "model": "claude-haiku-5-5",
        "streaming": False,
        "output_format": "json",
        "enforce_schema": True,
        "retries": 2,
    },
    "analysis": {
        "description": "Deep task analysis, complexity assessment, planning",
        "model": "claude-sonnet-5-5",
        "effort": "high",
        "streaming": False,
        "output_format": "json",
        "citations_required": True,
        "retries": 1,
    },
}
"""What each has where a settings file does not say otherwise.

They have no bound on time or tokens: an agent that changes a project thinks and answers for as long as its task
takes, and `agent_timeout` and the budgets bound that.
"""


def built_in_profiles() -> dict[str, Profile]:
    """The profiles of who writes none."""
    return {name: msgspec.convert({"name": name, **said}, Profile) for name, said in BUILT_IN.items()}
