"""How the cockpit looks and which keys it has: left by engines for cockpits, and by one cockpit for the next.

A cockpit does not read what people write: that would load the validators into its process. So an engine, which has
read the settings, leaves the two that a screen needs in the state folder. What a person chose on the screen itself
lies there beside it.
"""

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec


if TYPE_CHECKING:
    from tmtui.tui.ports import Habits

LOOK: Final = "cockpit.json"
HABITS: Final = "habits.json"


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


def read_habits(state_dir: Path) -> "Habits":
    """What somebody chose on the last screen; nothing when there was none, or when it cannot be read."""
    from tmtui.tui.ports import Habits  # noqa: PLC0415  # only a screen has habits

    try:
        return msgspec.json.decode((state_dir / HABITS).read_bytes(), type=Habits)
    except (OSError, msgspec.MsgspecError):
        return Habits()


def write_habits(state_dir: Path, habits: "Habits") -> None:
    """Keep what somebody chose. Where that fails it is forgotten: no run shall suffer from it."""
    from tmtui.system.state_dir import StateDirError, open_log  # noqa: PLC0415  # only when something was chosen

    with contextlib.suppress(OSError, StateDirError), open_log(state_dir, HABITS, truncate=True) as file:
        file.write(msgspec.json.encode(habits))
