"""From how an agent or a model is named to it: `scripted:calculator.agent.yml`, `claude:claude-sonnet-5-5`.

Each kind of agent, and each provider of models, is a module of its own that none of the others knows, and it is
loaded when it is asked for.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from tmtui.agents.model import Model
from tmtui.agents.port import Agent
from tmtui.domain.clock import Clock
from tmtui.domain.text import clean_line


if TYPE_CHECKING:
    from tmtui.agents.programs.program import Launcher


PACE_VARIABLE: Final = "TMTUI_SCRIPT_PACE"
"""Overrides the pace of every script: characters a second, 0 for at once."""


class AgentSpecError(ValueError):
    """No agent is named like that. The message lists what there is."""


class Surroundings(msgspec.Struct, frozen=True):
    """What an agent may need to be made."""

    root: Path
    """Relative paths start here."""
    clock: Clock
    env: Mapping[str, str]
    provider: str = ""
    """The name under which it stands in the settings; limits, circuits and books go by it."""
    options: Mapping[str, Any] = {}
    """What is written there."""
    profile: str = ""
    """On behalf of which profile it works."""
    launcher: "Launcher | None" = None
    """Starts programs; None where none can be."""


def _scripted(spec: str, argument: str, around: Surroundings) -> Agent:
    from tmtui.agents.script_reading import load_script  # noqa: PLC0415  # loads YAML, which others do without
    from tmtui.agents.scripted import ScriptedAgent  # noqa: PLC0415  # likewise

    if not argument:
        raise AgentSpecError("scripted needs a file: write scripted:FILE, such as scripted:demo.agent.yml")
    script = load_script(around.root / argument, shown=argument)
    return ScriptedAgent(script, around.clock, name=spec, pace=_pace(around.env.get(PACE_VARIABLE, "")))


def _claude_code(spec: str, argument: str, around: Surroundings) -> Agent:
    from tmtui.agents.programs.written import claude_code  # noqa: PLC0415  # one kind of several

    return claude_code(spec, argument, around)


def _codex(spec: str, argument: str, around: Surroundings) -> Agent:
    from tmtui.agents.programs.written import codex  # noqa: PLC0415  # one kind of several

    return codex(spec, argument, around)


def _command(spec: str, argument: str, around: Surroundings) -> Agent:
    from tmtui.agents.programs.written import command  # noqa: PLC0415  # one kind of several

    return command(spec, argument, around)


def _pace(text: str) -> float | None:
    if not text:
        return None
    try:
        pace = float(text)
    except ValueError:
        pace = -1.0
    if not 0 <= pace < float("inf"):
        raise AgentSpecError(f"{PACE_VARIABLE} must be a number from 0 up, not {clean_line(text, 40)!r}")
    return pace


class Kind(msgspec.Struct, frozen=True):
    """One kind of agent."""

    form: str
    """How it is written."""
    make: Callable[[str, str, Surroundings], Agent]
    """Takes the whole name, what stands behind its colon, and the surroundings."""


KINDS: Final[Mapping[str, Kind]] = {
    "scripted": Kind("scripted:FILE", _scripted),
    "claude-code": Kind("claude-code[:MODEL]", _claude_code),
    "codex": Kind("codex[:MODEL]", _codex),
    "command": Kind("command:COMMAND", _command),
}
"""Every kind of agent there is."""


def make_agent(
    spec: str,
    root: Path,
    clock: Clock,
    env: Mapping[str, str],
    *,
    options: Mapping[str, Any] | None = None,
    profile: str = "",
    launcher: "Launcher | None" = None,
) -> Agent:
    """Make the agent named `spec`.

    What stands before the colon is the kind, or the name of a provider in the settings whose `type` says the kind.

    Args:
        spec: The kind or the provider, and what it is to be made of.
        root: Relative paths in it start here.
        clock: For those who wait.
        env: The environment: it may override a script's pace, and holds what programs need.
        options: The provider's settings, as written.
        profile: On behalf of which profile it works.
        launcher: Starts programs.

    Raises:
        AgentSpecError: there is no such agent, or its name lacks something.
        ProblemsError: it is made from a file, and the file cannot be used.
    """
    name, _, argument = (part.strip() for part in spec.partition(":"))
    options = options or {}
    kind = KINDS.get(str(options.get("type") or name))
    if kind is None:
        known = ", ".join(each.form for each in KINDS.values())
        raise AgentSpecError(f"there is no agent {clean_line(spec, 80)!r}; there are: {known}")
    around = Surroundings(root, clock, env, clean_line(name), options, profile, launcher)
    return kind.make(clean_line(spec), argument, around)


# Models.


def _anthropic(provider: str, model: str, options: Mapping[str, Any], env: Mapping[str, str]) -> Model:
    from tmtui.agents.anthropic.options import anthropic_model  # noqa: PLC0415  # one provider of several

    return anthropic_model(provider, model, options, env)


def _openai(provider: str, model: str, options: Mapping[str, Any], env: Mapping[str, str]) -> Model:
    from tmtui.agents.openai.options import openai_model  # noqa: PLC0415  # one provider of several

    return openai_model(provider, model, options, env)


class ModelKind(msgspec.Struct, frozen=True):
    """One kind of provider of models."""

    form: str
    """How its models are written."""
    make: Callable[[str, str, Mapping[str, Any], Mapping[str, str]], Model]
    """Takes the provider's name, the model's, the provider's settings and the environment."""


MODEL_KINDS: Final[Mapping[str, ModelKind]] = {
    "claude": ModelKind("claude:MODEL", _anthropic),
    "anthropic": ModelKind("anthropic:MODEL", _anthropic),
    "openai": ModelKind("openai:MODEL", _openai),
}
"""Every kind of provider there is. `claude` and `anthropic` are the same."""


def make_model(spec: str, options: Mapping[str, Any], env: Mapping[str, str]) -> Model:
    """Make the model named `spec`, such as `claude:claude-sonnet-5-5`.

    What stands before the colon is the provider's name in the settings. It need not be the name of a kind, if its
    settings say what it is: `providers: {work: {type: claude, api_key: $WORK_KEY}}` is asked as `work:sonnet`.

    Args:
        spec: Provider and model; without a model, the one that the provider's settings name.
        options: The provider's settings, as written.
        env: The environment, for keys that the settings do not hold.

    Raises:
        AgentSpecError: there is no such provider, or something that it needs is missing or makes no sense.
    """
    name, _, model = (part.strip() for part in spec.partition(":"))
    written = options.get("type") or options.get("provider") or name
    kind = MODEL_KINDS.get(written) if isinstance(written, str) else None
    if kind is None:
        known = ", ".join(each.form for each in MODEL_KINDS.values())
        raise AgentSpecError(f"there is no provider {clean_line(str(written), 80)!r}; there are: {known}")
    return kind.make(clean_line(name), clean_line(model), options, env)
