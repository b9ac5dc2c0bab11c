"""The larger parts of the settings, once all layers are laid over each other.

A schema sees one part of one file. Here is what shows only in the whole: which kind a provider is that just has a
name, what a profile has from the built-in one, whether names that refer to something do, and models that stop to
answer.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from tmtui.config.layers import Layer, Way, problem_at
from tmtui.config.values.profiles import BUILT_IN
from tmtui.config.values.providers import BUILT_IN as BUILT_IN_PROVIDERS, COMMAND, OPENAI, TYPE_NAMES
from tmtui.config.values.reliability import DEFAULT_CHAIN
from tmtui.domain.models import CURRENT, END_OF_LIFE, STATIC, is_strange
from tmtui.domain.problem import Problem, WrongValueError
from tmtui.system.documents.near import did_you_mean
from tmtui.system.documents.schema import snake_case
from tmtui.system.documents.values import parse_dollars


CHAINS: Final = ("chains", "context_window_fallbacks", "content_policy_fallbacks")


def fill_parts(said: dict[str, Any], layers: Sequence[Layer], problems: list[Problem]) -> None:
    """Put into `said` what the parts have by themselves: names, kinds, built-in values."""
    profiles = said.get("runtime_profiles", {})
    said["runtime_profiles"] = {
        name: {**BUILT_IN.get(name, {}), **profile, "name": name} for name, profile in profiles.items()
    }
    common = said.get("rate_limits", {})
    said["providers"] = {
        name: {**provider, "name": name, "type": kind, "rate_limits": {**common, **provider.get("rate_limits", {})}}
        for name, provider in said.get("providers", {}).items()
        if (kind := _kind(name, provider, layers, problems))
    }
    _take_ceiling(said, layers, problems)


def _kind(name: str, provider: Mapping[str, Any], layers: Sequence[Layer], problems: list[Problem]) -> str:
    """Which kind of provider it is; empty when nobody could tell, which is told."""
    if kind := str(provider.get("type", "")) or TYPE_NAMES.get(name.lower(), ""):
        return kind
    if "command" in provider:
        return COMMAND
    if "base_url" in provider:
        return OPENAI
    way = ("providers", name)
    if not any(part.faulty((*way, "type")) for layer in layers for part in layer.parts.values()):
        hint = "Write `type: claude`, openai, claude-code, codex, command or scripted."
        fault = problem_at(layers, way, f"the provider `{name}` does not say of which kind it is", hint)
        problems += [fault] if fault else []
    return ""


def _take_ceiling(said: dict[str, Any], layers: Sequence[Layer], problems: list[Problem]) -> None:
    """The ceiling for a request may stand among the targets, too; the cost controls win."""
    slos = said["extra"].get("slos", {})
    cost = next((value for key, value in slos.items() if snake_case(key) == "cost"), None)
    for key, value in cost.items() if isinstance(cost, dict) else ():
        if snake_case(key) == "per_request_ceiling_usd" and value is not None:
            try:
                ceiling = parse_dollars(value)
            except WrongValueError as wrong:
                fault = problem_at(layers, ("slos", "cost", key), f"`{key}` {wrong}", wrong.hint)
                problems += [fault] if fault else []
            else:
                said["cost_controls"] = {"per_request_ceiling_usd": ceiling, **said.get("cost_controls", {})}


def judge_parts(layers: Sequence[Layer], merged: Mapping[str, Any]) -> Iterator[Problem]:
    """What is wrong or doubtful in the parts as a whole."""
    for way, message, hint, warning in (
        *_references(merged),
        *_models(merged),
        *_temperatures(merged),
        *_static_entries(merged),
    ):
        if problem := problem_at(layers, way, message, hint, warning=warning):
            yield problem


Found = tuple[Way, str, str, bool]
"""Where, what, a hint, and whether it is only a warning."""


def _references(merged: Mapping[str, Any]) -> Iterator[Found]:
    """Names of profiles and providers that nobody defined."""
    profiles = [*BUILT_IN, *merged.get("runtime_profiles", {})]
    providers = [*merged.get("providers", {}), *BUILT_IN_PROVIDERS]
    if "profile" in merged and merged["profile"] not in profiles:
        yield ("profile",), f"there is no profile `{merged['profile']}`", _known(merged["profile"], profiles), False
    if "provider" in merged and merged["provider"] not in providers:
        yield (
            ("provider",),
            f"there is no provider `{merged['provider']}`",
            _known(merged["provider"], providers),
            False,
        )
    for way in _profile_keys(merged):
        if way[-1] not in profiles:
            hint = _known(str(way[-1]), profiles)
            yield way, f"there is no profile `{way[-1]}`: this has no effect", hint, True
    for way, name in _provider_names(merged):
        if name not in providers:
            yield way, f"there is no provider `{name}`", _known(name, providers), False


def _known(name: str, known: Iterable[str]) -> str:
    names = list(dict.fromkeys(known))
    return did_you_mean(name, names) or f"There are: {', '.join(names)}."


def _profile_keys(merged: Mapping[str, Any]) -> Iterator[Way]:
    for name in merged.get("cost_controls", {}).get("per_profile_budget", {}):
        yield "cost_controls", "per_profile_budget", name
    for field in CHAINS:
        for name in merged.get("fallback", {}).get(field, {}):
            if name != DEFAULT_CHAIN:
                yield "fallback", field, name


def _provider_names(merged: Mapping[str, Any]) -> Iterator[tuple[Way, str]]:
    for name, profile in merged.get("runtime_profiles", {}).items():
        if "provider" in profile:
            yield ("runtime_profiles", name, "provider"), profile["provider"]
    for way, entry in _entries(merged):
        if "provider" in entry:
            yield (*way, "provider"), entry["provider"]


def _entries(merged: Mapping[str, Any]) -> Iterator[tuple[Way, Mapping[str, Any]]]:
    """Every entry of a chain."""
    for field in CHAINS:
        for name, chain in merged.get("fallback", {}).get(field, {}).items():
            for number, entry in enumerate(chain):
                yield ("fallback", field, name, number), entry


def model_ways(merged: Mapping[str, Any]) -> Iterator[tuple[Way, str]]:
    """Every name of a model with the way to it."""
    for part in ("providers", "runtime_profiles"):
        for name, said in merged.get(part, {}).items():
            if "model" in said:
                yield (part, name, "model"), said["model"]
            for tier, model in said.get("model_tiering", {}).items():
                yield (part, name, "model_tiering", tier), model
    for tier, model in merged.get("model_tiering", {}).items():
        yield ("model_tiering", tier), model
    for way, entry in _entries(merged):
        if entry.get("model", STATIC) != STATIC:
            yield (*way, "model"), entry["model"]


def _models(merged: Mapping[str, Any]) -> Iterator[Found]:
    for way, model in model_ways(merged):
        if end := END_OF_LIFE.get(model):
            message = f"the model `{model}` has its end of life on {end.date}: {end.successor} takes its place"
            yield way, message, "Write the new name, or have it written: tmtui config migrate --write", True
        elif is_strange(model):
            message = f"the model `{model}` is not known to this version of tmtui"
            hint = did_you_mean(model, CURRENT, cutoff=0.85) or "It is asked for all the same."
            yield way, message, hint, True


def _temperatures(merged: Mapping[str, Any]) -> Iterator[Found]:
    for name, profile in merged.get("runtime_profiles", {}).items():
        model = str(profile.get("model") or BUILT_IN.get(name, {}).get("model", ""))
        if "temperature" in profile and model.startswith("claude-"):
            message = "current models of Anthropic take no `temperature`: it is not sent to them"
            yield (
                ("runtime_profiles", name, "temperature"),
                message,
                "`effort: low` to `max` is what they take.",
                True,
            )


def _static_entries(merged: Mapping[str, Any]) -> Iterator[Found]:
    for way, entry in _entries(merged):
        if entry.get("model") == STATIC and "template" not in entry:
            yield way, "`static` needs a `template`", "Name the file with the answer: template: fallback.json", False
        elif not entry.keys() & {"model", "provider"}:
            yield way, "this entry names no model", "Write `model: NAME`, or `provider: NAME`.", False
