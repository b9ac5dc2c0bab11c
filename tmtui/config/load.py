"""Settings, from the files, the environment and the flags to one value."""

from collections.abc import Container, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from tmtui.config.blocks.loading import BLOCKS
from tmtui.config.expansion import Gap, expand_document
from tmtui.config.layers import (
    Layer,
    environment_layer,
    flags_layer,
    make_layer,
    merge,
    origins,
    read_files,
    settings_files,
    source,
)
from tmtui.config.secrets import bare_secrets, known_secrets, secrets_in
from tmtui.config.settings import Settings
from tmtui.config.written import EXTRA
from tmtui.domain.hook import Hook, HookDefaults
from tmtui.domain.problem import Problem, ProblemsError
from tmtui.system.documents.document import Document
from tmtui.system.documents.hooks import HookUse, make_hook, resolve_uses


def load_settings(
    root: Path, env: Mapping[str, str], overrides: Mapping[str, Any]
) -> tuple[Settings, tuple[Problem, ...]]:
    """The settings for a project, and warnings. `overrides` are flags by field, None where not given.

    Raises:
        ProblemsError: something is wrong; it holds every fault of every file, and the warnings with them.
    """
    files, unreadable = read_files(settings_files(root, env), root)
    settings, found = combine(files, env, overrides)
    problems = tuple(sorted({*unreadable, *found}))
    if any(not problem.warning for problem in problems):
        raise ProblemsError(problems)
    return settings, problems


def combine(
    files: Sequence[Document], env: Mapping[str, str], overrides: Mapping[str, Any]
) -> tuple[Settings, list[Problem]]:
    """Lay everything over each other. The settings are fit for use when no problem is an error."""
    expanded, gaps = [], list[Gap]()
    for file in files:
        document, missing = expand_document(file, env)
        expanded.append(document)
        gaps += missing
    from_environment, problems = environment_layer(env)
    layers = [make_layer(document) for document in (*expanded, *from_environment, flags_layer(overrides))]
    merged = merge(layers)
    for layer in layers:
        problems += layer.problems()
    problems += _judged(gaps, merged)
    problems += _notes(layers)
    problems += (problem for file in files for problem in bare_secrets(file))
    hooks = _hooks(layers, merged, problems)
    said = {
        **{key: value for key, value in merged.items() if key not in {*EXTRA, "budget_usd"}},
        "budget_micro": merged.get("budget_usd"),
        "hooks": hooks,
        "hook_defaults": _hook_defaults(layers, hooks, merged.get("hooks", {}), problems),
        "extra": {key: merged[key] for key in EXTRA if key in merged},
        "origins": origins(layers, merged),
        "secrets": tuple(sorted(known_secrets(env).union(*(secrets_in(file, env) for file in files)))),
    }
    if merged.keys() & PARTS:
        from tmtui.config.parts import fill_parts, judge_parts  # noqa: PLC0415  # for files that have such parts

        fill_parts(said, layers, problems)
        problems += judge_parts(layers, merged)
    return msgspec.convert(said, Settings), problems


def _judged(gaps: Iterable[Gap], merged: Mapping[str, Any]) -> list[Problem]:
    """A missing variable is an error; in a provider that neither `agent` nor `provider` names it is a warning."""
    named = {str(merged.get("agent", "")).partition(":")[0].strip(), merged.get("provider")}
    result = []
    for gap in gaps:
        unused = gap.way[0] == "providers" and not named.intersection(gap.way[1:2])
        result.append(msgspec.structs.replace(gap.problem, warning=unused))
    return result


def _notes(layers: Iterable[Layer]) -> list[Problem]:
    """Say of what is kept for later that it has no effect."""
    result = []
    for layer in layers:
        for key, but in NOT_YET.items():
            if key in layer.said:
                line, column = layer.reading.place((key,), at_key=True)
                message = f"`{key}` is kept as it is written, and {but} has an effect in this version"
                result.append(Problem(layer.reading.document.path, line, column, message, warning=True))
    return result


NOT_YET: Final = {"slos": "only `cost.per_request_ceiling_usd`", "alerts": "nothing of it"}
"""Fields that are not read yet, and the part of them that is."""

PARTS: Final = frozenset({*BLOCKS, "profile", "provider", "slos"})
"""Fields that call for a look at the larger parts."""


def _hooks(layers: Sequence[Layer], merged: Mapping[str, Any], problems: list[Problem]) -> dict[str, Hook]:
    """Every hook that has a command; of the others, one fault each."""
    hooks: dict[str, Hook] = {}
    for name, said in merged.get("hooks", {}).items():
        if "command" in said:
            hooks[name] = make_hook(name, said)
            continue
        layer = source(layers, ("hooks", name))
        if layer is not None and not layer.reading.faulty(("hooks", name, "command")):
            hint = "Write what the shell runs: command: pytest -q"
            problems.append(layer.reading.fault(("hooks", name), f"the hook `{name}` has no `command`", hint))
    return hooks


def _hook_defaults(
    layers: Sequence[Layer], hooks: Mapping[str, Hook], named: Container[str], problems: list[Problem]
) -> HookDefaults:
    """The strongest word on each stage, resolved. A hook that is `named`, and not in `hooks`, is told already."""

    def stage(field: str) -> tuple[Hook, ...]:
        layer = source(layers, ("hook_defaults", field))
        defaults = layer.reading.said.hook_defaults if layer else None
        if layer is None or defaults is None:
            return ()
        reading = layer.reading
        uses: Sequence[HookUse] = getattr(defaults, field)

        def complain(number: int, message: str, hint: str) -> None:
            way = ("hook_defaults", field, number)
            if not reading.faulty(way) and uses[number].name not in named:
                problems.append(reading.fault(way, message, hint))

        return resolve_uses(uses, hooks, complain)

    return HookDefaults(pre=stage("pre_hooks"), post=stage("post_hooks"))
