"""From how an agent is named to the agent: `scripted:calculator.agent.yml`.

Each kind of agent is a module of its own that none of the others knows, and it is loaded when it is asked for.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import msgspec

from tmtui.agents.port import Agent
from tmtui.domain.clock import Clock
from tmtui.domain.text import clean_line


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


def _scripted(spec: str, argument: str, around: Surroundings) -> Agent:
    from tmtui.agents.script_reading import load_script  # noqa: PLC0415  # loads YAML, which others do without
    from tmtui.agents.scripted import ScriptedAgent  # noqa: PLC0415  # likewise

    if not argument:
        raise AgentSpecError("scripted needs a file: write scripted:FILE, such as scripted:demo.agent.yml")
    script = load_script(around.root / argument, shown=argument)
    return ScriptedAgent(script, around.clock, name=spec, pace=_pace(around.env.get(PACE_VARIABLE, "")))


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


KINDS: Final[Mapping[str, Kind]] = {"scripted": Kind("scripted:FILE", _scripted)}
"""Every kind of agent there is."""


def make_agent(spec: str, root: Path, clock: Clock, env: Mapping[str, str]) -> Agent:
    """Make the agent named `spec`. Relative paths in it start at `root`; `env` may override a script's pace.

    Raises:
        AgentSpecError: there is no such agent, or its name lacks something.
        ProblemsError: it is made from a file, and the file cannot be used.
    """
    name, _, argument = spec.partition(":")
    kind = KINDS.get(name.strip())
    if kind is None:
        known = ", ".join(each.form for each in KINDS.values())
        raise AgentSpecError(f"there is no agent {clean_line(spec, 80)!r}; there are: {known}")
    return kind.make(clean_line(spec), argument.strip(), Surroundings(root, clock, env))
