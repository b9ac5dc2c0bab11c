"""Which profile, provider and model a task gets: from flags, the task and the settings.

The command line wins over the task, the task over the profile, and the profile over the settings. For the model:

1. the tier of the task's complexity, in the profile, then in the settings;
2. what somebody wrote for the profile;
3. what somebody wrote for the provider;
4. the built-in profile's, where the provider is Anthropic's own API; any other one chooses for itself.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec

from tmtui.config.settings import Profile, ProviderSettings, Settings
from tmtui.config.values.providers import ANTHROPIC, CLAUDE_CODE, OPENAI, built_in_providers
from tmtui.domain.plan import Plan, Task
from tmtui.domain.problem import Problem
from tmtui.domain.text import clean_line


class Choice(msgspec.Struct, frozen=True):
    """Who does a task, and how."""

    profile: Profile
    provider: ProviderSettings
    model: str
    """As it is written; `domain.models.in_service` says what to ask for. Empty leaves it to the provider."""
    instead_of: str = ""
    """The model that it would be without the tier of the task's complexity; empty where that makes no difference."""


def choose(settings: Settings, task: Task, *, profile: str = "", provider: str = "") -> Choice:
    """Choose for one task. Names of profiles and providers have been checked by `check_names`.

    Args:
        settings: The project's settings.
        task: The task.
        profile: The profile that the command line names; empty for none.
        provider: The provider that it names; empty for none.

    Raises:
        KeyError: there is no profile, or no provider, of that name.
    """
    chosen = settings.profiles[profile or task.profile or settings.profile]
    tier, own = _tier(settings, chosen, task.complexity), _written_model(settings, chosen)
    name = provider or task.provider or chosen.provider or settings.provider
    server = settings.all_providers[name] if name else provider_for(settings, tier or own)
    without = own or server.model or (chosen.model if server.type == ANTHROPIC else "")
    return Choice(chosen, server, tier or without, without if tier and tier != without else "")


def _tier(settings: Settings, profile: Profile, complexity: str) -> str:
    return profile.model_tiering.of(complexity) or settings.model_tiering.of(complexity)


def _written_model(settings: Settings, profile: Profile) -> str:
    return profile.model if f"runtime_profiles.{profile.name}.model" in settings.origins else ""


_FAMILIES: Final[Mapping[str, tuple[str, ...]]] = {
    "claude": (ANTHROPIC, CLAUDE_CODE),
    "gpt": (OPENAI,),
    "o1": (OPENAI,),
    "o3": (OPENAI,),
    "o4": (OPENAI,),
}
"""The kinds of providers that serve models, by how their names begin."""


def provider_for(settings: Settings, model: str) -> ProviderSettings:
    """The provider whose model it is, those first that somebody wrote; without a model, the first that is there."""
    ordered = [*settings.providers.values(), *built_in_providers(settings.rate_limits).values()]
    kinds = _kinds(model)
    if model and not kinds:
        named = (each for each in ordered if each.model == model)
        own = (each for each in ordered if each.type == OPENAI and each.base_url)
        return next(named, next(own, ordered[0]))
    fitting = (each for kind in kinds for each in ordered if each.type == kind and not _serves_others(each, kinds))
    return next(fitting, ordered[0])


def _kinds(model: str) -> tuple[str, ...]:
    return next((kinds for start, kinds in _FAMILIES.items() if model.startswith(start)), ())


def _serves_others(provider: ProviderSettings, kinds: tuple[str, ...]) -> bool:
    """Whether a server of one's own is there for another family of models."""
    return bool(provider.base_url and provider.model) and _kinds(provider.model) != kinds


def check_names(settings: Settings, plan: Plan, *, profile: str = "", provider: str = "") -> list[Problem]:
    """What the command line and the tasks name that is not there."""
    asked = (("command line", "--profile names", profile, ""), ("command line", "--provider names", "", provider))
    tasks = ((plan.path, f"the task `{task.id}` names", task.profile, task.provider) for task in plan.tasks)
    return list(_missing(settings, (*asked, *tasks)))


def _missing(settings: Settings, asked: Iterable[tuple[str, str, str, str]]) -> Iterator[Problem]:
    profiles, providers = settings.profiles, settings.all_providers
    for path, who, profile, provider in asked:
        for what, name, known in (("profile", profile, profiles), ("provider", provider, providers)):
            if name and name not in known:
                message = clean_line(f"{who} the {what} `{name}`, and there is none of that name")
                yield Problem(path, 0, 0, message, f"There are: {', '.join(known)}.")
