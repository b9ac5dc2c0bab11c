"""How the cockpit looks and which keys it has, left by engines for cockpits.

A cockpit does not read what people write: that would load the validators into its process. So an engine, which has
read the settings, leaves the two that a screen needs in the state folder.
"""

from pathlib import Path
from typing import Final

import msgspec


LOOK: Final = "cockpit.json"


class Look(msgspec.Struct, frozen=True, omit_defaults=True):
    """The settings that a screen needs."""

    theme: str = ""
    keymap: dict[str, str] = {}


def read_look(state_dir: Path) -> Look:
    """The look that the last engine left; the default one when there is none."""
    try:
        return msgspec.json.decode((state_dir / LOOK).read_bytes(), type=Look)
    except (OSError, msgspec.MsgspecError):
        return Look()
