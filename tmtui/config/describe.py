"""Settings as rows for people: what is set, to what, and who said so. Secrets are masked."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

import msgspec

from tmtui.config.secrets import mask
from tmtui.config.settings import Settings
from tmtui.domain.hook import Hook
from tmtui.domain.money import format_usd
from tmtui.domain.text import clean_line


BUILT_IN: Final = "built-in"


class Row(NamedTuple):
    """One setting."""

    key: str
    """Its path, joined with dots."""
    value: str
    origin: str
    """`file:line`, an environment variable, `command line` or `built-in`."""


def describe(settings: Settings) -> list[Row]:
    """Every setting, in the order of `Settings`; of a hook, only what somebody said."""
    rows = []
    for key, value in _leaves(settings):
        name = key.rpartition(".")[2]
        text = mask(name, clean_line(value), settings.secrets)
        rows.append(Row(clean_line(key), text, origin_of(key, settings.origins)))
    return rows


def _leaves(settings: Settings) -> Iterator[tuple[str, str]]:
    for field in settings.__struct_fields__:
        value = getattr(settings, field)
        match field:
            case "budget_micro":
                yield "budget_usd", "" if value is None else format_usd(value)
            case "hooks":
                yield from _said_of_hooks(value.values(), settings.origins)
            case "hook_defaults":
                yield "hook_defaults.pre_hooks", _joined(hook.name for hook in value.pre)
                yield "hook_defaults.post_hooks", _joined(hook.name for hook in value.post)
            case "providers":
                yield from _named(field, value)
            case "runtime_profiles":
                yield from _named(field, settings.profiles)
            case "extra":
                yield from _flat("", value)
            case "origins" | "secrets":
                pass
            case _:
                yield from _flat(field, msgspec.to_builtins(value))


def _named(field: str, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What is said of things whose name is their key already."""
    for name, value in values.items():
        said = msgspec.to_builtins(value)
        said.pop("name")
        yield from _flat(f"{field}.{name}", said)


def _said_of_hooks(hooks: Iterable[Hook], origins: dict[str, str]) -> Iterator[tuple[str, str]]:
    for hook in hooks:
        for key, text in _flat(f"hooks.{hook.name}", msgspec.to_builtins(hook)):
            if key in origins:
                yield key, text


def _flat(key: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _flat(f"{key}.{name}" if key else name, item)
    elif isinstance(value, list | tuple) and any(isinstance(item, dict | list) for item in value):
        for number, item in enumerate(value, 1):
            yield from _flat(f"{key}.{number}", item)
    elif isinstance(value, list | tuple):
        yield key, _joined(map(word, value))
    elif key.endswith("_usd") and isinstance(value, int):
        yield key, format_usd(value)
    else:
        yield key, word(value)


def word(value: Any) -> str:
    """A single value as it is shown; nothing for none."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return f"{value:g}"
        case _:
            return str(value)


def _joined(words: Iterable[str]) -> str:
    return ", ".join(words)


def origin_of(key: str, origins: Mapping[str, str]) -> str:
    """The origin of the value itself, or of the nearest thing that holds it: a list has one origin."""
    while key:
        if key in origins:
            return origins[key]
        key = key.rpartition(".")[0]
    return BUILT_IN
