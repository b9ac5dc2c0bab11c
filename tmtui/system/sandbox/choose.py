"""What the settings make of the sandbox that was found."""

from typing import Final

import msgspec

from tmtui.domain.problem import Problem
from tmtui.system.sandbox.probe import Probed
from tmtui.system.sandbox.wrapping import NONE, NoSandbox, Sandbox


REQUIRED: Final = "required"
AUTO: Final = "auto"
OFF: Final = "off"


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """The sandbox of a run."""

    sandbox: Sandbox
    lacking: str = ""
    """What is not kept, and why; empty when everything is."""
    remedy: str = ""
    """What to do about it."""


def choose(setting: str, probed: Probed | None, *, place: str = "") -> Chosen | Problem:
    """Choose.

    Args:
        setting: `required`, `auto` or `off`.
        probed: What works here; it need not be known when the setting is `off`.
        place: Where the setting was said.
    """
    if setting == OFF or probed is None:
        why = "the settings say `sandbox: off`: what an agent runs has all your rights"
        return Chosen(sandbox=NoSandbox(), lacking=why, remedy="Set `sandbox: auto`.")
    if probed.kind != NONE:
        return Chosen(sandbox=probed.sandbox, lacking="; ".join(probed.gaps), remedy=probed.remedy)
    why = "; ".join(probed.tried) or "there is none for this system"
    if setting == REQUIRED:
        hint = f"{probed.remedy} Or set `sandbox: auto`, and what an agent runs has all your rights."
        return Problem(place or "sandbox: required", 0, 0, f"no sandbox works here: {why}", hint)
    return Chosen(sandbox=NoSandbox(), lacking=f"what an agent runs has all your rights: {why}", remedy=probed.remedy)
